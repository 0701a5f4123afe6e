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

    def less(self, quantity: Decimal) -> Outbound:
        """What it is without goods that were neither picked nor packed after all."""
        return Outbound(self.picked - quantity, self.packed - quantity, self.shipped)

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


class Between(NamedTuple):
    """Quantities of a transfer: what left its origin, what arrived beyond that, how it arrived, what was given up."""

    departed: Decimal
    surplus: Decimal
    good: Decimal
    damaged: Decimal
    quarantined: Decimal
    scrapped: Decimal
    claimed: Decimal

    @property
    def received(self) -> Decimal:
        """What arrived, in whatever condition."""
        return self.good + self.damaged + self.quarantined

    @property
    def under_way(self) -> Decimal:
        """What left and neither arrived nor was given up; never negative."""
        return self.departed + self.surplus - self.received - self.scrapped - self.claimed

    def steps(self, before: Between) -> Iterator[tuple[str, str, Decimal]]:
        """(from state, to state, quantity) for what is new since `before`; negative for what is taken back."""
        for name, from_state, to_state in _BETWEEN:
            change: Decimal = getattr(self, name) - getattr(before, name)
            if change:
                yield from_state, to_state, change


_BETWEEN = (
    ("departed", "unrestricted", "in_transfer"),
    ("surplus", "adjustment", "in_transfer"),
    ("good", "in_transfer", "unrestricted"),
    ("damaged", "in_transfer", "damaged"),
    ("quarantined", "in_transfer", "quarantined"),
    ("scrapped", "in_transfer", "scrap"),
    ("claimed", "in_transfer", "claim"),
)


class Arrived(NamedTuple):
    """What a receiving warehouse counted in all, by condition."""

    good: Decimal
    damaged: Decimal
    quarantined: Decimal


class GivenUp(NamedTuple):
    """What a person decided not to wait for any longer, by the account that bears it."""

    scrap: Decimal
    claim: Decimal


def between(ordered: Decimal, shipped: Decimal, all_shipped: bool, arrived: Arrived, given_up: GivenUp) -> Between:
    """What must be booked of a transfer's line when the warehouses said so much.

    What arrived had left, up to what was ordered, until the sender has told of everything it let go; what arrived
    beyond that was never stock of the sender. Goods that come after they were given up were not lost.
    """
    nothing = Decimal(0)
    received = sum(arrived, nothing)
    proved = nothing if all_shipped else min(received, ordered)
    departed = max(shipped, proved)
    missing = max(departed - received, nothing)
    scrapped = min(given_up.scrap, missing)
    return Between(
        departed,
        max(received - departed, nothing),
        *arrived,
        scrapped,
        min(given_up.claim, missing - scrapped),
    )


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
