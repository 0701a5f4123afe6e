"""OrderResponse <-> `PurchaseOrderAcknowledgement`; OrderResponseSimple is read.

ID number, IssueDate, OrderResponseCode what is said of all lines (AP, CA accepted as the lines say, RE rejected),
DocumentCurrencyCode, OrderReference the order and its date, SellerSupplierParty, BuyerCustomerParty. Per answer an
OrderLine: OrderLineReference/LineID the order line (else LineItem/ID), LineStatusCode (5 accepted, 3 changed, 7
rejected), Quantity what is confirmed, MaximumBackorderQuantity what comes later, PromisedDeliveryPeriod when, Price,
SellerSubstitutedLineItem what comes instead. A line that says nothing is answered as all of them; an answer without
Quantity is to all of its line. UBL has no place for a revision of the order.
"""

from __future__ import annotations

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import LINE_ANSWERS, OF_ALL
from crossdock.edi.ubl.reading import Ids, Node, Reading
from crossdock.edi.ubl.writing import Writing, day, period, quantity
from crossdock.model.purchase_order import AnswerKind, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import EACH, Quantity

_PROMISED = ("cac:PromisedDeliveryPeriod/cbc:EndDate", "cac:PromisedDeliveryPeriod/cbc:StartDate")
_STATUS: dict[AnswerKind, str] = {
    "accepted": "5", "changed": "3", "backordered": "3", "substituted": "3", "rejected": "7",
}  # fmt: skip
_IDS = ("cac:BuyersItemIdentification", "cac:SellersItemIdentification", "cac:StandardItemIdentification")


def read(reading: Reading) -> PurchaseOrderAcknowledgement:
    """The answer; with faults where it lacks something."""
    root, context = reading.root, reading.context
    number = reading.heading()
    currency = reading.document_currency()
    of_all = _of_all(reading)
    order = reading.text(root, "cac:OrderReference/cbc:ID")
    if not order:
        reading.fault("order_reference_missing")
    lines = reading.all(root, "cac:OrderLine")
    answers = [answer for line in lines for answer in _answers(reading, line, of_all)]
    if not lines and of_all == "rejected":
        answers = [LineAnswer("", "rejected")]
    supplier = reading.party(reading.one(root, "cac:SellerSupplierParty"), context.supplier)
    return PurchaseOrderAcknowledgement(
        company_id=context.company_id,
        order_number=order,
        supplier=supplier or context.supplier,
        acknowledged_on=reading.issued(),
        answers=tuple(answers),
        number=number,
        buyer=reading.party(reading.one(root, "cac:BuyerCustomerParty"), context.buyer),
        order_date=reading.date(root, "cac:OrderReference/cbc:IssueDate"),
        currency=currency,
    )


def _of_all(reading: Reading) -> AnswerKind:
    """What is said of all lines; of a simple response the one thing it says."""
    simple = reading.one(reading.root, "cbc:AcceptedIndicator")
    if simple is not None:
        said = reading.take(simple)
        if said not in ("true", "1", "false", "0"):
            reading.fault("code_unknown", simple, f"AcceptedIndicator is {said[:20]!r}, neither true nor false")
        return "accepted" if said in ("true", "1") else "rejected"
    node = reading.one(reading.root, "cbc:OrderResponseCode")
    code = reading.take(node)
    if code == "AB":
        reading.fault("purpose_unsupported", node, "AB says that the order was received, and answers nothing")
    elif code not in OF_ALL:
        reading.fault("code_unknown", node, f"{code[:20]!r} is no answer we know")
    return OF_ALL.get(code, "accepted")


def _answers(reading: Reading, line: Node, of_all: AnswerKind) -> list[LineAnswer]:
    """What is said of one line: a part may be confirmed, and a part come later."""
    about = reading.one(line, "cac:LineItem")
    if about is None:
        reading.fault("segment_missing", line, "OrderLine has no LineItem")
        return []
    status = reading.one(about, "cbc:LineStatusCode")
    code = reading.take(status)
    if code and code not in LINE_ANSWERS:
        reading.fault("code_unknown", status, f"{code[:20]!r} is no answer to a line we know")
    kind = LINE_ANSWERS.get(code, of_all)
    instead = reading.one(line, "cac:SellerSubstitutedLineItem")
    if instead is not None and kind != "rejected":
        kind = "substituted"
    ids = _named(reading, reading.one(about if instead is None else instead, "cac:Item"), line)
    confirmed = reading.quantity(reading.one(about, "cbc:Quantity"))
    later = reading.quantity(reading.one(about, "cbc:MaximumBackorderQuantity"))
    told: list[tuple[AnswerKind, Quantity | None]] = []
    if confirmed is not None or later is None:
        told.append((kind, confirmed))
    if later is not None:
        told.append(("backordered", later))
    order_line = reading.text(line, "cac:OrderLineReference/cbc:LineID") or reading.text(about, "cbc:ID")
    if not order_line:
        reading.fault("line_reference_missing", line, severity="error")
    told_in = confirmed or later
    price = reading.price(reading.one(about, "cac:Price"), told_in.unit if told_in else EACH)
    due_on = reading.date(reading.one(about, "cac:Delivery"), *_PROMISED)
    theirs = ids.theirs if reading.context.role == "buyer" else ""
    return [LineAnswer(order_line, what, much, price, due_on, ids.item, theirs) for what, much in told]


def _named(reading: Reading, item: Node | None, line: Node) -> Ids:
    """The item of an answer, which need not name one."""
    if not any(reading.one(item, each) is not None for each in _IDS):
        return Ids()
    return reading.items(item, line, theirs=reading.context.role == "buyer", gtin=False, must=False)


def write(answer: PurchaseOrderAcknowledgement, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the answer."""
    writing.currency = answer.currency
    kinds = {each.kind for each in answer.answers}
    code = "AP" if kinds <= {"accepted"} else "RE" if kinds == {"rejected"} else "CA"
    if not answer.order_number:
        raise CannotWrite("an answer names the order it is to")
    whole = answer.of_whole_order
    if whole not in (None, "accepted", "rejected"):
        raise CannotWrite(f"a whole order is answered by yes or no, not {whole}")
    return [
        *writing.heading("OrderResponse", answer.number, answer.acknowledged_on),
        leaf("OrderResponseCode", code),
        leaf("DocumentCurrencyCode", answer.currency),
        aggregate("OrderReference", leaf("ID", answer.order_number), day("IssueDate", answer.order_date)),
        writing.role("SellerSupplierParty", answer.supplier, "supplier"),
        writing.role("BuyerCustomerParty", answer.buyer or writing.context.buyer, "buyer"),
        [_order_line(each, number, writing) for number, each in enumerate(() if whole else answer.answers, 1)],
    ]


def _order_line(answer: LineAnswer, number: int, writing: Writing) -> Maybe:
    named = writing.item(answer.item, answer.supplier_item, line=answer.line)
    instead = answer.kind == "substituted"
    later = answer.kind == "backordered"
    if later and answer.quantity is None:
        raise CannotWrite("what comes later is told by its quantity alone, and the answer says none")
    return aggregate(
        "OrderLine",
        aggregate(
            "LineItem",
            leaf("ID", str(number)),
            leaf("LineStatusCode", _STATUS[answer.kind]),
            quantity("MaximumBackorderQuantity" if later else "Quantity", answer.quantity) if answer.quantity else None,
            aggregate("Delivery", period("PromisedDeliveryPeriod", answer.due_on)),
            writing.price(answer.price, answer.quantity.unit if answer.quantity else EACH),
            writing.item("", line=answer.line) if instead else named,
        ),
        aggregate("SellerSubstitutedLineItem", leaf("ID", str(number)), named) if instead else None,
        aggregate("OrderLineReference", leaf("LineID", answer.line)),
    )
