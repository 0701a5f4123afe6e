"""Freight: tenders and their answers, progress, routing, the carrier's invoice (X12 204, 990, 214, 753, 754, 210;
EDIFACT IFTMIN, IFTSTA)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.advice import Address
from crossdock.model.fulfillment import Milestone
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity

StopReason = Literal["load", "unload", "part_load", "part_unload", "other"]
FreightTerms = Literal["prepaid", "collect", "third_party", "other", ""]


class FreightReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number by which somebody knows it: `kind` is the sender's code for whose and what number it is."""

    kind: str
    number: str
    description: str = ""


class FreightItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of a shipment as a carrier sees them: packages, what they weigh, what they are."""

    order_number: str = ""
    packages: Quantity | None = None
    weight: Quantity | None = None
    volume: Quantity | None = None
    description: str = ""
    freight_class: str = ""
    reference: str = ""
    packs: tuple[str, ...] = ()


class Stop(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something is loaded or unloaded, in the order of `sequence`. Moments are the place's own clock as UTC
    where neither the document nor the agreement names a zone. `address` is that of a firm's place; a person's is never
    here."""

    sequence: str
    reason: StopReason
    place: PartyRef | None = None
    earliest_at: dt.datetime | None = None
    latest_at: dt.datetime | None = None
    items: tuple[FreightItem, ...] = ()
    address: Address = Address()
    references: tuple[FreightReference, ...] = ()
    instructions: tuple[str, ...] = ()
    weight: Quantity | None = None
    volume: Quantity | None = None
    packages: int | None = None


class LoadTender(msgspec.Struct, frozen=True, omit_defaults=True):
    """A load offered to a carrier (`carrier` is its SCAC or our code). `purpose` other than `original` changes or takes
    back what was offered under the same number."""

    company_id: str
    number: str
    carrier: str
    stops: tuple[Stop, ...]
    purpose: Literal["original", "change", "cancel"] = "original"
    tendered_on: dt.date | None = None
    respond_by: dt.datetime | None = None
    shipper: PartyRef | None = None
    bill_to: PartyRef | None = None
    terms: FreightTerms = ""
    equipment: str = ""
    weight: Quantity | None = None
    packages: int | None = None
    bill_of_lading: str = ""
    instructions: tuple[str, ...] = ()
    references: tuple[FreightReference, ...] = ()
    mode: str = ""
    charge: Decimal | None = None
    trailer: str = ""
    items: tuple[FreightItem, ...] = ()
    """Goods of the whole load, where it is not said at which stop each is loaded."""
    collect_at: dt.datetime | None = None
    deliver_at: dt.datetime | None = None
    vehicle: str = ""


class LoadTenderResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """A carrier's answer to a tender; `reason` says why it declines."""

    company_id: str
    number: str
    carrier: str
    answer: Literal["accepted", "declined", "conditional"]
    answered_on: dt.date | None = None
    reason: str = ""
    carrier_reference: str = ""
    references: tuple[FreightReference, ...] = ()


class ShipmentStatusReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a carrier tells of one shipment: one milestone or several."""

    company_id: str
    number: str
    shipment: str
    carrier: str
    milestones: tuple[Milestone, ...]
    bill_of_lading: str = ""
    references: tuple[FreightReference, ...] = ()
    shipper: PartyRef | None = None
    consignee: PartyRef | None = None
    weight: Quantity | None = None
    packages: int | None = None


class FreightCharge(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a carrier's invoice: the haul itself or an extra, by the carrier's code. A line that only describes
    goods costs nothing."""

    line: str
    amount: Decimal
    code: str = ""
    description: str = ""
    weight: Quantity | None = None
    rate: Decimal | None = None
    rate_basis: str = ""
    packages: Quantity | None = None
    commodity: str = ""


class FreightInvoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a carrier asks for having moved a shipment."""

    company_id: str
    number: str
    carrier: str
    invoiced_on: dt.date
    currency: str
    total: Decimal
    charges: tuple[FreightCharge, ...] = ()
    shipment: str = ""
    bill_of_lading: str = ""
    terms: FreightTerms = ""
    shipper: PartyRef | None = None
    consignee: PartyRef | None = None
    bill_to: PartyRef | None = None
    delivered_on: dt.date | None = None
    weight: Quantity | None = None
    picked_up_on: dt.date | None = None
    packages: int | None = None
    references: tuple[FreightReference, ...] = ()
    correction: str = ""
    equipment: str = ""


class RoutedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order (or a part of it) that is ready and waits for a carrier."""

    order_number: str
    ship_to: PartyRef | None = None
    ready_on: dt.date | None = None
    weight: Quantity | None = None
    volume: Quantity | None = None
    packages: Quantity | None = None
    reference: str = ""
    cancel_after: dt.date | None = None


class RoutingRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supplier asks who is to fetch what is ready at `ship_from`."""

    company_id: str
    number: str
    requested_on: dt.date
    ship_from: PartyRef
    orders: tuple[RoutedOrder, ...]
    supplier: PartyRef | None = None


class RoutingAssignment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who fetches an order, when, and under which number of authority."""

    order_number: str
    carrier: str = ""
    pickup_on: dt.date | None = None
    authority: str = ""
    ship_to: PartyRef | None = None
    instruction: str = ""
    weight: Quantity | None = None
    volume: Quantity | None = None
    packages: Quantity | None = None
    load: str = ""


class RoutingInstructions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The buyer's answer to a routing request."""

    company_id: str
    number: str
    instructed_on: dt.date
    assignments: tuple[RoutingAssignment, ...]
    request: str = ""
    ship_from: PartyRef | None = None
