"""What a batch wants written, collected first and written set-wise in the one lock order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from crossdock.events.envelope import Envelope, NewEvent
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.inventory.reconciliation.statements import Kept
from crossdock.log import BusinessKey, DocumentLink
from crossdock.model.stock import LedgerRequest
from crossdock.ports.connector import MasterRecord
from crossdock.processes._kit import Send


@dataclass(frozen=True)
class PendingSend:
    """A document to be delivered for a case, and the event that caused it."""

    send: Send
    company_id: str
    case_id: str
    cause: Envelope


@dataclass(frozen=True)
class SendAgain:
    """A document that was delivered before is asked for again, by its idempotency key, because of a raw document."""

    system: str
    key: str
    because_of: UUID
    at: dt.datetime


@dataclass(frozen=True)
class DeadlineSet:
    """A deadline or expectation to set (`due_at`) or, with None, to take away."""

    case_id: str
    name: str
    company_id: str
    kind: str = "deadline"
    due_at: dt.datetime | None = None
    owed_by: str = ""
    money_at_risk: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class ExceptionChange:
    """An exception case to open (or bring up to date), or to close."""

    case_id: str
    company_id: str
    code: str
    key: str
    opens: bool
    text: str
    at: dt.datetime
    cause: Envelope
    lines: tuple[str, ...] = ()
    owner: str = "operations"
    money_at_risk: Decimal | None = None
    currency: str = ""
    expected_on: dt.date | None = None
    reference: str = ""


@dataclass
class Writes:
    """The sum of one batch."""

    events: list[NewEvent] = field(default_factory=list)
    sends: list[PendingSend] = field(default_factory=list)
    again: list[SendAgain] = field(default_factory=list)
    ledger: list[LedgerRequest | SafetyRequest] = field(default_factory=list)
    deadlines: dict[tuple[str, str], DeadlineSet] = field(default_factory=dict)
    exceptions: list[ExceptionChange] = field(default_factory=list)
    keys: list[BusinessKey] = field(default_factory=list)
    links: list[DocumentLink] = field(default_factory=list)
    master: list[MasterRecord] = field(default_factory=list)
    documents: list[tuple[UUID, str, str, int]] = field(default_factory=list)
    """Raw documents that were translated: (id, status, faults as JSON, number of records)."""
    statements: list[Kept] = field(default_factory=list)
    """What systems said of their stock."""
    causes: dict[str, Envelope] = field(default_factory=dict)
    """The last event that made a case ask something of the ledger."""
