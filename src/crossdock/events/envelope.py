"""The envelope every event carries, complete from the first day: nothing can be added to rows already written."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

Precision = Literal["instant", "minute", "day"]


class NewEvent(msgspec.Struct):
    """An event to be appended. The log adds id, slot, position and `recorded_at`.

    `subject` is the case the event is about (`purchase_order/albion_uk/4500001`); `partition_key` decides the slot
    and is the subject unless said otherwise; `occurred_at` is business time.
    """

    body: msgspec.Struct
    subject: str
    company_id: str
    occurred_at: dt.datetime
    source: str
    actor: str = "engine"
    on_behalf_of: str = ""
    partition_key: str = ""
    source_sequence: int | None = None
    occurred_precision: Precision = "instant"
    occurred_zone: str = "UTC"
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    trace_id: str = ""
    network_version: int = 0
    """The version it was decided under; 0: the one in force when it is appended."""
    process_version: str = ""
    simulation: str = ""
    id: UUID | None = None
    text: str = ""
    """The body as it is stored, if it was written beforehand."""


class Envelope(msgspec.Struct, frozen=True):
    """An event's header as stored; `segment`, `slot`, `position` say where it stands in the log."""

    segment: int
    slot: int
    position: int
    id: UUID
    type: str
    schema_version: int
    subject: str
    partition_key: str
    company_id: str
    source: str
    source_sequence: int | None
    actor: str
    on_behalf_of: str
    occurred_at: dt.datetime
    occurred_precision: str
    occurred_zone: str
    recorded_at: dt.datetime
    correlation_id: UUID
    causation_id: UUID | None
    trace_id: str
    network_version: int
    process_version: str
    simulation: str


class Event(msgspec.Struct, frozen=True):
    """An event as read: its envelope and its decoded body."""

    envelope: Envelope
    body: msgspec.Struct
