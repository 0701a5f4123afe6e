"""ReceiptAdvice <-> `GoodsReceipt`.

ID number; DeliveryCustomerParty the place that took the goods in, DespatchSupplierParty the supplier; Shipment/Delivery
ActualDeliveryDate and -Time received (else IssueDate and IssueTime); OrderReference and DespatchDocumentReference for
lines that name none. Per line ID, OrderLineReference, DespatchLineReference the ship notice, Item with lot,
expiry and serial numbers, Shipment/TransportHandlingUnit/ID the SSCC; ReceivedQuantity, and of it RejectedQuantity with
RejectReasonCode (`damaged`, `quarantined`; without one damaged), which is a line of its own.

UBL has no place for the owner of goods, a second weight, or which ship notices are finished.
"""

from __future__ import annotations

from typing import cast, get_args

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.goods import built, in_pack, instances, order_line, pack
from crossdock.edi.ubl.reading import EPOCH, Node, Reading
from crossdock.edi.ubl.writing import Writing, moment, quantity
from crossdock.model.party import PartyRef
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, ReceiptCondition

_BAD = tuple(each for each in get_args(ReceiptCondition) if each != "good")


def read(reading: Reading) -> GoodsReceipt:
    """The receipt; with faults where it lacks something."""
    root, context = reading.root, reading.context
    number = reading.heading()
    delivery = reading.one(root, "cac:Shipment/cac:Delivery")
    received_at = reading.moment(delivery, "cbc:ActualDeliveryDate", "cbc:ActualDeliveryTime")
    if received_at is None:
        received_at = reading.moment(root, "cbc:IssueDate", "cbc:IssueTime")
    if received_at is None:
        reading.fault("element_missing", root, "ReceiptAdvice has neither ActualDeliveryDate nor IssueDate")
    lines = [each for line in reading.all(root, "cac:ReceiptLine") for each in _lines(reading, line)]
    if not lines:
        reading.fault("lines_missing")
    return GoodsReceipt(
        company_id=context.company_id,
        number=number,
        warehouse=reading.party_id(reading.one(root, "cac:DeliveryCustomerParty")) or context.buyer.id,
        received_at=received_at or EPOCH,
        lines=tuple(lines),
        supplier=reading.party_id(reading.one(root, "cac:DespatchSupplierParty"), context.supplier),
    )


def _lines(reading: Reading, line: Node) -> list[GoodsReceiptLine]:
    """What was received in good condition, and what was not."""
    root, item = reading.root, reading.one(line, "cac:Item")
    of_order, of_line = order_line(reading, line)
    notice = reading.text(line, "cac:DespatchLineReference/cac:DocumentReference/cbc:ID")
    notice = notice or reading.text(root, "cac:DespatchDocumentReference/cbc:ID")
    ids = reading.items(item, line, theirs=False, gtin=False)
    lot, expires_on, serials = instances(reading, item)
    number, sscc = reading.needed(line, "cbc:ID"), pack(reading, line)
    return [
        GoodsReceiptLine(
            line=number, order_number=of_order, order_line=of_line, item=ids.item, quantity=much, condition=condition,
            ship_notice=notice, lot=lot, expires_on=expires_on, pack=sscc, serials=serials,
        )
        for much, condition in _conditions(reading, line)
    ]  # fmt: skip


def _conditions(reading: Reading, line: Node) -> list[tuple[Quantity, ReceiptCondition]]:
    received = reading.quantity(reading.one(line, "cbc:ReceivedQuantity"))
    rejected = reading.quantity(reading.one(line, "cbc:RejectedQuantity"))
    if received is None and rejected is None:
        reading.fault("element_missing", line, "ReceiptLine has neither ReceivedQuantity nor RejectedQuantity")
    if rejected is None or not rejected.amount:
        return [(received or Quantity(ZERO), "good")]
    said = reading.text(line, "cbc:RejectReasonCode")
    if said and said not in _BAD:
        reading.fault("code_unknown", line, f"RejectReasonCode {said[:20]!r} is read as {_BAD[0]}", "warning")
    condition = cast("ReceiptCondition", said if said in _BAD else _BAD[0])
    found = [(rejected, condition)]
    if received is not None and received.unit != rejected.unit:
        reading.fault("document_inconsistent", line, f"received in {received.unit}, rejected in {rejected.unit}")
    elif received is not None and received.amount < rejected.amount:
        reading.fault("document_inconsistent", line, "more is rejected than was received")
    elif received is not None and received.amount > rejected.amount:
        found.insert(0, (received - rejected, "good"))
    return found


def write(receipt: GoodsReceipt, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the receipt. Raises `CannotWrite` for what UBL has no place for."""
    if not receipt.lines:
        raise CannotWrite("a receipt needs a line")
    supplier = writing.context.supplier
    if receipt.supplier and receipt.supplier != supplier.id:
        supplier = PartyRef(receipt.supplier)
    orders = {line.order_number for line in receipt.lines}
    delivery = aggregate("Delivery", moment("ActualDeliveryDate", "ActualDeliveryTime", receipt.received_at))
    return [
        *writing.heading("ReceiptAdvice", receipt.number, receipt.received_at.date()),
        aggregate("OrderReference", leaf("ID", next(iter(orders)))) if len(orders) == 1 else None,
        writing.role(
            "DeliveryCustomerParty", _warehouse(receipt.warehouse, writing), "buyer" if writing.peppol else ""
        ),
        writing.role("DespatchSupplierParty", supplier, "supplier"),
        aggregate("Shipment", leaf("ID", receipt.number), delivery),
        [_receipt_line(line, writing, alone=len(orders) == 1) for line in receipt.lines],
    ]


def _warehouse(warehouse: str, writing: Writing) -> PartyRef:
    """The place that took the goods in; on the Peppol network it has the buyer's name."""
    return PartyRef(warehouse, name=writing.context.buyer.name if writing.peppol else "")


def _receipt_line(line: GoodsReceiptLine, writing: Writing, *, alone: bool) -> Maybe:
    if line.owner != "own":
        raise CannotWrite(f"UBL has no place for the owner of goods ({line.owner})")
    if line.second is not None:
        raise CannotWrite("UBL has no place for the weight beside a quantity that was received")
    bad = line.condition != "good"
    order = None if alone else aggregate("OrderReference", leaf("ID", line.order_number))
    notice = aggregate("DocumentReference", leaf("ID", line.ship_notice))
    return aggregate(
        "ReceiptLine",
        leaf("ID", line.line),
        quantity("ReceivedQuantity", line.quantity),
        quantity("RejectedQuantity", line.quantity) if bad else None,
        leaf("RejectReasonCode", line.condition) if bad else None,
        aggregate("OrderLineReference", leaf("LineID", line.order_line), order) if line.order_line else None,
        aggregate("DespatchLineReference", leaf("LineID", line.order_line or line.line), notice) if notice else None,
        writing.item(line.item, instances=built(line.lot, line.expires_on, line.serials)),
        in_pack(line.pack),
    )
