"""A value in the form that an overlay agrees is right in that form: judged, compared, made up and sent."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.edi.guidelines.check import in_another_form
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.form import Pack, Source
from crossdock.edi.guidelines.generate import generate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack
from crossdock.edi.guidelines.trials import tried
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import Walk
from crossdock.edi.validate import ValidatedSet, validate
from tests.unit.edi.guidelines import ORDER, SOUND, compiled
from tests.unit.edi.samples import BUYING, envelope, interchange, order, sets

OVERLAY = """\
  - at: PO1
    amount: PO1.02 * PO1.04 <= 1000
overlay:
  - {date: BEG.05, form: MMDDYY}
  - {date: "DTM[01=002].02", form: DD.MM.YYYY}
  - {decimals: PO1.04, places: 2}
  - {units: PO1.03, table: {C: CA, EACH: EA}}
"""
THEIRS = compiled(ORDER + OVERLAY)
SAID = (
    *(SOUND[0], SOUND[1].replace("20101201", "120110")),
    *(row.replace("20101215", "15.12.2010") for row in SOUND[2:9]),
    *("PO1*10*6*EACH*255**IN*85123A*VN*B-1", SOUND[10], "PO1*20*12*C*3000**UK*10012345678902*IN*85124A"),
    *(SOUND[12], *SOUND[13:]),
)


def told(*rows: str, by: Compiled = THEIRS) -> list[tuple[str, str, int]]:
    (found,) = validate(interchange(*rows), Guidelines("northgate", (by,)))
    assert isinstance(found, ValidatedSet)
    return [(each.code, each.segment_id, each.element) for each in found.faults]


def said(was: str, now: str) -> tuple[str, ...]:
    assert any(was in row for row in SAID)
    return tuple(row.replace(was, now) for row in SAID)


def test_what_is_written_as_the_partner_agreed_is_no_fault() -> None:
    assert told(*SAID) == []
    (ts,) = sets(interchange(*SAID))
    assert THEIRS.faultless(ts) is False, "the form of some DTM is another one, so the walk tells which"
    assert THEIRS.faults(ts) == []


@pytest.mark.parametrize("day", ["139910", "200105", "1201", "20101301"])
def test_what_is_no_day_in_that_form_is_told(day: str) -> None:
    assert told(*said("120110", day)) == [("date_invalid", "BEG", 5)]


def test_a_day_in_the_form_of_the_standard_is_read_as_well() -> None:
    assert told(*said("120110", "20101201")) == []


def test_a_form_that_is_agreed_for_some_segments_holds_for_no_others() -> None:
    assert told(*said("DTM*002*15.12.2010", "DTM*010*15.12.2010")) == [
        ("element_too_long", "DTM", 2),
        ("date_invalid", "DTM", 2),
    ]


def test_a_unit_that_is_in_no_table_is_told() -> None:
    assert ("unit_unknown", "PO1", 3) in told(*said("*C*", "*Q#*"))


def test_conditions_compare_days_and_numbers_as_they_are_meant() -> None:
    assert told(*said("15.12.2010", "30.11.2010")) == [("guideline_condition", "DTM", 2)]
    assert ("guideline_amount", "PO1", 2) in told(*said("*3000*", "*9000*"))


@given(st.sampled_from(["120110", "139910", "200105", "20101201", "x", "", "0"]), st.sampled_from(["C", "EACH", "Z#"]))
def test_what_the_expression_lets_through_the_walk_finds_faultless(day: str, unit: str) -> None:
    by = compiled(ORDER + OVERLAY.replace('"DTM[01=002].02"', "DTM.02"))
    (ts,) = sets(interchange(*(row.replace("120110", day).replace("*C*", f"*{unit}*") for row in SAID)))
    walk = Walk(view(ts), by.level, by.conditions, by.form.others, by.form.dialect)
    assert by.faultless(ts) == (not list(walk.faults()))


def test_a_made_up_document_is_in_the_partners_form(tmp_path: Path) -> None:
    pack = Pack("northgate", "Northgate", "customer", Source("a pack made for tests"))
    draft = generate(THEIRS, pack)
    values = {line.tag: line.cells for line in draft.lines}
    assert values["BEG"][5] == ["030226"]
    assert values["PO1"][3] in (["C"], ["EACH"])
    assert "." not in values["PO1"][4][0]
    done = tried(PartnerPack(tmp_path, pack, Guidelines("northgate", (THEIRS,)), {}))
    assert done.failed == []


def test_a_made_up_document_in_another_form_is_told() -> None:
    pack = Pack("northgate", "Northgate", "customer", Source("a pack made for tests"))
    item = generate(compiled(), pack).item()
    found = {(each.code, each.segment_id, each.element) for each in in_another_form(item, THEIRS)}
    assert {("guideline_format", "BEG", 5), ("guideline_format", "PO1", 4)} <= found


def test_what_we_send_is_not_refused_for_the_form_that_was_agreed() -> None:
    form = ORDER.partition("  - segment: CUR")[0] + "others: ignored\noverlay:\n  - {date: BEG.05, form: MMDDYY}\n"
    buying = msgspec.structs.replace(BUYING, guidelines=Guidelines("northgate", (compiled(form),)))
    made = maps.write_document("purchase_order", order(), buying)
    assert made.segments[0][5] == "120110"
    (ts,) = sets(x12.write_interchange(envelope(), [made]))
    assert maps.read_document(ts, msgspec.structs.replace(buying, role="buyer")).body == order()
