"""What is made up to a guideline is sound, and every defect put into it is found with exactly its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.form import Pack, Source
from crossdock.edi.guidelines.generate import CannotGenerate, generate
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack
from crossdock.edi.guidelines.scenarios import scenario, scenarios
from crossdock.edi.guidelines.trials import trials, untried
from tests.unit.edi.guidelines import ORDER, compiled
from tests.unit.edi.test_guideline_expression import PACK, template

EXPECTED = {
    "valid", "minimal", "many_lines", "missing_element", "too_long", "too_short", "unknown_code", "wrong_constant",
    "bad_format", "wrong_check_digit", "missing_segment", "missing_qualifier", "repeated_segment", "unexpected_segment",
    "missing_id", "condition_1", "condition_2", "condition_3", "condition_4", "condition_5", "wrong_count",
    "wrong_control_number", "cut_off", "duplicate",
}  # fmt: skip


def tried(text: str, seed: int = 0) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    pack = PartnerPack(Path("nowhere"), PACK, Guidelines("northgate", (compiled(text),)), {})
    return [(each.scenario, each.expected, each.found) for each in trials(pack, seed)]


def test_every_scenario_of_an_order_is_found_out() -> None:
    found = tried(ORDER)
    assert {name for name, _, _ in found} == EXPECTED
    assert [(name, expected, codes) for name, expected, codes in found if expected != codes] == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("document", scaffold.documents())
def test_so_are_those_of_all_templates(document: str, seed: int) -> None:
    pack = PartnerPack(Path("nowhere"), PACK, Guidelines("trial", (template(document),)), {})
    done = list(trials(pack, seed))
    assert [each for each in done if not each.passed] == []
    assert len(done) >= 14
    assert list(untried(pack, done)) == []


def test_answers_of_every_kind_are_made() -> None:
    names = {each.name for each in scenarios(template("855"), PACK)}
    assert {"accepts_ack", "changes_ack", "backorders_ack", "rejects_ack", "rejects_bak", "split"} <= names
    names = {each.name for each in scenarios(template("860"), PACK)}
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
    pack = PartnerPack(Path("nowhere"), PACK, Guidelines("northgate", (compiled(impossible),)), {})
    done = list(trials(pack))
    # The second condition speaks of cases, which not every document has.
    assert {each.scenario for each in done} | {"condition_2"} == EXPECTED - {"condition_1"}
    assert [each for each in done if not each.passed] == []
    assert '850 004010 condition 1: We never order nothing (PO1.03 == "never")' in untried(pack, done)


def test_a_guideline_that_contradicts_itself_elsewhere_cannot_be_tried() -> None:
    text = ORDER.replace('format: "[A-Z0-9]+", example: A1', 'format: "[a-z]+", example: "-"')
    assert tried(text) == [("valid", (), ("cannot_generate",))]


@pytest.mark.parametrize("rule", ["PO1.02 is multiple of 6", "PO1.02 is whole", "PO1.02 has at most 0 decimals"])
def test_quantities_are_made_that_keep_to_a_condition(rule: str) -> None:
    text = ORDER.replace("amount: PO1.02 > 0", f"amount: {rule}")
    pack = PartnerPack(Path("nowhere"), PACK, Guidelines("northgate", (compiled(text),)), {})
    done = list(trials(pack))
    assert {each.scenario for each in done} == EXPECTED
    assert [each for each in done if not each.passed] == []
