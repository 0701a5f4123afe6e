"""What a supplier may answer without a buyer being asked."""

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.model.masterdata import SupplierTerms
from crossdock.model.purchase_order import AnswerKind, LineAnswer
from crossdock.model.quantity import Price, Quantity
from crossdock.rules.tolerance import Wanted, deviations, obstacles, price_within, upper_limit

TERMS = SupplierTerms(
    quantity_under_percent=Decimal(10),
    quantity_over_percent=Decimal(5),
    price_percent=Decimal(2),
    price_total=Decimal("10.00"),
    late_days=1,
)
DUE = dt.date(2010, 12, 3)
WANTED = Wanted("85123A", Quantity(Decimal(100)), Price(Decimal("1.00"), "GBP"), DUE)


def answer(
    kind: AnswerKind, quantity: str = "100", *, price: str = "", due_on: dt.date | None = None, **more: str
) -> LineAnswer:
    return LineAnswer(
        "10", kind, Quantity(Decimal(quantity)), Price(Decimal(price), "GBP") if price else None, due_on, **more
    )


def test_a_plain_acceptance_is_inside_the_terms() -> None:
    assert deviations(TERMS, WANTED, [answer("accepted")]) == ()


@pytest.mark.parametrize(("quantity", "inside"), [("90", True), ("89", False), ("105", True), ("106", False)])
def test_a_changed_quantity_is_judged_by_the_agreed_percentages(quantity: str, inside: bool) -> None:
    assert (deviations(TERMS, WANTED, [answer("changed", quantity)]) == ()) is inside


def test_accepting_a_part_leaves_the_rest_open_and_is_no_reduction() -> None:
    assert deviations(TERMS, WANTED, [answer("accepted", "50")]) == ()


def test_what_is_rejected_in_so_many_words_is_no_silent_reduction() -> None:
    assert deviations(TERMS, WANTED, [answer("changed", "60"), answer("rejected", "40")]) == ()


def test_a_rejection_of_another_item_or_unit_rejects_nothing_here() -> None:
    other_item = answer("rejected", item="22423")
    other_unit = LineAnswer("10", "rejected", Quantity(Decimal(10), "CA"))
    for said in (other_item, other_unit):
        assert len(deviations(TERMS, WANTED, [said])) == 1
        assert len(obstacles(WANTED, [said])) == 1


def test_more_in_all_than_ordered_needs_a_buyer() -> None:
    (words,) = deviations(TERMS, WANTED, [answer("accepted", "100"), answer("backordered", "20", due_on=DUE)])
    assert words == "quantity 120 instead of 100"


@pytest.mark.parametrize(("price", "inside"), [("0.50", True), ("1.02", True), ("1.03", False)])
def test_a_price_may_rise_by_the_agreed_percentage_and_fall_at_will(price: str, inside: bool) -> None:
    assert (deviations(TERMS, WANTED, [answer("changed", price=price)]) == ()) is inside


def test_a_small_percentage_of_a_large_line_is_stopped_by_the_total() -> None:
    assert price_within(TERMS, WANTED.price, Price(Decimal("1.02"), "GBP"), Quantity(Decimal(500)))
    assert not price_within(TERMS, WANTED.price, Price(Decimal("1.02"), "GBP"), Quantity(Decimal(501)))


def test_prices_per_hundred_are_compared_for_each() -> None:
    per_hundred = Price(Decimal("101.00"), "GBP", Quantity(Decimal(100)))
    assert price_within(TERMS, WANTED.price, per_hundred, WANTED.quantity)


def test_another_currency_is_never_inside() -> None:
    assert not price_within(TERMS, WANTED.price, Price(Decimal("0.01"), "EUR"), WANTED.quantity)


@pytest.mark.parametrize(("days", "inside"), [(-2, True), (1, True), (2, False)])
def test_a_date_may_slip_by_the_agreed_days(days: int, inside: bool) -> None:
    assert (deviations(TERMS, WANTED, [answer("changed", due_on=DUE + dt.timedelta(days=days))]) == ()) is inside


def test_a_backorder_is_inside_when_it_names_a_date_however_late() -> None:
    later = DUE + dt.timedelta(days=30)
    assert deviations(TERMS, WANTED, [answer("accepted", "60"), answer("backordered", "40", due_on=later)]) == ()
    assert deviations(TERMS, WANTED, [answer("backordered", "40")]) == ("40 backordered without a date",)


def test_another_item_always_needs_a_buyer() -> None:
    (words,) = deviations(TERMS, WANTED, [answer("substituted", item="85123B")])
    assert words == "item 85123B instead of 85123A"
    (words,) = deviations(TERMS, WANTED, [answer("substituted", supplier_item="B-85123X")])
    assert words == "item B-85123X instead of 85123A"


def test_another_unit_needs_a_buyer() -> None:
    dozens = LineAnswer("10", "accepted", Quantity(Decimal(8), "DZ"))
    assert deviations(TERMS, WANTED, [dozens]) == ("answered in DZ, ordered in EA",)


def test_price_quantity_and_date_can_be_agreed_to_by_a_buyer() -> None:
    far = dt.date(2011, 3, 1)
    assert obstacles(WANTED, [answer("changed", "500", price="9.99", due_on=far), answer("rejected", "1")]) == ()


def test_another_item_unit_currency_or_no_date_cannot_be_agreed_to() -> None:
    euros = Price(Decimal("1.00"), "EUR")
    boxes = LineAnswer("10", "changed", Quantity(Decimal(10), "BX"), euros, None)
    assert obstacles(WANTED, [boxes]) == ("it is answered in BX", "its price is in EUR per EA")
    assert obstacles(WANTED, [answer("substituted", item="47566")]) == ("it names the item 47566",)
    assert obstacles(WANTED, [answer("backordered")]) == ("it names no date",)


def test_of_what_is_counted_no_part_of_a_piece_is_within_the_tolerance() -> None:
    """Five percent of 30 pieces is one and a half: the half would be held, and no warehouse can set it aside."""
    assert upper_limit(TERMS, Decimal(30), "EA") == 31
    assert upper_limit(TERMS, Decimal(30), "KGM") == Decimal("31.5")
