"""A ship notice: goods on their way, which may belong to several purchase orders.

The supplier announces goods. The notice is checked as a whole, every order is told of its lines, the warehouse gets an
inbound advice and owes a receipt. Receipts fill the lines; the one that finishes the notice ends them, complete or
short, and orders of which it brought nothing are told that nothing more of this notice comes. Where goods go to no
warehouse of ours, their orders are told so: those of a drop-ship count as received, about any other a buyer is asked.

*Early*: a receipt before the notice waits for it (the kit keeps it). *Late*: goods that come after a notice was
finished still count, and the overdue receipt's exception closes. *Duplicate*: the same notice again changes nothing; a
receipt counts once, by its number. *Repeated*: further receipts add up. Lines that were received without having been
announced stand as `unannounced`: their orders judge them. A receipt that takes back what was counted too much lets the
goods stand as announced again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from crossdock.events.intake import ExpectationMissed
from crossdock.events.purchase_order import (
    AnnouncedLine,
    Elsewhere,
    PurchaseOrderLinesAnnounced,
    PurchaseOrderLinesReceived,
)
from crossdock.events.supplier_documents import ShipNoticeLinesReceived, ShipNoticeReceived
from crossdock.model.quantity import EACH, ZERO, Money, Price, Quantity
from crossdock.model.ship_notice import InboundAdvice, ShipNotice, ShipNoticeLine
from crossdock.processes._kit import (
    Case,
    Effect,
    Emit,
    Lifecycle,
    Line,
    Link,
    OpenExceptionCase,
    Owed,
    StandingData,
    StateTable,
    expectations,
    missed,
    problems,
    tell,
)

TABLE = StateTable(
    {
        "": ("announced", "unannounced"),
        "announced": ("partly_received", "received", "short"),
        "partly_received": ("announced", "received", "short"),
        "short": ("received",),
    },
    final=("received", "unannounced"),
)

CODES = {
    "ship_notice_unknown_order": "A line names no order: its goods cannot be checked against anything.",
    "ship_notice_unknown_item": "A line names an item that we do not know.",
    "ship_notice_unknown_unit": "A line counts in another unit than the item is kept in: it is not counted.",
    "ship_notice_unknown_location": "Goods of no order are sent to a place that has no warehouse system.",
    "receipt_overdue": "Announced goods were not received in time.",
}
"""Exception codes of this process and what each means."""


class NoticeLine(Line, omit_defaults=True, kw_only=True):
    """What was announced and received of one order line."""

    order_number: str
    order_line: str
    item: str
    unit: str = EACH
    price: Price | None = None
    """The item's purchase price when the notice came, to value what is missing."""
    announced: Decimal = ZERO
    received: Decimal = ZERO


class ShipNoticeData(StandingData, omit_defaults=True, kw_only=True):
    """A ship notice. `lines` by `order/line`; receipts in `seen` have counted."""

    supplier: str = ""
    warehouse: str = ""
    expected_on: dt.date | None = None
    receipt_hours: int = 0
    lines: dict[str, NoticeLine] = {}
    seen: list[str] = []
    finished: bool = False
    found: dict[str, str] = {}
    """Problems found when the notice came: `code key` -> detail."""


NoticeCase = Case[ShipNoticeData]


def header(data: ShipNoticeData) -> str:
    """`announced` until the first goods come, `received` when nothing more does."""
    states = {line.state for line in data.lines.values()} - {"unannounced"}
    if data.finished or states <= {"received", "short"}:
        return "received"
    return "announced" if states == {"announced"} else "partly_received"


LIFECYCLE = Lifecycle(
    "ship_notice",
    version="1",
    data=ShipNoticeData,
    table=TABLE,
    starts=(ShipNoticeReceived,),
    header=header,
    finished=lambda data: data.state == "received",
)


@LIFECYCLE.on(ShipNoticeReceived)
def announce(case: NoticeCase, event: ShipNoticeReceived) -> Iterator[Effect]:
    """Goods are on their way: tell every order, and the warehouse that will receive them."""
    notice = event.notice
    _take(case, notice)
    for order in sorted({line.order_number for line in notice.lines if line.order_number}):
        subject = f"purchase_order/{case.company_id}/{order}"
        yield Link(document=subject, role="ship_notice")
        if lines := _lines_of(case, order):
            body = PurchaseOrderLinesAnnounced(
                notice.number, lines, notice.expected_on, notice.supplier.id, _elsewhere(case, notice, order)
            )
            yield Emit(body, subject)
    if notice.tracking:
        yield Link(kind="tracking_number", issuer=notice.carrier, value=notice.tracking)
    yield from _advise(case, notice)
    yield from _settle(case, "")


def _is_ours(case: NoticeCase, notice: ShipNotice) -> bool:
    return bool(notice.ship_to.id and case.reads.system(case.company_id, "wms", notice.ship_to.id))


def _elsewhere(case: NoticeCase, notice: ShipNotice, order: str) -> Elsewhere | None:
    """How the goods of an order travel if they go to no warehouse of ours. Only the order knows whether they should."""
    if _is_ours(case, notice):
        return None
    return Elsewhere(
        ship_to=notice.ship_to.id or notice.ship_to.their_id,
        shipped_at=notice.shipped_at,
        carrier=notice.carrier,
        tracking=notice.tracking,
        packs=tuple(dict.fromkeys(line.pack for line in notice.lines if line.pack and line.order_number == order)),
    )


def _take(case: NoticeCase, notice: ShipNotice) -> None:
    data, terms = case.data, case.reads.supplier_terms(case.company_id, notice.supplier.id)
    data.supplier, data.warehouse, data.expected_on = notice.supplier.id, notice.ship_to.id, notice.expected_on
    data.receipt_hours = terms.receipt_hours if terms else 72
    for line in notice.lines:
        key = f"{line.order_number}/{line.order_line or line.item}"
        if not _countable(case, line):
            data.found[f"ship_notice_unknown_unit {key}"] = (
                f"{line.quantity.amount} {line.quantity.unit} of {line.item}"
            )
            continue
        taken = data.lines.setdefault(key, _new_line(case, line))
        taken.announced += line.quantity.amount
        if not line.order_number:
            data.found[f"ship_notice_unknown_order {line.item}"] = f"{line.quantity.amount} of {line.item}"
        if case.reads.item(case.company_id, line.item) is None:
            named = line.item or line.supplier_item or line.gtin
            data.found[f"ship_notice_unknown_item {named}"] = f"{line.quantity.amount} of {named}"


def _countable(case: NoticeCase, line: ShipNoticeLine) -> bool:
    """Is it counted in the unit the item is kept in? Nothing is converted."""
    item = case.reads.item(case.company_id, line.item)
    return item is None or item.unit == line.quantity.unit


def _new_line(case: NoticeCase, line: ShipNoticeLine) -> NoticeLine:
    item = case.reads.item(case.company_id, line.item)
    return NoticeLine(
        order_number=line.order_number,
        order_line=line.order_line,
        item=line.item,
        unit=line.quantity.unit,
        price=item.purchase_price if item else None,
    )


def _lines_of(case: NoticeCase, order: str) -> tuple[AnnouncedLine, ...]:
    lines = (line for line in case.data.lines.values() if line.order_number == order)
    return tuple(AnnouncedLine(line.order_line, line.item, Quantity(line.announced, line.unit)) for line in lines)


def _advise(case: NoticeCase, notice: ShipNotice) -> Iterator[Effect]:
    if not _is_ours(case, notice):
        where = notice.ship_to.id or notice.ship_to.their_id
        if not all(line.order_number for line in notice.lines):
            case.data.found[f"ship_notice_unknown_location {where}"] = f"goods are on their way to {where}"
        return
    lines = tuple(_to_weigh(case, line) for line in notice.lines if _countable(case, line))
    advice = InboundAdvice(
        case.company_id, notice.number, notice.ship_to.id, notice.supplier.id, lines, notice.expected_on
    )
    number = f"{notice.supplier.id}.{notice.number}"
    if lines:
        yield from tell(case, "wms", "inbound_advice", advice, number, of=notice.ship_to.id)


def _to_weigh(case: NoticeCase, line: ShipNoticeLine) -> ShipNoticeLine:
    """The warehouse is asked to weigh what is paid for by weight."""
    item = case.reads.item(case.company_id, line.item)
    return replace(line, weigh_in=item.second_unit) if item and item.second_unit else line


@LIFECYCLE.on(ShipNoticeLinesReceived)
def record_receipt(case: NoticeCase, event: ShipNoticeLinesReceived) -> Iterator[Effect]:
    """A warehouse received goods of this notice, or closed it."""
    data = case.data
    if event.receipt in data.seen:
        return
    data.seen, data.finished = [*data.seen, event.receipt], data.finished or event.final
    here = set()
    for part in event.lines:
        order, _, order_line = part.line.partition("/")
        line = data.lines.setdefault(part.line, NoticeLine(order_number=order, order_line=order_line, item=part.item))
        line.received += part.good.amount + part.bad.amount
        here.add(order)
    if event.final:
        yield from _tell_the_others(case, event.receipt, here)
    yield from _settle(case, f"receipt {event.receipt}")


def _tell_the_others(case: NoticeCase, receipt: str, here: set[str]) -> Iterator[Effect]:
    """Orders with lines in the receipt hear from it; the others must hear that nothing more of this notice comes."""
    for order in sorted({line.order_number for line in case.data.lines.values()} - here - {""}):
        body = PurchaseOrderLinesReceived(receipt, (), closes=(case.key,), supplier=case.data.supplier)
        yield Emit(body, f"purchase_order/{case.company_id}/{order}")


@LIFECYCLE.on(ExpectationMissed)
def record_missing_receipt(case: NoticeCase, event: ExpectationMissed) -> Iterator[Effect]:
    """The warehouse received nothing in time."""
    missed(case.data, event.name)
    yield from _settle(case, "")


def _settle(case: NoticeCase, because: str) -> Iterator[Effect]:
    """Move the lines to where their quantities say; state what is owed and what is wrong."""
    for line_id, line in case.data.lines.items():
        if line.state not in case.table.final:
            case.move(line_id, line, _state_of(line, case.data.finished))
    yield from expectations(case.data, _owed(case))
    yield from problems(case.data, _wrong(case), because)


def _state_of(line: NoticeLine, finished: bool) -> str:
    if not line.announced:
        return "unannounced"
    if line.received >= line.announced:
        return "received"
    if finished:
        return "short"
    return "partly_received" if line.received else "announced"


def _missing(case: NoticeCase) -> Money | None:
    """What the goods that have not come are worth, at the purchase price."""
    money: dict[str, Decimal] = {}
    for line in case.data.lines.values():
        if line.price and line.price.per.unit == line.unit and line.received < line.announced:
            value = line.price.extend(Quantity(line.announced - line.received, line.unit))
            money[value.currency] = money.get(value.currency, ZERO) + value.amount
    currency = max(money, key=lambda one: money[one], default="")
    return Money(money[currency], currency) if currency else None


def _owed(case: NoticeCase) -> dict[str, Owed]:
    data = case.data
    if data.finished or not any(line.state in ("announced", "partly_received") for line in data.lines.values()):
        return {}
    within = case.reads.within(data.warehouse, case.at, data.receipt_hours)
    if data.expected_on:
        within = max(within, case.reads.close_of(data.warehouse, data.expected_on) - case.at)
    return {"receipt": Owed(within, of=data.warehouse, money_at_risk=_missing(case))}


def _wrong(case: NoticeCase) -> Iterator[OpenExceptionCase]:
    for name, detail in case.data.found.items():
        code, _, key = name.partition(" ")
        yield OpenExceptionCase(code, detail, key=key, owner="buyer")
    if "receipt" in case.data.overdue:
        detail = f"goods from {case.data.supplier} for {case.data.warehouse} were not received in time"
        yield OpenExceptionCase("receipt_overdue", detail, money_at_risk=_missing(case), owner="warehouse")
