"""How fresh an answer is: when the systems that state its facts last said anything, by the moment asked about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from crossdock.inventory.availability.terms import AvailableToPromise, Freshness
from crossdock.inventory.books import ZERO
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))


async def freshness(
    tx: Connection,
    sources: Mapping[str, str],
    terms: AvailableToPromise,
    moment: dt.datetime,
    technical: dt.datetime | None,
) -> tuple[Freshness, ...]:
    """The freshness of the facts of each location (`sources`: location to system) at a moment of business time, which
    is also given in technical time if it is past; and what is kept back because of it.

    One look into an index for each system.
    """
    if not sources:
        return ()
    rows = await tx.fetch(SQL.last_facts, sorted(set(sources.values())), moment, _last_id_by(technical))
    heard: dict[str, dt.datetime | None] = {row["source"]: row["last_fact_at"] for row in rows}
    haircuts: dict[str, Decimal] = defaultdict(Decimal)
    rules: dict[str, str] = {}
    for position in terms.positions:
        for kept in position.kept_back:
            if kept.reason == "haircut":
                haircuts[position.location] += kept.quantity
                rules[position.location] = kept.rule
    return tuple(
        Freshness(
            company=terms.company_id,
            location=location,
            system=system,
            last_fact_at=heard[system],
            lag_seconds=_seconds(moment, heard[system]),
            haircut=haircuts.get(location, ZERO),
            rule=rules.get(location, ""),
        )
        for location, system in sorted(sources.items())
    )


def _seconds(moment: dt.datetime, last: dt.datetime | None) -> int | None:
    return None if last is None else int((moment - last).total_seconds())


def _last_id_by(technical: dt.datetime | None) -> UUID:
    """The greatest id that a document could be given by then: ids begin with the milliseconds of their making."""
    if technical is None:
        return UUID(int=(1 << 128) - 1)
    milliseconds = int(technical.timestamp() * 1000)
    return UUID(int=(milliseconds + 1 << 80) - 1)
