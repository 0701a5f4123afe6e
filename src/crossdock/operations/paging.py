"""Pages of a list: a cursor says where the last page ended; it means nothing to the caller."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from crossdock.operations.problems import FieldError, Problem

Item = TypeVar("Item")
MOST = 500


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """`next` is the cursor of the following page, empty on the last one."""

    items: tuple[Item, ...]
    next: str


def start(cursor: str) -> str:
    """Where a page begins: behind this sort key. Raises `Problem` for a cursor that is none of ours."""
    try:
        key = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise unknown() from None
    if not key.isprintable():
        raise unknown()
    return key


def unknown() -> Problem:
    """The cursor was not given out by us."""
    return Problem("malformed_request", "the cursor is not one of ours", [FieldError("cursor", "unknown")])


def cut(items: Sequence[Item], sort_keys: Sequence[str], limit: int) -> Page[Item]:
    """A page of at most `limit` of the items found; one more was asked for to know whether there are more."""
    more = len(items) > limit
    return Page(tuple(items[:limit]), cursor_of(sort_keys[limit - 1]) if more else "")


def cursor_of(key: str) -> str:
    """The cursor of a page that begins behind this sort key."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def start_id(cursor: str) -> UUID:
    """As `start`, for lists in the order of time-ordered ids."""
    try:
        return UUID(start(cursor)) if cursor else UUID(int=0)
    except ValueError:
        raise unknown() from None
