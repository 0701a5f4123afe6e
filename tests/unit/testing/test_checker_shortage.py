"""shortage_is_owned and nothing_stuck."""

from __future__ import annotations

import dataclasses

import pytest

from crossdock.testing.checker.product import Problem
from tests.unit.testing.checker_story import UK, Story, right_story

CASE = f"sales_order/{UK}/marketplace/1002"


def with_shortage(**changes: object) -> Story:
    story = right_story()
    story.product.problems = tuple(
        dataclasses.replace(each, **changes) if each.code == "told_shortage" else each  # type: ignore[arg-type]
        for each in story.product.problems
    )
    return story


def test_the_right_story_holds() -> None:
    rulings = right_story().rulings()
    assert rulings["shortage_is_owned"].held, rulings["shortage_is_owned"].violations
    assert rulings["nothing_stuck"].held, rulings["nothing_stuck"].violations


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": ""}, "3 of A missing: its exception case has no owner"),
        ({"expected_on": ""}, "3 of A missing: its exception case has no expected date"),
        ({"is_open": False}, "3 of A missing, and no open exception case owns that"),
        ({"lines": ("2",)}, "3 of A missing, and no open exception case owns that"),
        ({"case": f"sales_order/{UK}/shop/1001"}, "told_shortage is still open although nothing is missing"),
        ({"is_open": False}, "told_shortage was closed although lines 1 are still short"),
        ({"case": f"sales_order/{UK}/shop/77"}, "told_shortage is about sales_order/albion_uk/shop/77, which nobody"),
    ],
)
def test_a_shortage_without_a_sound_exception_case_is_seen(changes: dict[str, object], words: str) -> None:
    assert words in with_shortage(**changes).broken("shortage_is_owned")


def test_a_shortage_that_was_never_raised_is_seen() -> None:
    story = right_story()
    story.product.problems = tuple(each for each in story.product.problems if each.code != "told_shortage")
    assert "3 of A missing, and no open exception case owns that" in story.broken("shortage_is_owned")


def test_a_shortage_may_change_its_owner() -> None:
    story = with_shortage(is_open=False)
    other = Problem(CASE, "backorder_without_supply", lines=("1",), owner="buyer", expected_on="2010-12-10")
    story.product.problems += (other,)
    assert story.rulings()["shortage_is_owned"].held


def test_where_nothing_was_ever_short_nothing_is_proved() -> None:
    story = right_story()
    story.product.problems = tuple(each for each in story.product.problems if each.code != "told_shortage")
    for entry in story.find("effects", "order_update"):
        for line in entry["body"]["lines"]:
            line["state"] = "released"
    assert story.broken("shortage_is_owned") == "nothing was compared"


@pytest.mark.parametrize("kind", ["events", "deliveries", "deadlines", "documents"])
def test_work_that_is_left_is_seen(kind: str) -> None:
    story = right_story()
    story.product.doctor["work_left"][kind] = 2
    assert f"{kind} still to be worked on: 0 expected, 2 found" in story.broken("nothing_stuck")


def test_a_doctor_who_does_not_say_proves_nothing() -> None:
    story = right_story()
    story.product.doctor = {"checks": []}
    assert "`doctor --json` does not say what work is left" in story.broken("nothing_stuck")


def test_a_dead_letter_needs_an_open_exception_case_that_names_it() -> None:
    story = right_story()
    letter = {"case_id": CASE, "system": "erp", "document": "sales_order", "number": "marketplace-1002"}
    story.product.dead_letters = [letter]
    assert "dead letter sales_order marketplace-1002 to erp has no open exception case" in story.broken("nothing_stuck")
    named = Problem(CASE, "document_undeliverable", key=f"erp/{UK}:sales_order:marketplace-1002")
    story.product.problems += (named,)
    assert story.rulings()["nothing_stuck"].held


def test_an_order_that_was_never_answered_is_seen() -> None:
    story = right_story()
    story.drop("order.refused")
    assert "order 1005 of shop for albion_uk was placed and never answered" in story.broken("nothing_stuck")


def test_ordered_is_shipped_and_backordered_and_given_up() -> None:
    story = right_story()
    story.drop("sent.shipment.dispatched", "SHN4")
    words = story.broken("nothing_stuck")
    assert "line 1: 3 of A ordered, 0 shipped, 0 backordered, 0 given up" in words
    assert "1003-north-1 of albion_uk never left wms_north" in words


def test_a_backorder_nobody_knows_of_does_not_account_for_anything() -> None:
    story = with_shortage(is_open=False)
    assert "line 1: 5 of A ordered, 2 shipped, 0 backordered, 0 given up" in story.broken("nothing_stuck")


def test_a_truck_that_was_never_unloaded_is_seen() -> None:
    story = right_story()
    story.find("effects", "sent.receipt.confirmed")[0]["body"]["data"]["advices_closed"] = []
    words = story.broken("nothing_stuck")
    assert "goods of ship notice BN1 of brightware to albion_uk were never received" in words


def test_a_return_that_was_never_inspected_is_seen() -> None:
    story = right_story()
    story.drop("sent.return.inspected")
    assert "return C7 of albion_uk was never inspected" in story.broken("nothing_stuck")
