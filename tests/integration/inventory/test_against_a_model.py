"""The ledger against a model of plain lists and dictionaries, over random histories."""

from __future__ import annotations

import itertools
from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.inventory.ledger.plan import Request
from crossdock.store import Store
from tests.integration.inventory.helpers import ask, book, expect, holds, move, pick, receive, release, tell

PLACES = ("north", "south")
_items = itertools.count()


class Held(msgspec.Struct):
    case: str
    place: str
    quantity: int


class Waits(msgspec.Struct):
    case: str
    told: bool
    places: tuple[str, ...]
    quantity: int
    whole: bool


class Model:
    """What the ledger must do, said the shortest way."""

    def __init__(self) -> None:
        self.on_hand = Counter(dict.fromkeys(PLACES, 0))
        self.held: list[Held] = []
        self.waiting: list[Waits] = []

    def backed(self, place: str) -> int:
        """Stock that no granted promise needs."""
        return self.on_hand[place] - sum(held.quantity for held in self.held if held.place == place)

    def free(self, place: str) -> int:
        return self.backed(place) - sum(w.quantity for w in self.waiting if w.told and w.places[0] == place)

    def promise(self, case: str, told: bool, places: tuple[str, ...], quantity: int, whole: bool, wait: bool) -> None:
        rest = quantity
        if not whole or sum(max(self.free(place), 0) for place in places) >= quantity:
            rest = self._take(case, places, quantity)
        if rest and (told or wait):
            self.waiting.append(Waits(case, told, places, rest, whole))

    def _take(self, case: str, places: tuple[str, ...], quantity: int) -> int:
        for place in places:
            piece = min(quantity, max(self.free(place), 0))
            if piece:
                self.held.append(Held(case, place, piece))
                quantity -= piece
        return quantity

    def fill(self) -> None:
        for waits in [w for w in self.waiting if w.told]:
            for place in waits.places:
                piece = min(waits.quantity, max(self.backed(place), 0))
                waits.quantity -= piece
                self.held.append(Held(waits.case, place, piece))
        for waits in [w for w in self.waiting if not w.told]:
            if not waits.whole or sum(max(self.free(place), 0) for place in waits.places) >= waits.quantity:
                waits.quantity = self._take(waits.case, waits.places, waits.quantity)
        self.waiting = [waits for waits in self.waiting if waits.quantity]

    def come(self, place: str, quantity: int) -> None:
        self.on_hand[place] += quantity
        self.fill()

    def pick(self, case: str) -> None:
        for held in self.held:
            if held.case == case:
                self.on_hand[held.place] -= held.quantity
        self.held = [held for held in self.held if held.case != case]

    def release(self, case: str) -> None:
        self.held = [held for held in self.held if held.case != case]
        self.waiting = [waits for waits in self.waiting if waits.case != case]
        self.fill()

    def holdings(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for held in self.held:
            found[(held.case, held.place)] += held.quantity
        return +found

    def queue(self) -> Counter[tuple[str, bool]]:
        found: Counter[tuple[str, bool]] = Counter()
        for waits in self.waiting:
            found[(waits.case, waits.told)] += waits.quantity
        return found


quantities = st.integers(1, 9)
places = st.sampled_from([("north",), ("south",), ("north", "south"), ("south", "north")])
cases = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("ask"), places, quantities, st.booleans(), st.booleans()),
    st.tuples(st.just("tell"), places, quantities),
    st.tuples(st.just("receive"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("lose"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("pick"), cases),
    st.tuples(st.just("release"), cases),
    st.tuples(st.just("expect"), st.sampled_from(PLACES), quantities, st.integers(1, 20), st.integers(1, 3)),
)
histories = st.lists(st.tuples(steps, st.booleans(), st.booleans()), min_size=1, max_size=25)


class Play:
    """Feeds one history to both. Steps gather in a batch until one says it ends; some requests are sent twice."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.model = Model()
        self.item = f"ITEM-{next(_items)}"
        self.batch: list[Request] = []
        self.cases: list[str] = []

    async def step(self, step: tuple, twice: bool, ends: bool) -> None:  # type: ignore[type-arg]
        requests = await getattr(self, f"_{step[0]}")(*step[1:])
        self.batch += requests * (2 if twice else 1)
        if ends:
            await self.send()

    async def send(self) -> None:
        if self.batch:
            await book(self.store, *self.batch)
        self.batch = []

    def _case(self) -> str:
        self.cases.append(f"sales_order/{self.item}/{len(self.cases)}")
        return self.cases[-1]

    async def _ask(self, at: tuple[str, ...], quantity: int, whole: bool, wait: bool) -> list[Request]:
        case = self._case()
        self.model.promise(case, False, at, quantity, whole, wait)
        return [ask(quantity, *at, item=self.item, case=case, partial=not whole, backorder=wait)]

    async def _tell(self, at: tuple[str, ...], quantity: int) -> list[Request]:
        case = self._case()
        self.model.promise(case, True, at, quantity, False, True)
        return [tell(quantity, *at, item=self.item, case=case)]

    async def _receive(self, at: str, quantity: int) -> list[Request]:
        self.model.come(at, quantity)
        return [receive(quantity, at, item=self.item)]

    async def _lose(self, at: str, quantity: int) -> list[Request]:
        self.model.on_hand[at] -= quantity
        return [move(quantity, "unrestricted", "adjustment", at, item=self.item)]

    async def _pick(self, number: int) -> list[Request]:
        if number >= len(self.cases):
            return []
        await self.send()  # the warehouse picks what it was told of
        case = self.cases[number]
        self.model.pick(case)
        return [
            pick(int(row["remaining"]), row["id"], row["location"], item=self.item)
            for row in await self._rows(case)
            if row["state"] == "reserved"
        ]

    async def _release(self, number: int) -> list[Request]:
        if number >= len(self.cases):
            return []
        self.model.release(self.cases[number])
        return [release(self.cases[number])]

    async def _expect(self, at: str, quantity: int, day: int, order: int) -> list[Request]:
        return [expect(quantity, day, at, item=self.item, order=f"{self.item}-{order}")]

    async def _rows(self, case: str) -> list:  # type: ignore[type-arg]
        async with self.store.transaction() as tx:
            return await tx.fetch("select * from reservation where subject = $1 and remaining > 0 order by id", case)

    async def compare(self) -> None:
        await self.send()
        holdings: Counter[tuple[str, str]] = Counter()
        queue: Counter[tuple[str, bool]] = Counter()
        for case in self.cases:
            for row in await self._rows(case):
                if row["state"] == "reserved":
                    holdings[(case, row["location"])] += int(row["remaining"])
                else:
                    queue[(case, row["kind"] == "told")] += int(row["remaining"])
        assert holdings == self.model.holdings()
        assert queue == self.model.queue()
        async with self.store.transaction() as tx:
            rows = await tx.fetch("select location, on_hand from promise_position where item = $1", self.item)
            idle = await tx.fetch(IDLE_SUPPLY, self.item)
        assert {row["location"]: int(row["on_hand"]) for row in rows if row["on_hand"]} == {
            place: quantity for place, quantity in self.model.on_hand.items() if quantity
        }
        assert idle == []


# Supply that nobody is tied to, though somebody who may use it waits uncovered.
IDLE_SUPPLY = """
select s.source, r.id from expected_supply s join reservation r on r.item = s.item and r.waiting
where s.item = $1 and s.location = any(r.candidates) and s.quantity - s.received > s.pegged
    and r.remaining > (select coalesce(sum(quantity), 0) from peg where reservation = r.id)
"""


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories)
async def test_any_history_leaves_what_a_plain_model_says(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    for step, twice, ends in history:
        await play.step(step, twice, ends)
    await play.compare()


async def test_after_many_histories_every_law_holds(store: Store) -> None:
    """One long history of everything, with a fixed course, and the laws at its end."""
    play = Play(store)
    kinds = ["receive", "ask", "tell", "expect", "ask", "release", "receive", "pick", "lose", "tell", "ask"]
    for turn in range(90):
        kind, at, quantity = kinds[turn % len(kinds)], PLACES[turn // 3 % 2], 1 + turn * 7 % 9
        both = (at, PLACES[(turn // 3 + 1) % 2])
        course = {
            "receive": (at, quantity + 3),
            "lose": (at, 1),
            "ask": (both, quantity, turn % 5 == 0, turn % 4 != 0),
            "tell": (both, quantity),
            "expect": (at, quantity, 1 + turn % 20, turn % 3),
            "release": (turn // 3,),
            "pick": (turn // 4,),
        }
        await play.step((kind, *course[kind]), turn % 4 == 0, turn % 3 == 0)
    await play.compare()
    found = await holds(store)
    assert found.compared["asked_grants_are_backed"] > 10
    assert all(count > 0 for count in found.compared.values())
