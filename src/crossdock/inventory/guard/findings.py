"""What one slice of the guard's work brings back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from crossdock.inventory.guard.laws import COLUMNS, Court, Discrepancy, Fold, Seconds
from crossdock.inventory.ledger.books import ZERO
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("guard.sql"))
SPACING = 500
"""So many movements of a position lie between two checkpoints, or a few more."""
_LEVELS = (*COLUMNS["promise"], *COLUMNS["physical"])


class Finding(msgspec.Struct, frozen=True):
    """A law that does not hold, and what to look at again to see whether it does: a `place` of some `unit`."""

    unit: str
    place: str
    company_id: str
    what: Discrepancy


class Checkpoint(msgspec.Struct, frozen=True):
    """A position's verified balances after its movement `number`."""

    book: str
    position_id: int
    number: int
    levels: Mapping[str, Decimal]
    seconds: Seconds
    recorded_at: dt.datetime

    @classmethod
    def of(cls, position_id: int, fold: Fold) -> Checkpoint:
        """Where a fold stands."""
        return cls(fold.book, position_id, fold.number, dict(fold.levels), dict(fold.seconds), fold.recorded_at)

    def row(self) -> tuple[Any, ...]:
        """As stored: the columns of the other book are zero."""
        levels = (self.levels.get(name, ZERO) for name in _LEVELS)
        seconds = msgspec.json.encode(self.seconds).decode()
        return (self.book, self.position_id, self.number, *levels, seconds, self.recorded_at)


@dataclass
class Slice:
    """What was looked at, what does not hold, what was verified, and where to go on."""

    cursor: str = ""
    units: int = 0
    movements: int = 0
    done: bool = False
    """Is this the end of the walk?"""
    visited: list[tuple[str, str]] = field(default_factory=list)
    """(unit, place) of all that was wholly looked at: what is known to be wrong there and was not found again is
    over."""
    findings: list[Finding] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: Slice) -> None:
        """Sum up: what was counted and what does not hold; what was verified is stored by now."""
        self.units += other.units
        self.movements += other.movements
        self.findings += other.findings
        for law, count in other.compared.items():
            self.compared[law] += count

    def take(self, court: Court, unit: str, place: str, company_id: str, *, whole: bool = True) -> None:
        """A place was judged."""
        for law, count in court.compared.items():
            self.compared[law] += count
        self.findings += [Finding(unit, place, company_id, what) for what in court.discrepancies]
        if whole:
            self.visited.append((unit, place))
            self.units += 1


async def store_checkpoints(tx: Connection, checkpoints: Sequence[Checkpoint]) -> None:
    """Write verified balances. One that is there already was verified by another guard."""
    rows = sorted((checkpoint.row() for checkpoint in checkpoints), key=lambda row: row[:3])
    await tx.execute(SQL.put_checkpoints, *[list(column) for column in zip(*rows, strict=True)])
