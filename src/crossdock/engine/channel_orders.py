"""Orders of a channel that came and that a person must look at first: sold by the channel, promised to nobody yet."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from crossdock.engine.channel_numbers import SQL
from crossdock.engine.context import Publication
from crossdock.processes import sales_order
from crossdock.processes.sales_order.v1_checks import HOLDS
from crossdock.store import Connection


async def held_since(tx: Connection, publication: Publication, told: Mapping[str, dt.datetime]) -> dict[str, Decimal]:
    """How much of these items stands in orders on hold that were placed since the channel was told of each."""
    orders = f"sales_order/{publication.company_id}/{publication.channel}/"
    held: dict[str, Decimal] = defaultdict(Decimal)
    for row in await tx.fetch(SQL.held_orders, sorted(HOLDS.values()), orders):
        order = sales_order.LIFECYCLE.decoder.decode(row["data"])
        placed_at = order.head.ordered_at
        for line in order.alive().values() if order.holds else ():
            if line.item in told and placed_at >= told[line.item]:
                held[line.item] += line.ordered
    return dict(held)
