"""The other side of a connector in its contract suite, with its good and its bad days."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from crossdock.ports.connector import Connector
from crossdock.project.secrets import Secret
from crossdock.testing.vendor_server import Misbehaviour, Respond, VendorServer

TOKEN = "sample-token-5d41402abc4b2a76"  # noqa: S105 - stands for a secret, and must never be shown
WEBHOOK_KEY = b"sample-webhook-key-7d793037a076"


class Vendor(Protocol):
    """The other side of a connector, with its good and its bad days. An async context manager."""

    async def __aenter__(self) -> Vendor: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def effects(self) -> list[bytes]:
        """The documents that took effect here, once each."""
        ...

    def connector(self, *, authorised: bool = True, timeout_seconds: float = 5) -> Connector:
        """A new connector to this vendor."""
        ...

    def lose_next_reply(self) -> None:
        """The next document takes effect, and its sender does not hear of it."""
        ...

    def hang(self) -> None:
        """The next request is never answered."""
        ...

    @property
    def hung(self) -> bool:
        """Has the request come that is never answered?"""
        ...

    async def go_down(self) -> None:
        """Nobody can connect any more."""
        ...


class HttpVendor(VendorServer):
    """A vendor that speaks HTTP. `connect` makes its connector from url, token, webhook secrets and time-out."""

    def __init__(
        self, connect: Callable[[str, Secret, tuple[Secret, ...], float], Connector], respond: Respond
    ) -> None:
        super().__init__(TOKEN, respond)
        self._connect = connect

    async def __aenter__(self) -> HttpVendor:
        await super().__aenter__()
        return self

    def connector(self, *, authorised: bool = True, timeout_seconds: float = 5) -> Connector:
        """A new connector to this vendor."""
        secrets = (webhook_secret(b"an older key"), webhook_secret(WEBHOOK_KEY))
        return self._connect(self.url, Secret(TOKEN if authorised else "wrong", "TOKEN"), secrets, timeout_seconds)

    def lose_next_reply(self) -> None:
        """The next document takes effect, and its sender does not hear of it."""
        self.script.append(Misbehaviour.LOSE_REPLY)

    def hang(self) -> None:
        """The next request is never answered."""
        self.script.append(Misbehaviour.HANG)

    @property
    def hung(self) -> bool:
        """Has the request come that is never answered?"""
        return Misbehaviour.HANG not in self.script

    async def go_down(self) -> None:
        """Nobody can connect any more."""
        await self.stop()


def webhook_secret(key: bytes) -> Secret:
    """A webhook secret as it is configured."""
    return Secret("whsec_" + base64.b64encode(key).decode(), "WEBHOOK_SECRET")


def signed(content: bytes, *, key: bytes = WEBHOOK_KEY, at: float | None = None, identifier: str = "msg_1") -> Any:
    """The headers of a signed webhook, as the function that connectors are given."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key, f"{identifier}.{timestamp}.".encode() + content, hashlib.sha256).digest()
    headers = {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    return lambda name: headers.get(name.lower(), "")
