"""What systems, suppliers and firms that keep our goods said last of their stock, and how long ago that was."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import msgspec

from crossdock.identity import Actor
from crossdock.model.quantity import tidy
from crossdock.operations.context import Context
from crossdock.operations.items import must_be_an_item
from crossdock.operations.places import must_run_the_warehouses
from crossdock.operations.policies import must_be_a_source
from crossdock.store import load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))
_FOUND_OUT = ("said", "says_none", "age_seconds")


class StatedQuantity(msgspec.Struct, frozen=True):
    """How much of the item was said to be there in one condition; `book` is all of it, whatever its condition."""

    condition: str
    quantity: Decimal
    unit: str


class LatestStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The latest statement of a system about a location; of a supplier about its own stock, under the supplier's name.

    `age_seconds` is business time. `levels` counts the quantities it names. `differences`: at so many items it differed
    from our books; None if it is not compared yet (`waits`), or there is nothing of ours to compare it with. `said` is
    what it says of the item that was asked about; `says_none`: it lists all stock of the location, and not that item.
    """

    company: str
    system: str
    location: str
    kind: str
    counted: bool
    complete: bool
    stated_at: dt.datetime
    age_seconds: int
    levels: int
    differences: int | None
    waits: bool
    says_none: bool = False
    said: tuple[StatedQuantity, ...] = ()


async def latest_statements(
    context: Context, actor: Actor, *, system: str = "", item: str = ""
) -> tuple[LatestStatement, ...]:
    """The latest statement of each system about each location. With `item`, those that speak of it: a complete one that
    does not name it says that there is none, one that is not complete says nothing and is left out. Raises `Problem`
    for a system or item that there is not."""
    must_run_the_warehouses(actor, "stock:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.latest, actor.visible(), system, item)
        if not rows and system:
            await must_be_a_source(tx, system)
        if item and not any(row["condition"] for row in rows):
            await must_be_an_item(tx, item, actor.visible())
    found = []
    for _, group in groupby(rows, lambda row: (row["company"], row["location"], row["system"])):
        same = list(group)
        head = {name: same[0][name] for name in LatestStatement.__struct_fields__ if name not in _FOUND_OUT}
        said = tuple(
            [StatedQuantity(row["condition"], tidy(row["quantity"]), row["unit"]) for row in same if row["condition"]]
        )
        age = max(int(same[0]["age"].total_seconds()), 0)
        found.append(LatestStatement(**head, age_seconds=age, says_none=bool(item) and not said, said=said))
    return tuple(found)
