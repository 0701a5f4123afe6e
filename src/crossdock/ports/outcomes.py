"""How an attempt to deliver ended: a closed set, grouped by what the engine does next."""

from __future__ import annotations

import datetime as dt

import msgspec


class Delivered(msgspec.Struct, frozen=True):
    """The receiver has it. `reply` is the receiver's own reference."""

    reply: str = ""


class RetryLater(msgspec.Struct, frozen=True):
    """It certainly or probably did not arrive, and a later attempt with the same key is safe."""

    detail: str = ""
    after: dt.timedelta | None = None


class Rejected(msgspec.Struct, frozen=True):
    """The receiver will never take these bytes: a dead letter and an exception case."""

    code: str
    detail: str


class Halt(msgspec.Struct, frozen=True):
    """Nothing will succeed at this system until a person acts (bad credentials): its deliveries stop."""

    reason: str


class Unknown(msgspec.Struct, frozen=True):
    """It may have arrived and sending again is not safe: a person decides."""

    detail: str


Outcome = Delivered | RetryLater | Rejected | Halt | Unknown


class Unsupported(Exception):
    """The connector cannot express this document. Raised while rendering, before anything is sent."""
