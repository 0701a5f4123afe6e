"""The fault model: what goes wrong follows from seed, system, business key and attempt, never from call order."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import msgspec

from crossdock.sandbox.chance import Chance


class Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Probabilities of one system, per attempt."""

    latency_ms: int = 0
    """The longest wait before an answer; the wait is anything up to it."""
    error_5xx: float = 0.0
    """Answered 503 with no effect."""
    lost_reply: float = 0.0
    """The effect happens, the connection is cut instead of an answer."""
    duplicate_webhook: float = 0.0
    reorder_webhook: float = 0.0
    """Held back until a later one was delivered."""
    drop_webhook: float = 0.0
    """Never sent at all: nobody repeats it."""
    double_fact: float = 0.0
    """Told once more under another number, as if it had happened twice."""
    drop_posting: float = 0.0
    """A posting about goods that the ERP answers and never books; per posting."""
    double_posting: float = 0.0
    """A posting about goods that the ERP books twice; per posting."""
    drop_order: float = 0.0
    """An order that the marketplace sold and never tells of."""
    double_order: float = 0.0
    """An order that stands in the marketplace's feed twice."""
    reorder_order: float = 0.0
    """An order that stands in the feed behind the next one."""
    drop_write: float = 0.0
    """A stock level is answered as taken and forgotten; per article and version, as are the next ones."""
    delay_write: float = 0.0
    """A stock level shows only `write_delay_minutes` of business time later."""
    write_delay_minutes: int = 10
    reorder_write: float = 0.0
    """A stock level is held back until the next one of its article was taken, and then shows in its place."""
    double_write: float = 0.0
    """A stock level shows at once, and once more behind the next one of its article, in its place."""
    foreign_write: float = 0.0
    """Somebody at the channel writes a number of their own after ours."""
    inactive_listing: float = 0.0
    """An article that the channel does not offer, whatever it is told; per article."""


class Outage(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}, forbid_unknown_fields=True):
    """A system that answers nobody for a while of business time."""

    system: str
    since: dt.datetime
    until: dt.datetime


class FaultSettings(Rates, frozen=True, forbid_unknown_fields=True):
    """Rates for all systems, exceptions for some, and outages."""

    systems: dict[str, Rates] = {}
    outages: tuple[Outage, ...] = ()


class Faults:
    """Decides, and counts what it decided."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._settings = FaultSettings()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self.injected: Counter[str] = Counter()

    def replace(self, settings: FaultSettings) -> None:
        """Use other rates from now on."""
        self._settings = settings

    def attempt(self, system: str, key: str) -> int:
        """The number of this attempt on a business key, from 1."""
        self._attempts[system, key] += 1
        return self._attempts[system, key]

    def rates(self, system: str) -> Rates:
        """What holds for one system."""
        return self._settings.systems.get(system, self._settings)

    def out_until(self, system: str, now: dt.datetime) -> dt.datetime | None:
        """When the outage ends that this system is in, if it is in one."""
        outages = [each for each in self._settings.outages if each.system == system]
        ends = [each.until for each in outages if each.since <= now < each.until]
        return max(ends, default=None)

    def note_outage(self) -> None:
        """Count a call that met an outage."""
        self.injected["outage"] += 1

    def latency_seconds(self, system: str, key: str, attempt: int) -> float:
        """How long this attempt waits for its answer."""
        longest = self.rates(system).latency_ms
        if not longest:
            return 0.0
        self.injected["latency"] += 1
        return longest * self._chance.share("latency", system, key, attempt) / 1000

    def strikes(self, kind: str, system: str, key: str, attempt: int) -> bool:
        """Does the fault `kind` (a rate's name) hit this attempt?"""
        rate: float = getattr(self.rates(system), kind)
        hit = rate > 0 and self._chance.happens(rate, "fault", kind, system, key, attempt)
        self.injected[kind] += hit
        return hit
