"""What a system was asked and what it did: JSON lines, on disk before anybody is answered.

Requests and effects are separate books, so that a system which answers repeats politely cannot hide our doubles.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

_encode = msgspec.json.Encoder().encode
Body = dict[str, object]


class _File:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.count = 0
        self.lines: list[bytes] = []
        self._file: BinaryIO = path.open("ab")

    def take(self) -> bytes:
        taken, self.lines = b"".join(self.lines), []
        return taken

    def store(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Journal:
    """The books of all systems of one process; whoever waits for safety waits for one common write."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        self.folder = folder
        self.now = now
        self._files: list[_File] = []
        self._written = 0
        self._safe = 0
        self._flushing: asyncio.Task[None] | None = None

    def book(self, system: str) -> Book:
        """The pair of books of one system."""
        requests = _File(self.folder / f"{system}.requests.jsonl")
        effects = _File(self.folder / f"{system}.effects.jsonl")
        self._files += [requests, effects]
        return Book(self, requests, effects)

    def append(self, file: _File, line: Body) -> None:
        """Buffer one line; `durable` says when it is on disk."""
        file.count += 1
        file.lines.append(_encode({"at": self.now(), "n": file.count} | line) + b"\n")
        self._written += 1

    async def durable(self) -> None:
        """Return when everything appended so far is on disk. Callers that wait together share one write."""
        goal = self._written
        while self._safe < goal:
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._flush())
            await asyncio.shield(self._flushing)

    async def _flush(self) -> None:
        goal = self._written
        jobs = [(file, file.take()) for file in self._files if file.lines]
        try:
            await asyncio.to_thread(_store_all, jobs)
            self._safe = goal
        finally:
            self._flushing = None

    async def close(self) -> None:
        """Write what is left and close the files."""
        await self.durable()
        for file in self._files:
            file.close()


def _store_all(jobs: list[tuple[_File, bytes]]) -> None:
    for file, data in jobs:
        file.store(data)


class Book:
    """One system's two books."""

    def __init__(self, journal: Journal, requests: _File, effects: _File) -> None:
        self._journal = journal
        self._requests = requests
        self._effects = effects

    @property
    def counts(self) -> dict[str, int]:
        """Lines so far."""
        return {"requests": self._requests.count, "effects": self._effects.count}

    def request(
        self, kind: str, key: str, entity: str, idempotency_key: str, outcome: str, body: Body | msgspec.Raw
    ) -> None:
        """Somebody asked for something; `outcome` is what became of the asking."""
        line: Body = {"kind": kind, "key": key, "entity": entity, "idempotency_key": idempotency_key}
        self._journal.append(self._requests, line | {"outcome": outcome, "body": body})

    def effect(self, kind: str, key: str, entity: str, body: Body | msgspec.Raw, idempotency_key: str = "") -> None:
        """The system did something, or sends something of its own accord (`sent.<event>`)."""
        line: Body = {"kind": kind, "key": key, "entity": entity, "idempotency_key": idempotency_key}
        self._journal.append(self._effects, line | {"body": body})
