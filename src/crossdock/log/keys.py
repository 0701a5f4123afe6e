"""How cases are found: business keys and document links, written in the transaction of the fact they come from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crossdock.log.append import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals


class BusinessKey(NamedTuple):
    """`value` of this `kind`, given out by `issuer`, names `subject`; `document` and `number` where a document that we
    sent for it carried the value."""

    company_id: str
    kind: str
    issuer: str
    value: str
    subject: str
    document: str = ""
    number: str = ""


class Named(NamedTuple):
    """What a business key names."""

    subject: str
    document: str
    number: str


class DocumentLink(NamedTuple):
    """`document` (a subject) is part of the story of `subject`, in a role."""

    company_id: str
    document: str
    subject: str
    line: str = ""
    role: str = ""


async def write_keys(tx: Connection, keys: Iterable[BusinessKey]) -> None:
    """Write keys in sorted order; those known already stay."""
    rows = sorted(set(keys))
    if rows:
        await tx.execute(SQL.write_keys, *literals(rows))


async def write_links(tx: Connection, links: Iterable[DocumentLink]) -> None:
    """Write links in sorted order; those known already stay."""
    rows = sorted(set(links))
    if rows:
        await tx.execute(SQL.write_links, *literals(rows))


async def find_keys(tx: Connection, asked: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Named]:
    """(kind, issuer, value) -> what it names, for those that are known."""
    wanted = sorted(set(asked))
    if not wanted:
        return {}
    rows = await tx.fetch(SQL.find_keys, *literals(wanted))
    return {(row[0], row[1], row[2]): Named(row[3], row[4], row[5]) for row in rows}
