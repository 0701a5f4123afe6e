"""Goods that nobody had asked for: what the ledger put into quarantine, and what a buyer decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from crossdock.events.inventory import GoodsHeld
from crossdock.events.purchase_order import PurchaseOrderLinesReceived, ReceivedLine, SurplusAccepted
from crossdock.events.supplier_documents import HeldGoodsDecided
from crossdock.model.quantity import ZERO, Money, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, HoldAction, InventoryHold, InventoryHoldLine
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import CloseExceptionCase, Effect, Emit, Move, OpenExceptionCase, tell
from crossdock.processes.goods_receipt.v1_data import ReceiptCase, ReceiptLine

_WORDS = {
    "over": "more than {order} line {line} takes",
    "not_ordered": "{order} does not order it",
    "other_item": "{order} line {line} orders another item",
}

Lines = Mapping[str, ReceiptLine]


def hold(case: ReceiptCase, event: GoodsHeld) -> Iterator[Effect]:
    """The ledger put goods into quarantine: the warehouse keeps them apart, and a buyer decides."""
    data = case.data
    for goods in event.lines:
        line = data.lines[goods.line]
        line.held, line.why = goods.quantity, goods.why
        data.owners[goods.line] = (goods.owner, goods.lot)
        case.move(goods.line, line, "held")
        yield _question(case, goods.line, line)
    yield from _ask_warehouse(case, "hold", {goods.line: data.lines[goods.line] for goods in event.lines})


def _question(case: ReceiptCase, key: str, line: ReceiptLine) -> OpenExceptionCase:
    why = _WORDS[line.why].format(order=line.order or "no order", line=line.order_line)
    detail = f"{line.held} of {line.item} in {case.data.warehouse} wait for a decision: {why}"
    return OpenExceptionCase(
        "receipt_held", detail, key=key, lines=(key,), money_at_risk=_worth(case, line), owner="buyer"
    )


def _worth(case: ReceiptCase, line: ReceiptLine) -> Money | None:
    item = case.reads.item(case.company_id, line.item)
    price = item.purchase_price if item else None
    return price.extend(Quantity(line.held, line.unit)) if price and price.per.unit == line.unit else None


def decide(case: ReceiptCase, event: HeldGoodsDecided) -> Iterator[Effect]:
    """A buyer takes the goods in, and whoever waits for them gets them; or does not, and they go back."""
    data = case.data
    lines = {key: line for key, line in data.held().items() if not event.lines or key in event.lines}
    if not lines:
        return
    data.decisions += 1
    target = "unrestricted" if event.decision == "accepted" else event.to
    yield Move(f"{data.number}/{event.decision}/{data.decisions}", tuple(_moves(case, lines, target)), reason="held")
    yield from _ask_warehouse(case, "release" if event.decision == "accepted" else "remove", lines)
    if event.decision == "accepted":
        yield from _tell_of_surplus(case, lines, event.reason)
    else:
        yield from _take_back(case, lines)
    for key, line in lines.items():
        case.move(key, line, event.decision)
        yield CloseExceptionCase("receipt_held", f"{event.decision}: {event.reason}", key=key)


def _moves(case: ReceiptCase, lines: Lines, target: str) -> Iterator[StockMoveLine]:
    for key, line in lines.items():
        owner, lot = case.data.owners[key]
        yield StockMoveLine(
            line=key,
            item=line.item,
            location=case.data.warehouse,
            quantity=line.held,
            from_state="quarantined",
            to_state=target,
            owner=owner,
            lot=lot,
        )


def _ask_warehouse(case: ReceiptCase, action: HoldAction, lines: Lines) -> Iterator[Effect]:
    data = case.data
    number = f"{data.number}.{action}.{data.decisions}"
    asked = tuple(
        InventoryHoldLine(
            key, line.item, Quantity(line.held, line.unit), owner=data.owners[key][0], lot=data.owners[key][1]
        )
        for key, line in lines.items()
    )
    body = InventoryHold(case.company_id, number, data.warehouse, data.number, action, asked)
    yield from tell(case, "wms", "inventory_hold", body, number, of=data.warehouse)


def _tell_of_surplus(case: ReceiptCase, lines: Lines, reason: str) -> Iterator[Effect]:
    """Orders learn that what came beyond them is wanted after all. What no line of theirs names stays a question."""
    for order, group in groupby(_by_order({key: one for key, one in lines.items() if one.why == "over"}), _order_of):
        taken = tuple((line.order_line, line.item, Quantity(line.held, line.unit)) for line in group)
        receipt = f"{case.data.warehouse}/{case.data.number}"
        yield Emit(SurplusAccepted(receipt, taken, reason), f"purchase_order/{case.company_id}/{order}")


def _take_back(case: ReceiptCase, lines: Lines) -> Iterator[Effect]:
    """What was counted in and is not taken is counted out again: at the ERP, and at the orders."""
    data = case.data
    number = f"{data.number}-R{data.decisions}"
    back = tuple(
        GoodsReceiptLine(
            key, line.order, line.order_line, line.item, Quantity(-line.held, line.unit), lot=data.owners[key][1],
            owner=data.owners[key][0],
        )
        for key, line in lines.items()
    )  # fmt: skip
    receipt = GoodsReceipt(case.company_id, number, data.warehouse, case.at, back, data.supplier)
    yield from tell(case, "erp", "goods_receipt", receipt, f"{data.warehouse}.{number}")
    for order, group in groupby(_by_order({key: one for key, one in lines.items() if one.order_line}), _order_of):
        parts = tuple(
            ReceivedLine(line.order_line, line.item, Quantity(-line.held, line.unit), Quantity(ZERO, line.unit))
            for line in group
        )
        body = PurchaseOrderLinesReceived(f"{data.warehouse}/{number}", parts, supplier=data.supplier or None)
        yield Emit(body, f"purchase_order/{case.company_id}/{order}")


def _by_order(lines: Lines) -> list[ReceiptLine]:
    return sorted(lines.values(), key=_order_of)


def _order_of(line: ReceiptLine) -> str:
    return line.order
