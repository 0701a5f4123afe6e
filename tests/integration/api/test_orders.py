"""Placing orders: safe before it is answered, once whatever is repeated, and nobody suffers from his neighbour."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from crossdock.api.services import Services
from crossdock.identity import register
from crossdock.identity.actor import operator
from crossdock.operations import order_desk, quarantine
from crossdock.store import Store
from tests.integration.api.conftest import order, place
from tests.integration.engine.harness import rows


async def counts(store: Store) -> tuple[int, ...]:
    query = """select (select count(*) from event where type = 'SalesOrderPlaced'), (select count(*) from raw_document),
        (select count(*) from idempotency_answer), (select count(*) from business_key),
        (select count(*) from document_link)"""
    (found,) = await rows(store, query)
    return found


async def test_an_accepted_order_is_an_event_with_its_raw_document_keys_and_links(
    http: httpx2.AsyncClient, store: Store
) -> None:
    answer = await place(http, order(customer_reference="PO-77"))
    assert answer.status_code == 202
    assert answer.json() == {
        "order": "536365",
        "company": "albion_uk",
        "subject": "sales_order/albion_uk/shop/536365",
        "status_url": "/process/v1/orders/albion_uk/536365",
    }
    assert await counts(store) == (1, 1, 1, 2, 1)
    ((kind, subject, source, cause, occurred),) = await rows(
        store, "select type, subject, source, causation_id, occurred_at::text from event"
    )
    assert (kind, subject, source) == ("SalesOrderPlaced", "sales_order/albion_uk/shop/536365", "shop")
    assert occurred.startswith("2010-12-01 08:26:00")
    ((content, status),) = await rows(
        store,
        "select c.content, d.status from raw_chunk c join raw_document d on d.id = c.document_id where d.id = $1",
        cause,
    )
    assert json.loads(content) == order(customer_reference="PO-77")
    assert status == "translated"


async def test_what_a_partners_program_does_is_done_on_behalf_of_the_partner(
    http: httpx2.AsyncClient, store: Store
) -> None:
    token = "homestead-token-homestead-token-homestead"
    async with store.transaction() as tx:
        await register(tx, token, "homestead_bot", ["orders:write"], channel="shop", partner="homestead")
    http.headers["Authorization"] = f"Bearer {token}"
    assert (await place(http, order())).status_code == 202
    query = "select type, actor, on_behalf_of from event"
    assert await rows(store, query) == [("SalesOrderPlaced", "homestead_bot", "homestead")]


async def test_the_same_key_and_body_gets_the_first_answer_and_nothing_happens_again(
    http: httpx2.AsyncClient, store: Store
) -> None:
    first = await place(http, order())
    again = await place(http, order())
    assert (again.status_code, again.json()) == (202, first.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await counts(store) == (1, 1, 1, 1, 1)


async def test_the_same_key_with_another_body_is_refused(http: httpx2.AsyncClient, store: Store) -> None:
    await place(http, order(), key="one")
    other = await place(http, order("536366"), key="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await counts(store))[0] == 1


async def test_the_same_order_under_another_key_is_answered_alike_and_placed_once(
    http: httpx2.AsyncClient, store: Store
) -> None:
    first = await place(http, order(), key="one")
    same = await place(http, order(), key="two")
    assert (same.status_code, same.json()) == (202, first.json())
    assert (await counts(store))[0] == 1
    assert await rows(store, "select status from raw_document order by id") == [("translated",), ("duplicate",)]


async def test_another_order_under_a_number_that_is_taken_is_a_conflict_that_is_kept(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await place(http, order(), key="one")
    other = order(lines=[{"line": "1", "item": "HEART", "quantity": "60", "price": "2.00"}])
    answer = await place(http, other, key="two")
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_conflict")
    again = await place(http, other, key="two")
    assert (again.status_code, again.json()["detail"]) == (409, answer.json()["detail"])
    assert (await counts(store))[0] == 1
    found = await rows(store, "select status, faults from raw_document order by id")
    assert found[0] == ("translated", "")
    assert found[1][0] == "conflict"
    assert "identity_conflict" in found[1][1]


def larger_order() -> dict[str, Any]:
    return order(lines=[{"line": "1", "item": "HEART", "quantity": "60", "price": "2.00"}])


async def test_an_order_under_a_number_that_is_taken_is_a_case_for_a_person_until_it_is_dismissed(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    await place(http, order(), key="one")
    await place(http, larger_order(), key="two")
    (problem,) = (await desk.get("/process/v1/exceptions")).json()["items"]
    assert (problem["code"], problem["case_id"]) == ("document_conflict", "sales_order/albion_uk/shop/536365")
    assert "already has the order 536365" in problem["detail"]
    document = problem["reference"].removeprefix("raw/")
    story = (await desk.get("/process/v1/timeline/536365")).json()
    assert [entry["status"] for entry in story["entries"] if entry["kind"] == "received"] == ["translated", "conflict"]
    assert await rows(store, "select status from raw_document where id::text = $1", document) == [("conflict",)]
    assert await rows(store, "select subject from event where type = 'ExceptionCaseOpened'") == [
        ("sales_order/albion_uk/shop/536365",)
    ]
    await quarantine.dismiss(services.context, operator("anna"), UUID(document), "the shop made it twice")
    assert (await desk.get("/process/v1/exceptions")).json()["items"] == []


async def test_the_same_conflict_again_asks_nobody_again_and_another_content_does(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await place(http, order(), key="one")
    for key in ("two", "two", "three"):
        assert (await place(http, larger_order(), key=key)).status_code == 409
    (problem,) = (await desk.get("/process/v1/exceptions")).json()["items"]
    assert "document" not in problem["detail"], "it stands in the reference, and a copy must not change it"
    statuses = await rows(store, "select status from raw_document order by id")
    assert statuses == [("translated",), ("conflict",), ("duplicate",)]
    assert (await place(http, order(currency="EUR"), key="four")).status_code == 409
    listed = (await desk.get("/process/v1/exceptions")).json()["items"]
    assert [one["id"] for one in listed[:-1]] == [problem["id"]]


async def test_conflicts_at_the_same_moment_ask_once_each(http: httpx2.AsyncClient, store: Store) -> None:
    await place(http, order(), key="one")
    others = [order(currency="EUR"), larger_order()]
    answers = await asyncio.gather(*[place(http, other, key=f"k{n}") for other in others for n in range(2)])
    answers += await asyncio.gather(*[place(http, larger_order(), key=f"x{n}") for n in range(5)])
    # The keys k0 and k1 were used for two bodies each: of these, one is refused for its key alone.
    assert sorted({answer.status_code for answer in answers}) == [409, 422]
    assert await rows(store, "select count(distinct key), count(*) from exception_case") == [(2, 2)]


async def test_one_bad_call_never_fails_its_neighbours(http: httpx2.AsyncClient, store: Store) -> None:
    await place(http, order("1"), key="taken")
    await place(http, order("2"), key="known")
    good = [place(http, order(f"good-{n}")) for n in range(20)]
    bad = [
        place(http, order("3"), key="taken"),
        place(http, order("2", currency="EUR"), key="conflicting"),
        place(http, order("4", lines=[])),
        place(http, order("5"), key=" "),
        place(http, order("1"), key="taken"),
    ]
    answers = await asyncio.gather(*good[:10], *bad, *good[10:])
    codes = [answer.status_code for answer in answers]
    assert codes[:10] + codes[15:] == [202] * 20
    assert codes[10:15] == [422, 409, 422, 400, 202]
    assert (await counts(store))[0] == 22


async def test_equal_calls_at_the_same_moment_are_one_order(http: httpx2.AsyncClient, store: Store) -> None:
    same_key = [place(http, order("7")) for _ in range(10)]
    same_order = [place(http, order("7"), key=f"other-{n}") for n in range(10)]
    answers = await asyncio.gather(*same_key, *same_order)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert (await counts(store))[0] == 1


async def test_of_two_different_orders_under_one_number_at_the_same_moment_one_is_placed(
    http: httpx2.AsyncClient, store: Store
) -> None:
    calls = [place(http, order("8", currency=currency), key=currency) for currency in ("GBP", "EUR")]
    twins = [place(http, order("8", currency=currency), key=currency) for currency in ("GBP", "EUR")]
    answers = await asyncio.gather(*calls, *twins)
    assert sorted(answer.status_code for answer in answers) == [202, 202, 409, 409]
    assert (await counts(store))[0] == 1


async def test_a_fault_in_the_database_hits_only_the_call_that_causes_it(
    http: httpx2.AsyncClient, services: Services, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = order_desk._event

    def poisoned(call: Any) -> Any:
        if call.order.number == "poison":
            raise asyncpg.CheckViolationError("poison")
        return real(call)

    monkeypatch.setattr(order_desk, "_event", poisoned)
    numbers = [f"n{n}" for n in range(9)] + ["poison"]
    answers = await asyncio.gather(*[place(http, order(number)) for number in numbers])
    assert [answer.status_code for answer in answers] == [202] * 9 + [500]
    assert answers[-1].json()["code"] == "internal"
    assert (await counts(store))[0] == 9


async def test_a_lost_database_is_told_as_unavailable_and_the_same_key_finds_out(
    http: httpx2.AsyncClient, services: Services, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    async def no_pause(_: float) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr("crossdock.operations.order_desk.append", lost)
        patch.setattr("crossdock.store.pool.asyncio.sleep", no_pause)
        answer = await place(http, order())
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert await counts(store) == (0, 0, 0, 0, 0)
    assert (await place(http, order())).status_code == 202


async def test_who_calls_without_a_key_a_scope_or_the_company_is_told_so(
    http: httpx2.AsyncClient, store: Store
) -> None:
    cases = [
        ({"Authorization": ""}, order(), 401, "unauthenticated"),
        ({"Authorization": "Bearer nonsense"}, order(), 401, "unauthenticated"),
        ({"Authorization": "Basic abc"}, order(), 401, "unauthenticated"),
        ({}, order(company="albion_ie"), 403, "forbidden"),
        ({}, order(channel="marketplace"), 403, "forbidden"),
    ]
    for headers, body, status, code in cases:
        answer = await http.post("/process/v1/orders", json=body, headers={"Idempotency-Key": "k", **headers})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]
    assert (await counts(store))[0] == 0


async def test_a_post_without_idempotency_key_or_json_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/process/v1/orders", json=order())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    for key, why in (("k" * 256, "is too long: 256 characters, and at most 255"), ("a\tb", "not printable ASCII")):
        answer = await http.post("/process/v1/orders", json=order(), headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
        assert why in answer.json()["errors"][0]["detail"]
    answer = await http.post("/process/v1/orders", content=b"a=1", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    utf16 = {"Idempotency-Key": "k", "Content-Type": "application/json; charset=utf-16"}
    assert (await http.post("/process/v1/orders", content=b"{}", headers=utf16)).status_code == 415


@pytest.mark.parametrize("path", ["/nothing", "/process/v1/nothing", "/process/v2/orders"])
async def test_an_unknown_path_is_a_problem_too(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_or_parameter_is_a_problem_too(http: httpx2.AsyncClient) -> None:
    answer = await http.put("/process/v1/orders", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
    answer = await http.get("/process/v1/orders", params={"limit": "many"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert answer.json()["errors"][0]["pointer"] == "limit"
    answer = await http.get("/process/v1/orders", params={"cursor": "%%%"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_every_answer_carries_ids_and_limits(http: httpx2.AsyncClient) -> None:
    correlation = "0192e4c8-86e7-76ee-b9c2-9874cb66aca0"
    answer = await http.get("/process/v1/orders", headers={"X-Correlation-ID": correlation})
    assert answer.headers["x-correlation-id"] == correlation
    assert answer.headers["ratelimit-policy"].startswith('"default";q=')
    assert answer.headers["ratelimit"].startswith('"default";r=')
