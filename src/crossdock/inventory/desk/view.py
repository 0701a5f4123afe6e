"""A caller's reservation as it stands, and how each piece of it ended."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec
from asyncpg import Record

from crossdock.inventory.desk.endings import SQL, entry_of_deadline, entry_of_release, names_of
from crossdock.inventory.desk.requests import BESIDE, SPACE
from crossdock.inventory.ledger.entries import digest_of
from crossdock.store import Connection
from crossdock.store.arrays import octets, texts

_NAME = re.compile(r"([0-9a-f]{24})(-[0-9]+(\.[0-9]+)*)?")


class End(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a piece ended: `released`, `expired`, `adopted` (by the case `by`), `filled` (what waited was granted as
    pieces of their own), `fulfilled` (the goods went). When and why, where it was done to this piece alone. Of what
    was adopted, so much was `taken`; the rest became free."""

    how: str
    at: dt.datetime | None = None
    by: str = ""
    reason: str = ""
    taken: Decimal | None = None


class PieceView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece: of `quantity`, so much `remains`. A waiting one has so much of it covered by expected supply, all of
    which should be here on `expected_on`."""

    reservation: str
    line: str
    item: str
    location: str
    quantity: Decimal
    remaining: Decimal
    state: str
    expires_at: dt.datetime | None = None
    pool: str = ""
    pegged: Decimal = Decimal(0)
    expected_on: dt.date | None = None
    ended: End | None = None


class ReservationView(msgspec.Struct, frozen=True):
    """All that was promised to one call, or one piece of it. `open` as long as anything of it is held or waits;
    `expires_at` is the next deadline."""

    reservation: str
    company: str
    state: Literal["open", "ended"]
    held_by: str
    reference: str
    reserved_at: dt.datetime
    expires_at: dt.datetime | None
    confirmed_at: dt.datetime | None
    pieces: tuple[PieceView, ...]

    @property
    def open(self) -> list[str]:
        """The pieces that are held or wait."""
        return [piece.reservation for piece in self.pieces if piece.remaining]

    @property
    def remaining(self) -> Decimal:
        """How much is held or waits."""
        return sum((piece.remaining for piece in self.pieces), Decimal(0))


async def find(tx: Connection, name: str) -> ReservationView | None:
    """The reservation of this name, whole or one piece; None if no caller ever made it."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    entry = await _entry(tx, match[1])
    rows = await tx.fetch(SQL.pieces, *names_of(name)) if entry else []
    if entry is None or not rows:
        return None
    ends = await _ends(tx, entry["company_id"], rows)
    deadlines = [row["expires_at"] for row in rows if row["expires_at"] is not None and row["remaining"]]
    return ReservationView(
        reservation=name,
        company=entry["company_id"],
        state="open" if any(row["remaining"] for row in rows) else "ended",
        held_by=entry["reason"],
        reference=rows[0]["request"],
        reserved_at=entry["occurred_at"],
        expires_at=min(deadlines, default=None),
        confirmed_at=min((row["confirmed_at"] for row in rows if row["confirmed_at"]), default=None),
        pieces=tuple(_piece(row, ends.get(row["id"])) for row in rows),
    )


async def holders_of(tx: Connection, pieces: Sequence[str]) -> dict[str, str]:
    """Who made those of these pieces whose callers may wait; the others' rows say it themselves."""
    stems = sorted({match[1] for piece in pieces if (match := _NAME.fullmatch(piece))})
    if not stems:
        return {}
    low, high = [[bytes.fromhex(stem) + end * 4 for stem in stems] for end in (b"\x00", b"\xff")]
    own = {
        digest_of(SPACE, entry["company_id"], entry["key"].removeprefix(BESIDE)): entry["digest"].hex()[:24]
        for entry in await tx.fetch(SQL.made, octets(low), octets(high))
        if entry["key"].startswith(BESIDE)
    }
    asked = await tx.fetch(SQL.entries, octets(list(own))) if own else ()
    holders = {own[entry["digest"]]: entry["reason"] for entry in asked}
    return {piece: holders[piece[:24]] for piece in pieces if piece[:24] in holders}


async def _entry(tx: Connection, stem: str) -> Record | None:
    """What the caller asked: the entry that its pieces are named after, or the one beside it if it may wait."""
    first = bytes.fromhex(stem) + bytes(4)
    row = await tx.fetchrow(SQL.entry, first, bytes.fromhex(stem) + b"\xff" * 4)
    if row is None or row["actor"] != "api":
        return None
    if row["what"] == "reserve":
        return row
    if row["what"] != "asked" or not row["key"].startswith(BESIDE):
        return None
    own = digest_of(SPACE, row["company_id"], row["key"].removeprefix(BESIDE))
    return await tx.fetchrow(SQL.entry, own, own)


def _piece(row: Record, end: End | None) -> PieceView:
    return PieceView(
        row["id"], row["line"], row["item"], row["location"], row["quantity"], row["remaining"], row["state"],
        row["expires_at"], row["pool"], row["pegged"], row["expected_on"], end,
    )  # fmt: skip


async def _ends(tx: Connection, company_id: str, rows: Sequence[Record]) -> dict[str, End]:
    """How those that have ended did."""
    over = [row for row in rows if not row["remaining"]]
    ends = {row["id"]: End(row["state"]) for row in over}
    asked: dict[bytes, str] = {}
    for row in over:
        if row["state"] == "released":
            asked[entry_of_release(company_id, row["id"]).digest] = row["id"]
        elif row["state"] == "expired":
            asked[entry_of_deadline(company_id, row["id"], row["deadline"]).digest] = row["id"]
    for entry in await tx.fetch(SQL.entries, octets(list(asked))) if asked else ():
        how, by = ends[asked[entry["digest"]]].how, "" if entry["actor"] in ("api", "expiry") else entry["actor"]
        reason = entry["reason"] if how == "released" else ""
        ends[asked[entry["digest"]]] = End(how, entry["occurred_at"], by, reason)
    # An order that needs less than all of a reservation gives the rest back: then that is how its row ended.
    adopted = [name for name, end in ends.items() if end.how == "adopted" or (end.how == "released" and not end.at)]
    for name, subject, at, taken in await tx.fetch(SQL.adopted, texts(adopted)) if adopted else ():
        ends[name] = End("adopted", at, subject, taken=taken)
    return ends
