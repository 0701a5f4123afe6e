"""Callers' reservations in the hands of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal as D

import pytest

from crossdock.cli.reservation import _ending
from crossdock.inventory.desk.desk import ReservationDesk, desk_request
from crossdock.inventory.desk.requests import DeskLine, DeskRequest, desk_lines_request
from crossdock.inventory.desk.view import ReservationView, find
from crossdock.operations import reservation_desk
from crossdock.operations.problems import Problem
from crossdock.operations.reservations import publish_outcomes, release, show
from crossdock.store import Connection, Store
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, holds, levels, receive
from tests.integration.operations.worlds import ANNA, at_work

LATE = dt.datetime(2096, 12, 1, tzinfo=dt.UTC)


async def held(store: Store, key: str, quantity: int, expires_at: dt.datetime | None = None) -> str:
    request = desk_request(
        COMPANY, key, MUG, ["north"], D(quantity), expires_at=expires_at, source="shop", reference="basket"
    )
    return (await ReservationDesk(store, publish_outcomes).grant(request)).stem


async def test_a_person_gives_a_callers_reservation_back_and_it_is_written_down_who_and_why(store: Store) -> None:
    await book(store, receive(5))
    name = await held(store, "k1", 5)
    await book(store, ask(2, case="sales_order/albion_uk/shop/1"))
    context = await at_work(store)
    with pytest.raises(Problem, match="reason"):
        await reservation_desk.release_for_caller(context, ANNA, name, " ")
    assert (await reservation_desk.release_for_caller(context, ANNA, name, "basket lost")).quantity == 5
    assert (await levels(store)).reserved == 2
    (piece,) = (await show(context, ANNA, name)).pieces
    assert piece.ended is not None
    assert (piece.ended.how, piece.ended.by) == ("released", ANNA.name)
    assert piece.ended.reason == "basket lost", "who it was is said once"
    async with store.transaction() as tx:
        deed = await tx.fetchrow("select actor, action from audit where subject = $1", f"reservation/{name}")
    assert deed is not None
    assert tuple(deed) == (ANNA.name, "release_reservation")
    await holds(store)


def waiting_for_mugs(source: str) -> DeskRequest:
    return desk_lines_request(
        COMPANY, "k1", [DeskLine("1", MUG, D(5), ("north",))], mode="backorder", source=source, reference="basket"
    )


class Overtaken(ReservationDesk):
    """Goods come between looking a reservation up and giving it back."""

    async def give_back(self, company_id: str, reservations: Sequence[str], reason: str) -> D:
        if not any("." in name for name in reservations):
            await book(self.store, receive(9))
        return await super().give_back(company_id, reservations, reason)


async def test_what_is_filled_while_its_holder_gives_it_back_is_given_back_too(store: Store) -> None:
    await book(store, receive(2))
    desk, request = Overtaken(store, publish_outcomes), waiting_for_mugs(ANNA.name)
    name = (await desk.grant(request)).stem
    assert (await release(await at_work(store), desk, ANNA, name)).quantity == 5
    assert (await levels(store)).reserved == 0
    await holds(store)


async def test_what_is_filled_while_a_person_gives_it_back_is_given_back_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await book(store, receive(2))
    looked = list[str]()
    waiting = await ReservationDesk(store, publish_outcomes).grant(waiting_for_mugs("shop"))

    async def overtaken(tx: Connection, name: str) -> ReservationView | None:
        found = await find(tx, name)
        if not looked:
            await book(store, receive(9))
        looked.append(name)
        return found

    monkeypatch.setattr(reservation_desk, "find", overtaken)
    done = await reservation_desk.release_for_caller(await at_work(store), ANNA, waiting.stem, "basket lost")
    assert (done.quantity, len(looked)) == (5, 2)
    assert (await levels(store)).reserved == 0
    assert await times_written_down(store) == 1
    await holds(store)


async def times_written_down(store: Store) -> int:
    """How often it was written down that a reservation was given back."""
    async with store.transaction(readonly=True) as tx:
        count: int = await tx.fetchval("select count(*) from audit where action = 'release_reservation'")
    return count


async def test_a_person_extends_a_callers_reservation(store: Store) -> None:
    await book(store, receive(5))
    name = await held(store, "k1", 5, LATE)
    context = await at_work(store)
    later = LATE + dt.timedelta(hours=1)
    for _ in range(2):
        changed = await reservation_desk.extend_for_caller(context, ANNA, name, later, "payment is late")
        assert (changed.quantity, changed.expires_at) == (D(5), later)
    with pytest.raises(Problem, match="is over"):
        await reservation_desk.extend_for_caller(context, ANNA, name, dt.datetime(2001, 1, 1, tzinfo=dt.UTC), "why not")


async def test_what_callers_hold_is_listed_by_deadline_or_by_item(store: Store) -> None:
    await book(store, receive(9))
    endless, soon, late = [await held(store, key, 1, at) for key, at in
                           (("k3", None), ("k1", LATE), ("k2", LATE + dt.timedelta(days=1)))]  # fmt: skip
    await book(store, ask(2))
    context = await at_work(store)
    timed = await reservation_desk.list_reservations(context, ANNA)
    assert [one.reservation for one in timed] == [f"{soon}-1", f"{late}-1"]
    of_item = await reservation_desk.list_reservations(context, ANNA, item=MUG)
    assert [one.reservation for one in of_item] == [f"{name}-1" for name in (soon, late, endless)]
    assert {(one.held_by, one.reference, one.item) for one in of_item} == {("shop", "basket", MUG)}


async def test_giving_back_says_what_was_still_held_and_nothing_the_second_time(store: Store) -> None:
    await book(store, receive(7))
    lines = [DeskLine(str(n), MUG, D(quantity), ("north",)) for n, quantity in enumerate((5, 2), start=1)]
    request = desk_lines_request(COMPANY, "k1", lines, source="shop")
    whole = (await ReservationDesk(store, publish_outcomes).grant(request)).stem
    context = await at_work(store)
    ended = [
        (await reservation_desk.release_for_caller(context, ANNA, name, "lost")).quantity
        for name in (f"{whole}-1", whole, whole)
    ]
    assert sorted(ended) == [0, 2, 5]
    assert ended[2] == 0
    await holds(store)


async def test_a_reservation_that_an_order_took_over_says_which_order_and_how_much_became_free(store: Store) -> None:
    await book(store, receive(5))
    name = await held(store, "k1", 3)
    await book(store, ask(2, case="sales_order/albion_uk/shop/1", adopts=(f"{name}-1",)))
    (piece,) = (await show(await at_work(store), ANNA, name)).pieces
    assert piece.ended is not None
    assert (piece.ended.how, piece.ended.by, piece.ended.taken) == ("adopted", "sales_order/albion_uk/shop/1", 2)
    assert piece.ended.at is not None
    words = _ending(piece)
    assert words.startswith("taken over by sales_order/albion_uk/shop/1 at ")
    assert words.endswith(": 2; 1 became free")


async def test_what_has_no_deadline_is_counted_and_shown_if_asked_for(store: Store) -> None:
    await book(store, receive(9))
    timed, endless = [await held(store, key, 1, at) for key, at in (("k1", LATE), ("k2", None))]
    context = await at_work(store)
    assert await reservation_desk.without_deadline(context, ANNA) == 1
    found = await reservation_desk.list_reservations(context, ANNA, everything=True)
    assert [one.reservation for one in found] == [f"{timed}-1", f"{endless}-1"]


async def test_who_may_wait_is_listed_by_the_name_under_which_it_is_shown(store: Store) -> None:
    await book(store, receive(5))
    lines = [DeskLine("1", MUG, D(8), ("north",))]
    request = desk_lines_request(COMPANY, "k1", lines, mode="backorder", source="shop-key", channel="shop")
    whole = (await ReservationDesk(store, publish_outcomes).grant(request)).stem
    await book(store, receive(2))
    context = await at_work(store)
    for found in (
        await reservation_desk.list_reservations(context, ANNA, everything=True),
        await reservation_desk.list_reservations(context, ANNA, item=MUG),
    ):
        assert len(found) >= 2
        assert {one.held_by for one in found} == {"shop-key"}
    assert (await show(context, ANNA, whole)).held_by == "shop-key"
