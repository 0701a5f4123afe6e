"""Translation: raw documents, in the order they came per source, become events of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from crossdock.engine.context import EngineContext
from crossdock.engine.deliveries.queue import key_of
from crossdock.engine.intake.authority import HeldGoods, let_go, mark_doubtful, spoken_of, vouched_for
from crossdock.engine.intake.gate import Claim, Verdict, digest_of, pass_gate
from crossdock.engine.intake.raw import SQL
from crossdock.engine.intake.wrappers import unwrap
from crossdock.engine.writes import ExceptionChange, PendingSend, SendAgain, Writes
from crossdock.events.envelope import Envelope
from crossdock.events.intake import DocumentReceived
from crossdock.log import BusinessKey, DocumentLink
from crossdock.log.append import follow
from crossdock.log.keys import find_keys
from crossdock.masterdata import MasterBody, Masterdata, bodies_of
from crossdock.masterdata.described import described
from crossdock.masterdata.door import Door, document_of
from crossdock.model.masterdata import Customer, Item, KitComponent
from crossdock.model.restating import holds_lines
from crossdock.ports.connector import Fault, MasterRecord, RawDocument, Record, Translation
from crossdock.processes._kit import Send
from crossdock.store import Connection
from crossdock.store.arrays import identifiers, literals


class Progress(msgspec.Struct):
    """What was taken of a document so far. A large one is taken in portions, each in a batch of its own."""

    portions: int = 0
    records: int = 0
    taken: int = 0
    repeated: int = 0
    """What came before in the same envelope, and is left out."""
    duplicates: int = 0
    conflicts: int = 0
    faults: list[Fault] = []


class _Job(msgspec.Struct):
    cause: Envelope
    received: DocumentReceived
    translation: Translation
    so_far: Progress
    vouched: bool = False
    """A person released it: what it says counts, whoever said it."""


async def translate_documents(
    tx: Connection, context: EngineContext, received: Sequence[tuple[Envelope, DocumentReceived]], writes: Writes
) -> None:
    """Translate stored documents: gate, routes, events, replies; quarantine what cannot be taken."""
    if not received:
        return
    said = [(document, translate_one(context, document)) for document in await load(tx, received)]
    jobs = await _open(tx, received, said, [Progress() for _ in received], writes)
    await _take_jobs(tx, context, jobs, writes)
    for job in jobs:
        _finish(job, writes)


async def translate_portion(
    tx: Connection,
    context: EngineContext,
    received: tuple[Envelope, DocumentReceived],
    said: tuple[RawDocument, Translation],
    so_far: Progress,
    writes: Writes,
) -> None:
    """Take one portion of a large document; `so_far` is brought up to date and stored."""
    (job,) = await _open(tx, [received], [said], [so_far], writes)
    await _take_jobs(tx, context, [job], writes)
    so_far.portions += 1
    await tx.execute(SQL.keep_progress, job.received.document_id, msgspec.json.encode(so_far).decode())


async def progress_of(tx: Connection, document_id: UUID) -> Progress:
    """How far a large document has come."""
    stored = await tx.fetchval(SQL.progress, document_id)
    return msgspec.json.decode(stored, type=Progress) if stored else Progress()


def finish_portions(received: tuple[Envelope, DocumentReceived], so_far: Progress, writes: Writes) -> None:
    """All portions of a large document are taken."""
    _finish(_Job(*received, Translation(), so_far), writes)


async def _take_jobs(tx: Connection, context: EngineContext, jobs: Sequence[_Job], writes: Writes) -> None:
    found = [(job, record) for job in jobs for record in job.translation.records]
    released = await vouched_for(tx, [job.received.document_id for job in jobs])
    for job in jobs:
        job.vouched = job.received.document_id in released
    await let_go(tx, released.values(), writes)
    held: list[HeldGoods] = []
    pairs, subjects = _with_authority(context, *await _routed(tx, found), held)
    await mark_doubtful(tx, context, held, writes)
    for job in jobs:
        _take_master(context, job, writes)
    pairs, subjects, bodies = _in_base_units(context, pairs, subjects, writes)
    verdicts = await _gate(tx, pairs, subjects)
    for (job, record), body, subject, verdict in zip(pairs, bodies, subjects, verdicts, strict=True):
        _take(job, record, body, subject, verdict, writes)
    for job in jobs:
        for reply in job.translation.replies:
            send = Send(document=reply.document, body=reply.body, to=reply.to, number=reply.number)
            company = reply.company_id or job.cause.company_id
            writes.sends.append(PendingSend(send, company, job.cause.subject, job.cause))


async def load(tx: Connection, received: Sequence[tuple[Envelope, DocumentReceived]]) -> list[RawDocument]:
    """Stored documents with their bytes, in the order in which they came."""
    return await load_documents(tx, [body.document_id for _, body in received])


async def load_documents(tx: Connection, documents: Sequence[UUID]) -> list[RawDocument]:
    """Stored documents with their bytes, in this order."""
    raw = {row["id"]: row for row in await tx.fetch(SQL.load_documents, identifiers(documents))}
    return [_document(raw[document]) for document in documents]


def _document(row: asyncpg.Record) -> RawDocument:
    return RawDocument(
        id=str(row["id"]),
        source=row["source"],
        kind=row["kind"],
        content=row["content"],
        content_type=row["content_type"],
        name=row["name"],
        received_at=row["received_at"],
    )


async def _open(
    tx: Connection,
    received: Sequence[tuple[Envelope, DocumentReceived]],
    said: Sequence[tuple[RawDocument, Translation]],
    so_far: Sequence[Progress],
    writes: Writes,
) -> list[_Job]:
    """Pass the transport gate."""
    jobs = []
    for (cause, body), progress, opened in zip(received, so_far, await unwrap(tx, said), strict=True):
        progress.records += len(opened.translation.records)
        progress.faults += opened.translation.faults
        progress.repeated += opened.repeated
        jobs.append(_Job(cause, body, opened.translation, progress))
        for owed in opened.answered:
            key = key_of(owed.company_id or cause.company_id, owed.document, owed.number)
            writes.again.append(SendAgain(owed.to, key, body.document_id, cause.occurred_at))
    return jobs


def translate_one(context: EngineContext, document: RawDocument) -> Translation:
    """What a document says; never raises."""
    connector = context.connectors.get(document.source)
    if connector is None:
        return Translation(faults=(Fault("unknown_source", f"the network has no system {document.source!r}"),))
    try:
        return connector.translate(document, context.references)
    except Exception as error:  # noqa: BLE001 - a translator that raises is a defect; its document is kept and shown
        return failed(error)


def failed(error: Exception) -> Translation:
    """What a document says whose translator raised."""
    return Translation(faults=(Fault("translator_failed", f"{type(error).__name__}: {error}"),))


async def _routed(tx: Connection, pairs: Sequence[tuple[_Job, Record]]) -> tuple[list[tuple[_Job, Record]], list[str]]:
    """Where each record belongs; answers are told which document of ours they answer."""
    asked = [(r.route.kind, r.route.issuer, r.route.value) for _, r in pairs if r.route is not None]
    found = await find_keys(tx, asked)
    records, subjects = [], []
    for job, record in pairs:
        route, named, subject = record.route, None, record.subject
        if route is not None:
            named = found.get((route.kind, route.issuer, route.value))
            subject = named.subject if named else ""
        if named and record.answers and named.document:
            body = msgspec.structs.replace(record.body, document=named.document, number=named.number)
            record = msgspec.structs.replace(record, body=body)
        records.append((job, record))
        subjects.append(subject)
    return records, subjects


async def _gate(tx: Connection, pairs: Sequence[tuple[_Job, Record]], subjects: Sequence[str]) -> list[Verdict]:
    claims, places = [], []
    for place, ((_, record), subject) in enumerate(zip(pairs, subjects, strict=True)):
        if record.identity is not None and subject:
            identity = (record.company_id, *record.identity)
            claims.append(Claim(identity, digest_of(record.body), subject))
            places.append(place)
    verdicts: list[Verdict] = ["new"] * len(pairs)
    for place, verdict in zip(places, await pass_gate(tx, claims), strict=True):
        verdicts[place] = verdict
    return verdicts


def _with_authority(
    context: EngineContext,
    pairs: Sequence[tuple[_Job, Record]],
    subjects: Sequence[str],
    held: list[HeldGoods],
) -> tuple[list[tuple[_Job, Record]], list[str]]:
    """Leave out what its source may not state, before any gate: once a person decided, the document can be released.
    The stock that is left out goes to `held`."""
    kept: list[tuple[_Job, Record]] = []
    whose: list[str] = []
    for (job, record), subject in zip(pairs, subjects, strict=True):
        # A record that was routed to a case may not know whose it is; the case does.
        company_id = record.company_id or (subject.split("/")[1] if subject else "")
        about = spoken_of(record.body)
        rule = _held_by(context, job, record.body, company_id, about.of, record.pointer) if subject else ""
        if not rule:
            kept.append((job, record))
            whose.append(subject)
        elif about.items:
            document, portion = job.received.document_id, job.so_far.portions
            held.append(HeldGoods(document, portion, company_id, about.of, about.items, rule, job.cause))
    return kept, whose


def _held_by(context: EngineContext, job: _Job, body: msgspec.Struct, company_id: str, of: str, pointer: str) -> str:
    """The rule by which the document's source may not state a fact, noted as a fault; empty if it may."""
    source, fact = job.received.source, type(body).__name__
    rule = "" if job.vouched else context.held_by(source, fact, company_id, of)
    if rule:
        place = f" in {of}" if of else ""
        words = f"{source} has no authority to state {fact}{place} for {company_id}; held by {rule}"
        job.so_far.faults.append(Fault("fact_without_authority", words, pointer, rule=rule))
    return rule


def _in_base_units(
    context: EngineContext, pairs: Sequence[tuple[_Job, Record]], subjects: Sequence[str], writes: Writes
) -> tuple[list[tuple[_Job, Record]], list[str], list[msgspec.Struct]]:
    """What every record says in base units, beside the records as they came: by those the gate tells doubles.

    A record with a line that has no exact meaning is left out before the gate, so that it can be released later.
    """
    kept: list[tuple[_Job, Record]] = []
    whose: list[str] = []
    bodies: list[msgspec.Struct] = []
    masterdata = context.masterdata.with_news(bodies_of(writes.master))
    for (job, record), subject in zip(pairs, subjects, strict=True):
        body, faults = record.body, list[Fault]()
        if holds_lines(type(body)):
            company_id = record.company_id or (subject.split("/")[1] if subject else "")
            body, faults = _converted(context, masterdata, record, company_id)
        job.so_far.faults += faults
        if not faults:
            kept.append((job, record))
            whose.append(subject)
            bodies.append(body)
    return kept, whose, bodies


def _converted(
    context: EngineContext, masterdata: Masterdata, record: Record, company_id: str
) -> tuple[msgspec.Struct, list[Fault]]:
    said, party = document_of(record.body, context.reads.partner_of)
    said = said or record.occurred_at
    on = context.reads.date_at(company_id, said) if isinstance(said, dt.datetime) else said
    door = Door(masterdata, company_id, on, party)
    body = door.in_base_units(record.body)
    faults: list[Fault] = []
    for line in door.refused:
        where = ", ".join(part for part in (record.pointer, f"line {line.line or line.place + 1}") if part)
        faults.append(Fault("conversion_refused", line.words, where))
    return body, faults


def _take_master(context: EngineContext, job: _Job, writes: Writes) -> None:
    for record in job.translation.master:
        body = record.body
        assert isinstance(body, MasterBody)
        key = body.id if isinstance(body, Item | Customer) else getattr(body, "item", "") or getattr(body, "kit", "")
        if not _held_by(context, job, body, body.company_id, "", key):
            writes.master.append(record)
            job.so_far.taken += 1
    kits = [record for record in writes.master if isinstance(record.body, KitComponent)]
    known = context.masterdata.with_news(bodies_of(kits))
    for record in kits:
        if isinstance(component := record.body, KitComponent) and (loop := known.loop_of(component)):
            writes.master.remove(record)
            job.so_far.faults.append(Fault("kit_holds_itself", loop))


def _take(job: _Job, record: Record, body: msgspec.Struct, subject: str, verdict: Verdict, writes: Writes) -> None:
    if not subject:
        assert record.route is not None
        words = f"no {record.route.kind} {record.route.value!r} of {record.route.issuer} is known"
        job.so_far.faults.append(Fault("unknown_reference", words, record.pointer))
        return
    if verdict == "duplicate":
        job.so_far.duplicates += 1
        return
    if verdict == "conflict":
        job.so_far.conflicts += 1
        words = f"{'/'.join(record.identity or ())} came before with other content"
        job.so_far.faults.append(Fault("identity_conflict", words, record.pointer))
        return
    company_id = record.company_id or subject.split("/")[1]
    writes.master += [MasterRecord(told) for told in described(body, company_id)]
    job.so_far.taken += 1
    writes.events.append(
        follow(
            job.cause,
            body,
            subject,
            company_id=company_id,
            occurred_at=record.occurred_at,
            source=job.received.source,
            source_sequence=record.source_sequence,
            occurred_precision=record.occurred_precision,
            occurred_zone=record.occurred_zone,
        )
    )
    writes.keys += [BusinessKey(company_id, k.kind, k.issuer, k.value, subject) for k in record.keys]
    raw = f"raw/{job.received.document_id}"
    writes.links.append(DocumentLink(company_id, raw, subject, "", "source"))


def _finish(job: _Job, writes: Writes) -> None:
    so_far = job.so_far
    if not so_far.faults:
        only_doubles = so_far.duplicates + so_far.repeated and so_far.duplicates == so_far.records
        status = "duplicate" if only_doubles else "translated"
    elif so_far.conflicts:
        status = "conflict"
    else:
        status = "partial" if so_far.taken or so_far.duplicates else "quarantined"
    faults = msgspec.json.encode(so_far.faults).decode() if so_far.faults else ""
    writes.documents.append((job.received.document_id, status, faults, so_far.taken))
    if so_far.faults:
        writes.exceptions.append(_exception(job, status))


def _exception(job: _Job, status: str) -> ExceptionChange:
    faults, received = job.so_far.faults, job.received
    first = faults[0]
    where = f" at {first.pointer}" if first.pointer else ""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return ExceptionChange(
        case_id=job.cause.subject,
        company_id=job.cause.company_id,
        code="document_conflict" if status == "conflict" else "document_quarantined",
        key=str(job.received.document_id),
        opens=True,
        text=f"{received.source} {received.name or received.kind}: {first.code}{where}: {first.detail}{more}",
        at=job.cause.occurred_at,
        cause=job.cause,
        reference=f"raw/{job.received.document_id}",
    )


async def quarantine_documents(
    tx: Connection, received: Sequence[tuple[Envelope, DocumentReceived]], writes: Writes
) -> None:
    """Documents whose translation cannot be written: kept and shown to a person, with what was taken of them."""
    fault = Fault("intake_failed", "what this document says cannot be written; see the worker's log for the error")
    for cause, body in received:
        so_far = await progress_of(tx, body.document_id)
        so_far.faults.append(fault)
        _finish(_Job(cause, body, Translation(), so_far), writes)


async def finish_documents(tx: Connection, documents: Sequence[tuple[UUID, str, str, int]]) -> None:
    """Write what became of translated documents."""
    if documents:
        await tx.execute(SQL.finish_documents, *literals(documents))
