"""What a supplier has that ships straight to customers, as the command line and the API tell it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crossdock.events.envelope import NewEvent
from crossdock.events.purchase_order import PurchaseOrderPlaced
from crossdock.events.reconciliation import StockStated
from crossdock.model.masterdata import Item
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import DropShip, PurchaseOrder, PurchaseOrderLine
from crossdock.model.quantity import Quantity
from crossdock.model.reconciliation import StatedLevel, StockStatement
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.cli.test_commands import asked, run
from tests.integration.cli.test_item import UK, know
from tests.integration.engine.harness import context, say, settle
from tests.integration.inventory.helpers import book, receive
from tests.integration.operations.test_systems import in_force
from tests.unit.processes.order_to_cash import price

MORNING = dt.datetime(2010, 12, 6, 9, tzinfo=dt.UTC)
CABINET = "82483"

__all__ = ["run"]


async def happen(store: Store, at: dt.datetime, subject: str, body: Any) -> None:
    await say(store, NewEvent(body=body, subject=subject, company_id=UK, occurred_at=at, source="test"))
    engine = context(store)
    engine.processes = PROCESSES
    await settle(engine)


async def stated(store: Store, quantity: str, at: dt.datetime = MORNING, unit: str = "EA") -> None:
    """Brightware's 846."""
    number = f"846-{at:%d%H}-{unit}"
    statement = StockStatement(
        company_id=UK,
        system="brightware",
        kind="supplier",
        location="brightware",
        number=number,
        stated_at=at,
        levels=(StatedLevel(CABINET, Quantity(Decimal(quantity), unit)),),
        complete=False,
    )
    await happen(store, at, f"stock_statement/{UK}/brightware.brightware/{number}", StockStated(statement))


async def bought(store: Store, number: str, quantity: str, at: dt.datetime, drop_ship: bool = True) -> None:
    """An order to Brightware: for a customer, or for our own shelves."""
    line = PurchaseOrderLine("1", CABINET, Quantity(Decimal(quantity)), price("1.98"))
    parties = (PartyRef(UK), PartyRef("brightware"), PartyRef("17850"))
    order = PurchaseOrder(
        UK, number, *parties, at.date(), "GBP", (line,),
        drop_ship=DropShip("shop", "536365", PartyRef("17850")) if drop_ship else None,
    )  # fmt: skip
    await happen(store, at, f"purchase_order/{UK}/{number}", PurchaseOrderPlaced(order))


async def test_what_the_supplier_said_less_what_it_was_asked_to_ship_since_is_told_with_its_source(
    run: Any, store: Store
) -> None:
    await know(store, Item(UK, CABINET, "Cabinet"))
    await in_force(store)
    await bought(store, "DS1", "5", MORNING - dt.timedelta(hours=1))  # the supplier knew of it
    await stated(store, "40")
    await bought(store, "DS2", "12", MORNING + dt.timedelta(hours=1))
    await bought(store, "4500001", "7", MORNING + dt.timedelta(hours=1), drop_ship=False)
    (found,) = (await asked(run, "stock", "show", CABINET, "--company", UK))["available"]
    term = found["drop_ship"]
    assert (term["supplier"], term["rule"]) == ("brightware", "bulky_cabinets@1")
    assert (term["stated"], term["ordered_since"], term["free"], term["unknown"]) == ("40", "12", "28", "")
    assert (found["now"], {position["counted"] for position in found["positions"]}) == ("0", {"0"})
    assert found["by_date"] == [{"on": term["expected_on"], "quantity": "28"}]
    text = " ".join((await run("stock", "show", CABINET, "--explain")).stdout.split())
    assert "brightware ships it straight to the customer (rule bulky_cabinets@1): 28 for" in text
    assert "less 12 ordered there since" in text
    await book(store, receive(9, item=CABINET))
    text = " ".join((await run("stock", "show", CABINET)).stdout.split())
    assert "so the 9 free above do not count: its customers are not served from our stock" in text


async def test_what_a_supplier_has_not_said_is_not_known_and_never_a_number(run: Any, store: Store) -> None:
    await know(store, Item(UK, CABINET, "Cabinet"))
    await in_force(store)
    (found,) = (await asked(run, "stock", "show", CABINET, "--company", UK))["available"]
    assert (found["drop_ship"]["free"], found["by_date"]) == (None, [])
    text = " ".join((await run("stock", "show", CABINET)).stdout.split())
    assert "brightware has not said how much it has" in text
    await stated(store, "3", unit="CA")
    (found,) = (await asked(run, "stock", "show", CABINET, "--company", UK))["available"]
    assert found["drop_ship"]["unknown"] == "brightware counts in CA, the item is kept in EA"
