"""Asking the WMS for its opening stock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from crossdock.connectors._kit import HttpClient
from crossdock.ports.connector import ConnectorUnavailable, RawPage

STOCK = "/wms/v1/stock"


class _Report(msgspec.Struct):
    report: str
    levels: list[msgspec.Raw]


class _Accepted(msgspec.Struct):
    id: str


async def opening_stock(client: HttpClient, cursor: str) -> AsyncIterator[RawPage]:
    """The stock before the first movement: one page, once. The cursor is the report that was taken."""
    if cursor:
        return
    content = await client.get(STOCK, {"report": "opening"})
    try:
        report = msgspec.json.decode(content, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConnectorUnavailable(f"{STOCK}: {error}") from error
    yield RawPage(
        content,
        "application/json",
        cursor=report.report,
        more=False,
        records=len(report.levels),
        name="opening_stock",
    )


def order_id(content: bytes) -> str:
    """The WMS's own id of what it took."""
    return msgspec.json.decode(content, type=_Accepted).id
