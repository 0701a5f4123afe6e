"""Why two systems differ: constructed differences, each with the one fact behind it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.model.stock_policy import DriftRule
from crossdock.rules.drift import Finding, Question, applies, attribute, cancelled, units
from crossdock.rules.drift_facts import Fact

AT = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)


def changes(**of: int) -> dict[str, Decimal]:
    return {condition: Decimal(quantity) for condition, quantity in of.items()}


def fact(number: str, minute: int = 0, document: str = "", **more: Any) -> Fact:
    moved = {name: more.pop(name) for name in ("unrestricted", "picked", "packed", "book") if name in more}
    return Fact(
        number=number, at=AT + dt.timedelta(minutes=minute), changes=changes(**moved), document=document, **more
    )


def warehouse(
    difference: dict[str, Decimal],
    theirs: tuple[Fact, ...] = (),
    ours: tuple[Fact, ...] = (),
    packs: frozenset[Decimal] = frozenset(),
) -> Finding:
    """The owner of the quantities, which lists all its changes."""
    return attribute(Question(difference=difference, theirs=theirs, ours=ours, owner=True, complete=True, packs=packs))


def erp(difference: dict[str, Decimal], theirs: tuple[Fact, ...] = (), ours: tuple[Fact, ...] = ()) -> Finding:
    """It owns no quantities, and lists what it booked of what we sent it."""
    return attribute(Question(difference=difference, theirs=theirs, ours=ours, complete=True))


def silent(difference: dict[str, Decimal], *ours: Fact, packs: frozenset[Decimal] = frozenset()) -> Finding:
    """It says one number per item and nothing about how it came to it."""
    return attribute(Question(difference=difference, ours=ours, packs=packs))


def test_a_pick_that_never_came_to_us_is_missing_and_can_be_asked_for_again() -> None:
    pick = fact("17", 5, unrestricted=-4, picked=4, again="messages:16")
    found = warehouse(
        changes(unrestricted=-4, picked=4),
        theirs=(fact("16", 1, unrestricted=10), pick),
        ours=(fact("entry/a", 1, "goods_receipt/c/1", unrestricted=10),),
    )
    assert (found.cause, [one.number for one in found.evidence], found.again) == ("missing", ["17"], ("messages:16",))


def test_one_message_over_several_entries_of_ours_is_the_same_fact() -> None:
    found = warehouse(
        changes(unrestricted=-1),
        theirs=(fact("1", 1, unrestricted=-6), fact("2", 2, unrestricted=-1)),
        ours=(fact("entry/a", 1, "sales_order/c/1", unrestricted=-2), fact("entry/b", 1, "x", unrestricted=-4)),
    )
    assert (found.cause, [one.number for one in found.evidence]) == ("missing", ["2"])


def test_a_fact_that_looks_like_a_part_of_another_message_is_not_taken_for_it() -> None:
    found = warehouse(
        changes(packed=-1),
        theirs=(fact("130", 0, packed=-5), fact("135", 120, packed=-1, again="messages:134")),
        ours=tuple(fact(f"entry/{n}", 0, f"sales_order/c/{n}", packed=-n) for n in (1, 4)),
    )
    assert (found.cause, found.again) == ("missing", ("messages:134",))


def test_a_step_told_only_with_the_next_one_hides_nothing_else() -> None:
    found = warehouse(
        changes(packed=-1),
        theirs=(
            fact("71", 16, unrestricted=-1, picked=1),
            fact("89", 31, picked=-1, packed=1),
            fact("135", 180, packed=-1),
        ),
        ours=(fact("entry/a", 31, "sales_order/c/1", unrestricted=-1, packed=1),),
    )
    assert (found.cause, [one.number for one in found.evidence]) == ("missing", ["135"])


def test_two_facts_that_never_came_are_missing_together() -> None:
    found = warehouse(changes(unrestricted=-7), theirs=(fact("1", 1, unrestricted=-3), fact("2", 2, unrestricted=-4)))
    assert (found.cause, len(found.evidence)) == ("missing", 2)


def test_a_receipt_booked_under_two_identities_is_doubled() -> None:
    ours = (
        fact("entry/a", 1, "goods_receipt/c/north/RC1", unrestricted=12),
        fact("entry/b", 2, "goods_receipt/c/north/RC1-2", unrestricted=12),
    )
    found = warehouse(changes(unrestricted=-12), theirs=(fact("1", 1, unrestricted=12),), ours=ours)
    assert found.cause == "doubled"
    assert {one.document for one in found.evidence} == {"goods_receipt/c/north/RC1", "goods_receipt/c/north/RC1-2"}


def test_assemblies_stated_to_us_that_the_warehouse_did_not_book_are_missing_there_each_once() -> None:
    built = (
        fact("entry/a", 1, "assembly/c/north/KIT-1", unrestricted=-5),
        fact("entry/b", 9, "assembly/c/north/KIT-2", unrestricted=-5),
    )
    found = warehouse(changes(unrestricted=10), theirs=(fact("16", 1, unrestricted=7),), ours=(
        fact("entry/c", 1, "goods_receipt/c/1", unrestricted=7), *built,
    ))  # fmt: skip
    assert (found.cause, [one.number for one in found.evidence]) == ("missing", ["entry/a", "entry/b"])
    assert "assembly/c/north/KIT-1 never came to it" in found.detail
    one = warehouse(changes(unrestricted=5), theirs=(fact("17", 1, unrestricted=-5),), ours=built)
    assert (one.cause, [each.number for each in one.evidence]) == ("missing", ["entry/b"])


def test_two_bookings_of_ours_that_the_owner_knows_nothing_of_are_not_told_as_doubled() -> None:
    found = warehouse(
        changes(unrestricted=-8),
        ours=(fact("entry/a", 1, "return/c/1", unrestricted=4), fact("entry/b", 2, "return/c/2", unrestricted=4)),
    )
    assert (found.cause, [one.number for one in found.evidence]) == ("unowned_change", ["entry/a", "entry/b"])


def test_a_fact_in_cases_that_was_booked_in_pieces_is_in_the_wrong_unit() -> None:
    found = warehouse(
        changes(unrestricted=44),
        theirs=(fact("1", 1, unrestricted=48),),
        ours=(fact("entry/a", 1, "goods_receipt/c/1", unrestricted=4),),
        packs=frozenset({Decimal(12)}),
    )
    assert found.cause == "wrong_unit"
    assert "12 times" in found.detail


def test_two_facts_of_one_moment_are_in_no_other_unit_where_no_pack_holds_so_many() -> None:
    found = warehouse(
        changes(unrestricted=4),
        theirs=(fact("1", 1, unrestricted=8),),
        ours=(fact("entry/a", 1, "goods_receipt/c/1", unrestricted=4),),
        packs=frozenset({Decimal(12)}),
    )
    assert found.cause != "wrong_unit"


def test_what_we_booked_and_the_owner_never_did_is_an_unowned_change() -> None:
    found = warehouse(changes(unrestricted=3), ours=(fact("entry/a", 1, "adjustment/c/1", unrestricted=-3),))
    assert (found.cause, found.evidence[0].document) == ("unowned_change", "adjustment/c/1")


def test_an_adjustment_that_an_erp_made_by_itself_is_an_unowned_change() -> None:
    found = erp(changes(book=-5), theirs=(fact("SA000009", 1, book=-5),))
    assert (found.cause, found.evidence[0].number) == ("unowned_change", "SA000009")


def test_what_was_sent_and_not_delivered_yet_is_late() -> None:
    receipt = fact("entry/a", 1, "goods_receipt/c/1", book=12, under_way=True)
    assert erp(changes(book=-12), ours=(receipt,)).cause == "late"
    assert silent(changes(book=-12), receipt).cause == "late"


def test_what_was_delivered_and_never_booked_is_missing_there() -> None:
    receipt = fact("entry/a", 1, "goods_receipt/c/1", book=12)
    found = erp(changes(book=-12), ours=(receipt,))
    assert (found.cause, found.again, found.evidence[0].side) == ("missing", (), "ours")


def test_a_document_that_an_erp_booked_twice_is_doubled() -> None:
    found = erp(
        changes(book=12),
        theirs=(
            fact("GR1", 3, "goods_receipt/c/1", book=12),
            fact("GR2", 4, "goods_receipt/c/1", book=12),
        ),
        ours=(fact("entry/a", 1, "goods_receipt/c/1", book=12),),
    )
    assert (found.cause, found.evidence[0].number) == ("doubled", "GR2")


def test_of_a_silent_system_the_fact_that_comes_to_the_difference_is_the_cause() -> None:
    receipt = fact("entry/a", 1, "goods_receipt/c/1", book=12)
    sale = fact("entry/b", 2, "sales_order/c/2", book=-5)
    assert silent(changes(book=5), receipt, sale).cause == "missing"
    assert silent(changes(book=-5), receipt, sale).cause == "doubled"


def test_of_a_silent_system_a_pack_of_the_item_tells_the_wrong_unit() -> None:
    receipt = fact("entry/a", 1, "goods_receipt/c/1", book=4)
    assert silent(changes(book=44), receipt, packs=frozenset({Decimal(12)})).cause == "wrong_unit"
    assert silent(changes(book=44), receipt).cause == "unknown"


def test_what_nothing_explains_is_unknown_with_the_nearest_facts_named() -> None:
    ours = tuple(fact(f"entry/{n}", n, "sales_order/c/1", unrestricted=-n) for n in range(1, 9))
    theirs = tuple(fact(str(n), n, unrestricted=-n) for n in range(1, 9))
    found = warehouse(changes(unrestricted=-100), theirs, ours)
    assert (found.cause, found.nearest, len(found.evidence)) == ("unknown", True, 3)


def test_what_is_under_way_and_what_is_missing_together_name_what_is_missing() -> None:
    late = fact("entry/a", 2, "goods_receipt/c/1", book=12, under_way=True)
    found = erp(changes(book=-7), theirs=(), ours=(late, fact("entry/b", 1, "sales_order/c/1", book=-5)))
    assert found.cause == "missing"


def sent(number: str, minute: int, document: str, book: int, **more: Any) -> Fact:
    """What was told of an order, or booked of it: one document per order."""
    return fact(
        number, minute, f"sales_order/c/{document}", reference=f"c:goods_movement:{document}", book=book, **more
    )


def test_of_postings_known_by_name_each_that_was_lost_or_doubled_is_named_with_its_cause() -> None:
    found = erp(
        changes(book=1),
        theirs=(sent("1", 2, "b", -2), sent("2", 2, "b", -2)),
        ours=(sent("entry/a", 1, "a", -3), sent("entry/b", 1, "b", -2)),
    )
    assert found.cause == "mixed"
    assert {(one.document, one.cause) for one in found.evidence} == {
        ("sales_order/c/a", "missing"),
        ("sales_order/c/b", "doubled"),
    }


def test_a_posting_doubled_and_another_one_lost_of_the_same_size_are_not_taken_for_each_other() -> None:
    theirs = (sent("1", 2, "b", -3), sent("2", 2, "b", -3))
    ours = (sent("entry/a", 1, "a", -3), sent("entry/b", 1, "b", -3))
    hidden = cancelled(Question(difference={}, theirs=theirs, ours=ours, complete=True))
    assert hidden is not None
    assert (hidden.cause, hidden.under_way) == ("mixed", {})


def test_what_agrees_only_because_something_is_on_its_way_is_known() -> None:
    theirs = (sent("1", 2, "b", -3), sent("2", 2, "b", -3))
    ours = (sent("entry/a", 1, "a", -3, under_way=True), sent("entry/b", 1, "b", -3))
    hidden = cancelled(Question(difference={}, theirs=theirs, ours=ours, complete=True))
    assert hidden is not None
    assert (hidden.cause, hidden.under_way) == ("doubled", changes(book=3))
    assert cancelled(Question(difference={}, theirs=theirs[:1], ours=ours[1:], complete=True)) is None


def test_what_was_doubled_before_the_numbers_agreed_explains_what_differs_once_nothing_hides_it() -> None:
    listed = AT + dt.timedelta(minutes=5)
    question = Question(
        difference=changes(book=-3),
        theirs=(sent("1", 2, "b", -3, listed_at=listed), sent("2", 2, "b", -3, listed_at=listed)),
        ours=(sent("entry/b", 1, "b", -3),),
        complete=True,
        agreed=AT + dt.timedelta(minutes=60),
        since=AT,
        horizon=AT - dt.timedelta(hours=4),
    )
    assert [one.number for one in attribute(question).evidence] == ["2"]
    settled = msgspec.structs.replace(question, settled=frozenset({"theirs:2"}))
    assert attribute(settled).cause == "unknown"


def test_a_correction_that_was_booked_twice_is_doubled_and_what_it_corrected_keeps_its_cause() -> None:
    correction = {"document": "stock_correction/c/d.1", "reference": "c:inventory_adjustment:d.1", "correction": True}
    theirs = (fact("8", 60, book=3, **correction), fact("9", 60, book=3, **correction))
    found = erp(changes(book=3), theirs=(sent("1", 2, "b", -3), sent("2", 2, "b", -3), *theirs), ours=(
        sent("entry/b", 1, "b", -3),))  # fmt: skip
    assert found.cause == "doubled"
    assert [(one.number, one.cause) for one in found.evidence] == [("2", "doubled"), ("8", ""), ("9", "doubled")]


def test_a_correction_of_what_came_after_all_counts_twice_with_it() -> None:
    correction = {"document": "stock_correction/c/d.1", "reference": "c:inventory_adjustment:d.1", "correction": True}
    booked = (sent("1", 90, "b", -3), fact("8", 60, book=-3, **correction))
    found = erp(changes(book=-3), theirs=booked, ours=(sent("entry/b", 1, "b", -3),))
    assert (found.cause, [one.number for one in found.evidence]) == ("doubled", ["8"])
    assert "came after all" in found.detail


def test_goods_in_the_wrong_condition_count_once() -> None:
    assert units(changes(unrestricted=-4, picked=4)) == 4
    assert units(changes(unrestricted=-4, damaged=-2)) == 6


@pytest.mark.parametrize(
    ("moved", "money", "allowed"),
    [("5", "10.00", True), ("6", "10.00", False), ("5", "10.01", False), ("5", None, False)],
)
def test_a_correction_is_made_without_asking_only_under_both_limits(
    moved: str, money: str | None, allowed: bool
) -> None:
    rule = DriftRule(name="small", apply_units=Decimal(5), apply_money=Decimal(10))
    assert applies(rule, Decimal(moved), Decimal(money) if money else None) is allowed


def test_without_limits_a_person_is_always_asked() -> None:
    assert not applies(DriftRule(name="default"), Decimal(1), Decimal("0.01"))


def test_what_is_older_than_the_numbers_that_agreed_explains_nothing_of_a_silent_system() -> None:
    long_ago = fact("entry/a", -60 * 24 * 40, "adjustment/c/n/1", book=-5)
    question = Question(
        difference=changes(book=5), ours=(long_ago,), since=AT, agreed=AT, horizon=AT - dt.timedelta(hours=4)
    )
    assert attribute(question).cause == "unknown"
    known = msgspec.structs.replace(question, remembered=frozenset({"ours:entry/a"}))
    assert attribute(known).cause == "missing"
    assert attribute(msgspec.structs.replace(known, settled=known.remembered)).cause == "unknown"
