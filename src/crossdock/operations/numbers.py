"""Numbers that a person or caller gives a document of ours: each stands for one document, from the first moment on."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from crossdock.log import BusinessKey, write_keys
from crossdock.operations.cases import SQL as CASES
from crossdock.operations.problems import Problem
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))


def must_be_a_number(number: str) -> None:
    """Raise `Problem` for what cannot be part of a case's id."""
    if "/" in number or not number.isprintable() or len(number) > 80:
        advice = "Use up to 80 printable characters without `/`."
        raise Problem("malformed_request", f"{number!r} cannot be a number", advice=advice)


async def take_number(tx: Connection, subject: str, issuer: str, number: str) -> None:
    """Let a number stand for this case of ours, so that it can be found by it at once. Raises `Problem` where it stands
    for one already, seen by a worker or not."""
    kind, company_id = subject.split("/")[:2]
    digest = sha256(subject.encode()).digest()
    taken = await tx.fetchval(SQL.take, company_id, kind, issuer, number, digest, subject)
    if taken is None or await tx.fetchrow(CASES.find, subject) is not None:
        advice = "If it is the same one, nothing is left to do: a number counts once. Another one needs another number."
        raise Problem("conflict", f"there is a {kind} {number} of {company_id} already", advice=advice)
    await write_keys(tx, [BusinessKey(company_id, kind, issuer, number, subject)])
