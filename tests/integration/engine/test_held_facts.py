"""Facts of a system that may not state them: nothing moves, the stock they speak of is doubtful, a person decides."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crossdock.connectors.sandbox_wms import mapping
from crossdock.connectors.sandbox_wms.parts.site import Site
from crossdock.engine.intake.raw import Arrival
from crossdock.inventory.guard.verify import verify
from crossdock.log import uuid7
from crossdock.model.stock_policy import HaircutRule, Scope, StockPolicies
from crossdock.operations import quarantine
from crossdock.operations.webhook_desk import WebhookCall, WebhookDesk
from crossdock.ports.connector import RawDocument, References, Translation
from crossdock.processes import PROCESSES
from crossdock.project import load
from crossdock.project.facts import STATED_BY_EVENT
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY
from tests.integration.engine.harness import NOW, Peer, context, rows, settle
from tests.integration.operations.worlds import ANNA, SYSTEMS, at_work
from tests.integration.processes.test_order_to_cash import stocked
from tests.unit.processes.order_to_cash import network

PROJECT = load(Path(__file__).parents[3] / "examples" / "wholesaler", None)
HALF = HaircutRule(name="half", percent=Decimal("12.5"), scope=Scope(locations=("north",)))
STAMP = "2010-12-01T09:05:00Z"


class Southern(Peer):
    """The warehouse system of the south, in its own words."""

    def translate(self, raw: RawDocument, references: References) -> Translation:
        return mapping.to_canonical(raw, Site("wms_south", ("north", "south"), (COMPANY,)))


async def worked(store: Store, haircuts: tuple[HaircutRule, ...] = (HALF,)) -> None:
    engine = context(
        store,
        network_version=7,
        stock_policies=StockPolicies(haircuts=haircuts),
        held_by=lambda source, fact, company, of: PROJECT.held_by(source, STATED_BY_EVENT[fact], company, of),
    )
    peers: Any = {name: Peer() for name in SYSTEMS} | {"wms_south": Southern()}
    engine.processes, engine.connectors, engine.reads = PROCESSES, peers, network()
    await settle(engine)


def lost(quantity: str, number: str = "ADJ1", site: str = "north") -> bytes:
    """What the southern system says of a place."""
    line = {"line": "1", "sku": "HEART", "qty": quantity, "reason": "count"}
    data = {"owner": COMPANY, "number": number, "site": site, "at": STAMP, "lines": [line]}
    return json.dumps({"event": "stock.adjusted", "occurred_at": STAMP, "data": data}).encode()


async def said(store: Store, content: bytes, **how: Any) -> UUID:
    arrival = Arrival(source="wms_south", kind="webhook", content=content, transport_key=str(uuid7()), received_at=NOW)
    stored = await WebhookDesk(store).receive(WebhookCall(arrival, uuid7()))
    await worked(store, **how)
    return stored.document_id


async def north(store: Store) -> tuple[Decimal, Decimal]:
    """On hand, and what may be promised."""
    ((on_hand, free),) = await rows(
        store,
        "select on_hand, on_hand - safety - reserved - allocated from promise_position"
        " where item = 'HEART' and location = 'north'",
    )
    return on_hand, free


async def doubts(store: Store) -> list[tuple[str, str, Decimal, str]]:
    return await rows(store, "select item, location, quantity, rule from kept_back where reason = 'held_fact'")


async def verified(store: Store) -> None:
    async with store.transaction() as tx:
        assert not (await verify(tx)).discrepancies


async def test_what_a_system_says_of_another_ones_warehouse_moves_nothing_and_makes_its_stock_doubtful(
    store: Store,
) -> None:
    await stocked(store, 20)
    document = await said(store, lost("-5"))
    assert await north(store) == (20, 17), "an eighth of twenty, rounded up to whole pieces, is kept back"
    assert await doubts(store) == [("HEART", "north", 3, "ownership: inventory_adjustment.north@0")]
    ((held,),) = [(await quarantine.list_held(await at_work(store), ANNA)).items]
    assert (held.id, held.status, held.faults[0].code) == (document, "quarantined", "fact_without_authority")
    assert held.faults[0].rule == "ownership: inventory_adjustment.north@0"
    await verified(store)


async def test_without_a_haircut_the_position_is_marked_all_the_same(store: Store) -> None:
    await stocked(store, 20)
    await said(store, lost("-5"), haircuts=())
    assert await north(store) == (20, 20)
    assert [(item, quantity) for item, _, quantity, _ in await doubts(store)] == [("HEART", 0)]


async def test_what_it_says_of_its_own_warehouse_counts(store: Store) -> None:
    await stocked(store, 20, "south")
    await said(store, lost("-5", site="south"))
    assert await rows(store, "select unrestricted from stock_position") == [(15,)]
    assert await doubts(store) == []


@pytest.mark.parametrize("mended", [None, lost("-4")])
async def test_a_person_who_releases_it_lets_it_count(store: Store, mended: bytes | None) -> None:
    await stocked(store, 20)
    document = await said(store, lost("-5"))
    desk = await at_work(store)
    await quarantine.release(desk, ANNA, document, "they counted for us", mended)
    await worked(store)
    left = 16 if mended else 15
    assert await north(store) == (left, left)
    assert await doubts(store) == []
    assert (await quarantine.list_held(desk, ANNA)).items == ()
    await verified(store)


async def test_a_person_who_dismisses_it_frees_the_stock(store: Store) -> None:
    await stocked(store, 20)
    document = await said(store, lost("-5"))
    await quarantine.dismiss(await at_work(store), ANNA, document, "not theirs to count")
    await worked(store)
    assert await north(store) == (20, 20)
    assert await doubts(store) == []
    await verified(store)


async def test_two_held_facts_are_two_doubts_and_end_one_by_one(store: Store) -> None:
    await stocked(store, 20)
    first = await said(store, lost("-5"))
    await said(store, lost("-1", "ADJ2"))
    assert await north(store) == (20, 14)
    await quarantine.dismiss(await at_work(store), ANNA, first, "not theirs to count")
    await worked(store)
    assert await north(store) == (20, 17)
