"""One SFTP server for all trading partners: a user each, locked into its own home."""

from __future__ import annotations

import hmac
import logging
import posixpath
from pathlib import Path

import asyncssh

from crossdock.sandbox.clock import Clock
from crossdock.sandbox.faults import Faults
from crossdock.sandbox.mailbox import Mailbox


class SftpServer:
    """Password login, chrooted homes, and the faults of a partner's server."""

    def __init__(
        self, mailboxes: dict[str, Mailbox], password: str, key_file: Path, clock: Clock, faults: Faults
    ) -> None:
        self.mailboxes = mailboxes
        self.password = password
        self.clock = clock
        self.faults = faults
        self.port = 0
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._key = _host_key(key_file)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def host_key(self) -> str:
        """The server's public key, for clients that check it."""
        return self._key.export_public_key().decode().strip()

    def is_out(self, partner: str) -> bool:
        """Is there an outage of this partner, or of the whole server (`sftp`)? Counted when there is."""
        now = self.clock.now()
        out = any(self.faults.out_until(name, now) is not None for name in (partner, "sftp"))
        if out:
            self.faults.note_outage()
        return out

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        logging.getLogger("asyncssh").setLevel(logging.WARNING)
        self._acceptor = await asyncssh.listen(
            host,
            port,
            server_host_keys=[self._key],
            server_factory=lambda: _Login(self),
            sftp_factory=lambda channel: _Home(channel, self),
            allow_scp=False,
        )
        self.port = self._acceptor.get_port()
        return self.port

    async def stop(self) -> None:
        """Stop listening and end all sessions."""
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is not None:
            acceptor.close()
            await acceptor.wait_closed()
        for connection in list(self.connections):
            connection.abort()
            await connection.wait_closed()


def _host_key(file: Path) -> asyncssh.SSHKey:
    """The same key after a restart, so that clients need not trust a new one."""
    if file.exists():
        return asyncssh.read_private_key(file)
    key = asyncssh.generate_private_key("ssh-ed25519")
    file.parent.mkdir(parents=True, exist_ok=True)
    key.write_private_key(file)
    file.chmod(0o600)
    return key


class _Login(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._server.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """An outage of the partner is seen here, when it is known who is wanted."""
        if self._server.is_out(username):
            assert self._connection is not None
            self._connection.abort()
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        known = username in self._server.mailboxes
        return hmac.compare_digest(password.encode(), self._server.password.encode()) and known


class _Home(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], server: SftpServer) -> None:
        self._partner: str = channel.get_extra_info("username")
        self._connection: asyncssh.SSHServerConnection = channel.get_extra_info("connection")
        self._server = server
        super().__init__(channel, chroot=str(server.mailboxes[self._partner].home).encode())

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Finishing a file is the step at which a partner's server fails or its answer is lost."""
        lost = self._faults(newpath)
        super().rename(oldpath, newpath)
        if lost:
            self._connection.abort()

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As `rename`, overwriting."""
        lost = self._faults(newpath)
        super().posix_rename(oldpath, newpath)
        if lost:
            self._connection.abort()

    def _faults(self, path: bytes) -> bool:
        """Raises for an injected failure; True when the answer is to be lost."""
        faults, name = self._server.faults, posixpath.basename(path.decode(errors="replace"))
        if self._server.is_out(self._partner):
            raise asyncssh.SFTPFailure("the server is going down")
        attempt = faults.attempt(self._partner, name)
        if faults.strikes("error_5xx", self._partner, name, attempt):
            raise asyncssh.SFTPFailure("try again")
        return faults.strikes("lost_reply", self._partner, name, attempt)
