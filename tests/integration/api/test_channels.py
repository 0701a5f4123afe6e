"""What a channel was told and shows, over HTTP."""

from __future__ import annotations

import httpx2

from crossdock.store import Store
from tests.integration.engine.test_publications import publish
from tests.integration.inventory.helpers import MUG, ask, book, receive
from tests.integration.operations.test_channels import told_shop
from tests.integration.operations.test_systems import in_force

PATH = "/process/v1/channels/shop/stock"


async def test_a_channel_sees_its_own_numbers_beside_the_truth(http: httpx2.AsyncClient, store: Store) -> None:
    assert (await http.get(PATH)).status_code == 404
    await in_force(store)
    assert [one["items"] for one in (await http.get(PATH)).json()["companies"]] == [[]]
    shop, engine = told_shop(store)
    await book(store, receive(10), receive(2, item="POT"))
    await publish(engine, shop)
    await book(store, ask(4, source="shop"))
    (part,) = (await http.get(PATH, params={"limit": 1})).json()["companies"]
    assert (part["company"], part["channel"], part["next"]) == ("albion_uk", "shop", MUG)
    (item,) = part["items"]
    assert (item["item"], item["truth"], item["told"], item["sold_since"]) == (MUG, "6", "10", "4")
    assert (item["shown"], item["mismatch"]) == (None, "")
    (part,) = (await http.get(PATH, params={"cursor": MUG})).json()["companies"]
    assert [one["item"] for one in part["items"]] == ["POT"]


async def test_others_unknown_and_nonsense_are_refused(
    http: httpx2.AsyncClient, desk: httpx2.AsyncClient, store: Store
) -> None:
    await in_force(store)
    assert (await http.get("/process/v1/channels/marketplace/stock")).status_code == 404
    assert (await desk.get("/process/v1/channels/marketplace/stock")).status_code == 200
    assert (await http.get(PATH, params={"company": "albion_ie"})).status_code == 404
    unknown = await desk.get(PATH, params={"item": "NOPE"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await desk.get(PATH, params={"limit": 0})).status_code in (400, 422)
    assert (await http.get(PATH, headers={"Authorization": "Bearer nobody"})).status_code == 401
