"""Functional acknowledgements (X12 997): the syntax receipt of one functional group."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

FunctionalVerdict = Literal["accepted", "accepted_with_errors", "partially_accepted", "rejected"]


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
