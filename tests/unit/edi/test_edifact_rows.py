"""Rows of a message: one plain split of an element gives what `Segment.components` says, however it is written."""

from __future__ import annotations

import dataclasses

from hypothesis import example, given
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.edi.maps.edifact.reading import Reading
from crossdock.edi.maps.edifact.remembered import Remembered
from crossdock.edi.maps.edifact.rows import rows_of
from tests.unit.edi.samples import BUYING, SELLING

# What matters to the split: separators, the release character, blanks of all kinds, letters beyond ASCII.
_PIECES = st.sampled_from(
    [
        "A",
        "12",
        " ",
        "  ",
        "\t",
        "\u00a0",
        "\u3000",
        "\u00e0",
        "+",
        ":",
        "?",
        "?+",
        "?:",
        "?'",
        "??",
        "? ",
        "\ufddf",
        "\ufdd1",
    ]
)
_BODIES = st.lists(st.lists(_PIECES, max_size=9).map("".join), max_size=6)


@given(_BODIES)
@example(["+12\t"])
@example(["+ 12:EA"])
@example(["+1?:2:B"])
@example(["+plain:text"])
def test_the_components_of_rows_are_those_of_segments(bodies: list[str]) -> None:
    segments = [f"FTX{body}" for body in bodies]
    text = "'".join(["UNH+1+ORDERS:D:96A:UN", *segments, f"UNT+{len(bodies) + 2}+1", "UNZ+1+1", ""])
    data = f"UNB+UNOY:3+A+B+240101:0800+1'{text}".encode()
    messages = [item for item in edifact.read(data) if isinstance(item, edifact.Message)]
    for message in messages:
        rows, mark = rows_of(message)
        assert len(rows) == len(message.segments)
        for row, segment in zip(rows, message.segments, strict=True):
            found = [[_text(each) for each in row[number].split(mark)] for number in range(1, len(row))]
            meant = [segment.components(number) for number in range(1, len(segment) + 1)]
            assert found == [[_text(each).strip() for each in one] for one in meant]


def _text(value: str) -> str:
    return value.replace("\ufddf", "\ufffd")


_IDS = st.lists(
    st.sampled_from(["A", "12", ":", ":IN", ":SA", ":EN", ":BP", ":NB", "?+", "?:", " ", "+", "é"]), max_size=8
)


@given(st.lists(_IDS.map("".join), max_size=4), st.sampled_from([BUYING, SELLING]))
@example(["A:IN+B?+C:SA"], BUYING)
@example(["A:SA+B:IN"], SELLING)
@example(["A" * 200 + ":IN"], BUYING)
def test_the_ids_of_an_item_are_the_same_when_they_come_again(bodies: list[str], context: maps.MapContext) -> None:
    text = "'".join(["UNH+1+ORDERS:D:96A:UN", *(f"PIA+{each}" for each in bodies), f"UNT+{len(bodies) + 2}+1", ""])
    for message in edifact.read(f"UNB+UNOC:3+A+B+240101:0800+1'{text}UNZ+1+1'".encode("latin-1")):
        if not isinstance(message, edifact.Message):
            continue
        for _ in range(2):
            once, again = Reading(message, context, []), Reading(message, context, [])
            for position, row in enumerate(once.rows, 1):
                found = again.items_among(row[1:], position)
                assert found == once.items(once.named(row[1:]), position)
            assert again.faults == once.faults


def test_what_is_remembered_of_texts_does_not_grow() -> None:
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    known = Remembered(length, longest=2, most=3)
    assert [known[text] for text in ("a", "ab", "a", "abc", "abc")] == [1, 2, 1, 3, 3]
    assert asked == ["a", "ab", "abc", "abc"]
    for number in range(100):
        assert known[str(number)] == len(str(number))
        assert len(known) <= 3


@given(_BODIES)
@example([" plain"])
@example(["+A'"])
def test_a_tidy_message_has_the_segments_that_it_is_counted_to_have(bodies: list[str]) -> None:
    text = "'".join(["UNH+1+ORDERS:D:96A:UN", *(f"FTX{body}" for body in bodies), f"UNT+{len(bodies) + 2}+1", ""])
    for suffix in ("", "\r\n"):
        ended = text.replace("'", "'" + suffix)
        data = f"UNB+UNOY:3+A+B+240101:0800+1'{suffix}{ended}UNZ+1+1'".encode()
        for item in edifact.read(data):
            if isinstance(item, edifact.Message):
                anew = dataclasses.replace(item, tidy=None)
                assert (item.count, item.texts) == (len(anew.texts), anew.texts)
