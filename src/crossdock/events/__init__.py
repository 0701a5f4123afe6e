"""Events (facts, past tense) and their envelope. `REGISTRY` names every type; importing this package fills it."""

from crossdock.events import (
    assembly,
    consumption,
    deliveries,
    intake,
    inventory,
    purchase_order,
    reconciliation,
    returns,
    sales_order,
    shipment,
    supplier_documents,
    transfer,
)
from crossdock.events.envelope import Envelope, Event, NewEvent
from crossdock.events.registry import REGISTRY, event, event_type

__all__ = [
    "REGISTRY",
    "Envelope",
    "Event",
    "NewEvent",
    "assembly",
    "consumption",
    "deliveries",
    "event",
    "event_type",
    "intake",
    "inventory",
    "purchase_order",
    "reconciliation",
    "returns",
    "sales_order",
    "shipment",
    "supplier_documents",
    "transfer",
]
