"""Calls a system makes of its own accord: signed, in order per key, repeated until they are taken."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from hashlib import blake2b

import httpx2
import msgspec

from crossdock.sandbox.books import Body, Book, Journal
from crossdock.sandbox.chance import Chance
from crossdock.sandbox.clock import Clock
from crossdock.sandbox.faults import Faults

_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 5.0
_HELD_BACK_SECONDS = 1.5
_CALLS_AT_ONCE = 8
_TIMEOUT_SECONDS = 15.0

Headers = dict[str, str]
IsFinal = Callable[[int], bool]


class Caller:
    """Outgoing HTTP of all systems of this process, repeated with back-off until an answer is final."""

    def __init__(self, url: str, journal: Journal, clock: Clock, faults: Faults, chance: Chance) -> None:
        self.journal = journal
        self.clock = clock
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self._chance = chance
        self._url = url.rstrip("/")
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS)
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Calls begun and not yet taken."""
        return len(self._tasks)

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Do something beside; it counts as pending until it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def post(
        self, system: str, path: str, key: str, body: bytes, headers: Callable[[], Headers], is_final: IsFinal
    ) -> httpx2.Response:
        """POST until an answer is final. The effect behind it is on disk before the first attempt."""
        await self.journal.durable()
        gate = self._gates.setdefault(system, asyncio.Semaphore(_CALLS_AT_ONCE))
        attempt = 0
        while True:
            attempt += 1
            await self._wait_for_end_of_outage(system)
            async with gate:
                response = await self._try(path, body, headers())
            if response is not None and is_final(response.status_code):
                return response
            self.counts["retried"] += 1
            await asyncio.sleep(self._wait_seconds(system, key, attempt))

    async def _try(self, path: str, body: bytes, headers: Headers) -> httpx2.Response | None:
        self.counts["attempts"] += 1
        try:
            return await self._client.post(self._url + path, content=body, headers=headers)
        except Exception:  # noqa: BLE001 - where a server is killed while it connects, the client's libraries raise anything
            self.counts["unreachable"] += 1
            return None

    async def _wait_for_end_of_outage(self, system: str) -> None:
        until = self.faults.out_until(system, self.clock.now())
        if until is not None:
            await asyncio.sleep(self.clock.seconds_until(until) + 0.01)

    def _wait_seconds(self, system: str, key: str, attempt: int) -> float:
        longest: float = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 10))
        return longest * (0.5 + self._chance.share("back-off", system, key, attempt) / 2)

    async def close(self) -> None:
        """Give up what is not delivered."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()


class Webhooks:
    """One system's webhooks, by the rules of Standard Webhooks."""

    def __init__(self, system: str, caller: Caller, book: Book, secret: str) -> None:
        self._system = system
        self._caller = caller
        self._book = book
        self._secret = base64.b64decode(secret.removeprefix("whsec_"))
        self._last: dict[str, asyncio.Task[None]] = {}
        self._delivered = asyncio.Event()

    def send(
        self, event: str, key: str, entity: str, at: str, data: Body, in_order_of: tuple[str, ...], message: int = 0
    ) -> Body:
        """Tell Crossdock, and return what is told. Webhooks that share a name in `in_order_of` arrive in the order they
        were sent; one that is dropped never does. `message` is its number, where the system counts them."""
        body: Body = {"event": event, "sequence": data.get("sequence", 1), "occurred_at": at, "data": data}
        self._book.effect(f"sent.{event}", key, entity, body)
        number = f"{event} {key} {data.get('sequence', '')}"
        if self._strikes("drop_webhook", number, key, entity, {"message": message} | body):
            return body
        digest = blake2b(f"{self._system} {entity} {number}".encode(), digest_size=12).hexdigest()
        held = self._strikes("reorder_webhook", number, key, entity, {"message": message} | body)
        before = [task for name in in_order_of if (task := self._last.get(name)) is not None and not task.done()]
        task = self._caller.spawn(self._deliver(f"msg_{digest}", number, msgspec.json.encode(body), before, held))
        if not held:
            self._last.update(dict.fromkeys(in_order_of, task))
        return body

    def _strikes(self, kind: str, number: str, key: str, entity: str, body: Body) -> bool:
        """The book says which messages are struck: it is the oracle of tests."""
        hit = self._caller.faults.strikes(kind, self._system, number, 1)
        if hit:
            self._book.effect(f"fault.{kind}", key, entity, body)
        return hit

    async def _deliver(
        self, message_id: str, key: str, body: bytes, before: list[asyncio.Task[None]], held: bool
    ) -> None:
        if before:
            await asyncio.wait(before)
        if held:
            await self._let_another_pass()
        await self._post(message_id, key, body)
        self._delivered.set()
        self._delivered = asyncio.Event()
        if self._caller.faults.strikes("duplicate_webhook", self._system, key, 1):
            await self._post(message_id, f"{key} again", body)

    async def _let_another_pass(self) -> None:
        try:
            async with asyncio.timeout(_HELD_BACK_SECONDS):
                await self._delivered.wait()
        except TimeoutError:
            return

    async def _post(self, message_id: str, key: str, body: bytes) -> None:
        def headers() -> Headers:
            return sign(self._secret, message_id, int(time.time()), body) | {"content-type": "application/json"}

        path = f"/system/v1/{self._system}/webhooks"
        await self._caller.post(self._system, path, key, body, headers, lambda status: 200 <= status < 300)
        self._caller.counts["webhooks"] += 1


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> Headers:
    """The three headers of a Standard Webhook."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
