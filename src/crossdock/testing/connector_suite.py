# ruff: noqa: D102 - the tests are named in sentences
"""The contract suite that every connector passes.

A connector's whole contract test is a `ConnectorCase` with samples and one line:

    TestAcmeErp = connector_suite(ConnectorCase(...))

The capabilities of the case choose the tests. `Vendor` is the other side: `HttpVendor` plays one that speaks HTTP; who
speaks something else brings a vendor of its own.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crossdock.connectors._kit.manifest import Manifest
from crossdock.ports.connector import (
    ComparesAndSets,
    Connector,
    ConnectorUnavailable,
    MasterRecord,
    Outgoing,
    RawDocument,
    RawPage,
    Record,
    Rendered,
    ShowsLevels,
    Translation,
)
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater, Unknown, Unsupported
from crossdock.testing.samples import RECEIVED_AT, PlainNumbers, PlainReferences
from crossdock.testing.vendor_server import Answer
from crossdock.testing.vendors import TOKEN, WEBHOOK_KEY, HttpVendor, Vendor, signed

PATIENCE_SECONDS = 10.0

GARBAGE: tuple[bytes, ...] = (
    b"",
    b"\x00",
    b"{",
    b"null",
    b"[]",
    b"{}",
    b'{"records":{}}',
    b'{"records":[1,null,{"seq":1},{"seq":1,"action":"create","record":null}]}',
    b'{"event":"nothing.known","occurred_at":"2010-12-01T08:00:00Z","data":{}}',
    b'{"event":"order.picked","occurred_at":"yesterday","data":{}}',
    b'{"orders":[{}],"cursor":"","more":false}',
    b'{"levels":[{}]}',
    b"\xff\xfe\x00garbage",
    b"ISA*00*",
    b"ISA" + b"*" * 103 + b"~GS*PO~ST*850*1~",
    b"[" * 20_000,
    "Zürich – 東京 \U0001f4e6".encode(),
)


@dataclass(frozen=True)
class Sent:
    """A document of ours and what the vendor is to read. `payload` is the vendor's own form, decoded."""

    document: str
    body: msgspec.Struct
    target: str
    payload: Any = None
    method: str = "POST"


@dataclass(frozen=True)
class Came:
    """Bytes from the vendor and what they mean."""

    kind: str
    content: bytes
    records: tuple[Record, ...] = ()
    master: tuple[MasterRecord, ...] = ()
    faults: tuple[str, ...] = ()
    """Codes."""
    name: str = ""


@dataclass(frozen=True)
class ConnectorCase:
    """A connector with everything needed to judge it."""

    vendor: Callable[[], Vendor]
    sent: tuple[Sent, ...] = ()
    came: tuple[Came, ...] = ()
    manifest: Manifest | None = None
    polls: dict[str, int] = field(default_factory=dict)
    """Kinds to fetch from the vendor, and how many records there are of each."""
    reply: str | None = None
    """The receiver's reference in `Delivered`, where the vendor gives one."""


def connector_suite(case: ConnectorCase) -> type:
    """The tests of a connector, as a class for pytest to collect."""
    bases: list[type] = [ConnectorTests]
    if case.sent:
        bases.append(SendTests)
    if isinstance(case.vendor(), HttpVendor):
        bases += [HttpSendTests] if case.sent else []
        bases += [WebhookTests] if case.manifest and case.manifest.capabilities.receive else []
    if case.polls:
        bases.append(PollTests)
    return type("TestConnector", tuple(bases), {"case": case})


def raw_document(came: Came) -> RawDocument:
    """A sample as the engine hands it over."""
    return RawDocument("raw-1", "vendor", came.kind, came.content, "", came.name, RECEIVED_AT)


class ConnectorTests:
    """What holds for every connector."""

    case: ConnectorCase

    async def test_the_manifest_says_what_the_code_does(self) -> None:
        manifest = self.case.manifest
        if manifest is None:
            return
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            assert set(connector.polls) == set(manifest.capabilities.fetch)
            assert connector.resend == manifest.resend
            assert {sample.document for sample in self.case.sent} == set(manifest.capabilities.send)
            assert getattr(connector, "events", frozenset()) == set(manifest.capabilities.receive)
            assert isinstance(connector, ShowsLevels) == ("levels" in manifest.capabilities.read)
            assert isinstance(connector, ComparesAndSets) == bool(manifest.capabilities.compare_and_set)

    async def test_a_reachable_system_that_knows_us_is_healthy(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            health = await connector.check()
            assert health.ok, health.detail

    async def test_wrong_credentials_are_seen_by_check(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector(authorised=False)) as connector:
            assert not (await connector.check()).ok

    async def test_an_unreachable_system_is_seen_by_check(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            await vendor.go_down()
            assert not (await connector.check()).ok

    async def test_check_does_not_hang(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector(timeout_seconds=0.3)) as connector:
            vendor.hang()
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert not (await connector.check()).ok

    async def test_samples_mean_what_they_should(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for came in self.case.came:
                found = connector.translate(raw_document(came), PlainReferences())
                assert found.records == came.records
                assert found.master == came.master
                assert tuple(fault.code for fault in found.faults) == came.faults

    async def test_a_record_belongs_to_one_place_and_survives_storage(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for came in self.case.came:
                for record in connector.translate(raw_document(came), PlainReferences()).records:
                    assert bool(record.subject) != (record.route is not None)
                    assert record.company_id or record.route
                    assert record.occurred_at.utcoffset() is not None
                    body = type(record.body)
                    assert msgspec.json.decode(msgspec.json.encode(record.body), type=body) == record.body

    async def test_garbage_gives_faults_and_never_an_exception(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for content in GARBAGE:
                for kind in ("poll", "webhook", "file"):
                    found = connector.translate(raw_document(Came(kind, content)), PlainReferences())
                    assert found.records == ()
                    assert found.faults or found == Translation()

    async def test_every_beginning_of_a_sample_is_read_or_refused(self) -> None:
        """A document that was cut off anywhere never raises."""
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for came in self.case.came:
                step = max(1, len(came.content) // 50)
                for end in range(0, len(came.content), step):
                    connector.translate(raw_document(Came(came.kind, came.content[:end])), PlainReferences())

    async def test_nothing_secret_is_shown(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector(authorised=False)) as connector:
            texts = [repr(connector), repr(vars(connector)), repr(await connector.check())]
            await vendor.go_down()
            texts.append(repr(await connector.check()))
            for text in texts:
                assert TOKEN not in text
                assert WEBHOOK_KEY.decode() not in text
                assert base64.b64encode(WEBHOOK_KEY).decode() not in text

    async def test_closing_twice_leaves_no_task(self) -> None:
        async with self.case.vendor() as vendor:
            before = asyncio.all_tasks()
            connector = vendor.connector()
            await connector.check()
            await connector.close()
            await connector.close()
            await _settle()
            left = [task for task in asyncio.all_tasks() - before if not _is_vendors(task)]
            assert left == []

    async def test_a_closed_connector_connects_no_more(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            await connector.close()
            assert not (await connector.check()).ok


class SendTests:
    """Documents of ours on their way out."""

    case: ConnectorCase

    async def test_documents_are_written_in_the_vendors_own_form(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for sample in self.case.sent:
                rendered = _rendered(connector, sample)
                assert (rendered.method, rendered.target) == (sample.method, sample.target)
                if sample.payload is not None:
                    assert msgspec.json.decode(rendered.content) == sample.payload

    async def test_the_same_document_is_the_same_bytes(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for sample in self.case.sent:
                assert _rendered(connector, sample) == _rendered(connector, sample)

    async def test_rendering_takes_just_the_numbers_it_declares(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            for sample in self.case.sent:
                numbers = PlainNumbers()
                declared = connector.counters(sample.document, sample.body)
                connector.render(sample.document, sample.body, PlainReferences(), numbers)
                assert sorted(numbers.taken) == sorted(declared)

    async def test_a_document_without_a_form_is_unsupported(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            try:
                connector.render("love_letter", self.case.sent[0].body, PlainReferences(), PlainNumbers())
            except Unsupported:
                return
            raise AssertionError("rendering an unknown document must raise Unsupported")

    async def test_every_document_is_delivered(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            for sample in self.case.sent:
                outcome = await _send(connector, sample, key=f"key-{sample.document}")
                assert isinstance(outcome, Delivered), outcome
                assert self.case.reply is None or outcome.reply == self.case.reply
            assert vendor.effects == [_rendered(connector, sample).content for sample in self.case.sent]

    async def test_sent_twice_with_one_key_it_takes_effect_once(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            first = await _send(connector, self.case.sent[0])
            second = await _send(connector, self.case.sent[0], attempt=2)
            assert isinstance(first, Delivered)
            assert second == first
            assert len(vendor.effects) == 1

    async def test_after_a_lost_reply_it_is_sent_again_and_takes_effect_once(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            vendor.lose_next_reply()
            lost = await _send(connector, self.case.sent[0])
            assert isinstance(lost, Unknown if connector.resend == "neither" else RetryLater), lost
            assert isinstance(await _send(connector, self.case.sent[0], attempt=2), Delivered)
            assert len(vendor.effects) == 1

    async def test_wrong_credentials_halt_the_system(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector(authorised=False)) as connector:
            outcome = await _send(connector, self.case.sent[0])
            assert isinstance(outcome, Halt), outcome
            assert TOKEN not in repr(outcome)
            assert vendor.effects == []

    async def test_what_cannot_be_reached_is_tried_later(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            await vendor.go_down()
            assert isinstance(await _send(connector, self.case.sent[0]), RetryLater)

    async def test_a_system_that_does_not_answer_holds_nobody_up(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector(timeout_seconds=0.3)) as connector:
            vendor.hang()
            async with asyncio.timeout(PATIENCE_SECONDS):
                outcome = await _send(connector, self.case.sent[0])
            assert isinstance(outcome, Unknown if connector.resend == "neither" else RetryLater), outcome

    async def test_a_cancelled_attempt_leaves_nothing_and_the_next_one_works(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            vendor.hang()
            task = asyncio.ensure_future(_send(connector, self.case.sent[0]))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not vendor.hung:  # noqa: ASYNC110 - whoever writes a vendor owes us no event
                    await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert isinstance(await _send(connector, self.case.sent[0], attempt=2), Delivered)

    async def test_many_at_once_all_arrive(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            numbers = PlainNumbers()
            sample = self.case.sent[0]
            many = [_rendered(connector, sample, numbers) for _ in range(20)]
            sends = [connector.send(Outgoing(rendered, f"key-{n}", 1, "order")) for n, rendered in enumerate(many)]
            outcomes = await asyncio.gather(*sends)
            assert all(isinstance(outcome, Delivered) for outcome in outcomes)
            assert len(vendor.effects) == 20


class HttpSendTests:
    """The fault table, over real HTTP."""

    case: ConnectorCase

    async def _outcome_of(self, answer: Answer) -> Outcome:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            assert isinstance(vendor, HttpVendor)
            vendor.script.append(answer)
            return await _send(connector, self.case.sent[0])

    async def test_a_refusal_of_us_halts(self) -> None:
        for status in (401, 403):
            assert isinstance(await self._outcome_of(Answer(status)), Halt)

    async def test_a_refusal_of_the_document_is_a_dead_letter_with_the_vendors_words(self) -> None:
        for status in (400, 404, 409, 410, 422):
            outcome = await self._outcome_of(Answer(status, b'{"error":"item 85123A is blocked"}'))
            assert isinstance(outcome, Rejected)
            assert outcome.code == f"http_{status}"
            assert "85123A is blocked" in outcome.detail

    async def test_a_conflict_that_is_a_duplicate_is_delivered(self) -> None:
        outcome = await self._outcome_of(Answer(409, b'{"error":"Duplicate of GR000001"}'))
        assert isinstance(outcome, Delivered)

    async def test_trouble_of_the_system_is_waited_for(self) -> None:
        for status in (408, 429, 500, 502, 503, 504):
            assert isinstance(await self._outcome_of(Answer(status)), RetryLater)

    async def test_the_system_may_say_how_long(self) -> None:
        outcome = await self._outcome_of(Answer(429, headers={"Retry-After": "7"}))
        assert isinstance(outcome, RetryLater)
        assert outcome.after is not None
        assert outcome.after.total_seconds() == 7

    async def test_half_an_answer_is_no_answer(self) -> None:
        outcome = await self._outcome_of(Answer(201, b'{"posting":"GR000001"}', cut_after=5))
        assert isinstance(outcome, RetryLater)

    async def test_a_redirect_is_not_followed(self) -> None:
        outcome = await self._outcome_of(Answer(302, headers={"Location": "http://127.0.0.1:1/"}))
        assert isinstance(outcome, Rejected)

    async def test_the_key_and_the_token_go_with_the_stored_bytes(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            assert isinstance(vendor, HttpVendor)
            sample = self.case.sent[0]
            await _send(connector, sample, key="albion_uk:goods_receipt:RCN1")
            (request,) = vendor.requests
            assert request.headers["idempotency-key"] == "albion_uk:goods_receipt:RCN1"
            assert request.headers["authorization"] == f"Bearer {TOKEN}"
            assert request.body == _rendered(connector, sample).content

    async def test_connections_are_used_again(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            assert isinstance(vendor, HttpVendor)
            for attempt in range(5):
                await _send(connector, self.case.sent[0], key=f"key-{attempt}")
            assert vendor.connections == 1


class WebhookTests:
    """Webhooks are believed only when they are signed, whole and fresh."""

    case: ConnectorCase
    content = b'{"event":"x"}'

    async def _authentic(self, headers: Any, content: bytes) -> bool:
        async with self.case.vendor() as vendor:
            return vendor.connector().authentic(headers, content)

    async def test_a_signed_webhook_is_authentic(self) -> None:
        assert await self._authentic(signed(self.content), self.content)

    async def test_while_the_secret_is_changed_both_are_good(self) -> None:
        assert await self._authentic(signed(self.content, key=b"an older key"), self.content)

    async def test_another_secret_another_body_or_no_signature_is_refused(self) -> None:
        assert not await self._authentic(signed(self.content, key=b"somebody"), self.content)
        assert not await self._authentic(signed(self.content), self.content + b" ")
        assert not await self._authentic(lambda name: "", self.content)

    async def test_an_old_or_future_webhook_is_refused(self) -> None:
        for age in (301, -302):
            assert not await self._authentic(signed(self.content, at=time.time() - age), self.content)

    async def test_the_same_message_has_the_same_transport_key(self) -> None:
        async with self.case.vendor() as vendor:
            connector = vendor.connector()
            first = connector.transport_key(signed(self.content, at=1.0), self.content)
            again = connector.transport_key(signed(self.content, at=2.0), self.content)
            other = connector.transport_key(signed(self.content, identifier="msg_2"), self.content)
            assert first == again != other


class PollTests:
    """What is fetched, and where a fetch goes on."""

    case: ConnectorCase

    async def test_everything_is_fetched_and_the_cursor_moves_forward(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            for kind, count in self.case.polls.items():
                pages = await _fetch(connector, kind, "")
                assert sum(page.records for page in pages) == count
                assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]

    async def test_the_same_cursor_gives_the_same_records(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            for kind in self.case.polls:
                assert await _fetch(connector, kind, "") == await _fetch(connector, kind, "")

    async def test_behind_the_last_page_nothing_new_is_found(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            for kind in self.case.polls:
                cursor = ""
                for page in await _fetch(connector, kind, cursor):
                    await connector.accepted(kind, page)
                    cursor = page.cursor
                assert await _fetch(connector, kind, cursor) == []

    async def test_a_page_is_accepted_as_often_as_it_takes(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            for kind in self.case.polls:
                for page in await _fetch(connector, kind, ""):
                    await connector.accepted(kind, page)
                    await connector.accepted(kind, page)

    async def test_what_cannot_be_reached_says_so(self) -> None:
        async with self.case.vendor() as vendor, _closing(vendor.connector()) as connector:
            await vendor.go_down()
            for kind in self.case.polls:
                try:
                    await _fetch(connector, kind, "")
                except ConnectorUnavailable:
                    continue
                raise AssertionError("an unreachable system must raise ConnectorUnavailable")


class _closing:
    """The connector, closed at the end."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def __aenter__(self) -> Connector:
        return self._connector

    async def __aexit__(self, *_: object) -> None:
        await self._connector.close()


async def _fetch(connector: Connector, kind: str, cursor: str) -> list[RawPage]:
    return [page async for page in connector.fetch(kind, cursor)]


def _rendered(connector: Connector, sample: Sent, numbers: PlainNumbers | None = None) -> Rendered:
    return connector.render(sample.document, sample.body, PlainReferences(), numbers or PlainNumbers())


async def _send(connector: Connector, sample: Sent, key: str = "key-1", attempt: int = 1) -> Outcome:
    return await connector.send(Outgoing(_rendered(connector, sample), key, attempt, "order"))


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0.01)


def _is_vendors(task: asyncio.Task[Any]) -> bool:
    """A task of the test's own server, not of the connector."""
    return "VendorServer" in repr(task.get_coro()) or "server" in task.get_name()
