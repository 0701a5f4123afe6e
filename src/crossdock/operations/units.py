"""Units of what comes through the API: orders are converted to base units, what has no meaning in them is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from crossdock.masterdata import Masterdata, NetworkReads
from crossdock.masterdata.door import Door
from crossdock.model.masterdata import Item
from crossdock.model.quantity import EACH, ZERO, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.units import part_of_one
from crossdock.operations.problems import Faults, FieldError, Problem
from crossdock.project.network import Network
from crossdock.store import Store


class BaseUnits:
    """Master data in memory, looked at only for orders that are not in whole pieces."""

    def __init__(self, store: Store, masterdata: Masterdata | None = None) -> None:
        self._store = store
        self._masterdata = masterdata or Masterdata()

    async def of_order(self, order: SalesOrder, network: Network) -> SalesOrder:
        """The order in base units, as of its date, each converted line with what it said (`stated`).

        Raises `Problem` naming every line whose quantity or price has no exact meaning; then nothing was accepted.
        """
        if all(_whole_pieces(line) for line in order.lines):
            return order
        async with self._store.transaction(readonly=True) as tx:
            await self._masterdata.refresh_if_changed(tx)
        on = NetworkReads(network, self._masterdata).date_at(order.company_id, order.ordered_at)
        party = network.partner_of(order.channel) or order.customer.id
        door = Door(self._masterdata, order.company_id, on, party)
        converted = door.in_base_units(order)
        if door.refused:
            faults = [FieldError(f"/lines/{line.place}/quantity", line.words) for line in door.refused]
            raise Problem("invalid_body", "quantities without an exact meaning; nothing was accepted", faults)
        return converted


def _whole_pieces(line: SalesOrderLine) -> bool:
    quantity = line.quantity
    whole = quantity.amount == quantity.amount.to_integral_value()
    return whole and quantity.unit == EACH and line.price.per.unit == EACH


class Goods(NamedTuple):
    """So much of an item, in its base unit; `pointer` says where in the request it stands."""

    pointer: str
    item: str
    quantity: Quantity


def must_be_whole(goods: Iterable[Goods], done: str) -> None:
    """Raise `Problem` for parts of what is counted, naming them all: no part of one can be `done`. No warehouse could
    say that it did so, for its words are held to the same rule."""
    faults = [
        FieldError(each.pointer, f"{part}: no part of one can be {done}")
        for each in goods
        if (part := part_of_one(each.quantity, each.item))
    ]
    if faults:
        raise Problem(
            "invalid_body", "parts of what is counted; nothing was done", faults, advice="Say a whole number."
        )


class AskedGoods(NamedTuple):
    """A line of a request: its name is its place, counted from 1; so much of an item, in its base unit."""

    line: str
    item: str
    quantity: Quantity


def goods_asked(
    items: Mapping[str, Item], company_id: str, lines: Sequence[tuple[str, Decimal]], faults: Faults, done: str
) -> tuple[AskedGoods, ...]:
    """The lines (item, quantity in its base unit) of a request, of items that are known; adds to `faults` those that
    name no item, nothing of it, or part of what is counted, which cannot be `done`."""
    asked = []
    for n, (item, quantity) in enumerate(lines):
        known = items.get(item)
        if known is None:
            words, wrong = f"{company_id} has no item {item!r}", [FieldError(f"/lines/{n}/item", "names no item")]
            advice = "`crossdock stock list` has them."
            faults.add(f"/lines/{n}/item", Problem("malformed_request", words, wrong, advice=advice))
        if quantity <= ZERO:
            words = f"{quantity} of {item}: no more than nothing is {done}"
            wrong = [FieldError(f"/lines/{n}/quantity", "must be more than 0")]
            faults.add(f"/lines/{n}/quantity", Problem("malformed_request", words, wrong, advice="Say how much."))
        elif known is not None:
            asked.append(AskedGoods(str(n + 1), item, Quantity(quantity, known.unit)))
    with faults.at("/lines"):
        goods = (Goods(f"/lines/{int(each.line) - 1}/quantity", each.item, each.quantity) for each in asked)
        must_be_whole(goods, done)
    return tuple(asked)
