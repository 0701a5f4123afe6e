"""The part of the port that all HTTP connectors share; each adds its mapping and its polls."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from types import MappingProxyType
from typing import ClassVar

import msgspec

from crossdock.connectors._kit.http import HttpClient
from crossdock.connectors._kit.signatures import StandardWebhooks
from crossdock.connectors._kit.writing import Writers, render
from crossdock.ports.connector import (
    Health,
    Numbers,
    Outgoing,
    RawDocument,
    RawPage,
    References,
    Rendered,
    Resend,
    Route,
    Translation,
)
from crossdock.ports.outcomes import Outcome


class HttpConnector(ABC):
    """Joins a client, a mapping and the webhook check to the port. Nothing here retries, waits or stores."""

    polls: tuple[str, ...] = ()
    events: ClassVar[frozenset[str]] = frozenset()
    """Webhook events that `translate` understands."""
    writers: ClassVar[Writers] = MappingProxyType({})
    resend: Resend = "idempotent"
    check_path: ClassVar[str] = "/"

    def __init__(self, name: str, client: HttpClient, webhooks: StandardWebhooks | None = None) -> None:
        self.name = name
        self.client = client
        self._webhooks = webhooks

    @abstractmethod
    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a raw document of this system says."""

    async def check(self) -> Health:
        """Reachable and authorised?"""
        return await self.client.check(self.check_path)

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """Most systems are not polled."""
        nothing: tuple[RawPage, ...] = ()
        for page in nothing:
            yield page

    async def accepted(self, kind: str, page: RawPage) -> None:  # noqa: B027 - for most systems there is nothing to do
        """A cursor is all that these systems need."""

    def authentic(self, headers: Callable[[str], str], content: bytes) -> bool:
        """Signed with one of our secrets; a system without webhooks is never authentic."""
        return self._webhooks is not None and self._webhooks.authentic(headers, content)

    def transport_key(self, headers: Callable[[str], str], content: bytes) -> str:
        """The sender's id of the message, equal over its retries; the content's digest where it gives none."""
        return headers("webhook-id") or hashlib.sha256(content).hexdigest()

    def counters(self, document: str, body: msgspec.Struct) -> tuple[str, ...]:
        """These systems' documents carry no numbers of ours."""
        return ()

    def render(self, document: str, body: msgspec.Struct, references: References, numbers: Numbers) -> Rendered:
        """The document as this system takes it."""
        return render(self.writers, document, body, self.name)

    def sent_keys(self, document: str, body: msgspec.Struct, rendered: Rendered) -> tuple[Route, ...]:
        """Answers name our own numbers."""
        return ()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One attempt."""
        return await self.client.send(outgoing, self.reply)

    def reply(self, content: bytes) -> str:
        """The system's own reference in its answer; the delivery is done whether or not there is one."""
        return ""

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        await self.client.close()
