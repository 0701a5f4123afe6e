"""An item that a supplier ships straight to customers: what that said it has, as supply of its own. It is no stock of
ours and makes no position; what lies with us of the item is for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from crossdock.inventory.availability.reading import Dropped
from crossdock.inventory.availability.terms import AvailableOn, DropShipTerms, PositionTerms
from crossdock.inventory.ledger.books import ZERO


def terms_of(
    supplier: str, rule: str, expected_on: dt.date, said: Dropped, moment: dt.datetime | None
) -> DropShipTerms:
    """What is known of the supplier's stock at a moment: what it stated, less what it was asked to ship since."""
    known = DropShipTerms(supplier=supplier, rule=rule, expected_on=expected_on)
    if said.quantity is None or said.stated_at is None:
        return replace(known, unknown=f"{supplier} has not said how much it has")
    if said.unit != said.base_unit:
        return replace(known, unknown=f"{supplier} counts in {said.unit}, the item is kept in {said.base_unit}")
    return replace(
        known,
        stated=said.quantity,
        stated_at=said.stated_at,
        lag_seconds=int((moment - said.stated_at).total_seconds()) if moment else None,
        ordered_since=said.ordered_since,
        free=max(said.quantity - said.ordered_since, ZERO),
    )


def by_date(terms: DropShipTerms) -> tuple[AvailableOn, ...]:
    """The one step by which the supplier can serve: all it has, when what is ordered now comes."""
    free: Decimal = terms.free or ZERO
    return (AvailableOn(terms.expected_on, free),) if free > ZERO else ()


def for_others(positions: Iterable[PositionTerms]) -> tuple[PositionTerms, ...]:
    """Positions of which nothing counts for who asks."""
    return tuple(replace(position, counted=ZERO) for position in positions)
