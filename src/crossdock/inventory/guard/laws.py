"""The laws of the ledger, each told once: `verify` asks them of everything in one snapshot, the guard in slices.

A law looks at numbers that somebody else has read or folded, and tells the court what should be equal. What a law means
in words stands in `LAWS`; the runbook `conservation_violated` says what to do.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import asyncpg
import msgspec

from crossdock.inventory.ledger.books import ON_THE_BOOK, ZERO
from crossdock.model.stock import PHYSICAL_STATES

Row: TypeAlias = "Mapping[str, Any] | asyncpg.Record"
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
PROMISE_COLUMNS = ("on_hand", "reserved", "allocated", "safety")
COLUMNS: dict[str, tuple[str, ...]] = {"promise": PROMISE_COLUMNS, "physical": tuple(PHYSICAL_STATES)}
_OPEN_STATES = ON_THE_BOOK | {"backordered"}

LAWS = {
    "promise_fold": "a promise position is what its movements add up to",
    "promise_numbers_gapless": "the movements of a promise position are numbered 1, 2, 3 up to its counter",
    "stock_fold": "a physical position is what its movements add up to",
    "stock_numbers_gapless": "the movements of a physical position are numbered 1, 2, 3 up to its counter",
    "second_quantity_fold": "what a position weighs, and of how many that is known, is what its movements add up to",
    "checkpoint_is_fold": "a checkpoint is what the movements before it add up to",
    "free_after_is_what_was_free": "what a movement says was free afterwards was free afterwards",
    "asked_grants_are_backed": "no promise that was asked for took more than was free",
    "movements_have_positions": "a movement belongs to a position",
    "movements_have_entries": "a movement names the ledger entry that asked for it",
    "entries_have_cases": "what a case asked of the ledger was asked by a case that there is",
    "on_hand_is_unrestricted": "over all pools, on hand is the unrestricted stock that may be promised",
    "reserved_is_reservations": "what is reserved at a position is what its live promises hold",
    "safety_is_kept_back": "what is kept back at a position is the sum of the reasons for it",
    "one_end_per_reservation": "a promise holds goods until its one end, and none after it",
    "remaining_within_quantity": "a promise never holds more than it was made for",
    "movements_book_reservations": "the movements of a promise add up to what it holds",
    "pegged_is_pegs": "what of expected supply is tied to promises is the sum of the pegs",
    "pegged_within_open": "no more is tied to promises than is still expected",
    "open_supply_is_marked": "supply that is still expected is marked as open",
    "supply_numbers_gapless": "the changes of expected supply are numbered without gaps",
    "supply_is_its_journal": "expected supply stands as its last change left it",
    "pegs_within_waiting": "supply is tied to promises that wait, and to no more than they wait for",
    "ship_notice_conserved": "what a ship notice announced is received, short or still to come, and its order says so",
    "received_not_invoiced": "what an order says came of a line and was not invoiced is what the receipts say",
    "published_is_derived": "a number that a channel was told follows from the movements before it",
}
"""Every law, in words."""


class Discrepancy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One law that does not hold: its name, where, and both numbers; the movements concerned where they are known."""

    law: str
    where: str
    expected: str
    found: str
    movements: str = ""


class Court:
    """Compares, counts, and keeps what does not agree."""

    def __init__(self) -> None:
        self.compared: dict[str, int] = defaultdict(int)
        self.discrepancies: list[Discrepancy] = []

    def equal(self, law: str, where: str, expected: object, found: object, movements: str = "") -> None:
        """Both must be the same."""
        self.holds(law, where, expected == found, expected, found, movements)

    def holds(self, law: str, where: str, held: bool, expected: object, found: object, movements: str = "") -> None:
        """It must be so."""
        self.compared[law] += 1
        if not held:
            self.discrepancies.append(Discrepancy(law, where, _text(expected), _text(found), movements))


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


Seconds: TypeAlias = dict[str, tuple[Decimal, Decimal]]
"""What a position weighs, and of how many goods that is known, by the unit of the weight."""


class Fold:
    """A position of either book rebuilt movement by movement, from the beginning or from a checkpoint."""

    __slots__ = ("book", "levels", "number", "recorded_at", "seconds")

    def __init__(
        self, book: str, number: int = 0, levels: Mapping[str, Decimal] | None = None, seconds: Seconds | None = None
    ) -> None:
        self.book = book
        self.number = number
        self.levels = dict.fromkeys(COLUMNS[book], ZERO) if levels is None else dict(levels)
        self.seconds: Seconds = dict(seconds or {})
        self.recorded_at = LONG_AGO
        """Every movement so far was recorded at or before."""

    def free(self) -> Decimal:
        """What may be promised at a promise position."""
        levels = self.levels
        return levels["on_hand"] - levels["safety"] - levels["reserved"] - levels["allocated"]

    def promise(self, court: Court, where: str, row: Row) -> None:
        """Take in the next movement of a promise position; on the way it must have been backed."""
        self._count(court, "promise_numbers_gapless", where, row["number"])
        for column in PROMISE_COLUMNS:
            self.levels[column] += row[column]
        spot, free, this = f"{where} movement {row['number']}", self.free(), str(row["number"])
        court.equal("free_after_is_what_was_free", spot, free, row["free_after"], this)
        if row["kind"] in ("asked", "asked_fill"):
            court.holds("asked_grants_are_backed", spot, free >= 0, "free >= 0", free, this)

    def physical(self, court: Court, where: str, row: Row) -> None:
        """Take in the next movement of a physical position; `leaves` and `comes` say which of its ends is here."""
        self._count(court, "stock_numbers_gapless", where, row["number"])
        if row["leaves"] and row["from_state"] in self.levels:
            self.levels[row["from_state"]] -= row["quantity"]
            self._weigh(row, -1)
        if row["comes"] and row["to_state"] in self.levels:
            self.levels[row["to_state"]] += row["quantity"]
            self._weigh(row, 1)

    def _weigh(self, row: Row, sign: int) -> None:
        if row["second_quantity"] is not None:
            weight, weighed = self.seconds.get(row["second_unit"], (ZERO, ZERO))
            self.seconds[row["second_unit"]] = (
                weight + sign * row["second_quantity"],
                weighed + sign * row["quantity"],
            )

    def _count(self, court: Court, law: str, where: str, number: int) -> None:
        court.equal(law, where, self.number + 1, number, str(number))
        self.number = number

    def is_position(self, court: Court, where: str, row: Row, since: int = 0) -> None:
        """At its end the fold is the position."""
        promise = self.book == "promise"
        law, numbers = (
            ("promise_fold", "promise_numbers_gapless") if promise else ("stock_fold", "stock_numbers_gapless")
        )
        span = f"{since + 1}..{self.number}" if self.number > since else ""
        court.equal(numbers, where, row["counter"], self.number, span)
        for column, level in self.levels.items():
            court.equal(law, f"{where} {column}", level, row[column], span)
        if not promise:
            self.weighs(court, "second_quantity_fold", where, seconds_of(row["seconds"]), span)

    def weighs(self, court: Court, law: str, where: str, found: Seconds, span: str) -> None:
        """What it weighs is what somebody found, unit by unit."""
        for unit in sorted(self.seconds.keys() | found.keys()):
            nothing = (ZERO, ZERO)
            for name, ours, theirs in zip(
                ("weight", "goods weighed"), self.seconds.get(unit, nothing), found.get(unit, nothing), strict=True
            ):
                court.equal(law, f"{where} {name} in {unit}", ours, theirs, span)


_SECONDS = msgspec.json.Decoder(Seconds)


def seconds_of(stored: str) -> Seconds:
    """What a position weighs, as it is stored beside it."""
    return _SECONDS.decode(stored)


def entry(court: Court, where: str, row: Row) -> None:
    """A movement's entry is there, and the case that asked for it."""
    this = str(row["number"])
    spot = f"{where} movement {this}"
    court.holds("movements_have_entries", spot, row["has_entry"], "an entry", "none", this)
    court.holds("entries_have_cases", spot, not row["case_missing"], f"case {row['subject']}", "none", this)


def promise(court: Court, row: Row) -> None:
    """What a promise says of itself."""
    state, remaining = row["state"], row["remaining"]
    ended = state not in _OPEN_STATES
    court.holds("one_end_per_reservation", row["id"], ended == (remaining == 0), f"{state} means ended", remaining)
    inside = ZERO <= remaining <= row["quantity"] and not (row["waiting"] and (ended or state == "reserved"))
    court.holds("remaining_within_quantity", row["id"], inside, f"0..{row['quantity']}", remaining)


def booked(court: Court, row: Row) -> None:
    """A promise and the movements that name it."""
    held = row["remaining"] if row["state"] in ON_THE_BOOK else ZERO
    court.equal("movements_book_reservations", row["id"], held, row["booked"])


def supply(court: Court, row: Row) -> None:
    """Expected supply and its pegs."""
    where = f"{row['company_id']} {row['source']} line {row['line']}"
    still_open = max(row["quantity"] - row["received"], ZERO)
    court.equal("pegged_is_pegs", where, row["pegs"], row["pegged"])
    court.holds("pegged_within_open", where, row["pegged"] <= still_open, f"<= {still_open}", row["pegged"])
    court.equal("open_supply_is_marked", where, still_open > 0, row["is_open"])


def peg(court: Court, row: Row) -> None:
    """A promise and all that it is pegged to."""
    within = bool(row["waiting"]) and row["quantity"] <= row["remaining"]
    court.holds("pegs_within_waiting", row["reservation"], within, row["remaining"], row["quantity"])


_SUPPLY_COLUMNS = ("item", "location", "quantity", "received", "pegged", "expected_on", "confidence")


def journal(court: Court, row: Row) -> None:
    """Expected supply and its journal: `movements` of them, the last as `last_...`."""
    where = f"{row['company_id']} {row['source']} line {row['line']}"
    court.equal("supply_numbers_gapless", where, row["changes"], row["movements"])
    said = [row[name] for name in _SUPPLY_COLUMNS]
    court.equal("supply_is_its_journal", where, [row[f"last_{name}"] for name in _SUPPLY_COLUMNS], said)
