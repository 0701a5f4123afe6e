"""How fresh the facts about each location are: when its warehouse system last said anything, in business time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec

from crossdock.project.network import Network
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))


class SourceFreshness(msgspec.Struct, frozen=True):
    """The source of a location's facts. Both are None for a source that never said anything."""

    system: str
    location: str
    last_fact_at: dt.datetime | None
    lag: dt.timedelta | None

    def silent_for(self, minutes: int) -> bool:
        """Has it said nothing for so many minutes of business time?"""
        return self.lag is None or self.lag > dt.timedelta(minutes=minutes)


def sources_of(network: Network, company_id: str) -> dict[str, str]:
    """Which system tells of each location where a company may have stock; locations without a system are left out."""
    places = [place.id for place in network.locations.values() if company_id in place.companies]
    found = {place: network.system(company_id, "wms", place) for place in places}
    return {place: system for place, system in found.items() if system}


async def freshness(tx: Connection, sources: Mapping[str, str]) -> tuple[SourceFreshness, ...]:
    """The freshness of each location of `sources` (location to system, see `sources_of`), by location.

    One look into an index for each system, however much was received.
    """
    if not sources:
        return ()
    rows = await tx.fetch(SQL.last_facts, sorted(set(sources.values())))
    heard = {row["source"]: (row["last_fact_at"], row["now"]) for row in rows}
    found = []
    for location, system in sorted(sources.items()):
        last, now = heard[system]
        found.append(SourceFreshness(system, location, last, None if last is None else max(now - last, dt.timedelta())))
    return tuple(found)
