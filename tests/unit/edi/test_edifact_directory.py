"""Messages are held against the directories of the United Nations: what the maps do not read is told as well, and
nothing of it refuses a message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi import edifact
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.guides.edifact import check_message, segment_forms
from crossdock.edi.validate import ValidatedSet, validate

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
HEAD = ("BGM+220+4500001+9", "DTM+137:20101201:102", "NAD+BY+5412345000013::9", "NAD+SU+5498765000017::9")
LINE = ("LIN+1++5011111111115:EN", "QTY+21:6:PCE", "PRI+AAA:2.55:CT::1:PCE")
ORDER = (*HEAD, *LINE, "UNS+S", "CNT+2:1")


def test_what_keeps_to_the_directory_is_told_nothing() -> None:
    assert (
        told("FTX+AAI+++Handle with care", "TDT+20++30+31", "MEA+AAE+WT+KGM:12.5", "LOC+7+NLRTM:139:6:Rotterdam") == []
    )


@pytest.mark.parametrize(
    ("segment", "code", "element"),
    [
        ("LOC++NLRTM", "element_missing", 1),
        ("FTX++1++Text", "element_missing", 1),
        ("PIA+1", "element_missing", 2),
        ("MEA+AAE+WT+KGM:" + "1" * 19, "element_too_long", 3),
        ("FTX+AAI+++" + "x" * 513, "element_too_long", 4),
        ("PAC+twelve", "number_invalid", 1),
        ("MOA+203:1.200,50", "number_invalid", 1),
        ("QVR+15 pieces:21", "number_invalid", 1),
        ("DTM+137:20101201:102:again", "element_surplus", 1),
        ("LOC+7+NLRTM++++more", "element_surplus", 6),
        ("RFF", "segment_empty", 0),
        ("RFF+:", "segment_empty", 0),
        ("R?F+ON:1", "segment_id_invalid", 0),
        ("Rff+ON:1", "segment_id_invalid", 0),
    ],
)
def test_what_does_not_is_told_where_it_stands(segment: str, code: str, element: int) -> None:
    assert told(segment) == [(code, element)]


def test_a_place_is_that_of_the_component() -> None:
    data = interchange(*ORDER, "LOC+7+:139:6:" + "x" * 300)
    (found,) = check_message(read(data))
    assert data[found.offset :].startswith(b"x" * 300)
    assert "Place (3224)" in found.detail
    assert "256 characters" in found.detail


@pytest.mark.parametrize(
    "segment",
    [
        "FTX+AAI+++it?'s 5 ?+ 5 ?: 10",
        "FTX+AAI+++" + "?'" * 512,
        "BGM",
        "LIN:1+1++5011111111115:EN",
        "XYZ+of a later directory",
        "DTM+137:20101201:102:+",
        "MOA+203:-,5",
        "MOA+203:-1200,55555555",
        "TDT+20+1+30+:103::Ship+++++++P",
    ],
    ids=lambda text: text[:24],
)
def test_what_some_directory_or_the_syntax_allows_is_told_nothing(segment: str) -> None:
    assert told(segment) == []


def test_of_repeated_elements_each_is_held_against_the_directory() -> None:
    rows = ("COM+a:TE*b:FX*c", "UNS+S")
    data = interchange(*rows, una="UNA:+.?*'", syntax="UNOC:4")
    assert [(each.code, each.element) for each in check_message(read(data))] == [("element_missing", 1)]


def test_a_message_is_valid_whatever_the_directory_finds() -> None:
    (found,) = validate(interchange(*ORDER[:-2], "PAC+twelve", *ORDER[-2:]))
    assert isinstance(found, ValidatedSet)
    assert not found.refused
    assert [(each.code, each.severity) for each in found.faults] == [("number_invalid", "warning")]
    (shown,) = explain(interchange(*ORDER[:-2], "PAC+twelve", *ORDER[-2:]))
    assert isinstance(shown, ExplainedSet)
    assert not shown.refused
    assert shown.faults == found.faults


def test_what_the_map_tells_is_not_told_again() -> None:
    (found,) = validate(interchange(*HEAD, "LIN+1++5011111111115:EN", "QTY+21", *ORDER[-2:]))
    assert isinstance(found, ValidatedSet)
    assert [each.code for each in found.faults if each.segment_id == "QTY"] == ["element_missing"]


@given(st.lists(st.sampled_from(sorted(segment_forms())), max_size=3), st.text("+:?*1.aA ", max_size=40), st.booleans())
def test_any_segment_gives_warnings_and_the_same_ones_each_time(tags: list[str], text: str, twice: bool) -> None:
    data = interchange(*(f"{tag}+{text}" for tag in tags), *((text,) if twice else ()))
    for item in edifact.read(data):
        if isinstance(item, edifact.Message):
            found = check_message(item)
            assert all(each.severity == "warning" for each in found)
            assert check_message(item) == found


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="no real documents at hand")
def test_real_documents_are_told_what_they_break_and_nothing_else() -> None:
    """Each of these was looked at: the directory that it names has no such length, and demands what is missing."""
    found = set()
    for path in sorted(FIXTURES.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for item in edifact.read(data) if b"UNH" in data else ():
            if isinstance(item, edifact.Message):
                found |= {(path.stem, each.code, each.segment_id, each.element) for each in check_message(item)}
    assert found == REAL


_NO_NAME = ("element_missing", "UNH", 2)
_NO_REFERENCE = ("element_missing", "UNT", 2)
_PACKAGE = ("element_too_long", "GID", 2)
_TRANSPORT = ("element_missing", "TDT", 7)
# UNH without a type or without anything, UNT without its reference, a serial number of 18 digits as a code of packages
# (an..17), the carrier's details where the reason of excess transportation must stand, a word for an amount, a train
# where the transit direction stands (an..3), EAN008B as an association code (an..6).
BROKEN = {
    "edifact.D01B.IFCSUM": (_PACKAGE,),
    "edifact.D01B.IFCSUM.NewLines": (_PACKAGE,),
    "edifact.D95B.CUSCAR": (_NO_NAME, _TRANSPORT),
    "edifact.D95B.Issue137": (_NO_NAME, _TRANSPORT),
    "edifact.Issue121.ElementList": (_NO_NAME, _NO_REFERENCE),
    "edifact.Issue121.ElementList.Conditions": (_NO_NAME, _NO_REFERENCE),
    "edifact.Issue170.ElementList": (_NO_NAME, _NO_REFERENCE),
    "edifact.Issue174": (_NO_NAME, _NO_REFERENCE, ("element_too_long", "TDT", 6)),
    "edifact.Issue203": (("number_invalid", "MOA", 1),),
    "edifact.Issue98": (_NO_NAME, _NO_REFERENCE),
    "orders-with-group": (("element_too_long", "UNH", 2),),
}
REAL = {(name, *each) for name, broken in BROKEN.items() for each in broken}


def told(*segments: str) -> list[tuple[str, int]]:
    """What is found in an order with these segments more."""
    return [(each.code, each.element) for each in check_message(read(interchange(*ORDER, *segments)))]


def read(data: bytes) -> edifact.Message:
    """The only message."""
    (item,) = edifact.read(data)
    assert isinstance(item, edifact.Message)
    return item


def interchange(*rows: str, una: str = "", syntax: str = "UNOC:3") -> bytes:
    """Segments as the only message of an interchange."""
    body = "".join(f"{row}'" for row in rows)
    head = f"UNB+{syntax}+5412345000013:14+5498765000017:14+101201:0800+1'UNH+1+ORDERS:D:96A:UN:EAN008'"
    return f"{una}{head}{body}UNT+{len(rows) + 2}+1'UNZ+1+1'".encode("latin-1")
