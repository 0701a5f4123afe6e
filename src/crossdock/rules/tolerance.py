"""Does a supplier's answer lie inside the agreed terms, or must a buyer be asked?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import msgspec

from crossdock.model.masterdata import SupplierTerms
from crossdock.model.purchase_order import LineAnswer
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import is_counted

HUNDRED = Decimal(100)


class Wanted(msgspec.Struct, frozen=True):
    """What was ordered of one line, or what a buyer has accepted instead: answers are always judged against this,
    never against an earlier answer, so that a price cannot creep up in small steps."""

    item: str
    quantity: Quantity
    price: Price
    due_on: dt.date


def deviations(terms: SupplierTerms, wanted: Wanted, answers: Iterable[LineAnswer]) -> tuple[str, ...]:
    """Why the answers to one line need a buyer, in words; empty when they lie inside the terms.

    A rejection is a fact to be told, not a proposal to be judged, as long as it names the line's item and unit; a
    backorder is inside the terms when it names a date.
    """
    answers = tuple(answers)
    found = [words for answer in answers for words in _deviations_of_one(terms, wanted, answer)]
    return tuple(dict.fromkeys([*found, *_deviations_of_all(terms, wanted, answers)]))


def obstacles(wanted: Wanted, answers: Iterable[LineAnswer]) -> tuple[str, ...]:
    """Why the answers to one line cannot be accepted as they stand, even by a buyer; empty when they can.

    Price, quantity and date can be agreed to. Another item, unit or currency is another order line, and a backorder
    without a date promises nothing.
    """
    return tuple(dict.fromkeys(words for answer in answers for words in _obstacles_of_one(wanted, answer)))


def _obstacles_of_one(wanted: Wanted, answer: LineAnswer) -> Iterator[str]:
    if answer.answered.unit != wanted.quantity.unit:
        yield f"it is answered in {answer.answered.unit}"
    if (answer.kind == "substituted" or answer.item) and answer.item != wanted.item:
        yield f"it names the item {answer.item or answer.supplier_item or 'unknown'}"
    if answer.kind == "rejected":
        return
    if answer.price and (answer.price.currency, answer.price.per.unit) != (
        wanted.price.currency,
        wanted.price.per.unit,
    ):
        yield f"its price is in {answer.price.currency} per {answer.price.per.unit}"
    if answer.kind == "backordered" and answer.due_on is None:
        yield "it names no date"


def _deviations_of_one(terms: SupplierTerms, wanted: Wanted, answer: LineAnswer) -> Iterator[str]:
    if answer.answered.unit != wanted.quantity.unit:
        yield f"answered in {answer.answered.unit}, ordered in {wanted.quantity.unit}"
    if (answer.kind == "substituted" or answer.item) and answer.item != wanted.item:
        yield f"item {answer.item or answer.supplier_item or 'unknown'} instead of {wanted.item}"
    if answer.kind == "rejected":
        return
    if answer.price and not price_within(terms, wanted.price, answer.price, wanted.quantity):
        yield f"price {answer.price.amount} {answer.price.currency} instead of {wanted.price.amount}"
    if answer.kind == "backordered" and answer.due_on is None:
        yield f"{answer.answered.amount} backordered without a date"
    elif answer.kind != "backordered" and answer.due_on and _too_late(terms, wanted.due_on, answer.due_on):
        yield f"date {answer.due_on} instead of {wanted.due_on}"


def _deviations_of_all(terms: SupplierTerms, wanted: Wanted, answers: tuple[LineAnswer, ...]) -> Iterator[str]:
    """Quantities are judged together. Less than ordered is a change only where the supplier says so: what merely is
    not answered yet, or was rejected in so many words, is no silent reduction."""
    ordered = wanted.quantity.amount
    answered = sum((answer.answered.amount for answer in answers), Decimal(0))
    reduced = any(answer.kind in ("changed", "substituted") for answer in answers)
    if answered > upper_limit(terms, ordered) or (reduced and answered < lower_limit(terms, ordered)):
        yield f"quantity {answered} instead of {ordered}"


def upper_limit(terms: SupplierTerms, ordered: Decimal, unit: str = "") -> Decimal:
    """The most that may come without asking a buyer; whole pieces where the `unit` is counted."""
    limit = ordered * (HUNDRED + terms.quantity_over_percent) / HUNDRED
    return max(ordered, limit.to_integral_value(ROUND_FLOOR)) if is_counted(unit) else limit


def lower_limit(terms: SupplierTerms, ordered: Decimal) -> Decimal:
    """The least that may come without asking a buyer."""
    return ordered * (HUNDRED - terms.quantity_under_percent) / HUNDRED


def price_within(terms: SupplierTerms, agreed: Price, asked: Price, quantity: Quantity) -> bool:
    """May `asked` be paid where `agreed` was? A lower price always; a higher one as long as it stays within the agreed
    percentage and the whole quantity within the agreed amount. Another currency or unit never."""
    if asked.currency != agreed.currency or asked.per.unit != agreed.per.unit:
        return False
    agreed_each = Fraction(agreed.amount) / Fraction(agreed.per.amount)
    increase = Fraction(asked.amount) / Fraction(asked.per.amount) - agreed_each
    if increase <= 0:
        return True
    within = increase * 100 <= agreed_each * Fraction(terms.price_percent)
    return within and increase * Fraction(quantity.amount) <= Fraction(terms.price_total)


def _too_late(terms: SupplierTerms, wanted_on: dt.date, answered_on: dt.date) -> bool:
    return answered_on > wanted_on + dt.timedelta(days=terms.late_days)
