"""Every connector has the one shape, its contract test and its page."""

from __future__ import annotations

import pytest

from crossdock.connectors import CONNECTORS
from tests.project.tree import ROOT, SOURCE

FILES = {"client.py", "connector.py", "connector.yaml", "mapping.py", "settings.py"}
FOLDERS = sorted(path.name for path in (SOURCE / "connectors").iterdir() if (path / "__init__.py").exists())


def test_every_folder_is_a_connector_that_a_network_may_name() -> None:
    assert {name for name in FOLDERS if not name.startswith("_")} == CONNECTORS.keys()


@pytest.mark.parametrize("code", sorted(CONNECTORS))
def test_a_connector_has_its_five_files(code: str) -> None:
    here = {path.name for path in (SOURCE / "connectors" / code).iterdir() if path.is_file()}
    assert FILES - here == set()
    assert here - FILES - {"__init__.py"} == set()


@pytest.mark.parametrize("code", sorted(CONNECTORS))
def test_a_connector_passes_the_contract_suite(code: str) -> None:
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/contract/connectors").glob("test_*.py")]
    assert [text for text in tests if "connector_suite(" in text and f'CONNECTORS["{code}"]' in text]


@pytest.mark.parametrize("code", sorted(CONNECTORS))
def test_a_connector_has_the_page_that_its_manifest_names(code: str) -> None:
    manifest = CONNECTORS[code].manifest
    assert manifest.code == code
    assert (ROOT / manifest.docs).is_file(), manifest.docs


def test_every_port_says_what_it_is() -> None:
    for path in (SOURCE / "ports").glob("*.py"):
        assert path.read_text(encoding="utf-8").startswith('"""'), path.name
