"""The only writer of stock: requests of many cases, booked together in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from crossdock.inventory.ledger import facts, promising, withdrawing
from crossdock.inventory.ledger.books import Books
from crossdock.inventory.ledger.entries import Answer, decode_answer, encode_answer, entry_of
from crossdock.inventory.ledger.keys import ItemKey
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome, RepromiseRequest, SafetyRequest
from crossdock.inventory.ledger.plan import Plan, Request
from crossdock.inventory.ledger.pools import Pools
from crossdock.inventory.ledger.reading import SQL, Reader
from crossdock.inventory.ledger.writing import (
    write_facts,
    write_fallen,
    write_kept,
    write_positions,
    write_promise_book,
    write_record,
)
from crossdock.model.stock import MoveRequest, PromiseRequest, ReleaseRequest, SupplyRequest
from crossdock.model.stock_policy import StockPolicies
from crossdock.store import Connection
from crossdock.store.arrays import octets, texts, times


class LedgerBatch:
    """Requests of many cases, applied in the order given. Run again whole after 40P01, 40001 or a lost connection.

    `claim` takes the idempotency keys (call it early, where keys are locked); `post` takes the positions (call it as
    late as possible, just before the log heads) and books everything with a constant number of statements.

    Promises, supply and pegs have no locks of their own: the position rows guard them (see `filling`). Locking them
    early, as keys are, would deadlock with receipts, which learn whom they serve only under the position's lock. So
    they are looked at early and stored only if nobody changed them meanwhile.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        at: dt.datetime,
        actor: str = "engine",
        policies: StockPolicies | None = None,
        network_version: int = 0,
    ) -> None:
        self.requests = tuple(requests)
        self.at = at
        self.actor = actor
        self.answers: list[Answer] = []
        """After `post`: what each request was answered."""
        self._entries = [entry_of(request, at) for request in self.requests]
        self._first: dict[bytes, int] = {}
        self._repeated: dict[bytes, Answer] = {}
        # Who does not know the policies leaves the pools as they are.
        self._pools = Pools(policies or StockPolicies(), at.date(), network_version)
        self._books = Books(self._pools, rebalances=policies is not None)
        self._reader = Reader(self._books)
        self._plan = Plan((), self._pools)

    async def claim(self, tx: Connection) -> None:
        """Take the idempotency keys, sorted, and look at what the requests name. Raises `LedgerConflict` for a key
        that was used for something else, ValueError for a request that makes no sense."""
        for place, entry in enumerate(self._entries):
            first = self._first.setdefault(entry.digest, place)
            self._same(place, self._entries[first].content)
        if not self._first:
            return
        taken = {row[0] for row in await tx.fetch(SQL.claim_keys, *self._key_columns())}
        repeats = self._first.keys() - taken
        if repeats:
            for digest, content, answer in await tx.fetch(SQL.answers, octets(list(repeats))):
                self._same(self._first[digest], content)
                self._repeated[digest] = decode_answer(answer)
        self._plan = Plan(self._fresh(), self._pools)
        await self._reader.look(tx, self._plan)

    def _same(self, place: int, content: bytes) -> None:
        if self._entries[place].content != content:
            raise LedgerConflict(self.requests[place].company_id, self.requests[place].key)

    def _key_columns(self) -> list[str]:
        entries = [self._entries[place] for place in self._first.values()]
        requests = [self.requests[place] for place in self._first.values()]
        return [
            octets([entry.digest for entry in entries]),
            texts([request.company_id for request in requests]),
            texts([request.key for request in requests]),
            texts([entry.what for entry in entries]),
            texts([request.subject for request in requests]),
            texts([entry.document for entry in entries]),
            texts([entry.reason for entry in entries]),
            octets([entry.content for entry in entries]),
            self.actor,
            times([entry.occurred_at for entry in entries]),
        ]

    def _fresh(self) -> list[Request]:
        return [self.requests[place] for place in self._first.values() if not self._is_repeat(place)]

    def _is_repeat(self, place: int) -> bool:
        digest = self._entries[place].digest
        return digest in self._repeated or self._first[digest] != place

    async def post(self, tx: Connection) -> list[LedgerOutcome]:
        """Lock the positions, decide, book. Outcomes come in the order of the requests; a repeated request is
        answered as it was the first time and changes nothing. Raises `LedgerMoved` (40001): run it again whole."""
        books, reader = self._books, self._reader
        await reader.hold(tx, self._plan)
        giving = frozenset(self._plan.giving)
        outcomes = [self._apply(books, place, giving) for place in range(len(self.requests))]
        negatives, journal = await write_facts(tx, books.facts)
        for negative in negatives:
            request = self.requests[negative.request]
            outcomes[negative.request].append(LedgerOutcome(request.subject, request.company_id, negative.body))
        await write_record(tx, books, reader, journal, self._new_answers())
        await write_positions(tx, books, reader)
        await write_promise_book(tx, books)
        await write_kept(tx, books, self.at)
        await write_fallen(
            tx, books, {entry.digest: self.requests[self._first[entry.digest]].subject for entry in self._entries}
        )
        told = [outcome for of_request in outcomes for outcome in of_request if outcome.subject]
        return told + withdrawing.served(books)

    def _apply(self, books: Books, place: int, giving: frozenset[ItemKey]) -> list[LedgerOutcome]:
        request, digest = self.requests[place], self._entries[place].digest
        if self._is_repeat(place):
            answer = self._repeated.get(digest) or self.answers[self._first[digest]]
            self.answers.append(answer)
            return [LedgerOutcome(request.subject, request.company_id, body) for body in answer.bodies()]
        answer = Answer()
        books.entry = digest
        match request:
            case PromiseRequest():
                answer = Answer(promised=promising.decide(books, request, digest))
                outcomes = [LedgerOutcome(request.subject, request.company_id, body) for body in answer.bodies()]
                if request.adopts:
                    outcomes += facts.give_back(books, request, digest, giving)
            case ReleaseRequest():
                released, outcomes = facts.release(books, request, digest, giving)
                answer = Answer(released=tuple(released))
            case MoveRequest():
                outcomes = facts.move(books, request, digest, place, giving)
            case SupplyRequest():
                outcomes = facts.supply(books, request, digest, giving)
            case SafetyRequest():
                outcomes = facts.safety(books, request, digest, giving)
            case RepromiseRequest():
                outcomes = withdrawing.repromise(books, request, digest)
            case _:
                outcomes = facts.allot(books, request, digest, giving)
        self.answers.append(answer)
        return outcomes

    def pool_of(self, reservation: str) -> str:
        """Out of which pool a promise of this batch was granted."""
        return self._books.promises[reservation].pool

    def ended(self, place: int) -> Decimal:
        """How much a release of this batch ended now: nothing if it was asked before."""
        return Decimal(0) if self._is_repeat(place) else self.answers[place].ended

    def _new_answers(self) -> list[tuple[bytes, str]]:
        return [
            (self._entries[place].digest, encode_answer(self.answers[place]))
            for place in self._first.values()
            if not self._is_repeat(place) and self.answers[place] != Answer()
        ]
