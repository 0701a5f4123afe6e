"""A person who meets an exception case finds a page that says what it means and what to do."""

from __future__ import annotations

import re

import pytest

from tests.project.tree import DOCS, SOURCE, codes_written, exception_codes, process_codes

RUNBOOKS = DOCS / "runbooks"
SECTIONS = ("What it means", "What to look at", "What to do", "When it closes")


def pages() -> set[str]:
    return {path.stem for path in RUNBOOKS.glob("*.md")} - {"README", "faults", "edi-faults"}


def test_every_exception_code_has_a_runbook_page() -> None:
    assert exception_codes() - pages() == set()


def test_every_runbook_page_is_about_a_code_that_exists() -> None:
    assert pages() - exception_codes() == set()


@pytest.mark.parametrize("code", sorted(exception_codes()))
def test_a_runbook_page_has_its_sections(code: str) -> None:
    text = (RUNBOOKS / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# `{code}`\n")
    assert [section for section in SECTIONS if f"\n## {section}" not in text] == []


def test_a_runbook_page_names_every_process_that_opens_it() -> None:
    unnamed = set()
    for process, codes in process_codes().items():
        page = f"](../processes/{process}.md)"
        unnamed |= {
            f"{process}: {code}" for code in codes if page not in (RUNBOOKS / f"{code}.md").read_text(encoding="utf-8")
        }
    assert unnamed == set()


def test_the_index_of_runbooks_names_every_code() -> None:
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert [code for code in sorted(exception_codes()) if f"[`{code}`]({code}.md)" not in index] == []


def test_a_process_opens_only_codes_that_its_table_explains() -> None:
    unexplained = set()
    for process, codes in process_codes().items():
        folder = next(SOURCE.glob(f"processes/{process}*"))
        written = {code for path in folder.glob("*.py") for code in codes_written(path)}
        unexplained |= {f"{process}: {code}" for code in written - codes.keys()}
    assert unexplained == set()


def test_the_engine_and_the_rooms_above_it_open_only_codes_that_are_known() -> None:
    rooms = ("engine", "exchange", "inventory", "operations", "api")
    written = {code for room in rooms for path in (SOURCE / room).rglob("*.py") for code in codes_written(path)}
    assert written - exception_codes() == set()


def test_every_fault_of_a_document_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", (RUNBOOKS / "faults.md").read_text(encoding="utf-8"), re.MULTILINE))
    made = re.compile(r'(?:\bFault|Refused|NotTaken)\(\s*"(\w+)"|one_of\([^"\n]*"(\w+)"\)')
    rooms = ("engine", "exchange", "connectors", "operations")
    found = set()
    for room in rooms:
        for path in (SOURCE / room).rglob("*.py"):
            found |= {one or other for one, other in made.findall(path.read_text(encoding="utf-8"))}
    assert found - explained == set()
