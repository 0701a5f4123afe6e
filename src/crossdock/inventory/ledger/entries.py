"""Ledger entries: what a request is called, what it says, and what it was answered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from hashlib import blake2b

import msgspec

from crossdock.events.inventory import PromiseReleased, StockPromised
from crossdock.inventory.ledger.outcomes import RepromiseRequest, SafetyRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.model.stock import MoveRequest, PromiseRequest, ReleaseRequest, SupplyRequest

_encoder = msgspec.json.Encoder(decimal_format="string")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a request was answered: kept for ever, given again to whoever repeats the request."""

    promised: StockPromised | None = None
    released: tuple[PromiseReleased, ...] = ()

    @property
    def ended(self) -> Decimal:
        """How much a release ended."""
        return sum((one.quantity for one in self.released), Decimal(0))

    def bodies(self) -> tuple[msgspec.Struct, ...]:
        """The events of this answer."""
        return self.released if self.promised is None else (self.promised,)


class Entry(msgspec.Struct, frozen=True):
    """A request under its idempotency key."""

    digest: bytes
    content: bytes
    what: str
    document: str
    reason: str
    occurred_at: dt.datetime


def digest_of(space: str, company_id: str, key: str) -> bytes:
    """The name of an entry. `space` keeps the keys of API callers apart from those of cases."""
    return blake2b(f"{space}\0{company_id}\0{key}".encode(), digest_size=16).digest()


def content_of(*parts: object) -> bytes:
    """What must be equal when a key comes again."""
    return blake2b(_encoder.encode(parts), digest_size=8).digest()


def entry_of(request: Request, at: dt.datetime) -> Entry:
    """The entry of a request. When it happened is not part of its content: a repeat may come at another time."""
    digest = digest_of("case", request.company_id, request.key)
    match request:
        case PromiseRequest():
            content = content_of(request.kind, request.subject, request.request, request.lines, *request.adopts)
            return Entry(digest, content, request.kind, request.request, request.source, at)
        case ReleaseRequest():
            content = content_of("release", request.subject, request.reservations, request.lines)
            return Entry(digest, content, "release", "", request.reason, at)
        case MoveRequest():
            content = content_of("move", request.subject, request.document, request.lines)
            return Entry(digest, content, "move", request.document, request.reason, request.occurred_at)
        case SupplyRequest():
            return Entry(digest, content_of("supply", request.subject, request.lines), "supply", "", "", at)
        case SafetyRequest():
            content = content_of("safety", request.item, request.location, request.pool, request.quantity)
            return Entry(digest, content, request.reason, request.source, request.rule, at)
        case RepromiseRequest():
            content = content_of("repromise", request.item, request.location)
            return Entry(digest, content, "repromise", "", "", at)
        case _:
            return Entry(digest, content_of("rebalance", request.item), "rebalance", "", "", at)


def encode_answer(answer: Answer) -> str:
    """An answer as stored."""
    return _encoder.encode(answer).decode()


def decode_answer(text: str) -> Answer:
    """An answer as it was given; nothing was answered to facts."""
    return msgspec.json.decode(text, type=Answer) if text else Answer()
