"""A small process and a scripted receiver, for testing the engine without any business of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from crossdock.engine.batch import BatchRunner
from crossdock.engine.context import EngineContext
from crossdock.engine.deliveries.deliverer import Deliverer
from crossdock.engine.leasing import Slots
from crossdock.engine.worker import Worker
from crossdock.events.deliveries import DocumentDelivered, DocumentUndeliverable
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DeadlinePassed, ExpectationMissed
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived
from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled
from crossdock.log import append, heads
from crossdock.masterdata import Masterdata
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.ports.connector import (
    Numbers,
    Outgoing,
    RawDocument,
    Record,
    References,
    Rendered,
    Route,
    Translation,
)
from crossdock.ports.outcomes import Delivered, Outcome
from crossdock.processes._kit import (
    Case,
    CaseData,
    CloseExceptionCase,
    Deadline,
    Emit,
    Expect,
    Lifecycle,
    Line,
    Met,
    OpenExceptionCase,
    Send,
    StateTable,
)
from crossdock.store import Store
from crossdock.testing.scenario import StaticReads

NOW = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)


class ParcelData(CaseData, kw_only=True):
    line: Line = msgspec.field(default_factory=Line)
    notes: list[str] = msgspec.field(default_factory=list)


TABLE = StateTable({"": ("open",), "open": ("closed",)}, final=("closed",))
PARCEL = Lifecycle(
    "parcel",
    version="1",
    data=ParcelData,
    table=TABLE,
    starts=(SalesOrderApproved,),
    header=lambda data: data.line.state,
    finished=lambda data: data.line.state == "closed",
)


@PARCEL.on(SalesOrderApproved)
def begin(case: Case[ParcelData], event: SalesOrderApproved) -> Iterator[Any]:
    case.move("1", case.data.line, "open")
    case.data.notes.append(event.hold)
    if event.hold == "send":
        yield Send("note", event, to="peer", number=f"{case.key}.0", report=True)
    if event.hold == "wait":
        yield Deadline("later", dt.timedelta(hours=1))
        yield Expect("answer", dt.timedelta(hours=2), of="peer")
    if event.hold.startswith("tell "):
        yield Emit(SalesOrderCancelled(reason=f"from {case.key}"), f"parcel/c/{event.hold[5:]}")


@PARCEL.on(SalesOrderCancelled)
def note(case: Case[ParcelData], event: SalesOrderCancelled) -> Iterator[Any]:
    case.data.notes.append(event.reason)
    match event.reason.partition(" ")[0]:
        case "raise":
            raise ZeroDivisionError("a defect")
        case "illegal":
            case.move("1", Line(state="closed"), "open")
        case "close":
            case.move("1", case.data.line, "closed")
        case "problem":
            yield OpenExceptionCase("something", "is wrong")
        case "solved":
            yield CloseExceptionCase("something", "put right")
        case "nul":
            # PostgreSQL refuses NUL in text: this event cannot be written, whatever the batch.
            yield OpenExceptionCase("nul", "\x00")
        case "send":
            yield Send("note", event, to="peer", number=f"{case.key}.{event.reason}")
        case "met":
            yield Met("answer")


@PARCEL.on(FunctionalAcknowledgementReceived)
def hear_answer(case: Case[ParcelData], event: FunctionalAcknowledgementReceived) -> None:
    case.data.notes.append(f"{event.document} {event.number} {event.acknowledgement.verdict}")


@PARCEL.on(DocumentDelivered, DocumentUndeliverable, DeadlinePassed, ExpectationMissed)
def hear(case: Case[ParcelData], event: msgspec.Struct) -> None:
    case.data.notes.append(type(event).__name__)


class Peer:
    """A receiver whose answers are scripted by document number; what it got is kept in order."""

    name = "peer"
    resend = "idempotent"
    polls = ()

    def __init__(self, answer: Callable[[Outgoing], Outcome] = lambda outgoing: Delivered("ok")) -> None:
        self.answer = answer
        self.got: list[Outgoing] = []

    def counters(self, document: str, body: msgspec.Struct) -> tuple[str, ...]:
        return ("peer/control",)

    def render(self, document: str, body: msgspec.Struct, references: References, numbers: Numbers) -> Rendered:
        return Rendered(b"%d " % numbers.take("peer/control") + msgspec.json.encode(body), "text/plain", document)

    def sent_keys(self, document: str, body: msgspec.Struct, rendered: Rendered) -> tuple[Route, ...]:
        return (Route("control_number", "peer", rendered.content.split()[0].decode()),)

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """Each line of the document: `subject word`, `=control word` (routed), `=control accepted` (an answer), or
        garbage."""
        records = []
        for line in raw.content.decode().splitlines():
            target, _, word = line.partition(" ")
            body = SalesOrderApproved(hold=word[6:]) if word.startswith("begin") else SalesOrderCancelled(reason=word)
            identity = ("note", "peer", line.split("#")[1].split()[0], "0") if "#" in line else None
            if target.startswith("=") and word == "accepted":
                answer = FunctionalAcknowledgement("PO", target[1:], "accepted")
                about = FunctionalAcknowledgementReceived("peer", "something", "", answer)
                route = Route("control_number", "peer", target[1:])
                records.append(Record(about, "", NOW, route=route, answers=True))
            elif target.startswith("="):
                route = Route("control_number", "peer", target[1:])
                records.append(Record(body, "", NOW, route=route, identity=identity))
            else:
                records.append(Record(body, "c", NOW, subject=f"parcel/c/{target}", identity=identity))
        return Translation(tuple(records))

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.got.append(outgoing)
        return self.answer(outgoing)

    async def close(self) -> None:
        """Nothing is open."""


def context(store: Store, peer: Peer | None = None, **changes: Any) -> EngineContext:
    reads: Any = StaticReads()
    connectors: Any = {"peer": peer or Peer()}
    return EngineContext(
        store=store, processes={"parcel": PARCEL}, connectors=connectors, reads=reads, references=reads,
        masterdata=Masterdata(), **changes,
    )  # fmt: skip


def begun(key: str, hold: str = "") -> NewEvent:
    return _event(key, SalesOrderApproved(hold=hold))


def told(key: str, reason: str) -> NewEvent:
    return _event(key, SalesOrderCancelled(reason=reason))


def _event(key: str, body: msgspec.Struct) -> NewEvent:
    return NewEvent(body=body, subject=f"parcel/c/{key}", company_id="c", occurred_at=NOW, source="test")


async def say(store: Store, *events: NewEvent) -> None:
    async with store.transaction() as tx:
        await append(tx, events)


async def settle(engine: EngineContext, *, batch_size: int = 100) -> None:
    """Run one worker's case and delivery steps until nothing moves."""
    engine.batch_size = batch_size
    worker = Worker(engine)
    await worker._cases.start()
    await worker._views.start()
    await worker._balance()
    idle = 0
    while idle < 3:
        done = (
            await worker._case_step()
            + await worker._deadline_step()
            + await worker._view_step()
            + await worker._deliver_step()
        )
        await worker._deliverer.close()
        idle = 0 if done else idle + 1
    await worker._cases.give_back()
    await worker._views.give_back()


async def notes(store: Store, key: str) -> list[str]:
    async with store.transaction() as tx:
        text = await tx.fetchval("select data from process_case where id = $1", f"parcel/c/{key}")
    return msgspec.json.decode(text, type=ParcelData).notes


async def rows(store: Store, query: str, *values: Any) -> list[tuple[Any, ...]]:
    async with store.transaction() as tx:
        return [tuple(row) for row in await tx.fetch(query, *values)]


__all__ = ["BatchRunner", "Deliverer", "Slots", "heads"]
