"""The carrier's own words to ours and back."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.connectors._kit.reading import Findings, Instant, decode, number, one_of, utc
from crossdock.connectors._kit.webhooks import Webhook
from crossdock.connectors._kit.writing import VendorCall, Writers
from crossdock.events.shipment import MilestoneReached
from crossdock.model.fulfillment import Milestone, MilestoneKind, Shipment
from crossdock.ports.connector import RawDocument, Record, Route, Translation

MILESTONES: dict[str, MilestoneKind] = {
    "PU": "collected",
    "IT": "in_transit",
    "OD": "out_for_delivery",
    "DL": "delivered",
    "EX": "exception",
    "RT": "returned",
}
EVENTS = ("tracking.updated",)


class TrackingUpdate(msgspec.Struct):
    """Progress of one consignment; `reference` is the number we gave it."""

    reference: str
    tracking: str
    code: str
    sequence: int
    at: Instant
    place: str = ""


def webhook(raw: RawDocument, system: str) -> Translation:
    """What one webhook says. The carrier does not know whose goods it moves: the shipment's case does."""
    findings = Findings()
    with findings.part("/"):
        message = decode(raw.content, Webhook)
        one_of(EVENTS, message.event, "unknown_code")
        with findings.part("/data"):
            findings.records.append(_milestone(decode(message.data, TrackingUpdate), system))
    return findings.translation()


def _milestone(update: TrackingUpdate, system: str) -> Record:
    reference = number(update.reference)
    milestone = Milestone(
        shipment=reference,
        carrier=system,
        kind=MILESTONES.get(update.code, "UNKNOWN"),
        at=utc(update.at),
        tracking=update.tracking,
        raw_code=update.code,
        place=update.place,
    )
    return Record(
        body=MilestoneReached(milestone),
        company_id="",
        occurred_at=milestone.at,
        route=Route("shipment", system, reference),
        identity=("milestone", system, reference, str(update.sequence)),
        keys=(Route("tracking_number", system, update.tracking),) if update.tracking else (),
        source_sequence=update.sequence,
        pointer="/data",
    )


def consignment(shipment: Shipment) -> VendorCall:
    """Goods to be moved."""
    payload: dict[str, Any] = {
        "reference": shipment.number,
        "shipper": shipment.company_id,
        "site": shipment.warehouse,
        "consignee": (shipment.ship_to or shipment.customer).id or shipment.customer.id,
        "country": (shipment.ship_to or shipment.customer).country or shipment.customer.country,
        "packs": shipment.packs,
        "shipped_at": shipment.shipped_at,
    }
    return VendorCall("/v2/consignments", payload)


def tracker(shipment: Shipment) -> VendorCall:
    """Goods that somebody else booked: the carrier tells us of them under our number from now on, and what it told the
    other one before."""
    payload: dict[str, Any] = {
        "reference": shipment.number,
        "shipper": shipment.company_id,
        "tracking": shipment.tracking,
    }
    return VendorCall("/v2/trackers", payload)


WRITERS: Writers = {"shipment": consignment, "tracking_request": tracker}
