from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from crossdock.sandbox.stage import Secrets
from crossdock.sandbox.world import Options, World, running
from tests.integration.sandbox.naive_middleware import NaiveMiddleware

EXAMPLE = Path(__file__).parents[3] / "examples/wholesaler"
SECRETS = Secrets(token="token", webhook="whsec_c2VjcmV0", sftp_password="password", shop_api_key="shop-key")

Opened = tuple[World, NaiveMiddleware]
OpenWorld = Callable[..., contextlib.AbstractAsyncContextManager[Opened]]


@pytest.fixture
def open_world(tmp_path: Path) -> OpenWorld:
    """Systems on real ports, with the naive middleware listening and not yet polling."""

    @contextlib.asynccontextmanager
    async def open_(*only: str, orders: int = 20, seed: int = 7) -> AsyncIterator[Opened]:
        middleware = NaiveMiddleware(SECRETS.token, SECRETS.webhook, SECRETS.sftp_password)
        options = Options(
            config=EXAMPLE / "sandbox.yaml",
            data=EXAMPLE / "data",
            books=tmp_path / "books",
            state=tmp_path / "state",
            crossdock=await middleware.open(),
            secrets=SECRETS,
            orders=orders,
            seed=seed,
            only=only,
        )
        try:
            async with running(options) as world:
                try:
                    yield world, middleware
                finally:
                    await middleware.close()
        finally:
            await middleware.close()

    return open_
