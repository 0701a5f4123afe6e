"""What callers may ask and do besides placing orders: look up, list, cancel, reserve, trace, decide."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from typing import Any

import httpx2
import msgspec
import pytest
from litestar import Litestar

from crossdock.api.services import Services
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.model.stock import ReleaseRequest
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.api.conftest import DESK, order, place
from tests.integration.engine.harness import Peer, context, rows, settle
from tests.integration.inventory.helpers import AT, book, expect, move, receive
from tests.integration.operations import buying
from tests.integration.reconciliation.test_decisions import proposed
from tests.unit.processes.order_to_cash import network

SYSTEMS = ("erp", "wms_north", "wms_south", "carrier", "shop", "marketplace", "homestead")


async def stocked(store: Store, quantity: int, location: str = "north") -> None:
    batch = LedgerBatch([move(quantity, "opening", "unrestricted", location, item="HEART")], AT)
    async with store.transaction() as tx:
        await batch.claim(tx)
        await batch.post(tx)


async def work(store: Store) -> None:
    """A worker does all there is to do."""
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = {name: Peer() for name in SYSTEMS}
    engine.reads = network()
    await settle(engine)


async def test_an_order_is_received_until_a_worker_looks_at_it_then_shows_its_lines(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 4)
    await place(http, order())
    answer = await http.get("/process/v1/orders/albion_uk/536365")
    assert (answer.status_code, answer.json()["state"], answer.json()["lines"]) == (200, "received", [])
    await work(store)
    found = (await http.get("/process/v1/orders/albion_uk/536365")).json()
    assert (found["company"], found["channel"], found["number"]) == ("albion_uk", "shop", "536365")
    assert found["state"] == "backordered"
    assert [(line["line"], line["item"], line["ordered"], line["backordered"]) for line in found["lines"]] == [
        ("1", "HEART", "6", "2")
    ]
    assert {sent["document"] for sent in found["sent"]} >= {"sales_order", "warehouse_shipping_order"}


async def test_orders_are_listed_page_by_page_each_once(http: httpx2.AsyncClient, store: Store) -> None:
    for number in range(1, 8):
        await place(http, order(str(number)))
    await work(store)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await http.get("/process/v1/orders", params={"limit": 3, "cursor": cursor})).json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == ["1", "2", "3", "4", "5", "6", "7"]
    listed = await http.get("/process/v1/orders", params={"state": "backordered"})
    assert len(listed.json()["items"]) == 7
    listed = await http.get("/process/v1/orders", params={"state": "delivered"})
    assert listed.json()["items"] == []


async def test_another_channels_order_and_an_unknown_one_look_the_same(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await place(desk, order("9", channel="marketplace"))
    foreign = await http.get("/process/v1/orders/albion_uk/9")
    unknown = await http.get("/process/v1/orders/albion_uk/10")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"].replace("9", "10") == unknown.json()["detail"]
    assert (await http.get("/process/v1/timeline/9")).status_code == 404
    assert (await desk.get("/process/v1/orders/albion_uk/9")).status_code == 200


async def test_a_cancelled_order_gives_its_stock_back(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 2)
    await place(http, order())
    await work(store)
    url = "/process/v1/orders/albion_uk/536365/cancel"
    answer = await http.post(url, json={"reason": "changed his mind"}, headers={"Idempotency-Key": "c1"})
    assert (answer.status_code, answer.json()["subject"]) == (202, "sales_order/albion_uk/shop/536365")
    again = await http.post(url, json={"reason": "changed his mind"}, headers={"Idempotency-Key": "c1"})
    assert again.headers["idempotency-replayed"] == "true"
    await work(store)
    assert await rows(store, "select count(*) from event where type = 'SalesOrderCancelled'") == [(1,)]
    assert await rows(store, "select actor, action, detail from audit") == [
        ("shop", "cancel_order", '{"reason":"changed his mind"}')
    ]
    found = (await http.get("/process/v1/orders/albion_uk/536365")).json()
    assert found["lines"][0]["cancelled"] == "4"


async def test_an_order_on_credit_hold_goes_on_when_a_person_approves_it(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 1000)
    await place(http, order(customer="BLOCKED"))
    await work(store)
    found = (await desk.get("/process/v1/orders/albion_uk/536365")).json()
    assert found["state"] == "held"
    (problem,) = found["exceptions"]
    url = "/process/v1/orders/albion_uk/536365/approve"
    body, key = {"hold": problem["code"], "reason": "paid"}, {"Idempotency-Key": "a1"}
    assert (await http.post(url, json=body, headers=key)).status_code == 403
    assert (await desk.post(url, json=body, headers=key)).status_code == 202
    await work(store)
    assert (await desk.get("/process/v1/orders/albion_uk/536365")).json()["state"] == "promised"
    refused = await desk.post(url, json=body, headers={"Idempotency-Key": "a2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_an_order_is_not_released_from_a_hold_that_it_does_not_have(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await place(http, order(customer="BLOCKED"))
    await work(store)
    url = "/process/v1/orders/albion_uk/536365/approve"
    wrong = await desk.post(url, json={"hold": "price", "reason": "paid"}, headers={"Idempotency-Key": "a1"})
    assert (wrong.status_code, wrong.json()["detail"]) == (409, "the order is not held for price, but for credit_hold")
    assert (
        await desk.post(url, json={"hold": "credit", "reason": "paid"}, headers={"Idempotency-Key": "a2"})
    ).status_code == 202


async def test_a_buyer_accepts_an_answer_over_http(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await buying.answered(store)
    url, body, key = (
        "/process/v1/purchase-orders/4500001/accept",
        {"lines": ["10"], "reason": "agreed"},
        {"Idempotency-Key": "p1"},
    )
    assert (await http.post(url, json=body, headers=key)).status_code == 403
    for _ in range(2):
        answer = await desk.post(url, json=body, headers=key)
        assert (answer.status_code, answer.json()["subject"]) == (202, buying.SUBJECT)
    await buying.work(store)
    found = (await desk.get(answer.json()["status_url"])).json()
    assert (found["state"], found["lines"][0]["price"]["amount"]) == ("acknowledged", "1.50")
    refused = await desk.post(url, json=body, headers={"Idempotency-Key": "p2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_a_buyer_decides_about_goods_nobody_had_asked_for_over_http(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await buying.surplus(store)
    url, body, key = (
        "/process/v1/goods-receipts/R1/held-goods",
        {"decision": "accepted", "reason": "sells well"},
        {"Idempotency-Key": "h1"},
    )
    assert (await http.post(url, json=body, headers=key)).status_code == 403
    for _ in range(2):
        answer = await desk.post(url, json=body, headers=key)
        assert (answer.status_code, answer.json()["subject"]) == (202, buying.RECEIPT)
    await buying.work(store)
    refused = await desk.post(url, json=body, headers={"Idempotency-Key": "h2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    wrong = await desk.post(url, json={**body, "decision": "kept"}, headers={"Idempotency-Key": "h3"})
    assert wrong.status_code == 422 or wrong.status_code == 400


async def test_accounts_payable_approves_an_invoice_over_http(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await buying.mismatched(store)
    url, body = "/process/v1/supplier-invoices/INV1/approve", {"supplier": "brightware", "reason": "agreed by phone"}
    assert (await http.post(url, json=body, headers={"Idempotency-Key": "i1"})).status_code == 403
    answer = await desk.post(url, json=body, headers={"Idempotency-Key": "i1"})
    assert (answer.status_code, answer.json()["subject"]) == (202, buying.INVOICE)
    await buying.work(store)
    cases = (await desk.get(answer.json()["status_url"])).json()["cases"]
    assert {case["state"] for case in cases if case["found"]} == {"approved"}


async def test_availability_comes_with_its_terms(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    await stocked(store, 5, "south")
    asked = {"company": "albion_uk", "item": "HEART", "quantity": "10", "by": "2999-12-05", "explain": "true"}
    found = (await http.get("/process/v1/availability", params=asked)).json()
    assert (found["quantity"], found["quantity_by"]) == ("12", "12")
    assert found["possible_on"]
    assert {(place["location"], place["free"]) for place in found["terms"]["positions"]} == {
        ("north", "7"),
        ("south", "5"),
    }
    only_north = await http.get("/process/v1/availability", params={**asked, "location": "north"})
    assert only_north.json()["quantity"] == "7"
    assert only_north.json()["possible_on"] is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"quantity": "NaN"}, 400), ({"quantity": "1e9"}, 400), ({"by": "soon"}, 400), ({"company": "albion_ie"}, 403),
     ({"location": "nowhere"}, 404), ({"item": ""}, 400)],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_a_problem(
    http: httpx2.AsyncClient, changes: dict[str, str], status: int
) -> None:
    asked = {"company": "albion_uk", "item": "HEART", **changes}
    answer = await http.get("/process/v1/availability", params=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def reserve(http: httpx2.AsyncClient, key: str, quantity: Any = "3", **changes: Any) -> httpx2.Response:
    body = {"company": "albion_uk", "item": "HEART", "quantity": quantity, **changes}
    return await http.post("/process/v1/reservations", json=body, headers={"Idempotency-Key": key})


async def told_of(store: Store, *items: str) -> None:
    """The ERP told us of items; there need be none of them."""
    query = "insert into item (company_id, id, body, changed_in) select 'albion_uk', unnest($1::text[]), '{}', 1"
    await rows(store, f"{query} returning 1", list(items))


async def test_an_item_that_there_is_not_is_a_problem_and_not_a_zero(http: httpx2.AsyncClient, store: Store) -> None:
    await told_of(store, "85123A")
    asked = await http.get("/process/v1/availability", params={"company": "albion_uk", "item": "85123"})
    wanted = await reserve(http, "r1", item="85123")
    for answer, pointer in ((asked, "item"), (wanted, "/item")):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (404, "not_found")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "no item '85123' in albion_uk" in problem["detail"]
        assert problem["errors"] == [{"pointer": pointer, "detail": "names no item"}]
        assert "Check the spelling" in problem["advice"]


async def test_an_item_without_stock_is_answered_with_zero_and_not_reserved(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await told_of(store, "85123A")
    asked = await http.get("/process/v1/availability", params={"company": "albion_uk", "item": "85123A"})
    assert (asked.status_code, asked.json()["quantity"]) == (200, "0")
    assert (await reserve(http, "r1", item="85123A")).json()["code"] == "not_available"


async def test_goods_that_master_data_do_not_know_may_be_promised_for_they_are_there(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 7)
    assert (await reserve(http, "r1")).status_code == 201
    asked = await http.get("/process/v1/availability", params={"company": "albion_uk", "item": "HEART"})
    assert asked.json()["quantity"] == "4"


async def test_a_key_whose_item_was_misspelt_is_free_for_the_right_one(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    assert (await reserve(http, "r1", item="HAERT")).status_code == 404
    assert (await reserve(http, "r1")).status_code == 201


async def test_what_is_not_found_comes_with_where_to_look(desk: httpx2.AsyncClient) -> None:
    for path, words in (
        ("orders/albion_uk/1", "GET /process/v1/orders"),
        ("purchase-orders/1", "GET /process/v1/purchase-orders"),
        ("drifts/abc", "GET /process/v1/drifts"),
        ("exceptions/00000000-0000-0000-0000-000000000000", "GET /process/v1/exceptions"),
        ("timeline/nothing", "case id"),
        ("availability?company=nobody&item=x", "The companies are albion_"),
        ("availability?company=albion_uk&item=x&location=moon", "Its locations are north"),
    ):
        problem = (await desk.get(f"/process/v1/{path}")).json()
        assert problem["code"] == "not_found"
        assert words in problem["advice"], problem


async def test_reservations_are_never_granted_beyond_stock(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 10)
    answers = await asyncio.gather(*[reserve(http, f"r{n}") for n in range(8)])
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "not_available"
    free = (await http.get("/process/v1/availability", params={"company": "albion_uk", "item": "HEART"})).json()
    assert free["quantity"] == "1"


async def test_a_repeated_reservation_gets_the_first_answer_and_another_one_under_its_key_is_refused(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 10)
    first, again = await reserve(http, "r1"), await reserve(http, "r1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["granted"] == again.json()["granted"]
    other = await reserve(http, "r1", "4")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("together", [False, True], ids=["alone", "together"])
async def test_another_end_under_the_same_key_is_another_request(
    http: httpx2.AsyncClient, store: Store, together: bool
) -> None:
    await stocked(store, 10)
    ends = ("2096-12-01T00:00:00Z", "2097-12-01T00:00:00Z")
    if together:
        answers = await asyncio.gather(*[reserve(http, "r1", expires_at=end) for end in ends])
    else:
        answers = [await reserve(http, "r1", expires_at=end) for end in ends]
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    granted = next(answer for answer in answers if answer.status_code == 201).json()
    elsewhere = granted["expires_at"].replace("T00:00:00Z", "T01:00:00+01:00")
    assert (await reserve(http, "r1", expires_at=elsewhere)).json() == granted


async def test_a_call_is_the_same_when_the_network_has_other_places_by_then(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    await stocked(store, 10)
    first = await reserve(http, "r1")
    network = services.network
    one_place = {name: place for name, place in network.locations.items() if name != "south"}
    services.network = msgspec.structs.replace(network, locations=one_place)
    again = await reserve(http, "r1")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_call_that_is_repeated_when_its_time_is_over_gets_the_first_answer(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    await stocked(store, 10)
    end = services.clock.now() + dt.timedelta(seconds=1)
    first = await reserve(http, "r1", expires_at=end.isoformat())
    await asyncio.sleep(1.1)
    again = await reserve(http, "r1", expires_at=end.isoformat())
    assert (again.status_code, again.json()) == (201, first.json())
    other = await reserve(http, "r1", "4", expires_at=end.isoformat())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    late = await reserve(http, "r2", expires_at=end.isoformat())
    assert (late.status_code, late.json()["errors"]) == (422, [{"pointer": "/expires_at", "detail": "is over"}])


async def test_an_end_beyond_the_calendar_is_refused(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 10)
    beyond = await reserve(http, "r1", expires_at="9999-12-31T23:59:59-14:00")
    assert (beyond.status_code, beyond.json()["errors"][0]["pointer"]) == (422, "/expires_at")
    assert await rows(store, "select count(*) from reservation") == [(0,)]


async def test_a_reservation_is_given_back_once_and_only_by_its_holder(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 10)
    name = (await reserve(http, "r1")).json()["granted"][0]["reservation"]
    assert (await desk.delete(f"/process/v1/reservations/{name}")).status_code == 404
    first = await http.delete(f"/process/v1/reservations/{name}")
    again = await http.delete(f"/process/v1/reservations/{name}")
    assert (first.status_code, first.json()["quantity"]) == (200, "3")
    assert again.status_code == 200
    free = (await http.get("/process/v1/availability", params={"company": "albion_uk", "item": "HEART"})).json()
    assert free["quantity"] == "10"


async def test_what_an_order_was_promised_is_not_for_a_caller_to_give_back(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 10)
    await place(http, order())
    await work(store)
    ((name, source),) = await rows(store, "select id, source from reservation where remaining > 0")
    assert source == "shop"  # the channel, which bears the caller's name
    assert (await http.delete(f"/process/v1/reservations/{name}")).status_code == 404
    assert await rows(store, "select remaining from reservation where id = $1", name) == [(6,)]


async def test_a_reference_is_the_callers_own_word_and_names_no_case_of_ours(
    http: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 10)
    foreign = "sales_order/albion_ie/marketplace/536365"
    (granted,) = (await reserve(http, "r1", reference=foreign)).json()["granted"]
    of_that_case = LedgerBatch([ReleaseRequest("albion_uk", "r", foreign)], AT)
    async with store.transaction() as tx:
        await of_that_case.claim(tx)
        await of_that_case.post(tx)
    query = "select subject, request, remaining from reservation where id = $1"
    assert await rows(store, query, granted["reservation"]) == [("", foreign, 3)]
    assert (await http.delete(f"/process/v1/reservations/{granted['reservation']}")).json()["quantity"] == "3"
    assert await rows(store, "select count(*) from event") == [(0,)]


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "1e400", "", None, True, [1]])
async def test_a_reservation_of_nonsense_is_refused(http: httpx2.AsyncClient, quantity: Any) -> None:
    answer = await reserve(http, "r1", quantity)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/quantity")


async def test_the_story_of_an_order_tells_documents_in_events_and_documents_out(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 10)
    await place(http, order(customer_reference="PO-77"))
    await work(store)
    for key in ("536365", "PO-77", "sales_order/albion_uk/shop/536365"):
        story = (await desk.get(f"/process/v1/timeline/{key}")).json()
        assert story["cases"][0]["id"] == "sales_order/albion_uk/shop/536365"
        kinds = [entry["kind"] for entry in story["entries"]]
        assert kinds.index("received") < kinds.index("event") < kinds.index("sent")
        whats = {entry["what"] for entry in story["entries"]}
        assert {"SalesOrderPlaced", "StockPromised", "warehouse_shipping_order"} <= whats
    item = (await desk.get("/process/v1/timeline/HEART")).json()
    assert [(entry["kind"], entry["what"]) for entry in item["entries"]] == [
        ("movement", "opening -> unrestricted"),
        ("promise", "asked"),
    ]


async def test_exception_cases_are_listed_and_closed_by_people_with_the_scope(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await place(http, order(customer="BLOCKED"))
    await work(store)
    assert (await http.get("/process/v1/exceptions")).status_code == 403
    (found,) = (await desk.get("/process/v1/exceptions")).json()["items"]
    shown = await desk.get(f"/process/v1/exceptions/{found['id']}")
    assert shown.json() == found
    url, body = f"/process/v1/exceptions/{found['id']}/close", {"resolution": "paid in cash"}
    assert (await desk.post(url, json=body, headers={"Idempotency-Key": "x1"})).status_code == 200
    assert (await desk.post(url, json=body, headers={"Idempotency-Key": "x1"})).status_code == 200
    assert (await desk.post(url, json=body, headers={"Idempotency-Key": "x2"})).status_code == 409
    assert (await desk.get("/process/v1/exceptions")).json()["items"] == []
    everything = (await desk.get("/process/v1/exceptions", params={"closed": "true"})).json()["items"]
    assert everything[0]["resolution"] == "paid in cash"


async def test_health_and_metrics_are_open_and_name_no_document(http: httpx2.AsyncClient, store: Store) -> None:
    await place(http, order())
    await work(store)
    http.headers.pop("Authorization")
    assert (await http.get("/health/live")).json()["status"] == "ok"
    assert (await http.get("/health/ready")).json()["status"] == "ok"
    answer = await http.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.text
    assert 'crossdock_http_calls_total{method="POST",route="/process/v1/orders",status="202"}' in text
    assert 'crossdock_cases_open{process="sales_order"} 1.0' in text
    assert "536365" not in text
    assert (await http.get("/problems/conflict")).json()["status"] == 409
    assert (await http.get("/schema")).json()["openapi"].startswith("3.1")
    assert (await http.get("/schema/openapi.json")).status_code == 200


async def test_the_clock_is_followed_on_after_any_failure(
    app: Litestar, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, went_on = itertools.count(1), asyncio.Event()

    async def refresh() -> None:
        look = next(looks)
        if look == 2:
            raise ZeroDivisionError("a defect")
        if look == 4:
            went_on.set()

    monkeypatch.setattr("crossdock.api.app._CLOCK_SECONDS", 0.01)
    monkeypatch.setattr(services.clock, "refresh", refresh)
    async with app.lifespan():
        await asyncio.wait_for(went_on.wait(), 10)


async def test_a_revoked_key_is_refused_as_soon_as_it_is_forgotten(
    desk: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    assert (await desk.get("/process/v1/orders")).status_code == 200
    await rows(store, "update api_key set revoked_at = now() where consumer = 'desk' returning 1")
    services.keys._known.clear()
    assert (await desk.get("/process/v1/orders")).status_code == 401
    assert services.keys.remembered(DESK) is None


@pytest.mark.parametrize(
    "path",
    [
        "/process/v1/orders?number=%00",
        "/process/v1/orders?number=%ff&company=%f0%9f",
        "/process/v1/orders?state=%ed%a0%80",
        "/process/v1/orders?number=%25%5f%5c",
        "/process/v1/orders?cursor=AAAA",
        "/process/v1/orders?cursor=AA%3D%3D",
        "/process/v1/orders?limit=0",
        "/process/v1/orders?limit=99999999999999999999",
        "/process/v1/orders?company=" + "x" * 200,
        "/process/v1/orders/%00/1",
        "/process/v1/orders/albion_uk/%ff",
        "/process/v1/orders/albion_uk/" + "9" * 5000,
        "/process/v1/timeline/%00",
        "/process/v1/timeline/%ed%a0%80",
        "/process/v1/timeline/..%2f..%2fetc",
        "/process/v1/timeline/'; drop table event; --",
        "/process/v1/purchase-orders/%",
        "/process/v1/exceptions/nothing",
        "/process/v1/exceptions?cursor=eA",
        "/process/v1/exceptions/00000000-0000-0000-0000-000000000000",
        "/process/v1/availability?company=albion_uk&item=%00",
        "/process/v1/availability?company=albion_uk&item=x&by=9999-99-99",
        "/process/v1/availability?company=albion_uk&item=x&by=0001-01-01",
        "/process/v1/availability?company=albion_uk&item=x&quantity=%22",
        "/problems/%00",
        "/problems/nothing",
    ],
)
async def test_no_address_makes_the_interface_stumble(desk: httpx2.AsyncClient, path: str) -> None:
    answer = await desk.get(path)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] != "internal"


@pytest.mark.parametrize("number", ["A#1?x", "100 %", "Bestellung Nr. 7ü", "a&b=c+d"])
async def test_an_answer_says_where_to_look_whatever_an_order_is_called(
    http: httpx2.AsyncClient, store: Store, number: str
) -> None:
    placed = await place(http, order(number), key="k1")
    cancelled = await http.post(placed.json()["status_url"] + "/cancel", json={}, headers={"Idempotency-Key": "c1"})
    for answer in (placed, cancelled):
        found = await http.get(answer.json()["status_url"])
        assert (found.status_code, found.json()["number"]) == (200, number)


async def test_orders_are_found_by_number(http: httpx2.AsyncClient, store: Store) -> None:
    for number in ("100", "1000", "10_0"):
        await place(http, order(number))
    await work(store)
    for number, found in (("100", ["100"]), ("10_0", ["10_0"]), ("%", [])):
        page = await http.get("/process/v1/orders", params={"company": "albion_uk", "number": number})
        assert [item["number"] for item in page.json()["items"]] == found


async def test_a_parameter_that_there_is_not_is_refused_with_those_there_are(http: httpx2.AsyncClient) -> None:
    answer = await http.get(
        "/process/v1/exceptions",
        params={"cod": "told_shortage", "limit": "5"},
        headers={"Authorization": f"Bearer {DESK}"},
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "malformed_request")
    assert problem["detail"] == ("the request has no parameter 'cod'; it takes closed, code, cursor, limit, owner")
    assert (await http.get("/process/v1/orders/albion_uk/1?company=x")).status_code == 400
    without = (await http.get("/process/v1/availability", params={"company": "albion_uk"})).json()
    assert without["errors"] == [{"pointer": "item", "detail": "is missing"}]


async def test_a_decision_needs_a_reason(desk: httpx2.AsyncClient) -> None:
    url = "/process/v1/orders/albion_uk/536365/approve"
    for body in ({"hold": "credit"}, {"hold": "credit", "reason": ""}, {"hold": "credit", "reason": " "}):
        answer = await desk.post(url, json=body, headers={"Idempotency-Key": "a1"})
        assert answer.status_code in (400, 422)
        assert "reason" in answer.text


async def test_a_drift_is_decided_upon_only_as_it_was_seen(desk: httpx2.AsyncClient, store: Store) -> None:
    drift = await (await proposed(store)).drift()
    (seen,) = (await desk.get("/process/v1/drifts")).json()["items"]
    url, why = f"/process/v1/drifts/{drift.id}/approve", {"reason": "five broke"}
    for body, status in ((why, 422), (why | {"seen": seen["change"] + 1}, 409), (why | {"seen": seen["change"]}, 202)):
        answer = await desk.post(url, json=body, headers={"Idempotency-Key": f"d{status}"})
        assert answer.status_code == status, answer.text
    again = await desk.post(url, json=why | {"seen": seen["change"]}, headers={"Idempotency-Key": "d202"})
    assert (again.status_code, again.text) == (202, answer.text)


async def test_a_line_that_the_order_does_not_have_cannot_be_cancelled(http: httpx2.AsyncClient, store: Store) -> None:
    await place(http, order())
    await work(store)
    url = "/process/v1/orders/albion_uk/536365/cancel"
    answer = await http.post(url, json={"lines": ["9"]}, headers={"Idempotency-Key": "c1"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "the order has no line 9; it has 1")


async def test_who_speaks_for_one_channel_sees_no_document_supplier_or_drift_of_others(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await stocked(store, 7)
    await book(store, expect(10, 20, item="HEART"), receive(3, item="HEART", owner="consignment_in:kilncraft"))
    asked = {"company": "albion_uk", "item": "HEART", "explain": "true"}
    ours = (await desk.get("/process/v1/availability", params=asked)).json()["terms"]
    theirs = (await http.get("/process/v1/availability", params=asked)).json()["terms"]
    assert ours["supply"][0]["source"] == "purchase_order/albion_uk/4500001"
    assert (theirs["supply"][0]["source"], theirs["supply"][0]["quantity"]) == ("", "10")
    assert {row["owner"] for row in ours["physical"]} == {"own", "consignment_in:kilncraft"}
    assert {row["owner"] for row in theirs["physical"]} == {"own", "consignment_in"}
    for path in ("drifts", "stock-statements"):
        assert (await desk.get(f"/process/v1/{path}")).status_code == 200
        assert (await http.get(f"/process/v1/{path}")).status_code == 403


@pytest.mark.parametrize("moment", ["1969-12-31T00:00:00Z", "0001-01-01T00:00:00Z"])
async def test_of_moments_long_ago_nothing_is_known(http: httpx2.AsyncClient, store: Store, moment: str) -> None:
    await stocked(store, 7)
    asked = {"company": "albion_uk", "item": "HEART", "as_of": moment}
    answer = await http.get("/process/v1/availability", params=asked)
    assert (answer.status_code, answer.json()["quantity"]) == (200, "0")
