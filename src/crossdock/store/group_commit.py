"""Greedy group commit: the next batch is whatever queued while the last one committed.

No timer: a lone caller goes straight through; sixty-four callers share one fsync.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Later:
    """The type of `LATER`."""


LATER = Later()
"""Instead of an answer: ask again with the next batch, before all who came behind."""


class Overloaded(Exception):
    """More callers wait than the queue holds; try again shortly."""


class GroupCommit(Generic[Request, Answer]):
    """`commit` takes a batch in arrival order and returns one answer (or exception, or `LATER`) per request, after its
    commit.

    If `commit` itself raises, every caller of that batch gets the exception, so `commit` isolates bad requests.
    `lanes` batches may be in flight at once.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException | Later]]],
        *,
        most: int = 200,
        queue: int = 20_000,
        lanes: int = 1,
    ) -> None:
        self._commit = commit
        self._most = most
        self._limit = queue
        self._free = lanes
        self._waiting: deque[tuple[Request, asyncio.Future[Answer]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, request: Request) -> Answer:
        """Wait until the request's batch has committed. Raises `Overloaded` when the queue is full."""
        if len(self._waiting) >= self._limit:
            raise Overloaded
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, answer))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await answer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                size = min(self._most, len(self._waiting))
                await self._one([self._waiting.popleft() for _ in range(size)])
                await asyncio.sleep(0)  # whoever was just answered may ask again and share the next batch
        finally:
            self._free += 1

    async def _one(self, batch: list[tuple[Request, asyncio.Future[Answer]]]) -> None:
        try:
            answers: Sequence[Answer | BaseException | Later] = await self._commit([request for request, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to every caller of the batch
            answers = [error] * len(batch)
        put_off = [asked for asked, answer in zip(batch, answers, strict=True) if isinstance(answer, Later)]
        self._waiting.extendleft(reversed(put_off))
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done() or isinstance(answer, Later):
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
