"""Polling the marketplace's orders."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from crossdock.connectors._kit import HttpClient
from crossdock.ports.connector import ConnectorUnavailable, RawPage

ORDERS = "/mp/v1/orders"
STOCK = "/mp/v1/offers/stock"


class _PageHead(msgspec.Struct):
    orders: list[msgspec.Raw]
    cursor: str
    more: bool


async def orders(client: HttpClient, cursor: str, page_size: int) -> AsyncIterator[RawPage]:
    """Pages of orders behind `cursor`; ends with the first page that is empty or says that it is the last."""
    while True:
        content = await client.get(ORDERS, {"cursor": cursor, "limit": str(page_size)})
        try:
            head = msgspec.json.decode(content, type=_PageHead)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConnectorUnavailable(f"{ORDERS}: {error}") from error
        if not head.orders:
            return
        yield RawPage(content, "application/json", head.cursor, head.more, len(head.orders), name="orders")
        if not head.more or head.cursor == cursor:
            return
        cursor = head.cursor
