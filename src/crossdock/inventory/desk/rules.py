"""The stock policies in force for a process that serves callers, and the pools of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from crossdock.inventory.desk.requests import DeskRequest
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.plan import Request
from crossdock.inventory.ledger.pools import NO_POOLS, Pools
from crossdock.model.stock_policy import StockPolicies
from crossdock.rules import shelf_life
from crossdock.rules.stock_policy import Subject


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

    def must_keep(self, request: DeskRequest) -> bool:
        """Must anything that is asked for keep, for this channel and customer? Known without asking the store."""
        if not self._current()[0].shelf_life:
            return False
        items = [item for line in request.lines for item in (line.item, *(part.item for part in line.components))]
        return any(self.keeps_until(request, item) is not None for item in items)

    def keeps_until(self, request: DeskRequest, item: str) -> dt.date | None:
        """The day until which an item must keep if it is promised today; None where no rule says so."""
        subject = Subject(request.company_id, item, channel=request.channel, customer=request.customer)
        return shelf_life.keeps_until(self._current()[0].shelf_life, subject, self._now().date())

    def batch(self, requests: Sequence[Request], at: dt.datetime, actor: str) -> LedgerBatch:
        """A batch that books by these policies."""
        policies, version = self._current()
        return LedgerBatch(requests, at, actor, policies, version)


def no_rules() -> StockRules:
    """Everybody is served from everything."""
    policies = StockPolicies()
    return StockRules(lambda: (policies, 0), lambda: dt.datetime.min)
