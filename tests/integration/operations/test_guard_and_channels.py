"""The guard and the channels as people and programs ask for them."""

from __future__ import annotations

from crossdock.operations.guard import run_guard, show_guard
from crossdock.store import Store
from tests.integration.engine.guarded import history
from tests.integration.operations.worlds import ANNA, at_work


async def test_a_run_of_the_guard_says_what_it_looked_at_and_what_does_not_hold(store: Store) -> None:
    await history(store)
    desk = await at_work(store)
    found = await run_guard(desk, ANNA, full=True)
    assert (found.violations, found.compared["promise_fold"] > 0, found.movements > 0) == ((), True, True)
    async with store.transaction() as tx:
        await tx.execute("update kept_back set quantity = quantity + 1")
    (violation,) = (await run_guard(desk, ANNA)).violations
    assert (violation.law, violation.where) == ("safety_is_kept_back", "albion_uk/85123A/south/")
    assert (violation.expected, violation.found) == ("4", "3")
    assert (await show_guard(desk, ANNA)).violations == (violation,)
