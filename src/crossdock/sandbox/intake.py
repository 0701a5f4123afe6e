"""The HTTP side every simulated system has: bearer token, faults, idempotency keys, books, durable before answered."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from crossdock.sandbox.books import Body, Book, Journal
from crossdock.sandbox.clock import Clock
from crossdock.sandbox.faults import Faults
from crossdock.sandbox.http import Request, Response, answer

T = TypeVar("T")
Get = Callable[[Request, tuple[str, ...]], object]


class Refused(Exception):
    """The system says no: 4xx, no effect."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Taken(msgspec.Struct, frozen=True):
    """A parsed call as the handler gets it."""

    parameters: tuple[str, ...]
    idempotency_key: str
    raw: msgspec.Raw


class Operation(msgspec.Struct, Generic[T], frozen=True):
    """One thing a system can be told. `handle` has the effect and gives the answer; `key` names it for the books."""

    method: str
    pattern: str
    kind: str
    body: type[T]
    key: Callable[[T, tuple[str, ...]], tuple[str, str]]
    handle: Callable[[T, Taken], Body]


class Intake:
    """Routes and rules of one system's HTTP server."""

    def __init__(self, system: str, token: str, book: Book, journal: Journal, clock: Clock, faults: Faults) -> None:
        self._system = system
        self._authorization = f"Bearer {token}"
        self._book = book
        self._journal = journal
        self._clock = clock
        self._faults = faults
        self._gets: list[tuple[str, Get]] = []
        self._operations: list[Operation[object]] = []
        self._answers: dict[tuple[str, str], tuple[bytes, Body]] = {}

    def get(self, pattern: str, handler: Get) -> None:
        """Answer a question."""
        self._gets.append((pattern, handler))

    def take(self, operation: Operation[T]) -> None:
        """Accept an order of some kind."""
        self._operations.append(operation)  # type: ignore[arg-type]

    async def __call__(self, request: Request) -> Response:
        """Answer one call, as `HttpServer` wants it."""
        if not hmac.compare_digest(request.headers.get("authorization", ""), self._authorization):
            return answer(401, {"error": "wrong or missing bearer token"})
        if self._faults.out_until(self._system, self._clock.now()) is not None:
            self._faults.note_outage()
            return Response(cut=True)
        if request.method == "GET":
            return await self._question(request)
        for operation in self._operations:
            if operation.method == request.method:
                parameters = match(operation.pattern, request.path)
                if parameters is not None:
                    return await self._order(request, operation, parameters)
        return answer(404, {"error": f"no {request.method} {request.path} here"})

    async def _question(self, request: Request) -> Response:
        for pattern, handler in self._gets:
            parameters = match(pattern, request.path)
            if parameters is None:
                continue
            key = request.path + "?" + "&".join(f"{name}={value}" for name, value in sorted(request.query.items()))
            attempt = self._faults.attempt(self._system, key)
            await self._wait(key, attempt)
            if self._faults.strikes("error_5xx", self._system, key, attempt):
                return answer(503, {"error": "try again"})
            try:
                content = handler(request, parameters)
            except Refused as refusal:
                return answer(refusal.status, {"error": str(refusal)})
            await self._journal.durable()
            cut = self._faults.strikes("lost_reply", self._system, key, attempt)
            return Response(200, msgspec.json.encode(content), cut=cut)
        return answer(404, {"error": f"no {request.path} here"})

    async def _order(self, request: Request, operation: Operation[T], parameters: tuple[str, ...]) -> Response:
        """Parse, decide on faults, act once, write the books, then answer."""
        idempotency_key = request.headers.get("idempotency-key", "")
        try:
            body = msgspec.json.decode(request.body, type=operation.body)
            key, entity = operation.key(body, parameters)
        except msgspec.MsgspecError as fault:
            return await self._refuse(operation.kind, idempotency_key, request.body, 422, str(fault))
        if not idempotency_key:
            return await self._refuse(operation.kind, "", request.body, 400, "Idempotency-Key missing")
        asked = f"{operation.kind} {entity} {key}"
        attempt = self._faults.attempt(self._system, asked)
        await self._wait(asked, attempt)
        taken = Taken(parameters, idempotency_key, msgspec.Raw(request.body))
        if self._faults.strikes("error_5xx", self._system, asked, attempt):
            self._book.request(operation.kind, key, entity, idempotency_key, "failed", taken.raw)
            await self._journal.durable()
            return answer(503, {"error": "try again"})
        response = self._act(operation, body, key, entity, taken)
        await self._journal.durable()
        cut = self._faults.strikes("lost_reply", self._system, asked, attempt)
        return msgspec.structs.replace(response, cut=cut)

    def _act(self, operation: Operation[T], body: T, key: str, entity: str, taken: Taken) -> Response:
        """No waiting in here: of two calls with one key, one acts and the other repeats its answer."""
        place = (operation.kind, taken.idempotency_key)
        known = self._answers.get(place)
        if known is not None:
            same = known[0] == bytes(taken.raw)
            outcome, status = ("repeated", 200) if same else ("conflict", 409)
            self._book.request(operation.kind, key, entity, taken.idempotency_key, outcome, taken.raw)
            return answer(status, known[1] if same else {"error": "this key was used for something else"})
        try:
            content = operation.handle(body, taken)
        except Refused as refusal:
            self._book.request(operation.kind, key, entity, taken.idempotency_key, "refused", taken.raw)
            return answer(refusal.status, {"error": str(refusal)})
        self._book.request(operation.kind, key, entity, taken.idempotency_key, "accepted", taken.raw)
        self._answers[place] = (bytes(taken.raw), content)
        return answer(200 if operation.method == "PUT" else 201, content)

    async def _refuse(self, kind: str, idempotency_key: str, body: bytes, status: int, detail: str) -> Response:
        text: Body = {"detail": detail, "text": body[:2000].decode(errors="replace")}
        self._book.request(kind, "", "", idempotency_key, "refused", text)
        await self._journal.durable()
        return answer(status, {"error": detail})

    async def _wait(self, key: str, attempt: int) -> None:
        if seconds := self._faults.latency_seconds(self._system, key, attempt):
            await asyncio.sleep(seconds)


def match(pattern: str, path: str) -> tuple[str, ...] | None:
    """The parts of a path that stand where the pattern has `{}`."""
    wanted, found = pattern.split("/"), path.split("/")
    if len(wanted) != len(found):
        return None
    parameters = []
    for want, have in zip(wanted, found, strict=True):
        if want == "{}":
            parameters.append(have)
        elif want != have:
            return None
    return tuple(parameters)


def text(number: Decimal) -> str:
    """A quantity or an amount as the vendors write it: plain digits."""
    return format(number, "f")
