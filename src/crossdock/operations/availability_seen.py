"""What an answer about stock says to whom: callers who speak for one channel or partner see every number with its
terms, but no order, document, supplier or other firm behind it that is not their own."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from crossdock.identity import Actor
from crossdock.inventory.availability.terms import (
    AvailableToPromise,
    Component,
    Difference,
    DropShipTerms,
    MovementTerms,
    PhysicalTerms,
    PositionChange,
    PositionTerms,
    SupplyChange,
    SupplyTerms,
)


def terms_for(actor: Actor, terms: AvailableToPromise) -> AvailableToPromise:
    """An answer as this actor may see it."""
    if not _speaks_for_one(actor):
        return terms
    kit = terms.kit
    return replace(
        terms,
        positions=_positions(terms.positions),
        supply=_supply(terms.supply),
        kit=replace(kit, components=tuple(_component(part) for part in kit.components)) if kit else None,
        physical=tuple(_physical(row) for row in terms.physical),
        movements=tuple(_movement(actor, movement) for movement in terms.movements),
        drop_ship=_drop_ship(terms.drop_ship),
    )


def difference_for(actor: Actor, found: Difference | None) -> Difference | None:
    """What changed, as this actor may see it."""
    if found is None or not _speaks_for_one(actor):
        return found
    return replace(
        found,
        positions=tuple(_changed(change) for change in found.positions),
        components_changed=tuple(_changed(change) for change in found.components_changed),
        supply=tuple(SupplyChange("", "", _line(each.before), _line(each.after)) for each in found.supply),
        movements=tuple(_movement(actor, movement) for movement in found.movements),
    )


def _speaks_for_one(actor: Actor) -> bool:
    return bool(actor.channel or actor.partner)


def _movement(actor: Actor, movement: MovementTerms) -> MovementTerms:
    """A sales order's channel stands in the id of its case; a reservation's caller is the reason of its entry."""
    kind, _, rest = movement.subject.partition("/")
    of_channel = bool(actor.channel) and kind == "sales_order" and rest.split("/")[1:2] == [actor.channel]
    of_caller = movement.what == "reserve" and movement.reason == actor.name
    if of_channel or of_caller:
        return movement
    return replace(movement, key="", document="", subject="", reason="", actor="", reservation="")


def _positions(positions: Iterable[PositionTerms]) -> tuple[PositionTerms, ...]:
    return tuple(_position(position) for position in positions)


def _position(position: PositionTerms) -> PositionTerms:
    if not position.kept_back:
        return position
    return replace(position, kept_back=tuple(replace(kept, source="") for kept in position.kept_back))


def _changed(change: PositionChange) -> PositionChange:
    return replace(change, before=_position(change.before), after=_position(change.after))


def _supply(lines: Iterable[SupplyTerms]) -> tuple[SupplyTerms, ...]:
    return tuple(replace(line, source="", line="") for line in lines)


def _line(line: SupplyTerms | None) -> SupplyTerms | None:
    return None if line is None else replace(line, source="", line="")


def _component(part: Component) -> Component:
    return replace(part, positions=_positions(part.positions), supply=_supply(part.supply))


def _drop_ship(dropped: DropShipTerms | None) -> DropShipTerms | None:
    """What a supplier can ship to its customers, but not which supplier, nor what that said."""
    if dropped is None:
        return None
    return DropShipTerms(
        supplier="",
        rule="",
        expected_on=dropped.expected_on,
        lag_seconds=dropped.lag_seconds,
        free=dropped.free,
        unknown="how much there is was not said" if dropped.unknown else "",
    )


def _physical(row: PhysicalTerms) -> PhysicalTerms:
    """Whose goods they are is a kind and a party: the kind may be seen."""
    return replace(row, owner=row.owner.partition(":")[0])
