"""One transaction of the reservation desk: hold positions, decide in the order of arrival, record everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crossdock.inventory.desk.deciding import ZERO, Decider, Shelf, Take, first_place, places_of
from crossdock.inventory.desk.requests import (
    DeskRequest,
    Granted,
    Missing,
    ReservationAnswer,
    decode,
    encode,
)
from crossdock.inventory.ledger.keys import ItemKey, PositionKey
from crossdock.inventory.ledger.outcomes import LedgerConflict
from crossdock.inventory.ledger.pools import SHARED, Pools
from crossdock.store import Connection, Store, load_queries
from crossdock.store.arrays import columns, numbers, octets, texts, times
from crossdock.store.group_commit import LATER, Later

SQL = load_queries(Path(__file__).with_name("reservations.sql"))

# How the columns of the statements travel.
_GUESSED = (texts, texts, texts, texts, numbers, numbers)
_WRONG = (texts, texts, texts, texts, numbers, numbers, numbers)
_ENTRY = (octets, texts, texts, texts, texts, octets, texts)
_GRANT = (texts,) * 7 + (numbers, texts, texts, texts, times, octets, numbers, numbers, numbers)
_LENT = (numbers, numbers, numbers, numbers, octets, texts)


class _Guess(msgspec.Struct):
    """What the statement that locks a position takes from it beforehand."""

    quantity: Decimal = ZERO
    movements: int = 0


def as_one(request: DeskRequest, place: PositionKey, answer: ReservationAnswer) -> list[object]:
    """The parameters of `reserve_one`."""
    line = request.lines[0]
    return [
        request.company_id,
        place[1],
        place[2],
        line.quantity,
        request.digest,
        request.key,
        request.reference,
        request.source,
        request.content,
        encode(answer),
        request.name(1),
        texts(line.locations),
        request.expires_at,
        place[3],
        line.line,
        request.customer,
    ]


class Scarce:
    """Items of which the first place alone did not suffice a while ago: of these, all places are held from the start.

    Of others the first place is held only, which halves the work where there are pools. That is a matter of speed:
    where it does not suffice, nothing is done and the batch begins anew with all places, so everybody gets what they
    would have got.
    """

    _BATCHES, _MOST = 1_000, 100_000

    def __init__(self) -> None:
        self.items: set[ItemKey] = set()
        self._batches = 0

    def count(self) -> None:
        """One more batch; after many of them goods may have come."""
        self._batches += 1
        if self._batches >= self._BATCHES or len(self.items) > self._MOST:
            self._batches = 0
            self.items.clear()


class Patience:
    """Does a batch wait for positions that others hold, a worker's batch most of all, or does it leave out the requests
    for these, which then come first in the next one? Leaving out serves everybody else at once; where most are put off,
    as on one item that everybody wants, or somebody has been often, waiting does."""

    _BATCHES, _OFTEN = 8, 3

    def __init__(self) -> None:
        self._left = 0
        self._times: dict[bytes, int] = {}

    def waits(self, requests: Iterable[DeskRequest]) -> bool:
        """Are these to be answered now, whatever it takes?"""
        if self._left:
            self._left -= 1
            return True
        return bool(self._times) and any(self._times.get(each.digest, 0) >= self._OFTEN for each in requests)

    def note(self, requests: Iterable[DeskRequest], put_off: Collection[bytes]) -> None:
        """So many of a batch were put off."""
        asked = {request.digest for request in requests}
        self._times = {digest: self._times.get(digest, 0) + 1 for digest in put_off}
        if len(put_off) * 4 > len(asked):
            self._left = self._BATCHES


class _RanShort(Exception):
    """Rolls back: of these items, more places must be held."""

    def __init__(self, items: set[ItemKey]) -> None:
        super().__init__(f"{len(items)} items ran short at their first places")
        self.items = items


async def answer_all(
    store: Store, requests: Sequence[DeskRequest], pools: Pools, scarce: Scarce, patience: Patience
) -> list[ReservationAnswer | BaseException | Later]:
    """Answer requests of many callers in one committed transaction; a key that was used for something else gets its
    `LedgerConflict`, a request for a position that somebody else holds perhaps `LATER`. May be run again after a
    transient error: what was committed before is found by its keys."""
    scarce.count()
    waits = patience.waits(requests)
    put_off: set[bytes] = set()
    first: dict[bytes, DeskRequest] = {}
    for request in requests:
        first.setdefault(request.digest, request)
    contents = {digest: request.content for digest, request in first.items()}
    answers: dict[bytes, ReservationAnswer] = {}
    fresh = list(first.values())
    while fresh:
        try:
            async with store.transaction() as tx:
                booking = _Booking(fresh, pools, scarce.items, waits=waits)
                answers |= await booking.run(tx)
            put_off = booking.put_off
            break
        except _RanShort as short:
            scarce.items |= short.items
        except asyncpg.UniqueViolationError:
            # Some of the keys were there before; each time round there are more of these and fewer fresh ones, or
            # it is not the keys that the database objects to.
            async with store.connection() as connection:
                for digest, content, answer in await connection.fetch(SQL.answers, octets(list(first))):
                    contents[digest] = content
                    answers[digest] = decode(answer)
            left = [request for digest, request in first.items() if digest not in answers]
            if len(left) == len(fresh):
                raise
            fresh = left
    patience.note(requests, put_off)
    return [_answer_to(request, contents, answers, put_off) for request in requests]


def _answer_to(
    request: DeskRequest,
    contents: Mapping[bytes, bytes],
    answers: Mapping[bytes, ReservationAnswer],
    put_off: Collection[bytes],
) -> ReservationAnswer | BaseException | Later:
    if contents[request.digest] != request.content:
        return LedgerConflict(request.company_id, request.key)
    return LATER if request.digest in put_off else answers[request.digest]


class _Booking:
    """New requests of one transaction."""

    def __init__(self, requests: Sequence[DeskRequest], pools: Pools, scarce: set[ItemKey], *, waits: bool) -> None:
        self.requests = requests
        self.pools = pools
        # Another lane may learn of scarce items while this one waits for its positions: of whom all places are held is
        # settled now, or a request would be refused for what its other places have.
        self.wide = {request.digest for request in requests if _is_scarce(request, scarce)}
        # Who asks for several places or lines takes all of them or none: nobody behind may overtake it at one of them.
        self.waits = waits or bool(self.wide) or any(len(request.lines) > 1 for request in requests)
        self.busy: set[PositionKey] = set()
        self.put_off: set[bytes] = set()
        self.firsts: dict[bytes, list[PositionKey]] = {}
        self.shelves: dict[PositionKey, Shelf] = {}
        self.entries: list[tuple[Any, ...]] = []
        self.grants: list[tuple[Any, ...]] = []
        self.lent: list[tuple[Any, ...]] = []
        self.answers: dict[bytes, ReservationAnswer] = {}

    async def run(self, tx: Connection) -> dict[bytes, ReservationAnswer]:
        """Hold, decide, record."""
        guesses = self._guesses()
        await self._hold(tx, guesses)
        self._decide()
        await self._correct(tx, guesses)
        if not self.entries:
            return self.answers
        self.entries.sort()  # keys are inserted in order, so that two desks that are asked the same never deadlock
        await tx.execute(SQL.record, *columns(self.entries, _ENTRY), *columns(self.grants, _GRANT))
        if self.lent:
            await tx.execute(SQL.lent, *columns(self.lent, _LENT))
        return self.answers

    def _guesses(self) -> dict[PositionKey, _Guess]:
        """What would be taken if everybody got everything at the first place; and other places that must be held."""
        guesses: dict[PositionKey, _Guess] = {}
        for request in self.requests:
            firsts = self.firsts[request.digest] = [first_place(request, line, self.pools) for line in request.lines]
            for key, line in zip(firsts, request.lines, strict=True):
                guess = guesses.get(key)
                if guess is None:
                    guess = guesses[key] = _Guess()
                guess.quantity += line.quantity
                guess.movements += 1
            if request.digest in self.wide:
                for key in places_of(request, self.pools):
                    if key not in guesses:
                        guesses[key] = _Guess()
        return guesses

    def _decide(self) -> None:
        """In the order of arrival. Raises `_RanShort`."""
        decider = Decider(self.shelves, self.pools)
        short: set[ItemKey] = set()
        for request in self.requests:
            if request.digest in self.wide:
                taken, missing = decider.decide(request)
                self._answer(request, taken, missing)
                continue
            if self.busy and not self.busy.isdisjoint(self.firsts[request.digest]):
                self.put_off.add(request.digest)
                continue
            taken = []
            for key, line in zip(self.firsts[request.digest], request.lines, strict=True):
                shelf = self.shelves.get(key)
                if shelf is None or shelf.free < line.quantity:
                    short.add((request.company_id, line.item))
                    continue
                shelf.free -= line.quantity
                taken.append(Take(line, key, line.quantity))
            if not short:
                self._answer(request, taken, [])
        if short:
            raise _RanShort(short)

    async def _hold(self, tx: Connection, guesses: dict[PositionKey, _Guess]) -> None:
        wanted = [(*key, guess.quantity, guess.movements) for key, guess in guesses.items()]
        rows = await tx.fetch(SQL.hold if self.waits else SQL.hold_what_is_free, *columns(wanted, _GUESSED))
        for company, item, location, pool, identity, free, counter in rows:
            key = (company, item, location, pool)
            guess = guesses[key]
            before = Decimal(free) + guess.quantity
            self.shelves[key] = Shelf(identity, before, counter - guess.movements, before)
        left = [key for key in guesses if key not in self.shelves]
        if left and not self.waits:
            self.busy = {tuple(row) for row in await tx.fetch(SQL.that_exist, *columns(left, _GUESSED[:4]))}

    def _answer(self, request: DeskRequest, taken: list[Take], missing: list[Missing]) -> None:
        if missing and not request.several:
            answer = ReservationAnswer(free=missing[0].free)
        else:
            answer = ReservationAnswer(self._book(request, taken), missing=tuple(missing))
        self.answers[request.digest] = answer
        self.entries.append(
            (
                request.digest,
                request.company_id,
                request.key,
                request.reference,
                request.source,
                request.content,
                encode(answer),
            )
        )

    def _book(self, request: DeskRequest, taken: list[Take]) -> tuple[Granted, ...]:
        """Number and journal what was taken."""
        granted: list[Granted] = []
        for take in taken:
            if take.rule:
                self._lend(request, take)
            else:
                granted.append(self._grant(request, take, len(granted) + 1))
        return tuple(granted)

    def _grant(self, request: DeskRequest, take: Take, piece: int) -> Granted:
        line, (company, item, location, pool), quantity = take.line, take.at, take.quantity
        shelf, name = self.shelves[take.at], request.name(piece)
        shelf.reserved += quantity
        self._journal(shelf, -quantity)
        self.grants.append(
            (
                name,
                company,
                request.reference,
                line.line,
                item,
                location,
                pool,
                quantity,
                "\x1f".join(line.locations),
                request.source,
                request.customer,
                request.expires_at,
                request.digest,
                shelf.id,
                shelf.counter,
                shelf.level,
            )
        )
        if request.several:
            return Granted(name, location, quantity, line.line, item, pool)
        return Granted(name, location, quantity, item="" if item == line.item else item, pool=pool)

    def _lend(self, request: DeskRequest, take: Take) -> None:
        """What nobody holds in a pool leaves it for what is everybody's: two movements."""
        for key, quantity in ((take.at, -take.quantity), ((*take.at[:3], SHARED), take.quantity)):
            shelf = self.shelves[key]
            shelf.on_hand += quantity
            self._journal(shelf, quantity)
            self.lent.append((shelf.id, shelf.counter, quantity, shelf.level, request.digest, take.rule))

    def _journal(self, shelf: Shelf, change: Decimal) -> None:
        shelf.level += change
        shelf.counter += 1
        shelf.movements += 1

    async def _correct(self, tx: Connection, guesses: dict[PositionKey, _Guess]) -> None:
        """Give back what was guessed and not taken."""
        wrong = []
        for key, shelf in self.shelves.items():
            guess = guesses[key]
            if shelf.reserved != guess.quantity or shelf.movements != guess.movements or shelf.on_hand:
                change = (shelf.on_hand, shelf.reserved - guess.quantity, shelf.movements - guess.movements)
                wrong.append((*key, *change))
        if wrong:
            await tx.execute(SQL.correct, *columns(wrong, _WRONG))


def _is_scarce(request: DeskRequest, scarce: set[ItemKey]) -> bool:
    return bool(scarce) and any((request.company_id, line.item) in scarce for line in request.lines)
