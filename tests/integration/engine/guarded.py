"""A small history in which every law of the guard has something to look at."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.engine.guarding import guard_everything
from crossdock.inventory.guard import Slice
from crossdock.inventory.guard.items import Examination
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.log import DocumentLink, write_links
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder
from crossdock.model.quantity import Price
from crossdock.processes import PROCESSES
from crossdock.processes.goods_receipt.v1 import GoodsReceiptData, ReceiptLine
from crossdock.processes.purchase_order.v1_data import Notice, PurchaseLine, PurchaseOrderData
from crossdock.processes.ship_notice.v1 import NoticeLine, ShipNoticeData
from crossdock.store import Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, expect, pick, receive, tell

ORDER = f"purchase_order/{COMPANY}/4500001"
NOTICE = f"ship_notice/{COMPANY}/S1/ASN1"
RECEIPT = f"goods_receipt/{COMPANY}/north/R1"
_DAY = dt.date(2010, 12, 3)


async def history(store: Store) -> None:
    """Receipts, promises, picks, something weighed, something kept back, supply with pegs, and three documents."""
    requests = (receive(10), ask(4, case="reference/1"), expect(9, 3), tell(8, case="reference/2"), ask(2))
    outcomes = await book(store, *requests)
    granted = outcomes[0].body.promised[0].reservation  # type: ignore[attr-defined]
    weighed = {"item": "CHEESE", "second_quantity": Decimal("7.5"), "second_unit": "KGM"}
    await book(store, pick(1, granted), receive(20, "south"), receive(3, **weighed))
    await book(store, SafetyRequest(COMPANY, "safety", MUG, "south", Decimal(3), source="floor"))
    await _documents(store)
    await _publish(store)


async def _documents(store: Store) -> None:
    price = Price(Decimal("2.50"), "GBP")
    line = PurchaseLine(
        item=MUG, ordered_price=price, price=price, due_on=_DAY, document="purchase_order 4500001", ordered=Decimal(9),
        announced=Decimal(9), received_good=Decimal(5), received_bad=Decimal(1), invoiced=Decimal(3),
        notices={"ASN1": Notice(Decimal(9), Decimal(6))},
    )  # fmt: skip
    placed = PurchaseOrder(
        company_id=COMPANY, number="4500001", buyer=PartyRef(COMPANY), supplier=PartyRef("S1"),
        ship_to=PartyRef("north"), ordered_on=_DAY,
        currency="GBP", lines=(),
    )  # fmt: skip
    announced = NoticeLine(
        state="partly_received", order_number="4500001", order_line="10", item=MUG, announced=Decimal(9),
        received=Decimal(6),
    )  # fmt: skip
    counted = {
        "1": ReceiptLine(state="booked", order="4500001", order_line="10", item=MUG, quantity=Decimal(5)),
        "2": ReceiptLine(
            state="booked", order="4500001", order_line="10", item=MUG, quantity=Decimal(1), condition="damaged"
        ),
    }
    async with store.transaction() as tx:
        for case_id, data in (
            (ORDER, PurchaseOrderData(order=placed, lines={"10": line})),
            (NOTICE, ShipNoticeData(supplier="S1", lines={"4500001/10": announced})),
            (RECEIPT, GoodsReceiptData(lines=counted)),
        ):
            process = case_id.partition("/")[0]
            body = msgspec.json.Encoder(decimal_format="string").encode(data).decode()
            await tx.execute(
                "insert into process_case (id, process, version, company_id, data, opened_at, changed_at)"
                " values ($1, $2, '1', $3, $4, $5, $5)", case_id, process, COMPANY, body, AT,
            )  # fmt: skip
        await tx.execute("update ledger_entry set subject = $1 where subject like 'goods_receipt/%'", RECEIPT)
        await write_links(tx, [DocumentLink(COMPANY, RECEIPT, ORDER, "", "goods_receipt")])


async def _publish(store: Store) -> None:
    """What a channel is told of both places: nothing in the north, seventeen in the south."""
    async with store.transaction() as tx:
        await tx.execute(
            "insert into published_number (company_id, channel, item, version, publication, quantity, hold_back, terms,"
            " told_at) select company_id, 'shop', item, 1, 'p1', 15, 2, string_agg(id || ':' || counter, ' ' order by"
            " id), now() from promise_position where item = $1 group by company_id, item",
            MUG,
        )


async def guard(store: Store, *, full: bool = False, most: int = 500) -> Slice:
    """Look at everything once."""
    examination = Examination(sorted(PROCESSES), from_the_beginning=full, histories=True)
    return await guard_everything(store, examination, most, lambda walk, sum_: None)


async def open_cases(store: Store) -> list[tuple[str, str]]:
    """(law and spot, detail) of what is open."""
    async with store.transaction() as tx:
        rows: list[Any] = await tx.fetch(
            "select key, detail from exception_case where code = 'conservation_violated' and closed_at is null"
            " order by key"
        )
    return [(row["key"], row["detail"]) for row in rows]


def laws_of(found: Slice) -> set[str]:
    """The laws that do not hold."""
    return {one.what.law for one in found.findings}


__all__ = ["ORDER", "guard", "history", "laws_of", "open_cases"]
