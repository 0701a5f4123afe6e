"""What callers outside of cases ask of the reservation desk, and what they are answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.inventory.ledger.entries import content_of, digest_of
from crossdock.inventory.ledger.pools import SHARED

Mode = Literal["whole", "partial", "backorder"]
"""`whole`: all of every line, or nothing at all. `partial`: what is there. `backorder`: the rest waits."""

SPACE = "desk"
"""The keys of callers are apart from those of cases."""
BESIDE = "desk/"
"""A promise that the ledger decides, since it may wait or must keep, is an entry beside the caller's own, with the
caller's key behind this."""

_encoder = msgspec.json.Encoder(decimal_format="string")


class Component(msgspec.Struct, frozen=True):
    """So much of an item, in its base unit, is in one kit."""

    item: str
    per: Decimal


class DeskLine(msgspec.Struct, frozen=True):
    """So much of one item, from the first of `locations` that has it, then the next. Of a kit, what is stocked goes
    first; the rest is taken as `components`, those of one kit from one location, or not at all."""

    line: str
    item: str
    quantity: Decimal
    locations: tuple[str, ...]
    components: tuple[Component, ...] = ()


class Granted(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of a granted reservation. `line` and `item` are said where several were asked for, or a kit; `pool` is
    where it stands in the promise book, empty for what is everybody's."""

    reservation: str
    location: str
    quantity: Decimal
    line: str = ""
    item: str = ""
    pool: str = SHARED


class Missing(msgspec.Struct, frozen=True):
    """So much of a line was not there; `free` is what could have been had of it."""

    line: str
    item: str
    quantity: Decimal
    free: Decimal


class Waiting(msgspec.Struct, frozen=True):
    """So much of a line waits; `pegged` of it is covered by expected supply, all of which should be here on
    `expected_on`."""

    reservation: str
    line: str
    item: str
    quantity: Decimal
    pegged: Decimal
    expected_on: dt.date | None = None


class ReservationAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Granted; or refused with what was `free` at that moment (of the one item asked for). `missing` lines are not
    granted in full."""

    granted: tuple[Granted, ...] = ()
    free: Decimal | None = None
    missing: tuple[Missing, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def stem(self) -> str:
        """What all of it together is called: what the names of its pieces begin with. Empty where nothing is held."""
        names = [piece.reservation for piece in self.granted] or [piece.reservation for piece in self.waiting]
        return names[0].partition("-")[0] if names else ""

    @property
    def held(self) -> bool:
        """Does anything stand or wait because of it?"""
        return bool(self.granted or self.waiting)


class DeskRequest(msgspec.Struct, frozen=True):
    """What one caller asks for. Its `reference` is the caller's own word: it names no case of ours. `channel` and
    `customer` decide which pools it may take from."""

    company_id: str
    key: str
    lines: tuple[DeskLine, ...]
    expires_at: dt.datetime | None
    reference: str
    source: str
    digest: bytes
    content: bytes
    mode: Mode = "whole"
    channel: str = ""
    customer: str = ""
    several: bool = False
    """Asked for line by line: the answer names lines and items."""

    def name(self, piece: int) -> str:
        """The id of the reservation's first, second, ... piece, where the desk itself decides. What the ledger is
        asked for is named after its own entry."""
        return f"{self.digest.hex()[:24]}-{piece}"


def desk_request(
    company_id: str,
    key: str,
    item: str,
    locations: Sequence[str],
    quantity: Decimal,
    *,
    expires_at: dt.datetime | None = None,
    reference: str = "",
    source: str = "api",
    asked: Sequence[str] | None = None,
    components: Sequence[Component] = (),
    channel: str = "",
    customer: str = "",
) -> DeskRequest:
    """A request for one item, all of it or nothing. `asked` are the locations the caller named, where `locations` were
    chosen for it: it may repeat its call after the choice has become another. What an item consists of and the
    caller's channel are ours, too. Raises ValueError for nothing, or from nowhere."""
    if quantity <= 0 or not locations:
        raise ValueError(f"{key}: {quantity} of {item} from {list(locations)} cannot be reserved")
    named = locations if asked is None else asked
    more = (customer,) if customer else ()
    return DeskRequest(
        company_id,
        key,
        (DeskLine("", item, quantity, tuple(dict.fromkeys(locations)), tuple(components)),),
        expires_at,
        reference,
        source,
        digest_of(SPACE, company_id, key),
        content_of(item, tuple(named), quantity, expires_at, reference, *more),
        channel=channel,
        customer=customer,
    )


def desk_lines_request(
    company_id: str,
    key: str,
    lines: Sequence[DeskLine],
    *,
    asked: Sequence[Sequence[str]] | None = None,
    mode: Mode = "whole",
    expires_at: dt.datetime | None = None,
    reference: str = "",
    source: str = "api",
    channel: str = "",
    customer: str = "",
) -> DeskRequest:
    """A request for several lines in one. `asked` are the locations the caller named, line by line. Raises ValueError
    for lines that ask for nothing, or twice under one name."""
    if not lines or len({line.line for line in lines}) != len(lines):
        raise ValueError(f"{key}: {[line.line for line in lines]} are no lines of their own")
    for line in lines:
        if line.quantity <= 0 or not line.locations:
            raise ValueError(f"{key}: {line.quantity} of {line.item} from {list(line.locations)} cannot be reserved")
    return DeskRequest(
        company_id,
        key,
        tuple(lines),
        expires_at,
        reference,
        source,
        digest_of(SPACE, company_id, key),
        content_of_lines(lines, asked, mode, expires_at, reference, customer),
        mode=mode,
        channel=channel,
        customer=customer,
        several=True,
    )


def content_of_lines(
    lines: Sequence[DeskLine],
    asked: Sequence[Sequence[str]] | None,
    mode: str,
    expires_at: dt.datetime | None,
    reference: str,
    customer: str,
) -> bytes:
    """What must be equal when a key comes again: the caller's own words alone."""
    named = [line.locations for line in lines] if asked is None else asked
    said = [(line.line, line.item, line.quantity, tuple(places)) for line, places in zip(lines, named, strict=True)]
    return content_of("lines", said, mode, expires_at, reference, customer)


def encode(answer: ReservationAnswer) -> str:
    """An answer as stored."""
    return _encoder.encode(answer).decode()


def decode(answer: str) -> ReservationAnswer:
    """An answer as it was given."""
    return msgspec.json.decode(answer, type=ReservationAnswer)
