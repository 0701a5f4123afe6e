"""API keys: shown once, stored as a digest, ended at once."""

from __future__ import annotations

import datetime as dt

import pytest

from crossdock.identity import KeyRing, issue, list_keys, register, revoke
from crossdock.store import Store
from tests.integration.engine.harness import rows


async def test_an_issued_key_proves_its_consumer_and_stands_nowhere(store: Store) -> None:
    async with store.transaction() as tx:
        token = await issue(tx, "shop", ["orders:write"], companies=["albion_uk"], channel="shop")
    assert len(token) >= 43
    actor = await KeyRing(store).actor(token)
    assert actor is not None
    assert (actor.name, actor.channel, actor.scopes) == ("shop", "shop", {"orders:write"})
    assert token not in str(await rows(store, "select * from api_key"))
    async with store.transaction() as tx:
        (key,) = await list_keys(tx)
    assert token.startswith(key.prefix)
    assert len(key.prefix) < 12


async def test_an_expired_revoked_or_unknown_key_proves_nothing(store: Store) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    async with store.transaction() as tx:
        expired = await issue(tx, "a", ["orders:read"], expires_at=past)
        revoked = await issue(tx, "b", ["orders:read"])
        assert await revoke(tx, revoked[:10]) == 1
    ring = KeyRing(store)
    for token in (expired, revoked, "cdk_unknown"):
        assert await ring.actor(token) is None
        assert ring.remembered(token) is None


async def test_a_remembered_key_is_looked_up_again_after_a_while(store: Store) -> None:
    async with store.transaction() as tx:
        token = await issue(tx, "shop", ["orders:read"])
    ring = KeyRing(store, seconds=0)
    assert await ring.actor(token) is not None
    async with store.transaction() as tx:
        await revoke(tx, token[:10])
    assert await ring.actor(token) is None


async def test_a_registered_token_takes_over_new_terms(store: Store) -> None:
    for scopes in (["orders:read"], ["orders:write"]):
        async with store.transaction() as tx:
            await register(tx, "a-secret-of-the-network-project", "shop", scopes)
    actor = await KeyRing(store).actor("a-secret-of-the-network-project")
    assert actor is not None
    assert actor.scopes == {"orders:write"}
    assert await rows(store, "select count(*) from api_key") == [(1,)]


async def test_a_scope_that_does_not_exist_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="unknown scopes"):
        async with store.transaction() as tx:
            await issue(tx, "shop", ["everything"])
