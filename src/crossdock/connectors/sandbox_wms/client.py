"""Asking the WMS for its stock, and for what it told before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from crossdock.connectors._kit import HttpClient
from crossdock.ports.connector import ConnectorUnavailable, RawPage

STOCK = "/wms/v1/stock"
MESSAGES = "/wms/v1/messages"
Form = TypeVar("Form", bound=msgspec.Struct)


class _Report(msgspec.Struct):
    report: str
    levels: list[msgspec.Raw]


class _Now(msgspec.Struct):
    report: str
    levels: list[msgspec.Raw]
    messages: int


class _Messages(msgspec.Struct):
    messages: list[msgspec.Raw]
    cursor: str
    more: bool


class _Accepted(msgspec.Struct):
    id: str


async def opening_stock(client: HttpClient, cursor: str) -> AsyncIterator[RawPage]:
    """The stock before the first movement: one page, once. The cursor is the report that was taken."""
    if cursor:
        return
    content = await client.get(STOCK, {"report": "opening"})
    report = _read(content, STOCK, _Report)
    yield RawPage(
        content,
        "application/json",
        cursor=report.report,
        more=False,
        records=len(report.levels),
        name="opening_stock",
    )


async def stock(client: HttpClient, cursor: str) -> AsyncIterator[RawPage]:
    """The stock as it is now, with what changed it since the message that the cursor names."""
    content = await client.get(STOCK, {"after": cursor or "0"})
    said = _read(content, STOCK, _Now)
    records = len(said.levels)
    yield RawPage(content, "application/json", str(said.messages), more=False, records=records, name="stock")


async def messages(client: HttpClient, cursor: str) -> AsyncIterator[RawPage]:
    """What was told by webhook behind a message, once more, a message a page."""
    while True:
        content = await client.get(MESSAGES, {"cursor": cursor or "0"})
        said = _read(content, MESSAGES, _Messages)
        if not said.messages:
            return
        records = len(said.messages)
        yield RawPage(content, "application/json", said.cursor, said.more, records, name="messages")
        if not said.more or said.cursor == cursor:
            return
        cursor = said.cursor


def _read(content: bytes, path: str, form: type[Form]) -> Form:
    try:
        return msgspec.json.decode(content, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConnectorUnavailable(f"{path}: {error}") from error


def order_id(content: bytes) -> str:
    """The WMS's own id of what it took."""
    return msgspec.json.decode(content, type=_Accepted).id
