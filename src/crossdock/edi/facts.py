"""What a business object says, field by field in words: what comparing and converting look at."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.edi import charges
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity, tidy
from crossdock.model.units import ours

LINE_IDS = ("line", "order_line", "sequence")
_UNIT = re.compile(r"(?<=[0-9] )[A-Z0-9]{2,3}\Z")
_SKIPPED = ("company_id", "stated", "contact_ref")
"""Whose company it is, how we read a unit: of the reader and not of the document."""


def facts(body: msgspec.Struct, path: str = "") -> Iterator[tuple[str, str]]:
    """Each field that says something, with its path: `ship to`, `lines[2] quantity`."""
    for name in body.__struct_fields__:
        if name not in _SKIPPED:
            yield from _of(getattr(body, name), f"{path} {name.replace('_', ' ')}".strip())


def units(value: Any) -> Iterator[str]:
    """The unit of each quantity in an object, and of what each price is for."""
    if isinstance(value, Quantity):
        yield value.unit
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in _SKIPPED:
                yield from units(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from units(each)


def alike(one: str, other: str) -> bool:
    """Do two values in words say the same? `5 LT` and `5 LTR` do, and `D240` and `FC`: the lists of X12 and of UN/ECE
    name one unit, or one charge, differently."""
    return one == other or _in_our_codes(one) == _in_our_codes(other)


def _in_our_codes(said: str) -> str:
    return charges.of_x12(_UNIT.sub(lambda found: ours(found[0]), said))


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


def can_say(says: frozenset[tuple[str, ...]] | None, path: str) -> bool:
    """Can a file whose layout says these fields say one (`ship to`, `lines quantity`)? Parts of it are enough. Where no
    layout says so (None), it can."""
    if says is None:
        return True
    whole = [" ".join(each).replace("_", " ") for each in says]
    return any(each == path or each.startswith(f"{path} ") for each in whole)
