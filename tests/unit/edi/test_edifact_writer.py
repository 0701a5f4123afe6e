"""What is written in EDIFACT says what it was given, whatever characters that holds, or is refused by place."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact
from crossdock.edi.edifact import InterchangeOut, OutgoingMessage, Repeated, ServiceCharacters
from crossdock.edi.kernel.writing import CannotWrite, Text

LETTERS_OF_UTF8 = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")
"""What no words have, and is told as another set of letters."""
AT = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)


def head(**more: Any) -> InterchangeOut:
    return InterchangeOut("5412345000013", "5498765000010", "REF1", AT, "14", "14", **more)


def written(*segments: edifact.OutgoingSegment, **more: Any) -> bytes:
    return edifact.write_interchange(head(**more), [OutgoingMessage("ORDERS", "D:96A:UN:EAN008", segments)])


def read_back(data: bytes) -> edifact.Message:
    (one,) = edifact.read(data)
    assert isinstance(one, edifact.Message), one
    assert one.faults == ()
    return one


def test_an_interchange_is_written_with_its_envelope() -> None:
    lines = ServiceCharacters(suffix="\r\n")
    data = written(("BGM", "220", "4500001", ""), ("NAD", "BY", ("541", "", "9", "")), delimiters=lines)
    assert data.decode().splitlines() == [
        "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+REF1'",
        "UNH+1+ORDERS:D:96A:UN:EAN008'",
        "BGM+220+4500001'",
        "NAD+BY+541::9'",
        "UNT+4+1'",
        "UNZ+1+REF1'",
    ]


def test_version_four_writes_years_of_four_digits_and_repetitions() -> None:
    marks = ServiceCharacters(repetition="*", stated=True)
    data = written(("PIA", "1", Repeated([("A", "SA"), ("B", "SA")])), version="4", delimiters=marks)
    assert data.startswith(b"UNA:+.?*'UNB+UNOC:4")
    assert b"+20101201:0830+" in data
    assert b"PIA+1+A:SA*B:SA'" in data
    assert read_back(data).segments[1].components(2, 1) == ["B", "SA"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S", "Zs"]), max_size=8)),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_read_back_is_what_was_written(elements: list[list[str]]) -> None:
    values = [[each.strip() for each in element] for element in elements]
    assume(not any(LETTERS_OF_UTF8.search(each) for element in values for each in element))
    segment = read_back(written(("FTX", *values))).segments[1]
    for number, element in enumerate(values, 1):
        found = segment.components(number)
        assert found == [*element, *[""] * (len(found) - len(element))][: len(found)]
        assert not any(element[len(found) :])


def test_messages_are_split_and_put_together_again_byte_for_byte() -> None:
    data = written(("FTX", "AAI", "", "", ("it's", "2+2?", "a:b")), ("UNS", "S"))
    one = read_back(data)
    again = "".join(one.written(text) + "'" for text in one.texts).encode("latin-1")
    assert again == one.raw


@pytest.mark.parametrize(
    ("segments", "more", "said"),
    [
        ([("BGM", "220", "a\nb")], {}, r"BGM element 2 holds"),
        ([("BGM", "220", "\u20ac")], {}, "BGM element 2 holds '\u20ac'"),
        ([("BGM", "220", "a+b")], {"delimiters": ServiceCharacters(release="")}, r"BGM element 2 holds"),
        ([("PIA", "1", Repeated([("A",), ("B",)]))], {}, "PIA element 2 is repeated"),
        ([], {"control_number": "123456789012345"}, "UNB 0020"),
        ([], {"sender": ""}, "the sender of UNB"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_place(segments: Any, more: dict[str, Any], said: str) -> None:
    header = head(**{key: value for key, value in more.items() if key not in ("control_number", "sender")})
    for key in ("control_number", "sender"):
        if key in more:
            object.__setattr__(header, key, more[key])
    with pytest.raises(CannotWrite, match=said):
        edifact.write_interchange(header, [OutgoingMessage("ORDERS", "D:96A:UN", segments)])


def test_free_text_loses_what_cannot_be_said() -> None:
    assert b"FTX+AAI+++5   net'" in written(("FTX", "AAI", "", "", Text("5 \u20ac net")))
    plain = ServiceCharacters(release="")
    assert b"FTX+AAI+++a b'" in written(("FTX", "AAI", "", "", Text("a+b")), delimiters=plain)


_VALUES = st.text(st.sampled_from("A1 é+:?'\x1d\x1f\ufdd0Ж"), max_size=4).map(Text)
_ELEMENTS = st.one_of(_VALUES, st.lists(_VALUES, max_size=3).map(tuple))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(_ELEMENTS, max_size=4), max_size=3))
def test_a_message_is_written_as_it_is_beside_one_whose_values_need_release(bodies: list[list[Any]]) -> None:
    header = InterchangeOut("US", "THEM", "1", dt.datetime(2024, 1, 2, 3, 4))
    message = OutgoingMessage("ORDERS", "D:96A:UN", [("FTX", *body) for body in bodies])
    released = OutgoingMessage("ORDERS", "D:96A:UN", [("FTX", "+")])
    alone = edifact.write_interchange(header, [message]).split(b"UNH+")[1].split(b"UNZ+")[0]
    beside = edifact.write_interchange(header, [message, released]).split(b"UNH+")[1]
    assert alone == beside
