"""What is asked often, or of every case, finds its rows by an index: the tables behind it are kept for ever."""

from __future__ import annotations

import datetime as dt

import pytest

from crossdock.engine.publications import SQL as CHANNELS
from crossdock.inventory.availability.difference import SQL as DIFFERENCE
from crossdock.inventory.availability.reading import SQL as READING
from crossdock.inventory.ledger.reading import SQL as LEDGER
from crossdock.inventory.reconciliation.statements import SQL as STATED
from crossdock.operations.cases import SQL as CASES
from crossdock.operations.gauges import SQL as GAUGES
from crossdock.operations.idempotency import SQL as IDEMPOTENCY
from crossdock.operations.promises import SQL as PROMISES
from crossdock.store import Store

MOMENT = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (CHANNELS.begin, ()),
        (CHANNELS.kits_of, ("albion_uk", dt.date(2010, 12, 1), ["MUG"])),
        (CHANNELS.keeping, ("albion_uk", ["north"], ["own"], ["MUG"])),
        (CHANNELS.weighed, ("albion_uk", ["MUG"])),
        (CHANNELS.held_orders, (["credit_hold"], "sales_order/albion_uk/shop/")),
        (CHANNELS.oversell, (["albion_uk"], ["shop"])),
        (STATED.forget_statements, (dt.timedelta(days=90), 100)),
        (STATED.forget_facts, (dt.timedelta(days=90), 100)),
        (CHANNELS.open_publication, ("shop", "publication/albion_uk/shop")),
        (CHANNELS.unanswered, ("albion_uk", "shop")),
        (CASES.keys, ("sales_order/albion_uk/shop/1",)),
        (CASES.exceptions, ("sales_order/albion_uk/shop/1",)),
        (CASES.deliveries, ("sales_order/albion_uk/shop/1",)),
        (CASES.numbered, ("", "sales_order", None, None, None, 10, "1")),
        (GAUGES.deliveries, ()),
        (GAUGES.cases, ()),
        (GAUGES.exceptions, ()),
        (GAUGES.quarantined, ()),
        (IDEMPOTENCY.forget, (dt.timedelta(days=30), 5000)),
        (READING.now, ("albion_uk", ["MUG"], ["north"], 3, dt.date(2010, 12, 1), True, ["wms_north"])),
        (READING.dropped, ("albion_uk", "MUG", "brightware")),
        (READING.physical_then, ("albion_uk", ["MUG"], ["north"], MOMENT)),
        (READING.lots_then, ("albion_uk", ["MUG"], ["north"], MOMENT)),
        (READING.booked, ([1], [0], [9])),
        (LEDGER.keeping_of_items, ("{albion_uk}", "{MUG}")),
        (DIFFERENCE.sums, ("albion_uk", ["MUG"], ["north"], [""], [0], [9])),
        (PROMISES.waiting, ("albion_uk", "MUG", 10)),
        (PROMISES.granted, (1, 1000, 0)),
    ],
)
async def test_no_table_is_read_from_end_to_end(store: Store, statement: str, values: tuple[object, ...]) -> None:
    async with store.transaction() as tx:
        await tx.execute("set local enable_seqscan = off")  # it is taken all the same where there is no index
        plan = "\n".join(row[0] for row in await tx.fetch("explain " + statement, *values))
    assert "Seq Scan" not in plan, plan
