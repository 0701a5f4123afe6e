"""Shipment: a warehouse handed goods of one or more orders of a customer to the carrier; they reach the customer.

Or a supplier did that ships straight to the customer: it booked the carrier itself, which is asked for its milestones
where it is ours, too.

The whole advice is checked and told as one case: every sales order in it hears which of its lines left, an EDI
customer gets one ship notice over all of them, the carrier gets the booking. Its milestones then lead to delivered,
which every order hears once.

- *Late*: without delivery in time customer service is asked to find the goods; delivery ends that by itself.
- *Early*: milestones that come before the warehouse's advice wait for it.
- *Out of order*: progress never goes back (`rules/milestones.py`). A late `in_transit` after delivery changes nothing.
- *Duplicate or repeated*: a second advice or milestone of the same kind changes nothing.
- *Kits*: an EDI customer knows a kit, the warehouse its components. Where goods may be such, the order says what they
  are in its lines, and the ship notice waits for that.
- *Trouble*: an exception of the carrier is a problem of customer service until delivery. A code of the carrier that we
  do not know is kept and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from crossdock.events.deliveries import DocumentDelivered
from crossdock.events.intake import ExpectationMissed
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived
from crossdock.events.sales_order import (
    SalesOrderLinesDelivered,
    SalesOrderLinesShipped,
    ShippedLine,
    ShippedLinesNamed,
)
from crossdock.events.shipment import MilestoneReached, ShipmentDispatched
from crossdock.model.fulfillment import Shipment, ShippedOrder, WarehouseShippingAdvice
from crossdock.model.party import PartyRef
from crossdock.model.restating import amount_as_stated
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine
from crossdock.processes._kit import (
    Case,
    CaseData,
    CloseExceptionCase,
    Effect,
    Emit,
    Expect,
    Lifecycle,
    Line,
    Link,
    Met,
    OpenExceptionCase,
    Send,
    StateTable,
    tell,
)
from crossdock.rules import milestones

TABLE = StateTable(
    {
        "": ("dispatched",),
        "dispatched": ("collected", "in_transit", "out_for_delivery", "returned", "delivered"),
        "collected": ("in_transit", "out_for_delivery", "returned", "delivered"),
        "in_transit": ("out_for_delivery", "returned", "delivered"),
        "out_for_delivery": ("returned", "delivered"),
        "returned": ("delivered",),
    },
    final=("delivered",),
)


CODES = {
    "shipment_not_delivered": "The carrier did not tell in time that the goods arrived.",
    "shipment_exception": "The carrier has trouble with the shipment.",
    "shipment_returned": "The carrier brings the goods back to us.",
    "functional_acknowledgement_rejected": "An EDI customer's system refused our ship notice.",
}
"""Exception codes of this process and what each means."""


class ShipmentData(CaseData, omit_defaults=True, kw_only=True):
    """A line is a shipping order that travels in this shipment; they travel together."""

    advice: WarehouseShippingAdvice | None = None
    lines: dict[str, Line] = {}
    tracking: str = ""
    not_in_their_unit: list[str] = []
    """What an EDI customer was told in base units although it had ordered packs, and why."""
    problems: list[str] = []
    """Codes of open exception cases."""
    unnamed: list[str] = []
    """Shipping orders that may hold components of kits: their orders have not yet told what lines these make."""
    named: dict[str, tuple[ShippedLine, ...]] = {}
    """What they told."""

    @property
    def dispatched(self) -> WarehouseShippingAdvice:
        """The warehouse's advice; every handler but the first may rely on it."""
        if self.advice is None:
            raise LookupError("the shipment has not been dispatched")
        return self.advice


ShipmentCase = Case[ShipmentData]


def header(data: ShipmentData) -> str:
    """All lines travel together: the state of any."""
    return next((line.state for line in data.lines.values()), "dispatched")


LIFECYCLE = Lifecycle(
    "shipment",
    version="1",
    data=ShipmentData,
    table=TABLE,
    starts=(ShipmentDispatched,),
    header=header,
    finished=lambda data: data.state in {"delivered", "returned"},
)


@LIFECYCLE.on(ShipmentDispatched)
def dispatch(case: ShipmentCase, event: ShipmentDispatched) -> Iterator[Effect]:
    """Goods left the house: tell every order, book the carrier, announce them to an EDI customer."""
    advice = case.data.advice = event.advice
    case.data.unnamed = [order.shipping_order for order in advice.orders if _must_be_named(case, order)]
    for order in advice.orders:
        line = case.data.lines.setdefault(order.shipping_order, Line())
        case.move(order.shipping_order, line, "dispatched")
        yield Link(document=_subject(case, order), role="ships")
        reply_to = case.id if order.shipping_order in case.data.unnamed else ""
        yield Emit(_shipped(advice, order, reply_to), subject=_subject(case, order))
    if advice.supplier:
        yield from _follow_suppliers_carrier(case, advice)
    else:
        yield from _book_carrier(case, advice)
    yield from _announce(case, advice)
    hours = max(case.reads.sales_policy(case.company_id, order.channel).delivery_hours for order in advice.orders)
    yield Expect(
        "delivered", within=case.reads.within(case.company_id, case.at, hours), of=advice.carrier or advice.supplier
    )


@LIFECYCLE.on(DocumentDelivered)
def note_tracking_number(case: ShipmentCase, event: DocumentDelivered) -> Iterator[Effect]:
    """The carrier took the booking; its reply is the tracking number."""
    if event.document == "shipment" and event.reply:
        case.data.tracking = event.reply
        yield Link(kind="tracking_number", issuer=event.system, value=event.reply)


@LIFECYCLE.on(ShippedLinesNamed)
def name_lines(case: ShipmentCase, event: ShippedLinesNamed) -> Iterator[Effect]:
    """An order told which of its lines these components are; with the last one its customer can be told of all."""
    if event.shipping_order not in case.data.unnamed:
        return
    case.data.unnamed.remove(event.shipping_order)
    case.data.named[event.shipping_order] = event.lines
    yield from _announce(case, case.data.dispatched, after=event.shipping_order)


@LIFECYCLE.on(MilestoneReached)
def follow_carrier(case: ShipmentCase, event: MilestoneReached) -> Iterator[Effect]:
    """The carrier told of progress, or of trouble on the way."""
    milestone, before = event.milestone, header(case.data)
    after = milestones.advance(before, milestone.kind)
    for line_id, line in case.data.lines.items():
        case.move(line_id, line, after)
    if after == "delivered" != before:
        yield from _deliver(case, milestone.at)
    elif milestone.kind in ("exception", "returned") and before != "delivered":
        code = "shipment_exception" if milestone.kind == "exception" else "shipment_returned"
        yield from _ask(case, code, f"{milestone.carrier}: {milestone.raw_code or milestone.kind} {milestone.place}")


@LIFECYCLE.on(ExpectationMissed)
def miss_delivery(case: ShipmentCase, event: ExpectationMissed) -> Iterator[Effect]:
    """Nobody told us in time that the goods arrived."""
    if header(case.data) != "delivered":
        shown = f"{case.key} is {header(case.data)} and should have arrived by {event.due_at:%Y-%m-%d %H:%M}"
        yield from _ask(case, "shipment_not_delivered", shown)


@LIFECYCLE.on(FunctionalAcknowledgementReceived)
def read_functional_acknowledgement(case: ShipmentCase, event: FunctionalAcknowledgementReceived) -> Iterator[Effect]:
    """An EDI customer's syntax receipt of our ship notice; only a refusal needs somebody."""
    if event.acknowledgement.verdict in ("rejected", "partially_accepted"):
        detail = f"{event.partner} could not read {event.document} {event.number}"
        yield OpenExceptionCase("functional_acknowledgement_rejected", detail, key=f"{event.document} {event.number}")


def _subject(case: ShipmentCase, order: ShippedOrder) -> str:
    return f"sales_order/{case.company_id}/{order.channel}/{order.order_number}"


def _number(advice: WarehouseShippingAdvice) -> str:
    """What all others call this shipment: two warehouses may number theirs alike. What a supplier shipped has a number
    of our own."""
    return advice.number if advice.supplier else f"{advice.warehouse}.{advice.number}"


def _must_be_named(case: ShipmentCase, order: ShippedOrder) -> bool:
    """Must an EDI customer's order be asked what its goods are in lines and units that the customer knows? It may have
    ordered kits, or packs."""
    partner = case.reads.partner_of(order.channel)
    if not partner or not case.reads.sends(partner, "ship_notice", case.company_id):
        return False
    items = {line.item for line in order.lines}
    return any(
        case.reads.in_kits(case.company_id, item) or case.reads.in_packs(case.company_id, item) for item in items
    )


def _shipped(advice: WarehouseShippingAdvice, order: ShippedOrder, reply_to: str) -> SalesOrderLinesShipped:
    return SalesOrderLinesShipped(
        shipment=_number(advice),
        shipping_order=order.shipping_order,
        warehouse=advice.warehouse,
        shipped_at=advice.shipped_at,
        lines=_lines(order),
        tracking=advice.tracking,
        reply_to=reply_to,
    )


def _lines(order: ShippedOrder) -> tuple[ShippedLine, ...]:
    return tuple(
        ShippedLine(line.order_line, line.item, line.quantity, line.owner, line.second) for line in order.lines
    )


def _consignment(case: ShipmentCase, advice: WarehouseShippingAdvice, carrier: str) -> Shipment:
    return Shipment(
        company_id=case.company_id,
        number=_number(advice),
        carrier=carrier,
        warehouse=advice.warehouse,
        customer=advice.customer,
        shipped_at=advice.shipped_at,
        packs=max(len(advice.packs), 1),
        ship_to=advice.ship_to,
        tracking=advice.tracking,
    )


def _book_carrier(case: ShipmentCase, advice: WarehouseShippingAdvice) -> Iterator[Effect]:
    carrier = case.reads.system(case.company_id, "carrier")
    body = _consignment(case, advice, carrier)
    yield Link(kind="shipment", issuer=carrier, value=body.number)
    yield Send("shipment", body, to=carrier, number=body.number, report=True)


def _follow_suppliers_carrier(case: ShipmentCase, advice: WarehouseShippingAdvice) -> Iterator[Effect]:
    """The supplier booked the carrier. Where that is ours, too, it is asked to tell us of the tracking number."""
    case.data.tracking = advice.tracking
    if not advice.tracking:
        return
    yield Link(kind="tracking_number", issuer=advice.carrier, value=advice.tracking)
    carrier = case.reads.system(case.company_id, "carrier")
    if carrier and advice.carrier == carrier:
        body = _consignment(case, advice, carrier)
        yield Link(kind="shipment", issuer=carrier, value=body.number)
        yield from tell(case, "carrier", "tracking_request", body, body.number)


def _announce(case: ShipmentCase, advice: WarehouseShippingAdvice, after: str = "") -> Iterator[Effect]:
    """One ship notice for each EDI customer in the shipment, over all its orders, once it is known what they are called
    there; `after` one of its orders told that."""
    by_partner: dict[str, list[ShippedOrder]] = {}
    for order in advice.orders:
        if partner := case.reads.partner_of(order.channel):
            by_partner.setdefault(partner, []).append(order)
    pack = advice.packs[0] if len(advice.packs) == 1 else ""  # of several, the advice does not say what is in which
    for partner, orders in by_partner.items():
        numbers = {order.shipping_order for order in orders}
        if not numbers.isdisjoint(case.data.unnamed) or (after and after not in numbers):
            continue
        if case.reads.sends(partner, "ship_notice", case.company_id):
            lines = tuple(
                ShipNoticeLine(
                    *(order.order_number, line.line, line.item, line.quantity),
                    supplier_item=line.item,
                    pack=pack,
                    stated=line.stated,
                )
                for order in orders
                for line in case.data.named.get(order.shipping_order, _lines(order))
            )
            if not lines:
                continue  # nothing of it is whole yet
            case.data.not_in_their_unit = [*case.data.not_in_their_unit, *_not_in_their_unit(lines)]
            body = ShipNotice(
                company_id=case.company_id,
                number=_number(advice),
                supplier=PartyRef(case.company_id),
                ship_to=advice.ship_to or advice.customer,
                shipped_at=advice.shipped_at,
                lines=lines,
                carrier=advice.carrier,
                tracking=advice.tracking,
                buyer=advice.customer,
            )
            yield Send("ship_notice", body, to=partner, number=body.number)


def _not_in_their_unit(lines: Iterable[ShipNoticeLine]) -> Iterator[str]:
    """Which lines a ship notice tells in base units although they were ordered in packs, and why."""
    for line in lines:
        if line.stated is not None:
            conversion = line.stated.conversion
            if amount_as_stated(line.quantity, conversion).unit != conversion.unit:
                amount = f"{line.quantity.amount} {line.quantity.unit}"
                where = f"order {line.order_number} line {line.order_line}"
                yield f"{where}: {amount} is no whole number of {conversion.unit} ({conversion})"


def _deliver(case: ShipmentCase, at: dt.datetime) -> Iterator[Effect]:
    """Tell every order once, all its lines together, and end what was open."""
    by_order: dict[str, tuple[ShippedLine, ...]] = {}
    for order in case.data.dispatched.orders:
        subject = _subject(case, order)
        by_order[subject] = by_order.get(subject, ()) + _lines(order)
    for subject, lines in by_order.items():
        yield Emit(SalesOrderLinesDelivered(_number(case.data.dispatched), at, lines), subject=subject)
    yield Met("delivered")
    for code in case.data.problems:
        yield CloseExceptionCase(code, "delivered")
    case.data.problems = []


def _ask(case: ShipmentCase, code: str, detail: str) -> Iterator[Effect]:
    if code not in case.data.problems:
        case.data.problems.append(code)
    yield OpenExceptionCase(code, detail.strip(), owner="customer_service")
