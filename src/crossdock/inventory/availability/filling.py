"""From where an order would be filled now: the sourcing rule says in which order locations are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from crossdock.inventory.availability.pools import Asker, Place
from crossdock.inventory.availability.terms import Kit, Piece, Sourcing
from crossdock.inventory.ledger.books import ZERO
from crossdock.model.masterdata import SalesPolicy
from crossdock.rules.sourcing import locations, whole_first
from crossdock.rules.stock_policy import Subject, first


def source(
    asker: Asker, item: str, preferred: str, places: Sequence[Place], kit: Kit | None, quantity: Decimal
) -> Sourcing:
    """In which pieces `quantity` would be filled, in the order in which an order takes them: at each location its own
    pool, then what is everybody's; then what other pools lend; and kits that are made up."""
    subject = Subject(asker.company_id, item, channel=asker.channel, customer=asker.customer)
    rule = first(asker.policies.sourcing, subject, asker.on)
    here = {place.location: place for place in places}
    order: Sequence[str] = locations(preferred, SalesPolicy(locations=tuple(here)), rule)
    order = [location for location in order if location in here]
    if rule is not None and rule.prefer == "whole_order":
        order = whole_first(order, [(item, quantity)], {(item, place.location): place.now for place in places})
    pieces, missing = _take(_offers([here[location] for location in order], order, kit), quantity)
    return Sourcing(quantity, asker.label(rule) if rule else "", tuple(order), pieces, missing)


def _offers(places: Sequence[Place], order: Sequence[str], kit: Kit | None) -> Iterable[Piece]:
    left = {place.location: place.now for place in places}  # less than what counts, where not all of it keeps
    for lent in (False, True):
        for place in places:
            for position in place.positions:
                quantity = min(position.counted, left[place.location])
                if quantity and (position.use == "lending") is lent:
                    left[place.location] -= quantity
                    yield Piece(place.location, quantity, position.pool, lent)
    made = {at.location: at.kits for at in kit.by_location} if kit else {}
    for location in order:
        if made.get(location):
            yield Piece(location, made[location], made=True)


def _take(offers: Iterable[Piece], quantity: Decimal) -> tuple[tuple[Piece, ...], Decimal]:
    pieces = []
    for offer in offers:
        taken = min(offer.quantity, quantity)
        if taken <= ZERO:
            break
        pieces.append(Piece(offer.location, taken, offer.pool, offer.lent, offer.made))
        quantity -= taken
    return tuple(pieces), quantity
