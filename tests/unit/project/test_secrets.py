from __future__ import annotations

import json
import pickle
from pathlib import Path

import msgspec
import pytest

from crossdock.project import Secret, load
from crossdock.project.canonical import canonical, plain
from tests.unit.project.projects import ENVIRONMENT, REGISTRY, write_project


def test_a_secret_shows_its_reference_and_never_its_value() -> None:
    secret = Secret("hunter2", "env:TOKEN")

    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", repr({"token": secret})):
        assert "hunter2" not in shown
        assert "env:TOKEN" in shown


def test_a_secret_cannot_be_written_by_accident() -> None:
    secret = Secret("hunter2", "env:TOKEN")

    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
    with pytest.raises(TypeError):
        json.dumps({"token": secret})
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_network_shows_no_secret_in_any_form(tmp_path: Path) -> None:
    network = load(write_project(tmp_path), ENVIRONMENT, REGISTRY)

    for shown in (repr(network), str(network), canonical(network), repr(plain(network))):
        assert "-secret" not in shown
        assert "env:ERP_TOKEN" in shown


def test_the_same_network_is_the_same_text_on_every_machine(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    elsewhere = ENVIRONMENT | {"ERP_URL": "https://erp.elsewhere.test", "SFTP_PORT": "22", "ERP_TOKEN": "another"}

    assert canonical(load(folder, ENVIRONMENT)) == canonical(load(folder, elsewhere)) == canonical(load(folder, None))


def test_any_change_of_content_changes_the_text(tmp_path: Path) -> None:
    before = canonical(load(write_project(tmp_path / "a"), ENVIRONMENT))
    change = {"network.yaml": ('price_percent: "2.5"', 'price_percent: "2.6"')}

    assert canonical(load(write_project(tmp_path / "b", change), ENVIRONMENT)) != before
