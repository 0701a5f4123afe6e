"""A server of its own for the fault tests: what is killed here must not take other tests along."""

from __future__ import annotations

from tests.integration.conftest import database, server, store, template

__all__ = ["database", "server", "store", "template"]
