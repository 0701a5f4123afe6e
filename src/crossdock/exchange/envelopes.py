"""What goes around a document we send: identities, control numbers, dates, and the name of its file."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from crossdock.edi import x12
from crossdock.edi.maps import OutgoingSet
from crossdock.ports.connector import Numbers, Route
from crossdock.project.network import Agreement

CONTENT_TYPE = "application/edi-x12"
_LAST_NUMBER = 999_999_999

# Which field of a document dates its envelope: rendering reads no clock, so the same document gives the same bytes.
_DATED_BY = ("acknowledged_at", "shipped_at", "ordered_on", "changed_on", "acknowledged_on", "invoiced_on")


def counters(agreement: Agreement) -> tuple[str, str]:
    """The counters of interchanges and of groups; every agreement counts for itself."""
    base = f"x12/{agreement.partner}/{agreement.company}"
    return f"{base}/group", f"{base}/interchange"


def header(agreement: Agreement, body: msgspec.Struct, numbers: Numbers, zone: ZoneInfo) -> x12.InterchangeOut:
    """The envelope of one document: one group in one interchange."""
    group, interchange = counters(agreement)
    marks = agreement.delimiters
    return x12.InterchangeOut(
        sender=agreement.our.id,
        receiver=agreement.their.id,
        control_number=_number(agreement, numbers.take(interchange)),
        group_control_number=_number(agreement, numbers.take(group)),
        at=_dated(body, zone),
        sender_qualifier=agreement.our.qualifier,
        receiver_qualifier=agreement.their.qualifier,
        group_sender=agreement.our.application,
        group_receiver=agreement.their.application,
        version=agreement.version,
        usage=agreement.usage,
        delimiters=x12.Delimiters(
            element=marks.element,
            component=marks.component,
            terminator=marks.segment,
            suffix=marks.line_break,
        ),
    )


def file_name(agreement: Agreement, outgoing: OutgoingSet, envelope: x12.InterchangeOut) -> str:
    """A name that no other document to this partner has: the control number counts within our identity."""
    return f"{_safe(agreement.our.id)}_{outgoing.type}_{envelope.control_number:09d}.x12"


def control_key(agreement: Agreement, functional_id: str, control_number: str) -> Route:
    """The business key of a group of ours, as a 997 names it. The partner knows two companies of ours by the same
    numbers, so the company is part of the value."""
    return Route(
        "control_number", agreement.partner, f"{agreement.company}/{functional_id}/{control_number.lstrip('0') or '0'}"
    )


def _number(agreement: Agreement, taken: int) -> int:
    """The agreed first number plus what was counted since; after nine nines it begins again at 1."""
    return (agreement.control_numbers.first + taken - 2) % _LAST_NUMBER + 1


def _dated(body: msgspec.Struct, zone: ZoneInfo) -> dt.datetime:
    for name in _DATED_BY:
        value = getattr(body, name, None)
        if isinstance(value, dt.datetime):
            return value.astimezone(zone)
        if isinstance(value, dt.date):
            return dt.datetime.combine(value, dt.time(), zone)
    raise TypeError(f"{type(body).__name__} has no date for its envelope")


def _safe(text: str) -> str:
    return "".join(character if character.isalnum() and character.isascii() else "-" for character in text)
