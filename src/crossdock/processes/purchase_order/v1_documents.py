"""What a purchase order sends to its supplier and tells the ERP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from crossdock.events.purchase_order import PurchaseOrderLinesAnnounced
from crossdock.model.purchase_order import (
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from crossdock.processes._kit import Deadline, Effect, Send, tell
from crossdock.processes.purchase_order import v1_drop_ship as drop_ship
from crossdock.processes.purchase_order.v1_data import OrderCase, PurchaseLine
from crossdock.processes.purchase_order.v1_follow import settle
from crossdock.processes.purchase_order.v1_revise import change_line, new_line, ordered_line, restate
from crossdock.rules import purchase_check

CHECK_AGAIN = dt.timedelta(hours=1)
CHECKS_MAX = 24


def check_and_send(case: OrderCase) -> Iterator[Effect]:
    """Send the order, or keep it back and check again later: master data may come after the order."""
    data, order = case.data, case.data.placed()
    terms = case.reads.supplier_terms(case.company_id, order.supplier.id)
    items = {line.item: case.reads.item(case.company_id, line.item) for line in order.lines}
    data.invalid = list(purchase_check.faults(order, items))
    if terms is None or not case.reads.sends(order.supplier.id, "purchase_order", case.company_id):
        data.invalid = [f"no agreement with supplier {order.supplier.id or order.supplier.their_id}", *data.invalid]
    if order.drop_ship is None and not _is_warehouse(case, order.ship_to.id):
        data.invalid = [*data.invalid, f"unknown ship-to {order.ship_to.id or order.ship_to.their_id}"]
    data.terms = terms or data.terms
    soonest, document = _lead_time(case, order), f"purchase_order {order.number}"
    lines = {line.line: new_line(order, line, soonest, document) for line in order.lines}
    data.lines = {line_id: restate(data.lines.get(line_id, line), line) for line_id, line in lines.items()}
    for line_id, line in data.lines.items():
        case.move(line_id, line, "invalid" if data.invalid else "placed")
    if not data.invalid:
        yield from _send(case, "purchase_order", order, order.number)
        yield from drop_ship.begin(case, order)
        data.order = msgspec.structs.replace(order, lines=())
    elif data.checks < CHECKS_MAX:
        yield Deadline("check_again", CHECK_AGAIN)


def _is_warehouse(case: OrderCase, place: str) -> bool:
    return bool(place and case.reads.system(case.company_id, "wms", place))


def _send(case: OrderCase, document: str, body: msgspec.Struct, number: str) -> Iterator[Effect]:
    """Send to the supplier; its system owes a functional acknowledgement from the moment of delivery."""
    case.data.unacknowledged[f"{document} {number}"] = False
    yield Send(document, body, to=case.data.placed().supplier.id, number=number, report=True)


def tell_erp(case: OrderCase, answer: PurchaseOrderAcknowledgement, taken: list[LineAnswer]) -> Iterator[Effect]:
    """Tell the ERP of answers that were taken over, in the unit in which it ordered."""
    if taken:
        case.data.told += 1
        answers = tuple(
            msgspec.structs.replace(each, stated=line.stated if (line := case.data.lines.get(each.line)) else None)
            for each in taken
        )
        body = msgspec.structs.replace(answer, answers=answers, order_number=case.key)
        number = f"{case.key}.{answer.revision}.{case.data.told}"
        yield from tell(case, "erp", "purchase_order_acknowledgement", body, number)


def tell_erp_of_accepted(case: OrderCase, taken: list[LineAnswer]) -> Iterator[Effect]:
    """Tell the ERP of answers that a buyer accepted: it hears of them now as if they had lain inside the terms."""
    order = case.data.placed()
    answer = PurchaseOrderAcknowledgement(
        *(case.company_id, case.key, order.supplier, case.on(), ()),
        revision=case.data.revision,
        currency=order.currency,
    )
    yield from tell_erp(case, answer, taken)


def apply_change(case: OrderCase, asked: PurchaseOrderChangeLine, number: str) -> bool:
    """Change, add or cancel one line; is it news for the supplier?"""
    data, document = case.data, f"purchase_order_change {number}"
    line = data.lines.get(asked.line)
    wanted = ordered_line(asked, line.as_ordered(asked.line) if line else None)
    if asked.action != "cancel" and (faults := list(_faults_of_change(case, line, wanted))):
        note(case, "purchase_order_invalid", f"change {number} line {asked.line}", "; ".join(faults))
        return False
    if line:
        return change_line(line, asked, document, data.revision)
    if asked.action == "cancel" or wanted is None:
        return False
    order = msgspec.structs.replace(data.placed(), revision=data.revision)
    data.lines[asked.line] = new_line(order, wanted, _lead_time(case, order), document)
    return True


def _faults_of_change(case: OrderCase, line: PurchaseLine | None, wanted: PurchaseOrderLine | None) -> Iterator[str]:
    """Why a line cannot be ordered as a change wants it."""
    if wanted is None:
        yield "no quantity or no price"
        return
    item = case.reads.item(case.company_id, wanted.item)
    yield from purchase_check.faults_of_line(wanted, item, case.data.placed().currency)
    if line and wanted.quantity.unit != line.unit:
        yield f"quantity in {wanted.quantity.unit}, ordered in {line.unit}"


def send_change(
    case: OrderCase, change: PurchaseOrderChange, lines: list[PurchaseOrderChangeLine], number: str
) -> Iterator[Effect]:
    """Send the supplier those lines of a change that are news to it."""
    if not lines:
        return
    if case.reads.sends(case.data.placed().supplier.id, "purchase_order_change", case.company_id):
        dated = msgspec.structs.replace(change, lines=tuple(lines), changed_on=change.changed_on or case.on())
        yield from _send(case, "purchase_order_change", dated, number)
    else:
        words = f"the supplier takes no changes; tell it of lines {', '.join(line.line for line in lines)}"
        note(case, "change_not_sent", f"change {number}", words)


def ask_about_stranger(case: OrderCase, code: str, what: str, sender: str | None) -> Iterator[Effect]:
    """A document about this order came from another firm than its supplier: it changes nothing."""
    supplier = case.data.placed().supplier.id
    note(case, code, f"{what} of {sender or 'unknown'}", f"the order was placed with {supplier}")
    yield from settle(case, "")


def ask_about_place(case: OrderCase, event: PurchaseOrderLinesAnnounced) -> None:
    """Goods are on their way to another place than they were ordered to: to no warehouse of ours, or to one although
    their customer waits for them."""
    where, ship_to = f"ship notice {event.ship_notice}", case.data.placed().ship_to
    if case.data.placed().drop_ship is None and event.elsewhere is not None:
        note(
            case,
            "announcement_elsewhere",
            where,
            f"it sends to {event.elsewhere.ship_to}, which is no warehouse of ours",
        )
    elif case.data.placed().drop_ship is not None and event.elsewhere is None:
        words = f"it sends to a warehouse of ours what {ship_to.id or ship_to.their_id} waits for"
        note(case, "announcement_elsewhere", where, words)


def note(case: OrderCase, code: str, where: str, what: str) -> None:
    """Remember what no line could take."""
    case.data.oddities[f"{code} {where}"] = f"{where}: {what}"


def _lead_time(case: OrderCase, order: PurchaseOrder) -> dt.date:
    """When what is ordered comes if nothing else is said."""
    return case.reads.working_day(order.supplier.id, order.ordered_on, case.data.terms.lead_days)
