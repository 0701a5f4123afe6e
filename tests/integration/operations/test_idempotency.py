"""Idempotency-Keys are remembered as long as is promised."""

from __future__ import annotations

from crossdock.operations.idempotency import forget
from crossdock.store import Store
from tests.integration.engine.harness import rows


async def test_keys_are_forgotten_after_thirty_days_and_not_before(store: Store) -> None:
    await rows(
        store,
        "insert into idempotency_answer (consumer, key, digest, status, answer, created_at)"
        " select 'shop', n::text, '', 202, '', now() - interval '1 day' * n from generate_series(1, 60) n returning 1",
    )
    assert await forget(store, most=7) == 31
    assert await rows(store, "select max(key::int) from idempotency_answer") == [(29,)]
    assert await forget(store) == 0
