"""Reservations for callers outside the batches of the engine: API calls, committed together."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

import asyncpg

from crossdock.inventory.desk.asking import ask_ledger
from crossdock.inventory.desk.batch import SQL, Patience, Scarce, answer_all, as_one
from crossdock.inventory.desk.deciding import first_place
from crossdock.inventory.desk.endings import release_requests
from crossdock.inventory.desk.requests import DeskRequest, Granted, ReservationAnswer, decode, desk_request
from crossdock.inventory.desk.rules import StockRules, no_rules
from crossdock.inventory.desk.terms import NewTerms, Terms, change_terms, recall_terms
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.model.stock import ReleaseRequest
from crossdock.store import Connection, GroupCommit, Store, run_again
from crossdock.store.arrays import octets
from crossdock.store.crash import point
from crossdock.store.group_commit import Later
from crossdock.store.pool import TRANSIENT

__all__ = ["Granted", "Publish", "ReservationAnswer", "ReservationDesk", "desk_request"]

Publish = Callable[[Connection, list[LedgerOutcome]], Awaitable[None]]
"""Appends outcomes to the log in the desk's own transaction (only releases have any: backorders they filled)."""


_Releases = tuple[ReleaseRequest, ...]
"""What one caller gives back, piece by piece."""


class ReservationDesk:
    """Greedy group commit: the next batch is what queued while the last one committed; a lone caller goes straight
    through. Any number of desks in any number of processes may run; sorted row locks keep them from deadlock. A
    reservation touches no log head. `pools` says which pools there are today."""

    def __init__(
        self, store: Store, publish: Publish, *, most: int = 64, lanes: int = 1, rules: StockRules | None = None
    ) -> None:
        self.store = store
        self.publish = publish
        self.rules = rules or no_rules()
        self._inside = 0
        self._scarce = Scarce()
        self._patience = Patience()
        self._reserving = GroupCommit[DeskRequest, ReservationAnswer](self._reserve_all, most=most, lanes=lanes)
        self._releasing = GroupCommit[_Releases, Decimal](self._release_all, most=most)

    async def reserve(
        self,
        company_id: str,
        key: str,
        item: str,
        locations: Sequence[str],
        quantity: Decimal,
        *,
        expires_at: dt.datetime | None = None,
    ) -> ReservationAnswer:
        """Reserve all of `quantity` from the first locations that have it, or nothing."""
        return await self.grant(desk_request(company_id, key, item, locations, quantity, expires_at=expires_at))

    async def grant(self, request: DeskRequest) -> ReservationAnswer:
        """Answer a request as its mode says. A repeated key gets the first answer; raises `LedgerConflict` for a
        repeated key with other content."""
        if request.mode == "backorder" or self.rules.must_keep(request):
            return await run_again(lambda: self._ask_ledger(request))
        self._inside += 1
        try:
            if self._inside == 1 and len(request.lines) == 1:
                answer = await self._alone(request)
                if answer is not None:
                    return answer
            return await self._reserving.submit(request)
        finally:
            self._inside -= 1

    async def _ask_ledger(self, request: DeskRequest) -> ReservationAnswer:
        async with self.store.transaction() as tx:
            answer, outcomes = await ask_ledger(tx, request, self.rules)
            if outcomes:
                await self.publish(tx, outcomes)
        return answer

    async def change_terms(self, wanted: NewTerms) -> Terms:
        """Extend or confirm a reservation; see `desk_terms`."""
        return await change_terms(self.store, wanted)

    async def recall_terms(self, wanted: NewTerms) -> Terms | None:
        """What was answered to the same before, if it was; nothing is changed. Raises `LedgerConflict`."""
        async with self.store.transaction(readonly=True) as tx:
            return await recall_terms(tx, wanted)

    async def recall(self, request: DeskRequest) -> ReservationAnswer | None:
        """What a request was answered before, if it was; nothing is reserved. Raises `LedgerConflict`, as `grant`
        does."""
        async with self.store.connection() as connection:
            row = await connection.fetchrow(SQL.answers, octets([request.digest]))
        if row is None:
            return None
        if row["content"] != request.content:
            raise LedgerConflict(request.company_id, request.key)
        return decode(row["answer"])

    async def _alone(self, request: DeskRequest) -> ReservationAnswer | None:
        """One statement; None if the first place alone cannot grant it or it was asked before."""
        line = request.lines[0]
        place = first_place(request, line, self.rules.pools())
        named = (line.line, line.item) if request.several else ("", "")
        answer = ReservationAnswer((Granted(request.name(1), place[2], line.quantity, *named, place[3]),))
        try:
            async with self.store.connection() as connection:
                granted = await connection.fetchval(SQL.reserve_one, *as_one(request, place, answer))
        except (asyncpg.UniqueViolationError, *TRANSIENT):
            return None  # somebody asks the same right now, or it is unknown whether it was done: the batch finds out
        point("api_after_commit_before_answer")
        return answer if granted else None

    async def _reserve_all(
        self, requests: Sequence[DeskRequest]
    ) -> Sequence[ReservationAnswer | BaseException | Later]:
        pools = self.rules.pools()
        answers = await run_again(lambda: answer_all(self.store, requests, pools, self._scarce, self._patience))
        point("api_after_commit_before_answer")
        return answers

    async def give_back(self, company_id: str, reservations: Sequence[str], reason: str) -> Decimal:
        """End reservations without goods, each under the one key it can be given back with; the quantity that ended
        now: zero if nothing of them was held any more."""
        return await self._releasing.submit(tuple(release_requests(company_id, reservations, reason)))

    async def _release_all(self, calls: Sequence[_Releases]) -> Sequence[Decimal | BaseException]:
        return await run_again(lambda: self._release_together(calls))

    async def _release_together(self, calls: Sequence[_Releases]) -> list[Decimal | BaseException]:
        async with self.store.transaction() as tx:
            at = await tx.fetchval("select business_now()")
            batch = self.rules.batch([request for call in calls for request in call], at, "api")
            await batch.claim(tx)
            outcomes = await batch.post(tx)
            if outcomes:
                await self.publish(tx, outcomes)
        places = itertools.count()
        return [sum((batch.ended(next(places)) for _ in call), Decimal(0)) for call in calls]
