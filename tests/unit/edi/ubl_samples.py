"""Documents of UBL that tests write and read: one of each kind, with every declared field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.edi.maps.context import MapContext
from crossdock.model.catalogue import CatalogueLine, CataloguePrice, PriceCatalogue
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    Charge,
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
    Schedule,
)
from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, ShipNotice, ShipNoticeLine
from crossdock.model.tax import Tax, TaxRate

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "ubl"
FILES = sorted(FOLDER.rglob("*.xml")) if FOLDER.is_dir() else []

BUYER = PartyRef("albion", "5060000000016", "UL", "Albion Wholesale", "GB")
SUPPLIER = PartyRef("brightware", "7300010000001", "UL", "Brightware AB", "SE")
NORTH = PartyRef("north", name="Northern warehouse", country="GB")
BUYING = MapContext("albion_uk", BUYER, SUPPLIER, "buyer")
SELLING = MapContext("albion_uk", SUPPLIER, BUYER, "supplier")
DAY = dt.date(2026, 11, 21)
NOON = dt.datetime(2026, 11, 21, 12, 30, 15, 250_000, tzinfo=dt.UTC)
GTIN = "04006381333931"
SSCC = "106141412345678908"


def pieces(amount: str, unit: str = "EA") -> Quantity:
    return Quantity(Decimal(amount), unit)


def eur(amount: str, per: Quantity | None = None) -> Price:
    return Price(Decimal(amount), "EUR", per or pieces("1"))


ORDER = PurchaseOrder(
    "albion_uk", "4500001", BUYER, SUPPLIER, NORTH, DAY, "EUR",
    (
        PurchaseOrderLine(
            "10", "85123A", pieces("12"), eur("2.55"), "A-1", "B-85123A", "", GTIN, "White hanging heart",
            (Schedule(pieces("8"), dt.date(2026, 12, 1), "north"), Schedule(pieces("4"), dt.date(2026, 12, 8))),
        ),
        PurchaseOrderLine("20", "71053", pieces("2.5", "KGM"), eur("30", pieces("12", "KGM")), description="Lantern"),
    ),
    due_on=dt.date(2026, 12, 1),
    charges=(Charge("FC", Decimal("15.50"), "Freight"), Charge("95", Decimal("-3.00"), "Discount")),
    reference="Spring range",
)  # fmt: skip
ANSWER = PurchaseOrderAcknowledgement(
    "albion_uk", "4500001", SUPPLIER, DAY,
    (
        LineAnswer("10", "accepted", pieces("8"), None, dt.date(2026, 12, 1), "85123A", "B-85123A"),
        LineAnswer("10", "backordered", pieces("4"), None, dt.date(2026, 12, 8)),
        LineAnswer("20", "changed", pieces("2", "KGM"), eur("31", pieces("1", "KGM"))),
        LineAnswer("30", "substituted", pieces("6"), eur("1.20"), None, "85123B", "B-85123B"),
        LineAnswer("40", "rejected", pieces("1")),
        LineAnswer("50", "rejected"),
    ),
    "OR-7", buyer=BUYER, order_date=dt.date(2026, 11, 20), currency="EUR",
)  # fmt: skip
CHANGE = PurchaseOrderChange(
    "albion_uk", "4500001", 2, DAY, BUYER, SUPPLIER, "EUR",
    (
        PurchaseOrderChangeLine("10", "change", "85123A", pieces("24"), eur("2.45"), dt.date(2026, 12, 3), "B-85123A"),
        PurchaseOrderChangeLine("20", "cancel", ""),
        PurchaseOrderChangeLine("30", "add", "21730", pieces("6"), eur("4.25")),
    ),
    reason="More of the hearts",
)  # fmt: skip
CANCELLATION = PurchaseOrderChange(
    "albion_uk", "4500001", 0, DAY, BUYER, SUPPLIER, "", (), whole_order=True, reason="Ordered twice"
)
NOTICE = ShipNotice(
    "albion_uk", "DA-1", SUPPLIER, NORTH, NOON,
    (
        ShipNoticeLine(
            "4500001", "10", "85123A", pieces("8"), "B-85123A", "", GTIN, SSCC, "L-77", None, dt.date(2027, 5, 1),
            ("S1", "S2"),
        ),
        ShipNoticeLine("4500002", "1", "71053", pieces("2.5", "KGM")),
    ),
    dt.date(2026, 11, 24), "DSV", "TRK-991", BUYER,
)  # fmt: skip
RECEIPT = GoodsReceipt(
    "albion_uk", "RA-1", "north", NOON,
    (
        GoodsReceiptLine(
            "1", "4500001", "10", "85123A", pieces("7"), ship_notice="DA-1", lot="L-77",
            expires_on=dt.date(2027, 5, 1), pack=SSCC, serials=("S1",),
        ),
        GoodsReceiptLine("2", "4500001", "10", "85123A", pieces("1"), "damaged", "DA-1"),
        GoodsReceiptLine("3", "4500002", "1", "71053", pieces("2.5", "KGM"), "quarantined"),
    ),
    "brightware",
)  # fmt: skip
INVOICE = Invoice(
    "albion_uk", "INV-9", SUPPLIER, BUYER, DAY, "EUR",
    (
        InvoiceLine("1", "4500001", "10", "85123A", pieces("8"), eur("2.55"), "DA-1", "B-85123A", "", GTIN),
        InvoiceLine(
            "2", "4500002", "1", "71053", pieces("3"), eur("30", pieces("12", "KGM")), "DA-2",
            second=pieces("2.5", "KGM"),
        ),
    ),
    Decimal("33.31"),
    (
        Charge("FC", Decimal("15.50"), "Freight"), Charge("95", Decimal("-13.00"), "Discount"),
        Charge("VAT", Decimal("5.16")), Charge("PREPAID", Decimal("-1.00")), Charge("ROUNDING", Decimal("0.00") + 0),
    )[:4],
    reference="Spring range",
)  # fmt: skip
_STANDARD, _REDUCED = TaxRate("S", Decimal(25)), TaxRate("S", Decimal(12))
_EXEMPT, _ZERO = TaxRate("E", Decimal(0)), TaxRate("Z", Decimal(0))
TAXED = Invoice(
    "albion_uk", "INV-10", SUPPLIER, BUYER, DAY, "EUR",
    (
        InvoiceLine("1", "4500001", "10", "85123A", pieces("8"), eur("2.55"), taxes=(_STANDARD,)),
        InvoiceLine("2", "4500001", "20", "71053", pieces("3"), eur("30", pieces("12")), taxes=(_REDUCED,)),
        InvoiceLine("3", "4500001", "30", "21730", pieces("1"), eur("25"), taxes=(_EXEMPT,)),
        InvoiceLine("4", "4500001", "40", "22752", pieces("2"), eur("5"), taxes=(_ZERO,)),
        InvoiceLine("5", "4500001", "50", "84029G", pieces("-1"), eur("2.55"), taxes=(_STANDARD,)),
    ),
    Decimal("61.73"),
    (
        Charge("FC", Decimal("15.50"), "Freight", taxes=(_STANDARD,)),
        Charge("95", Decimal("-2.00"), "Discount", taxes=(_REDUCED,)),
        Charge("100", Decimal("-1.35"), "Special rebate", "1"),
        Charge("ABK", Decimal("0.50"), "Engraving", "2"),
        Charge("VAT", Decimal("8.72")), Charge("PREPAID", Decimal("-20.00")), Charge("ROUNDING", Decimal("0.01")),
    ),
    reference="Spring range",
    taxes=(
        Tax(_STANDARD, Decimal("8.00"), Decimal("32.00")), Tax(_REDUCED, Decimal("0.72"), Decimal("6.00")),
        Tax(_EXEMPT, ZERO, Decimal("25"), "Article 132", "VATEX-EU-132"), Tax(_ZERO, ZERO, Decimal("10")),
    ),
)  # fmt: skip
"""Several rates, allowances and charges of document and lines, goods that came back, and money paid before."""
CREDIT_NOTE = msgspec.structs.replace(INVOICE, number="CN-1", kind="credit_note")
CATALOGUE = PriceCatalogue(
    "albion_uk", "CAT-3", SUPPLIER, DAY, "EUR",
    (
        CatalogueLine(
            "1", "85123A", "B-85123A", "", GTIN, "White hanging heart", "change", "CA", pieces("12"), pieces("2", "CA"),
            (
                CataloguePrice(eur("30.60", pieces("1", "CA"))),
                CataloguePrice(eur("28", pieces("1", "CA")), "list", pieces("10", "CA"), DAY, dt.date(2027, 1, 31)),
            ),
            "Brightware",
        ),
        CatalogueLine("2", "71053", action="delete"),
    ),
    BUYER, dt.date(2026, 12, 1), dt.date(2027, 5, 31),
)  # fmt: skip

DOCUMENTS: dict[str, tuple[str, msgspec.Struct]] = {
    "Order": ("purchase_order", ORDER),
    "OrderResponse": ("purchase_order_acknowledgement", ANSWER),
    "OrderChange": ("purchase_order_change", CHANGE),
    "OrderCancellation": ("purchase_order_change", CANCELLATION),
    "DespatchAdvice": ("ship_notice", NOTICE),
    "ReceiptAdvice": ("goods_receipt", RECEIPT),
    "Invoice": ("invoice", INVOICE),
    "CreditNote": ("credit_note", CREDIT_NOTE),
    "Catalogue": ("price_catalogue", CATALOGUE),
}
