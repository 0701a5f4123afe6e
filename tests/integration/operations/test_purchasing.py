"""A buyer accepts what a supplier answered; accounts payable approves an invoice that does not match."""

from __future__ import annotations

import asyncio

import pytest

from crossdock.identity import Actor, Denied
from crossdock.log import BusinessKey, write_keys
from crossdock.operations import purchasing
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.problems import Problem
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.operations.buying import UK, answered, mismatched, say, work
from tests.integration.operations.worlds import ANNA, at_work
from tests.unit.processes.procure_to_pay import (
    INVOICE,
    ORDER,
    SUBJECT,
    acknowledged,
    answer,
    charged,
    supplier_invoice,
)


async def problems(store: Store) -> list[tuple[str, str]]:
    found = await rows(store, "select code, case_id from exception_case where closed_at is null order by code")
    return [(code, case_id) for code, case_id in found]


async def test_what_a_buyer_accepts_ends_the_dispute_is_told_to_the_erp_and_written_down(store: Store) -> None:
    await answered(store)
    assert await problems(store) == [("acknowledgement_outside_tolerance", SUBJECT)]
    await purchasing.accept_acknowledgement(await at_work(store), ANNA, ORDER, reason="market price")
    await work(store)
    assert await problems(store) == []
    told = await rows(store, "select system from delivery where operation = 'purchase_order_acknowledgement'")
    assert told == [("erp",)]
    assert await rows(store, "select actor, scope, action, subject, detail from audit") == [
        ("cli:anna", "purchasing:write", "accept_acknowledgement", SUBJECT, '{"lines":["10"],"reason":"market price"}')
    ]
    assert await rows(store, "select state from process_case where id = $1", SUBJECT) == [("acknowledged",)]


async def test_what_cannot_be_agreed_to_is_said_before_anything_happens(store: Store) -> None:
    desk = await at_work(store)
    with pytest.raises(Problem, match="no purchase order '4500001'"):
        await purchasing.accept_acknowledgement(desk, ANNA, ORDER, reason="agreed")
    await answered(store, acknowledged(answer("10", "substituted", "100", item="47566")))
    with pytest.raises(Problem, match="line 10 cannot be accepted: it names the item 47566") as refused:
        await purchasing.accept_acknowledgement(desk, ANNA, ORDER, reason="agreed")
    assert "in the ERP" in refused.value.advice
    with pytest.raises(Problem, match="no such line"):
        await purchasing.accept_acknowledgement(desk, ANNA, ORDER, lines=("99",), reason="agreed")
    assert await rows(store, "select count(*) from audit") == [(0,)]


async def test_where_nothing_is_disputed_there_is_nothing_to_accept(store: Store) -> None:
    await answered(store, acknowledged(answer("10", "accepted", "100")))
    with pytest.raises(Problem, match="no answer to purchase order 4500001 is disputed"):
        await purchasing.accept_acknowledgement(await at_work(store), ANNA, ORDER, reason="agreed")


async def test_the_same_call_again_accepts_once(store: Store) -> None:
    await answered(store)
    desk, use = await at_work(store), KeyUse("desk", "a1", b"x" * 32)
    first, again = [
        await purchasing.accept_acknowledgement(desk, ANNA, ORDER, use=use, reason="agreed") for _ in range(2)
    ]
    assert (first.body, again.body, again.replayed) == (first.body, first.body, True)
    assert await rows(store, "select count(*) from event where type = 'AcknowledgementAccepted'") == [(1,)]


async def test_an_invoice_that_is_approved_as_it_is_is_posted_and_its_order_is_paid_for(store: Store) -> None:
    await mismatched(store)
    assert await problems(store) == [("invoice_mismatch", INVOICE)]
    await purchasing.approve_supplier_invoice(await at_work(store), ANNA, "INV1", reason="agreed by phone")
    await work(store)
    assert await problems(store) == []
    assert await rows(store, "select resolution from exception_case where code = 'invoice_mismatch'") == [
        ("approved as it is: agreed by phone",)
    ]
    assert await rows(store, "select system, status from delivery where operation = 'supplier_invoice'") == [
        ("erp", "delivered")
    ]
    states = await rows(store, "select state, finished from process_case where id = any($1)", [SUBJECT, INVOICE])
    assert sorted(states) == [("approved", True), ("matched", True)]
    with pytest.raises(Problem, match="it is approved"):
        await purchasing.approve_supplier_invoice(await at_work(store), ANNA, "INV1", reason="agreed")


async def test_two_people_who_approve_one_invoice_have_it_posted_once(store: Store) -> None:
    await mismatched(store)
    desk = await at_work(store)
    await asyncio.gather(*[purchasing.approve_supplier_invoice(desk, ANNA, "INV1", reason="agreed") for _ in range(2)])
    await work(store)
    assert await rows(store, "select count(*) from delivery where operation = 'supplier_invoice'") == [(1,)]


async def test_an_invoice_whose_goods_may_still_come_is_not_approved(store: Store) -> None:
    await answered(store, acknowledged(answer("10", "accepted", "100")))
    await say(store, (INVOICE, supplier_invoice(charged("1", ORDER, "10", "100"), total="100.00")))
    with pytest.raises(Problem, match="4500001 may still answer"):
        await purchasing.approve_supplier_invoice(await at_work(store), ANNA, "INV1", reason="agreed")


async def test_a_number_that_two_suppliers_used_is_told_apart(store: Store) -> None:
    await mismatched(store)
    async with store.transaction() as tx:
        other = "supplier_invoice/albion_uk/kilncraft/INV1"
        await write_keys(tx, [BusinessKey(UK, "supplier_invoice", "kilncraft", "INV1", other)])
    desk = await at_work(store)
    with pytest.raises(Problem, match="it is one of"):
        await purchasing.approve_supplier_invoice(desk, ANNA, "INV1", reason="agreed")
    answer_ = await purchasing.approve_supplier_invoice(desk, ANNA, "INV1", supplier="brightware", reason="agreed")
    assert INVOICE in answer_.body


async def test_only_the_buyers_side_decides(store: Store) -> None:
    await answered(store)
    desk, scopes = await at_work(store), frozenset({"purchasing:write"})
    reader = Actor("reader", frozenset({"purchasing:read", "operations:write"}))
    for actor in (reader, Actor("brightware", scopes, partner="brightware")):
        with pytest.raises(Denied):
            await purchasing.accept_acknowledgement(desk, actor, ORDER, reason="agreed")
        with pytest.raises(Denied):
            await purchasing.approve_supplier_invoice(desk, actor, "INV1", reason="agreed")
    foreign = Actor("ireland", scopes, frozenset({"albion_ie"}))
    with pytest.raises(Problem, match="there is no"):
        await purchasing.accept_acknowledgement(desk, foreign, ORDER, reason="agreed")
