"""The same answer at any past moment: what was answered live is answered again, byte for byte, from movements alone."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.inventory.availability import Detail, Question, available_to_promise
from crossdock.inventory.outcomes import SafetyRequest
from crossdock.store import Store
from tests.integration.inventory.helpers import AT, COMPANY, ask, book, expect, move, number, receive, release, tell

PLACES = ("north", "south")
_items = itertools.count()
_encode = msgspec.json.Encoder(decimal_format="string").encode

quantities = st.integers(1, 9)
places = st.sampled_from([("north",), ("south",), ("north", "south"), ("south", "north")])
steps = st.one_of(
    st.tuples(st.just("ask"), places, quantities),
    st.tuples(st.just("tell"), places, quantities),
    st.tuples(st.just("receive"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("lose"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("transfer"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("release"), st.integers(0, 5)),
    st.tuples(st.just("expect"), st.sampled_from(PLACES), quantities, st.integers(1, 20), st.integers(1, 3)),
    st.tuples(st.just("keep"), st.sampled_from(PLACES), st.integers(0, 4), st.sampled_from(["safety", "haircut"])),
)
histories = st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=14)


class Play:
    """A history of one item, and what was answered after each of its batches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.item = f"ITEM-{next(_items)}"
        self.cases: list[str] = []
        self.answered: list[tuple[dt.datetime, bytes]] = []

    def requests(self, step: tuple) -> list:  # type: ignore[type-arg]
        match step:
            case ("ask", where, quantity):
                return [ask(quantity, *where, item=self.item, case=self._case())]
            case ("tell", where, quantity):
                return [tell(quantity, *where, item=self.item, case=self._case())]
            case ("receive", where, quantity):
                return [receive(quantity, where, item=self.item)]
            case ("lose", where, quantity):
                return [move(quantity, "unrestricted", "damaged", where, item=self.item)]
            case ("transfer", where, quantity):
                other = PLACES[where == PLACES[0]]
                return [move(quantity, "unrestricted", "unrestricted", where, item=self.item, to_location=other)]
            case ("release", which):
                return [release(self.cases[which % len(self.cases)])] if self.cases else []
            case ("expect", where, quantity, day, line):
                return [expect(quantity, day, where, item=self.item, line=str(line), order=self.item)]
            case ("keep", where, quantity, reason):
                return [self._keep(where, quantity, reason)]
        raise AssertionError(step)

    def _case(self) -> str:
        self.cases.append(f"sales_order/{self.item}/{len(self.cases)}")
        return self.cases[-1]

    def _keep(self, where: str, quantity: int, reason: str) -> SafetyRequest:
        return SafetyRequest(COMPANY, f"keep/{number()}", self.item, where, Decimal(quantity))

    async def answer(self, at: dt.datetime | None = None) -> bytes:
        question = Question(company_id=COMPANY, item=self.item, locations=PLACES, on=AT.date())
        async with self.store.transaction(readonly=True) as tx:
            found = await available_to_promise(tx, question, Detail(3, physical=True), at=at)
        return _encode(found)

    async def look(self) -> None:
        found = await self.answer()
        async with self.store.connection() as connection:
            self.answered.append((await connection.fetchval("select clock_timestamp()"), found))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
async def test_every_past_answer_can_be_given_again_from_movements_alone(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.look()
    batch: list = []  # type: ignore[type-arg]
    for step, ends in history:
        batch += play.requests(step)
        if ends and batch:
            await book(store, *batch)
            await play.look()
            batch = []
    for moment, answered in play.answered:
        assert await play.answer(moment) == answered
