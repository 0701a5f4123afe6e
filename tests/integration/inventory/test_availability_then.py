"""The same answer at any past moment: what was answered live is answered again, byte for byte, from movements alone;
and the difference between two moments is what was booked between them, to the last unit."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.inventory.availability import AvailableToPromise, Detail, Question, available_to_promise
from crossdock.inventory.availability.difference import Mark, difference
from crossdock.inventory.availability.terms import Difference, MovementTerms
from crossdock.inventory.ledger.outcomes import RebalanceRequest, SafetyRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies
from crossdock.store import Store
from tests.integration.inventory.helpers import (
    AT,
    COMPANY,
    ask,
    book,
    expect,
    holds,
    move,
    number,
    pick,
    receive,
    release,
    tell,
)  # fmt: skip

PLACES = ("north", "south")
PROTECTED = PoolRule(
    name="shop_floor", scope=Scope(channels=("shop",)), pool="shop", floor=Decimal(4), share_percent=Decimal(25)
)
LENDING = PoolRule(name="edi_share", scope=Scope(channels=("edi",)), pool="edi", share_percent=Decimal(30), lends=True)
POLICIES = (StockPolicies(), StockPolicies(pools=(PROTECTED, LENDING)), StockPolicies(pools=(LENDING,)))
ASKERS = ("", "shop", "edi")
_items = itertools.count()
_encode = msgspec.json.Encoder(decimal_format="string").encode

quantities = st.integers(1, 9)
places = st.sampled_from([("north",), ("south",), ("north", "south"), ("south", "north")])
channels = st.sampled_from(ASKERS)
steps = st.one_of(
    st.tuples(st.just("ask"), places, quantities, channels),
    st.tuples(st.just("tell"), places, quantities, channels),
    st.tuples(st.just("receive"), st.sampled_from(PLACES), st.integers(1, 20)),
    st.tuples(st.just("lose"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("transfer"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("pick"), st.integers(0, 5)),
    st.tuples(st.just("release"), st.integers(0, 5)),
    st.tuples(st.just("expect"), st.sampled_from(PLACES), quantities, st.integers(1, 20), st.integers(1, 3)),
    st.tuples(st.just("keep"), st.sampled_from(PLACES), st.integers(0, 4), st.sampled_from(["safety", "haircut"])),
    st.tuples(st.just("policy"), st.integers(0, len(POLICIES) - 1)),
)
histories = st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=16)


class Answered(msgspec.Struct):
    """What was answered at a moment, by the policies of the moment."""

    at: dt.datetime
    policies: StockPolicies
    answers: list[AvailableToPromise]


class Play:
    """A history of one item, and what was answered after each of its batches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.item = f"ITEM-{next(_items)}"
        self.policies = POLICIES[0]
        self.cases: list[str] = []
        self.answered: list[Answered] = []

    async def requests(self, step: tuple) -> list[Request]:  # type: ignore[type-arg]
        match step:
            case ("ask", where, quantity, channel):
                return [ask(quantity, *where, item=self.item, case=self._case(), source=channel)]
            case ("tell", where, quantity, channel):
                return [tell(quantity, *where, item=self.item, case=self._case(), source=channel)]
            case ("receive", where, quantity):
                return [receive(quantity, where, item=self.item)]
            case ("lose", where, quantity):
                return [move(quantity, "unrestricted", "damaged", where, item=self.item)]
            case ("transfer", where, quantity):
                other = PLACES[where == PLACES[0]]
                return [move(quantity, "unrestricted", "unrestricted", where, item=self.item, to_location=other)]
            case ("pick", which):
                return await self._picks(which)
            case ("release", which):
                return [release(self.cases[which % len(self.cases)])] if self.cases else []
            case ("expect", where, quantity, day, line):
                return [expect(quantity, day, where, item=self.item, line=str(line), order=self.item)]
            case ("keep", where, quantity, reason):
                return [self._keep(where, quantity, reason)]
            case ("policy", which):
                self.policies = POLICIES[which]
                return [RebalanceRequest(COMPANY, f"rebalance/{number()}", self.item)]
        raise AssertionError(step)

    def _case(self) -> str:
        self.cases.append(f"sales_order/{self.item}/{len(self.cases)}")
        return self.cases[-1]

    def _keep(self, where: str, quantity: int, reason: str) -> SafetyRequest:
        key, rule = f"keep/{number()}", f"{reason}-rule@7"
        return SafetyRequest(
            COMPANY, key, self.item, where, Decimal(quantity), reason=reason, source=f"{reason}-rule", rule=rule
        )

    async def _picks(self, which: int) -> list[Request]:
        if which >= len(self.cases):
            return []
        query = "select * from reservation where subject = $1 and state = 'reserved' and remaining > 0 order by id"
        async with self.store.transaction() as tx:
            rows = await tx.fetch(query, self.cases[which])
        return [pick(int(row["remaining"]), row["id"], row["location"], item=self.item) for row in rows]

    def question(self, channel: str, policies: StockPolicies) -> Question:
        return Question(
            company_id=COMPANY, item=self.item, locations=PLACES, on=AT.date(), channel=channel, policies=policies,
            version=7,
        )  # fmt: skip

    async def answers(self, policies: StockPolicies, at: dt.datetime | None = None) -> list[AvailableToPromise]:
        async with self.store.transaction(readonly=True) as tx:
            return [
                await available_to_promise(tx, self.question(channel, policies), Detail(3, physical=True), at=at)
                for channel in ASKERS
            ]

    async def look(self) -> None:
        found = await self.answers(self.policies)
        async with self.store.connection() as connection:
            self.answered.append(
                Answered(await connection.fetchval("select clock_timestamp()"), self.policies, found)
            )  # fmt: skip

    async def play(self, history: list) -> None:  # type: ignore[type-arg]
        await self.look()
        batch: list[Request] = []
        for step, ends in history:
            batch += await self.requests(step)
            if (ends or step[0] in ("pick", "policy")) and batch:
                await book(self.store, *batch, policies=self.policies)
                await self.look()
                batch = []

    async def difference(
        self, one: Answered, other: Answered, asker: int, behind: Mark | None = None, limit: int = 500
    ) -> tuple[Difference, Mark | None]:
        async with self.store.transaction(readonly=True) as tx:
            before, after = one.answers[asker], other.answers[asker]
            return await difference(tx, before, after, (one.at, other.at), behind=behind, limit=limit)


playing = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip


@playing
@given(history=histories)
async def test_every_past_answer_can_be_given_again_from_movements_alone(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.play(history)
    for answered in play.answered:
        again = await play.answers(answered.policies, answered.at)
        assert [_encode(each) for each in again] == [_encode(each) for each in answered.answers]


@playing
@given(history=histories)
async def test_what_changed_between_two_moments_adds_up_to_the_last_unit(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.play(history)
    for asker in range(len(ASKERS)):
        for one, other in itertools.combinations(play.answered, 2):
            found, more = await play.difference(one, other, asker)
            assert more is None
            assert found.change == sum((change.change for change in found.changes), Decimal(0))
            for position in found.positions:
                moved = [
                    m for m in found.movements if (m.location, m.pool) == (position.after.location, position.after.pool)
                ]
                adds_up(position.after.counted - position.before.counted, position.changes, moved)
            assert found.change == sum((p.after.counted - p.before.counted for p in found.positions), Decimal(0))


def adds_up(change: Decimal, changes: tuple, movements: list[MovementTerms]) -> None:  # type: ignore[type-arg]
    assert change == sum((each.change for each in changes), Decimal(0))
    rules = sum((each.change for each in changes if each.reason in ("below_zero", "policy")), Decimal(0))
    assert change - rules == sum((movement.change for movement in movements), Decimal(0))
    assert sum(each.movements for each in changes) == len(movements)


@playing
@given(history=histories, channel=channels)
async def test_what_is_answered_can_be_had_and_one_more_cannot(store: Store, history: list, channel: str) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.play(history)
    now = play.answered[-1].answers[ASKERS.index(channel)].now
    for quantity, granted in ((int(now) + 1, False), (int(now), True)):
        if quantity:
            wanted = ask(
                quantity, *PLACES, item=play.item, case=play._case(), source=channel, partial=False, backorder=False
            )
            (outcome,) = await book(store, wanted, policies=play.policies)
            assert bool(outcome.body.refused) is not granted  # type: ignore[attr-defined]
    await holds(store)


async def test_movements_between_two_moments_come_in_pages(store: Store) -> None:
    play = Play(store)
    await play.look()
    await book(store, *(receive(1, PLACES[place % 2], item=play.item) for place in range(7)))
    await play.look()
    pages, behind = [], None
    while True:
        found, behind = await play.difference(*play.answered, asker=0, behind=behind, limit=3)
        pages.append([(movement.location, movement.number) for movement in found.movements])
        assert found.change == 7
        if behind is None:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [mark for page in pages for mark in page] == [
        *(("north", one) for one in range(1, 5)),
        *(("south", one) for one in range(1, 4)),
    ]


@pytest.mark.parametrize("table", ["promise_position", "expected_supply", "kept_back", "reservation", "stock_position"])
async def test_a_past_answer_does_not_rest_on_rows_that_change(store: Store, table: str) -> None:
    play = Play(store)
    kept = play._keep("north", 1, "safety")
    await book(store, receive(9, item=play.item), expect(5, 9, item=play.item), ask(2, item=play.item), kept)
    await book(store, tell(20, item=play.item))
    await play.look()
    changes = {
        "promise_position": "update promise_position set on_hand = 77, reserved = 5, safety = 3, counter = 99",
        "expected_supply": "update expected_supply set quantity = 77, is_open = false",
        "kept_back": "update kept_back set quantity = 77",
        "reservation": "update reservation set remaining = 77, state = 'released', waiting = false",
        "stock_position": "update stock_position set unrestricted = 77, counter = 99",
    }
    (answered,) = play.answered
    async with store.connection() as connection:
        await connection.execute(changes[table])
    assert await play.answers(POLICIES[0], answered.at) == answered.answers


CHECKPOINTS = """
insert into position_checkpoint (book, position_id, number, on_hand, reserved, allocated, safety, recorded_at)
select 'promise', position_id, number, sum(on_hand) over w, sum(reserved) over w, sum(allocated) over w,
    sum(safety) over w, recorded_at
from promise_movement window w as (partition by position_id order by number)
"""


@playing
@given(history=histories, every=st.integers(1, 4))
async def test_balances_that_were_proved_shorten_the_way_and_change_nothing(
    store: Store,
    history: list,
    every: int,  # type: ignore[type-arg]
) -> None:
    play = Play(store)
    await play.play(history)
    async with store.connection() as connection:
        await connection.execute("delete from position_checkpoint")
        await connection.execute(f"{CHECKPOINTS} offset 0")
        await connection.execute("delete from position_checkpoint where number % $1 <> 0", every)
    for answered in play.answered:
        assert await play.answers(answered.policies, answered.at) == answered.answers
