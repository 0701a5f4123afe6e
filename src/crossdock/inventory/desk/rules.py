"""The stock policies in force for a process that serves callers, and the pools of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.plan import Request
from crossdock.inventory.ledger.pools import NO_POOLS, Pools
from crossdock.model.stock_policy import StockPolicies


class StockRules:
    """`current` tells the policies and the network version that they are of, `now` is business time."""

    def __init__(self, current: Callable[[], tuple[StockPolicies, int]], now: Callable[[], dt.datetime]) -> None:
        self._current = current
        self._now = now
        self._known: tuple[StockPolicies, int, dt.date] | None = None
        self._pools = NO_POOLS

    def pools(self) -> Pools:
        """The pools of today; the same object as long as day and policies are."""
        policies, version = self._current()
        on = self._now().date()
        known = self._known
        if known is None or known[0] is not policies or known[1:] != (version, on):
            self._known, self._pools = (policies, version, on), Pools(policies, on, version)
        return self._pools

    def batch(self, requests: Sequence[Request], at: dt.datetime, actor: str) -> LedgerBatch:
        """A batch that books by these policies."""
        policies, version = self._current()
        return LedgerBatch(requests, at, actor, policies, version)


def no_rules() -> StockRules:
    """Everybody is served from everything."""
    policies = StockPolicies()
    return StockRules(lambda: (policies, 0), lambda: dt.datetime.min)
