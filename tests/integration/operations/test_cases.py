"""Cases in lists: of one process, in one state, open or all, page by page."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.identity import Actor, Denied
from crossdock.operations.cases import CaseInList, list_cases
from crossdock.operations.problems import Problem
from crossdock.store import Store
from tests.integration.api.test_questions import stocked
from tests.integration.operations.worlds import ANNA, at_work, order, work
from tests.unit.processes.order_to_cash import ordered, placed


def numbered(number: str, customer: str = "17850") -> SalesOrderPlaced:
    event = placed(ordered("1"), customer=customer)
    return replace(event, order=replace(event.order, number=number))


@pytest.fixture
async def _three_orders(store: Store) -> None:
    await stocked(store, 10)
    for number, customer in (("1", "17850"), ("2", "BLOCKED"), ("3", "17850")):
        await order(store, numbered(number, customer))
    await work(store)


async def listed(store: Store, **wanted: object) -> dict[str, CaseInList]:
    page = await list_cases(await at_work(store), ANNA, **wanted)  # type: ignore[arg-type]
    return {case.id.rpartition("/")[2]: case for case in page.items}


@pytest.mark.usefixtures("_three_orders")
async def test_cases_are_listed_with_their_state_and_open_problems(store: Store) -> None:
    found = await listed(store)
    assert list(found) == ["1", "2", "3"]
    assert (found["2"].state, found["2"].problems, found["2"].finished) == ("held", 1, False)
    assert (found["1"].process, found["1"].company_id) == ("sales_order", "albion_uk")


@pytest.mark.usefixtures("_three_orders")
async def test_a_list_is_of_one_process_or_state_or_of_what_is_not_finished(store: Store) -> None:
    assert list(await listed(store, process="sales_order", state="held")) == ["2"]
    assert await listed(store, process="purchase_order") == {}
    async with store.transaction() as tx:
        await tx.execute("update process_case set finished = true where id like '%/1'")
    assert list(await listed(store, open_only=True)) == ["2", "3"]


@pytest.mark.usefixtures("_three_orders")
async def test_every_case_is_on_one_page(store: Store) -> None:
    desk, seen, cursor = await at_work(store), list[str](), ""
    while True:
        page = await list_cases(desk, ANNA, cursor=cursor, limit=2)
        seen += [case.id.rpartition("/")[2] for case in page.items]
        cursor = page.next
        if not cursor:
            break
    assert seen == ["1", "2", "3"]


@pytest.mark.usefixtures("_three_orders")
async def test_cases_are_listed_for_those_whose_they_are(store: Store) -> None:
    desk, scopes = await at_work(store), frozenset({"operations:read"})
    assert (await list_cases(desk, Actor("ireland", scopes, frozenset({"albion_ie"})))).items == ()
    assert (await list_cases(desk, Actor("market", scopes, channel="marketplace"))).items == ()
    with pytest.raises(Denied):
        await list_cases(desk, Actor("shop", frozenset()))


async def test_a_process_that_there_is_not_is_said_with_those_there_are(store: Store) -> None:
    with pytest.raises(Problem, match="no process 'order'") as refused:
        await listed(store, process="order")
    assert "sales_order" in refused.value.advice
