"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from crossdock.store.pool import without_pooler

FOLDER = Path(__file__).parent
# Behind a pooler two transactions may meet different servers: no statement may be known there by a name.
_UNNAMED = {"statement_cache_size": 0, "prepared_statement_cache_size": 0, "prepared_statement_name_func": lambda: ""}


async def migrate(url: str) -> str:
    """Apply all revisions the database lacks, in one transaction, and return the head revision.

    Two processes that start together wait for each other on a transaction-scoped lock.
    """
    direct, pooled = without_pooler(url)
    engine = create_async_engine(_sqlalchemy_url(direct), poolclass=NullPool, connect_args=_UNNAMED if pooled else {})
    try:
        async with engine.begin() as connection:
            # Scoped to this transaction, so no session state is left behind.
            await connection.execute(text("select pg_advisory_xact_lock(7305961)"))
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> str:
    script = ScriptDirectory(str(FOLDER))

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)

    context = MigrationContext.configure(connection, opts={"script": script, "fn": steps})
    with Operations.context(context):
        context.run_migrations()
    return script.get_current_head() or ""


def _sqlalchemy_url(url: str) -> str:
    parts = urlsplit(url)
    # The sqlalchemy dialect reads a socket directory from `host=` in the query, as libpq does.
    return parts._replace(scheme="postgresql+asyncpg").geturl()
