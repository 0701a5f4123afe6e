"""SFTP with one trading partner: one connection, kept open, opened anew after a failure.

We write `inbox/NAME` (as `.part-N-NAME` until it is whole, `N` being the attempt) and fetch `outbox/NAME`; what is safe
with us goes to `outbox/done/NAME`, what the partner took goes to `inbox/done/NAME`. So whether a file has arrived can
be looked up.
"""

from __future__ import annotations

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncssh
import msgspec

from crossdock.ports.connector import ConnectorUnavailable, Health
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater
from crossdock.project.network import Sftp

T = TypeVar("T")

MAX_FILE_BYTES = 256 * 1024 * 1024
KEEP_ALIVE_SECONDS = 15
CHECK_SECONDS = 10.0
CLOSE_SECONDS = 3.0

_UNFINISHED = (".part", ".tmp", ".filepart")
# The connection is of no use any more.
_BROKEN = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.SFTPBadMessage,
    OSError,
    TimeoutError,
)
# A person has to mend credentials, keys or folders: trying again is of no use.
_HALTING = (
    asyncssh.PermissionDenied,
    asyncssh.HostKeyNotVerifiable,
    asyncssh.SFTPPermissionDenied,
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.KeyImportError,
    asyncssh.KeyEncryptionError,
)
_FAULTS = (asyncssh.Error, asyncssh.KeyImportError, asyncssh.KeyEncryptionError, OSError, TimeoutError)


class RemoteFile(msgspec.Struct, frozen=True):
    """A whole file that waits for us."""

    name: str
    size: int
    at: int = 0
    """When it was written last."""
    again: str = ""
    """When it was laid out, if a file of this name was taken before: that tells one laying-out from the next."""


class SftpTransport:
    """Files to and from one partner. Safe to use from several tasks at once."""

    def __init__(self, settings: Sftp, *, timeout_seconds: float = 30) -> None:
        self._settings = settings
        self._timeout_seconds = timeout_seconds
        self._opening = asyncio.Lock()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None
        self._closed = False
        self._read: dict[str, RemoteFile] = {}
        """Files that were read and not moved away yet, as they were then."""

    async def deliver(self, name: str, content: bytes, attempt: int = 1) -> Outcome:
        """Put a file into the partner's inbox unless it is, or was, there. Never raises for what the partner does."""
        try:
            async with self._session() as sftp:
                return await self._lookup(sftp, name, len(content)) or await self._upload(sftp, name, content, attempt)
        except _HALTING as fault:
            return Halt(_words(fault))
        except _FAULTS as fault:
            return RetryLater(_words(fault))

    async def waiting(self) -> list[RemoteFile]:
        """Whole files in the outbox, oldest first. Raises `ConnectorUnavailable`."""
        return await self._available(self._list)

    async def read(self, file: RemoteFile) -> bytes | None:
        """The content of a waiting file; None if it was written to meanwhile. Raises `ConnectorUnavailable`."""

        async def work(sftp: asyncssh.SFTPClient) -> bytes | None:
            path = self._path(self._settings.outbox, file.name)
            async with sftp.open(path, "rb") as remote:
                content = await remote.read()
            whole = len(content) == file.size and await _is_still(sftp, path, file)
            return (content.encode() if isinstance(content, str) else content) if whole else None

        content = await self._available(work)
        if content is not None:
            self._read[file.name] = file
        return content

    async def finish(self, name: str, content: bytes) -> None:
        """Move a file out of the way once it is safe with us; a file that is gone already was moved before.

        One that is another by now stays: it is read when the folder is looked at again.
        """
        file = self._read.pop(name, None)
        await self._available(lambda sftp: self._move_to_done(sftp, name, content, file))

    async def check(self) -> Health:
        """Can we log in, and are both folders there?"""
        try:
            async with asyncio.timeout(min(CHECK_SECONDS, self._timeout_seconds)), self._session() as sftp:
                for folder in (self._settings.inbox, self._settings.outbox):
                    if not await sftp.isdir(folder):
                        return Health(False, f"there is no folder {folder}")
        except _FAULTS as fault:
            return Health(False, _words(fault))
        return Health(True, f"sftp {self._settings.host}:{self._settings.port}")

    async def close(self) -> None:
        """Close the connection; safe to call twice."""
        self._closed = True
        async with self._opening:
            connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.close()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.wait_closed()
            except (TimeoutError, asyncssh.Error, OSError):
                connection.abort()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[asyncssh.SFTPClient]:
        """The open client, for one piece of work that is bounded in time. A connection that broke, or on which work
        was given up half-way (its request may block all that follow), is dropped."""
        client: asyncssh.SFTPClient | None = None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                client = await self._open()
                yield client
        except (*_BROKEN, asyncio.CancelledError):
            self._drop(client)
            raise

    async def _open(self) -> asyncssh.SFTPClient:
        async with self._opening:
            if self._closed:
                raise ConnectionAbortedError("the connector is closed")
            if self._connection is not None and self._connection.is_closed():
                self._connection = self._client = None
            if self._client is None:
                connection = await self._connect()
                try:
                    self._client = await connection.start_sftp_client()
                except BaseException:
                    connection.abort()
                    raise
                self._connection = connection
            return self._client

    async def _connect(self) -> asyncssh.SSHClientConnection:
        """Nothing of the machine's own SSH set-up is used: what counts stands in the network's files."""
        settings = self._settings
        trusted: Any = ([asyncssh.import_public_key(settings.host_key)], [], []) if settings.host_key else None
        keys = [asyncssh.import_private_key(settings.private_key.reveal())] if settings.private_key else None
        return await asyncssh.connect(
            settings.host,
            settings.port,
            username=settings.user,
            password=settings.password.reveal() if settings.password else None,
            client_keys=keys,
            known_hosts=trusted,
            agent_path=None,
            config=None,
            connect_timeout=self._timeout_seconds,
            login_timeout=self._timeout_seconds,
            keepalive_interval=KEEP_ALIVE_SECONDS,
        )

    def _drop(self, client: asyncssh.SFTPClient | None) -> None:
        """Forget the connection, unless another task has opened a new one meanwhile."""
        if client is not None and client is self._client:
            connection, self._connection, self._client = self._connection, None, None
            if connection is not None:
                connection.abort()

    async def _available(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        try:
            async with self._session() as sftp:
                return await work(sftp)
        except _FAULTS as fault:
            raise ConnectorUnavailable(_words(fault)) from fault

    async def _lookup(self, sftp: asyncssh.SFTPClient, name: str, size: int) -> Outcome | None:
        """Delivered if the file is in the inbox or was taken out of it; None if it never arrived."""
        inbox = self._settings.inbox
        places = (self._path(inbox, name), self._path(inbox, self._settings.done, name))
        for found in await asyncio.gather(*(_size(sftp, place) for place in places)):
            if found is not None:
                return Delivered(name) if found == size else _taken(name, found, size)
        return None

    async def _upload(self, sftp: asyncssh.SFTPClient, name: str, content: bytes, attempt: int) -> Outcome:
        """An attempt that was given up may still be writing, so each writes a file of its own."""
        inbox = self._settings.inbox
        part, whole = self._path(inbox, f".part-{attempt}-{name}"), self._path(inbox, name)
        with suppress(asyncssh.SFTPNoSuchFile):
            if attempt > 1:
                await sftp.remove(self._path(inbox, f".part-{attempt - 1}-{name}"))
        async with sftp.open(part, "wb") as remote:
            await remote.write(content)
        try:
            await sftp.rename(part, whole)
        except (asyncssh.SFTPFailure, asyncssh.SFTPNoSuchFile, asyncssh.SFTPFileAlreadyExists) as fault:
            # Another attempt may have been faster; its bytes are the same.
            return await self._lookup(sftp, name, len(content)) or RetryLater(_words(fault))
        return Delivered(name)

    async def _list(self, sftp: asyncssh.SFTPClient) -> list[RemoteFile]:
        found: list[tuple[int, str, int]] = []
        async for entry in sftp.scandir(self._settings.outbox):
            name, attributes = str(entry.filename), entry.attrs
            regular = attributes.permissions is None or stat.S_ISREG(attributes.permissions)
            if regular and not name.startswith(".") and not name.endswith(_UNFINISHED) and "/" not in name:
                found.append((int(attributes.mtime or 0), name, int(attributes.size or 0)))
        found.sort()
        done = self._path(self._settings.outbox, self._settings.done)
        before = await asyncio.gather(*(_size(sftp, self._path(done, name)) for _, name, _ in found))
        return [
            RemoteFile(name, size, at, "" if taken is None else str(at))
            for (at, name, size), taken in zip(found, before, strict=True)
        ]

    async def _move_to_done(
        self, sftp: asyncssh.SFTPClient, name: str, content: bytes, file: RemoteFile | None
    ) -> None:
        outbox, done = self._settings.outbox, self._settings.done
        source = self._path(outbox, name)
        if file is not None and not await _is_still(sftp, source, file):
            return
        # A partner may use a name again: the second file is kept beside the first, under its digest.
        digest = hashlib.sha256(content).hexdigest()[:12]
        for target in (self._path(outbox, done, name), self._path(outbox, done, f"{name}.{digest}")):
            try:
                await sftp.rename(source, target)
            except asyncssh.SFTPNoSuchFile:
                if await _size(sftp, source) is None:
                    return
                await sftp.makedirs(self._path(outbox, done), exist_ok=True)
                await sftp.rename(source, target)
                return
            except (asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
                continue
            return
        await sftp.remove(source)

    @staticmethod
    def _path(*parts: str) -> str:
        return "/".join(parts)


async def _size(sftp: asyncssh.SFTPClient, path: str) -> int | None:
    try:
        return int((await sftp.stat(path)).size or 0)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return None


async def _is_still(sftp: asyncssh.SFTPClient, path: str, file: RemoteFile) -> bool:
    """Is this file there, and was it not written to since it was listed?"""
    try:
        now = await sftp.stat(path)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return False
    return (int(now.size or 0), int(now.mtime or 0)) == (file.size, file.at)


def _taken(name: str, found: int, size: int) -> Rejected:
    return Rejected("name_taken", f"another file of {found} bytes is there as {name}; ours has {size}")


def _words(fault: Any) -> str:
    return f"{type(fault).__name__}: {fault}".rstrip(": ")[:300]
