"""A purchase order, from the ERP's order to the matched invoice.

The ERP places an order. It is checked against master data and sent to the supplier, whose system acknowledges the
syntax and whose people answer line by line. What lies inside the agreed terms is taken over and told to the ERP; about
the rest a buyer is asked, and unless the buyer accepts it the ERP hears nothing of those lines. Ship notices announce
goods, warehouses receive them. A line is received when nothing more is to come, or closed short: when a receipt
finishes the last announced notice and nothing more is acknowledged, or when the notice of the rest is overdue. The
supplier's invoice waits for the goods and is matched with what was ordered and received. All the while the ledger knows
what is believed to come.

*Drop-ship*: the order of a sales order, whose goods go straight to its customer. No warehouse and no expected supply:
a ship notice counts as the receipt, for the goods are the customer's from then on, and becomes a shipment to it. The
sales order hears of every answer.

*Early*: what comes before the order waits for it (the kit keeps it). A ship notice before the answer counts, and is an
answer in itself; a receipt before its ship notice counts, and the notice then adds nothing; an invoice before the goods
waits for them, for as long as a receipt may take.
*Late*: what was overdue closes its exception when it comes. Goods after an unmatched invoice match it after all. An
answer to a revision we have changed since counts only where it fits the line as it stands now; a change older than ours
is ignored. A change to goods on their way is not made: a buyer is asked. A new date for the whole order is one of every
line of which something is still to come and that names none.
*Foreign*: an answer, ship notice or invoice of another firm than the order's supplier changes nothing: a person is
asked.
*Duplicate*: a document counts once: ship notices, receipts and invoices by number, answers by content. The same order
again changes nothing.
*Repeated*: a second answer adds to the first where it speaks of what was not answered yet, otherwise the newer (by
revision, then date) replaces the older. Further ship notices, receipts and invoices add up. A matched line is at its
end: later facts still fill its buckets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby

import msgspec

from crossdock.events.deliveries import DocumentDelivered
from crossdock.events.intake import DeadlinePassed, ExpectationMissed
from crossdock.events.purchase_order import (
    AcknowledgementAccepted,
    AnnouncedLine,
    FunctionalAcknowledgementReceived,
    InvoiceLinesApproved,
    InvoiceLinesMatched,
    PurchaseOrderAcknowledged,
    PurchaseOrderChanged,
    PurchaseOrderLinesAnnounced,
    PurchaseOrderLinesInvoiced,
    PurchaseOrderLinesReceived,
    PurchaseOrderPlaced,
    SurplusAccepted,
)
from crossdock.model.purchase_order import LineAnswer
from crossdock.processes._kit import Deadline, Effect, Emit, Lifecycle, StateTable, missed
from crossdock.processes.purchase_order import v1_drop_ship as drop_ship
from crossdock.processes.purchase_order.v1_data import Notice, OrderCase, PurchaseLine, PurchaseOrderData, Waiting
from crossdock.processes.purchase_order.v1_documents import (
    apply_change,
    ask_about_place,
    ask_about_stranger,
    check_and_send,
    note,
    send_change,
    tell_erp,
    tell_erp_of_accepted,
)
from crossdock.processes.purchase_order.v1_follow import (
    count_invoice,
    doubt_the_rest,
    patience,
    pay_as_charged,
    settle,
)
from crossdock.processes.purchase_order.v1_revise import (
    accept_answer,
    each_line_answered,
    each_line_dated,
    revised,
    take_answers,
)
from crossdock.rules.match import unknown_line

ANSWERED = ("acknowledged", "backordered", "disputed", "rejected", "cancelled")
GOODS = ("announced", "partly_received", "received", "closed_short")
TABLE = StateTable(
    {
        "": ("invalid", "placed"),
        "invalid": ("placed",),
        "placed": ("sent", *ANSWERED, *GOODS),
        "sent": ("placed", *ANSWERED, *GOODS),
        "acknowledged": ("placed", "backordered", "disputed", "rejected", "cancelled", *GOODS),
        "backordered": ("placed", "acknowledged", "disputed", "rejected", "cancelled", *GOODS),
        "disputed": ("placed", "acknowledged", "backordered", "rejected", "cancelled", *GOODS),
        "rejected": ("placed", "acknowledged", "backordered", "disputed", "cancelled", *GOODS),
        "cancelled": ("placed", "rejected", *GOODS),
        "announced": ("partly_received", "received", "closed_short"),
        "partly_received": ("announced", "received", "closed_short", "matched"),
        "received": ("announced", "partly_received", "closed_short", "matched"),
        "closed_short": ("announced", "partly_received", "received", "matched"),
    },
    final=("matched",),
)

CODES = {
    "purchase_order_invalid": "The order fails its check against master data or agreement; nothing was sent.",
    "functional_acknowledgement_rejected": "The supplier's system refused a document of ours.",
    "functional_acknowledgement_overdue": "The supplier's system did not confirm that it took our document.",
    "acknowledgement_overdue": "The supplier has not answered all lines.",
    "acknowledgement_outside_tolerance": "An answer lies outside the terms; a buyer accepts it, or changes the line.",
    "acknowledgement_unknown_line": "An answer names a line that the order does not have, or is another firm's.",
    "line_rejected": "The supplier will not deliver a line, or part of it.",
    "line_backordered": "Part of a line comes later than the rest.",
    "change_after_shipment": "The ERP changed a line whose goods are on their way; the change was not sent.",
    "ship_notice_overdue": "Promised goods were not announced in time.",
    "change_not_sent": "The supplier takes no change documents: a buyer must tell it.",
    "announcement_over": "A ship notice announces more than was agreed.",
    "announcement_unknown_line": "A ship notice names what the order does not have, or is another firm's.",
    "announcement_elsewhere": "A ship notice names another place than the goods are to go to.",
    "receipt_unknown_line": "A receipt names a line or item, or counts in a unit, that the order does not have.",
    "receipt_over": "More was received than agreed.",
    "receipt_short": "Less was received than agreed, and nothing more is to come.",
    "goods_damaged": "Goods came that cannot be sold, and were not replaced.",
    "invoice_overdue": "Goods were received and no invoice came.",
}
"""Exception codes of this process and what each means."""

# From the least to the most advanced: a header stands where its least advanced living line stands.
RANKS = ("invalid", "disputed", "placed", "sent", "backordered", "acknowledged", "announced")
RECEIVED = ("partly_received", "received", "closed_short", "matched")


def header(data: PurchaseOrderData) -> str:
    """The order's state: `invalid`, `disputed`, `placed` ... `received`, `matched`, or how its lines died."""
    states = {line.state for line in data.lines.values()}
    living = states - {"cancelled", "rejected"}
    if not states:
        return "invalid"
    if not living:
        return "rejected" if "rejected" in states else "cancelled"
    if living & {"invalid", "disputed"}:
        return "invalid" if "invalid" in living else "disputed"
    if living <= {"matched"}:
        return "matched"
    if living <= {"received", "closed_short", "matched"}:
        return "received"
    if living & set(RECEIVED):
        return "partly_received"
    return min(living, key=RANKS.index)


def finished(data: PurchaseOrderData) -> bool:
    """Nothing is owed, to come, to be paid or to be decided."""
    return not data.waiting and not data.expecting and all(_done(line) for line in data.lines.values())


def _done(line: PurchaseLine) -> bool:
    if line.state in ("received", "closed_short"):
        return line.approved >= line.payable_agreed
    return line.state in ("matched", "cancelled", "rejected")


LIFECYCLE = Lifecycle(
    "purchase_order",
    version="1",
    data=PurchaseOrderData,
    table=TABLE,
    starts=(PurchaseOrderPlaced,),
    header=header,
    finished=finished,
)


@LIFECYCLE.on(PurchaseOrderPlaced)
def place(case: OrderCase, event: PurchaseOrderPlaced) -> Iterator[Effect]:
    """The ERP placed the order, or a sales order did that is drop-shipped: check it and send it."""
    case.data.order, case.data.revision = event.order, event.order.revision
    yield from check_and_send(case)
    yield from settle(case, "the order is valid")


@LIFECYCLE.on(DocumentDelivered)
def record_delivery(case: OrderCase, event: DocumentDelivered) -> Iterator[Effect]:
    """The receiver has it: from now on the supplier owes acknowledgements."""
    document = f"{event.document} {event.number}"
    if document in case.data.unacknowledged:
        case.data.unacknowledged[document] = True
    for line in case.data.lines.values():
        line.sent = line.sent or line.document == document
    yield from settle(case, f"{document} was delivered")


@LIFECYCLE.on(FunctionalAcknowledgementReceived)
def record_functional_acknowledgement(case: OrderCase, event: FunctionalAcknowledgementReceived) -> Iterator[Effect]:
    """The supplier's system took or refused the syntax. It may be faster than the report of our own delivery."""
    data, answer = case.data, event.acknowledgement
    if not data.first_time(f"{answer.group_id} {answer.group_control_number} {answer.verdict}"):
        return
    document = f"{event.document} {event.number}".rstrip()
    if not event.number:
        same_kind = [one for one in data.unacknowledged if one.split()[0] == event.document]
        document = same_kind[0] if same_kind else document
    data.unacknowledged.pop(document, None)
    data.rejected_documents = [refused for refused in data.rejected_documents if refused != document]
    if "rejected" in {answer.verdict, *(each.verdict for each in answer.sets)}:
        data.rejected_documents = [*data.rejected_documents, document]
    yield from settle(case, "the supplier's system accepted it")


@LIFECYCLE.on(PurchaseOrderAcknowledged)
def record_acknowledgement(case: OrderCase, event: PurchaseOrderAcknowledged) -> Iterator[Effect]:
    """The supplier answered: take over what lies inside the terms, ask a buyer about the rest."""
    answer, taken = event.acknowledgement, list[LineAnswer]()
    if not case.data.from_supplier(answer.supplier.id):
        yield from ask_about_stranger(case, "acknowledgement_unknown_line", "acknowledgement", answer.supplier.id)
        return
    digest = hashlib.blake2b(msgspec.json.encode(answer), digest_size=8).hexdigest()
    if not case.data.first_time(f"acknowledgement {digest}"):
        return
    given = sorted(each_line_answered(answer, case.data.lines), key=lambda one: one.line)
    for line_id, answers in groupby(given, key=lambda one: one.line):
        line, said = case.data.lines.get(line_id), list(answers)
        if line is None:
            note(case, "acknowledgement_unknown_line", f"acknowledgement line {line_id}", f"{len(said)} answers")
        elif take_answers(line, case.data.terms, answer.revision, answer.acknowledged_on, said):
            taken += line.splits
    case.data.rejected_documents = []
    yield from tell_erp(case, answer, taken)
    yield from settle(case, "the supplier answered")


@LIFECYCLE.on(AcknowledgementAccepted)
def accept(case: OrderCase, event: AcknowledgementAccepted) -> Iterator[Effect]:
    """A buyer accepted answers outside the terms: they are agreed now, and the ERP hears of them."""
    lines = {line_id: case.data.lines.get(line_id) for line_id in event.lines or case.data.lines}
    taken = [split for line in lines.values() if line and accept_answer(line) for split in line.splits]
    yield from tell_erp_of_accepted(case, taken)
    yield from settle(case, "a buyer accepted it" + (f": {event.reason}" if event.reason else ""))


@LIFECYCLE.on(PurchaseOrderChanged)
def change(case: OrderCase, event: PurchaseOrderChanged) -> Iterator[Effect]:
    """The ERP made a new revision: send what is new in it, unless the goods are on their way already."""
    data, asked = case.data, event.change
    if asked.revision <= data.revision:
        return
    data.revision = asked.revision
    if data.invalid:
        data.order = revised(data.placed(), asked)
        yield from check_and_send(case)
    else:
        if asked.due_on:
            data.order = msgspec.structs.replace(data.placed(), due_on=asked.due_on)
        still_open = {line_id: line.item for line_id, line in data.lines.items() if line.agreed > line.covered}
        asked = each_line_dated(asked, still_open)
        new = [one for one in asked.lines if apply_change(case, one, f"{case.key}.{asked.revision}")]
        yield from send_change(case, asked, new, f"{case.key}.{asked.revision}")
    yield from settle(case, f"the ERP made revision {asked.revision}")


@LIFECYCLE.on(PurchaseOrderLinesAnnounced)
def record_announcement(case: OrderCase, event: PurchaseOrderLinesAnnounced) -> Iterator[Effect]:
    """Goods are on their way."""
    if not case.data.from_supplier(event.supplier):
        what = f"ship notice {event.ship_notice}"
        yield from ask_about_stranger(case, "announcement_unknown_line", what, event.supplier)
        return
    if not case.data.first_time(f"ship_notice {event.ship_notice}"):
        return
    taken: list[AnnouncedLine] = []
    for part in event.lines:
        line = case.data.find(part.line, part.item, part.quantity.unit)
        if line is None:
            where = f"ship notice {event.ship_notice} line {part.line}"
            note(
                case, "announcement_unknown_line", where, f"{part.quantity.amount} {part.quantity.unit} of {part.item}"
            )
            continue
        notice = line.notices.setdefault(event.ship_notice, Notice())
        notice.announced += part.quantity.amount
        notice.expected_on = event.expected_on
        line.announced += part.quantity.amount
        taken.append(part)
    yield from drop_ship.pass_on(case, event, taken)
    ask_about_place(case, event)
    yield from settle(case, f"ship notice {event.ship_notice}")


@LIFECYCLE.on(PurchaseOrderLinesReceived)
def record_receipt(case: OrderCase, event: PurchaseOrderLinesReceived) -> Iterator[Effect]:
    """A warehouse counted goods, or told that a ship notice is finished (then without lines)."""
    data, ours = case.data, case.data.from_supplier(event.supplier)
    data.closed = [*data.closed, *(notice for notice in event.closes if ours and notice not in data.closed)]
    if event.lines and data.first_time(f"goods_receipt {event.receipt}"):
        for part in event.lines:
            line, counted = data.find(part.line, part.item, part.good.unit), part.good + part.bad
            if line is None:
                where = f"receipt {event.receipt} line {part.line}"
                note(case, "receipt_unknown_line", where, f"{counted.amount} {counted.unit} of {part.item}")
                continue
            notice = part.ship_notice if ours else ""
            line.notices.setdefault(notice, Notice()).received += counted.amount
            line.received_good += part.good.amount
            line.received_bad += part.bad.amount
            if part.second is not None and part.second.unit == line.paid_in:
                line.weighed += part.second.amount
                line.weighed_good += part.good.amount
    yield from settle(case, f"receipt {event.receipt}")


@LIFECYCLE.on(SurplusAccepted)
def accept_surplus(case: OrderCase, event: SurplusAccepted) -> Iterator[Effect]:
    """A buyer took in more than was agreed: it may be paid for, and nobody is asked about it any longer."""
    for line_id, item, quantity in event.lines:
        if line := case.data.find(line_id, item, quantity.unit):
            line.surplus += quantity.amount
    yield from settle(case, f"a buyer took in the surplus of receipt {event.receipt}: {event.reason}")


@LIFECYCLE.on(PurchaseOrderLinesInvoiced)
def record_invoice(case: OrderCase, event: PurchaseOrderLinesInvoiced) -> Iterator[Effect]:
    """The supplier asks for money: match at once, or wait for the goods as long as a receipt may take."""
    data, subject = case.data, event.invoice_subject
    if not data.first_time(subject):
        return
    if not data.from_supplier(event.supplier):
        yield Emit(InvoiceLinesMatched(case.key, tuple(map(unknown_line, event.lines))), subject)
        return
    count_invoice(event.lines, data)
    waiting = Waiting(subject, list(event.lines))
    data.waiting = [*data.waiting, waiting]
    yield from settle(case, f"invoice {event.invoice}")
    if not waiting.answered:
        waiting.deadline = True
        yield Deadline(patience(subject), case.reads.within(case.company_id, case.at, data.terms.receipt_hours))


@LIFECYCLE.on(InvoiceLinesApproved)
def record_approval(case: OrderCase, event: InvoiceLinesApproved) -> Iterator[Effect]:
    """Accounts payable pays an invoice as it is: what it charges of this order is paid for."""
    yield from pay_as_charged(case, event.invoice_subject, event.lines)
    yield from settle(case, "accounts payable approved the invoice")


@LIFECYCLE.on(DeadlinePassed)
def act_on_deadline(case: OrderCase, event: DeadlinePassed) -> Iterator[Effect]:
    """Patience with an invoice is over, or it is time to check an invalid order again."""
    data, name = case.data, event.name
    if name == "check_again" and data.invalid:
        data.checks += 1
        yield from check_and_send(case)
    for waiting in data.waiting:
        waiting.patience_over = waiting.patience_over or name == patience(waiting.subject)
    yield from settle(case, "the order is valid")


@LIFECYCLE.on(ExpectationMissed)
def record_missing_document(case: OrderCase, event: ExpectationMissed) -> Iterator[Effect]:
    """A document did not come in time: somebody must ask for it. It may still come."""
    missed(case.data, event.name)
    if event.name == "ship_notice" and "ship_notice" in case.data.overdue:
        doubt_the_rest(case)
    yield from settle(case, "")
