from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec

from crossdock.project import Network, load
from crossdock.project.versions import apply, content_of, version_in_force
from crossdock.store import Store

WHOLESALER = Path(__file__).parents[3] / "examples" / "wholesaler"


def renamed(name: str) -> Network:
    return msgspec.structs.replace(load(WHOLESALER, None), name=name)


async def put_in_force(store: Store, network: Network) -> int:
    async with store.transaction() as tx:
        return (await apply(tx, network)).version


async def in_force(store: Store) -> int:
    async with store.transaction() as tx:
        return await version_in_force(tx)


async def test_a_change_is_a_new_version_and_the_same_content_is_the_same(store: Store) -> None:
    assert await in_force(store) == 0
    assert await put_in_force(store, renamed("first")) == 1
    assert await put_in_force(store, renamed("first")) == 1
    assert await put_in_force(store, renamed("second")) == 2
    assert await in_force(store) == 2


async def test_going_back_puts_the_old_version_in_force_again(store: Store) -> None:
    for name in ("first", "second", "first"):
        await put_in_force(store, renamed(name))

    assert await in_force(store) == 1


async def test_what_a_version_said_can_be_read_and_holds_no_secret(store: Store) -> None:
    names = {match for file in WHOLESALER.rglob("*.yaml") for match in re.findall(r"env:(\w+)", file.read_text())}
    environment = {name: "2222" if name.endswith("PORT") else "hidden-value" for name in names}
    version = await put_in_force(store, load(WHOLESALER, environment))

    async with store.transaction() as tx:
        content = await content_of(tx, version)
        assert await content_of(tx, version + 1) is None
    assert content is not None
    assert '"token":"env:SANDBOX_TOKEN"' in content
    assert "hidden-value" not in content


async def test_processes_that_start_together_agree_on_the_version(store: Store) -> None:
    versions = await asyncio.gather(*(put_in_force(store, renamed(f"n{number % 2}")) for number in range(8)))

    assert set(versions) == {1, 2}
    assert len({version for number, version in enumerate(versions) if number % 2}) == 1
