"""The same answer at any past moment: what was answered live is answered again, byte for byte, from movements alone;
and the difference between two moments is what was booked between them, to the last unit."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crossdock.inventory.availability import AvailableToPromise, Detail, Question, available_to_promise, reading
from crossdock.inventory.availability.difference import Mark, difference
from crossdock.inventory.availability.terms import Difference, MovementTerms
from crossdock.inventory.ledger.outcomes import RebalanceRequest, SafetyRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Lot
from crossdock.model.stock import PromiseRequest
from crossdock.model.stock_policy import PoolRule, Scope, ShelfLifeRule, StockPolicies
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
KEEPS = ShelfLifeRule(name="edi_keeps", scope=Scope(channels=("edi",)), days=20)
POLICIES = (
    StockPolicies(shelf_life=(KEEPS,)),
    StockPolicies(pools=(PROTECTED, LENDING), shelf_life=(KEEPS,)),
    StockPolicies(pools=(LENDING,)),
)
SOON, LATE = (AT.date() + dt.timedelta(days=days) for days in (21, 30))
ASKERS = ("", "shop", "edi")
_items = itertools.count()
_encode = msgspec.json.Encoder(decimal_format="string").encode

quantities = st.integers(1, 9)
places = st.sampled_from([("north",), ("south",), ("north", "south"), ("south", "north")])
channels = st.sampled_from(ASKERS)
lots = st.sampled_from(["soon", "late", "of unknown age"])
steps = st.one_of(
    st.tuples(st.just("ask"), places, quantities, channels),
    st.tuples(st.just("tell"), places, quantities, channels),
    st.tuples(st.just("receive"), st.sampled_from(PLACES), st.integers(1, 20), lots),
    st.tuples(st.just("lose"), st.sampled_from(PLACES), quantities, lots),
    st.tuples(st.just("transfer"), st.sampled_from(PLACES), quantities, lots),
    st.tuples(st.just("pick"), st.integers(0, 5), lots),
    st.tuples(st.just("release"), st.integers(0, 5)),
    st.tuples(st.just("expect"), st.sampled_from(PLACES), quantities, st.integers(1, 20), st.integers(1, 3)),
    st.tuples(st.just("keep"), st.sampled_from(PLACES), st.integers(0, 4), st.sampled_from(["safety", "haircut"])),
    st.tuples(st.just("policy"), st.integers(0, len(POLICIES) - 1)),
    st.tuples(st.just("day"), st.integers(1, 5)),
    st.tuples(st.just("describe"), lots, st.sampled_from([SOON, LATE])),
)
GOODS_THAT_KEEP = [
    (("receive", "north", 9, "soon"), True),
    (("receive", "north", 6, "late"), True),
    (("ask", ("north",), 4, "edi"), True),
    (("tell", ("north", "south"), 7, "edi"), True),
    (("pick", 0, "late"), True),
    (("day", 3), True),
    (("ask", ("north",), 3, "edi"), True),
    (("lose", "north", 8, "soon"), True),
    (("receive", "north", 5, "of unknown age"), True),
    (("describe", "of unknown age", LATE), True),
    (("receive", "north", 1, "late"), True),
    (("release", 1), True),
    (("receive", "south", 6, "late"), False),
    (("ask", ("south",), 6, ""), False),
    (("tell", ("south",), 5, "edi"), True),
    (("describe", "late", SOON), True),
]
"""Lots come and go, keep no more, are said to keep longer or less long; those who need them to are promised them, have
them picked, wait, are filled, give back, and were told of goods that others have."""
histories = st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=16)


class Answered(msgspec.Struct):
    """What was answered at a moment, by the policies of the moment."""

    at: dt.datetime
    on: dt.date
    policies: StockPolicies
    answers: list[AvailableToPromise]


class Play:
    """A history of one item, and what was answered after each of its batches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.item = f"ITEM-{next(_items)}"
        self.policies = POLICIES[0]
        self.on = AT.date()
        self.cases: list[str] = []
        self.answered: list[Answered] = []

    async def requests(self, step: tuple) -> list[Request]:  # type: ignore[type-arg]
        match step:
            case ("ask", where, quantity, channel):
                return [self._wants(ask(quantity, *where, item=self.item, case=self._case(), source=channel))]
            case ("tell", where, quantity, channel):
                return [self._wants(tell(quantity, *where, item=self.item, case=self._case(), source=channel))]
            case ("receive", where, quantity, lot):
                return [receive(quantity, where, item=self.item, lot=lot)]
            case ("lose", where, quantity, lot):
                return [move(quantity, "unrestricted", "expired", where, item=self.item, lot=lot)]
            case ("transfer", where, quantity, lot):
                other = PLACES[where == PLACES[0]]
                return [
                    move(quantity, "unrestricted", "unrestricted", where, item=self.item, lot=lot, to_location=other)
                ]
            case ("pick", which, lot):
                return await self._picks(which, lot)
            case ("release", which):
                return [release(self.cases[which % len(self.cases)])] if self.cases else []
            case ("expect", where, quantity, day, line):
                return [expect(quantity, day, where, item=self.item, line=str(line), order=self.item)]
            case ("keep", where, quantity, reason):
                return [self._keep(where, quantity, reason)]
            case ("policy", which):
                self.policies = POLICIES[which]
                return [RebalanceRequest(COMPANY, f"rebalance/{number()}", self.item)]
            case ("day", days):
                self.on += dt.timedelta(days=days)
                return []
            case ("describe", lot, expires_on):
                async with self.store.transaction() as tx:
                    await upsert(tx, [Lot(COMPANY, self.item, lot, expires_on=expires_on)])
                return []
        raise AssertionError(step)

    def _wants(self, request: PromiseRequest) -> PromiseRequest:
        """As an order of its channel asks for it today."""
        until = self.question(request.source, self.policies, self.on).asker.keeps_until(self.item)
        lines = tuple(msgspec.structs.replace(line, keeps_until=until) for line in request.lines)
        return msgspec.structs.replace(request, lines=lines)

    def _case(self) -> str:
        self.cases.append(f"sales_order/{self.item}/{len(self.cases)}")
        return self.cases[-1]

    def _keep(self, where: str, quantity: int, reason: str) -> SafetyRequest:
        key, rule = f"keep/{number()}", f"{reason}-rule@7"
        return SafetyRequest(
            COMPANY, key, self.item, where, Decimal(quantity), reason=reason, source=f"{reason}-rule", rule=rule
        )

    async def _picks(self, which: int, lot: str) -> list[Request]:
        if which >= len(self.cases):
            return []
        query = "select * from reservation where subject = $1 and state = 'reserved' and remaining > 0 order by id"
        async with self.store.transaction() as tx:
            rows = await tx.fetch(query, self.cases[which])
        # Half of it: the rest stays promised.
        return [
            pick((int(row["remaining"]) + 1) // 2, row["id"], row["location"], item=self.item, lot=lot) for row in rows
        ]

    def question(self, channel: str, policies: StockPolicies, on: dt.date) -> Question:
        return Question(
            company_id=COMPANY, item=self.item, locations=PLACES, on=on, channel=channel, policies=policies, version=7
        )

    async def answers(
        self, policies: StockPolicies, on: dt.date, at: dt.datetime | None = None
    ) -> list[AvailableToPromise]:
        async with self.store.transaction(readonly=True) as tx:
            return [
                await available_to_promise(tx, self.question(channel, policies, on), Detail(3, physical=True), at=at)
                for channel in ASKERS
            ]

    async def again(self, answered: Answered) -> list[AvailableToPromise]:
        return await self.answers(answered.policies, answered.on, answered.at)

    async def look(self) -> None:
        found = await self.answers(self.policies, self.on)
        async with self.store.connection() as connection:
            at = await connection.fetchval("select clock_timestamp()")
        self.answered.append(Answered(at, self.on, self.policies, found))

    async def play(self, history: list) -> None:  # type: ignore[type-arg]
        async with self.store.transaction() as tx:
            lots = (("soon", SOON), ("late", LATE))
            await upsert(tx, [Lot(COMPANY, self.item, lot, expires_on=expires_on) for lot, expires_on in lots])
        await self.look()
        batch: list[Request] = []
        for step, ends in history:
            batch += await self.requests(step)
            if (ends or step[0] in ("pick", "policy")) and (batch or step[0] in ("day", "describe")):
                if batch:
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


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of a few movements are read back in several stretches, too."""
    monkeypatch.setattr(reading, "_STRETCH", 2)


@playing
@given(history=histories)
@example(history=GOODS_THAT_KEEP)
async def test_every_past_answer_can_be_given_again_from_movements_alone(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.play(history)
    for answered in play.answered:
        again = await play.again(answered)
        assert [_encode(each) for each in again] == [_encode(each) for each in answered.answers]


@playing
@given(history=histories)
@example(history=GOODS_THAT_KEEP)
async def test_what_changed_between_two_moments_adds_up_to_the_last_unit(store: Store, history: list) -> None:  # type: ignore[type-arg]
    play = Play(store)
    await play.play(history)
    for asker in range(len(ASKERS)):
        for one, other in [*itertools.pairwise(play.answered), (play.answered[0], play.answered[-1])]:
            found, more = await play.difference(one, other, asker)
            assert more is None
            assert found.change == sum((change.change for change in found.changes), Decimal(0))
            for position in found.positions:
                moved = [
                    m for m in found.movements if (m.location, m.pool) == (position.after.location, position.after.pool)
                ]
                adds_up(position.after.counted - position.before.counted, position.changes, moved)
            lacking = sum((change.change for change in found.changes if change.reason == "shelf_life"), Decimal(0))
            counted = sum((p.after.counted - p.before.counted for p in found.positions), Decimal(0))
            assert found.change == counted + lacking


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
            wanted = play._wants(
                ask(
                    quantity, *PLACES, item=play.item, case=play._case(), source=channel, partial=False, backorder=False
                )
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


@pytest.mark.parametrize(
    "table", ["promise_position", "expected_supply", "kept_back", "reservation", "stock_position", "item_lot"]
)
async def test_a_past_answer_does_not_rest_on_rows_that_change(store: Store, table: str) -> None:
    play = Play(store)
    kept = play._keep("north", 1, "safety")
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, play.item, "late", expires_on=LATE)])
    fussy = play._wants(ask(2, item=play.item, source="edi"))
    await book(store, receive(9, item=play.item, lot="late"), expect(5, 9, item=play.item), fussy, kept)
    await play.look()
    await book(store, tell(20, item=play.item))
    await play.look()
    changes = {
        "promise_position": "update promise_position set on_hand = 77, reserved = 5, safety = 3, counter = 99",
        "expected_supply": "update expected_supply set quantity = 77, is_open = false",
        "kept_back": "update kept_back set quantity = 77",
        "reservation": "update reservation set remaining = 77, state = 'released', waiting = false",
        "stock_position": "update stock_position set unrestricted = 77, counter = 99",
        "item_lot": "update item_lot set expires_on = expires_on - 20",
    }
    async with store.connection() as connection:
        await connection.execute(changes[table])
    for answered in play.answered:
        assert await play.again(answered) == answered.answers


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
        assert await play.again(answered) == answered.answers
