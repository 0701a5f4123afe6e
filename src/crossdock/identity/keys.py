"""API keys: 256 random bits, of which only the SHA-256 and a short prefix to recognise them by are stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from crossdock.identity.actor import SCOPES, Actor
from crossdock.store import Connection, Store, load_queries

_SQL = load_queries(Path(__file__).with_name("keys.sql"))
_PREFIX_LENGTH = 10


class ApiKey(msgspec.Struct, frozen=True):
    """A key as it may be shown: never the token."""

    id: UUID
    prefix: str
    consumer: str
    scopes: tuple[str, ...]
    companies: tuple[str, ...]
    channel: str
    partner: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None


def token_digest(token: str) -> bytes:
    """What is stored of a token. A plain hash suffices: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


async def issue(
    tx: Connection,
    consumer: str,
    scopes: Sequence[str],
    *,
    companies: Sequence[str] = (),
    channel: str = "",
    partner: str = "",
    expires_at: dt.datetime | None = None,
) -> str:
    """Make a new key and return its token, which is never shown again. Raises ValueError for an unknown scope."""
    token = f"cdk_{secrets.token_urlsafe(32)}"
    await register(
        tx, token, consumer, scopes, companies=companies, channel=channel, partner=partner, expires_at=expires_at
    )
    return token


async def register(
    tx: Connection,
    token: str,
    consumer: str,
    scopes: Sequence[str],
    *,
    companies: Sequence[str] = (),
    channel: str = "",
    partner: str = "",
    expires_at: dt.datetime | None = None,
) -> None:
    """Make a token known that was chosen elsewhere (a secret of the network project); again: take over its terms."""
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise ValueError(f"unknown scopes {unknown}; there are {sorted(SCOPES)}")
    prefix = token[:_PREFIX_LENGTH] if len(token) >= 3 * _PREFIX_LENGTH else token[:2]
    await tx.execute(
        _SQL.register,
        uuid4(),
        prefix,
        token_digest(token),
        consumer,
        sorted(scopes),
        sorted(companies),
        channel,
        partner,
        expires_at,
    )


async def revoke(tx: Connection, prefix: str) -> int:
    """End all valid keys with this prefix, at once in the database; a running API follows within seconds."""
    return len(await tx.fetch(_SQL.revoke, prefix))


async def list_keys(tx: Connection) -> list[ApiKey]:
    """All keys, newest first."""
    return [
        ApiKey(**{**dict(row), "scopes": tuple(row["scopes"]), "companies": tuple(row["companies"])})
        for row in await tx.fetch(_SQL.list_keys)
    ]


class KeyRing:
    """Tokens to actors, remembered for `seconds` so that a call costs no query; a revoked key lives that long.

    Unknown tokens are not remembered: a flood of guesses must not fill the memory.
    """

    def __init__(self, store: Store, *, seconds: float = 5.0, most: int = 10_000) -> None:
        self._store = store
        self._seconds = seconds
        self._most = most
        self._known: dict[bytes, tuple[float, Actor]] = {}

    def remembered(self, token: str) -> Actor | None:
        """The actor of a token looked up in the last seconds, without waiting for anything."""
        entry = self._known.get(token_digest(token))
        return entry[1] if entry is not None and entry[0] > time.monotonic() else None

    async def actor(self, token: str) -> Actor | None:
        """The actor of a valid token; None for one that is unknown, expired or revoked."""
        if (actor := self.remembered(token)) is not None:
            return actor
        async with self._store.transaction(readonly=True) as tx:
            row = await tx.fetchrow(_SQL.find, token_digest(token))
        if row is None:
            self._known.pop(token_digest(token), None)
            return None
        actor = Actor(
            name=row["consumer"],
            scopes=frozenset(row["scopes"]),
            companies=frozenset(row["companies"]),
            channel=row["channel"],
            partner=row["partner"],
        )
        if len(self._known) >= self._most:
            self._known.clear()
        # A key that expires sooner than the memory is long is forgotten when it expires.
        seconds = min(self._seconds, row["seconds_left"] if row["seconds_left"] is not None else self._seconds)
        self._known[token_digest(token)] = (time.monotonic() + seconds, actor)
        return actor
