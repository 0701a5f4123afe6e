"""The order desk: orders placed by calls, accepted in groups.

Whatever queued while the last group committed is the next group: one transaction, one fsync. A caller is answered
after the commit. Whatever is wrong with one call (its key, its number, its data) is its own affair.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from crossdock.engine.cases.exceptions import change_exceptions
from crossdock.engine.intake import raw
from crossdock.engine.intake.gate import Claim, Identity, Verdict, digest_of, pass_gate
from crossdock.engine.writes import ExceptionChange
from crossdock.events.envelope import Envelope, NewEvent
from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.log import BusinessKey, DocumentLink, append, uuid7, write_keys, write_links
from crossdock.model.sales_order import SalesOrder
from crossdock.operations import idempotency
from crossdock.operations.deeds import address
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.problems import Problem
from crossdock.ports.connector import Fault
from crossdock.store import Connection, GroupCommit, Store, load_queries, run_again
from crossdock.store.arrays import columns, literals, numbers, octets, texts, times
from crossdock.store.crash import point
from crossdock.store.pool import TRANSIENT

SQL = load_queries(Path(__file__).with_name("order_desk.sql"))
DOCUMENT = "sales_order"


class OrderCall(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it came (`content`), already found to be well formed, what it says in base units (`order`), and in
    its own (`said`, where they differ): by that it is known again, whatever master data say by then."""

    use: KeyUse
    order: SalesOrder
    said: SalesOrder | None = None
    content: bytes
    received_at: dt.datetime
    actor: str
    on_behalf_of: str = ""
    """The trading partner whose program calls."""
    correlation_id: UUID
    trace_id: str = ""
    network_version: int = 0
    document_id: UUID = msgspec.field(default_factory=uuid7)

    @property
    def subject(self) -> str:
        """The case this order opens."""
        return f"{DOCUMENT}/{self.order.company_id}/{self.order.channel}/{self.order.number}"

    @property
    def identity(self) -> Identity:
        """What makes it this order for ever: company, document, issuer, number, revision."""
        return (self.order.company_id, DOCUMENT, self.order.channel, self.order.number, "")


class Placed(msgspec.Struct, frozen=True):
    """The answer to an order that is safe with us."""

    order: str
    company: str
    subject: str
    status_url: str


class OrderDesk:
    """Accepts orders for any number of callers at once."""

    def __init__(self, store: Store, *, most: int = 200, lanes: int = 1) -> None:
        self._store = store
        self._group: GroupCommit[OrderCall, Answer] = GroupCommit(self._commit, most=most, lanes=lanes)

    async def place(self, call: OrderCall) -> Answer:
        """Accept an order. Raises `Problem` for a key or a number that stands for something else.

        Raises what the store raises when it cannot be reached, and `Overloaded` when too many wait. Both leave the
        order unaccepted or, if the connection broke at the wrong moment, accepted; the same key again tells.
        """
        return await self._group.submit(call)

    async def _commit(self, calls: Sequence[OrderCall]) -> Sequence[Answer | BaseException]:
        try:
            return await run_again(lambda: self._transaction(calls))
        except TRANSIENT:
            raise
        except asyncpg.PostgresError as error:
            if len(calls) == 1:
                return [error]
        # The database refuses something in here: halve until the culprit stands alone.
        middle = len(calls) // 2
        return [*await self._commit(calls[:middle]), *await self._commit(calls[middle:])]

    async def _transaction(self, calls: Sequence[OrderCall]) -> Sequence[Answer | Problem]:
        answers = await self._swiftly(calls) or await self._carefully(calls)
        point("api_after_commit_before_answer")
        return answers

    async def _swiftly(self, calls: Sequence[OrderCall]) -> list[Answer] | None:
        """Accept all, in as few round trips as can be; None, with nothing done, if anything in here is not new."""
        answers = [_accepted(call) for call in calls]
        try:
            async with self._store.transaction() as tx:
                row = await tx.fetchrow(SQL.accept, *_columns(calls, answers))
                if row is None or tuple(row) != (len(calls), len(calls)):
                    raise _NotAllNew
                await append(tx, [_event(call) for call in calls])
                point("api_before_commit")
        except _NotAllNew:
            return None
        return answers

    async def _carefully(self, calls: Sequence[OrderCall]) -> list[Answer | Problem]:
        """Accept what is new, recall what was answered before, refuse what says something else than it did."""
        granted = [_accepted(call) for call in calls]
        async with self._store.transaction() as tx:
            said = await idempotency.claim(tx, [call.use for call in calls], granted)
            new = [call for n, call in enumerate(calls) if n not in said]
            verdicts = await _judge(tx, new)
            refused = {call.use: _conflict(call) for call, verdict in verdicts if verdict == "conflict"}
            await idempotency.correct(tx, list(refused.items()))
            await _keep(tx, verdicts)
            told = await _ask_a_person(tx, [call for call, verdict in verdicts if verdict == "conflict"])
            await append(tx, [*[_event(call) for call, verdict in verdicts if verdict == "new"], *told])
            point("api_before_commit")
        # A twin in the same group is refused with its original.
        return [refused.get(call.use) or said.get(n) or granted[n] for n, call in enumerate(calls)]


class _NotAllNew(Exception):
    """Rolls back: a key or a number in this group was used before."""


def _columns(calls: Sequence[OrderCall], answers: Sequence[Answer]) -> list[object]:
    """The parameters of `accept`; what is locked is sorted."""
    uses = sorted(
        (call.use.consumer, call.use.key, call.use.digest, answer.body)
        for call, answer in zip(calls, answers, strict=True)
    )
    claims = sorted(
        (*call.identity, digest_of(SalesOrderPlaced(call.said or call.order)), call.subject) for call in calls
    )
    documents = [
        (
            *(str(call.document_id), call.use.consumer, call.order.number, sha256(call.content).digest()),
            *(len(call.content), call.received_at),
        )
        for call in calls
    ]
    keys = sorted(key[:5] for call in calls for key in _keys(call))
    links = sorted((call.order.company_id, f"raw/{call.document_id}", call.subject) for call in calls)
    return [
        *columns(uses, (texts, texts, octets, texts)),
        *columns(claims, (texts, texts, texts, texts, texts, octets, texts)),
        *columns(documents, (texts, texts, texts, octets, numbers, times)),
        [call.content for call in calls],
        *columns(keys, (texts,) * 5),
        *columns(links, (texts,) * 3),
    ]


async def _judge(tx: Connection, calls: Sequence[OrderCall]) -> list[tuple[OrderCall, Verdict]]:
    """The business gate: is a number new, known with this content, or known with another?"""
    claims = [
        Claim(call.identity, digest_of(SalesOrderPlaced(call.said or call.order)), call.subject) for call in calls
    ]
    return list(zip(calls, await pass_gate(tx, claims), strict=True))


async def _keep(tx: Connection, verdicts: Sequence[tuple[OrderCall, Verdict]]) -> None:
    """Write the bytes of all, and the business keys of what is new."""
    await raw.write_raw(tx, [(call.document_id, _arrival(call, verdict)) for call, verdict in verdicts])
    conflicts = [call for call, verdict in verdicts if verdict == "conflict"]
    if conflicts:
        faults = [
            msgspec.json.encode([Fault("identity_conflict", _conflict(call).detail)]).decode() for call in conflicts
        ]
        ids = [call.document_id for call in conflicts]
        ended = [(identifier, "conflict", fault, 0) for identifier, fault in zip(ids, faults, strict=True)]
        await tx.execute(raw.SQL.finish_documents, *literals(ended))
    new = [call for call, verdict in verdicts if verdict == "new"]
    await write_keys(tx, [key for call in new for key in _keys(call)])
    roles = {"new": "source", "conflict": "conflict"}
    await write_links(
        tx,
        [
            DocumentLink(call.order.company_id, f"raw/{call.document_id}", call.subject, "", roles[verdict])
            for call, verdict in verdicts
            if verdict in roles
        ],
    )


async def _ask_a_person(tx: Connection, conflicts: Sequence[OrderCall]) -> list[NewEvent]:
    """Open an exception case for what came under a number that is taken, once per number and content.

    It belongs to the order that stands. The same content once more, under another Idempotency-Key, is a copy: while
    the first waits for a decision, nobody is asked twice.
    """
    if not conflicts:
        return []
    changes = [
        ExceptionChange(
            call.subject, call.order.company_id, "document_conflict", _content_key(call), True,
            f"order {call.order.number} of {call.use.consumer}: identity_conflict: {_taken(call)}",
            call.received_at, _cause(call), reference=f"raw/{call.document_id}",
        )
        for call in conflicts
    ]  # fmt: skip
    told = await change_exceptions(tx, changes)
    copies = sorted((call.document_id, call.subject, _content_key(call)) for call in conflicts)
    await tx.execute(SQL.copies, *literals(copies))
    return told


def _content_key(call: OrderCall) -> str:
    return digest_of(SalesOrderPlaced(call.said or call.order)).hex()


def _cause(call: OrderCall) -> Envelope:
    """A refused order is no event; what follows from it is caused by its document."""
    at, whose = call.received_at, call.order.company_id
    return Envelope(
        0, 0, 0, call.document_id, "OrderRefused", 1, call.subject, call.subject, whose, call.use.consumer, None,
        call.actor, call.on_behalf_of, at, "instant", "UTC", at, call.correlation_id, None, call.trace_id,
        call.network_version, "", "",
    )  # fmt: skip


def _arrival(call: OrderCall, verdict: Verdict) -> raw.Arrival:
    return raw.Arrival(
        source=call.use.consumer,
        kind="api",
        content=call.content,
        transport_key=call.use.key,
        received_at=call.received_at,
        content_type="application/json",
        name=call.order.number,
        status="translated" if verdict == "new" else verdict,
    )


def _keys(call: OrderCall) -> list[BusinessKey]:
    order = call.order
    keys = [BusinessKey(order.company_id, DOCUMENT, order.channel, order.number, call.subject)]
    if order.customer_reference:
        keys.append(
            BusinessKey(
                order.company_id, "customer_reference", order.customer.id, order.customer_reference, call.subject
            )
        )
    return keys


def _event(call: OrderCall) -> NewEvent:
    return NewEvent(
        body=SalesOrderPlaced(call.order),
        subject=call.subject,
        company_id=call.order.company_id,
        # A caller's clock may be ahead of ours; nothing has happened later than now.
        occurred_at=min(call.order.ordered_at, call.received_at),
        source=call.use.consumer,
        actor=call.actor,
        on_behalf_of=call.on_behalf_of,
        correlation_id=call.correlation_id,
        causation_id=call.document_id,
        trace_id=call.trace_id,
        network_version=call.network_version,
    )


def _accepted(call: OrderCall) -> Answer:
    order = call.order
    url = address("orders", order.company_id, order.number)
    return Answer(202, msgspec.json.encode(Placed(order.number, order.company_id, call.subject, url)).decode())


def _conflict(call: OrderCall) -> Problem:
    return Problem("identity_conflict", f"{_taken(call)}; this one is kept as document {call.document_id}")


def _taken(call: OrderCall) -> str:
    order = call.order
    return f"{order.company_id} already has the order {order.number} of channel {order.channel} with other content"
