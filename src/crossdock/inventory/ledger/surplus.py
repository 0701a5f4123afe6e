"""Goods that came and that nobody had asked for: they are there, and are held until a buyer decides about them.

How much lies at a place is a function of the facts alone. What of it is held is a decision, as promises are: it rests
on what the order took when the goods were counted, and is not taken again when the order changes later.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.events.inventory import HeldGoods, HeldWhy
from crossdock.inventory.ledger.books import ZERO, Books
from crossdock.model.stock import StockMoveLine

HOLDS = "quarantined"


class Split(NamedTuple):
    """A receipt's line in its parts: the movements to book, what of it may be promised, and what is held."""

    booked: tuple[StockMoveLine, ...]
    free: StockMoveLine | None
    held: HeldGoods | None


def split(books: Books, company_id: str, line: StockMoveLine) -> Split:
    """What of a line stays free. All of it was counted as sellable and is booked so; what is beyond the order is put
    into quarantine by a second movement of the same entry, and the promise book never hears of it."""
    why, beyond = _beyond(books, company_id, line)
    if why is None or not beyond:
        return Split((line,), line, None)
    hold = msgspec.structs.replace(
        line, quantity=beyond, from_state=line.to_state, to_state=HOLDS, supply=None, only_expected=False,
        second_quantity=None, second_unit="",
    )  # fmt: skip
    rest = line.quantity - beyond
    free = msgspec.structs.replace(line, quantity=rest) if rest else None
    held = HeldGoods(line.line, line.item, line.location, beyond, why, line.owner, line.lot)
    return Split((line, hold), free, held)


def _beyond(books: Books, company_id: str, line: StockMoveLine) -> tuple[HeldWhy | None, Decimal]:
    """How much is more than the order takes. Who states no limit for a supply line takes all that comes of it."""
    if not line.only_expected or line.to_state != "unrestricted":
        return None, ZERO
    expected = books.supplies.get((company_id, *line.supply)) if line.supply else None
    if expected is None or expected.most == ZERO:
        return "not_ordered", line.quantity
    if expected.item != line.item:
        return "other_item", line.quantity
    if expected.most is None:
        return None, ZERO
    return "over", min(line.quantity, max(ZERO, expected.received + line.quantity - expected.most))
