"""Idempotency-Keys: the same key with the same body is answered as it was the first time, for 30 days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from crossdock.operations.problems import Problem
from crossdock.store import Connection, Store, load_queries

SQL = load_queries(Path(__file__).with_name("idempotency.sql"))
REMEMBERED = dt.timedelta(days=30)


class KeyUse(msgspec.Struct, frozen=True):
    """One use of a key: by whom, and the SHA-256 of the body it came with."""

    consumer: str
    key: str
    digest: bytes


class Answer(msgspec.Struct, frozen=True):
    """What a caller is told. `replayed` when it was told so before."""

    status: int
    body: str
    replayed: bool = False


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    detail: str


async def claim(tx: Connection, uses: Sequence[KeyUse], answers: Sequence[Answer]) -> dict[int, Answer | Problem]:
    """Take the keys of a batch, each with the answer to be given if all goes well.

    Returns, by index, what is to be said to those whose key was taken before: the stored answer, or a `Problem` if the
    body is another one. The first use of a key within the batch takes it; `claim` waits for a transaction elsewhere
    that is about to take the same key.
    """
    order = sorted(range(len(uses)), key=lambda n: (uses[n].consumer, uses[n].key, n))
    rows = await tx.fetch(
        SQL.claim,
        [uses[n].consumer for n in order],
        [uses[n].key for n in order],
        [uses[n].digest for n in order],
        [answers[n].status for n in order],
        [answers[n].body for n in order],
    )
    if len(rows) == len(uses):
        return {}
    fresh = {(row["consumer"], row["key"]) for row in rows}
    taken: list[int] = []
    for n in order:
        # Of equal keys in one batch only the first finds itself in `fresh`.
        identity = (uses[n].consumer, uses[n].key)
        if identity in fresh:
            fresh.discard(identity)
        else:
            taken.append(n)
    return await _recall(tx, uses, taken)


async def once(tx: Connection, use: KeyUse, answer: Answer) -> Answer | None:
    """Take one key; None if it is new, else what was answered before. Raises the `Problem` it was refused with."""
    said = (await claim(tx, [use], [answer])).get(0)
    if isinstance(said, Problem):
        raise said
    return said


async def said_before(store: Store, use: KeyUse | None) -> Answer | None:
    """What a key was answered before, if it was: asked first, for what a repeated call names may be gone by now. Raises
    the `Problem` it was refused with."""
    if use is None:
        return None
    async with store.transaction(readonly=True) as tx:
        said = (await _recall(tx, [use], [0])).get(0)
    if isinstance(said, Problem):
        raise said
    return said


async def _recall(tx: Connection, uses: Sequence[KeyUse], taken: Sequence[int]) -> dict[int, Answer | Problem]:
    rows = await tx.fetch(SQL.answered, [uses[n].consumer for n in taken], [uses[n].key for n in taken])
    known = {(row["consumer"], row["key"]): row for row in rows}
    said: dict[int, Answer | Problem] = {}
    for n in taken:
        row = known.get((uses[n].consumer, uses[n].key))
        if row is None:
            continue
        if row["digest"] == uses[n].digest:
            said[n] = _stored(row["status"], row["answer"])
        else:
            said[n] = Problem("idempotency_key_reused", f"the key {uses[n].key!r} came before with another body")
    return said


def _stored(status: int, body: str) -> Answer | Problem:
    if status < 400:
        return Answer(status, body, replayed=True)
    refusal = msgspec.json.decode(body, type=_Refusal)
    return Problem(refusal.code, refusal.detail)


async def correct(tx: Connection, corrections: Sequence[tuple[KeyUse, Problem]]) -> None:
    """Replace answers claimed in this transaction by refusals."""
    if corrections:
        await tx.execute(
            SQL.correct,
            [use.consumer for use, _ in corrections],
            [use.key for use, _ in corrections],
            [problem.kind.status for _, problem in corrections],
            [msgspec.json.encode(_Refusal(problem.code, problem.detail)).decode() for _, problem in corrections],
        )


async def forget(store: Store, most: int = 5_000) -> int:
    """Delete keys that are older than they are promised to be remembered, in short transactions; how many."""
    total = 0
    while True:
        async with store.transaction() as tx:
            gone = len(await tx.fetch(SQL.forget, REMEMBERED, most))
        total += gone
        if gone < most:
            return total
