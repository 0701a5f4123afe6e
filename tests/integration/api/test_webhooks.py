"""Webhooks: proved, stored, answered; once whatever is repeated."""

from __future__ import annotations

import asyncio

import httpx2

from crossdock.store import Store
from tests.integration.engine.harness import rows


async def push(
    http: httpx2.AsyncClient, key: str, content: bytes = b'{"event":"x"}', **headers: str
) -> httpx2.Response:
    sent = {"webhook-id": key, "webhook-signature": "good", "content-type": "application/json", **headers}
    return await http.post("/system/v1/erp/webhooks", content=content, headers=sent)


async def test_a_signed_webhook_is_stored_byte_for_byte_and_told_to_the_engine(
    http: httpx2.AsyncClient, store: Store
) -> None:
    answer = await push(http, "m1", b'{"event": "x"}  ')
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert await rows(store, "select type, subject, partition_key, source, company_id from event") == [
        ("DocumentReceived", "intake/erp", "intake/erp", "erp", "")
    ]
    assert await rows(store, "select c.content, d.name, d.status, d.kind from raw_chunk c, raw_document d") == [
        (b'{"event": "x"}  ', "m1", "received", "webhook")
    ]


async def test_a_repeated_webhook_is_answered_alike_and_taken_once(http: httpx2.AsyncClient, store: Store) -> None:
    answers = await asyncio.gather(*[push(http, "m1") for _ in range(8)], push(http, "m2"))
    answers += [await push(http, "m1")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert await rows(store, "select count(*) from event") == [(2,)]


async def test_an_unsigned_webhook_is_refused_and_an_unknown_system_not_found(
    http: httpx2.AsyncClient, store: Store
) -> None:
    answer = await push(http, "m1", **{"webhook-signature": "bad"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    answer = await http.post("/system/v1/nobody/webhooks", content=b"{}", headers={"webhook-signature": "good"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await rows(store, "select count(*) from raw_document") == [(0,)]


async def test_a_webhook_that_is_no_json_at_all_is_kept_for_the_engine_to_judge(
    http: httpx2.AsyncClient, store: Store
) -> None:
    assert (await push(http, "m1", b"\x00\xff not json")).status_code == 202
    assert await rows(store, "select content from raw_chunk") == [(b"\x00\xff not json",)]


async def test_a_webhook_beyond_all_measure_is_refused(http: httpx2.AsyncClient, store: Store) -> None:
    answer = await push(http, "m1", b"x" * (8 * 1_048_576 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert await rows(store, "select count(*) from raw_document") == [(0,)]
