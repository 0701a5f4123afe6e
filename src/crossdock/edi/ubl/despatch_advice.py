"""DespatchAdvice <-> `ShipNotice`.

ID number, OrderReference the order of lines that name none; DespatchSupplierParty, DeliveryCustomerParty where it goes,
BuyerCustomerParty; Shipment/Delivery: Despatch/ActualDespatchDate and -Time shipped (else IssueDate and IssueTime),
EstimatedDeliveryPeriod expected, TrackingID, CarrierParty. Per line OrderLineReference, DeliveredQuantity, Item with
ids, lot, expiry and serial numbers, Shipment/TransportHandlingUnit/ID the SSCC of its pack.
"""

from __future__ import annotations

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.goods import built, in_pack, instances, order_line, pack
from crossdock.edi.ubl.reading import EPOCH, Node, Reading
from crossdock.edi.ubl.writing import Writing, day, moment, quantity
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

_EXPECTED = (
    "cac:EstimatedDeliveryPeriod/cbc:EndDate",
    "cac:EstimatedDeliveryPeriod/cbc:StartDate",
    "cac:PromisedDeliveryPeriod/cbc:EndDate",
    "cbc:LatestDeliveryDate",
)


def read(reading: Reading) -> ShipNotice:
    """The ship notice; with faults where it lacks something."""
    root, context = reading.root, reading.context
    number = reading.heading()
    delivery = reading.one(root, "cac:Shipment/cac:Delivery")
    despatch = reading.one(delivery, "cac:Despatch")
    shipped_at = reading.moment(despatch, "cbc:ActualDespatchDate", "cbc:ActualDespatchTime")
    if shipped_at is None:
        shipped_at = reading.moment(root, "cbc:IssueDate", "cbc:IssueTime")
    if shipped_at is None:
        reading.fault("element_missing", root, "DespatchAdvice has neither ActualDespatchDate nor IssueDate")
    lines = [_line(reading, line) for line in reading.all(root, "cac:DespatchLine")]
    if not lines:
        reading.fault("lines_missing")
    supplier = reading.party(reading.one(root, "cac:DespatchSupplierParty"), context.supplier)
    to = reading.party(reading.one(root, "cac:DeliveryCustomerParty"))
    carrier = reading.one(delivery, "cac:CarrierParty")
    return ShipNotice(
        company_id=context.company_id,
        number=number,
        supplier=supplier or context.supplier,
        ship_to=to or reading.place(delivery) or context.buyer,
        shipped_at=shipped_at or EPOCH,
        lines=tuple(lines),
        expected_on=reading.date(delivery, *_EXPECTED),
        carrier=reading.party_id(carrier) or reading.text(carrier, "cac:PartyName/cbc:Name"),
        tracking=reading.text(delivery, "cbc:TrackingID"),
        buyer=reading.party(reading.one(root, "cac:BuyerCustomerParty"), context.buyer),
    )


def _line(reading: Reading, line: Node) -> ShipNoticeLine:
    item = reading.one(line, "cac:Item")
    ids = reading.items(item, line)
    shipped = reading.quantity(reading.one(line, "cbc:DeliveredQuantity"))
    if shipped is None:
        reading.fault("element_missing", line, "DespatchLine has no DeliveredQuantity")
    of_order, of_line = order_line(reading, line)
    lot, expires_on, serials = instances(reading, item)
    as_buyer = reading.context.role == "buyer"
    return ShipNoticeLine(
        order_number=of_order,
        order_line=of_line,
        item=ids.item,
        quantity=shipped or Quantity(ZERO),
        supplier_item=ids.theirs if as_buyer else "",
        buyer_item="" if as_buyer else ids.theirs,
        gtin=ids.gtin,
        pack=pack(reading, line),
        lot=lot,
        expires_on=expires_on,
        serials=serials,
    )


def write(notice: ShipNotice, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the ship notice."""
    if not notice.lines:
        raise CannotWrite("a ship notice needs a line")
    heading = list(writing.heading("DespatchAdvice", notice.number, notice.shipped_at.date()))
    orders = {line.order_number for line in notice.lines}
    if writing.peppol and len(orders) > 1:
        raise CannotWrite(f"a despatch advice of Peppol is for one order, not for {', '.join(sorted(orders))}")
    carrier = aggregate("CarrierParty", aggregate("PartyIdentification", leaf("ID", notice.carrier)))
    delivery = aggregate(
        "Delivery",
        leaf("TrackingID", notice.tracking),
        aggregate("EstimatedDeliveryPeriod", day("EndDate", notice.expected_on)),
        carrier,
        aggregate("Despatch", moment("ActualDespatchDate", "ActualDespatchTime", notice.shipped_at)),
    )
    return [
        *heading,
        aggregate("OrderReference", leaf("ID", next(iter(orders)))) if len(orders) == 1 else None,
        writing.role("DespatchSupplierParty", notice.supplier, "supplier"),
        writing.role("DeliveryCustomerParty", notice.ship_to, "buyer" if writing.peppol else ""),
        writing.role("BuyerCustomerParty", notice.buyer) if notice.buyer is not None else None,
        aggregate("Shipment", leaf("ID", notice.number), delivery),
        [_despatch_line(line, n, writing, alone=len(orders) == 1) for n, line in enumerate(notice.lines, 1)],
    ]


def _despatch_line(line: ShipNoticeLine, number: int, writing: Writing, *, alone: bool) -> Maybe:
    order = None if alone else aggregate("OrderReference", leaf("ID", line.order_number))
    if not line.order_line:
        raise CannotWrite("each line of a despatch advice names its order line")
    return aggregate(
        "DespatchLine",
        leaf("ID", str(number)),
        quantity("DeliveredQuantity", line.quantity),
        aggregate("OrderLineReference", leaf("LineID", line.order_line), order),
        writing.item(
            line.item, line.supplier_item, line.buyer_item, line.gtin,
            instances=built(line.lot, line.expires_on, line.serials),
        ),
        in_pack(line.pack),
    )  # fmt: skip
