"""What the other tests here rest on: that they really meet a pooler in transaction mode."""

from __future__ import annotations

import asyncio

from crossdock.store import Store
from crossdock.store.embedded import EmbeddedServer
from crossdock.store.migrations import migrate
from tests.integration.conftest import fresh_database
from tests.integration.engine.harness import rows
from tests.integration.pooler.pgbouncer import through


async def test_transactions_of_one_client_meet_different_servers(store: Store) -> None:
    async def server_of(hold: float) -> int:
        async with store.transaction() as tx:
            await asyncio.sleep(hold)
            return int(await tx.fetchval("select pg_backend_pid()"))

    met = await asyncio.gather(*(server_of(0.05) for _ in range(18)))
    assert 1 < len(set(met)) <= 6


async def test_the_limits_on_transactions_hold_behind_the_pooler(store: Store) -> None:
    assert await rows(store, "select current_setting('idle_in_transaction_session_timeout')") == [("5s",)]


async def test_a_new_database_gets_its_schema_through_the_pooler(server: EmbeddedServer, pooler: int) -> None:
    async with fresh_database(server, "template1") as url:
        pooled = through(pooler, url)
        first = await migrate(pooled)
        assert await migrate(pooled) == first
        store = await Store.connect(pooled)
        assert await rows(store, "select count(*) from business_clock") == [(1,)]
        await store.close()
