"""Reading back what a channel shows: the same pages in shops and marketplaces of the sandbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from crossdock.connectors._kit.http import HttpClient
from crossdock.connectors._kit.writing import segment
from crossdock.ports.connector import ConnectorUnavailable, ShownLevel

_AT_ONCE = 50


class _Level(msgspec.Struct):
    sku: str
    quantity: Decimal
    version: int
    sold: Decimal
    active: bool
    changed_at: dt.datetime


class _Page(msgspec.Struct):
    levels: list[_Level]
    after: str
    more: bool


class _Answer(msgspec.Struct):
    conflicts: list[str] = []


async def read_levels(client: HttpClient, path: str, company_id: str, items: Sequence[str]) -> list[ShownLevel]:
    """What is shown of these items, or of all, page by page. Raises `ConnectorUnavailable`."""
    if items:
        pages = [await _page(client, path, {"entity": company_id, "skus": skus}) for skus in _portions(items)]
        return [_shown(level) for page in pages for level in page.levels]
    levels: list[ShownLevel] = []
    after, more = "", True
    while more:
        page = await _page(client, path, {"entity": company_id, "after": after})
        levels += map(_shown, page.levels)
        more, after = page.more and page.after != after, page.after
    return levels


def refused_items(content: bytes) -> list[str]:
    """The articles an answer names as not taken, since another version was there. Raises a msgspec error."""
    return msgspec.json.decode(content, type=_Answer).conflicts


async def _page(client: HttpClient, path: str, params: dict[str, str]) -> _Page:
    content = await client.get(path, params)
    try:
        return msgspec.json.decode(content, type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConnectorUnavailable(f"{path}: {error}") from error


def _portions(items: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(items), _AT_ONCE):
        yield ",".join(segment(item) for item in items[start : start + _AT_ONCE])


def _shown(level: _Level) -> ShownLevel:
    return ShownLevel(level.sku, level.quantity, level.version, level.active, level.sold, level.changed_at)
