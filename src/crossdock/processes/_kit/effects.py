"""What a handler may ask for. Effects return nothing: an outcome is an event to the same case."""

from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.model.quantity import Money
from crossdock.model.reconciliation import StockStatement
from crossdock.model.stock import StockMoveLine, StockRequestLine, SupplyLine


class Emit(msgspec.Struct, frozen=True):
    """Tell another case (or, with the own subject, this one) a fact. In the same transaction."""

    body: msgspec.Struct
    subject: str


class Send(msgspec.Struct, frozen=True):
    """Deliver a document to a system or trading partner of the network.

    `document` names what it is in canonical words (`purchase_order`), `number` which one it is, revision included:
    with the company they make the idempotency key, the same at every receiver. `key` orders deliveries to one receiver
    (default: this case). With `report`, the case is told `DocumentDelivered`; it always hears of failure.
    """

    document: str
    body: msgspec.Struct
    to: str
    number: str
    key: str = ""
    report: bool = False


class Reserve(msgspec.Struct, frozen=True):
    """Ask for stock; the answer is `StockPromised`. `request` names this request within the case. `source` (a channel)
    and `customer` decide which pools it may take from; `adopts` are reservations that it takes over."""

    lines: tuple[StockRequestLine, ...]
    request: str = "order"
    source: str = ""
    backorder: bool = True
    partial: bool = True
    customer: str = ""
    adopts: tuple[str, ...] = ()


class Commit(msgspec.Struct, frozen=True):
    """Book a promise somebody already made; the answer is `StockPromised`, with the shortage it caused."""

    lines: tuple[StockRequestLine, ...]
    request: str = "order"
    source: str = ""
    customer: str = ""
    adopts: tuple[str, ...] = ()


class Release(msgspec.Struct, frozen=True):
    """End promises and backorders of this case without goods: of some lines, or all."""

    request: str
    lines: tuple[str, ...] = ()
    reservations: tuple[str, ...] = ()
    reason: str = "cancelled"


class Move(msgspec.Struct, frozen=True):
    """Book a physical fact in the ledger. `document` names the fact: within the case it is booked once. It happened
    `at` that moment, or with the event at hand."""

    document: str
    lines: tuple[StockMoveLine, ...]
    reason: str = ""
    at: dt.datetime | None = None


class ExpectSupply(msgspec.Struct, frozen=True):
    """State what this case believes will come; replaces what it said of the same lines before."""

    lines: tuple[SupplyLine, ...]


class Deadline(msgspec.Struct, frozen=True):
    """Tell this case `DeadlinePassed(name)` in business time, `after` the event at hand; sets an existing one anew."""

    name: str
    after: dt.timedelta


class Expect(msgspec.Struct, frozen=True):
    """A document should come: `ExpectationMissed(name)` unless `Met` first. Shown with its money at risk."""

    name: str
    within: dt.timedelta
    of: str = ""
    """Who owes it."""
    money_at_risk: Money | None = None


class Met(msgspec.Struct, frozen=True):
    """The expectation or deadline `name` is over."""

    name: str


class OpenExceptionCase(msgspec.Struct, frozen=True):
    """Ask a person. One open exception per case and `code` and `key`: opening it again updates its detail."""

    code: str
    detail: str
    key: str = ""
    lines: tuple[str, ...] = ()
    money_at_risk: Money | None = None
    owner: str = "operations"
    """Role that owns it: `operations`, `buyer`, `customer_service`, `accounts_payable`, `warehouse`."""
    expected_on: dt.date | None = None


class CloseExceptionCase(msgspec.Struct, frozen=True):
    """The problem is over."""

    code: str
    resolution: str
    key: str = ""


class Link(msgspec.Struct, frozen=True):
    """This case can be found by a business key, or belongs to another document.

    `kind` and `value` (`tracking_number`, `1Z...`) with `issuer` make a business key; `document` is the subject of
    another case this one is part of, with the role it plays there.
    """

    kind: str = ""
    issuer: str = ""
    value: str = ""
    document: str = ""
    line: str = ""
    role: str = ""


class KeepStatement(msgspec.Struct, frozen=True):
    """Keep what a system said of its stock, to be compared once all that came before it is booked."""

    statement: StockStatement
    counted: bool = False
    """The owner of the quantities counted: what it found holds."""


Effect = (
    Emit
    | Send
    | Reserve
    | Commit
    | Release
    | Move
    | ExpectSupply
    | Deadline
    | Expect
    | Met
    | OpenExceptionCase
    | CloseExceptionCase
    | Link
    | KeepStatement
)


def describe(effect: Effect) -> str:
    """A short text of an effect for the history of a case: `Send purchase_order 4500001 to acme`."""
    name = type(effect).__name__
    match effect:
        case Send():
            return f"{name} {effect.document} {effect.number} to {effect.to}"
        case Emit():
            return f"{name} {type(effect.body).__name__} to {effect.subject}"
        case Move():
            return f"{name} {effect.document}"
        case Deadline() | Expect() | Met():
            return f"{name} {effect.name}"
        case OpenExceptionCase() | CloseExceptionCase():
            return f"{name} {effect.code}"
        case Reserve() | Commit() | Release():
            return f"{name} {effect.request}"
        case Link():
            return f"{name} {effect.kind or effect.role} {effect.value or effect.document}"
        case ExpectSupply():
            return f"{name} {len(effect.lines)} lines"
        case KeepStatement():
            return f"{name} {effect.statement.number}"
