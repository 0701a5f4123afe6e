from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from crossdock.sandbox.stage import Secrets
from crossdock.sandbox.world import Options, World

EXAMPLE = Path(__file__).parents[3] / "examples/wholesaler"
SECRETS = Secrets(token="token", webhook="whsec_c2VjcmV0", sftp_password="password", shop_api_key="key")
NOON = dt.datetime(2010, 12, 1, 12, tzinfo=dt.UTC)


MakeWorld = Callable[..., contextlib.AbstractAsyncContextManager[World]]


@pytest.fixture
def make_world(tmp_path: Path) -> MakeWorld:
    """A world without ports: systems are called directly and business time is moved by `run_until`."""

    @contextlib.asynccontextmanager
    async def make(*only: str, orders: int = 30) -> AsyncIterator[World]:
        options = Options(
            config=EXAMPLE / "sandbox.yaml",
            data=EXAMPLE / "data",
            books=tmp_path / "books",
            state=tmp_path / "state",
            crossdock="http://127.0.0.1:9",
            secrets=SECRETS,
            orders=orders,
            only=only,
        )
        world = World(options)
        try:
            yield world
        finally:
            await world.close()

    return make


async def run_until(world: World, until: dt.datetime) -> None:
    """Let business time reach `until`, action by action, and everything be sent that was to be sent."""
    schedule, clock = world.stage.schedule, world.stage.clock
    while (due := schedule.next_at()) is not None and due <= until:
        clock.origin_business = due
        schedule.run_one()
    clock.origin_business = until
    assert schedule.failures == []
    while world.stage.caller.pending:  # noqa: ASYNC110 - a counter, and only in tests
        await asyncio.sleep(0.001)
