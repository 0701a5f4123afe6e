"""A server of its own for the fault tests: what is killed here must not take other tests along."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crossdock.store.embedded import EmbeddedServer
from tests.integration.conftest import fresh_database, server, store, template

__all__ = ["database", "server", "store", "template"]


@pytest.fixture
async def database(server: EmbeddedServer, template: str) -> AsyncIterator[str]:
    """A fresh database of the test's own."""
    async with fresh_database(server, template) as url:
        yield url
