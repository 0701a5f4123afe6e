"""One transaction of the reservation desk: hold positions, decide in the order of arrival, record everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crossdock.inventory.books import ZERO
from crossdock.inventory.outcomes import LedgerConflict
from crossdock.store import Connection, Store, load_queries
from crossdock.store.arrays import columns, numbers, octets, texts, times

SQL = load_queries(Path(__file__).with_name("reservations.sql"))

_encoder = msgspec.json.Encoder(decimal_format="string")

Key = tuple[str, str, str]
"""Company, item, location."""


# How the columns of the statements travel.
_SHELF = (texts, texts, texts, numbers, numbers)
_ENTRY = (octets, texts, texts, texts, texts, octets, texts)
_GRANT = (texts, texts, texts, texts, texts, numbers, texts, texts, times, octets, numbers, numbers, numbers)


class Granted(msgspec.Struct, frozen=True):
    """One piece of a granted reservation."""

    reservation: str
    location: str
    quantity: Decimal


class ReservationAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Granted in full (`granted`), or refused with what was free at that moment."""

    granted: tuple[Granted, ...] = ()
    free: Decimal | None = None


class DeskRequest(msgspec.Struct, frozen=True):
    """What one caller asks for. Its `reference` is the caller's own word: it names no case of ours."""

    company_id: str
    key: str
    item: str
    locations: tuple[str, ...]
    quantity: Decimal
    expires_at: dt.datetime | None
    reference: str
    source: str
    digest: bytes
    content: bytes

    def name(self, piece: int) -> str:
        """The id of the reservation's first, second, ... piece."""
        return f"{self.digest.hex()[:24]}-{piece}"

    def as_one(self, answer: ReservationAnswer) -> list[object]:
        """The parameters of `reserve_one`."""
        return [
            self.company_id,
            self.item,
            self.locations[0],
            self.quantity,
            self.digest,
            self.key,
            self.reference,
            self.source,
            self.content,
            encode(answer),
            self.name(1),
            texts(self.locations),
            self.expires_at,
        ]


class _Shelf(msgspec.Struct):
    """A held position: what is free and where its numbering stands as decisions go on, and what was taken."""

    id: int
    free: Decimal
    counter: int
    reserved: Decimal = ZERO
    requests: int = 0


class _Guess(msgspec.Struct):
    """What the statement that locks a position takes from it beforehand."""

    quantity: Decimal = ZERO
    requests: int = 0


def encode(answer: ReservationAnswer) -> str:
    """An answer as stored."""
    return _encoder.encode(answer).decode()


def decode(answer: str) -> ReservationAnswer:
    """An answer as it was given."""
    return msgspec.json.decode(answer, type=ReservationAnswer)


async def answer_all(store: Store, requests: Sequence[DeskRequest]) -> list[ReservationAnswer | BaseException]:
    """Answer requests of many callers in one committed transaction; a key that was used for something else gets its
    `LedgerConflict`. May be run again after a transient error: what was committed before is found by its keys."""
    first: dict[bytes, DeskRequest] = {}
    for request in requests:
        first.setdefault(request.digest, request)
    contents = {digest: request.content for digest, request in first.items()}
    answers: dict[bytes, ReservationAnswer] = {}
    fresh = list(first.values())
    while fresh:
        try:
            async with store.transaction() as tx:
                answers |= await _Booking(fresh).run(tx)
            break
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
    return [
        answers[request.digest]
        if contents[request.digest] == request.content
        else LedgerConflict(request.company_id, request.key)
        for request in requests
    ]


class _Booking:
    """New requests of one transaction."""

    def __init__(self, requests: Sequence[DeskRequest]) -> None:
        self.requests = requests
        self.shelves: dict[Key, _Shelf] = {}
        self.entries: list[tuple[Any, ...]] = []
        self.grants: list[tuple[Any, ...]] = []
        self.answers: dict[bytes, ReservationAnswer] = {}

    async def run(self, tx: Connection) -> dict[bytes, ReservationAnswer]:
        """Hold, decide, record."""
        guesses = self._guesses()
        await self._hold(tx, guesses)
        for request in self.requests:
            self._decide(request)
        await self._correct(tx, guesses)
        self.entries.sort()  # keys are inserted in order, so that two desks that are asked the same never deadlock
        await tx.execute(SQL.record, *columns(self.entries, _ENTRY), *columns(self.grants, _GRANT))
        return self.answers

    def _guesses(self) -> dict[Key, _Guess]:
        """What would be taken if everybody got everything at the first location."""
        guesses: dict[Key, _Guess] = {}
        for request in self.requests:
            for place, location in enumerate(request.locations):
                key = (request.company_id, request.item, location)
                guess = guesses.get(key)
                if guess is None:
                    guess = guesses[key] = _Guess()
                if not place:
                    guess.quantity += request.quantity
                    guess.requests += 1
        return guesses

    async def _hold(self, tx: Connection, guesses: dict[Key, _Guess]) -> None:
        wanted = [(*key, guess.quantity, guess.requests) for key, guess in guesses.items()]
        rows = await tx.fetch(SQL.hold, *columns(wanted, _SHELF))
        for company, item, location, identity, free, counter in rows:
            key = (company, item, location)
            guess = guesses[key]
            self.shelves[key] = _Shelf(identity, Decimal(free) + guess.quantity, counter - guess.requests)

    def _decide(self, request: DeskRequest) -> None:
        """All of it, from the first locations that have it, or nothing. Where there is no position, nothing is."""
        found = (self.shelves.get((request.company_id, request.item, location)) for location in request.locations)
        shelves = [(shelf, location) for shelf, location in zip(found, request.locations, strict=True) if shelf]
        free = sum((shelf.free for shelf, _ in shelves if shelf.free > 0), ZERO)
        if free < request.quantity:
            answer = ReservationAnswer(free=free)
        else:
            answer = ReservationAnswer(tuple(self._take(request, shelves)))
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

    def _take(self, request: DeskRequest, shelves: list[tuple[_Shelf, str]]) -> Iterator[Granted]:
        wanted = request.quantity
        candidates = "\x1f".join(request.locations)
        for piece, (shelf, location) in enumerate(shelves, start=1):
            quantity = min(wanted, shelf.free)
            if quantity <= 0:
                continue
            shelf.free -= quantity
            shelf.counter += 1
            shelf.reserved += quantity
            shelf.requests += 1
            name = request.name(piece)
            self.grants.append(
                (
                    name,
                    request.company_id,
                    request.reference,
                    request.item,
                    location,
                    quantity,
                    candidates,
                    request.source,
                    request.expires_at,
                    request.digest,
                    shelf.id,
                    shelf.counter,
                    shelf.free,
                )
            )
            yield Granted(name, location, quantity)
            wanted -= quantity
            if not wanted:
                return

    async def _correct(self, tx: Connection, guesses: dict[Key, _Guess]) -> None:
        """Give back what was guessed and not taken."""
        wrong = [
            (*key, shelf.reserved - guesses[key].quantity, shelf.requests - guesses[key].requests)
            for key, shelf in self.shelves.items()
            if shelf.reserved != guesses[key].quantity or shelf.requests != guesses[key].requests
        ]
        if wrong:
            await tx.execute(SQL.correct, *columns(wrong, _SHELF))
