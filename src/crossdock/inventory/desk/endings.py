"""How a reservation ends without goods, and what keeps it from ending: exactly one of them happens.

A reservation has one key by which it is given back, and one for each deadline it ever had. Whoever lets a deadline
pass takes the deadline's key, and so does whoever moves it: of two that come at once, one finds the key taken. All
other ends are kept apart by the position's lock, as `LedgerBatch` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from crossdock.inventory.ledger.entries import Entry, entry_of
from crossdock.model.stock import ReleaseRequest
from crossdock.store import load_queries
from crossdock.store.arrays import columns, octets, texts

SQL = load_queries(Path(__file__).with_name("endings.sql"))


def release_requests(company_id: str, reservations: Sequence[str], reason: str) -> list[ReleaseRequest]:
    """Give reservations back. Each has a key of its own, whoever gives it back."""
    return [
        ReleaseRequest(company_id, f"give_back/{name}", "", (name,), reason=reason) for name in sorted(reservations)
    ]


def expiry_request(company_id: str, reservation: str, deadline: int) -> ReleaseRequest:
    """End a reservation because its deadline, the first (0) or a later one, has passed."""
    return ReleaseRequest(
        company_id=company_id,
        key=f"expiry/{reservation}/{deadline}" if deadline else f"expiry/{reservation}",
        subject="",
        reservations=(reservation,),
        reason="expired",
    )


def entry_of_release(company_id: str, reservation: str) -> Entry:
    """The entry that there is if a reservation was given back."""
    return entry_of(release_requests(company_id, [reservation], "")[0], _ANY)


def entry_of_deadline(company_id: str, reservation: str, deadline: int) -> Entry:
    """The entry that there is if a deadline has passed, or was moved."""
    return entry_of(expiry_request(company_id, reservation, deadline), _ANY)


def claim_columns(entries: Sequence[Sequence[object]]) -> list[str]:
    """The parameters of `claim`: digest, company, key, what, document, reason, content, answer of each entry."""
    return columns(entries, (octets, texts, texts, texts, texts, texts, octets, texts))


def names_of(name: str) -> tuple[str, str]:
    """The names from the first to before the second are those of a reservation: of one piece and what filled it, or of
    all pieces of a call where `name` is what they begin with."""
    if "-" in name:
        return name, f"{name}/"
    return f"{name}-", f"{name}."


_ANY = dt.datetime.min.replace(tzinfo=dt.UTC)  # when it happened is no part of a key or content
