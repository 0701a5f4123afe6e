"""What a business object says, field by field in words: what comparing and converting look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity, tidy

LINE_IDS = ("line", "order_line", "sequence")
_SKIPPED = ("company_id", "stated", "contact_ref")
"""Whose company it is, how we read a unit: of the reader and not of the document."""


def facts(body: msgspec.Struct, path: str = "") -> Iterator[tuple[str, str]]:
    """Each field that says something, with its path: `ship to`, `lines[2] quantity`."""
    for name in body.__struct_fields__:
        if name not in _SKIPPED:
            yield from _of(getattr(body, name), f"{path} {name.replace('_', ' ')}".strip())


def _of(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, PartyRef):
        yield from _party(value, path)
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for at, each in enumerate(value, 1):
            yield from facts(each, f"{path}[{at}]")
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Quantity | Price):
        yield from facts(value, path)
    elif said := words(value):
        yield path, said


def _party(party: PartyRef, path: str) -> Iterator[tuple[str, str]]:
    """Whom a document names: by the number that it uses, whoever knows it under another."""
    for name, value in (("", party.their_id or party.id), (" name", party.name), (" country", party.country)):
        if value:
            yield path + name, value


def words(value: Any) -> str:
    """A value for people; empty for what says nothing."""
    match value:
        case None | "" | () | False:
            return ""
        case Quantity():
            return f"{tidy(value.amount):f} {value.unit}".rstrip()
        case Price():
            per = "" if value.per == Quantity(Decimal(1), value.per.unit) else f" per {words(value.per)}"
            return f"{tidy(value.amount):f} {value.currency}".rstrip() + per
        case Decimal():
            return f"{tidy(value):f}"
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00").removesuffix(" 00:00")
        case tuple():
            return ", ".join(words(each) for each in value)
    return str(value)
