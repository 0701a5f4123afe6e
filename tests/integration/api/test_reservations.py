"""Reservations over HTTP: several items in one call, looked up, extended, confirmed, taken over by orders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from crossdock.api.services import Services
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Customer, Item, KitComponent
from crossdock.model.stock_policy import DropShipRule, PoolRule, Scope, StockPolicies
from crossdock.store import Store
from tests.integration.api.conftest import order, place
from tests.integration.engine.harness import rows
from tests.integration.inventory.helpers import COMPANY, book, holds, receive

LATE = "2096-12-01T00:00:00Z"


async def reserve(http: httpx2.AsyncClient, key: str, **body: Any) -> httpx2.Response:
    return await http.post(
        "/process/v1/reservations", json={"company": COMPANY, **body}, headers={"Idempotency-Key": key}
    )


async def post(http: httpx2.AsyncClient, path: str, key: str, **body: Any) -> httpx2.Response:
    return await http.post(f"/process/v1/reservations/{path}", json=body, headers={"Idempotency-Key": key})


async def test_several_items_are_reserved_in_one_call_or_none_is(http: httpx2.AsyncClient, store: Store) -> None:
    await book(store, receive(5, item="HEART"), receive(2, item="LAMP"))
    lines = [{"item": "HEART", "quantity": "4"}, {"item": "LAMP", "quantity": "3"}]
    refused = await reserve(http, "r1", lines=lines)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_available")
    assert refused.json()["errors"] == [{"pointer": "/lines/1", "detail": "3 of LAMP: 2 is free"}]
    again = await reserve(http, "r1", lines=lines)
    assert {**again.json(), "correlation_id": ""} == {**refused.json(), "correlation_id": ""}
    partly = await reserve(http, "r2", lines=lines, mode="partial")
    assert partly.status_code == 201
    assert [(piece["line"], piece["item"], piece["quantity"]) for piece in partly.json()["granted"]] == [
        ("1", "HEART", "4"),
        ("2", "LAMP", "2"),
    ]
    assert partly.json()["missing"] == [{"line": "2", "item": "LAMP", "quantity": "1", "free": "2"}]
    assert (await reserve(http, "r2", lines=lines, mode="partial")).json() == partly.json()
    await holds(store)


async def test_what_waits_is_shown_until_it_is_filled(http: httpx2.AsyncClient, store: Store) -> None:
    await book(store, receive(5, item="HEART"))
    answer = (await reserve(http, "r1", item="HEART", quantity="8", mode="backorder", reference="quote 17")).json()
    assert [waiting["quantity"] for waiting in answer["waiting"]] == ["3"]
    path = f"/process/v1/reservations/{answer['reservation']}"
    assert [piece["state"] for piece in (await http.get(path)).json()["pieces"]] == ["reserved", "backordered"]
    await book(store, receive(4, item="HEART"))
    seen = (await http.get(path)).json()
    assert [(piece["state"], piece["remaining"]) for piece in seen["pieces"]] == [
        ("reserved", "5"),
        ("filled", "0"),
        ("reserved", "3"),
    ]
    assert (seen["state"], seen["held_by"], seen["reference"]) == ("open", "shop", "quote 17")
    assert (await http.delete(path)).json()["quantity"] == "8"
    assert (await http.delete(path)).json()["quantity"] == "0"
    assert (await http.get(path)).json()["state"] == "ended"
    await holds(store)


async def test_a_reservation_is_extended_and_confirmed_while_it_is_open(http: httpx2.AsyncClient, store: Store) -> None:
    await book(store, receive(9, item="HEART"))
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(days=36500)).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = (await reserve(http, "r1", item="HEART", quantity="4", expires_at="2090-01-01T00:00:00Z")).json()
    name = held["reservation"]
    longer = await post(http, f"{name}/extend", "x1", expires_at=LATE)
    assert (longer.status_code, longer.json()["expires_at"]) == (200, LATE)
    assert (await post(http, f"{name}/extend", "x1", expires_at=LATE)).json() == longer.json()
    reused = await post(http, f"{name}/extend", "x1", expires_at=soon)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    sooner = await post(http, f"{name}/extend", "x2", expires_at="2091-01-01T00:00:00Z")
    assert (sooner.status_code, sooner.json()["code"]) == (409, "conflict")
    over = await post(http, f"{name}/extend", "x3", expires_at="2001-01-01T00:00:00Z")
    assert (over.status_code, over.json()["errors"]) == (422, [{"pointer": "/expires_at", "detail": "is over"}])
    firm = await post(http, f"{name}/confirm", "c1", reference="quote 17")
    assert firm.json() == {"reservation": name, "quantity": "4", "expires_at": None}
    seen = (await http.get(f"/process/v1/reservations/{name}")).json()
    assert (seen["expires_at"], seen["reference"]) == (None, "quote 17")
    assert seen["confirmed_at"]
    await http.delete(f"/process/v1/reservations/{name}")
    late = await post(http, f"{name}/confirm", "c2")
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    (piece,) = (await http.get(f"/process/v1/reservations/{name}")).json()["pieces"]
    assert piece["ended"]["how"] == "released"
    assert piece["ended"]["reason"] == "released by its holder"


async def test_only_its_holder_and_operations_know_of_a_reservation(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await book(store, receive(9, item="HEART"))
    name = (await reserve(desk, "r1", item="HEART", quantity="4")).json()["reservation"]
    path = f"/process/v1/reservations/{name}"
    assert (await http.get(path)).status_code == 404
    assert (await http.delete(path)).status_code == 404
    assert (await post(http, f"{name}/confirm", "c1")).status_code == 404
    theirs = (await reserve(http, "r2", item="HEART", quantity="1")).json()["reservation"]
    assert (await desk.get(f"/process/v1/reservations/{theirs}")).json()["held_by"] == "shop"
    assert (await post(desk, f"{theirs}/extend", "x1", expires_at=LATE)).status_code == 404
    for nonsense in ("x", "0" * 24, f"{name}-9", "0" * 23 + "g"):
        assert (await http.get(f"/process/v1/reservations/{nonsense}")).status_code == 404


async def test_an_order_takes_over_its_callers_own_reservations_only(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await book(store, receive(9, item="HEART"))
    mine = (await reserve(http, "r1", item="HEART", quantity="4")).json()["reservation"]
    foreign = (await reserve(desk, "r2", item="HEART", quantity="4")).json()["reservation"]
    stolen = await place(http, order("1", reservations=[mine, foreign]))
    assert stolen.status_code == 422
    assert [fault["pointer"] for fault in stolen.json()["errors"]] == ["/reservations/1"]
    assert (await place(http, order("2", reservations=[mine]))).status_code == 202
    ((body,),) = await rows(store, "select body from event where type = 'SalesOrderPlaced'")
    assert f'"reservations":["{mine}-1"]' in body


async def test_kits_and_pools_hold_for_callers_too(http: httpx2.AsyncClient, services: Services, store: Store) -> None:
    await book(store, receive(6, item="CUP"), receive(9, item="PLATE"))
    async with store.transaction() as tx:
        kit = [KitComponent(COMPANY, "SET", part, Decimal(per)) for part, per in (("CUP", 2), ("PLATE", 1))]
        await upsert(tx, [Item(COMPANY, "SET"), *kit])
    await services.refresh()
    answer = await reserve(http, "r1", item="SET", quantity="3")
    assert {(piece["item"], piece["quantity"]) for piece in answer.json()["granted"]} == {("CUP", "6"), ("PLATE", "3")}
    assert (await reserve(http, "r2", item="SET", quantity="1")).status_code == 409
    await holds(store)


async def test_a_change_of_pools_holds_from_the_next_call_on(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    rule = PoolRule(name="retail", pool="retail", floor=Decimal(5), scope=Scope(channels=("shop",)))
    policies = type(services.network.policies)(stock=StockPolicies(pools=(rule,)))
    services.network = type(services.network)(
        **{name: getattr(services.network, name) for name in services.network.__struct_fields__}
        | {"policies": policies}
    )
    await book(store, receive(6, item="HEART"))
    assert services.reservations.rules.pools().at(COMPANY, "HEART", "north") == [rule]
    assert (await reserve(http, "r1", item="HEART", quantity="6")).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/item"),
        ({"item": "HEART"}, "/quantity"),
        ({"item": "HEART", "quantity": "1", "lines": [{"item": "HEART", "quantity": "1"}]}, "/item"),
        ({"lines": [{"item": "HEART", "quantity": "0"}]}, "/lines/0/quantity"),
        (
            {"lines": [{"item": "HEART", "quantity": "1", "line": "2"}, {"item": "LAMP", "quantity": "1"}]},
            "/lines/1/line",
        ),
        ({"item": "HEART", "quantity": "1", "mode": "some"}, "/mode"),
    ],
)
async def test_a_request_of_neither_form_is_refused_with_where(
    http: httpx2.AsyncClient, store: Store, body: dict[str, Any], pointer: str
) -> None:
    answer = await reserve(http, "r1", **body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await rows(store, "select count(*) from ledger_entry") == [(0,)]


async def test_all_that_is_wrong_with_a_reservation_is_told_at_once(http: httpx2.AsyncClient, store: Store) -> None:
    await book(store, receive(6, item="HEART"))
    lines = [
        {"item": "NOBODY", "quantity": "1", "locations": ["nowhere"]},
        {"item": "HEART", "quantity": "2"},
        {"item": "NOTHING", "quantity": "1"},
    ]
    refused = await reserve(http, "r1", lines=lines, customer="nobody")
    told = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
    assert list(told) == ["/lines/0/locations", "/lines/0/item", "/lines/2/item", "/customer"]
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert "there is no item 'NOTHING'" in told["/lines/2/item"]
    assert (await reserve(http, "r1", lines=lines[1:2])).status_code == 201, "its key is free for the right one"


async def test_no_part_of_what_is_counted_is_reserved(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    items = [Item(COMPANY, "HEART"), Item(COMPANY, "WIRE", unit="MTR"), Item(COMPANY, "SET")]
    async with store.transaction() as tx:
        await upsert(tx, [*items, KitComponent(COMPANY, "SET", "HEART", Decimal("0.5"))])
    await services.refresh()
    await book(store, receive(9, item="HEART"), receive(9, item="WIRE"))
    words = "which is counted: no part of one can be reserved"
    single = await reserve(http, "r1", item="HEART", quantity="1.5")
    assert (single.status_code, single.json()["code"]) == (422, "invalid_body")
    assert single.json()["errors"] == [{"pointer": "/quantity", "detail": f"1.5 EA of HEART, {words}"}]
    lines = [{"item": "WIRE", "quantity": "1.5"}, {"item": "SET", "quantity": "3"}]
    several = await reserve(http, "r2", lines=lines)
    assert several.json()["errors"] == [{"pointer": "/lines/1/quantity", "detail": f"1.5 EA of HEART, {words}"}]
    lines[1]["quantity"] = "4"
    assert (await reserve(http, "r2", lines=lines)).status_code == 201
    assert (await reserve(http, "r1", item="HEART", quantity="1.0")).status_code == 201


async def test_stock_is_reserved_and_asked_about_for_customers_that_there_are(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    rule = PoolRule(name="retail", pool="retail", floor=Decimal(5), scope=Scope(customers=("C17",)))
    policies = replace(services.network.policies, stock=StockPolicies(pools=(rule,)))
    services.network = replace(services.network, policies=policies)
    async with store.transaction() as tx:
        await upsert(tx, [Customer(COMPANY, "C18")])
    await book(store, receive(6, item="HEART"))
    about = {"company": COMPANY, "item": "HEART", "customer": "nobody"}
    refused = await reserve(http, "r1", item="HEART", quantity="1", customer="nobody")
    assert (refused.status_code, refused.json()["errors"]) == (
        404,
        [{"pointer": "/customer", "detail": "names no customer"}],
    )
    asked = await http.get("/process/v1/availability", params=about)
    assert (asked.status_code, asked.json()["errors"][0]["pointer"]) == (404, "customer")
    for customer in ("C17", "C18"):
        assert (await reserve(http, customer, item="HEART", quantity="1", customer=customer)).status_code == 201
        assert (await http.get("/process/v1/availability", params=about | {"customer": customer})).status_code == 200


async def test_nothing_of_ours_is_reserved_for_whom_a_supplier_ships_straight(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    await book(store, receive(7, item="HEART"))
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, "HEART")])
    await services.refresh()
    before = (await reserve(http, "k0", item="HEART", quantity="1")).json()
    rule = DropShipRule(name="hearts", supplier="brightware", scope=Scope(items=("HEART",), channels=("shop",)))
    stock = replace(services.network.policies.stock, drop_ship=(rule,))
    services.network = replace(services.network, policies=replace(services.network.policies, stock=stock))
    assert (await reserve(http, "k0", item="HEART", quantity="1")).json() == before, "it was answered before the rule"
    refused = await reserve(http, "k1", item="HEART", quantity="1")
    assert refused.status_code == 409
    assert "shipped straight to the customer by its supplier" in refused.json()["detail"]
