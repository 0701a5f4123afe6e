"""Documents that tests write and read: small, named, and the same every time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.edi import maps, x12
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine
from crossdock.model.quantity import Price, Quantity

US = PartyRef("albion_uk")
BRIGHTWARE = PartyRef("brightware")
HOMESTEAD = PartyRef("homestead")
DAY = dt.date(2010, 12, 1)
OPTIONS = maps.MapOptions(currency="GBP")
BUYING = maps.MapContext("albion_uk", US, BRIGHTWARE, "buyer", options=OPTIONS)
SELLING = maps.MapContext("albion_uk", US, HOMESTEAD, "supplier", options=OPTIONS)


def envelope(control_number: int = 1, **changes: object) -> x12.InterchangeOut:
    header = x12.InterchangeOut("ALBIONUK", "BRIGHTWARE", control_number, 7, dt.datetime(2010, 12, 1, 8, 26))
    return dataclasses.replace(header, **changes)  # type: ignore[arg-type]


def order(number: str = "4500001", lines: int = 2) -> PurchaseOrder:
    return PurchaseOrder(
        "albion_uk",
        number,
        US,
        BRIGHTWARE,
        PartyRef("north"),
        DAY,
        "GBP",
        tuple(
            PurchaseOrderLine(
                str(10 * n),
                f"8512{n}A",
                Quantity(Decimal(6 * n)),
                Price(Decimal("2.55"), "GBP"),
                supplier_item=f"B-8512{n}A",
                description="WHITE HANGING HEART T-LIGHT HOLDER",
            )
            for n in range(1, lines + 1)
        ),
    )


def written(*bodies: tuple[str, msgspec.Struct], context: maps.MapContext = BUYING, **changes: object) -> bytes:
    return x12.write_interchange(
        envelope(**changes), [maps.write_document(document, body, context) for document, body in bodies]
    )


def sets(data: bytes) -> list[x12.TransactionSet]:
    return [item for item in x12.read(data) if isinstance(item, x12.TransactionSet)]


def faults(data: bytes) -> list[x12.Fault]:
    found: list[x12.Fault] = []
    for item in x12.read(data):
        found += item.faults if isinstance(item, x12.TransactionSet) else [item.fault]
    return found


def codes(found: Sequence[x12.Fault]) -> list[str]:
    return [fault.code for fault in found]


def interchange(
    *segments: str, element: str = "*", component: str = ">", end: str = "~", group: str = "PO", tail: bool = True
) -> bytes:
    """An interchange with the given segments between GS and GE, written by hand."""
    isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>"
    rows = [isa, f"GS*{group}*SENDER*RECEIVER*20101201*0826*7*X*004010", *segments]
    if tail:
        count = sum(segment.startswith("ST*") for segment in segments)
        rows += [f"GE*{count}*7", "IEA*1*000000001"]
    text = "".join(row.replace("*", element) + end for row in rows)
    return text.replace(f"{element}P{element}>", f"{element}P{element}{component}", 1).encode()


ORDER_SEGMENTS = (
    "ST*850*0001",
    "BEG*00*SA*4500001**20101201",
    "PO1*10*6*EA*2.55**IN*85123A",
    "CTT*1",
    "SE*5*0001",
)
