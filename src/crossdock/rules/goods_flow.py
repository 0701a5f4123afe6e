"""What must be booked, given what a warehouse said so far: a later step proves the steps before it.

Warehouses tell of picked, packed and shipped goods in any order, and sometimes leave one out. So nothing is booked
per message: the quantity that must have reached a state is a function of all facts together, and a message books the
difference it makes. Whatever the order, the bookings add up to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple


class Outbound(NamedTuple):
    """Quantities that left `unrestricted`, that left `picked`, and that left the house."""

    picked: Decimal
    packed: Decimal
    shipped: Decimal

    def steps(self, before: Outbound) -> Iterator[tuple[str, str, Decimal]]:
        """(from state, to state, quantity) for what is new since `before`."""
        if self.picked != before.picked:
            yield "unrestricted", "picked", self.picked - before.picked
        if self.packed != before.packed:
            yield "picked", "packed", self.packed - before.packed
        if self.shipped != before.shipped:
            yield "packed", "customer", self.shipped - before.shipped


class Inbound(NamedTuple):
    """Returned quantities that came from the customer, that may be sold again, and that were scrapped."""

    received: Decimal
    restocked: Decimal
    scrapped: Decimal

    def steps(self, before: Inbound) -> Iterator[tuple[str, str, Decimal]]:
        """(from state, to state, quantity) for what is new since `before`."""
        if self.received != before.received:
            yield "customer", "quarantined", self.received - before.received
        if self.restocked != before.restocked:
            yield "quarantined", "unrestricted", self.restocked - before.restocked
        if self.scrapped != before.scrapped:
            yield "quarantined", "scrap", self.scrapped - before.scrapped


def outbound(picked: Decimal, packed: Decimal, shipped: Decimal) -> Outbound:
    """What must be booked when the warehouse said so much of each step."""
    packed = shipped if shipped > packed else packed
    return Outbound(packed if packed > picked else picked, packed, shipped)


def inbound(received: Decimal, restocked: Decimal, scrapped: Decimal) -> Inbound:
    """What must be booked of a return: goods that were inspected were received."""
    return Inbound(max(received, restocked + scrapped), restocked, scrapped)


def draw(grants: Iterable[tuple[str, Decimal]], drawn: Decimal, quantity: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Take `quantity` from `grants` of (reservation, quantity), of which `drawn` is gone: (reservation, part) each.

    What goes beyond the grants comes without reservation: picked is picked.
    """
    for reservation, granted in grants:
        gone = min(granted, drawn)
        drawn -= gone
        here = min(granted - gone, quantity)
        if here:
            yield reservation, here
            quantity -= here
        if not quantity:
            return
    yield "", quantity
