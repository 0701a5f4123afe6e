"""OrderChange, OrderCancellation <-> `PurchaseOrderChange`.

OrderReference/ID the order, SequenceNumberID the revision, IssueDate when, Note why; BuyerCustomerParty,
SellerSupplierParty, RequestedDeliveryPeriod of all lines that have none; per line LineItem: ID, LineStatusCode (1
added, 2 cancelled, 3 changed), Quantity, Price, RequestedDeliveryPeriod, Item. What is absent is unchanged.

An OrderCancellation has no lines: it cancels the whole order, CancellationNote says why. A change that does so
(`whole_order`) is written as one.
"""

from __future__ import annotations

from typing import Literal, cast

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import LINE_CHANGES
from crossdock.edi.ubl.order import REQUESTED, repeated
from crossdock.edi.ubl.reading import Ids, Node, Reading
from crossdock.edi.ubl.writing import Writing, period, quantity, text
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrderChange, PurchaseOrderChangeLine

_CODES = {action: code for code, action in LINE_CHANGES.items()}
_WITHOUT_REASON = "cancelled"


def read(reading: Reading) -> PurchaseOrderChange:
    """The change; with faults where it lacks something."""
    root = reading.root
    reading.no_copy()
    currency = reading.document_currency()
    sequence = reading.one(root, "cbc:SequenceNumberID")
    revision = reading.take(sequence)
    if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        words = f"{revision[:20]!r} is no number of a revision; the change is read as of revision 0"
        reading.fault("number_invalid", sequence, words, "warning")
    lines = [_line(reading, line) for line in reading.all(root, "cac:OrderLine/cac:LineItem")]
    if not lines:
        reading.fault("lines_missing")
    repeated(reading, [line.line for line in lines])
    buyer, supplier = _parties(reading)
    return PurchaseOrderChange(
        company_id=reading.context.company_id,
        number=_order(reading),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        changed_on=reading.date(root, "cbc:IssueDate"),
        buyer=buyer,
        supplier=supplier,
        currency=currency,
        lines=tuple(lines),
        due_on=reading.date(reading.one(root, "cac:Delivery"), *REQUESTED),
        reason=" ".join(reading.text(root, "cbc:Note").split()),
    )


def _order(reading: Reading) -> str:
    number = reading.text(reading.root, "cac:OrderReference/cbc:ID")
    if not number:
        reading.fault("order_reference_missing")
    return number


def _parties(reading: Reading) -> tuple[PartyRef, PartyRef]:
    context, root = reading.context, reading.root
    buyer = reading.party(reading.one(root, "cac:BuyerCustomerParty"), context.buyer)
    supplier = reading.party(reading.one(root, "cac:SellerSupplierParty"), context.supplier)
    return buyer or context.buyer, supplier or context.supplier


def _line(reading: Reading, line: Node) -> PurchaseOrderChangeLine:
    status = reading.one(line, "cbc:LineStatusCode")
    code = reading.take(status)
    action = LINE_CHANGES.get(code, "")
    if not action:
        reading.fault(
            "code_unknown", line if status is None else status, f"{code[:20]!r} is no change of a line we know"
        )
    item = reading.one(line, "cac:Item")
    named = item is not None and any(True for _ in item.iter("{*}ID"))
    as_buyer = reading.context.role == "buyer"
    ids = reading.items(item, line, theirs=as_buyer, gtin=False) if named or action == "add" else Ids()
    changed = reading.quantity(reading.one(line, "cbc:Quantity"))
    return PurchaseOrderChangeLine(
        line=reading.needed(line, "cbc:ID"),
        action=cast('Literal["add", "change", "cancel"]', action or "change"),
        item=ids.item,
        quantity=changed,
        price=reading.price(reading.one(line, "cac:Price"), changed.unit if changed else "EA"),
        due_on=reading.date(reading.one(line, "cac:Delivery"), *REQUESTED),
        supplier_item=ids.theirs if as_buyer else "",
    )


def read_cancellation(reading: Reading) -> PurchaseOrderChange:
    """The cancellation of a whole order; with faults where it lacks something."""
    root = reading.root
    reading.no_copy()
    buyer, supplier = _parties(reading)
    if len(reading.all(root, "cac:OrderReference")) > 1:
        words = "the document cancels several orders; ask for one document each"
        reading.fault("purpose_unsupported", reading.all(root, "cac:OrderReference")[1], words)
    reason = " ".join(reading.text(root, "cbc:CancellationNote").split())
    return PurchaseOrderChange(
        company_id=reading.context.company_id,
        number=_order(reading),
        revision=0,
        changed_on=reading.issued(),
        buyer=buyer,
        supplier=supplier,
        currency=reading.currency,
        lines=(),
        whole_order=True,
        reason="" if reason == _WITHOUT_REASON else reason,
    )


def write(change: PurchaseOrderChange, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the change."""
    writing.currency = change.currency
    if change.changed_on is None:
        raise CannotWrite("a change of an order needs a date")
    if not change.lines:
        raise CannotWrite("a change of an order needs a line")
    return [
        *writing.heading("OrderChange", f"{change.number}-{change.revision}", change.changed_on),
        leaf("SequenceNumberID", str(change.revision)),
        leaf("Note", text(change.reason)),
        leaf("DocumentCurrencyCode", change.currency),
        aggregate("OrderReference", leaf("ID", change.number)),
        writing.role("BuyerCustomerParty", change.buyer, "buyer"),
        writing.role("SellerSupplierParty", change.supplier, "supplier"),
        aggregate("Delivery", period("RequestedDeliveryPeriod", change.due_on)),
        [aggregate("OrderLine", _line_item(line, writing)) for line in change.lines],
    ]


def _line_item(line: PurchaseOrderChangeLine, writing: Writing) -> Maybe:
    # What a price is for that no quantity stands beside: another unit than pieces is written out.
    unit = line.quantity.unit if line.quantity is not None else "EA"
    return aggregate(
        "LineItem",
        leaf("ID", line.line),
        leaf("LineStatusCode", _CODES[line.action]),
        quantity("Quantity", line.quantity),
        aggregate("Delivery", period("RequestedDeliveryPeriod", line.due_on)),
        writing.price(line.price, unit),
        writing.item(line.item, line.supplier_item, line=line.line),
    )


def write_cancellation(change: PurchaseOrderChange, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the cancellation of a whole order."""
    if change.changed_on is None:
        raise CannotWrite("the cancellation of an order needs a date")
    return [
        *writing.heading("OrderCancellation", f"{change.number}-cancelled", change.changed_on),
        leaf("CancellationNote", text(change.reason) or _WITHOUT_REASON),
        aggregate("OrderReference", leaf("ID", change.number)),
        writing.role("BuyerCustomerParty", change.buyer, "buyer"),
        writing.role("SellerSupplierParty", change.supplier, "supplier"),
    ]
