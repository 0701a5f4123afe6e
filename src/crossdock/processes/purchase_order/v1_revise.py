"""What answers and changes do to a purchase order line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from crossdock.model.masterdata import SupplierTerms
from crossdock.model.purchase_order import (
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
    Schedule,
)
from crossdock.model.quantity import ZERO, Quantity
from crossdock.processes.purchase_order.v1_data import PurchaseLine
from crossdock.rules import tolerance


def new_line(order: PurchaseOrder, line: PurchaseOrderLine, lead_time: dt.date, document: str) -> PurchaseLine:
    """A line as it was just ordered. Without a date it is due when the supplier's lead time is over."""
    due = [schedule.due_on for schedule in line.schedules if schedule.due_on]
    if order.due_on:
        due.append(order.due_on)
    return PurchaseLine(
        item=line.item,
        supplier_item=line.supplier_item,
        unit=line.quantity.unit,
        ordered_price=line.price,
        price=line.price,
        due_on=due[0] if due else lead_time,
        document=document,
        revision=order.revision,
        ordered=line.quantity.amount,
        stated=line.stated,
    )


def restate(line: PurchaseLine, ordered: PurchaseLine) -> PurchaseLine:
    """A line of an order that could not be sent so far, as it is ordered now; goods that came all the same stay."""
    for name in (
        "item",
        "supplier_item",
        "unit",
        "ordered_price",
        "price",
        "due_on",
        "document",
        "revision",
        "ordered",
        "stated",
    ):
        setattr(line, name, getattr(ordered, name))
    return line


def take_answers(
    line: PurchaseLine, terms: SupplierTerms, revision: int, on: dt.date, answers: Iterable[LineAnswer]
) -> bool:
    """Take over the answers to one line (True), or dispute them. Answers older than what counts change nothing.

    Answers for what was not answered yet are added to the earlier ones; others replace them. An answer to an older
    revision crossed with our change: it counts only where it fits the line as it stands now.
    """
    answers = _with_quantities(list(answers), Quantity(line.ordered, line.unit))
    if line.answered and (revision, on) < line.answered:
        return False
    quantity = sum((answer.answered.amount for answer in answers), ZERO)
    if line.splits and not line.disputed and line.unfinished and quantity <= line.ordered - line.answered_quantity:
        answers = [*line.splits, *answers]
    reasons = tolerance.deviations(terms, line.wanted(), answers)
    if revision < line.revision and (reasons or _promised(answers) != line.ordered):
        return False
    line.answered, line.splits, line.disputed = (revision, on), answers, "; ".join(reasons)
    line.doubted = False
    _fill_buckets(line)
    return not reasons


def accept_answer(line: PurchaseLine) -> bool:
    """A buyer agreed to what the supplier answered, where that can be: from now on it is what is wanted."""
    if line.objections():
        return False
    prices = [split.price for split in line.splits if split.price and split.kind != "rejected"]
    dates = [split.due_on for split in line.splits if split.due_on and split.kind not in ("rejected", "backordered")]
    line.accepted = tolerance.Wanted(
        line.item,
        Quantity(line.ordered if line.unfinished else line.answered_quantity, line.unit),
        prices[-1] if prices else line.ordered_price,
        max([line.due_on, *dates]),
    )
    line.disputed = ""
    _fill_buckets(line)
    return True


def each_line_answered(
    answer: PurchaseOrderAcknowledgement, lines: Mapping[str, PurchaseLine]
) -> tuple[LineAnswer, ...]:
    """The answers by line: one to the order as a whole is the same to every line that is still wanted."""
    kind = answer.of_whole_order
    if kind is None:
        return answer.answers
    return tuple(LineAnswer(line_id, kind) for line_id, line in lines.items() if not line.given_up)


def _with_quantities(answers: list[LineAnswer], ordered: Quantity) -> list[LineAnswer]:
    """An answer that says no quantity is to all of the line that the others do not speak of; two such contradict each
    other, and together exceed it."""
    spoken_of = sum((each.quantity.amount for each in answers if each.quantity), ZERO)
    rest = Quantity(max(ZERO, ordered.amount - spoken_of), ordered.unit)
    return [each if each.quantity else msgspec.structs.replace(each, quantity=rest) for each in answers]


def _promised(answers: Iterable[LineAnswer]) -> Decimal:
    return sum((answer.answered.amount for answer in answers if answer.kind != "rejected"), ZERO)


def _fill_buckets(line: PurchaseLine) -> None:
    line.acknowledged = line.backordered = line.rejected = ZERO
    line.price = line.ordered_price
    if line.disputed:
        return
    for split in line.splits:
        match split.kind:
            case "rejected":
                line.rejected += split.answered.amount
            case "backordered":
                line.backordered += split.answered.amount
            case _:
                line.acknowledged += split.answered.amount
        line.price = split.price or line.price


def each_line_dated(change: PurchaseOrderChange, open_lines: Mapping[str, str]) -> PurchaseOrderChange:
    """A change with its date of all lines said line by line: of those that it changes or adds, and of what else is
    open (lines with their items)."""
    if change.due_on is None:
        return change
    lines = tuple(
        msgspec.structs.replace(line, due_on=line.due_on or change.due_on) if line.action != "cancel" else line
        for line in change.lines
    )
    named = {line.line for line in lines}
    dated = tuple(
        PurchaseOrderChangeLine(line, "change", item, due_on=change.due_on)
        for line, item in open_lines.items()
        if line not in named
    )
    return msgspec.structs.replace(change, lines=(*lines, *dated), due_on=None)


def revised(order: PurchaseOrder, change: PurchaseOrderChange) -> PurchaseOrder:
    """An order that was not sent yet, with a change worked into it."""
    lines = {line.line: line for line in order.lines}
    for new in each_line_dated(change, {line.line: line.item for line in order.lines}).lines:
        line = ordered_line(new, lines.pop(new.line, None))
        if new.action != "cancel" and line:
            lines[new.line] = line
    return msgspec.structs.replace(
        order,
        lines=tuple(lines[key] for key in sorted(lines)),
        revision=change.revision,
        due_on=change.due_on or order.due_on,
    )


def ordered_line(new: PurchaseOrderChangeLine, before: PurchaseOrderLine | None = None) -> PurchaseOrderLine | None:
    """A changed or added line as if it had been ordered so; None if quantity or price is nowhere said."""
    quantity = new.quantity or (before.quantity if before else None)
    price = new.price or (before.price if before else None)
    if quantity is None or price is None:
        return None
    due = (Schedule(quantity, new.due_on),) if new.due_on else before.schedules if before else ()
    supplier_item = new.supplier_item or (before.supplier_item if before else "")
    item = new.item or (before.item if before else "")
    stated = new.stated or (before.stated if before else None)
    return PurchaseOrderLine(new.line, item, quantity, price, supplier_item=supplier_item, schedules=due, stated=stated)


def change_line(line: PurchaseLine, new: PurchaseOrderChangeLine, document: str, revision: int) -> bool:
    """Apply one line of a change; is it news for the supplier? It is not where it says what is agreed anyway, nor
    where goods are on their way already: then it is refused, for a buyer to see."""
    cancel = new.action == "cancel"
    if line.given_up if cancel else _says_nothing_new(line, new):
        return False
    if line.covered:
        what = "cancelled" if cancel else "changed"
        line.refused_change = f"{what} by revision {revision}, but {line.covered} are on their way or here"
        return False
    _reopen(line)
    line.document, line.revision = document, revision
    if cancel:
        line.cancelled, line.given_up = line.ordered, True
        return True
    line.ordered = new.quantity.amount if new.quantity else line.ordered
    line.ordered_price = line.price = new.price or line.price
    line.due_on = new.due_on or line.due_on
    line.item, line.supplier_item = new.item or line.item, new.supplier_item or line.supplier_item
    return True


def _says_nothing_new(line: PurchaseLine, new: PurchaseOrderChangeLine) -> bool:
    # The date of a disputed answer is the supplier's wish: a change to it settles the dispute.
    agreed = set() if line.disputed else {split.due_on for split in line.splits}
    return (
        not line.given_up
        and (new.quantity is None or new.quantity.amount in (line.ordered, line.agreed))
        and (new.price is None or new.price in (line.ordered_price, line.price))
        and (new.due_on is None or new.due_on in agreed | {line.due_on})
        and new.item in ("", line.item)
    )


def _reopen(line: PurchaseLine) -> None:
    """Forget answers: the line was changed and must be answered anew."""
    line.answered, line.splits, line.disputed, line.accepted, line.refused_change = None, [], "", None, ""
    line.acknowledged = line.backordered = line.rejected = line.cancelled = ZERO
    line.sent = line.given_up = line.doubted = False
