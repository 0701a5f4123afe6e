"""Exactly one end of a caller's reservation, whoever ends it or keeps it from ending at the same time."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal as D

import pytest

from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.endings import release_requests
from crossdock.inventory.desk.terms import NewTerms, NoLater, NotOpen, Terms, change_terms, change_terms_in
from crossdock.inventory.desk.view import ReservationView, find
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.expiry import expire_due
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.inventory.ledger.plan import Request
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.store import Connection, Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, expect, holds, levels, number, receive
from tests.integration.inventory.test_desk_lines import wanted

OVER = AT + dt.timedelta(seconds=1)
LATER = AT + dt.timedelta(days=1)


async def ignore(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    """The log is not this room's business."""


@pytest.fixture
async def other_store(database: str) -> AsyncIterator[Store]:
    """The pool of another process."""
    opened = await Store.connect(database, min_size=2, max_size=6)
    yield opened
    await opened.close()


async def held(store: Store, quantity: int = 5, expires_at: dt.datetime | None = AT) -> str:
    desk = ReservationDesk(store, ignore)
    answer = await desk.reserve(COMPANY, f"basket/{number()}", MUG, ["north"], D(quantity), expires_at=expires_at)
    return answer.granted[0].reservation


async def seen(store: Store, name: str) -> ReservationView:
    async with store.transaction() as tx:
        found = await find(tx, name)
    assert found is not None
    return found


def terms(name: str, what: str, until: dt.datetime | None = None, **more: str) -> NewTerms:
    key = more.pop("key", "") or f"{what}/{number()}"
    return NewTerms(COMPANY, key, name, what, expires_at=until, **more)  # type: ignore[arg-type]


Told = str
Deed = Callable[[Connection, str], Awaitable[Told]]
"""Done in a transaction; what whoever did it is told: done, or too late."""


async def _post(tx: Connection, *requests: Request) -> LedgerBatch:
    batch = LedgerBatch(requests, AT)
    await batch.claim(tx)
    await batch.post(tx)
    return batch


async def release(tx: Connection, name: str) -> Told:
    batch = await _post(tx, *release_requests(COMPANY, [name], "not wanted"))
    return "done" if batch.answers[0].released else "too late"


async def expire(tx: Connection, name: str) -> Told:
    await expire_due(tx, OVER)
    return "looked"


async def adopt(tx: Connection, name: str) -> Told:
    await _post(tx, ask(5, adopts=(name,), backorder=False))
    return "looked"


async def extend(tx: Connection, name: str) -> Told:
    return await _agreed(change_terms_in(tx, terms(name, "extend", LATER)))


async def confirm(tx: Connection, name: str) -> Told:
    return await _agreed(change_terms_in(tx, terms(name, "confirm")))


async def _agreed(change: Awaitable[Terms]) -> Told:
    try:
        await change
    except (NotOpen, NoLater):
        return "too late"
    return "done"


DEEDS: dict[str, Deed] = {"release": release, "expire": expire, "adopt": adopt, "extend": extend, "confirm": confirm}
ENDS = {"release": "released", "expire": "expired", "adopt": "adopted"}


async def do(store: Store, deed: Deed, name: str) -> Told:
    """Once, and again whole where the world moved."""
    while True:
        try:
            async with store.transaction() as tx:
                return await deed(tx, name)
        except LedgerMoved:
            continue


async def one_end(store: Store, name: str, told: dict[str, Told]) -> str:
    """What the reservation came to; the books, the row and what everybody was told agree on it."""
    view = await seen(store, name)
    (piece,) = view.pieces
    async with store.transaction() as tx:
        given_back = await tx.fetchval(
            "select coalesce(-sum(reserved), 0) from promise_movement where reservation = $1 and reserved < 0", name
        )
        ends = await tx.fetchval("select count(*) from promise_movement where reservation = $1 and reserved < 0", name)
    assert given_back + piece.remaining == 5
    assert ends == (0 if piece.remaining else 1), "one end, and not before it"
    if piece.remaining:
        assert view.state == "open"
        return "open"
    assert piece.state in {ENDS[deed] for deed in told if deed in ENDS}
    assert piece.ended is not None
    assert piece.ended.how == piece.state
    assert piece.ended.at is not None
    if "release" in told:
        assert (told["release"] == "done") == (piece.state == "released")
    return piece.state


PAIRS = list(itertools.permutations(DEEDS, 2))


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[f"{a}_then_{b}" for a, b in PAIRS])
async def test_what_comes_first_holds_and_the_other_one_hears_of_it(
    store: Store, other_store: Store, first: str, second: str
) -> None:
    """The second begins when the first has done all but commit."""
    await book(store, receive(100))
    for pause in (0.0, 0.02, 0.05):
        name = await held(store)
        async with store.transaction() as tx:
            told = {first: await DEEDS[first](tx, name)}
            late = asyncio.create_task(do(other_store, DEEDS[second], name))
            await asyncio.sleep(pause)
        told[second] = await asyncio.wait_for(late, 20)
        end = await one_end(store, name, told)
        if first in ENDS:
            assert end == ENDS[first]
            assert told[second] in ("looked", "too late")
        elif second == "expire":
            assert end == "open", "what was extended or confirmed in time does not expire"
        elif second in ENDS:
            assert end == ENDS[second]
        else:
            assert end == "open"
            assert told[second] == ("too late" if (first, second) == ("confirm", "extend") else "done")
        await do(store, release, name)
    await holds(store)


@pytest.mark.parametrize("turn", range(4))
async def test_whoever_comes_at_once_there_is_one_end(store: Store, other_store: Store, turn: int) -> None:
    await book(store, receive(1_000))
    chance = random.Random(turn)
    seen_ends: set[str] = set()
    for _ in range(15):
        name = await held(store)
        deeds = chance.sample(sorted(DEEDS), chance.choice([2, 3, 5]))
        done = await asyncio.gather(*(do(chance.choice([store, other_store]), DEEDS[deed], name) for deed in deeds))
        seen_ends.add(await one_end(store, name, dict(zip(deeds, done, strict=True))))
        await do(store, release, name)
    assert len(seen_ends) > 1
    await holds(store)


async def test_a_key_says_the_same_for_ever_and_nothing_else(store: Store) -> None:
    await book(store, receive(10))
    name = await held(store)
    wanted = terms(name, "extend", LATER, key="k1")
    first = await change_terms(store, wanted)
    assert (first.quantity, first.expires_at) == (D(5), LATER)
    await do(store, release, name)
    assert await change_terms(store, wanted) == first
    with pytest.raises(LedgerConflict):
        await change_terms(store, terms(name, "extend", LATER + dt.timedelta(days=1), key="k1"))
    with pytest.raises(LedgerConflict):
        await change_terms(store, terms(name, "confirm", key="k1"))
    with pytest.raises(NotOpen):
        await change_terms(store, terms(name, "extend", LATER))


async def test_the_same_extension_by_many_at_once_is_one(store: Store, other_store: Store) -> None:
    await book(store, receive(10))
    name = await held(store)
    wanted = terms(name, "extend", LATER, key="k1")
    answers = await asyncio.gather(*(change_terms(s, wanted) for s in (store, other_store) * 3))
    assert len({answer.expires_at for answer in answers}) == 1
    async with store.transaction() as tx:
        assert await tx.fetchval("select deadline from reservation where id = $1", name) == 1


async def test_a_deadline_is_only_put_off(store: Store) -> None:
    await book(store, receive(10))
    name = await held(store, expires_at=LATER)
    with pytest.raises(NoLater) as sooner:
        await change_terms(store, terms(name, "extend", AT))
    assert sooner.value.until == LATER
    endless = await held(store, expires_at=None)
    with pytest.raises(NoLater) as never:
        await change_terms(store, terms(endless, "extend", LATER))
    assert never.value.until is None


async def test_an_extended_reservation_expires_at_its_new_deadline(store: Store) -> None:
    await book(store, receive(10))
    name = await held(store)
    for day in (1, 2, 3):
        await change_terms(store, terms(name, "extend", AT + dt.timedelta(days=day)))
    async with store.transaction() as tx:
        assert (await expire_due(tx, AT + dt.timedelta(days=2))).ended == 0
    async with store.transaction() as tx:
        assert (await expire_due(tx, AT + dt.timedelta(days=3))).ended == 1
    (piece,) = (await seen(store, name)).pieces
    assert piece.ended is not None
    assert (piece.ended.how, piece.ended.at) == ("expired", AT + dt.timedelta(days=3))
    assert (await levels(store)).free == 10
    await holds(store)


async def test_a_confirmed_reservation_is_named_anew_and_stays(store: Store) -> None:
    await book(store, receive(10))
    name = await held(store)
    await change_terms(store, terms(name, "confirm", reference="quote 17"))
    async with store.transaction() as tx:
        assert (await expire_due(tx, LATER)).ended == 0
    view = await seen(store, name)
    assert (view.reference, view.expires_at, view.state) == ("quote 17", None, "open")
    assert view.confirmed_at is not None


async def test_what_waits_is_extended_with_what_is_held_and_its_filling_has_the_new_deadline(store: Store) -> None:
    await book(store, receive(3), expect(5, 9))
    desk = ReservationDesk(store, ignore)
    answer = await desk.grant(wanted((MUG, 7), mode="backorder", expires_at=AT))
    changed = await change_terms(store, terms(answer.stem, "extend", LATER))
    assert changed.quantity == 7
    await book(store, receive(5, supply=(f"purchase_order/{COMPANY}/4500001", "10")))
    async with store.transaction() as tx:
        assert (await expire_due(tx, OVER)).ended == 0
    async with store.transaction() as tx:
        assert (await expire_due(tx, LATER)).ended == 2
    assert {piece.state for piece in (await seen(store, answer.stem)).pieces} == {"expired", "filled"}
    await holds(store)
