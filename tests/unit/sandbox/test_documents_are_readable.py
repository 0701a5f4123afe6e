"""The sandbox writes X12 on its own; the product's maps must find no fault in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crossdock.edi import maps, x12
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement
from crossdock.model.ship_notice import ShipNotice
from tests.unit.sandbox.conftest import NOON, MakeWorld, run_until
from tests.unit.sandbox.test_supplier import change, order, supplier_of


def read_all(folder: Path, partner: str, role: str) -> list[object]:
    bodies: list[object] = []
    for file in sorted(folder.glob("*.edi")):
        for item in x12.read(file.read_bytes()):
            assert isinstance(item, x12.TransactionSet), item
            context = maps.MapContext(
                "albion_uk",
                PartyRef("albion_uk"),
                PartyRef(partner),
                "buyer" if role == "buyer" else "supplier",
                their_item=lambda item: item,
            )
            mapped = maps.read_document(item, context)
            assert mapped.faults == (), (file.name, mapped.faults)
            assert mapped.body is not None
            bodies.append(mapped.body)
    return bodies


@pytest.mark.parametrize("name", ["brightware", "kilncraft", "lumenhaus", "paperfold"])
async def test_all_that_suppliers_write_is_read_without_a_fault(make_world: MakeWorld, name: str) -> None:
    async with make_world(name) as world:
        supplier = supplier_of(world, name)
        for number in range(1, 6):
            supplier.open_mail(f"{number}.edi", order(number, f"450000{number}", 20, 31, 48))
        await run_until(world, NOON + dt.timedelta(hours=1))
        supplier.open_mail("6.edi", change(6, "4500001", ("10", "CA", "25"), ("20", "DI", "")))
        await run_until(world, NOON + dt.timedelta(days=8))
        bodies = read_all(supplier.mailbox.outbox, name, "buyer")
        answers = [body for body in bodies if isinstance(body, PurchaseOrderAcknowledgement)]
        assert {(each.order_number, each.revision) for each in answers} >= {("4500001", 0), ("4500001", 1)}
        notices = [body for body in bodies if isinstance(body, ShipNotice)]
        assert {line.order_number for each in notices for line in each.lines} == {f"450000{n}" for n in range(1, 6)}
        assert all(each.ship_to.id == "north" and each.expected_on for each in notices)
        invoices = [body for body in bodies if isinstance(body, Invoice)]
        assert {line.order_line for each in invoices for line in each.lines} == {"10", "20", "30"}
        assert all(line.order_number for each in invoices for line in each.lines)


async def test_the_orders_of_the_retailer_are_read_without_a_fault(make_world: MakeWorld) -> None:
    async with make_world("homestead") as world:
        world.start(dt.datetime.now(dt.UTC), NOON.replace(hour=6), 1)
        await run_until(world, NOON + dt.timedelta(days=3))
        bodies = read_all(world.mailboxes["homestead"].outbox, "homestead", "supplier")
        orders = [body for body in bodies if isinstance(body, PurchaseOrder)]
        placed = {each.number: each for each in world.stage.plan.orders if each.channel == "homestead"}
        assert {each.number for each in orders} == set(placed)
        for body in orders:
            lines = [(line.line, line.item, line.quantity.amount, line.price.amount) for line in body.lines]
            assert lines == [(line.line, line.item, line.quantity, line.price) for line in placed[body.number].lines]
            assert {line.buyer_item for line in body.lines} == {f"HS{line.item}" for line in body.lines}
