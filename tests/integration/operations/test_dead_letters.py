"""Dead letters: shown, tried again with the old bytes, or left for good; always with a person's name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crossdock.identity import Actor, Denied
from crossdock.operations import dead_letters
from crossdock.operations.dead_letters import DeadLetter
from crossdock.operations.overview import work_left
from crossdock.operations.problems import Problem
from crossdock.ports.connector import Outgoing, Rendered
from crossdock.ports.outcomes import Delivered, Outcome, Rejected, Unsupported
from crossdock.store import Store
from tests.integration.engine.harness import Peer, begun, context, rows, say, settle, told
from tests.integration.operations.worlds import ANNA, at_work, order, work


def erp_refuses(system: str) -> Callable[[Outgoing], Outcome]:
    return lambda _: Rejected("unknown_customer", "17850 is not known") if system == "erp" else Delivered("ok")


async def refused(store: Store) -> DeadLetter:
    await order(store)
    await work(store, erp_refuses)
    (letter,) = (await dead_letters.list_dead_letters(await at_work(store), ANNA)).items
    return letter


async def test_a_refused_document_is_listed_with_its_cause_and_shown_with_its_bytes(store: Store) -> None:
    letter = await refused(store)
    assert (letter.system, letter.document, letter.code) == ("erp", "sales_order", "unknown_customer")
    desk = await at_work(store)
    (cause,) = await dead_letters.causes(desk, ANNA)
    assert (cause.count, cause.system, cause.example) == (1, "erp", "17850 is not known")
    shown = await dead_letters.show_delivery(desk, ANNA, letter.id)
    assert b"536365" in shown.content
    assert (await dead_letters.list_dead_letters(desk, ANNA, system="shop")).items == ()


async def test_a_replayed_dead_letter_is_sent_with_its_old_bytes_and_key_and_its_problem_ends(store: Store) -> None:
    letter = await refused(store)
    desk = await at_work(store)
    before = await dead_letters.show_delivery(desk, ANNA, letter.id)
    await dead_letters.replay(desk, ANNA, letter.id)
    peers = await work(store)
    sent = next(one for one in peers["erp"].got if one.key == before.idempotency_key)
    assert sent.rendered.content == before.content
    assert (await dead_letters.list_dead_letters(desk, ANNA)).items == ()
    assert await rows(store, "select resolution from exception_case where code = 'undeliverable'") == [("replayed",)]
    assert await rows(store, "select actor, action from audit") == [
        ("cli:anna", "replay_dead_letter"),
        ("cli:anna", "close_exception"),
    ]


async def test_two_people_who_replay_one_letter_send_it_once(store: Store) -> None:
    letter = await refused(store)
    desk = await at_work(store)
    results = await asyncio.gather(
        *[dead_letters.replay(desk, ANNA, letter.id) for _ in range(2)], return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Answer", "Problem"]


async def test_a_letter_that_is_skipped_stays_and_lets_go_what_waits_behind_it(store: Store) -> None:
    letter = await refused(store)
    desk = await at_work(store)
    await dead_letters.skip(desk, ANNA, letter.id, "booked by hand")
    assert await rows(store, "select status, detail from delivery where id = $1", letter.id) == [
        ("superseded", "17850 is not known; skipped: booked by hand")
    ]
    assert await rows(store, "select parked from delivery_key where system = 'erp'") == [(False,)]
    with pytest.raises(Problem, match="no dead letter"):
        await dead_letters.replay(desk, ANNA, letter.id)


class Choosy(Peer):
    """Cannot be told of some documents, and refuses some others."""

    def __init__(self, unsaid: str, refused: str = "") -> None:
        super().__init__(self._answer)
        self.unsaid, self.refused = unsaid, refused

    def render(self, document: str, body: Any, *others: Any) -> Rendered:
        if body.reason.removeprefix("send ") in self.unsaid:
            raise Unsupported("no such document")
        return super().render(document, body, *others)

    def _answer(self, outgoing: Outgoing) -> Outcome:
        if outgoing.key[-1] in self.refused:
            return Rejected("bad", "no")
        return Delivered("ok")


STATES = "select number, status from delivery order by sequence"
KEY = "select head_sequence, parked from delivery_key"


async def letter_of(store: Store, number: str) -> UUID:
    ((found,),) = await rows(store, "select id from delivery where number = $1", number)
    return UUID(str(found))


async def test_skipping_a_letter_behind_a_dead_one_lets_nothing_pass(store: Store) -> None:
    peer = Choosy(unsaid="3", refused="1")
    await say(store, begun("a"), *[told("a", f"send {n}") for n in range(1, 5)])
    await settle(context(store, peer))
    dead = [("a.send 1", "dead"), ("a.send 2", "waiting"), ("a.send 3", "dead"), ("a.send 4", "waiting")]
    assert await rows(store, STATES) == dead
    desk = await at_work(store)
    await dead_letters.skip(desk, ANNA, await letter_of(store, "a.send 3"), "sent by post")
    await settle(context(store, peer))
    assert [status for _, status in await rows(store, STATES)] == ["dead", "waiting", "superseded", "waiting"]
    assert await rows(store, KEY) == [(1, True)]
    await dead_letters.skip(desk, ANNA, await letter_of(store, "a.send 1"), "sent by post")
    await settle(context(store, peer))
    assert [status for _, status in await rows(store, STATES)] == ["superseded", "delivered"] * 2
    assert await rows(store, KEY) == [(5, False)]


async def test_what_could_not_be_written_stops_its_key_when_its_turn_comes(store: Store) -> None:
    engine = context(store, Choosy(unsaid="2"))
    await rows(store, "insert into system_state (system, paused) values ('peer', true) returning 1")
    await say(store, begun("a"), *[told("a", f"send {n}") for n in range(1, 4)])
    await settle(engine)
    assert [status for _, status in await rows(store, STATES)] == ["ready", "dead", "waiting"]
    assert await rows(store, KEY) == [(1, False)]
    assert (await work_left(store)).deliveries == 2
    await rows(store, "update system_state set paused = false returning 1")
    await settle(engine)
    assert [status for _, status in await rows(store, STATES)] == ["delivered", "dead", "waiting"]
    assert await rows(store, KEY) == [(2, True)]
    assert (await work_left(store)).deliveries == 0


class Mute(Peer):
    """Cannot express what it is given: it was not agreed, or its map is at fault."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def render(self, *_: Any) -> Rendered:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [(Unsupported("no such document"), "unsupported_document"), (KeyError("line"), "renderer_failed")],
    ids=["unsupported", "faulty"],
)
async def test_skipping_what_could_not_be_written_ends_its_problem(store: Store, error: Exception, code: str) -> None:
    await order(store)
    await work(store, erp=Mute(error))
    query = "select code, resolution from exception_case where code = $1 and closed_at is {} null"
    assert await rows(store, query.format(""), code) == [(code, "")]
    desk = await at_work(store)
    (letter,) = (await dead_letters.list_dead_letters(desk, ANNA)).items
    with pytest.raises(Problem, match="never written"):
        await dead_letters.replay(desk, ANNA, letter.id)
    await dead_letters.skip(desk, ANNA, letter.id, "booked by hand")
    assert await rows(store, query.format(""), code) == []
    assert await rows(store, query.format("not"), code) == [(code, "not sent: booked by hand")]


async def test_dead_letters_are_for_those_who_may(store: Store) -> None:
    letter = await refused(store)
    desk = await at_work(store)
    reader = Actor("reader", frozenset({"operations:read"}))
    with pytest.raises(Denied):
        await dead_letters.replay(desk, reader, letter.id)
    foreign = Actor("foreign", frozenset({"operations:read"}), frozenset({"albion_ie"}))
    assert (await dead_letters.list_dead_letters(desk, foreign)).items == ()
    with pytest.raises(Problem, match="there is no"):
        await dead_letters.show_delivery(desk, foreign, letter.id)
    with pytest.raises(Problem, match="there is no"):
        await dead_letters.show_delivery(desk, ANNA, UUID(int=7))
