"""What is made up to a guideline is sound, and every defect put into it is found with exactly its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.draft import read_items
from crossdock.edi.guidelines.form import Pack, Source
from crossdock.edi.guidelines.generate import CannotGenerate, generate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack, read_guideline
from crossdock.edi.guidelines.scenarios import Workshop, scenario, scenarios
from crossdock.edi.guidelines.trials import Tried, tried
from tests.unit.edi.guidelines import ORDER, compiled, problems
from tests.unit.edi.test_guideline_expression import PACK, template

EXPECTED = {
    "valid", "minimal", "many_lines", "missing_element", "too_long", "too_short", "unknown_code", "wrong_constant",
    "bad_format", "wrong_check_digit", "missing_segment", "missing_qualifier", "repeated_segment", "unexpected_segment",
    "missing_id", "condition_1", "condition_2", "condition_3", "condition_4", "condition_5", "wrong_count",
    "wrong_control_number", "cut_off", "duplicate",
}  # fmt: skip


def done_with(guideline: Compiled, seed: int = 0) -> Tried:
    return tried(PartnerPack(Path("nowhere"), PACK, Guidelines("northgate", (guideline,)), {}), seed)


def test_every_scenario_of_an_order_is_found_out() -> None:
    done = done_with(compiled())
    assert {each.scenario for each in done.trials} == EXPECTED
    assert done.failed == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("document", scaffold.documents())
def test_so_are_those_of_all_templates(document: str, seed: int) -> None:
    done = done_with(template(document), seed)
    assert done.failed == []
    assert len(done.trials) >= 14
    assert len(done.lines) >= 20
    assert [each for each in done.untried if "condition" in each.what] == []


def test_answers_of_every_kind_are_made() -> None:
    names = {each.name for each in scenarios(Workshop(template("855"), PACK, 0))}
    assert {"accepts_ack", "changes_ack", "backorders_ack", "rejects_ack", "rejects_bak", "split"} <= names
    names = {each.name for each in scenarios(Workshop(template("860"), PACK, 0))}
    assert {"adds_poc", "changes_poc", "cancels_poc"} <= names


def test_the_same_seed_makes_the_same_document() -> None:
    guideline = compiled()
    assert generate(guideline, PACK, 5).bytes() == generate(compiled(), PACK, 5).bytes()
    assert generate(guideline, PACK, 5).bytes() != generate(guideline, PACK, 6).bytes()


def test_a_wrong_check_digit_is_put_where_one_is_checked() -> None:
    made = scenario(compiled(), PACK, "wrong_check_digit")
    assert made.expected == ("check_digit_wrong",)
    with pytest.raises(CannotGenerate, match="there is no scenario 'flood'"):
        scenario(compiled(), PACK, "flood")


def test_a_guideline_that_nothing_keeps_to_is_told() -> None:
    impossible = ORDER.replace("amount: PO1.02 > 0", 'must: PO1.03 == "never"')
    with pytest.raises(CannotGenerate, match=r"PO1\.03"):
        generate(compiled(impossible), Pack("x", "X", "customer", Source("none")))


def test_a_condition_that_no_document_keeps_to_is_named_and_all_else_is_tried() -> None:
    impossible = ORDER.replace("amount: PO1.02 > 0", 'must: PO1.03 == "never"')
    done = done_with(compiled(impossible))
    assert {each.scenario for each in done.trials} == EXPECTED - {"condition_1"}
    assert done.failed == []
    words = 'condition 1, We never order nothing (PO1.03 == "never"): no made-up document keeps to it'
    assert f"850 004010 {words}" in map(str, done.untried)


def test_a_guideline_that_contradicts_itself_elsewhere_cannot_be_tried() -> None:
    text = ORDER.replace('format: "[A-Z0-9]+", example: A1', 'format: "[a-z]+", example: "-"')
    (only,) = done_with(compiled(text)).trials
    assert (only.scenario, only.found) == ("valid", ("cannot_generate",))


@pytest.mark.parametrize("rule", ["PO1.02 is multiple of 6", "PO1.02 is whole", "PO1.02 has at most 0 decimals"])
def test_quantities_are_made_that_keep_to_a_condition(rule: str) -> None:
    text = ORDER.replace("amount: PO1.02 > 0", f"amount: {rule}")
    done = done_with(compiled(text))
    assert {each.scenario for each in done.trials} == EXPECTED
    assert done.failed == []


CASED = ORDER.replace(
    "      - segment: REF\n        elements:\n          01: {use: M, codes: {LI: line}}\n",
    "      - segment: PO4\n        use: M\n        elements:\n          01: {use: M, length: 1..2}\n",
)


def test_a_quantity_may_be_a_multiple_of_what_stands_at_a_place() -> None:
    guideline = compiled(CASED.replace("amount: PO1.02 > 0", "amount: PO1.02 is multiple of PO4.01"))
    draft = generate(guideline, Pack("x", "X", "customer", Source("none")))
    cases = [int(line.cells[1][0]) for line in draft.lines if line.tag == "PO4"]
    ordered = [int(line.cells[2][0]) for line in draft.lines if line.tag == "PO1"]
    assert len(cases) == len(ordered) == 2
    assert [quantity % case for quantity, case in zip(ordered, cases, strict=True)] == [0, 0]
    done = done_with(guideline)
    assert "condition_1" in {each.scenario for each in done.trials}
    assert done.failed == []


STORES = """\
      - segment: SDQ
        max: 50
        elements:
          01: {use: M, codes: {EA: each, CA: case}}
          02: {use: M, value: "92"}
          03: {use: M, length: 4}
          04: {use: M}
          05: {}
          06: {}
"""


def test_what_is_a_multiple_is_shared_out_among_stores_that_add_up_to_it() -> None:
    both = "amount: PO1.02 is multiple of 6\n  - at: PO1\n    amount: PO1.02 == sum(SDQ.04) + sum(SDQ.06)"
    text = ORDER.replace("      - segment: SAC\n", f"{STORES}      - segment: SAC\n")
    done = done_with(compiled(text.replace("amount: PO1.02 > 0", both)))
    assert done.failed == []
    assert {"condition_1", "condition_2", "minimal"} <= {each.scenario for each in done.trials}
    draft = generate(compiled(text.replace("amount: PO1.02 > 0", both)), Pack("x", "X", "customer", Source("none")))
    units = [line.cells[3 if line.tag == "PO1" else 1] for line in draft.lines if line.tag in ("PO1", "SDQ")]
    assert units[0] == units[1]
    assert units[2] == units[3]


def test_the_condition_that_fails_everywhere_is_the_one_that_is_named() -> None:
    text = ORDER.replace("amount: PO1.02 > 0", "amount: PO1.02 is multiple of 6\n  - at: PO1\n    amount: PO1.02 == 7")
    with pytest.raises(CannotGenerate, match=r"PO1\.02 (== 7|is multiple of 6)"):
        generate(compiled(text), Pack("x", "X", "customer", Source("none")))


@pytest.mark.parametrize("case", ["0", "", "x"])
def test_of_a_case_that_says_nothing_everything_is_a_multiple(case: str) -> None:
    guideline = compiled(CASED.replace("amount: PO1.02 > 0", "amount: PO1.02 is multiple of PO4.01"))
    draft = generate(guideline, Pack("x", "X", "customer", Source("none")))
    for line in draft.lines:
        if line.tag == "PO4":
            line.cells[1:] = [[case]]
    assert "guideline_amount" not in {each.code for each in guideline.faults(draft.item())}


@pytest.mark.parametrize("of", ["", "sum(PO4.01)", "0"])
def test_a_multiple_is_of_a_number_or_a_place(of: str) -> None:
    (told,) = problems(CASED.replace("amount: PO1.02 > 0", f"amount: PO1.02 is multiple of {of}"))
    assert "number or a place" in told.what or "multiple of zero" in told.what


def test_each_line_of_a_guideline_is_broken_by_itself_and_told_at_its_place() -> None:
    done = done_with(compiled())
    names = {each.scenario for each in done.lines}
    assert {
        "BEG:segment_missing", "BEG:segment_repeated", "BEG.01:element_missing", "BEG.01:code_unknown",
        "BEG.03:element_too_long", "BEG.03:guideline_format", "BEG.05:date_invalid", "CUR.02:code_unknown",
        "REF[01=DP]:segment_missing", "REF[01=DP].02:element_too_short", "REF[01=IA].02:code_unknown",
        "DTM:segment_repeated", "N1.01=ST:guideline_qualifier_missing", "N1:segment_repeated",
        "N1/N4:segment_repeated", "PO1.03:unit_unknown", "PO1.05:guideline_element_unused", "PO1.06:code_unknown",
        "PO1.IN:guideline_id_missing", "PO1.IN:element_too_long", "PO1.UK:check_digit_wrong",
        "PO1/REF.01:code_unknown", "PO1/SAC:segment_repeated", "CTT.01:element_missing",
    } <= names  # fmt: skip
    assert done.untried == []


def test_a_line_can_be_asked_for_by_name() -> None:
    made = scenario(compiled(), PACK, "PO1.UK:check_digit_wrong")
    assert made.words == "PO1.UK broken"
    (item,) = read_items(made.data, "x12")
    assert [each.code for each in compiled().faults(item)] == ["check_digit_wrong"]
    with pytest.raises(CannotGenerate, match=r"and one for each line, such as PO1\.02:element_missing"):
        scenario(compiled(), PACK, "PO9.01:element_missing")


@pytest.mark.parametrize(
    "rule",
    [
        "DTM.02 within 30 days of BEG.05",
        "PO1.04 within 5 % of PO1.02",
        "PO1.02 within 0 % of 7",
        "CTT.01 >= count(PO1) - 1",
        "PO1.02 * PO1.04 <= 100000",
    ],
)
def test_what_is_near_something_is_made_so_and_broken(rule: str) -> None:
    at = rule[:3]
    done = done_with(compiled(ORDER.replace("at: PO1\n    amount: PO1.02 > 0", f"at: {at}\n    amount: {rule}")))
    assert done.failed == []
    assert "condition_1" in {each.scenario for each in done.trials}
    assert done.untried == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ('BEG.02 == "SA"', 'PO1.03 != ""'),
        ('PO1.03 in ["CA", "DZ"]', "size(PO1.07) > 2"),
        ('BEG.01 == "07" && CUR.02 == "GBP"', 'PO1.03 == "CA"'),
    ],
)
def test_a_condition_that_holds_in_some_cases_only_is_broken_in_one_of_them(given: str, rule: str) -> None:
    condition = f"at: PO1\n    if: '{given}'\n    must: '{rule}'"
    done = done_with(compiled(ORDER.replace("at: PO1\n    amount: PO1.02 > 0", condition)))
    assert done.failed == []
    assert "condition_1" in {each.scenario for each in done.trials}


def test_what_cannot_be_tried_is_named_with_its_cause() -> None:
    text = ORDER.replace(
        "max: 5\n    elements:\n      01: {use: M, codes: {BY",
        "max: 5000\n    elements:\n      01: {use: M, codes: {BY",
    )
    assert "850 004010 N1:segment_repeated: it may come 5000 times" in map(str, done_with(compiled(text)).untried)
    never = ORDER.replace("segment: CUR", "segment: CUR\n    use: X").replace(
        "conditions:", 'conditions:\n  - at: CUR\n    must: CUR.02 == "GBP"'
    )
    assert any(each.why == "no made-up document has CUR" for each in done_with(compiled(never)).untried)


def test_composites_of_x12_are_written_and_broken_as_well() -> None:
    composite = "06: {use: M, components: {01: {use: M, codes: {AA: a, BB: b}}, 02: {use: M, type: R}}}"
    done = done_with(
        compiled(ORDER.replace("      05: {use: M, type: DT}\n", f"      05: {{type: DT}}\n      {composite}\n", 1))
    )
    assert done.failed == []
    assert {"BEG.06.1:code_unknown", "BEG.06.2:number_invalid", "BEG.06:element_missing"} <= {
        each.scenario for each in done.lines
    }


def test_the_least_of_a_composite_that_must_come_is_one_of_its_parts() -> None:
    text = scaffold.guideline_text("trial", "ORDERS").replace(
        "01: {use: M, name: GTIN, check: gtin}", "01: {check: gtin}"
    )
    text = text.replace("02: {use: M, codes: {EN: GTIN, SRV: GTIN}}", "02: {codes: {EN: GTIN}}")
    guideline, problems = read_guideline(Path("ORDERS.yaml"), text)
    assert guideline is not None, problems
    draft = generate(guideline, PACK, minimal=True)
    assert guideline.faults(draft.item()) == []
    assert b"LIN+1++" in draft.bytes()


@pytest.mark.parametrize(("rule", "bad"), [("type: R, length: 4..10", "002"), ("type: DT, length: 8..12", "260302")])
def test_the_shortest_counts_in_one_look_too(rule: str, bad: str) -> None:
    guideline = compiled(ORDER.split("conditions:")[0].replace("04: {use: M}", f"04: {{use: M, {rule}}}", 1))
    draft = generate(guideline, PACK)
    line = next(each for each in draft.lines if each.tag == "PO1")
    draft.put(line, 4, 0, bad)
    assert [each.code for each in guideline.faults(draft.item())] == ["element_too_short"]
