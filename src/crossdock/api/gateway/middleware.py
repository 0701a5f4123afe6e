"""The gate every call passes: ids, identity, scope, limit; and on the way out headers, metrics and one log line."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from crossdock.api.gateway import problem_details
from crossdock.api.gateway.call import Call, identify
from crossdock.api.gateway.limits import Limiter
from crossdock.identity import Denied, KeyRing
from crossdock.operations.problems import Problem
from crossdock.telemetry import logs, metrics

_log = structlog.get_logger("crossdock.api")
_SCHEME = b"bearer "
_LONGEST_TOKEN = 512


class Gateway:
    """Routes say what they need in `opt`: `scope` names one of `identity.SCOPES`, `public` lets everybody in.

    An application with a route that says neither does not start (`api.app.must_be_guarded`).
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, limiter: Limiter) -> None:
        self._app = app
        self._ring = ring
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        call = identify(scope["headers"])
        scope["state"]["call"] = call
        answer = _Answer(send, call)
        try:
            answer.left = await self._admit(scope, call)
        except (Problem, Denied) as refusal:
            problem = problem_details.from_exception(refusal)
            response = problem_details.response(problem, call).to_asgi_response(None, None)  # type: ignore[arg-type]
            await response(scope, receive, answer)
        else:
            answer.policy = self._limiter.policy if call.actor else b""
            await self._app(scope, receive, answer)
        finally:
            _record(scope, call, answer.status, time.perf_counter() - started)

    async def _admit(self, scope: HTTPScope, call: Call) -> int:
        """Who calls, and may they? Returns how many more calls their limit allows at the moment."""
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem("malformed_request", "the address holds a NUL character")
        needs = scope["route_handler"].opt
        if needs.get("public"):
            return 0
        authorization = call.authorization
        token = authorization[len(_SCHEME) :] if authorization[: len(_SCHEME)].lower() == _SCHEME else b""
        if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
            raise Problem("unauthenticated", "the call carries no API key")
        text = token.decode()
        actor = self._ring.remembered(text) or await self._ring.actor(text)
        if actor is None:
            raise Problem("unauthenticated", "the API key is unknown, expired or revoked")
        left = self._limiter.take(actor.name)
        if left < 0:
            raise Problem("rate_limited", f"{actor.name} has used its calls", retry_after_seconds=-left)
        actor.must(needs["scope"])
        if scope["query_string"]:
            _must_be_known(scope["query_string"], needs["query"])
        call.actor = actor
        return left


def _must_be_known(query: bytes, names: frozenset[str]) -> None:
    """A filter that is misspelt must not pass for none."""
    asked = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    if unknown := sorted(asked - names):
        known = f"it takes {', '.join(sorted(names))}" if names else "it takes none"
        raise Problem("malformed_request", f"the request has no parameter {', '.join(map(repr, unknown))}; {known}")


class _Answer:
    """Passes an answer on, adding the headers that every answer has."""

    __slots__ = ("_call", "_send", "left", "policy", "status")

    def __init__(self, send: Send, call: Call) -> None:
        self._send = send
        self._call = call
        self.left = 0
        self.policy = b""
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-correlation-id", str(self._call.correlation_id).encode())]
            if self.policy:
                headers += [(b"ratelimit", b'"default";r=%d' % self.left), (b"ratelimit-policy", self.policy)]
            message["headers"] = headers
        await self._send(message)


def _record(scope: HTTPScope, call: Call, status: int, seconds: float) -> None:
    route = scope.get("path_template") or "unknown"
    metrics.http_call(scope["method"], str(route), status, seconds)
    if logs.debugging():
        _log.debug(
            "call",
            method=scope["method"],
            route=route,
            status=status,
            consumer=call.actor.name if call.actor else "",
            correlation_id=str(call.correlation_id),
            milliseconds=round(seconds * 1000, 2),
        )
