"""What the database cannot hold is told from trouble of the database: only the latter is cured by trying again."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from crossdock.store import Store, run_again
from crossdock.store.pool import TRANSIENT

UNWRITABLE = [
    ("select $1::integer", 2**40),
    ("select $1::bigint", 2**70),
    ("select $1::text", "half a character \ud800"),
    ("select $1::text", "a \x00 character"),
    ("select $1::text[]", ["half a character \ud800"]),
    ("select $1::text::text[]", '{"half a character \ud800"}'),
    ("select $1::text::bigint[]", f"{{{2**70}}}"),
    ("select $1::timestamptz", "yesterday"),
]


@pytest.mark.parametrize(("statement", "value"), UNWRITABLE)
async def test_what_cannot_be_written_is_refused_at_once(store: Store, statement: str, value: Any) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        async with store.transaction() as tx:
            await tx.fetch(statement, value)

    with pytest.raises(asyncpg.PostgresError) as refusal:
        await run_again(work)
    assert tries == 1
    assert not isinstance(refusal.value, TRANSIENT)


@pytest.mark.parametrize("column", ["number", "words"])
async def test_copying_what_cannot_be_written_is_refused_at_once(store: Store, column: str) -> None:
    value: Any = 2**70 if column == "number" else "half a character \ud800"
    async with store.transaction() as tx:
        await tx.execute("create table box (number bigint, words text)")
    with pytest.raises(asyncpg.PostgresError) as refusal:
        async with store.transaction() as tx:
            await tx.copy_records_to_table("box", records=[(value,)], columns=[column])
    assert not isinstance(refusal.value, TRANSIENT)


async def test_the_connection_is_good_after_a_refusal(store: Store) -> None:
    for _ in range(30):
        with pytest.raises(asyncpg.PostgresError):
            async with store.batch("worker-1") as tx:
                await tx.fetch("select $1::bigint", 2**70)
    async with store.connection() as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_closed_connection_is_trouble_that_passes(store: Store) -> None:
    with pytest.raises(TRANSIENT):
        async with store.transaction() as tx:
            await tx.execute("select pg_terminate_backend(pg_backend_pid())")
