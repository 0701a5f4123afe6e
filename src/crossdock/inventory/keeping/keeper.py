"""What stock policies keep back of every position on a day, and how that differs from what is kept back.

Decides only; `kept_pages` reads positions and writes differences. What other hands keep back (a person, a fact that is
held) is not looked at: rows that rules made bear the rule's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from crossdock.inventory.keeping.freshness import SourceFreshness
from crossdock.inventory.ledger.allotment import target
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.model.stock_policy import HaircutRule, PoolRule, SafetyRule, StockPolicies
from crossdock.rules.quick_table import QuickTable

ZERO = Decimal(0)
SAFETY, HAIRCUT = "safety", "haircut"

Place = tuple[str, str]
"""Item, location."""
Reason = tuple[str, str]
"""Why something is kept back (`safety`, `haircut`), and by what: the rule's name, or the system that is silent."""


class Kept(NamedTuple):
    """So much is kept back for a reason, by a rule: its name and network version (`spring_cups@7`)."""

    quantity: Decimal
    rule: str

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.rpartition("@")[0]


class Standing(msgspec.Struct):
    """A position as it was read, over all its pools: what is on hand, what is free in the shared pool, and the other
    pools with what they have on hand and free."""

    on_hand: Decimal = ZERO
    free: Decimal = ZERO
    pools: dict[str, tuple[Decimal, Decimal]] = {}


Row = tuple[Reason, Kept | None, Kept | None]
"""A reason with what is kept back for it before and after; None where there is nothing."""


class Change(msgspec.Struct, frozen=True):
    """What is kept back at a position before and after, where it differs."""

    item: str
    location: str
    rows: tuple[Row, ...]
    movements: tuple[tuple[str, Decimal, str], ...]
    """One for each kind of reason: the kind, by how much more is kept back, the rule behind it."""
    safety: Decimal
    """By how much more is kept back for all reasons."""

    @classmethod
    def of(cls, item: str, location: str, rows: tuple[Row, ...]) -> Change:
        """The change that these rows are."""
        deltas: dict[str, Decimal] = {}
        rules: dict[str, str] = {}
        for (reason, _), before, after in rows:
            deltas[reason] = deltas.get(reason, ZERO) + _more(before, after)
            if after is not None or reason not in rules:
                rules[reason] = (after or before or _NOTHING).rule
        movements = tuple((reason, delta, rules[reason]) for reason, delta in deltas.items())
        return cls(item, location, rows, movements, sum(deltas.values(), ZERO))

    def requests(self, company_id: str, stem: str) -> list[SafetyRequest]:
        """The same as the ledger is asked for it, under keys that begin with `stem`: more kept back comes first, so
        that nothing is free in between that shall not be."""
        rows = sorted(self.rows, key=lambda row: _more(row[1], row[2]), reverse=True)
        return [
            SafetyRequest(
                company_id=company_id,
                key=f"{stem}/{self.item}/{self.location}/{reason}/{source}",
                item=self.item,
                location=self.location,
                quantity=after.quantity if after else ZERO,
                reason=reason,
                source=source,
                rule=(after or before or _NOTHING).rule,
            )
            for (reason, source), before, after in rows
        ]


def _more(before: Kept | None, after: Kept | None) -> Decimal:
    return (after or _NOTHING).quantity - (before or _NOTHING).quantity


_NOTHING = Kept(ZERO, "")
_EMPTY = (ZERO, ZERO)


class Keeper:
    """The policies of a company on a business day, in one network version, as fresh as its sources are."""

    def __init__(
        self,
        company_id: str,
        policies: StockPolicies,
        on: dt.date,
        version: int,
        sources: Sequence[SourceFreshness] = (),
    ) -> None:
        self.company_id = company_id
        self.policies = policies
        self.on = on
        self.version = version
        self.locations = [source.location for source in sources]
        self._safety: QuickTable[SafetyRule] = QuickTable(policies.safety, company_id, on)
        self._haircuts: QuickTable[HaircutRule] = QuickTable(policies.haircuts, company_id, on)
        self._pools: QuickTable[PoolRule] = QuickTable(policies.pools, company_id, on, for_whom=True)
        self._sources = {source.location: source for source in sources}
        self.silent = self._silent()

    def _silent(self) -> frozenset[tuple[str, int]]:
        """Locations whose source has been silent for longer than a rule of today allows, with the minutes allowed."""
        allowed = {rule.after_minutes for rule in self.policies.haircuts}
        return frozenset(
            (place, minutes) for place, source in self._sources.items() for minutes in allowed
            if source.silent_for(minutes)
        )  # fmt: skip

    def under(self, policies: StockPolicies) -> Keeper:
        """The same day and the same sources under other policies."""
        return Keeper(self.company_id, policies, self.on, self.version, tuple(self._sources.values()))

    @property
    def target(self) -> str:
        """What a recomputation makes true: the same text, the same result as far as rules decide."""
        silent = blake2b(repr(sorted(self.silent)).encode(), digest_size=4).hexdigest() if self.silent else "all_fresh"
        return f"{self.version}/{self.on}/{silent}"

    def exact_items(self) -> list[str]:
        """Items that safety rules of the day name exactly: they are kept back of before they were ever there."""
        return sorted(self._safety.items())

    def wanted(self, item: str, location: str, on_hand: Decimal) -> dict[Reason, Kept]:
        """What shall be kept back of a position, of which `on_hand` is there in all pools."""
        found: dict[Reason, Kept] = {}
        if (rule := self._safety.first(item, location)) is not None and rule.quantity:
            found[(SAFETY, rule.name)] = Kept(rule.quantity, f"{rule.name}@{self.version}")
        if self.silent and (cut := self._haircuts.first(item, location)) is not None:
            quantity = share_of(on_hand, cut.percent) if (location, cut.after_minutes) in self.silent else ZERO
            if quantity:
                found[(HAIRCUT, self._sources[location].system)] = Kept(quantity, f"{cut.name}@{self.version}")
        return found

    def targets(self, item: str, location: str, on_hand: Decimal) -> dict[str, Decimal]:
        """How much each pool of a position shall have, of which `on_hand` is there in all, in the order of service."""
        found: dict[str, Decimal] = {}
        for rule in self._pools.fitting(item, location) if self._pools else ():
            if rule.pool not in found:
                found[rule.pool] = target(rule, on_hand)
        return found

    def unbalanced(self, place: Place, standing: Standing, more_kept: Decimal) -> bool:
        """Could stock that nobody holds be moved into a pool, or out of one, now that `more_kept` is kept back?"""
        if not self._pools and not standing.pools:
            return False
        targets = self.targets(*place, standing.on_hand)
        shared = standing.on_hand - sum((on_hand for on_hand, _ in standing.pools.values()), ZERO)
        for pool, (on_hand, free) in standing.pools.items():
            if free > 0 and (on_hand > targets.get(pool, ZERO) or shared < 0):
                return True
        lacking = any(wanted > standing.pools.get(pool, _EMPTY)[0] for pool, wanted in targets.items())
        return lacking and standing.free - more_kept > 0

    def change(self, place: Place, on_hand: Decimal, kept: Mapping[Reason, Kept]) -> Change | None:
        """How what is kept back must differ from what is, or None where it is right. The same quantity by the same
        rule stays as the older version of the network made it."""
        wanted = self.wanted(*place, on_hand)
        if not kept and not wanted:
            return None
        rows = tuple(_differences(kept, wanted))
        return Change.of(*place, rows) if rows else None


def _differences(kept: Mapping[Reason, Kept], wanted: Mapping[Reason, Kept]) -> Iterator[Row]:
    for reason in sorted(kept.keys() | wanted.keys()):
        before, after = kept.get(reason), wanted.get(reason)
        same = (
            before is not None and after is not None and (before.quantity, before.name) == (after.quantity, after.name)
        )
        if not same:
            yield reason, before, after


def share_of(on_hand: Decimal, percent: Decimal) -> Decimal:
    """So many percent of what is there, rounded up to the digits it is counted in; nothing of less than nothing."""
    if on_hand <= 0:
        return ZERO
    digits = Decimal(1).scaleb(min(int(on_hand.normalize().as_tuple().exponent), 0))
    return (on_hand * percent / 100).quantize(digits, rounding=ROUND_CEILING)
