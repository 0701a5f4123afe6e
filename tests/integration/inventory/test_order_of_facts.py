"""The physical book is a function of the set of facts: any order of arrival, in any cuts, ends in the same book.

Facts of every kind that moves goods reach the real processes through the real engine, in an order and in groups that
Hypothesis chooses, some of them twice. A model that only adds up what was said must come to the same levels.
"""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.events.assembly import GoodsAssembled
from crossdock.events.envelope import NewEvent
from crossdock.events.inventory import InventoryAdjusted, InventoryReported
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.events.transfer import TransferOrdered, TransferReceived, TransferShipped
from crossdock.inventory.guard.verify import verify
from crossdock.model.assembly import Assembly, AssemblyLine, BillLine
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryAdjustmentLine,
    InventoryReport,
    ReturnedLine,
    ReturnProgress,
    ShippedOrder,
    ShippingLine,
    StockLevel,
    WarehouseShippingAdvice,
)
from crossdock.model.masterdata import Item, SalesPolicy
from crossdock.model.party import PartyRef
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.model.transfer import (
    TransferAdvice,
    TransferLine,
    TransferOrder,
    TransferReceipt,
    TransferReceiptLine,
)
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING, StaticReads
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.unit.processes.order_to_cash import ordered, pieces, placed, price, progress

_numbers = itertools.count(1)
Level = tuple[str, str, str]
"""Item, location, state."""


class World:
    """One item and a kit of it, and the facts about them with what each means for the levels."""

    def __init__(self) -> None:
        self.n = next(_numbers)
        self.item, self.kit, self.order = f"PART{self.n}", f"KIT{self.n}", f"5{self.n:05d}"
        self.levels: Counter[Level] = Counter()
        self.facts: list[tuple[str, msgspec.Struct]] = []

    def say(self, subject: str, body: msgspec.Struct, *changes: tuple[str, str, int], item: str = "") -> None:
        """A fact; (location, state, change) each."""
        self.facts.append((subject, body))
        for location, state, change in changes:
            self.levels[item or self.item, location, state] += change

    def open(self, quantity: int) -> None:
        report = InventoryReport(
            COMPANY, "north", f"O{self.n}", MORNING, (StockLevel(self.item, pieces(str(quantity))),), True
        )
        subject = f"inventory_report/{COMPANY}/north/O{self.n}"
        self.say(subject, InventoryReported(report), ("north", "unrestricted", quantity))

    def receive(self, number: int, good: int, bad: int) -> None:
        """Goods of an order that nobody placed: what of them is good is held."""
        lines = (
            GoodsReceiptLine("1", f"4{self.n}", "10", self.item, pieces(str(good))),
            GoodsReceiptLine("2", f"4{self.n}", "10", self.item, pieces(str(bad)), "damaged"),
        )
        receipt = GoodsReceipt(COMPANY, f"R{self.n}.{number}", "north", MORNING, lines)
        subject = f"goods_receipt/{COMPANY}/north/R{self.n}.{number}"
        self.say(subject, GoodsReceiptPosted(receipt), ("north", "quarantined", good), ("north", "damaged", bad))

    def adjust(self, number: int, change: int) -> None:
        line = InventoryAdjustmentLine("1", self.item, pieces(str(change)), "count")
        adjustment = InventoryAdjustment(COMPANY, "south", f"A{self.n}.{number}", MORNING, (line,))
        subject = f"adjustment/{COMPANY}/south/A{self.n}.{number}"
        self.say(subject, InventoryAdjusted(adjustment), ("south", "unrestricted", change))

    def sell(self, quantity: int, upto: int) -> None:
        """An order, and the first steps of its way out. A later step proves the earlier."""
        order, number = f"sales_order/{COMPANY}/shop/{self.order}", f"shop-{self.order}-north-1"
        line = ordered("1", self.item, str(quantity))
        self.say(order, msgspec.structs.replace(placed(), order=_numbered(placed(line), self.order)))
        steps: list[Any] = [
            (order, _of_order(progress("picked", ("1", str(quantity)), number=number, item_id=self.item), self.order)),
            (order, _of_order(progress("packed", ("1", str(quantity)), number=number, item_id=self.item), self.order)),
            (f"shipment/{COMPANY}/north/S{self.n}", self._dispatched(number, quantity)),
        ]
        for subject, body in steps[:upto]:
            self.say(subject, body)
        self.levels[self.item, "north", "unrestricted"] -= quantity * (upto > 0)
        if 0 < upto < 3:
            self.levels[self.item, "north", ("picked", "packed")[upto - 1]] += quantity

    def _dispatched(self, number: str, quantity: int) -> ShipmentDispatched:
        lines = (ShippingLine(self.order, "1", self.item, pieces(str(quantity))),)
        shipped = ShippedOrder(number, "shop", self.order, lines)
        return ShipmentDispatched(
            WarehouseShippingAdvice(COMPANY, "north", f"S{self.n}", MORNING, PartyRef("17850"), (shipped,), "carrier")
        )

    def give_back(self, quantity: int, inspected: bool) -> None:
        subject = f"return/{COMPANY}/C{self.n}"
        line = ReturnLine("1", self.item, pieces(str(quantity)), price("2.00"))
        agreed = ReturnAuthorization(COMPANY, f"C{self.n}", PartyRef("CASH"), "south", MORNING, "GBP", (line,), "shop")
        self.say(subject, ReturnAuthorized(agreed))
        self.say(subject, self._returned("received", quantity, None, 1))
        if inspected:
            self.say(subject, self._returned("inspected", quantity, "restock", 2))
        self.levels[self.item, "south", "unrestricted" if inspected else "quarantined"] += quantity

    def _returned(self, step: Any, quantity: int, verdict: Any, sequence: int) -> ReturnProgressed:
        line = ReturnedLine("1", self.item, pieces(str(quantity)), verdict)
        return ReturnProgressed(ReturnProgress(COMPANY, "south", f"C{self.n}", step, MORNING, (line,), sequence))

    def transfer(self, left: int, arrived: int, final: bool) -> None:
        subject, number = f"transfer/{COMPANY}/T{self.n}", f"T{self.n}"
        line = TransferLine("1", self.item, pieces(str(left)))
        counted = TransferReceiptLine("1", self.item, pieces(str(arrived)))
        self.say(subject, TransferOrdered(TransferOrder(COMPANY, number, "north", "south", MORNING, (line,))))
        advice = TransferAdvice(COMPANY, number, "S1", "north", "south", MORNING, (line,), final)
        self.say(subject, TransferShipped(advice), ("north", "unrestricted", -left))
        receipt = TransferReceipt(COMPANY, number, "R1", "south", MORNING, (counted,))
        self.say(subject, TransferReceived(receipt), ("south", "unrestricted", arrived))
        self.levels[self.item, "north", "in_transfer"] += max(left - arrived, 0)

    def assemble(self, kits: int) -> None:
        parts = AssemblyLine("in", self.item, pieces(str(2 * kits)))
        out = AssemblyLine("out", self.kit, pieces(str(kits)))
        bill = (BillLine(self.kit, self.item, Decimal(2)),)
        made = Assembly(COMPANY, f"M{self.n}", "north", "assembly", MORNING, (parts,), (out,), bill)
        subject = f"assembly/{COMPANY}/north/M{self.n}"
        self.say(subject, GoodsAssembled(made), ("north", "unrestricted", -2 * kits))
        self.levels[self.kit, "north", "unrestricted"] += kits

    def reads(self) -> StaticReads:
        items = [
            Item(COMPANY, each, sales_price=price("2.00"), preferred_location="north") for each in (self.item, self.kit)
        ]
        systems = {("wms", "north"): "wms_north", ("wms", "south"): "wms_south", ("erp", ""): "erp"}
        systems |= {("carrier", ""): "carrier", ("channel", "shop"): "shop"}
        return StaticReads(items=items, systems=systems, policies={"shop": SalesPolicy(locations=("north",))})


def _numbered(event: Any, number: str) -> Any:
    return msgspec.structs.replace(event.order, number=number)


def _of_order(event: Any, number: str) -> Any:
    lines = tuple(msgspec.structs.replace(line, order_number=number) for line in event.progress.lines)
    return msgspec.structs.replace(event, progress=msgspec.structs.replace(event.progress, lines=lines))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[list[int]]]:
    """A world, and the groups of its facts as they arrive: in any order, some of them twice."""
    world, few = World(), st.integers(1, 9)
    if draw(st.booleans()):
        world.open(draw(st.integers(1, 40)))
    for number in range(draw(st.integers(0, 2))):
        world.receive(number, draw(few), draw(few))
    for number in range(draw(st.integers(0, 2))):
        world.adjust(number, draw(st.sampled_from([-7, -1, 3, 8])))
    if draw(st.booleans()):
        world.sell(draw(few), draw(st.integers(0, 3)))
    if draw(st.booleans()):
        world.give_back(draw(few), draw(st.booleans()))
    if draw(st.booleans()):
        world.transfer(draw(few), draw(few), draw(st.just(True)))
    if draw(st.booleans()):
        world.assemble(draw(few))
    arriving = list(range(len(world.facts)))
    arriving += draw(st.lists(st.sampled_from(arriving), max_size=3)) if arriving else []
    order = draw(st.permutations(arriving))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    groups = [order[begin:end] for begin, end in itertools.pairwise([0, *cuts, len(order)])]
    return world, [group for group in groups if group]


async def arrive(store: Store, world: World, group: list[int]) -> None:
    """Facts come in together, and everything that follows from them happens."""
    events = [
        NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=MORNING, source="test")
        for subject, body in (world.facts[place] for place in group)
    ]
    await say(store, *events)
    engine = context(store)
    peers: Any = {name: Peer() for name in ("erp", "wms_north", "wms_south", "carrier", "shop")}
    engine.processes, engine.connectors, engine.reads = PROCESSES, peers, world.reads()
    await settle(engine)


async def found(store: Store, world: World) -> dict[Level, Decimal]:
    states = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged")
    levels = await rows(
        store,
        f"select item, location, {', '.join(states)} from stock_position where item = any($1)",
        [world.item, world.kit],
    )
    return {
        (item, location, state): quantity
        for item, location, *quantities in levels
        for state, quantity in zip(states, quantities, strict=True)
        if quantity
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
async def test_whatever_the_order_of_arrival_the_physical_book_is_the_same(
    store: Store, world: tuple[World, list[list[int]]]
) -> None:
    facts, groups = world
    for group in groups:
        await arrive(store, facts, group)
    assert await found(store, facts) == {level: quantity for level, quantity in facts.levels.items() if quantity}
    async with store.transaction() as tx:
        assert not (await verify(tx)).discrepancies
