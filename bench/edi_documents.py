"""The documents that `bench.edi` reads and writes: twenty lines each, different in every one, in X12 and EDIFACT.

X12: 850, 855, 856 and 810 as we write them (50 to 70 segments). EDIFACT: ORDERS of five segments a line (LIN, PIA with
two ids, IMD, QTY, PRI; public samples have 4.4) and DESADV of four (LIN, PIA, QTY, RFF) on four pallets with their
SSCCs; both of some 110 segments, with line ends, as partners send them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.edi import edifact, maps, x12
from crossdock.edi.guidelines.packs import load
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderLine,
)
from crossdock.model.quantity import Price, Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

LINES = 20
_DAY = dt.date(2010, 12, 1)
_US, _SUPPLIER = PartyRef("albion_uk"), PartyRef("brightware")
CONTEXT = maps.MapContext("albion_uk", _US, _SUPPLIER, "buyer", options=maps.MapOptions(currency="GBP"))
GUIDELINES = load(Path(__file__).parent / "brightware").guidelines
"""What the partner of the benchmark wants of its four X12 documents: codes, forms, checked ids, conditions, amounts."""
GUIDED = msgspec.structs.replace(CONTEXT, guidelines=GUIDELINES)
Make = Callable[[int], msgspec.Struct]


def _items() -> list[tuple[str, str, Decimal, Decimal]]:
    """Line id, item, quantity, price of each line; prices and quantities as a wholesaler's vary."""
    return [
        (str(10 * n), f"{85000 + 37 * n}A", Decimal(6 + n * 7 % 96), Decimal(101 + n * 83 % 997).scaleb(-2))
        for n in range(1, LINES + 1)
    ]


def _orders(n: int) -> PurchaseOrder:
    lines = tuple(
        PurchaseOrderLine(
            line,
            item,
            Quantity(quantity),
            Price(price + n % 50, "GBP"),
            supplier_item=f"B-{item}",
            description="WHITE HANGING HEART T-LIGHT HOLDER",
        )
        for line, item, quantity, price in _items()
    )
    return PurchaseOrder("albion_uk", f"45{n:05d}", _US, _SUPPLIER, PartyRef("north"), _DAY, "GBP", lines, due_on=_DAY)


def _answers(n: int) -> PurchaseOrderAcknowledgement:
    answers = tuple(
        LineAnswer(line, "accepted", Quantity(quantity), Price(price + n % 50, "GBP"), _DAY, item, f"B-{item}")
        for line, item, quantity, price in _items()
    )
    return PurchaseOrderAcknowledgement(
        "albion_uk", f"45{n:05d}", _SUPPLIER, _DAY, answers, number=f"S{n}", currency="GBP"
    )


def _notices(n: int) -> ShipNotice:
    lines = tuple(
        ShipNoticeLine(f"45{n:05d}", line, item, Quantity(quantity), supplier_item=f"B-{item}")
        for line, item, quantity, _price in _items()
    )
    at = dt.datetime(2010, 12, 2, 14, 30, tzinfo=dt.UTC)
    return ShipNotice("albion_uk", f"SN{n:05d}", _SUPPLIER, PartyRef("north"), at, lines, _DAY, "swift", f"TRK{n:09d}")


def _invoices(n: int) -> Invoice:
    lines = tuple(
        InvoiceLine(line, f"45{n:05d}", line, item, Quantity(quantity), Price(price, "GBP"), supplier_item=f"B-{item}")
        for line, item, quantity, price in _items()
    )
    total = sum((line.price.amount * line.quantity.amount for line in lines), Decimal(0))
    return Invoice("albion_uk", f"INV{n:05d}", _SUPPLIER, _US, _DAY, "GBP", lines, total)


X12: dict[str, tuple[str, Make]] = {
    "850": ("purchase_order", _orders),
    "855": ("purchase_order_acknowledgement", _answers),
    "856": ("ship_notice", _notices),
    "810": ("invoice", _invoices),
}
"""Set -> its document and what makes the n-th of it."""
EDIFACT: dict[str, tuple[str, Make]] = {"ORDERS": X12["850"], "DESADV": X12["856"]}
_VERSION = "D:96A:UN:EAN008"


def write_x12(document: str, bodies: list[msgspec.Struct]) -> bytes:
    """Objects to the bytes of one interchange, each held against its guide."""
    header = x12.InterchangeOut("ALBIONUK", "BRIGHTWARE", 1, 1, dt.datetime(2010, 12, 1, 8, 0))
    return x12.write_interchange(header, [maps.write_document(document, body, CONTEXT) for body in bodies])


def write_edifact(document: str, bodies: list[msgspec.Struct]) -> bytes:
    """Objects to the bytes of one interchange."""
    header = edifact.InterchangeOut("5412345000013", "5498765000010", "1", dt.datetime(2010, 12, 1, 8, 0), "14", "14")
    return edifact.write_interchange(header, [maps.write_message(document, body, CONTEXT, _VERSION) for body in bodies])


def interchange(kind: str, count: int) -> bytes:
    """One interchange with `count` documents of a kind."""
    if kind in X12:
        document, make = X12[kind]
        return write_x12(document, [make(n) for n in range(count)])
    messages = "".join(_message(kind, n) for n in range(1, count + 1))
    head = "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0800+1'\r\n"
    return f"{head}{messages}UNZ+{count}+1'\r\n".encode()


def _message(kind: str, n: int) -> str:
    body = list((_orders_message if kind == "ORDERS" else _desadv_message)(n))
    rows = [f"UNH+{n}+{kind}:{_VERSION}", *body, f"UNT+{len(body) + 2}+{n}"]
    return "".join(f"{row}'\r\n" for row in rows)


def _orders_message(n: int) -> Iterator[str]:
    yield from (f"BGM+220+45{n:05d}+9", "DTM+137:20101201:102", "DTM+2:20101210:102", "RFF+CT:123")
    yield from ("NAD+BY+5412345000013::9", "NAD+SU+5498765000010::9", "CUX+2:GBP:9")
    for line, item, quantity, price in _items():
        yield f"LIN+{line}++50111111{item[:5]}:EN"
        yield f"PIA+5+{item}:IN+B-{item}:SA"
        yield "IMD+F++:::WHITE HANGING HEART T-LIGHT HOLDER"
        yield f"QTY+21:{quantity}:PCE"
        yield f"PRI+AAA:{price + n % 50}:CT:NTP"
    yield from ("UNS+S", f"CNT+2:{LINES}")


def _desadv_message(n: int) -> Iterator[str]:
    yield from (f"BGM+351+SN{n:05d}+9", "DTM+137:20101202:102", "DTM+11:201012021430:203", f"RFF+ON:45{n:05d}")
    yield from ("NAD+SU+5498765000010::9", "NAD+DP+5412345000020::9", "CPS+1")
    for place, (line, item, quantity, _price) in enumerate(_items()):
        if place % 5 == 0:
            yield from (f"CPS+{place // 5 + 2}+1", "PAC+1++201", "PCI+33E", f"GIN+BJ+3540123450000{n:04d}{place:01d}")
        yield f"LIN+{place + 1}++50111111{item[:5]}:EN"
        yield f"PIA+5+{item}:IN+B-{item}:SA"
        yield f"QTY+12:{quantity}:PCE"
        yield f"RFF+ON:45{n:05d}:{line}"
    yield f"CNT+2:{LINES}"
