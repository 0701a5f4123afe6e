"""Which pools of stock there are today, and who may be promised from which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from crossdock.inventory.ledger.keys import ItemKey, PositionKey
from crossdock.model.stock_policy import FillRule, PoolRule, StockPolicies
from crossdock.rules.stock_policy import Subject, first, holds_on, pools_at, serves

SHARED = ""
"""The pool of everybody."""

# Answers kept at hand, some hundred bytes each; with more items and locations than these they are found again.
_REMEMBERED = 50_000


class Pools:
    """The pools of one business day, as the network's policies of one version say."""

    def __init__(self, policies: StockPolicies, on: dt.date, version: int = 0) -> None:
        self._rules = [rule for rule in policies.pools if holds_on(rule, on)]
        self._filling = policies.filling
        self._on = on
        self._version = version
        self._at: dict[tuple[str, str, str], list[PoolRule]] = {}

    def __bool__(self) -> bool:
        """Is there any pool at all?"""
        return bool(self._rules)

    def at(self, company: str, item: str, location: str) -> list[PoolRule]:
        """The pools of an item at a location, in the order in which they are served."""
        if not self._rules:
            return []
        key = (company, item, location)
        if key not in self._at:
            if len(self._at) >= _REMEMBERED:
                self._at.clear()
            self._at[key] = pools_at(self._rules, company, item, location, self._on)
        return self._at[key]

    def label(self, rule: PoolRule) -> str:
        """How movements name the rule behind them."""
        return f"{rule.name}@{self._version}"

    def own(self, company: str, item: str, location: str, channel: str, customer: str) -> PoolRule | None:
        """The pool that serves a channel and customer there; None if only the shared one does."""
        return next((rule for rule in self.at(company, item, location) if serves(rule, channel, customer)), None)

    def places(self, item: ItemKey, locations: Sequence[str], channel: str, customer: str) -> list[PositionKey]:
        """Where an order may be promised from, in order: at each location its own pool, then what is everybody's."""
        if not self._rules:
            return [(*item, location, SHARED) for location in locations]
        found = []
        for location in locations:
            if rule := self.own(*item, location, channel, customer):
                found.append((*item, location, rule.pool))
            found.append((*item, location, SHARED))
        return found

    def lenders(
        self, item: ItemKey, locations: Sequence[str], channel: str, customer: str
    ) -> Iterator[tuple[PositionKey, PoolRule]]:
        """Other pools that lend, to be asked when all else is used up."""
        if not self._rules:
            return
        for location in locations:
            own = self.own(*item, location, channel, customer)
            for rule in self.at(*item, location):
                if rule.lends and rule is not own:
                    yield (*item, location, rule.pool), rule

    def fill_rule(self, item: ItemKey) -> FillRule | None:
        """In which order those who wait for an item are served; None means first come, first served."""
        if not self._filling:
            return None
        return first(self._filling, Subject(*item), self._on)


NO_POOLS = Pools(StockPolicies(), dt.date.min)
