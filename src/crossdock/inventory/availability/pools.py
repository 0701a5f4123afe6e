"""Which positions of an item count for whoever asks, and how stock that comes is shared out among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from crossdock.inventory.availability.reading import KeptRow, PositionRow
from crossdock.inventory.availability.terms import KeptBack, PositionTerms, Use
from crossdock.inventory.ledger.allotment import target
from crossdock.inventory.ledger.books import ZERO
from crossdock.inventory.ledger.pools import SHARED
from crossdock.model.stock_policy import DropShipRule, PoolRule, ShelfLifeRule, StockPolicies, StockRule
from crossdock.rules.stock_policy import Subject, covers, first, holds_on, pools_at, serves


class Asker(msgspec.Struct, frozen=True):
    """For whom stock is asked about, and by which policies: of which version of the network, on which day."""

    company_id: str
    channel: str
    customer: str
    on: dt.date
    policies: StockPolicies
    version: int

    def rules_at(self, item: str, location: str) -> list[PoolRule]:
        """The pools of an item at a location, in the order in which they are served."""
        if not self.policies.pools:
            return []
        return pools_at(self.policies.pools, self.company_id, item, location, self.on)

    def shelf_life(self, item: str) -> ShelfLifeRule | None:
        """How long an item must keep for the asker."""
        if not self.policies.shelf_life:
            return None
        subject = Subject(self.company_id, item, channel=self.channel, customer=self.customer)
        return first(self.policies.shelf_life, subject, self.on)

    def drop_ship(self, item: str) -> DropShipRule | None:
        """The rule by which a supplier ships an item to the asker's customers."""
        if not self.policies.drop_ship:
            return None
        subject = Subject(self.company_id, item, channel=self.channel, customer=self.customer)
        return first(self.policies.drop_ship, subject, self.on)

    def keeps_until(self, item: str) -> dt.date | None:
        """The day until which it must."""
        rule = self.shelf_life(item)
        return self.on + dt.timedelta(days=rule.days) if rule else None

    @property
    def is_fussy(self) -> bool:
        """Must any item keep for the asker? Then its lots are looked at."""
        subject = Subject(self.company_id, channel=self.channel, customer=self.customer)
        rules = (rule for rule in self.policies.shelf_life if holds_on(rule, self.on))
        return any(covers(replace(rule.scope, items=()), subject) for rule in rules)

    def use_of(self, pool: str, rules: Sequence[PoolRule]) -> Use:
        """What a pool is to the asker, where these rules hold."""
        own = next((rule for rule in rules if serves(rule, self.channel, self.customer)), None)
        return _use(pool, next((rule for rule in rules if rule.pool == pool), None), own)

    def label(self, rule: StockRule) -> str:
        """A rule as movements name it."""
        return f"{rule.name}@{self.version}"


class Place(msgspec.Struct):
    """An item at one location: its positions in the order in which the asker would be served of them."""

    location: str
    positions: list[PositionTerms]
    rules: list[PoolRule]
    keep: Decimal | None = None
    """What may be promised here of goods that keep as long as the asker needs; None where they need not."""

    @property
    def counted(self) -> Decimal:
        """What is free for the asker here, whether it keeps or not."""
        return sum((position.counted for position in self.positions), ZERO)

    @property
    def now(self) -> Decimal:
        """What the asker may be promised here now."""
        return self.counted if self.keep is None else min(self.counted, self.keep)


def place_of(
    asker: Asker,
    item: str,
    location: str,
    rows: Iterable[PositionRow],
    kept: Iterable[KeptRow] = (),
    keep: Decimal | None = None,
) -> Place:
    """The positions of an item at a location with what each is to the asker. What is shared is always among them.
    `keep` is what may be promised there of goods that keep as long as the asker needs, if it does."""
    rules = asker.rules_at(item, location)
    own = next((rule for rule in rules if serves(rule, asker.channel, asker.customer)), None)
    by_pool = {row.pool: row for row in rows}
    shared = by_pool.get(SHARED)
    # Where shared stock is short, what a pool lends would only serve those who were promised beyond it.
    lending = shared is None or shared.free >= 0
    known = [rule.pool for rule in rules if rule.pool in by_pool]
    names = ([own.pool] if own and own.pool in by_pool else []) + [SHARED] + known
    ordered = list(dict.fromkeys([*names, *sorted(by_pool)]))
    by_name = {rule.pool: rule for rule in rules}
    reasons = list(kept)
    positions = []
    for pool in ordered:
        rule = by_name.get(pool)
        use = _use(pool, rule, own)
        row = by_pool.get(pool) or PositionRow(item, location, pool, ZERO, ZERO, ZERO, ZERO, ZERO, 0)
        usable = use in ("own", "shared") or (use == "lending" and lending)
        positions.append(_terms(row, use, asker.label(rule) if rule else "", usable, reasons))
    return Place(location, positions, rules, keep)


def _use(pool: str, rule: PoolRule | None, own: PoolRule | None) -> Use:
    if pool == SHARED:
        return "shared"
    if own is not None and pool == own.pool:
        return "own"
    return "lending" if rule is not None and rule.lends else "protected"


def _terms(row: PositionRow, use: Use, rule: str, usable: bool, kept: Sequence[KeptRow]) -> PositionTerms:
    reasons = [
        KeptBack(k.reason, k.source, k.rule, k.quantity, k.since)
        for k in sorted(kept, key=lambda k: (k.reason, k.source))
        if k.pool == row.pool
    ]
    return PositionTerms(
        location=row.location,
        pool=row.pool,
        use=use,
        rule=rule,
        on_hand=row.on_hand,
        safety=row.safety,
        reserved=row.reserved,
        allocated=row.allocated,
        free=row.free,
        counted=max(row.free, ZERO) if usable else ZERO,
        shortage=row.shortage,
        kept_back=tuple(reasons),
        version=row.version,
    )


class Outlook:
    """What the asker may be promised at one location as supply comes: those who wait first, then what is everybody's,
    out of which pools are filled in the order in which they are served. What comes is taken to keep."""

    def __init__(self, place: Place) -> None:
        self._free = {position.pool: position.free + position.shortage for position in place.positions}
        self._on_hand = {position.pool: position.on_hand for position in place.positions}
        self._use = {position.pool: position.use for position in place.positions}
        self._rules = [rule for rule in place.rules if rule.pool in self._free]
        self._keep = place.keep

    def come(self, quantity: Decimal, pegged: Decimal) -> None:
        """Supply came; `pegged` of it belongs to those who wait."""
        if self._keep is not None:
            self._keep += quantity - pegged
        self._free[SHARED] += quantity - pegged
        self._on_hand[SHARED] += quantity
        total = sum(self._on_hand.values(), ZERO)
        for rule in self._rules:
            missing = target(rule, total) - self._on_hand[rule.pool]
            moved = min(missing, self._free[SHARED])
            if moved > 0:
                for levels in (self._free, self._on_hand):
                    levels[SHARED] -= moved
                    levels[rule.pool] += moved

    def level(self) -> Decimal:
        """What the asker may be promised."""
        lending = self._free[SHARED] >= 0
        usable = [pool for pool, use in self._use.items() if use in ("own", "shared") or (use == "lending" and lending)]
        free = sum((max(self._free[pool], ZERO) for pool in usable), ZERO)
        return free if self._keep is None else min(free, self._keep)
