"""`edi validate` lists everything that is wrong: what is found first keeps nothing else from being told."""

from __future__ import annotations

import datetime as dt

from crossdock.edi import edifact
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.kernel.faults import FAULTS
from crossdock.edi.validate import ValidatedSet, validate
from tests.unit.edi.guidelines import ORDER, compiled
from tests.unit.edi.samples import interchange

BEGIN = ("ST*850*0001", "BEG*00*SA*P1**20260105", "N1*ST*DC*92*5")
SOUND = "PO1*1*2*EA*1**VN*Q"
NAMELESS = "PO1*2*1*EA*1"
UNPRICED = "PO1*3*1*EA***VN*A"
AT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def told(data: bytes, guidelines: Guidelines | None = None) -> list[tuple[str, str, int]]:
    (found,) = validate(data, guidelines)
    assert isinstance(found, ValidatedSet)
    assert found.refused
    return [(each.code, each.segment_id, each.element) for each in found.faults]


def x12(*rows: str, count: int = 0) -> bytes:
    return interchange(*rows, f"SE*{count or len(rows) + 1}*0001")


def test_what_the_map_misses_is_told_beside_what_is_no_value() -> None:
    rows = (BEGIN[0], BEGIN[1].replace("0105", "1305"), BEGIN[2], SOUND.replace("*2*", "*x*"), NAMELESS, UNPRICED)
    assert told(x12(*rows, "CTT*3")) == [
        ("date_invalid", "BEG", 5),
        ("number_invalid", "PO1", 2),
        ("item_missing", "PO1", 6),
        ("price_missing", "PO1", 4),
    ]


def test_what_follows_from_something_else_that_is_wrong_is_not_told() -> None:
    rows = (*BEGIN, SOUND.replace("*2*", "*x*"), "SDQ*EA*92*1*2", "CTT*9")
    assert told(x12(*rows)) == [("number_invalid", "PO1", 2)]
    assert told(x12(BEGIN[0], SOUND)) == [("segment_missing", "BEG", 0)]


def test_a_trailer_that_counts_otherwise_hides_nothing() -> None:
    assert told(x12(*BEGIN, NAMELESS, count=12)) == [("set_count_mismatch", "SE", 1), ("item_missing", "PO1", 6)]


def test_what_breaks_a_guideline_does_not_hide_what_the_map_misses() -> None:
    form = ORDER.partition("  - segment: CUR")[0] + "others: ignored\n"
    rows = (BEGIN[0], BEGIN[1].replace("P1", "P-1"), BEGIN[2], SOUND, NAMELESS)
    known = Guidelines("northgate", (compiled(form),))
    assert told(x12(*rows), known) == [("guideline_format", "BEG", 3), ("item_missing", "PO1", 6)]


def test_what_a_guideline_refuses_is_not_said_to_be_read() -> None:
    form = ORDER.partition("  - segment: CUR")[0].replace("1..22", "1..3") + "others: ignored\n"
    (found,) = validate(x12(*BEGIN[:1], BEGIN[1].replace("P1", "P123"), SOUND), Guidelines("n", (compiled(form),)))
    assert isinstance(found, ValidatedSet)
    (long,) = [each for each in found.faults if each.code == "element_too_long"]
    assert (long.severity, long.advice) == ("error", "Ask the partner to keep to the length.")
    assert long.advice in FAULTS["element_too_long"].advice


def test_a_message_that_its_guideline_refuses_is_read_to_its_end() -> None:
    form = (
        "partner: northgate\ndialect: edifact\ndocument: ORDERS\nversion: D:96A\ndirections: [in]\nothers: ignored\n"
        "source: {title: a guideline made for tests}\n"
        "segments:\n  - {segment: BGM, use: M, elements: {02: {use: M, length: 9}}}\n"
    )
    segments = [("BGM", "220", "P1"), ("DTM", ("137", "20260105", "102")), ("LIN", "1"), ("QTY", ("21", "5"))]
    message = edifact.OutgoingMessage("ORDERS", "D:96A:UN", [*segments, ("UNS", "S")])
    header = edifact.InterchangeOut("A", "B", "1", AT)
    found = told(edifact.write_interchange(header, [message]), Guidelines("northgate", (compiled(form),)))
    assert found[0] == ("element_too_short", "BGM", 2)
    assert ("item_missing", "LIN", 3) in found
