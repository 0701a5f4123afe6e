"""One pooled HTTP client per connector."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping

import httpx2
import msgspec

from crossdock.connectors._kit.auth import BearerToken
from crossdock.connectors._kit.faults import TransportFault, excerpt, outcome_of_answer, outcome_of_fault
from crossdock.connectors._kit.keys import header_key, traceparent
from crossdock.ports.connector import ConnectorUnavailable, Health, Outgoing, Resend
from crossdock.ports.outcomes import Delivered, Outcome, RetryLater
from crossdock.project.secrets import Secret

MAX_ANSWER_BYTES = 64 * 1024 * 1024
KEEP_ALIVE_SECONDS = 30.0
CHECK_SECONDS = 10.0
CONFLICT = 409

Clock = Callable[[], dt.datetime]
ReplyReader = Callable[[bytes], str]
"""Finds the receiver's own reference in its answer; raises ValueError or a msgspec error where there is none."""


class Answer:
    """A complete answer."""

    __slots__ = ("content", "retry_after", "status")

    def __init__(self, status: int, content: bytes, retry_after: str) -> None:
        self.status = status
        self.content = content
        self.retry_after = retry_after


class HttpClient:
    """Connections to one system: reused, bounded in number, each exchange bounded in time as a whole.

    The pool is opened by the first exchange, so a client can be made outside a running loop.
    """

    def __init__(
        self,
        url: str,
        token: Secret | None = None,
        *,
        timeout_seconds: float = 30,
        connections: int = 8,
        resend: Resend = "idempotent",
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._url = url
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._connections = connections
        self._resend = resend
        self._transport = transport
        self._clock = clock
        self._client: httpx2.AsyncClient | None = None
        self._closed = False

    async def send(self, outgoing: Outgoing, reply: ReplyReader) -> Outcome:
        """One attempt with the stored bytes and the stable key. Never raises for what the other side does."""
        rendered = outgoing.rendered
        headers = {"Content-Type": rendered.content_type, "Idempotency-Key": header_key(outgoing.key)}
        if parent := traceparent(outgoing.trace_id, outgoing.key, outgoing.attempt):
            headers["traceparent"] = parent
        if self._closed:
            return RetryLater("the connector is closed")
        try:
            answer = await self._exchange(rendered.method, rendered.target, content=rendered.content, headers=headers)
        except TransportFault as fault:
            return outcome_of_fault(fault, self._resend)
        outcome = outcome_of_answer(answer.status, answer.content, answer.retry_after, self._clock())
        if not isinstance(outcome, Delivered):
            return outcome
        try:
            return Delivered(reply(answer.content))
        except (ValueError, msgspec.MsgspecError) as error:
            # A system that refuses a duplicate need not repeat its first answer; any other answer must be whole.
            return Delivered() if answer.status == CONFLICT else outcome_of_fault(error, self._resend)

    async def get(self, path: str, params: Mapping[str, str]) -> bytes:
        """The content at `path`; anything but a complete 2xx raises `ConnectorUnavailable`."""
        if self._closed:
            raise ConnectorUnavailable("the connector is closed")
        try:
            answer = await self._exchange("GET", path, params=params)
        except TransportFault as fault:
            raise ConnectorUnavailable(f"GET {path}: {type(fault).__name__}: {fault}") from fault
        if not 200 <= answer.status < 300:
            raise ConnectorUnavailable(f"GET {path}: HTTP {answer.status}: {excerpt(answer.content)}")
        return answer.content

    async def check(self, path: str, params: Mapping[str, str] | None = None) -> Health:
        """Reachable and authorised? Any answer but a refusal of our credentials or a server fault is good enough."""
        if self._closed:
            return Health(False, "the connector is closed")
        try:
            async with asyncio.timeout(min(CHECK_SECONDS, self._timeout_seconds)):
                answer = await self._exchange("GET", path, params=params)
        except TransportFault as fault:
            return Health(False, f"not reachable: {type(fault).__name__}: {fault}".rstrip(": "))
        if answer.status in (401, 403):
            return Health(False, f"not authorised: HTTP {answer.status}")
        if answer.status >= 500:
            return Health(False, f"HTTP {answer.status}: {excerpt(answer.content)}")
        return Health(True, f"HTTP {answer.status}")

    async def close(self) -> None:
        """Close all connections; safe to call twice, and beside an exchange that is under way."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        client = self._open()
        # The client's own timeouts start anew with each byte; a slow answer must not hold a worker for ever.
        async with (
            asyncio.timeout(self._timeout_seconds),
            client.stream(method, path, params=params, content=content, headers=headers) as response,
        ):
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > MAX_ANSWER_BYTES:
                    raise httpx2.DecodingError(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
            return Answer(response.status_code, bytes(received), response.headers.get("retry-after", ""))

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                base_url=self._url,
                auth=BearerToken(self._token) if self._token else None,
                timeout=self._timeout_seconds,
                limits=httpx2.Limits(
                    max_connections=self._connections,
                    max_keepalive_connections=self._connections,
                    keepalive_expiry=KEEP_ALIVE_SECONDS,
                ),
                transport=self._transport,
                # A redirect could carry the token elsewhere; proxies are settings, not accidents of an environment.
                follow_redirects=False,
                trust_env=False,
            )
        return self._client
