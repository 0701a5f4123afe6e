"""Units at the door: a partner orders in cases, our books count pieces, and the partner is answered in cases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from crossdock import exchange
from crossdock.engine.clock import set_clock
from crossdock.engine.context import EngineContext
from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.exchange.connector import PartnerConnector
from crossdock.log import append
from crossdock.masterdata import MasterBody, Masterdata, NetworkReads, upsert
from crossdock.model.masterdata import Customer, Item
from crossdock.model.packs import Pack
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.contract.exchange.network import interchange, network
from tests.integration.engine.harness import NOW, context, rows, settle

UK = "albion_uk"
TWELVE = Pack(UK, "85123A", "CA", 12, source="erp", document="items 4")
TEN = Pack(UK, "85123A", "CA", 10, valid_from=dt.date(2010, 12, 2), source="erp", document="items 9")
MUG = Item(UK, "85123A", preferred_location="north")
BASIC: tuple[MasterBody, ...] = (MUG, Customer(UK, "17850"))


def order(number: str, *lines: tuple[str, str, str], day: str = "20101201") -> bytes:
    """An 850 of quantity, unit, price."""
    rows = [("PO1", str(n), *line, "", "IN", "HS85123A", "VN", "85123A") for n, line in enumerate(lines, 1)]
    segments = [("BEG", "00", "SA", number, "", day), ("CUR", "BY", "GBP"), *rows, ("CTT", str(len(rows)))]
    return interchange("homestead", ("PO", "850", segments), number=int(number))


class Homestead(PartnerConnector):
    """The partner's connector, its inbox a list of bytes."""

    def __init__(self) -> None:
        net = network()
        made = exchange.connect(net.partners["homestead"], net)
        super().__init__(made._desk, made._transport)
        self.inbox: list[bytes] = []

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.inbox.append(outgoing.rendered.content)
        return Delivered(outgoing.rendered.target)


class World:
    """An engine with one retailer and master data."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.partner = Homestead()

    async def know(self, *records: MasterBody) -> None:
        async with self.store.transaction() as tx:
            await upsert(tx, records)

    async def engine(self) -> EngineContext:
        made = context(self.store)
        made.connectors = {"homestead": self.partner}
        made.processes = PROCESSES
        made.masterdata = await Masterdata.load(self.store)
        made.reads = made.references = NetworkReads(network(), made.masterdata)
        return made

    async def arrive(self, name: str, content: bytes) -> None:
        async with self.store.transaction() as tx:
            await set_clock(tx, NOW, 1)
            arrival = Arrival(
                source="homestead", kind="file", content=content, transport_key=name, received_at=NOW, name=name
            )
            (stored,) = await store_arrivals(tx, [arrival])
            await append(tx, [received_event(arrival, stored.document_id)])
        await settle(await self.engine())

    async def placed(self) -> list[Any]:
        found = await rows(self.store, "select body from event where type = 'SalesOrderPlaced' order by recorded_at")
        return [line for (body,) in found for line in msgspec.json.decode(body)["order"]["lines"]]

    def answers(self, kind: str) -> list[list[str]]:
        """The segments of all sets of a kind that the partner got."""
        sets = [content.decode().split("~") for content in self.partner.inbox if f"ST*{kind}" in content.decode()]
        return [[segment.strip() for segment in one] for one in sets]


async def test_an_order_in_cases_is_booked_in_pieces_and_answered_in_cases(store: Store) -> None:
    world = World(store)
    await world.know(*BASIC, TWELVE)
    await world.arrive("1.edi", order("1", ("5", "CA", "10.00")))

    (line,) = await world.placed()
    assert line["quantity"] == {"amount": "60"}
    assert line["price"]["per"] == {"amount": "12"}
    assert line["stated"]["quantity"] == {"amount": "5", "unit": "CA"}
    assert line["stated"]["conversion"]["document"] == "items 4"
    assert await rows(store, "select reserved from promise_position") == [(Decimal(60),)]
    (answered,) = world.answers("855")
    assert [segment for segment in answered if segment.startswith("PO1")] == ["PO1*1*5*CA*10.00**VN*85123A*IN*85123A"]
    assert [segment for segment in answered if segment.startswith("ACK")] == ["ACK*IB*5*CA"]


async def test_a_case_that_nobody_describes_is_quarantined_and_can_be_released(store: Store) -> None:
    world = World(store)
    await world.know(*BASIC)
    await world.arrive("1.edi", order("1", ("12", "EA", "1.00"), ("5", "CA", "10.00")))

    ((status, faults),) = await rows(store, "select status, faults from raw_document")
    (fault,) = msgspec.json.decode(faults)
    assert (status, fault["code"]) == ("quarantined", "conversion_refused")
    assert fault["pointer"].startswith("segment 3 (ST 850 0001)")
    assert fault["pointer"].endswith("line 2")
    assert "85123A is kept in EA and nothing says what one CA holds on 2010-12-01" in fault["detail"]
    assert await world.placed() == []


async def test_a_case_of_twelve_becomes_ten_with_orders_open(store: Store) -> None:
    world = World(store)
    await world.know(*BASIC, TWELVE)
    await world.arrive("1.edi", order("1", ("5", "CA", "10.00")))
    await world.know(TEN)
    await world.arrive("2.edi", order("2", ("5", "CA", "10.00"), day="20101202"))
    await world.arrive("3.edi", order("3", ("5", "CA", "10.00")))

    assert [line["quantity"]["amount"] for line in await world.placed()] == ["60", "50", "60"]
    for answered in world.answers("855"):
        assert "ACK*IB*5*CA" in answered


async def test_the_same_order_again_is_a_repetition_whatever_master_data_say_by_then(store: Store) -> None:
    world = World(store)
    await world.know(*BASIC, TWELVE)
    await world.arrive("1.edi", order("1", ("5", "CA", "10.00")))
    await world.know(Pack(UK, "85123A", "CA", 6, source="erp", document="corrected"))
    await world.arrive("again.edi", order("1", ("5", "CA", "10.00")).replace(b"*0900*", b"*1000*"))

    assert [status for (status,) in await rows(store, "select status from raw_document order by id")] == [
        "translated", "duplicate"
    ]  # fmt: skip
    assert len(await world.placed()) == 1
