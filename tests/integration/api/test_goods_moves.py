"""Transfers and assemblies over HTTP: ordered once, looked up at once, written off, refused with the true culprit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2

from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item, KitComponent
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.operations.test_systems import in_force
from tests.integration.processes.test_order_to_cash import happen, stocked
from tests.integration.processes.test_transfers import shipped

UK = "albion_uk"


async def call(desk: httpx2.AsyncClient, path: str, key: str, **body: Any) -> httpx2.Response:
    return await desk.post(f"/process/v1/{path}", json=body, headers={"Idempotency-Key": key})


async def see(desk: httpx2.AsyncClient, path: str) -> Any:
    return (await desk.get(f"/process/v1/{path}")).json()


def transfer(**changes: Any) -> dict[str, Any]:
    wanted = {"company": UK, "from_location": "north", "to_location": "south", "number": "T1", "reason": "low stock"}
    return wanted | {"lines": [{"item": "HEART", "quantity": "12"}]} | changes


def assembly(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "assembly", "company": UK, "location": "north", "item": "SET", "quantity": "2", "reason": "Christmas",
    } | changes  # fmt: skip


def part_of_one(pointer: str, part: str, done: str) -> dict[str, str]:
    return {"pointer": pointer, "detail": f"{part}, which is counted: no part of one can be {done}"}


async def known(store: Store) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Item(UK, "HEART"), Item(UK, "SET"), KitComponent(UK, "SET", "HEART", Decimal(2))])
    await in_force(store)


async def test_a_transfer_is_ordered_once_followed_and_written_off(desk: httpx2.AsyncClient, store: Store) -> None:
    await known(store)
    await stocked(store, 10)
    answer = await call(desk, "transfers", "k1", **transfer())
    assert answer.status_code == 202
    told = answer.json()
    assert told["status_url"] == f"/process/v1/transfers/T1?company={UK}"
    assert told["not_free"] == [{"item": "HEART", "asked": "12", "free": "10"}]
    again = await call(desk, "transfers", "k1", **transfer())
    assert (again.json(), again.headers["idempotency-replayed"]) == (told, "true")
    taken = await call(desk, "transfers", "k2", **transfer())
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict"), "before any worker has seen it"
    seen = await see(desk, "transfers/T1")
    assert (seen["state"], seen["from_location"], seen["to_location"]) == ("accepted", "north", "south")
    (line,) = seen["lines"]
    assert (line["item"], line["ordered"], line["promised"], line["state"]) == ("HEART", "12", "0", "accepted")

    await happen(store)
    await happen(store, (f"transfer/{UK}/T1", shipped("10")))
    seen = await see(desk, f"transfers/T1?company={UK}")
    (line,) = seen["lines"]
    assert (seen["state"], line["ordered"], line["promised"], line["under_way"]) == ("in_transfer", "12", "10", "10")
    lost = {"account": "claim", "lines": [{"line": "1", "quantity": "11"}], "reason": "the carrier admits it"}
    too_much = await call(desk, "transfers/T1/write-off", "k3", **lost)
    assert (too_much.status_code, too_much.json()["detail"]) == (
        409,
        "line 1: 10 is under way, so 11 cannot be given up",
    )
    lost["lines"] = [{"line": "1", "quantity": "1.5"}]
    part = await call(desk, "transfers/T1/write-off", "k5", **lost)
    assert part.json()["errors"] == [part_of_one("/lines/0/quantity", "1.5 EA of HEART", "written off")]
    for _ in range(2):
        assert (await call(desk, "transfers/T1/write-off", "k4", account="claim", reason="lost")).status_code == 202
    await happen(store)
    assert (await see(desk, "transfers/T1"))["lines"][0]["claimed"] == "10"
    (listed,) = (await see(desk, f"transfers?company={UK}&state=lost&location=south&item=HEART"))["items"]
    assert (listed["number"], listed["from_location"], listed["lines"][0]["claimed"]) == ("T1", "north", "10")
    assert (await see(desk, "transfers?open=true"))["items"] == []
    assert await rows(store, "select action from audit order by action") == [
        ("create_transfer",),
        ("write_off_transfer",),
    ]


async def test_an_assembly_says_what_went_in_and_what_came_out(desk: httpx2.AsyncClient, store: Store) -> None:
    await known(store)
    await stocked(store, 10)
    answer = await call(desk, "assemblies", "k1", **assembly(number="A1"))
    assert answer.status_code == 202
    told = answer.json()
    sides = [
        (side, line["item"], line["quantity"]["amount"]) for side in ("consumed", "produced") for line in told[side]
    ]
    assert sides == [("consumed", "HEART", "4"), ("produced", "SET", "2")]
    assert (await call(desk, "assemblies", "k1", **assembly(number="A1"))).json() == told
    assert (await call(desk, "assemblies", "k2", **assembly(number="A1"))).status_code == 409
    await happen(store)
    seen = (await desk.get(told["status_url"])).json()
    assert [(line["item"], line["quantity"]) for line in seen["lines"]] == [("HEART", "-4"), ("SET", "2")]
    apart = await call(desk, "assemblies", "k3", **assembly(kind="disassembly", quantity="1"))
    assert [line["item"] for line in apart.json()["consumed"]] == ["SET"]
    boxed = await call(desk, "assemblies", "k4", **assembly(kind="repack", item="HEART", quantity="2", into="SET"))
    assert [line["quantity"]["amount"] for line in boxed.json()["produced"]] == ["1"]
    await happen(store)
    assert len((await see(desk, f"assemblies?company={UK}&location=north"))["items"]) == 3


async def test_a_call_is_answered_as_before_although_what_it_names_is_gone(
    desk: httpx2.AsyncClient, store: Store
) -> None:
    await known(store)
    await stocked(store, 10)
    calls = [("transfers", transfer()), ("assemblies", assembly(number="A1"))]
    first = [(await call(desk, path, path, **body)).json() for path, body in calls]
    async with store.transaction() as tx:
        await tx.execute("delete from item")
    again = [await call(desk, path, path, **body) for path, body in calls]
    assert [answer.json() for answer in again] == first
    assert (await call(desk, "transfers", "another", **transfer(number="T2"))).status_code == 400


async def test_what_names_nothing_of_ours_is_refused_with_the_true_culprit(
    desk: httpx2.AsyncClient, http: httpx2.AsyncClient, store: Store
) -> None:
    await known(store)
    nowhere = [{"item": "NOBODY", "quantity": "1"}]
    for path, body, status, words in [
        ("transfers", transfer(company="nope", from_location="x", lines=nowhere), 404, "company 'nope'"),
        ("transfers", transfer(from_location="nowhere"), 404, f"location 'nowhere' of {UK}"),
        ("transfers", transfer(lines=nowhere), 400, "no item 'NOBODY'"),
        ("transfers", transfer(to_location="north"), 400, "not from north to itself"),
        ("transfers", transfer(lines=[{"item": "HEART", "quantity": "-1"}]), 422, "breaks rules"),
        ("transfers", transfer(number="a/b"), 422, ""),
        ("transfers", transfer(arrives_on="2001-01-01"), 400, "nothing arrives on 2001-01-01, which has passed"),
        ("transfers/T9/cancel", {"reason": "x"}, 404, "transfer 'T9'"),
        ("transfers/T9/cancel", {}, 422, ""),
        ("transfers/T9/write-off", {"company": "nope", "account": "scrap", "reason": "x"}, 404, "company 'nope'"),
        ("transfers/T9/write-off", {"account": "scrap", "reason": "x"}, 404, "transfer 'T9'"),
        ("assemblies", assembly(company="nope", location="x", item="NOBODY"), 404, "company 'nope'"),
        ("assemblies", assembly(location="nowhere"), 404, f"location 'nowhere' of {UK}"),
        ("assemblies", assembly(item="NOBODY"), 400, "no item 'NOBODY'"),
        ("assemblies", assembly(item="HEART"), 400, "HEART is no kit"),
        ("assemblies", assembly(into="HEART"), 422, "breaks rules"),
        ("assemblies", assembly(kind="repack"), 422, "breaks rules"),
    ]:
        answer = await call(desk, path, f"{path} {words} {status}", **body)
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.json()
    assert (await desk.get("/process/v1/transfers?company=nope")).status_code == 404
    assert (await desk.get(f"/process/v1/assemblies?company={UK}&location=nowhere")).status_code == 404
    assert (await call(http, "transfers", "k", **transfer())).status_code == 403
    assert await rows(store, "select count(*) from audit") == [(0,)]


def faults(answer: httpx2.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["detail"]) for error in answer.json()["errors"]]


async def test_all_that_is_wrong_with_a_request_is_told_at_once(desk: httpx2.AsyncClient, store: Store) -> None:
    await known(store)
    lines = [
        {"item": "NOBODY", "quantity": "1"},
        {"item": "HEART", "quantity": "0"},
        {"item": "HEART", "quantity": "1.5"},
        {"item": "HEART", "quantity": "2"},
    ]
    refused = await call(desk, "transfers", "k1", **transfer(to_location="nowhere", lines=lines))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
    assert refused.json()["detail"] == "4 members of the request are wrong; nothing was ordered"
    assert [place for place, _ in faults(refused)] == [
        *("/to_location", "/lines/0/item", "/lines/1/quantity", "/lines/2/quantity")
    ]
    assert faults(refused)[1][1] == f"{UK} has no item 'NOBODY'"
    refused = await call(desk, "transfers", "k2", **transfer(lines=[lines[0], lines[0]]))
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request"), "all of one kind"
    assert "crossdock stock list" in refused.json()["advice"]
    used = {"company": UK, "location": "north", "lines": lines[:2], "reason": "week 48"}
    refused = await call(desk, "consumptions", "k3", **used)
    assert [place for place, _ in faults(refused)] == ["/location", "/lines/0/item", "/lines/1/quantity"]
    refused = await call(desk, "assemblies", "k4", **assembly(location="nowhere", item="NOBODY", quantity="0"))
    assert [place for place, _ in faults(refused)] == ["/quantity", "/location", "/item"]
    assert await rows(store, "select count(*) from audit") == [(0,)]
    await stocked(store, 10)
    await call(desk, "transfers", "k5", **transfer(lines=lines[3:] * 2))
    await happen(store)
    await happen(store, (f"transfer/{UK}/T1", shipped("2")))
    lost = {"account": "claim", "lines": [{"line": "1", "quantity": "3"}, {"line": "7", "quantity": "1"}]}
    refused = await call(desk, "transfers/T1/write-off", "k6", reason="lost", **lost)
    assert (refused.status_code, [place for place, _ in faults(refused)]) == (
        409,
        ["/lines/0/quantity", "/lines/1/quantity"],
    )


async def test_no_part_of_what_is_counted_is_moved_or_put_into_a_kit(desk: httpx2.AsyncClient, store: Store) -> None:
    await known(store)
    async with store.transaction() as tx:
        await upsert(
            tx, [Item(UK, "WIRE", unit="MTR"), Item(UK, "BOX"), KitComponent(UK, "BOX", "SET", Decimal("0.5"))]
        )
    lines = [{"item": "WIRE", "quantity": "2.5"}, {"item": "HEART", "quantity": "1.5"}]
    refused = await call(desk, "transfers", "k1", **transfer(lines=lines))
    assert refused.status_code == 422
    assert refused.json()["errors"] == [part_of_one("/lines/1/quantity", "1.5 EA of HEART", "moved")]
    assert (await call(desk, "transfers", "k2", **transfer(lines=lines[:1]))).status_code == 202
    for item, quantity, parts in (
        ("SET", "1.25", ["2.50 EA of HEART", "1.25 EA of SET"]),
        ("BOX", "1", ["0.5 EA of SET"]),
    ):
        for kind, sides in (("assembly", parts), ("disassembly", parts[::-1])):
            refused = await call(
                desk, "assemblies", f"{item} {kind}", **assembly(item=item, quantity=quantity, kind=kind)
            )
            told = [part_of_one("/quantity", part, "put in or taken out") for part in sides]
            assert (refused.status_code, refused.json()["errors"]) == (422, told)
    boxed = assembly(kind="repack", item="HEART", quantity="0.5", into="HEART")
    assert (await call(desk, "assemblies", "k3", **boxed)).status_code in (400, 422)
    assert (await call(desk, "assemblies", "k4", **assembly(item="BOX", even_if_short=True))).status_code == 202
