"""Units of orders placed over HTTP: converted before they are accepted, or refused with the line."""

from __future__ import annotations

from typing import Any

import httpx2
import msgspec

from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.model.packs import Pack
from crossdock.store import Store
from tests.integration.api.conftest import order, place
from tests.integration.engine.harness import rows

UK = "albion_uk"


async def know(store: Store) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Item(UK, "85123A"), Pack(UK, "85123A", "CA", 12, source="erp", document="items 4")])


def of(quantity: str, unit: str, price: str = "10.00") -> dict[str, Any]:
    line = {"line": "1", "item": "85123A", "quantity": quantity, "price": price, "unit": unit}
    return order(lines=[line])


async def test_an_order_in_cases_is_accepted_in_pieces_with_what_was_said(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await know(store)
    assert (await place(http, of("5", "CA"))).status_code == 202

    ((body,),) = await rows(store, "select body from event where type = 'SalesOrderPlaced'")
    (line,) = msgspec.json.decode(body)["order"]["lines"]
    assert (line["quantity"], line["price"]["per"]) == ({"amount": "60"}, {"amount": "12"})
    assert line["stated"]["quantity"] == {"amount": "5", "unit": "CA"}


async def test_an_order_in_cases_again_is_the_same_order_whatever_a_case_holds_by_then(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await know(store)
    await place(http, of("5", "CA"))
    async with store.transaction() as tx:
        await upsert(tx, [Pack(UK, "85123A", "CA", 6, source="erp", document="corrected")])

    assert (await place(http, of("5", "CA"))).status_code == 202
    assert await rows(store, "select count(*) from event where type = 'SalesOrderPlaced'") == [(1,)]


async def test_part_of_a_piece_and_an_unknown_pack_are_refused_with_their_line(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await know(store)
    for body, words in ((of("0.5", "EA"), "no part of one can be sold"), (of("2", "BX"), "what one BX holds")):
        answer = await place(http, body)
        assert answer.status_code == 422
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == "/lines/0/quantity"
        assert words in fault["detail"]
    assert await rows(store, "select count(*) from event") == [(0,)]
