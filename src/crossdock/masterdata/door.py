"""Where documents come in: their quantities and prices become those of the items' base units, once, or are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from crossdock.events.inventory import InventoryAdjusted, InventoryReported
from crossdock.events.purchase_order import PurchaseOrderAcknowledged, PurchaseOrderChanged, PurchaseOrderPlaced
from crossdock.events.reconciliation import StockCounted, StockStated
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.sales_order import SalesOrderPlaced, WarehouseProgressed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted, ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.masterdata.snapshot import Masterdata
from crossdock.model import units
from crossdock.model.invoice import InvoiceLine
from crossdock.model.masterdata import Item
from crossdock.model.packs import Conversion, Stated
from crossdock.model.purchase_order import Schedule
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.restating import each_line
from crossdock.model.sales_order import ReturnLine
from crossdock.model.units import ConversionRefused

Body = TypeVar("Body", bound=msgspec.Struct)
_ONE = Decimal(1)


class LineRefused(msgspec.Struct, frozen=True):
    """A line whose quantity or price has no exact meaning: `place` counts the lines of its document from 0."""

    place: int
    line: str
    words: str


class Door:
    """Converts one document of one company, as of its date and for the trading partner it is exchanged with."""

    def __init__(self, masterdata: Masterdata, company_id: str, on: dt.date, party: str = "") -> None:
        self._masterdata = masterdata
        self._company_id = company_id
        self._on = on
        self._party = party
        self._place = -1
        self.refused: list[LineRefused] = []

    def in_base_units(self, body: Body) -> Body:
        """The document in base units, each line that said something else keeping what it said (`stated`).

        A line that cannot be converted stays as it is and stands in `refused`: then the document must not be taken.
        Charges are no goods and are left alone; so is a line in general units of an item nobody told us of yet.
        """
        return each_line(body, self._line)

    def _line(self, line: Any) -> Any:
        self._place += 1
        item = self._masterdata.item(self._company_id, line.item)
        try:
            if item is None:
                self._must_mean_something(line)
            elif item.kind == "stock":
                return self._of_item(line, item)
        except ConversionRefused as refusal:
            named = getattr(line, "line", "") or getattr(line, "order_line", "")
            self.refused.append(LineRefused(self._place, named, str(refusal)))
        return line

    def _must_mean_something(self, line: Any) -> None:
        price = getattr(line, "price", None)
        for unit in (line.quantity.unit if line.quantity else "", price.per.unit if price else ""):
            if unit and unit != EACH and units.is_pack(unit):
                self._conversion(line.item, unit)

    def _of_item(self, line: Any, item: Item) -> Any:
        if item.second_unit:
            return self._of_catch_weight(line, item)
        return self._in_base_units(line, item)

    def _of_catch_weight(self, line: Any, item: Item) -> Any:
        """Its prices are for the second unit and stay so. A supplier's invoice charges what goods weigh; how many they
        were need not be said."""
        if isinstance(line, ReturnLine):
            words = f"{item.id} is invoiced by weight: its returns are credited by hand"
            raise ConversionRefused("inexact", f"{words}. Post the credit note in the ERP, and drop this document")
        quantity: Quantity | None = line.quantity
        if isinstance(line, InvoiceLine) and quantity is not None and quantity.unit == item.second_unit:
            return line
        told: Quantity | None = getattr(line, "second", None)
        if told is not None:
            line = msgspec.structs.replace(line, second=_weighed(told, quantity, item))
        price: Price | None = getattr(line, "price", None)
        if price is None or price.per.unit != item.second_unit:
            return self._in_base_units(line, item)
        return msgspec.structs.replace(self._in_base_units(_at(line, item.unit), item), price=price)

    def _in_base_units(self, line: Any, item: Item) -> Any:
        quantity, price = line.quantity, getattr(line, "price", None)
        schedules = getattr(line, "schedules", ())
        changed: dict[str, Any] = {}
        if quantity is not None and (conversion := self._needed(item, quantity)) is not None:
            changed["quantity"] = conversion.to_base(quantity)
            if "stated" in line.__struct_fields__:
                changed["stated"] = Stated(quantity, conversion)
        if price is not None and price.per.unit != item.unit:
            changed["price"] = self._conversion(item.id, price.per.unit).price_to_base(price)
        if schedules:
            splits = tuple(self._split(item, split) for split in schedules)
            if any(new is not old for new, old in zip(splits, schedules, strict=True)):
                changed["schedules"] = splits
        return msgspec.structs.replace(line, **changed) if changed else line

    def _split(self, item: Item, split: Schedule) -> Schedule:
        conversion = self._needed(item, split.quantity)
        return (
            split if conversion is None else msgspec.structs.replace(split, quantity=conversion.to_base(split.quantity))
        )

    def _needed(self, item: Item, quantity: Quantity) -> Conversion | None:
        """The conversion to the base unit; None for what is told in it, and must then make sense in it."""
        if quantity.unit != item.unit:
            return self._conversion(item.id, quantity.unit)
        if part := units.part_of_one(quantity, item.id):
            words = f"{part}: no part of one can be sold. Have the document sent with a whole number"
            raise ConversionRefused("inexact", words)
        return None

    def _conversion(self, item: str, unit: str) -> Conversion:
        return self._masterdata.conversion(self._company_id, item, unit, self._on, self._party)


def _at(line: Any, unit: str) -> Any:
    """The line as if its price were for the base unit, so that its quantity alone is converted."""
    return msgspec.structs.replace(line, price=Price(line.price.amount, line.price.currency, Quantity(_ONE, unit)))


def _weighed(told: Quantity, quantity: Quantity | None, item: Item) -> Quantity:
    """What was weighed, in the item's own second unit. Raises `ConversionRefused` for goods that weigh nothing."""
    counted = quantity.amount if quantity is not None else told.amount
    if not told.amount or (told.amount > 0) != (counted > 0):
        words = f"{counted:f} of {item.id} cannot weigh {told.amount:f} {told.unit}"
        raise ConversionRefused("inexact", f"{words}. Have the document sent with what was weighed")
    return units.convert(told, item.second_unit)


def document_of(body: msgspec.Struct, partner_of: Callable[[str], str]) -> tuple[dt.datetime | dt.date | None, str]:
    """When a document that comes in says it was made, and the firm it is exchanged with; None and empty where it does
    not say. `partner_of` names the trading partner behind a channel."""
    match body:
        case PurchaseOrderPlaced(order):
            return order.ordered_on, order.supplier.id
        case PurchaseOrderChanged(change):
            return change.changed_on, change.supplier.id
        case PurchaseOrderAcknowledged(answer):
            return answer.acknowledged_on, answer.supplier.id
        case ShipNoticeReceived(notice):
            return notice.shipped_at, notice.supplier.id
        case SupplierInvoiceReceived(invoice):
            return invoice.invoiced_on, invoice.issuer.id
        case GoodsReceiptPosted(receipt):
            return receipt.received_at, receipt.supplier
        case SalesOrderPlaced(sold):
            return sold.ordered_at, partner_of(sold.channel) or sold.customer.id
        case ReturnAuthorized(agreed):
            return agreed.authorized_at, agreed.customer.id
        case ShipmentDispatched(advice):
            return advice.shipped_at, ""
        case WarehouseProgressed(progress):
            return progress.at, ""
        case ReturnProgressed(returned):
            return returned.at, ""
        case InventoryAdjusted(adjustment):
            return adjustment.at, ""
        case InventoryReported(report):
            return report.at, ""
        case StockStated(statement) | StockCounted(statement):
            return statement.stated_at, statement.system
    return None, ""
