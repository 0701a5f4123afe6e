"""What follows from a purchase order's buckets, whichever document filled them.

Every handler ends here. States, the three-way match, expected supply, what is owed and what is wrong are functions of
the data; only differences to what was told before become effects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from crossdock.events.purchase_order import InvoicedLine, InvoiceLinesMatched, LineMatch
from crossdock.model.quantity import ZERO, Money
from crossdock.model.stock import SupplyLine
from crossdock.processes._kit import (
    Effect,
    Emit,
    ExpectSupply,
    Met,
    OpenExceptionCase,
    Owed,
    expectations,
    problems,
)
from crossdock.processes.purchase_order import v1_drop_ship as drop_ship
from crossdock.processes.purchase_order.v1_data import OrderCase, PurchaseLine, PurchaseOrderData, Waiting
from crossdock.processes.purchase_order.v1_lines import (
    belief,
    coming,
    counted,
    latest_date,
    payable,
    promised_on,
    state_of,
)
from crossdock.rules.match import match_line, unknown_line
from crossdock.rules.receiving import findings
from crossdock.rules.tolerance import upper_limit


def settle(case: OrderCase, because: str) -> Iterator[Effect]:
    """Move the lines to where their buckets say, and tell the world what changed."""
    if not case.data.invalid:
        _move(case)
        yield from _match(case)
        _move(case)
        yield from _supply(case)
        yield from drop_ship.tell_sales_order(case)
    yield from expectations(case.data, _owed(case))
    yield from problems(case.data, _wrong(case), because)


def _move(case: OrderCase) -> None:
    for line_id, line in case.data.lines.items():
        if line.state not in case.table.final:
            case.move(line_id, line, state_of(line, case.data.closed))


# Three-way match


def _match(case: OrderCase) -> Iterator[Effect]:
    """Judge waiting invoices in the order they came. An invoice is answered once all its lines can be judged, or when
    patience is over; lines that match later, because goods came after all, are answered again. Goods that an earlier
    invoice waits to be paid for are not given to a later one."""
    left = {line_id: max(payable(line, case.data.terms), ZERO) for line_id, line in case.data.lines.items()}
    for waiting in case.data.waiting:
        matches = _judge(case.data, waiting, left)
        matched = {match.invoice_line for match in matches if match.verdict == "matched"}
        ready = waiting.patience_over or all(_final(case.data, match) for match in matches)
        if waiting.answered:
            matches = [match for match in matches if match.invoice_line in matched]
        elif not ready:
            continue
        if matches:
            yield Emit(InvoiceLinesMatched(case.key, tuple(matches)), waiting.subject)
        if waiting.deadline:
            yield Met(patience(waiting.subject))
        waiting.answered, waiting.deadline = True, False
        for line in waiting.lines:
            if line.invoice_line in matched:
                case.data.lines[line.line].approved += line.quantity.amount
        waiting.lines = [line for line in waiting.lines if line.invoice_line not in matched]
    case.data.waiting = [waiting for waiting in case.data.waiting if waiting.lines]


def _judge(data: PurchaseOrderData, waiting: Waiting, left: dict[str, Decimal]) -> list[LineMatch]:
    matches = []
    for invoiced in waiting.lines:
        line = data.lines.get(invoiced.line)
        if line is None:
            matches.append(unknown_line(invoiced))
            continue
        match = match_line(data.terms, line.price, left[invoiced.line], line.paid_in, invoiced)
        if match.verdict == "matched":
            left[invoiced.line] -= invoiced.quantity.amount
        matches.append(match)
    return matches


def _final(data: PurchaseOrderData, match: LineMatch) -> bool:
    """Can more goods not change this verdict?"""
    if match.verdict != "quantity_mismatch":
        return True
    return counted(data.lines[match.order_line], data.closed).complete


def pay_as_charged(case: OrderCase, subject: str, invoice_lines: Collection[str]) -> Iterator[Effect]:
    """A person approved lines of an invoice as they were charged: they wait no longer and are paid for."""
    data = case.data
    for waiting in data.waiting:
        if waiting.subject != subject:
            continue
        for charged in waiting.lines:
            line = data.lines.get(charged.line)
            if line is not None and charged.invoice_line in invoice_lines:
                known = charged.quantity.unit == line.paid_in
                line.approved += charged.quantity.amount if known else max(payable(line, data.terms), ZERO)
        waiting.lines = [line for line in waiting.lines if line.invoice_line not in invoice_lines]
        if waiting.deadline and not waiting.lines:
            yield Met(patience(subject))
    data.waiting = [waiting for waiting in data.waiting if waiting.lines]


def patience(subject: str) -> str:
    """The name of the deadline until which an invoice waits for its goods."""
    return f"match {subject}"


def count_invoice(lines: Iterable[InvoicedLine], data: PurchaseOrderData) -> None:
    """Count what an invoice charges in the lines it names."""
    for invoiced in lines:
        line = data.lines.get(invoiced.line)
        if line and (not line.is_catch_weight or invoiced.quantity.unit == line.paid_in):
            line.invoiced += invoiced.quantity.amount


# Expected supply


def _supply(case: OrderCase) -> Iterator[Effect]:
    """Tell the ledger what is believed of each line, where that changed. A drop-ship never comes here."""
    if case.data.placed().drop_ship is not None:
        return
    changed = []
    location = case.data.placed().ship_to.id
    for line_id, line in case.data.lines.items():
        for part, told in belief(line, case.data.closed, case.data.terms).items():
            if line.believed.get(part) != told:
                line.believed[part] = told
                changed.append(
                    SupplyLine(
                        source=case.id,
                        line=line_id + part,
                        item=line.item,
                        location=location,
                        quantity=told.quantity,
                        expected_on=told.expected_on,
                        confidence=told.confidence,
                        most=told.most,
                    )
                )
    if changed:
        yield ExpectSupply(tuple(changed))


# What is owed


def _owed(case: OrderCase) -> dict[str, Owed]:
    """The documents that should come, each with what waits for it."""
    data, terms = case.data, case.data.terms
    owed = {}
    if delivered := [document for document, there in data.unacknowledged.items() if there]:
        owed["functional_acknowledgement"] = _owed_by(
            case, terms.functional_ack_hours, "; ".join(delivered), data.lines
        )
    if lines := [key for key, line in data.lines.items() if line.sent and not line.given_up and _owes_answer(line)]:
        about = "; ".join(sorted({data.lines[key].document for key in lines}))
        owed["acknowledgement"] = _owed_by(case, terms.acknowledgement_hours, about, lines)
    if lines := [key for key, line in data.lines.items() if _owes_notice(line)]:
        on = min(promised_on(data.lines[key]) for key in lines)
        until_close = case.reads.close_of(data.placed().supplier.id, on) - case.at
        owed["ship_notice"] = _owed_by(case, terms.ship_notice_hours, on.isoformat(), lines, at_least=until_close)
    if lines := [key for key, line in data.lines.items() if line.invoiced < line.payable_agreed]:
        owed["invoice"] = _owed_by(case, terms.invoice_hours, "", lines)
    return owed


def _owes_answer(line: PurchaseLine) -> bool:
    """Goods on their way are an answer too."""
    return not line.disputed and line.unfinished and line.covered < line.agreed


def _owes_notice(line: PurchaseLine) -> bool:
    return bool(line.splits) and not line.disputed and line.covered < line.agreed


def doubt_the_rest(case: OrderCase) -> None:
    """The notice of goods is overdue: of what came in part, the rest is not believed in any longer."""
    for line in case.data.lines.values():
        if line.covered and _owes_notice(line) and promised_on(line) < case.on():
            line.doubted = True


def _owed_by(
    case: OrderCase, hours: int, about: str, lines: Iterable[str], at_least: dt.timedelta = dt.timedelta()
) -> Owed:
    worth = [case.data.lines[key].value(case.data.lines[key].agreed).amount for key in lines]
    order = case.data.placed()
    within = max(case.reads.within(order.supplier.id, case.at, hours), at_least)
    return Owed(within, about, order.supplier.id, Money(sum(worth, ZERO), order.currency))


# What is wrong


def _wrong(case: OrderCase) -> Iterator[OpenExceptionCase]:
    """The problems a person should know of, as things stand now."""
    data = case.data
    worth = Money(sum((line.value(line.ordered).amount for line in data.lines.values()), ZERO), data.placed().currency)
    if data.invalid:
        yield OpenExceptionCase("purchase_order_invalid", "; ".join(data.invalid), money_at_risk=worth, owner="buyer")
    for document in data.rejected_documents:
        detail = f"{document} was refused by the supplier's system"
        yield OpenExceptionCase("functional_acknowledgement_rejected", detail, key=document, money_at_risk=worth)
    for name in data.overdue:
        owner = "accounts_payable" if name == "invoice" else "buyer"
        detail = f"the {name.replace('_', ' ')} did not come in time ({data.expecting[name] or case.key})"
        yield OpenExceptionCase(f"{name}_overdue", detail, money_at_risk=worth, owner=owner)
    for name, detail in data.oddities.items():
        code, _, key = name.partition(" ")
        yield OpenExceptionCase(code, detail, key=key, owner="buyer")
    for line_id, line in data.lines.items():
        if line.state != "matched":
            yield from _wrong_with_answers(case, line_id, line)
        yield from _wrong_with_goods(case, line_id, line)


def _wrong_with_answers(case: OrderCase, line_id: str, line: PurchaseLine) -> Iterator[OpenExceptionCase]:
    where = f"line {line_id} ({line.item})"
    if line.disputed:
        detail = f"{where}: {line.disputed}"
        yield _of_line("acknowledgement_outside_tolerance", detail, line_id, line.value(line.ordered))
    if line.rejected and not line.given_up:
        yield _of_line("line_rejected", f"{line.rejected} of {line.item}", line_id, line.value(line.rejected))
    if line.refused_change:
        detail = f"{where}: {line.refused_change}"
        yield _of_line("change_after_shipment", detail, line_id, line.value(line.ordered))
    if later := coming(line, case.data.closed).later:
        on = latest_date(line, backordered=True)
        yield _of_line("line_backordered", f"{later} of {line.item} by {on}", line_id, line.value(later), on)


def _wrong_with_goods(case: OrderCase, line_id: str, line: PurchaseLine) -> Iterator[OpenExceptionCase]:
    data = case.data
    if line.announced > upper_limit(data.terms, line.agreed) and line.state != "matched":
        detail = f"{line.announced} of {line.item} announced, {line.agreed} agreed"
        yield _of_line("announcement_over", detail, line_id, line.value(line.announced - line.agreed))
    if not line.covered:
        return
    for finding, quantity in findings(data.terms, line.agreed, counted(line, data.closed), line.surplus):
        # A matched line is paid as it came; only what nobody ordered nor billed is still to be decided.
        if line.state == "matched" and (finding != "over" or line.invoiced >= line.payable_goods):
            continue
        code = "goods_damaged" if finding == "damaged" else f"receipt_{finding}"
        detail = f"{quantity} of {line.item}: {line.agreed} agreed, {line.received_good} good, {line.received_bad} bad"
        yield _of_line(code, detail, line_id, line.value(quantity))


def _of_line(
    code: str, detail: str, line_id: str, worth: Money, expected_on: dt.date | None = None
) -> OpenExceptionCase:
    return OpenExceptionCase(
        code, detail, key=line_id, lines=(line_id,), money_at_risk=worth, owner="buyer", expected_on=expected_on
    )
