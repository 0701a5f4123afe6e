"""GS1 EPCIS 2.0 out: goods that were packed, shipped, received and counted, as JSON-LD.

data = epcis.write("ship_notice", notice, epcis.EpcisOptions(gln_of=..., gtin_of=...))

An event's id is a hash of what it says: the same object written twice gives the same events, so who captures them
twice can tell.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import msgspec

from crossdock.edi.epcis.events import Event, Events
from crossdock.edi.epcis.options import EpcisOptions
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.fulfillment import InventoryAdjustment, InventoryReport, WarehouseShippingAdvice
from crossdock.model.ship_notice import GoodsReceipt, ShipNotice

__all__ = ["CannotWrite", "EpcisOptions", "events", "write"]

_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://ref.gs1.org/standards/epcis")
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_PLAIN = msgspec.json.Encoder(decimal_format="number")


def events(document: str, body: msgspec.Struct, options: EpcisOptions) -> list[Event]:
    """The events of an object, each with its id. Raises `CannotWrite` for what has no key, or is no event."""
    return [{**event, "eventID": _id(event)} for event in _events(document, body, Events(options))]


def write(document: str, body: msgspec.Struct, options: EpcisOptions) -> bytes:
    """An EPCIS document with the events of an object. Raises `CannotWrite` for what has no key, or is no event."""
    found = events(document, body, options)
    if not found:
        raise CannotWrite(f"nothing is seen in this {document}: no event can be written of it")
    created_at = options.created_at or dt.datetime.fromisoformat(found[0]["eventTime"])
    envelope = {
        "@context": [_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created_at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"eventList": found},
    }
    return msgspec.json.format(_PLAIN.encode(envelope)) + b"\n"


def _events(document: str, body: msgspec.Struct, writing: Events) -> Iterator[Event]:
    match document, body:
        case "ship_notice", ShipNotice():
            return writing.ship_notice(body)
        case "goods_receipt", GoodsReceipt():
            return writing.goods_receipt(body)
        case "warehouse_shipping_advice", WarehouseShippingAdvice():
            return writing.shipping_advice(body)
        case "inventory_report", InventoryReport():
            return writing.inventory_report(body)
        case "inventory_adjustment", InventoryAdjustment():
            return writing.inventory_adjustment(body)
    raise CannotWrite(f"no EPCIS event of ours says a {document} ({type(body).__name__})")


def _id(event: Event) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMES, _ENCODER.encode(event).decode())}"
