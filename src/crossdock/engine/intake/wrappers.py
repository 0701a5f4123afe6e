"""The transport gate for what senders number themselves: the same envelope again is answered as it was, and no more."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from crossdock.engine.intake.raw import SQL
from crossdock.ports.connector import Fault, Part, RawDocument, Translation, Wrapper
from crossdock.store import Connection
from crossdock.store.arrays import literals

Verdict = Literal["new", "repeated", "reused"]
# So many wrappers, as the acknowledgement of a large file answers them, are looked at beside the other work.
_MANY = 5000
# Nothing was taken from these, so what comes under their numbers now is the first that counts.
_NOTHING_TAKEN = ("quarantined", "replaced", "dismissed")


class Answered(msgspec.Struct, frozen=True):
    """A stored answer that is owed once more."""

    document: str
    to: str
    number: str
    company_id: str


class Unwrapped(msgspec.Struct, frozen=True):
    """What a document says that was not said in the same wrapper before."""

    translation: Translation
    repeated: int = 0
    """Parts that came before and are left out."""
    answered: tuple[Answered, ...] = ()


class _Holder(msgspec.Struct, frozen=True):
    """Who came first under a key."""

    document_id: str
    place: int
    content: bytes
    answer: str
    seen_at: dt.datetime
    status: str = "received"


_Known = dict[tuple[str, str], _Holder]


async def unwrap(tx: Connection, documents: Sequence[tuple[RawDocument, Translation]]) -> list[Unwrapped]:
    """Pass the gate, in the order in which the documents came. Keys are taken in sorted order."""
    asked = sorted({(document.source, wrapper.key) for document, said in documents for wrapper in _wrappers(said)})
    if not asked:
        return [Unwrapped(said) for _, said in documents]
    rows = await tx.fetch(SQL.known_wrappers, *literals(asked))
    known: _Known = {(row[0], row[1]): _Holder(str(row[2]), *row[3:]) for row in rows}
    before = dict(known)
    if len(asked) < _MANY:
        opened = _unwrap_all(documents, known)
    else:
        opened = await asyncio.to_thread(_unwrap_all, documents, known)
    changed = [
        (*key, holder.document_id, holder.place, holder.content, holder.answer, holder.seen_at)
        for key, holder in sorted(known.items())
        if before.get(key) is not holder
    ]
    if changed:
        await tx.execute(SQL.keep_wrappers, *literals(changed))
    return opened


def _unwrap_all(documents: Sequence[tuple[RawDocument, Translation]], known: _Known) -> list[Unwrapped]:
    return [_unwrap(document, said, known) for document, said in documents]


def _wrappers(said: Translation) -> Iterator[Wrapper]:
    for part in said.parts:
        yield from part.wrappers


def _unwrap(document: RawDocument, said: Translation, known: _Known) -> Unwrapped:
    answers = {wrapper: reply.number for part in said.parts for reply in part.replies for wrapper in part.wrappers}
    verdicts: dict[Wrapper, Verdict] = {}
    for wrapper in dict.fromkeys(_wrappers(said)):
        key = (document.source, wrapper.key)
        verdicts[wrapper] = _judge(document, wrapper, known.get(key))
        if verdicts[wrapper] == "new":
            known[key] = _Holder(
                document.id, wrapper.place, wrapper.content, answers.get(wrapper, ""), document.received_at
            )
    if set(verdicts.values()) <= {"new"}:
        return Unwrapped(said)
    return _without_repeated(document, said, verdicts, known)


def _judge(document: RawDocument, wrapper: Wrapper, holder: _Holder | None) -> Verdict:
    if holder is None or (holder.document_id, holder.place) == (document.id, wrapper.place):
        return "new"
    if wrapper.within is not None and document.received_at - holder.seen_at > wrapper.within:
        return "new"
    if holder.status in _NOTHING_TAKEN:
        return "new"
    return "repeated" if holder.content == wrapper.content else "reused"


def _without_repeated(
    document: RawDocument, said: Translation, verdicts: Mapping[Wrapper, Verdict], known: _Known
) -> Unwrapped:
    kept: list[Part] = []
    answered: list[Answered] = []
    repeated = 0
    for part in said.parts:
        found = {verdicts[wrapper] for wrapper in part.wrappers}
        if found == {"repeated"}:
            first = known[document.source, part.wrappers[0].key]
            answered += [Answered(r.document, r.to, first.answer, r.company_id) for r in part.replies if first.answer]
            repeated += len(part.wrappers) == 1 and not part.replies
        elif "reused" not in found:
            kept.append(part)
        elif len(part.wrappers) == 1 and not part.replies:
            kept.append(
                Part(part.wrappers, faults=(_reused(part.wrappers[0], known[document.source, part.wrappers[0].key]),))
            )
        elif not part.replies:
            kept.append(part)
        # What holds a part for a person is not acknowledged before the person has decided.
    translation = Translation(
        records=tuple(record for part in kept for record in part.records),
        master=said.master,
        replies=tuple(reply for part in kept for reply in part.replies),
        faults=tuple(fault for part in kept for fault in part.faults),
        parts=tuple(kept),
    )
    return Unwrapped(translation, repeated, tuple(answered))


def _reused(wrapper: Wrapper, holder: _Holder) -> Fault:
    words = (
        f"{wrapper.key} came with other content in document {holder.document_id}, and by the agreement these control "
        "numbers are not used again"
    )
    return Fault("control_number_reused", words, wrapper.pointer)
