"""The connection pool. Nothing here or above keeps session state, so poolers and failover do no harm."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from asyncpg.exceptions._base import DataError as CannotEncode  # `asyncpg.DataError` is the server's word for it

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
Result = TypeVar("Result")

# What leaves a transaction certainly or possibly undone, and is cured by running it again whole.
TRANSIENT = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, a statement that took too long
    asyncpg.InsufficientResourcesError,  # a full disk, no memory, too many connections
    asyncpg.PostgresSystemError,  # its disk does not answer
    asyncpg.ReadOnlySQLTransactionError,  # a standby, until it is promoted
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection that died at an odd moment
    ConnectionError,
    TimeoutError,
    OSError,
)


class Unwritable(asyncpg.DataError):
    """A value that no statement can carry, such as a number that fits no column or half a character.

    The driver finds it before the server does and calls it trouble of its interface, as it calls a lost connection;
    but running the transaction again cures nothing. Leaves the store in the family of what the server refuses.
    """


class UnusableUrl(ValueError):
    """What was given as the URL of the database is none that the driver can read."""


_OWNER = re.compile(r"[A-Za-z0-9._-]{1,60}")


class Store:
    """A pool on one database. Statements run inside `transaction()`; through a transaction pooler, too."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, *, pooled: bool = False) -> None:
        self._pool = pool
        self._pooled = pooled
        self.url = url

    @classmethod
    async def connect(cls, url: str, *, min_size: int = 1, max_size: int = 4) -> Store:
        """Open a pool. `?pooler=transaction` in the URL says that a transaction pooler stands in between.

        Prepared statements then live no longer than a transaction. Raises `UnusableUrl` for what is no such URL, and
        what asyncpg raises when the database cannot be reached.
        """
        try:
            dsn, pooled = without_pooler(url)
            pool = await asyncpg.create_pool(
                dsn,
                min_size=min_size,
                max_size=max_size,
                statement_cache_size=0 if pooled else 512,
                max_cached_statement_lifetime=0,
                max_inactive_connection_lifetime=0,
                reset=_no_reset,
                command_timeout=60,
            )
        except OSError:
            raise  # a certificate that does not hold is a ValueError, too
        except ValueError as error:
            raise UnusableUrl(str(error)) from error
        return cls(pool, url, pooled=pooled)

    @asynccontextmanager
    async def transaction(self, *, readonly: bool = False, snapshot: bool = False) -> AsyncIterator[Connection]:
        """One transaction on one connection; commits at the end, rolls back when the block raises.

        With `snapshot`, all its statements see the database as it was at the first (repeatable read).
        """
        isolation: Any = "repeatable_read" if snapshot else None
        transaction = {"readonly": readonly, "isolation": isolation}
        with _refusing():
            async with self._pool.acquire() as connection, connection.transaction(**transaction):
                yield connection

    @asynccontextmanager
    async def batch(self, owner: str, *, relaxed: bool = False) -> AsyncIterator[Connection]:
        """A worker's transaction: it bears the worker's name until it ends, so that a take-over can end it.

        With `relaxed`, the commit does not wait for the disk: for what a crash may undo because it is done again.
        """
        if not _OWNER.fullmatch(owner):
            raise ValueError(f"{owner!r} is no name for a session")
        # One round trip begins it all.
        begin = f"begin; set local application_name = '{owner}'" + (
            "; set local synchronous_commit = off" if relaxed else ""
        )
        with _refusing():
            async with self._pool.acquire() as connection:
                await connection.execute(begin)
                try:
                    yield connection
                except BaseException:
                    if not connection.is_closed():
                        await connection.execute("rollback")
                    raise
                await connection.execute("commit")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection for single statements, each its own transaction; through a pooler, one transaction for all.

        A pooler may hand each message of a statement to another server, but not within a transaction.
        """
        if self._pooled:
            async with self.transaction() as tx:
                yield tx
        else:
            with _refusing():
                async with self._pool.acquire() as connection:
                    yield connection

    async def close(self) -> None:
        """Close all connections; those still in use are closed when they come back, at most ten seconds from now."""
        try:
            await asyncio.wait_for(self._pool.close(), 10)
        except TimeoutError:
            self._pool.terminate()


async def run_again(work: Callable[[], Awaitable[Result]], *, attempts: int = 8) -> Result:
    """Run a whole transaction, and again after what `TRANSIENT` names, with growing pauses (25 ms to 3 s).

    `work` must be safe to repeat after an ambiguous commit. Raises the last error when all attempts failed.
    """
    for attempt in range(attempts - 1):
        try:
            return await work()
        except TRANSIENT:
            await asyncio.sleep(min(0.025 * 2**attempt, 3))
    return await work()


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell what cannot be encoded from what a lost connection interrupts."""
    try:
        yield
    except (CannotEncode, OverflowError, UnicodeEncodeError) as refusal:  # the latter two from COPY and from texts
        raise Unwritable(str(refusal)) from refusal


def without_pooler(url: str) -> tuple[str, bool]:
    """The URL as the driver takes it, and whether it says that a transaction pooler stands in between."""
    parts = urlsplit(url)
    options = parse_qsl(parts.query)
    kept = [(name, value) for name, value in options if name != "pooler"]
    return urlunsplit(parts._replace(query=urlencode(kept, safe="/"))), len(kept) != len(options)


async def _no_reset(connection: Any) -> None:
    """Nothing to undo between uses: no session state is ever made."""
