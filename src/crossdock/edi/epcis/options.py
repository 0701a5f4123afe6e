"""What an agreement says of the events it writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal

import msgspec


def no_key(name: str) -> str | None:
    """The look-up of those whose documents carry all keys themselves."""
    return None


class EpcisOptions(msgspec.Struct, frozen=True):
    """`gtin_of` gives the GTIN of an item of ours, `gln_of` the GLN of a place or party of ours, None where there is
    none; they are asked for what the document itself does not say. Events tell the time with the offset of `zone`."""

    identifiers: Literal["digital_link", "urn"] = "digital_link"
    company_prefixes: tuple[str, ...] = ()
    """Of all keys that occur; needed for `urn` alone."""
    resolver: str = "https://id.gs1.org"
    authority: str = ""
    """An address of our own, under which things are named that have no GS1 key; without it they are refused."""
    gtin_of: Callable[[str], str | None] = no_key
    gln_of: Callable[[str], str | None] = no_key
    zone: dt.tzinfo = dt.UTC
    created_at: dt.datetime | None = None
    """When the file is made; the time of its events unless told, so that it is the same each time."""
