"""Which lots may go to a customer, and which goes first: remaining shelf life, and first expired first out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from crossdock.model.masterdata import Lot
from crossdock.model.quantity import ZERO
from crossdock.model.stock_policy import ShelfLifeRule
from crossdock.rules.stock_policy import Subject, first


class LotOnHand(msgspec.Struct, frozen=True):
    """What may be taken of one lot, in the item's base unit."""

    lot: Lot
    quantity: Decimal


class Taken(msgspec.Struct, frozen=True):
    """What to take of which lots, and what no lot can give."""

    picks: tuple[tuple[str, Decimal], ...]
    missing: Decimal


def keeps_until(rules: Iterable[ShelfLifeRule], subject: Subject, on: dt.date) -> dt.date | None:
    """The day until which goods must keep that are promised on `on`; None where no rule says so."""
    rule = first(rules, subject, on)
    return on + dt.timedelta(days=rule.days) if rule else None


def remaining_days(lot: Lot, on: dt.date) -> int | None:
    """Whole days that goods of a lot keep after `on`: 0 on the day they expire, less than that behind it; None for
    goods that do not expire."""
    return None if lot.expires_on is None else (lot.expires_on - on).days


def keeps(lot: Lot, on: dt.date, days: int) -> bool:
    """Do goods of the lot keep for at least so many days after `on`? What has expired never does; what does not expire
    always."""
    left = remaining_days(lot, on)
    return left is None or left >= max(days, 0)


def first_expired_first_out(lots: Iterable[LotOnHand], on: dt.date, days: int = 0) -> Sequence[LotOnHand]:
    """The lots that may be promised on a day to somebody who wants so many days of shelf life, in the order in which
    they are taken: the earliest to expire first, those that do not expire last, and of the same day by lot number, so
    that the answer never depends on the order in which they were asked."""
    fit = [each for each in lots if each.quantity > ZERO and keeps(each.lot, on, days)]
    return sorted(fit, key=lambda each: (each.lot.expires_on or dt.date.max, each.lot.lot))


def take(lots: Iterable[LotOnHand], wanted: Decimal, on: dt.date, days: int = 0) -> Taken:
    """So much of an item from its lots, first expired first out."""
    picks: list[tuple[str, Decimal]] = []
    missing = wanted
    for each in first_expired_first_out(lots, on, days):
        if missing <= ZERO:
            break
        here = min(each.quantity, missing)
        picks.append((each.lot.lot, here))
        missing -= here
    return Taken(tuple(picks), max(missing, ZERO))
