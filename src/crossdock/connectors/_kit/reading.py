"""Reading vendor JSON strictly: what cannot be taken becomes a fault with its place, and the rest goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.ports.connector import Fault, MasterRecord, Record, Reply, Translation

T = TypeVar("T")

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""An instant as vendors must write it: with its offset."""

_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_BYTE = re.compile(r"\(byte (\d+)\)")
_NUMBER_LENGTH = 80


class Refused(Exception):
    """One part of a document cannot be taken. Inside a mapping only: `Findings.part` makes it a fault."""

    def __init__(self, code: str, detail: str, offset: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.offset = offset


class Findings:
    """What was found in one document so far."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.master: list[MasterRecord] = []
        self.replies: list[Reply] = []
        self.faults: list[Fault] = []

    @contextlib.contextmanager
    def part(self, pointer: str) -> Iterator[None]:
        """A part of the document that is taken whole or becomes a fault at `pointer`."""
        try:
            yield
        except Refused as refused:
            self.faults.append(Fault(refused.code, refused.detail, pointer, refused.offset))

    def translation(self) -> Translation:
        """All of it."""
        return Translation(tuple(self.records), tuple(self.master), tuple(self.replies), tuple(self.faults))


def decode(content: bytes | msgspec.Raw, form: type[T], *, container: bool = False) -> T:
    """The content in a vendor's form; refuses what is no JSON, has another form, or would poison the store.

    In a `container` only the frame is looked at: its parts are decoded, and refused, one by one.
    """
    raw = bytes(content)
    if not container and (b"\\u0000" in raw or b"\x00" in raw):
        raise Refused("unsafe_text", "a text contains the character NUL")
    try:
        return msgspec.json.decode(raw, type=form)
    except msgspec.ValidationError as error:
        raise Refused("unexpected_form", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = _BYTE.search(str(error))
        raise Refused("unreadable_json", str(error), int(place[1]) if place else None) from error


def amount(text: str) -> Decimal:
    """An exact number as text; no exponents, no NaN, nothing the store could not hold."""
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        raise Refused("not_a_number", f"{text[:40]!r} is not a number")
    return Decimal(stripped)


def quantity(text: str, unit: str = EACH) -> Quantity:
    """An exact quantity."""
    return Quantity(amount(text), unit)


def positive_quantity(text: str, unit: str = EACH) -> Quantity:
    """An exact quantity of what was moved or comes back: nothing, or less, is a mistake."""
    read = quantity(text, unit)
    if read.amount <= 0:
        raise Refused("quantity_not_positive", f"a quantity of {text[:40]} means nothing here")
    return read


def price(text: str, code: str, unit: str = EACH) -> Price:
    """An exact price for one `unit`."""
    return Price(amount(text), currency(code), Quantity(Decimal(1), unit))


def currency(text: str) -> str:
    """An ISO 4217 code."""
    if not _CURRENCY.fullmatch(text):
        raise Refused("unknown_currency", f"{text[:10]!r} is not a currency")
    return text


def number(text: str) -> str:
    """A business number: present, of sane length, and without the sign that separates the parts of a subject."""
    cleaned = text.strip().replace("/", "-")
    if not cleaned or len(cleaned) > _NUMBER_LENGTH or not cleaned.isprintable():
        raise Refused("number_missing", f"{text[:100]!r} is not a business number")
    return cleaned


def code(table: Mapping[str, T], text: str, what: str) -> T:
    """Our word for a vendor's code where acting on a guess would be wrong."""
    found = table.get(text)
    if found is None:
        raise Refused("unknown_code", f"{what} {text[:40]!r} is not known")
    return found


def one_of(known: tuple[str, ...], text: str, problem: str) -> str:
    """`text` if it is known; the fault `problem` otherwise."""
    if text not in known:
        raise Refused(problem, f"{text[:40]!r} is not one of {', '.join(known) or 'none'}")
    return text


def utc(at: dt.datetime) -> dt.datetime:
    """The same instant in UTC."""
    return at.astimezone(dt.UTC)
