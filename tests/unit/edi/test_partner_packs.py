"""Packs are found by folder and name, what is wrong with them is told with its line, and all that ship are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.lint import lint
from crossdock.edi.guidelines.packs import UnknownPartner, find, folders, load
from crossdock.edi.guidelines.reading import Unreadable
from crossdock.edi.guidelines.trials import tried

MAIN = """\
partner: northgate
name: Northgate
kind: customer
source: {title: none}
"""
ORDER = """\
partner: northgate
dialect: x12
document: "850"
version: "004010"
directions: [in]
source: {title: none}
segments:
  - segment: BEG
    use: M
    elements:
      03: {use: M, length: 5..3}
"""


def pack(folder: Path, **files: str) -> Path:
    made = folder / "partners" / "northgate"
    (made / "samples").mkdir(parents=True)
    (made / "partner.yaml").write_text(files.pop("main", MAIN))
    for name, text in files.items():
        (made / f"{name}.yaml").write_text(text)
    return made


def told(folder: Path) -> list[tuple[str, int, str]]:
    return [(Path(each.file).name, each.line, each.what) for each in lint(folder)]


def test_a_new_pack_passes(tmp_path: Path) -> None:
    folder = tmp_path / "northgate"
    for document in scaffold.documents():
        for path, text in scaffold.files("northgate", document, "customer").items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    assert told(folder) == []
    assert {each.document for each in load(folder).guidelines.guidelines} == set(scaffold.documents())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("5..3", "5..3", 11, "`5..3` has no length in it"),
        ("length: 5..3", 'format: "[0-9"', 11, "`[0-9` is no regular expression"),
        ("length: 5..3", 'format: "[0-9]+"', 11, "of a form alone no document can be made up"),
        ("length: 5..3", 'format: "[0-9]+", example: A', 11, "the example does not keep to the rule"),
        ("length: 5..3", "codes: {A: a}, require: [B]", 11, "`B` must come and is not among the codes"),
        ("length: 5..3", "codes: {A: a}, value: A", 11, "it has a value and codes"),
        ("length: 5..3", "lenght: 3", 11, "unknown key `lenght`"),
        ("use: M\n", "use: Y\n", 9, "`Y` is not possible for `use`"),
        ("BEG", "beg", 8, "`beg` cannot stand at `segment`"),
        ("BEG\n", "BEG.01\n", 8, "`BEG.01` names an element"),
        ('"850"', "ORDERS", 3, "`ORDERS` is no document of x12"),
        ("northgate", "southgate", 1, "`southgate` is not the partner of this pack"),
        ("[in]", "[]", 5, "nobody sends it"),
        ("version:", "verzion:", 4, "unknown key `verzion`"),
    ],
)
def test_what_is_wrong_with_a_guideline_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    found = told(pack(tmp_path, order=ORDER.replace(old, new)))
    assert any(each[1] == line and each[2].startswith(words) for each in found), found


def test_conditions_must_speak_of_what_is_described(tmp_path: Path) -> None:
    text = (
        ORDER.replace("5..3", "3..5")
        + "conditions:\n  - {at: PO1, amount: PO1.02 > 0}\n  - {at: BEG, amount: BEG.03 >}\n"
    )
    assert told(pack(tmp_path, order=text)) == [
        ("order.yaml", 13, "no segment PO1 is described"),
        ("order.yaml", 14, "something is missing at the end"),
    ]


def test_samples_and_their_entries_belong_together(tmp_path: Path) -> None:
    entries = "samples:\n  a.x12: {source: s, licence: MIT}\n  b.x12: {source: s, licence: MIT, faults: [no_such]}\n"
    folder = pack(tmp_path, main=MAIN + entries)
    (folder / "samples" / "b.x12").write_text("x")
    (folder / "samples" / "c.x12").write_text("x")
    assert sorted(told(folder)) == [
        ("partner.yaml", 5, "samples/c.x12 has no entry"),
        ("partner.yaml", 6, "there is no samples/a.x12"),
        ("partner.yaml", 7, "`no_such` is no code of a fault"),
    ]


def test_two_guidelines_of_one_document_are_one_too_many(tmp_path: Path) -> None:
    text = ORDER.replace("5..3", "3..5")
    assert [each[2] for each in told(pack(tmp_path, order=text, other=text))] == [
        "order.yaml describes 850 004010 in already"
    ]


def test_a_pack_is_found_by_folder_and_by_name(tmp_path: Path) -> None:
    folder = pack(tmp_path, order=ORDER.replace("5..3", "3..5"))
    assert find(str(folder)) == folder
    assert find("northgate", tmp_path) == folder
    with pytest.raises(UnknownPartner, match="there is no partner pack 'southgate'"):
        find("southgate", tmp_path)


def test_a_pack_that_cannot_be_read_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"order\.yaml:9: `Y` is not possible"):
        load(pack(tmp_path, order=ORDER.replace("use: M\n", "use: Y\n")))


@pytest.mark.parametrize("name", folders())
def test_every_pack_that_ships_is_sound(name: str) -> None:
    folder = folders()[name]
    assert lint(folder) == []
    found = load(folder)
    assert tried(found).failed == []
    assert found.pack.source.url
    assert len(found.pack.samples) >= 1
