"""Following the links between documents: all that belongs to a number, and nothing of its neighbours."""

from __future__ import annotations

import pytest

from crossdock.identity import Actor
from crossdock.log import BusinessKey, DocumentLink, write_keys, write_links
from crossdock.operations.problems import Problem
from crossdock.operations.story import tell_story
from crossdock.store import Store
from tests.integration.inventory.helpers import ask, book, expect, receive, release
from tests.integration.operations.worlds import ANNA, ORDER, at_work, order, work

UK = "albion_uk"
FIRST, SECOND = f"purchase_order/{UK}/4500001", f"purchase_order/{UK}/4500002"
NOTICE, RECEIPT = f"ship_notice/{UK}/brightware/ASN7", f"goods_receipt/{UK}/north/RCN1"
INVOICE = f"supplier_invoice/{UK}/brightware/I9"


@pytest.fixture
async def _two_orders_in_one_ship_notice(store: Store) -> None:
    cases = (FIRST, SECOND, NOTICE, RECEIPT, INVOICE)
    links = [
        *[DocumentLink(UK, NOTICE, order, "", "ship_notice") for order in (FIRST, SECOND)],
        *[DocumentLink(UK, RECEIPT, order, "", "goods_receipt") for order in (FIRST, SECOND)],
        DocumentLink(UK, RECEIPT, NOTICE, "", "goods_receipt"),
        DocumentLink(UK, INVOICE, SECOND, "", "supplier_invoice"),
    ]
    keys = [
        BusinessKey(UK, "purchase_order", UK, "4500001", FIRST),
        BusinessKey(UK, "ship_notice", "brightware", "ASN7", NOTICE),
        BusinessKey(UK, "tracking_number", "carrier", "1Z7", NOTICE),
        BusinessKey(UK, "supplier_invoice", "brightware", "I9", INVOICE),
    ]
    async with store.transaction() as tx:
        await write_keys(tx, keys)
        await write_links(tx, links)
        for case in cases:
            await tx.execute(
                """insert into process_case (id, process, version, company_id, opened_at, changed_at)
                values ($1, split_part($1, '/', 1), '1', $2, now(), now())""",
                case,
                UK,
            )


async def told(store: Store, key: str, actor: Actor = ANNA) -> set[str]:
    return {case.id for case in (await tell_story(await at_work(store), actor, key)).cases}


@pytest.mark.usefixtures("_two_orders_in_one_ship_notice")
async def test_the_story_of_an_order_holds_the_notice_and_receipt_it_shares_but_not_the_other_order(
    store: Store,
) -> None:
    assert await told(store, "4500001") == {FIRST, NOTICE, RECEIPT}


@pytest.mark.usefixtures("_two_orders_in_one_ship_notice")
async def test_the_story_of_a_ship_notice_holds_both_orders_and_what_became_of_them(store: Store) -> None:
    assert await told(store, "ASN7") == {NOTICE, FIRST, SECOND, RECEIPT, INVOICE}
    assert await told(store, "1Z7") == await told(store, "ASN7")


@pytest.mark.usefixtures("_two_orders_in_one_ship_notice")
async def test_a_story_is_not_told_to_those_it_does_not_concern(store: Store) -> None:
    scopes = frozenset({"timeline:read"})
    foreigners = [
        Actor("ireland", scopes, frozenset({"albion_ie"})),
        Actor("shop", scopes, channel="shop"),
        Actor("kilncraft", scopes, partner="kilncraft"),
    ]
    for actor in foreigners:
        with pytest.raises(Problem, match="there is no"):
            await told(store, "4500001", actor)


async def test_the_story_of_an_item_tells_of_goods_promises_and_supply_with_their_cases(store: Store) -> None:
    mug = {"item": "HEART"}
    await book(store, receive(50, document="RCN1", **mug))
    await order(store)
    await work(store)
    await book(store, ask(5, case="sales_order/c/shop/b", **mug), expect(9, 6, **mug))
    await book(store, release("sales_order/c/shop/b"))
    await book(store, ask(90, case="sales_order/c/shop/w", **mug))
    story = await tell_story(await at_work(store), ANNA, "HEART")
    told = [(entry.kind, entry.what, entry.subject.rpartition("/")[2]) for entry in story.entries]
    assert told[0] == ("movement", "supplier -> unrestricted", "RCN1")
    assert {("promise", "asked", "536365"), ("promise", "asked", "b"), ("promise", "release", "b")} <= set(told)
    assert {("promise", "backordered", "w"), ("supply", "ordered", "4500001")} <= set(told)
    assert [(case.id, case.roles) for case in story.cases] == [(ORDER, ("promise",))]
    assert all(entry.content is None for entry in story.entries)
    with_documents = await tell_story(await at_work(store), ANNA, "HEART", payloads=True)
    assert b'{"raw":"as it came"}' in [entry.content for entry in with_documents.entries]
    assert {entry.kind for entry in with_documents.entries} >= {"received", "sent", "movement", "promise", "supply"}
