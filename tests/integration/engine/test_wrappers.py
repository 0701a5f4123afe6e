"""The transport gate of partners' interchanges: the same envelope again is answered as it was and changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crossdock import exchange
from crossdock.edi import x12
from crossdock.engine.clock import set_clock
from crossdock.engine.context import EngineContext
from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.exchange.connector import PartnerConnector
from crossdock.exchange.wrappers import Wrapping
from crossdock.log import append
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome
from crossdock.processes import PROCESSES
from crossdock.project.network import ControlNumbers
from crossdock.store import Store
from tests.contract.exchange.network import REFERENCES, interchange, network
from tests.integration.engine.harness import NOW, context, rows, settle
from tests.unit.exchange.test_inbound import ACCEPTED, ANSWER, NOTICE

NEVER, ALWAYS = ControlNumbers(), ControlNumbers(theirs_repeat="always")
FOR_A_WEEK = ControlNumbers(theirs_repeat="after_days", repeat_days=7)
ANOTHER = [("BAK", "00", "AC", "4500002", "20101201"), *ANSWER[1:]]


@pytest.fixture(autouse=True)
async def clock(store: Store) -> None:
    async with store.transaction() as tx:
        await set_clock(tx, NOW, 1)


class Brightware(PartnerConnector):
    """The partner's connector, its inbox a list of files."""

    def __init__(self, rule: ControlNumbers) -> None:
        net = network(control_numbers=rule)
        made = exchange.connect(net.partners["brightware"], net)
        super().__init__(made._desk, made._transport)
        self.inbox: list[tuple[str, bytes]] = []

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.inbox.append((outgoing.rendered.target, outgoing.rendered.content))
        return Delivered(outgoing.rendered.target)


class World:
    """An engine with one partner."""

    def __init__(self, store: Store, rule: ControlNumbers) -> None:
        self.store = store
        self.partner = Brightware(rule)

    @property
    def engine(self) -> EngineContext:
        made = context(self.store)
        made.connectors = {"brightware": self.partner}
        made.processes = PROCESSES
        made.references = REFERENCES
        return made

    async def arrive(self, name: str, content: bytes, days: float = 0) -> None:
        at = NOW + dt.timedelta(days=days)
        arrival = Arrival(
            source="brightware", kind="file", content=content, transport_key=name, received_at=at, name=name
        )
        async with self.store.transaction() as tx:
            (stored,) = await store_arrivals(tx, [arrival])
            await append(tx, [received_event(arrival, stored.document_id)])
        await settle(self.engine)

    async def documents(self) -> list[tuple[str, int]]:
        """What became of what came, in its order."""
        return await rows(self.store, "select status, records from raw_document order by id")  # type: ignore[return-value]

    async def facts(self) -> list[str]:
        """What orders were told."""
        query = "select type from event where subject like 'purchase_order/%' order by recorded_at"
        return [kind for (kind,) in await rows(self.store, query) if kind != "CaseMoved"]

    @property
    def answers(self) -> list[bytes]:
        return [content for _, content in self.partner.inbox]


def answer(segments: list[tuple[str, ...]] = ANSWER, number: int = 1, hour: int = 9) -> bytes:
    """An 855 in an interchange, sent at an hour."""
    return interchange("brightware", ("PR", "855", segments), number=number).replace(b"*0900*", b"*%02d00*" % hour)


@pytest.mark.parametrize("rule", [NEVER, FOR_A_WEEK, ALWAYS])
async def test_the_same_file_under_another_name_gets_the_same_acknowledgement_and_has_no_effect(
    store: Store, rule: ControlNumbers
) -> None:
    world = World(store, rule)
    await world.arrive("855_1.edi", answer())
    await world.arrive("855_1-again.edi", answer())
    assert await world.documents() == [("translated", 1), ("duplicate", 0)]
    assert await world.facts() == ["PurchaseOrderAcknowledged"]
    first, second = world.answers
    assert first == second
    names = [name for name, _ in world.partner.inbox]
    assert names[0] == "ALBIONUK_997_000000001.x12"
    assert names[1].startswith("ALBIONUK_997_000000001-again-")
    await world.arrive("855_1-third.edi", answer())
    assert world.answers == [first] * 3
    assert await rows(store, "select value from number_counter") == [(1,), (1,)]


async def test_the_same_numbers_sent_at_another_time_are_the_same_interchange(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("a.edi", answer())
    await world.arrive("b.edi", answer(hour=15))
    assert await world.documents() == [("translated", 1), ("duplicate", 0)]
    assert len(set(world.answers)) == 1
    assert len(world.answers) == 2


async def test_a_partner_that_never_counts_is_believed_document_by_document(store: Store) -> None:
    world = World(store, ALWAYS)
    await world.arrive("a.edi", answer())
    await world.arrive("b.edi", answer(ANOTHER))
    await world.arrive("c.edi", answer(hour=15))
    # The last is a new transmission of a document that is known: the business gate has it.
    assert await world.documents() == [("translated", 1), ("translated", 1), ("duplicate", 0)]
    assert len(set(world.answers)) == 3


async def test_other_content_under_numbers_that_never_repeat_waits_for_a_person(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("a.edi", answer())
    await world.arrive("b.edi", answer(ANOTHER))
    assert await world.documents() == [("translated", 1), ("quarantined", 0)]
    ((faults,),) = await rows(store, "select faults from raw_document where status = 'quarantined'")
    assert "control_number_reused" in faults
    assert "ST 855 0001" in faults
    assert await rows(store, "select code from exception_case") == [("document_quarantined",)]
    assert len(world.answers) == 1
    # The person finds that the partner does not count at all, and says so in the agreement.
    mended = World(store, ALWAYS)
    await rows(store, "update raw_document set status = 'received' where status = 'quarantined'")
    (row,) = await rows(store, "select id from raw_document order by id desc limit 1")
    arrival = Arrival(source="brightware", kind="file", content=b"", transport_key="", received_at=NOW, name="b.edi")
    async with store.transaction() as tx:
        await append(tx, [received_event(arrival, row[0])])
    await settle(mended.engine)
    assert await mended.documents() == [("translated", 1), ("translated", 1)]
    assert len(mended.answers) == 1


async def test_numbers_begin_anew_after_the_agreed_days_and_not_before(store: Store) -> None:
    world = World(store, FOR_A_WEEK)
    await world.arrive("a.edi", answer())
    await world.arrive("b.edi", answer(ANOTHER), days=6)
    await world.arrive("c.edi", answer(ANOTHER), days=8)
    await world.arrive("d.edi", answer(ANOTHER), days=9)
    assert await world.documents() == [("translated", 1), ("quarantined", 0), ("translated", 1), ("duplicate", 0)]
    assert [world.answers.count(each) for each in dict.fromkeys(world.answers)] == [1, 2]


async def test_a_new_set_beside_a_known_one_is_taken_and_the_group_is_acknowledged_anew(store: Store) -> None:
    world = World(store, NEVER)
    one = interchange("brightware", ("PR", "855", ANSWER))
    two = interchange("brightware", ("PR", "855", ANSWER), ("PR", "855", ANOTHER))
    await world.arrive("a.edi", one)
    await world.arrive("b.edi", two)
    assert await world.documents() == [("translated", 1), ("translated", 1)]
    assert (await world.facts()).count("PurchaseOrderAcknowledged") == 2
    assert len(set(world.answers)) == 2


async def test_groups_and_sets_of_one_interchange_are_not_taken_for_each_other(store: Store) -> None:
    world = World(store, NEVER)
    sloppy = interchange("brightware", ("PR", "855", ANSWER), ("SH", "856", NOTICE), ("PR", "855", ANOTHER))
    sloppy = sloppy.replace(b"*0002~", b"*0001~").replace(b"*0003~", b"*0001~")
    await world.arrive("a.edi", sloppy)
    await world.arrive("b.edi", sloppy)
    (first, taken), second = await world.documents()
    assert (first, taken, second) == ("translated", 3, ("duplicate", 0))


async def test_an_interchange_twice_in_one_file_counts_once(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("a.edi", answer() + answer())
    assert await world.documents() == [("translated", 1)]
    assert (await world.facts()).count("PurchaseOrderAcknowledged") == 1


async def test_functional_acknowledgements_that_come_again_are_known_and_not_answered(store: Store) -> None:
    world = World(store, NEVER)
    content = interchange("brightware", ("FA", "997", ACCEPTED))
    await world.arrive("a.edi", content)
    assert await world.documents() == [("quarantined", 0)]  # nobody knows the group it speaks of
    await rows(
        store,
        "insert into business_key values ('albion_uk', 'control_number', 'brightware', 'albion_uk/PO/12', $1)",
        "purchase_order/albion_uk/4500001",
    )
    await world.arrive("b.edi", content)
    await world.arrive("c.edi", content)
    assert await world.documents() == [("quarantined", 0), ("translated", 1), ("duplicate", 0)]
    assert world.answers == []


async def test_an_acknowledgement_that_is_still_on_its_way_is_not_sent_twice(store: Store) -> None:
    world = World(store, NEVER)
    await rows(store, "insert into system_state (system, paused) values ('brightware', true)")
    await world.arrive("a.edi", answer())
    await world.arrive("b.edi", answer())
    await rows(store, "update system_state set paused = false")
    await settle(world.engine)
    assert len(world.answers) == 1


async def test_a_repetition_in_the_same_batch_is_seen(store: Store) -> None:
    world = World(store, NEVER)
    async with store.transaction() as tx:
        for name in ("a.edi", "b.edi"):
            arrival = Arrival(
                source="brightware", kind="file", content=answer(), transport_key=name, received_at=NOW, name=name
            )
            (stored,) = await store_arrivals(tx, [arrival])
            await append(tx, [received_event(arrival, stored.document_id)])
    await settle(world.engine)
    assert await world.documents() == [("translated", 1), ("duplicate", 0)]
    assert len(world.answers) == 1


def test_leading_zeros_of_control_numbers_mean_nothing() -> None:
    one: Any = next(iter(x12.read(answer())))
    agreement = network().partners["brightware"].agreements["albion_uk"]
    short: Any = next(iter(x12.read(answer().replace(b"*000000001*", b"*        1*"))))
    assert Wrapping(agreement).of(one, "").key == Wrapping(agreement).of(short, "").key
