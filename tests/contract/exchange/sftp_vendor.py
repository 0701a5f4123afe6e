"""A trading partner's SFTP server in the test's own process, with its good and its bad days."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncssh

from crossdock.ports.connector import Connector
from crossdock.project.network import Sftp
from crossdock.project.secrets import Secret
from crossdock.testing.vendors import TOKEN

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


class _Login(asyncssh.SSHServer):
    """One user with a password."""

    def __init__(self, vendor: SftpVendor) -> None:
        self._vendor = vendor

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._vendor.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("brightware", TOKEN)


class _Home(asyncssh.SFTPServer):
    """The partner's home, chrooted. Hangs or cuts the connection when the test says so."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], vendor: SftpVendor) -> None:
        super().__init__(channel, chroot=str(vendor.home).encode())
        self._vendor = vendor

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        if b"outbox/" in path:
            self._vendor.before_reading()
        return super().open(path, pflags, attrs)

    async def stat(self, path: bytes) -> Any:
        await self._vendor.maybe_hang()
        return super().stat(path)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        if oldpath.split(b"/")[-1].startswith(b".part-"):
            self._vendor.arrived(newpath.decode())
            if self._vendor.losing:
                self._vendor.losing = False
                self._vendor.cut()
                await asyncio.sleep(3600)


class SftpVendor:
    """Use it as an async context manager. `outbox` is what waits there at the start."""

    def __init__(self, connect: Callable[[Sftp, float], Connector], outbox: dict[str, bytes] | None = None) -> None:
        self._connect = connect
        self._outbox = outbox or {}
        self._server: asyncssh.SSHAcceptor | None = None
        self._hanging = 0
        self.losing = False
        self.before_reading: Callable[[], object] = lambda: None
        self.home = Path()
        self.port = 0
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.effects: list[bytes] = []

    async def __aenter__(self) -> SftpVendor:
        self.home = Path(tempfile.mkdtemp(prefix="crossdock-sftp-"))
        for folder in ("inbox/done", "outbox/done"):
            (self.home / folder).mkdir(parents=True)
        for name, content in self._outbox.items():
            (self.home / "outbox" / name).write_bytes(content)
        self._server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[HOST_KEY],
            server_factory=lambda: _Login(self),
            sftp_factory=lambda channel: _Home(channel, self),
        )
        self.port = self._server.get_port()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.go_down()
        shutil.rmtree(self.home)

    def settings(self, *, password: str = TOKEN, host_key: asyncssh.SSHKey = HOST_KEY) -> Sftp:
        """How to reach it."""
        return Sftp(
            host="127.0.0.1",
            port=self.port,
            user="brightware",
            password=Secret(password, "PASSWORD"),
            host_key=host_key.export_public_key().decode(),
        )

    def connector(self, *, authorised: bool = True, timeout_seconds: float = 5) -> Connector:
        """A new connector to it."""
        return self._connect(self.settings(password=TOKEN if authorised else "wrong"), timeout_seconds)

    def lose_next_reply(self) -> None:
        """The next file arrives, and its sender does not hear of it."""
        self.losing = True

    def hang(self) -> None:
        """The next request is never answered."""
        self._hanging += 1

    @property
    def hung(self) -> bool:
        """Has the request come that is never answered?"""
        return not self._hanging

    def arrived(self, path: str) -> None:
        """A whole file is there."""
        self.effects.append((self.home / path.lstrip("/")).read_bytes())

    async def maybe_hang(self) -> None:
        """Wait for ever if the test said so."""
        if self._hanging:
            self._hanging -= 1
            await asyncio.sleep(3600)

    def cut(self) -> None:
        """Drop all connections there are."""
        for connection in self.connections:
            connection.abort()
        self.connections.clear()

    async def go_down(self) -> None:
        """Nobody can connect any more."""
        if self._server is not None:
            server, self._server = self._server, None
            self.cut()
            server.close()
            await server.wait_closed()
