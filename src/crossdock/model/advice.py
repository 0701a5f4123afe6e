"""What partners tell each other beside the goods: parties and their places, verdicts of an application, plain text
(X12 816, 824, 864; EDIFACT PARTIN, APERAK)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a firm or one of its places is. Never a person's."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


class PartyEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A party or place, what it is (`role` is the sender's code), and whom it belongs to."""

    line: str
    party: PartyRef
    role: str = ""
    action: Literal["add", "change", "delete", "unchanged"] = "add"
    parent: str = ""
    address: Address = Address()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class PartyInformation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A partner's list of its own places: stores, warehouses, who is served from where."""

    company_id: str
    number: str
    sender: PartyRef
    issued_on: dt.date
    entries: tuple[PartyEntry, ...]
    purpose: Literal["original", "add", "change", "delete"] = "original"
    """What is to be done with all entries, where it is said once for the list."""


class AdviceError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that the other side's application objects to; `code` is its own."""

    code: str
    text: str = ""
    segment: str = ""
    element: str = ""
    value: str = ""


class AdvisedDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one document: `document_type` is its set or message type, `number` its business number."""

    verdict: Literal["accepted", "accepted_with_changes", "rejected"]
    document_type: str = ""
    number: str = ""
    group_control_number: str = ""
    control_number: str = ""
    errors: tuple[AdviceError, ...] = ()


class ApplicationAdvice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of documents behind the syntax check: taken, taken with changes, or refused, and why."""

    company_id: str
    number: str
    sender: PartyRef
    receiver: PartyRef
    advised_on: dt.date
    documents: tuple[AdvisedDocument, ...]


class TextMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words for a person. `lines` keep the sender's lines."""

    company_id: str
    number: str
    sent_on: dt.date | None
    subject: str
    lines: tuple[str, ...]
    sender: PartyRef | None = None
    receiver: PartyRef | None = None
