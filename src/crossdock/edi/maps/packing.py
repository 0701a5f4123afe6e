"""Items above their packs: in the standard carton structure of an 856 the item comes first, and below it the packs that
hold its quantity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.ship_notice import ShipNoticeLine

_MOST_SAID = 5


@dataclass(frozen=True, slots=True)
class Held:
    """A pack below an item: its number, what it stands on, and as much as it says itself of what is in it."""

    pack: str
    pallet: str
    quantity: Quantity | None = None
    lot: str = ""
    expires_on: dt.date | None = None


def add_up(line: ShipNoticeLine, packs: Sequence[Held]) -> bool:
    """Do the packs say how much is in each, and do they hold together what the item ships?"""
    said = [each.quantity for each in packs if each.quantity is not None]
    if len(said) < len(packs) or any(each.unit != line.quantity.unit for each in said):
        return False
    return sum((each.amount for each in said), ZERO) == line.quantity.amount


def differing(line: ShipNoticeLine, packs: Sequence[Held]) -> str:
    """In which words the packs hold something else than the item ships; empty where they do not, or do not say."""
    said = [each.quantity for each in packs if each.quantity is not None]
    if len(said) < len(packs) or add_up(line, packs):
        return ""
    held = ", ".join(f"{each.amount:f} {each.unit}" for each in said[:_MOST_SAID])
    more = ", ..." if len(said) > _MOST_SAID else ""
    return f"the packs below hold {held}{more}, the item ships {line.quantity.amount:f} {line.quantity.unit}"


def packed(line: ShipNoticeLine, packs: Sequence[Held]) -> tuple[ShipNoticeLine, ...]:
    """The item as lines, one for each pack that says how much of it is in it: together they are what the item ships.
    Where they do not say, or something else, or the item's serial numbers might be in any of them, the line stays
    whole, in its pack if there is only one."""
    if len(packs) == 1:
        return (_inside(line, packs[0]),)
    if line.serials or not add_up(line, packs):
        return (line,)
    return tuple(replace(_inside(line, each), quantity=each.quantity) for each in packs)


def _inside(line: ShipNoticeLine, held: Held) -> ShipNoticeLine:
    return replace(
        line,
        pack=held.pack,
        pallet=held.pallet,
        lot=line.lot or held.lot,
        expires_on=line.expires_on or held.expires_on,
    )
