"""Syntax receipts: of one functional group (X12 997, 999), of one interchange (X12 TA1), and of both and every message
in one (EDIFACT CONTRL)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

FunctionalVerdict = Literal["accepted", "accepted_with_errors", "partially_accepted", "rejected"]
InterchangeVerdict = Literal["accepted", "accepted_with_errors", "rejected"]


class AcknowledgedSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one transaction set. `faults` are (segment position, segment, error code) of AK3."""

    set_type: str
    control_number: str
    verdict: FunctionalVerdict
    faults: tuple[tuple[int, str, str], ...] = ()
    elements: tuple[tuple[int, int, str], ...] = ()
    """(segment position, element number, error code) of AK4, for segments whose AK3 says so."""
    codes: tuple[str, ...] = ()
    """What is wrong with the set as a whole (AK5)."""


class FunctionalAcknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to the group `group_control_number` of functional id `group_id` (`PO`, `PR`, `SH`, `IN`, `PC`)."""

    group_id: str
    group_control_number: str
    verdict: FunctionalVerdict
    sets: tuple[AcknowledgedSet, ...] = ()
    company_id: str = ""
    """Whose acknowledgement it is, or was: the interchange's identities tell, the 997 itself does not."""
    acknowledged_at: dt.datetime | None = None
    """When what it answers was received; the envelope of a 997 we send is dated so."""
    codes: tuple[str, ...] = ()
    """What is wrong with the group as a whole (AK9)."""


class InterchangeAcknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one interchange of X12 (TA1): whether its envelope could be read, not what stands in it."""

    control_number: str
    date: str
    time: str
    """As ISA09 and ISA10 have them: the partner finds its interchange by them."""
    verdict: InterchangeVerdict
    code: str = "000"
    """The note code (TA105) of what is gravest; `000` where nothing is wrong."""
    requested: bool = False
    """The partner asked for it (ISA14)."""
    company_id: str = ""
    acknowledged_at: dt.datetime | None = None


class ReportedSegment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A segment in error (UCS), by its position in the message from 1 (UNH); `elements` are (element number, code) of
    UCD."""

    position: int
    code: str = ""
    elements: tuple[tuple[int, str], ...] = ()


class ReportedMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one message (UCM). `code` and `segment` say what is wrong with its envelope."""

    type: str
    version: str
    reference: str
    rejected: bool = False
    code: str = ""
    segment: str = ""
    segments: tuple[ReportedSegment, ...] = ()


class ReportedGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one group of messages (UCF)."""

    reference: str
    sender: str
    receiver: str
    rejected: bool = False
    code: str = ""
    segment: str = ""
    messages: tuple[ReportedMessage, ...] = ()


class SyntaxReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one interchange of EDIFACT (CONTRL, UCI). What is not rejected is acknowledged, and only what is
    rejected has codes."""

    reference: str
    sender: str
    receiver: str
    rejected: bool = False
    code: str = ""
    segment: str = ""
    element: int = 0
    groups: tuple[ReportedGroup, ...] = ()
    messages: tuple[ReportedMessage, ...] = ()
    requested: bool = False
    """The partner asked for it (UNB 0031)."""
    company_id: str = ""
    acknowledged_at: dt.datetime | None = None
