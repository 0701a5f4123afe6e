"""Facts about documents that arrived and about cases themselves."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec

from crossdock.events.registry import event


@event()
class DocumentReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """Raw bytes are safe in the store; translation follows in the order of arrival per source."""

    document_id: UUID
    source: str
    kind: str
    """How it came: `webhook`, `poll`, `file`, `api`."""
    content_type: str = ""
    name: str = ""
    size: int = 0
    """Bytes."""


@event()
class DocumentDismissed(msgspec.Struct, frozen=True):
    """A person decided that nothing is to be taken from a held document: stock is not kept back for it any more."""

    document_id: UUID


@event()
class CaseMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case changed: header state before and after, the lines that moved, and the effects it asked for."""

    process: str
    trigger: str
    from_state: str
    to_state: str
    lines: tuple[tuple[str, str, str], ...] = ()
    """(line, state before, state after)."""
    effects: tuple[str, ...] = ()


@event()
class DeadlinePassed(msgspec.Struct, frozen=True):
    """A deadline the case had set came due in business time."""

    name: str
    due_at: dt.datetime


@event()
class ExpectationMissed(msgspec.Struct, frozen=True):
    """A document the case was expecting did not come in time. It may still come: then the expectation closes."""

    name: str
    due_at: dt.datetime
    money_at_risk: str = ""


@event()
class ExceptionCaseOpened(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem needs a person; `code` has a runbook page."""

    exception_id: UUID
    code: str
    detail: str
    lines: tuple[str, ...] = ()


@event()
class ExceptionCaseClosed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The problem is over, by itself or by a person's decision."""

    exception_id: UUID
    code: str
    resolution: str


@event()
class CaseReleased(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person released a parked case: its waiting events are handled in order, then life goes on."""

    reason: str = ""
