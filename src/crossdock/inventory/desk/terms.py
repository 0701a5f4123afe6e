"""Putting off the end of a caller's reservation, and doing away with it: extend and confirm."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec
from asyncpg import Record

from crossdock.inventory.desk.endings import SQL, claim_columns, entry_of_deadline, names_of
from crossdock.inventory.desk.requests import SPACE
from crossdock.inventory.ledger.entries import content_of, digest_of
from crossdock.inventory.ledger.outcomes import LedgerConflict
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.store import Connection, Store, run_again
from crossdock.store.arrays import columns, texts

_POSITION = (texts, texts, texts, texts)
_encoder = msgspec.json.Encoder(decimal_format="string")


class NewTerms(msgspec.Struct, frozen=True):
    """What a caller wants of a reservation of its own, whole or one piece (`name`): another deadline, or none any
    more. `key` makes it idempotent; it shares its space with the keys of reservations."""

    company_id: str
    key: str
    name: str
    what: Literal["extend", "confirm"]
    expires_at: dt.datetime | None = None
    reference: str = ""
    source: str = "api"

    @property
    def digest(self) -> bytes:
        """The name of its entry."""
        return digest_of(SPACE, self.company_id, self.key)

    @property
    def content(self) -> bytes:
        """What must be equal when the key comes again."""
        return content_of(self.what, self.name, self.expires_at, self.reference)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds from now on: so much, until then, or for good."""

    quantity: Decimal
    expires_at: dt.datetime | None = None


class NotOpen(Exception):
    """Nothing of the reservation stands or waits any more."""


class NoLater(Exception):
    """The reservation holds until `until` already, or has no end that could be put off (None)."""

    def __init__(self, until: dt.datetime | None) -> None:
        super().__init__(f"holds until {until}")
        self.until = until


async def change_terms(store: Store, wanted: NewTerms) -> Terms:
    """Extend or confirm what is open of a reservation. The same key again is answered as it was the first time.

    Raises `LedgerConflict` for a key that was used for something else, `NotOpen`, and `NoLater` for an extension to a
    time before the present deadline.
    """

    async def once() -> Terms:
        async with store.transaction() as tx:
            return await change_terms_in(tx, wanted)

    return await run_again(once)


async def change_terms_in(tx: Connection, wanted: NewTerms) -> Terms:
    """As `change_terms`, in the caller's transaction, which it must run again whole after `LedgerMoved`."""
    if (before := await recall_terms(tx, wanted)) is not None:
        return before
    pieces = await tx.fetch(SQL.open, *names_of(wanted.name))
    _must_be_possible(wanted, pieces)
    terms = Terms(sum((piece["remaining"] for piece in pieces), Decimal(0)), wanted.expires_at)
    if not await _claim(tx, wanted, pieces, terms):
        raise LedgerMoved(f"{wanted.name}: a deadline has passed or was moved meanwhile")
    positions = {tuple(piece[name] for name in ("company_id", "item", "location", "pool")) for piece in pieces}
    await tx.execute(SQL.lock, *columns(positions, _POSITION))
    if await tx.fetch(SQL.open, *names_of(wanted.name)) != pieces:
        raise LedgerMoved(f"{wanted.name} was filled or ended meanwhile")
    ids = texts([piece["id"] for piece in pieces])
    if wanted.what == "extend":
        await tx.execute(SQL.extend, ids, wanted.expires_at)
    else:
        await tx.execute(SQL.confirm, ids, wanted.reference)
    return terms


async def recall_terms(tx: Connection, wanted: NewTerms) -> Terms | None:
    """What was answered under this key, if it was. Raises `LedgerConflict`."""
    row = await tx.fetchrow(SQL.asked, wanted.digest)
    if row is None:
        return None
    if row["content"] != wanted.content:
        raise LedgerConflict(wanted.company_id, wanted.key)
    return msgspec.json.decode(row["answer"], type=Terms)


def _must_be_possible(wanted: NewTerms, pieces: list[Record]) -> None:
    if not pieces:
        raise NotOpen
    if wanted.what == "extend":
        assert wanted.expires_at is not None
        for piece in pieces:
            if piece["expires_at"] is None or piece["expires_at"] > wanted.expires_at:
                raise NoLater(piece["expires_at"])


async def _claim(tx: Connection, wanted: NewTerms, pieces: list[Record], terms: Terms) -> bool:
    """Take the caller's key, and the keys of the deadlines that are no more: they can pass no longer. False if any of
    them is taken."""
    said = (wanted.digest, wanted.company_id, wanted.key, wanted.what, wanted.reference, wanted.source, wanted.content)
    rows = [(*said, _encoder.encode(terms).decode())]
    for piece in pieces:
        if piece["expires_at"] is not None:
            gone = entry_of_deadline(wanted.company_id, piece["id"], piece["deadline"])
            key = f"deadline {piece['deadline']} of {piece['id']}"
            # To the expiry of that deadline this is a repetition of itself: nothing is left to be done.
            rows.append((gone.digest, wanted.company_id, key, wanted.what, "", wanted.source, gone.content, ""))
    return len(await tx.fetch(SQL.claim, *claim_columns(rows))) == len(rows)
