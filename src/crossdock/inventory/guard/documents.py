"""Conservation across documents: what was announced, received and invoiced, as the cases of each say it.

An order hears of goods by events from receipts and ship notices. They are compared only where no event waits for the
order's case and nobody has parked it: in between, one knows what the other will know in a moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from crossdock.inventory.guard.findings import SQL, Slice
from crossdock.inventory.guard.laws import Court
from crossdock.inventory.ledger.books import ZERO
from crossdock.log import slot_of
from crossdock.processes import goods_receipt, purchase_order, ship_notice
from crossdock.processes.goods_receipt.v1_data import GoodsReceiptData
from crossdock.processes.purchase_order.v1_data import PurchaseLine, PurchaseOrderData
from crossdock.processes.ship_notice.v1 import NoticeLine, ShipNoticeData
from crossdock.store import Connection

_KINDS = ("purchase_order", "ship_notice")
_STANDS: Mapping[str, str] = {
    "announced": "nothing came",
    "partly_received": "part of it came",
    "short": "less than all came",
}


class _Came(NamedTuple):
    good: Decimal = ZERO
    bad: Decimal = ZERO


async def documents(tx: Connection, cursor: str, most: int) -> Slice:
    """The next purchase orders, then the next ship notices."""
    after = cursor or f"{_KINDS[0]}/"
    kind = after.partition("/")[0]
    rows = await tx.fetch(SQL.documents_after, after, f"{kind}0", most)
    found = Slice(cursor)
    if not rows:
        found.done = kind == _KINDS[-1]
        found.cursor = f"{_KINDS[-1]}/"
        return found
    busy = {row["slot"] for row in await tx.fetch(SQL.busy_slots)}
    if kind == "purchase_order":
        await _orders(tx, rows, busy, found)
    else:
        await _notices(tx, rows, busy, found)
    found.cursor = rows[-1]["id"]
    return found


def _quiet(company_id: str, row: asyncpg.Record, busy: set[int]) -> bool:
    return not row["parked"] and slot_of(company_id, row["id"]) not in busy


async def _orders(tx: Connection, rows: list[asyncpg.Record], busy: set[int], found: Slice) -> None:
    receipts: dict[str, list[GoodsReceiptData]] = defaultdict(list)
    for row in await tx.fetch(SQL.receipts_of, [row["id"] for row in rows]):
        receipts[row["subject"]].append(goods_receipt.LIFECYCLE.decoder.decode(row["data"]))
    for row in rows:
        court, company = Court(), row["company_id"]
        if row["data"] and _quiet(company, row, busy):
            data = purchase_order.LIFECYCLE.decoder.decode(row["data"])
            _received_not_invoiced(court, row["id"], data, receipts[row["id"]])
        found.take(court, "document", row["id"], company)


def _received_not_invoiced(court: Court, order: str, data: PurchaseOrderData, receipts: list[GoodsReceiptData]) -> None:
    """Per line: what came by the receipts, less what was invoiced, in units and money, is what the order says. A line
    that a receipt names by another item is for a person to sort out. Of a drop-ship no receipt tells: it came by its
    ship notices, which are held against it by themselves."""
    number = order.rpartition("/")[2]
    came: dict[str, _Came] = defaultdict(_Came)
    strange = {name.partition(" ")[0] for name in data.oddities} & {"receipt_unknown_line", "receipt_unknown_unit"}
    if strange:
        return
    for receipt in receipts:
        for part in receipt.lines.values():
            if part.order != number or not part.order_line or part.state == "unexplained":
                continue
            known = data.lines.get(part.order_line)
            if known is None or known.item != part.item:
                return
            before = came[part.order_line]
            good = part.condition == "good"
            came[part.order_line] = _Came(before.good + part.kept * good, before.bad + part.kept * (not good))
    for line_id, line in data.lines.items():
        here, says = came[line_id], _Came(line.received_good, line.received_bad)
        if data.placed().drop_ship is not None:
            announced = sum((notice.received for notice in line.notices.values()), ZERO)
            here = _Came(announced - line.received_bad, line.received_bad)
        court.equal("received_not_invoiced", f"{order} line {line_id}", _accrued(line, here), _accrued(line, says))


def _accrued(line: PurchaseLine, came: _Came) -> str:
    money = line.value(came.good - line.invoiced)
    return f"{came.good:f} good, {came.bad:f} bad, {line.invoiced:f} invoiced: {money.amount:f} {money.currency}"


async def _notices(tx: Connection, rows: list[asyncpg.Record], busy: set[int], found: Slice) -> None:
    notices = {row["id"]: ship_notice.LIFECYCLE.decoder.decode(row["data"]) for row in rows if row["data"]}
    named = {
        f"purchase_order/{row['company_id']}/{line.order_number}": row["company_id"]
        for row in rows
        for line in (notices[row["id"]].lines.values() if row["id"] in notices else ())
        if line.order_number
    }
    orders = {
        row["id"]: purchase_order.LIFECYCLE.decoder.decode(row["data"])
        for row in await tx.fetch(SQL.cases, sorted(named))
        if row["data"] and _quiet(named[row["id"]], row, busy)
    }
    for row in rows:
        court, company = Court(), row["company_id"]
        if row["id"] in notices and _quiet(company, row, busy):
            for line_id, line in notices[row["id"]].lines.items():
                order = orders.get(f"purchase_order/{company}/{line.order_number}")
                _conserved(court, f"{row['id']} line {line_id}", row["id"], notices[row["id"]], line, order)
        found.take(court, "document", row["id"], company)


def _conserved(
    court: Court, where: str, notice: str, data: ShipNoticeData, line: NoticeLine, order: PurchaseOrderData | None
) -> None:
    """Announced is received, short, or still to come; and the order counts the same under this notice."""
    if line.state in _STANDS:
        court.equal("ship_notice_conserved", where, _stands(data, line), _STANDS[line.state])
    if order is None or (ordered := order.lines.get(line.order_line)) is None or ordered.item != line.item:
        return
    counted = ordered.notices.get(notice.rpartition("/")[2])
    if counted is not None and order.from_supplier(data.supplier):
        says = f"{counted.announced:f} announced, {counted.received:f} received"
        expected = f"{line.announced:f} announced, {line.received:f} received"
        court.equal("ship_notice_conserved", f"{where} in its order", expected, says)


def _stands(data: ShipNoticeData, line: NoticeLine) -> str:
    """What the quantities say of a line. One that was wholly received keeps that name if goods are taken back."""
    if line.received >= line.announced:
        return "all of it came"
    if data.finished:
        return _STANDS["short"]
    return _STANDS["partly_received" if line.received else "announced"]
