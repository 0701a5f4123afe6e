from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from crossdock.engine.deliveries.deliverer import Deliverer, advance_keys
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater, Unknown
from crossdock.store import Store
from tests.integration.engine.harness import Peer, begun, context, notes, rows, say, settle, told

AT_ONCE = dt.timedelta(0)


async def test_a_document_is_delivered_and_its_case_hears_of_it(store: Store) -> None:
    peer = Peer()
    await say(store, begun("a", "send"))
    await settle(context(store, peer))
    assert [outgoing.key for outgoing in peer.got] == ["c:note:a.0"]
    assert await notes(store, "a") == ["send", "DocumentDelivered"]
    assert await rows(store, "select status, reply, attempts from delivery") == [("delivered", "ok", 1)]


async def test_every_attempt_sends_the_stored_bytes_with_the_same_key(store: Store) -> None:
    peer = Peer(lambda outgoing: Delivered() if outgoing.attempt == 4 else RetryLater("busy", AT_ONCE))
    await say(store, begun("a", "send"))
    await settle(context(store, peer))
    assert [outgoing.attempt for outgoing in peer.got] == [1, 2, 3, 4]
    assert len({(outgoing.key, outgoing.rendered.content) for outgoing in peer.got}) == 1


async def test_deliveries_of_a_key_go_strictly_in_order_while_others_pass(store: Store) -> None:
    def stubborn(outgoing: Outgoing) -> Outcome:
        late = outgoing.ordering_key.endswith("/a") and outgoing.attempt < 3
        return RetryLater("not yet", AT_ONCE) if late else Delivered()

    peer = Peer(stubborn)
    await say(store, *[begun(k) for k in "ab"], *[told(k, f"send {n}") for n in range(5) for k in "ab"])
    await settle(context(store, peer))
    for key in "ab":
        mine = [o.key for o in peer.got if o.ordering_key == f"parcel/c/{key}"]
        assert list(dict.fromkeys(mine)) == [f"c:note:{key}.send {n}" for n in range(5)]
        assert mine == sorted(mine)


@pytest.mark.parametrize(
    ("outcome", "code"), [(Rejected("bad_request", "no such item"), "bad_request"), (Unknown("cut"), "unknown_outcome")]
)
async def test_what_fails_for_good_parks_its_key_and_is_kept(store: Store, outcome: Outcome, code: str) -> None:
    peer = Peer(lambda outgoing: outcome if outgoing.key.endswith("a.send 1") else Delivered())
    await say(store, *[begun(k) for k in "ab"], *[told(k, f"send {n}") for n in range(3) for k in "ab"])
    await settle(context(store, peer))
    states = await rows(store, "select number, status, code from delivery order by number")
    assert states == [
        ("a.send 0", "delivered", ""), ("a.send 1", "dead", code), ("a.send 2", "waiting", ""),
        *[(f"b.send {n}", "delivered", "") for n in range(3)],
    ]  # fmt: skip
    assert "DocumentUndeliverable" in await notes(store, "a")
    assert await rows(store, "select code from exception_case where closed_at is null") == [("undeliverable",)]


async def test_a_halted_system_is_left_alone_until_a_person_acts(store: Store) -> None:
    peer = Peer(lambda outgoing: Halt("wrong password"))
    await say(store, begun("a"), told("a", "send 1"), told("a", "send 2"))
    await settle(context(store, peer))
    assert len(peer.got) == 1
    assert await rows(store, "select halted from system_state") == [("wrong password",)]
    peer.answer = lambda outgoing: Delivered()
    await rows(store, "update system_state set halted = ''")
    await rows(store, "update delivery set next_attempt_at = now()")
    await settle(context(store, peer))
    assert await rows(store, "select distinct status from delivery") == [("delivered",)]


async def test_after_five_failures_in_a_row_the_breaker_opens(store: Store) -> None:
    peer = Peer(lambda outgoing: RetryLater("down", AT_ONCE))
    await say(store, *[begun(f"k{n}", "send") for n in range(30)])
    await settle(context(store, peer))
    failures, open_now = (await rows(store, "select failures, open_until > now() from system_state"))[0]
    assert failures >= 5
    assert open_now
    assert len(peer.got) <= 40


async def test_what_a_dead_worker_was_sending_is_sent_again_by_another(store: Store) -> None:
    await say(store, begun("a", "send"))
    peer = Peer(lambda outgoing: RetryLater("hold", dt.timedelta(seconds=30)))
    await settle(context(store, peer))
    await rows(store, "update delivery set status = 'sending', worker = 'dead', attempt_id = gen_random_uuid()")
    assert await Deliverer(context(store, peer), "alive").reap() == 1
    peer.answer = lambda outgoing: Delivered()
    await settle(context(store, peer))
    assert await rows(store, "select status from delivery") == [("delivered",)]


async def test_where_sending_again_is_not_safe_a_person_decides(store: Store) -> None:
    from crossdock.engine.context import SystemLimits

    await say(store, begun("a", "send"))
    peer = Peer(lambda outgoing: RetryLater("hold", dt.timedelta(seconds=30)))
    await settle(context(store, peer))
    await rows(store, "update delivery set status = 'sending', worker = 'dead', attempt_id = gen_random_uuid()")
    engine = context(store, peer, limits={"peer": SystemLimits(resend="neither")})
    await Deliverer(engine, "alive").reap()
    assert await rows(store, "select status, outcome, code from delivery") == [("dead", "Unknown", "unknown_outcome")]
    await settle(engine)
    assert "DocumentUndeliverable" in await notes(store, "a")


async def test_the_same_document_asked_for_twice_goes_out_once(store: Store) -> None:
    peer = Peer()
    await say(store, begun("a"), told("a", "send 1"), told("a", "send 1"))
    await settle(context(store, peer), batch_size=1)
    assert len(peer.got) == 1
    assert await rows(store, "select last_sequence, head_sequence from delivery_key") == [(1, 2)]


async def test_control_numbers_have_no_gaps_and_lead_back_to_the_case(store: Store) -> None:
    peer = Peer()
    await say(store, *[begun(f"k{n}", "send") for n in range(10)])
    await settle(context(store, peer), batch_size=3)
    assert sorted(int(o.rendered.content.split()[0]) for o in peer.got) == list(range(1, 11))
    found = await rows(store, "select value from business_key where kind = 'control_number'")
    assert len(found) == 10


async def test_a_document_enqueued_while_its_predecessor_arrives_is_not_forgotten(store: Store) -> None:
    """The head moves in a statement of its own, after the lock: one that waits for the lock would not see the row."""
    await say(store, begun("a"), told("a", "send 1"))
    peer = Peer(lambda outgoing: RetryLater("hold", dt.timedelta(seconds=30)))
    await settle(context(store, peer))
    await say(store, told("a", "send 2"))
    async with store.transaction() as tx:
        # The batch that enqueues `send 2` has taken its place in the order and not committed yet.
        await tx.execute("update delivery_key set last_sequence = 2")
        await tx.execute(
            'insert into delivery select (d).* from (select jsonb_populate_record(d, \'{"sequence": 2, '
            '"status": "waiting", "number": "a.2", "idempotency_key": "later", '
            '"id": "00000000-0000-0000-0000-000000000002"}\') as d from delivery d) as copies'
        )
        arrived = asyncio.create_task(_advance(store))
        await asyncio.sleep(0.2)
    await arrived
    assert await rows(store, "select sequence, status from delivery order by sequence") == [
        (1, "delivered"),
        (2, "ready"),
    ]


async def _advance(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.execute("update delivery set status = 'delivered' where sequence = 1")
        await advance_keys(tx, [("peer", "parcel/c/a")])


async def test_a_receiver_is_left_in_peace_for_as_long_as_it_asks_but_not_for_ever(store: Store) -> None:
    wishes = {"a.0": dt.timedelta(minutes=30), "b.0": dt.timedelta(days=30)}
    peer = Peer(lambda outgoing: RetryLater("busy", wishes[outgoing.key.rpartition(":")[2]]))
    await say(store, begun("a", "send"), begun("b", "send"))
    await settle(context(store, peer))
    query = "select number, round(extract(epoch from next_attempt_at - now()) / 60)::int from delivery order by number"
    assert await rows(store, query) == [("a.0", 30), ("b.0", 60)]
