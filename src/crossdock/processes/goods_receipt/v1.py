"""A goods receipt: what a warehouse counted, which may belong to several purchase orders and ship notices.

Goods that were counted are there, whatever any order says: all lines are booked in the ledger at once, good ones as
unrestricted, the others as damaged or quarantined. But what an order does not ask for is not for anybody to sell: where
a line names an order, the ledger puts what is beyond it and its tolerance into quarantine in the same transaction, the
warehouse is asked to keep that apart, and a buyer accepts or refuses it. Where a rule says so, what orders wait for
goes straight to `packed` for them; the ledger knows who waits, and tells those orders. The receipt is posted to the
ERP, and every order and every ship notice is told of its lines. A line that names no order is moved as well, as
nobody's expected supply, and a person is asked what it is. So is one about a line that is counted in another unit than
its item is kept in: nothing is converted, so that line is neither booked nor told to anybody.

*Early*, *late*: a receipt needs nothing that comes before it; orders and ship notices sort out the sequence.
*Duplicate*: the same receipt again changes nothing. *Repeated*: another receipt of the same goods is another fact, with
its own number. A negative line takes back what an earlier receipt counted too much.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crossdock.events.inventory import GoodsHeld
from crossdock.events.purchase_order import PurchaseOrderLinesReceived, ReceivedLine
from crossdock.events.supplier_documents import (
    GoodsReceiptPosted,
    HeldGoodsDecided,
    InventoryHoldCarriedOut,
    ShipNoticeLinesReceived,
)
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.model.stock import OWN, StockMoveLine
from crossdock.processes._kit import (
    Effect,
    Emit,
    Lifecycle,
    Link,
    Move,
    OpenExceptionCase,
    StateTable,
    tell,
)
from crossdock.processes.goods_receipt import v1_held
from crossdock.processes.goods_receipt.v1_data import GoodsReceiptData, ReceiptCase, ReceiptLine
from crossdock.rules.counting import summed, weighed
from crossdock.rules.stock_policy import Subject, first

TABLE = StateTable(
    {
        "": ("booked", "unexplained"),
        "booked": ("held",),
        "unexplained": ("held",),
        "held": ("accepted", "refused"),
    },
    final=("accepted", "refused"),
)

CODES = {
    "receipt_unknown_order": "Goods came that no order line explains; they belong to nobody's order.",
    "receipt_held": "Goods came that their order does not ask for; they are in quarantine until a buyer decides.",
    "receipt_unknown_item": "Goods came under an item id that we do not know; they are in stock under that id.",
    "receipt_unknown_unit": "Goods were counted in another unit than their item is kept in; they are not booked.",
    "received_without_weight": "Catch weight goods were received without a weight; their invoice cannot match.",
    "receipt_unknown_supplier": "The receipt names ship notices but no supplier; the notices were not told.",
}
"""Exception codes of this process and what each means."""

CONDITIONS = {"good": "unrestricted", "damaged": "damaged", "quarantined": "quarantined"}


LIFECYCLE = Lifecycle(
    "goods_receipt",
    version="1",
    data=GoodsReceiptData,
    table=TABLE,
    starts=(GoodsReceiptPosted,),
    header=lambda data: "held" if data.held() else "booked",
    finished=lambda data: not data.held(),
)


@LIFECYCLE.on(GoodsReceiptPosted)
def book(case: ReceiptCase, event: GoodsReceiptPosted) -> Iterator[Effect]:
    """Goods were counted in: book them, post them, and tell whom they belong to."""
    receipt, data = _countable_part(case, event.receipt), case.data
    data.number, data.warehouse, data.supplier = receipt.number, receipt.warehouse, receipt.supplier
    for line in event.receipt.lines:
        taken = ReceiptLine(
            order=line.order_number,
            order_line=line.order_line,
            item=line.item,
            unit=line.quantity.unit,
            quantity=line.quantity.amount,
            condition=line.condition,
        )
        data.lines[line.line] = taken
        case.move(line.line, taken, "booked" if _explained(line) and line in receipt.lines else "unexplained")
    if moves := tuple(_move(case, receipt, line) for line in receipt.lines if line.quantity.amount):
        yield Move(receipt.number, moves, reason="receipt")
    if receipt.lines or not event.receipt.lines:
        yield from tell(case, "erp", "goods_receipt", receipt, f"{receipt.warehouse}.{receipt.number}")
    yield from _tell_orders(case, receipt)
    yield from _tell_notices(case, receipt)
    yield from _ask(case, event.receipt)


@LIFECYCLE.on(GoodsHeld)
def hold(case: ReceiptCase, event: GoodsHeld) -> Iterator[Effect]:
    """Part of it nobody had asked for."""
    yield from v1_held.hold(case, event)


@LIFECYCLE.on(HeldGoodsDecided)
def decide(case: ReceiptCase, event: HeldGoodsDecided) -> Iterator[Effect]:
    """A buyer decided about what is held."""
    yield from v1_held.decide(case, event)


@LIFECYCLE.on(InventoryHoldCarriedOut)
def note_carried_out(case: ReceiptCase, event: InventoryHoldCarriedOut) -> None:
    """The warehouse did what it was asked to do with them."""
    if event.hold.number not in case.data.carried_out:
        case.data.carried_out = [*case.data.carried_out, event.hold.number]


def _countable_part(case: ReceiptCase, receipt: GoodsReceipt) -> GoodsReceipt:
    """The receipt without the lines that are counted in another unit than their item is kept in."""
    lines = tuple(line for line in receipt.lines if not _other_unit(case, line))
    return msgspec.structs.replace(receipt, lines=lines)


def _other_unit(case: ReceiptCase, line: GoodsReceiptLine) -> bool:
    item = case.reads.item(case.company_id, line.item)
    return item is not None and item.unit != line.quantity.unit


def _explained(line: GoodsReceiptLine) -> bool:
    return bool(line.order_number and line.order_line)


def _move(case: ReceiptCase, receipt: GoodsReceipt, line: GoodsReceiptLine) -> StockMoveLine:
    """The goods of one line as a movement; what is taken back goes the other way and was nobody's supply."""
    states = ("supplier", CONDITIONS[line.condition])
    back = line.quantity.amount < 0
    supply = (_order(case, line.order_number), line.order_line) if _explained(line) and not back else None
    return StockMoveLine(
        line=line.line,
        item=line.item,
        location=receipt.warehouse,
        quantity=abs(line.quantity.amount),
        from_state=states[back],
        to_state=states[not back],
        supply=supply,
        owner=line.owner,
        lot=line.lot,
        only_expected=bool(line.order_number) and not back,
        cross_dock=supply is not None and _crosses(case, line, receipt.warehouse),
        second_quantity=abs(line.second.amount) if line.second else None,
        second_unit=line.second.unit if line.second else "",
    )


def _crosses(case: ReceiptCase, line: GoodsReceiptLine, location: str) -> bool:
    """May the goods go straight to orders that wait for them? Ours, good, and of no lot: which lot or whose goods a
    customer gets is the warehouse's choice, made where they lie."""
    if line.condition != "good" or line.owner != OWN or line.lot:
        return False
    rule = first(case.reads.stock_policies().filling, Subject(case.company_id, line.item), case.on())
    return rule is not None and location in rule.cross_dock


def _order(case: ReceiptCase, number: str) -> str:
    return f"purchase_order/{case.company_id}/{number}"


def _tell_orders(case: ReceiptCase, receipt: GoodsReceipt) -> Iterator[Effect]:
    explained = [line for line in receipt.lines if _explained(line)]
    for order in sorted({line.order_number for line in explained}):
        lines = [line for line in explained if line.order_number == order]
        parts = summed(lines, _received_as)
        received = tuple(
            ReceivedLine(
                key[0], key[1], good, bad, key[2], weighed(line for line in lines if _received_as(line) == key)
            )
            for key, good, bad in parts
        )
        yield Link(document=_order(case, order), role="goods_receipt")
        number, supplier = f"{receipt.warehouse}/{receipt.number}", receipt.supplier or None
        yield Emit(PurchaseOrderLinesReceived(number, received, receipt.closes, supplier), _order(case, order))


def _received_as(line: GoodsReceiptLine) -> tuple[str, ...]:
    return line.order_line, line.item, line.ship_notice, line.quantity.unit


def _tell_notices(case: ReceiptCase, receipt: GoodsReceipt) -> Iterator[Effect]:
    """Every ship notice hears of its lines, as `order/line`, and whether it is finished."""
    named = {line.ship_notice for line in receipt.lines if line.ship_notice} | set(receipt.closes)
    for notice in sorted(named) if receipt.supplier else ():
        lines = [line for line in receipt.lines if line.ship_notice == notice]
        parts = summed(lines, _announced_as)
        received = tuple(ReceivedLine(key[0], key[1], good, bad, notice) for key, good, bad in parts)
        subject = f"ship_notice/{case.company_id}/{receipt.supplier}/{notice}"
        yield Link(document=subject, role="goods_receipt")
        final = notice in receipt.closes
        yield Emit(ShipNoticeLinesReceived(f"{receipt.warehouse}/{receipt.number}", received, final), subject)


def _announced_as(line: GoodsReceiptLine) -> tuple[str, ...]:
    return f"{line.order_number}/{line.order_line or line.item}", line.item, line.quantity.unit


def _ask(case: ReceiptCase, receipt: GoodsReceipt) -> Iterator[Effect]:
    for line in receipt.lines:
        amount = f"{line.quantity.amount} {line.quantity.unit}"
        detail, lines = f"{amount} of {line.item}, {line.condition}, in {receipt.warehouse}", (line.line,)
        if not _explained(line):
            yield OpenExceptionCase("receipt_unknown_order", detail, key=line.line, lines=lines, owner="buyer")
        if _other_unit(case, line):
            yield OpenExceptionCase("receipt_unknown_unit", detail, key=line.line, lines=lines, owner="warehouse")
        item = case.reads.item(case.company_id, line.item)
        if item is None:
            yield OpenExceptionCase("receipt_unknown_item", detail, key=line.line, lines=lines, owner="warehouse")
        elif item.second_unit and line.second is None:
            words = f"{detail}: to be weighed in {item.second_unit}"
            yield OpenExceptionCase("received_without_weight", words, key=line.line, lines=lines, owner="warehouse")
    if not receipt.supplier and (receipt.closes or any(line.ship_notice for line in receipt.lines)):
        yield OpenExceptionCase("receipt_unknown_supplier", f"receipt {receipt.number}", owner="warehouse")
