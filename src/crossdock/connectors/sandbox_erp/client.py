"""Polling the ERP's changes and reading what it answers to postings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from crossdock.connectors._kit import HttpClient
from crossdock.ports.connector import ConnectorUnavailable, RawPage

CHANGES = "/api/v1/changes"
STOCK = "/api/v1/stock"


class _PageHead(msgspec.Struct):
    records: list[msgspec.Raw]
    cursor: str
    more: bool


class _Stock(msgspec.Struct):
    levels: list[msgspec.Raw]
    postings: int


class _Posting(msgspec.Struct):
    posting: str


async def changes(client: HttpClient, kind: str, cursor: str, page_size: int) -> AsyncIterator[RawPage]:
    """Pages of changes behind `cursor`; ends with the first page that is empty or says that it is the last."""
    while True:
        content = await client.get(CHANGES, {"object": kind, "cursor": cursor, "limit": str(page_size)})
        try:
            head = msgspec.json.decode(content, type=_PageHead)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConnectorUnavailable(f"{CHANGES} of {kind}: {error}") from error
        if not head.records:
            return
        yield RawPage(content, "application/json", head.cursor, head.more, len(head.records), name=kind)
        if not head.more or head.cursor == cursor:
            return
        cursor = head.cursor


async def stock(client: HttpClient, cursor: str) -> AsyncIterator[RawPage]:
    """What the ERP believes to be on hand, with the postings behind the one that the cursor names."""
    content = await client.get(STOCK, {"after": cursor or "0"})
    try:
        said = msgspec.json.decode(content, type=_Stock)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConnectorUnavailable(f"{STOCK}: {error}") from error
    yield RawPage(content, "application/json", str(said.postings), more=False, records=len(said.levels), name="stock")


def posting_number(content: bytes) -> str:
    """The ERP's number of what it posted."""
    return msgspec.json.decode(content, type=_Posting).posting
