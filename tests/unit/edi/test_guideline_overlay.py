"""What was written for a partner reads as what was meant, for every change; what would not is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi import edifact, maps, x12
from crossdock.edi.guidelines.overlay import BLANK, Cells, Overlay
from tests.unit.edi.guidelines import compiled, guidelines, problems
from tests.unit.edi.samples import BUYING, ORDER_SEGMENTS, SELLING, envelope, interchange, order, sets

HEAD = """\
partner: northgate
dialect: x12
document: "850"
version: "004010"
directions: [in, out]
others: ignored
source: {title: a guideline made for tests}
segments:
  - segment: BEG
    use: M
"""
CHANGES = """\
overlay:
  - {move: "REF[01=ZZ].02", to: "REF[01=CR].02"}
  - {move: MSG.01, to: "N9[01=L1].02", text: "SAY: {}"}
  - {move: PO1.09, to: PO1.11}
  - {lookup: "N1[01=ST].04", table: {"0042": north, "0043": south}}
  - {units: PO1.03, table: {CS: CA, EACH: EA}}
  - {assume: CUR.02, value: GBP}
  - {state: BEG.07, value: AC}
  - {date: DTM.02, form: MMDDYY}
  - {date: BEG.05, form: DD.MM.YYYY}
  - {decimals: PO1.04, places: 2}
  - {insert: REF*IA*4711, after: BEG}
"""
OVERLAY = compiled(HEAD + CHANGES).overlay
VALUES = [
    "", "0042", "north", "GBP", "USD", "20101201", "120110", "01.12.2010", "2.5", "2.50", "250", "0", "CA", "CS", "EA",
    "AC", "x", "SAY: x", "-1.05", "007", "4711",
]  # fmt: skip
FIRST = {"REF": ["ZZ", "CR", "IA", "DP"], "N9": ["L1", "AB"], "N1": ["ST", "BY"], "DTM": ["002"]}


@st.composite
def segments(draw: st.DrawFn) -> Cells:
    tag = draw(st.sampled_from(["BEG", "REF", "MSG", "N9", "PO1", "N1", "CUR", "DTM", "PID"]))
    values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=9))
    if tag in FIRST:
        values[0] = draw(st.sampled_from(FIRST[tag]))
    while values and not values[-1]:
        values.pop()
    return [[tag], *([each] for each in values)]


@given(st.lists(segments(), max_size=8))
def test_what_was_written_is_read_as_it_was(rows: list[Cells]) -> None:
    try:
        written = OVERLAY.write(rows)
    except maps.CannotWrite:
        return  # it would have been read as something else
    read = [row for row in OVERLAY.read(written) if row != BLANK]
    assert [list(map(settled, row)) for row in read] == [list(map(settled, row)) for row in rows]


def settled(parts: list[str]) -> list[object]:
    """2.50 and 2.5 are one number."""
    return [Decimal(part) if part.replace(".", "", 1).replace("-", "").isdigit() else part for part in parts]


@given(st.lists(segments(), max_size=8))
def test_reading_changes_no_number_of_segments_and_never_fails(rows: list[Cells]) -> None:
    assert len(OVERLAY.read(rows)) == len(rows)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ([["REF"], ["ZZ"], ["A"]], [["REF"], ["CR"], ["A"]]),
        ([["MSG"], ["SAY: HELLO"]], [["N9"], ["L1"], ["HELLO"]]),
        ([["N1"], ["ST"], [""], ["92"], ["0042"]], [["N1"], ["ST"], [""], ["92"], ["north"]]),
        ([["PO1"], ["1"], ["6"], ["CS"], ["250"]], [["PO1"], ["1"], ["6"], ["CA"], ["2.5"]]),
        ([["CUR"], ["BY"]], [["CUR"], ["BY"], ["GBP"]]),
        ([["DTM"], ["002"], ["120110"]], [["DTM"], ["002"], ["20101201"]]),
        (
            [["BEG"], ["00"], ["SA"], ["1"], [""], ["01.12.2010"], [""], ["AC"]],
            [["BEG"], ["00"], ["SA"], ["1"], [""], ["20101201"]],
        ),
        ([["REF"], ["IA"], ["4711"]], BLANK),
    ],
    ids=["move", "move with words", "lookup", "units and decimals", "assume", "date", "state and date", "insert"],
)  # fmt: skip
def test_each_change_reads_what_the_partner_writes(theirs: Cells, ours: Cells) -> None:
    assert OVERLAY.read([theirs]) == [ours]
    if ours != BLANK:
        assert OVERLAY.write([[["BEG"], ["00"]], ours])[-1] == theirs


def test_what_has_no_way_to_be_said_is_refused_before_it_is_sent() -> None:
    with pytest.raises(maps.CannotWrite, match="no way to say"):
        OVERLAY.write([[["REF"], ["ZZ"], ["A"]]])
    with pytest.raises(maps.CannotWrite, match="no number of 2 decimals"):
        OVERLAY.write([[["PO1"], ["1"], ["6"], ["CA"], ["2.555"]]])
    with pytest.raises(maps.CannotWrite, match="no date"):
        OVERLAY.write([[["DTM"], ["002"], ["201012"]]])


def test_an_order_goes_out_in_the_partners_form_and_comes_back_as_it_was() -> None:
    changes = """\
overlay:
  - {units: PO1.03, table: {EACH: EA}}
  - {decimals: PO1.04, places: 2}
  - {date: BEG.05, form: MMDDYYYY}
  - {insert: REF*IA*4711, after: BEG}
"""
    packs = guidelines(HEAD + changes)
    buying = msgspec.structs.replace(BUYING, guidelines=packs)
    made = maps.write_document("purchase_order", order(), buying)
    assert made.segments[0][5] == "12012010"
    assert made.segments[1] == ("REF", "IA", "4711")
    line = next(row for row in made.segments if row[0] == "PO1")
    assert line[3:5] == ("EACH", "255")
    (ts,) = sets(x12.write_interchange(envelope(), [made]))
    read = maps.read_document(ts, msgspec.structs.replace(buying, role="buyer"))
    assert [each.code for each in read.faults if each.severity == "error"] == []
    assert read.body == order()
    without = maps.read_document(ts, msgspec.structs.replace(SELLING, guidelines=None))
    assert without.body is None


def test_faults_of_what_was_changed_stand_where_the_partner_wrote() -> None:
    packs = guidelines(HEAD + "overlay:\n  - {date: BEG.05, form: MMDDYY}\n")
    rows = [row.replace("20101201", "139910") for row in ORDER_SEGMENTS]
    (ts,) = sets(interchange(*rows))
    faults = maps.read_document(ts, msgspec.structs.replace(SELLING, guidelines=packs)).faults
    (wrong,) = [each for each in faults if each.code == "date_invalid"]
    assert (wrong.position, wrong.element) == (2, 5)
    assert wrong.offset == ts.offset + ts.raw.index(b"139910")


EDIFACT = """\
partner: northgate
dialect: edifact
document: ORDERS
version: D:96A
directions: [in, out]
others: ignored
source: {title: a guideline made for tests}
segments:
  - {segment: BGM, use: M}
overlay:
  - {lookup: "NAD[01=DP].02.1", table: {"4000001000005": north}}
  - {move: "RFF[01.1=ADE].01.2", to: "RFF[01.1=CR].01.2"}
  - {insert: "FTX+AAI+++HALLO", after: BGM}
"""


def test_an_edifact_message_goes_out_and_comes_back_the_same_way() -> None:
    buying = msgspec.structs.replace(BUYING, guidelines=guidelines(EDIFACT))
    meant = msgspec.structs.replace(order(), reference="IT'S+1")
    made = maps.write_message("purchase_order", meant, buying, "D:96A:UN")
    header = edifact.InterchangeOut("US", "THEM", "1", dt.datetime(2010, 12, 1))
    data = edifact.write_interchange(header, [made])
    assert b"FTX+AAI+++HALLO'" in data
    assert b"RFF+ADE:IT?'S?+1'" in data
    assert b"4000001000005" in data
    (message,) = [item for item in edifact.read(data) if isinstance(item, edifact.Message)]
    read = maps.read_message(message, buying)
    assert read.body == meant


def test_a_change_that_cannot_be_made_is_told_with_its_line() -> None:
    wrong = {
        "{move: REF.02}": "`move` wants to know where `to`",
        "{move: REF.02, lookup: REF.02}": "a change says exactly one of",
        "{lookup: REF.02, table: {A: X, B: X}}": "two codes of the partner stand for the same one of ours",
        "{units: PO1.03, table: {A: QQ}}": "QQ is no unit that we know",
        "{date: DTM.02, form: MMDD}": "`MMDD` is no form of a date",
        "{insert: REF, after: BEG}": "`REF` is no segment",
        "{assume: CUR, value: X}": "`CUR` names a segment",
        "{move: MSG.01, to: REF.02, text: none}": "`text` does not say where the value stands",
    }
    for change, words in wrong.items():
        (told,) = problems(f"{HEAD}overlay:\n  - {change}\n")
        assert words in told.what
        assert told.line == 12


def test_trimming_is_read_only() -> None:
    overlay = compiled(HEAD + 'overlay:\n  - {trim: PO1.01, value: "0"}\n').overlay
    assert isinstance(overlay, Overlay)
    assert overlay.read([[["PO1"], ["0010"]]]) == [[["PO1"], ["10"]]]
    assert overlay.read([[["PO1"], ["000"]]]) == [[["PO1"], ["000"]]]
    assert overlay.write([[["PO1"], ["10"]]]) == [[["PO1"], ["10"]]]
