"""Availability over HTTP: the small answer, the explained one, any past moment, and why it is another number now."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx2
import msgspec
import pytest

from crossdock.api.services import Services
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Lot
from crossdock.model.stock_policy import Scope, ShelfLifeRule, StockPolicies
from crossdock.store import Store
from tests.integration.api.test_questions import reserve, stocked
from tests.integration.inventory.helpers import ask as ask_for
from tests.integration.inventory.helpers import book, move, receive

PATH = "/process/v1/availability"
ASKED = {"company": "albion_uk", "item": "HEART"}


async def ask(http: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.get(PATH, params={**ASKED, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def moment(store: Store) -> str:
    async with store.connection() as connection:
        now: dt.datetime = await connection.fetchval("select business_now()")
    return now.isoformat()


async def test_the_small_answer_has_the_number_and_how_fresh_it_is(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    found = await ask(http, quantity="3")
    assert (found["quantity"], found["terms"], found["difference"]) == ("7", None, None)
    assert found["possible_on"]
    assert {fresh["location"] for fresh in found["freshness"]} <= set(found["locations"])


async def test_every_term_is_told_with_what_booked_it(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    await reserve(http, "r1", 2)
    terms = (await ask(http, explain="true", quantity="6"))["terms"]
    (north,) = [p for p in terms["positions"] if p["location"] == "north"]
    assert (north["on_hand"], north["reserved"], north["free"], north["counted"]) == ("7", "2", "5", "5")
    newest = terms["movements"][0]
    assert (newest["kind"], newest["reserved"], newest["actor"], newest["what"]) == ("asked", "2", "api", "reserve")
    assert terms["physical"][0]["unrestricted"] == "7"
    assert terms["sourcing"]["missing"] == "1"
    assert [(piece["location"], piece["quantity"]) for piece in terms["sourcing"]["pieces"]] == [("north", "5")]


async def test_who_speaks_for_one_channel_hears_of_no_others_orders(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    before = await moment(store)
    await stocked(store, 9)
    own, others = "sales_order/albion_uk/shop/1", "sales_order/albion_uk/homestead/2"
    await book(store, ask_for(2, item="HEART", case=own), ask_for(3, item="HEART", case=others))
    await reserve(http, "r1", 1)
    for client, seen in ((http, {own, ""}), (desk, {own, others})):
        found = await ask(client, explain="true", compare_to=before)
        for movements in (found["terms"]["movements"], found["difference"]["movements"]):
            assert {movement["reserved"] for movement in movements} >= {"1", "2", "3"}
            assert {m["subject"] for m in movements if m["what"] == "asked"} == seen
            assert ("homestead" in str(movements)) == (client is desk)
        (mine,) = [m for m in found["terms"]["movements"] if m["what"] == "reserve"]
        assert mine["reservation"]


async def test_a_past_moment_is_answered_as_it_was_known_then(http: httpx2.AsyncClient, store: Store) -> None:
    before = await moment(store)
    await stocked(store, 7)
    stocked_at = await moment(store)
    await reserve(http, "r1", 2)
    assert (await ask(http, as_of=before))["quantity"] == "0"
    then = await ask(http, as_of=stocked_at, explain="true")
    assert (then["quantity"], then["as_of"][:19]) == ("7", stocked_at[:19])
    assert [movement["kind"] for movement in then["terms"]["movements"]] == ["move"]
    assert (await ask(http))["quantity"] == "5"


async def test_why_it_dropped_is_told_to_the_last_unit_and_in_pages(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    before = await moment(store)
    for key, quantity in (("r1", 2), ("r2", 1), ("r3", 1)):
        await reserve(http, key, quantity)
    found = (await ask(http, compare_to=before, limit="2"))["difference"]
    assert (found["quantity_before"], found["quantity_after"], found["change"]) == ("7", "3", "-4")
    assert found["changes"] == [{"reason": "asked", "change": "-4", "movements": 3, "why": ""}]
    assert [movement["reserved"] for movement in found["movements"]] == ["2", "1"]
    rest = (await ask(http, compare_to=before, limit="2", cursor=found["next"]))["difference"]
    assert ([movement["reserved"] for movement in rest["movements"]], rest["next"]) == (["1"], "")


async def test_what_came_and_what_went_is_told_apart_and_by_what_it_was(http: httpx2.AsyncClient, store: Store) -> None:
    await stocked(store, 7)
    before = await moment(store)
    counted = (
        receive(1000, item="HEART"),
        move(993, "unrestricted", "adjustment", item="HEART"),
        move(4, "unrestricted", "adjustment", item="HEART"),
    )
    await book(store, *(msgspec.structs.replace(one, reason="correction") for one in counted))
    await book(store, receive(3, item="HEART"))
    found = (await ask(http, compare_to=before))["difference"]
    assert [(one["reason"], one["why"], one["change"], one["movements"]) for one in found["changes"]] == [
        ("move", "correction", "1000", 1),
        ("move", "correction", "-997", 2),
        ("move", "goods_receipt", "3", 1),
    ]
    assert found["change"] == "6"


async def test_what_keeps_long_enough_for_who_asks_is_told_as_it_was_and_why_it_changed(
    http: httpx2.AsyncClient, services: Services, store: Store
) -> None:
    rule = ShelfLifeRule(name="grocers", days=30, scope=Scope(customers=("C17",)))
    policies = msgspec.structs.replace(services.network.policies, stock=StockPolicies(shelf_life=(rule,)))
    services.network = msgspec.structs.replace(services.network, policies=policies)
    today = dt.datetime.fromisoformat(await moment(store)).date()
    lots = [Lot("albion_uk", "HEART", lot, expires_on=today + dt.timedelta(days=int(lot))) for lot in ("5", "40")]
    async with store.transaction() as tx:
        await upsert(tx, lots)
    await book(store, receive(5, item="HEART", lot="5"), receive(4, item="HEART", lot="40"))
    before = await moment(store)
    assert (await reserve(http, "r1", 3, customer="C17")).status_code == 201
    await book(store, receive(2, item="HEART", lot="5"))
    then = await ask(http, customer="C17", as_of=before, explain="true")
    assert (then["quantity"], then["terms"]["shelf_life"]["locations"][0]["less"]) == ("4", "5")
    found = (await ask(http, customer="C17", compare_to=before))["difference"]
    assert (found["quantity_before"], found["quantity_after"]) == ("4", "1")
    assert {(change["reason"], change["change"]) for change in found["changes"]} == {
        ("asked", "-3"),
        ("move", "2"),
        ("shelf_life", "-2"),
    }
    assert (await ask(http, as_of=before))["quantity"] == "9"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"as_of": "yesterday"}, 400, "2010-12-06T14:03:00Z"),
        ({"as_of": "2010-12-06T14:03:00"}, 400, "with a zone"),
        ({"as_of": "2999-01-01T00:00:00Z"}, 400, "has not come"),
        ({"by": "2001-01-01"}, 400, "2001-01-01 has passed; today is"),
        ({"as_of": "2010-12-06T14:03:00Z", "compare_to": "2010-12-07T14:03:00Z"}, 400, "is not before"),
        ({"compare_to": "2010-12-06T14:03:00Z", "cursor": "bm90aGluZw=="}, 400, "cursor"),
        ({"channel": "nowhere"}, 400, "there is no channel"),
        ({"explian": "true"}, 400, "no parameter"),
        ({"item": "NOTHING", "as_of": "2010-12-06T14:03:00Z"}, 404, "no item"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_what_to_mend(
    http: httpx2.AsyncClient, store: Store, changes: dict[str, str], status: int, words: str
) -> None:
    await stocked(store, 7)
    answer = await http.get(PATH, params={**ASKED, **changes})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.text
