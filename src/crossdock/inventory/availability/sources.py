"""How fresh an answer is: when the systems that state its facts last said anything, by the moment asked about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from crossdock.inventory.availability.terms import Freshness, PositionTerms
from crossdock.inventory.ledger.books import ZERO


def freshness(
    company_id: str,
    sources: Mapping[str, str],
    heard: Mapping[str, dt.datetime | None],
    positions: Sequence[PositionTerms],
    moment: dt.datetime,
) -> tuple[Freshness, ...]:
    """The freshness of the facts of each location (`sources`: location to system) at a moment of business time, and
    what is kept back because of it. `heard` says when each system last said anything."""
    haircuts: dict[str, Decimal] = defaultdict(Decimal)
    rules: dict[str, str] = {}
    for position in positions:
        for kept in position.kept_back:
            if kept.reason == "haircut":
                haircuts[position.location] += kept.quantity
                rules[position.location] = kept.rule
    return tuple(
        Freshness(
            company=company_id,
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
