"""A lamp that Brightware ships straight to our customers, and short ways to say what it answers and sends."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from msgspec.structs import replace

from crossdock.events.purchase_order import PurchaseOrderAcknowledged, PurchaseOrderPlaced
from crossdock.events.sales_order import DropShipAnswered, DropShipLine, SalesOrderLinesShipped, ShippedLine
from crossdock.events.supplier_documents import ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.model.masterdata import Item
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.ship_notice import ShipNotice
from crossdock.model.stock_policy import DropShipRule, Scope, StockPolicies
from crossdock.processes._kit import Emit
from crossdock.rules.drop_ship import order_number
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads
from tests.unit.processes.order_to_cash import network, pieces, price, sales_order
from tests.unit.processes.procure_to_pay import BRIGHTWARE, TERMS, charged, packed, supplier_invoice

TODAY = MORNING.date()
LATER = dt.date(2010, 12, 10)
SUPPLIER = "brightware"
NUMBER = order_number(COMPANY, "shop", "536365", SUPPLIER, "GBP")
PURCHASE_ORDER = f"purchase_order/{COMPANY}/{NUMBER}"
SALES_ORDER = f"sales_order/{COMPANY}/shop/536365"
NOTICE = f"ship_notice/{COMPANY}/{SUPPLIER}/SN1"
SHIPMENT = f"shipment/{COMPANY}/{SUPPLIER}/{NUMBER}.1"
INVOICE = f"supplier_invoice/{COMPANY}/{SUPPLIER}/INV1"
LAMP = Item(
    COMPANY,
    "LAMP",
    sales_price=price("30.00"),
    purchase_price=price("18.00"),
    supplier=SUPPLIER,
    supplier_item="B-LAMP",
)
"""It lies nowhere with us: no location is its own."""
RULE = DropShipRule(name="lamps", scope=Scope(items=("LAMP", "SHADE")), supplier=SUPPLIER)


def known(*rules: DropShipRule, lamp: Item = LAMP, kits: dict[str, dict[str, Decimal]] | None = None) -> StaticReads:
    """The selling network, Brightware's terms, lamps and shades that it ships, unless other `rules` are given."""
    shade = replace(LAMP, id="SHADE", supplier_item="B-SHADE")
    policies = StockPolicies(drop_ship=rules or (RULE,))
    return network(stock=policies, more=(lamp, shade), suppliers={SUPPLIER: TERMS}, kits=kits)


def order(*rules: DropShipRule, lamp: Item = LAMP, channel: str = "shop") -> Scenario:
    """A sales order that has seen nothing yet."""
    return sales_order(channel, reads=known(*rules, lamp=lamp))


def answered(
    accepted: str, later: str = "0", refused: str = "0", line: str = "1", on: dt.date | None = None
) -> DropShipAnswered:
    """What the sales order hears of the supplier's answer."""
    told = DropShipLine(line, Decimal(accepted), Decimal(later), Decimal(refused), on)
    return DropShipAnswered(NUMBER, (told,))


def left(quantity: str = "10", line: str = "1", shipment: str = f"{NUMBER}.1") -> SalesOrderLinesShipped:
    """What the sales order hears of what left the supplier."""
    goods = (ShippedLine(line, "LAMP", pieces(quantity)),)
    return SalesOrderLinesShipped(shipment, NUMBER, SUPPLIER, MORNING, goods)


def bought(scenario: Scenario) -> PurchaseOrderPlaced:
    """The purchase order that a sales order placed in its last `when`."""
    (found,) = [emit.body for emit in scenario.all(Emit) if isinstance(emit.body, PurchaseOrderPlaced)]
    return found


def acknowledged(*answers: LineAnswer) -> PurchaseOrderAcknowledged:
    """Brightware's 855."""
    return PurchaseOrderAcknowledged(PurchaseOrderAcknowledgement(COMPANY, NUMBER, BRIGHTWARE, TODAY, answers))


def notice(quantity: str = "10", number: str = "SN1", line: str = "1", tracking: str = "TRACK1") -> ShipNoticeReceived:
    """Brightware's 856: goods are on their way to the customer."""
    lines = (packed(NUMBER, line, "LAMP", quantity),)
    body = ShipNotice(COMPANY, number, BRIGHTWARE, PartyRef("17850"), MORNING, lines, carrier="carrier")
    return ShipNoticeReceived(replace(body, tracking=tracking))


def invoice(quantity: str = "10", at: str = "18.00", total: str = "180.00") -> SupplierInvoiceReceived:
    """Brightware's 810."""
    return supplier_invoice(charged("1", NUMBER, "1", quantity, at), total=total)
