"""Sixty-four callers on the last units of ten items, while API processes and the worker are killed."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from decimal import Decimal as D

import pytest

from crossdock.inventory.desk.requests import SPACE, ReservationAnswer, decode
from crossdock.inventory.guard.verify import verify
from crossdock.inventory.ledger.entries import digest_of
from crossdock.operations.overview import work_left
from crossdock.store import Store, run_again
from tests.faults.last_units import ITEMS, STOCK, Bug, Call, Storm, stock_up
from tests.integration.inventory.helpers import COMPANY


async def storm(database: str, store: Store, calls_each: int, bug: Bug = "") -> Storm:
    """Until everybody is answered and the worker has nothing left to do."""
    await stock_up(store)
    raging = Storm(database, seed=7, bug=bug)
    try:
        await asyncio.wait_for(raging.run(calls_each), 90)
        deadline = time.monotonic() + 30
        while not (await run_again(lambda: work_left(store))).none and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    finally:
        raging.stop()
    return raging


async def wrongs(store: Store, calls: list[Call]) -> list[str]:
    """Everything that must not be."""
    async with store.transaction() as tx:
        found = [f"{one.law}: {one.where}" for one in (await verify(tx)).discrepancies]
    free: Counter[str] = Counter()
    async with store.transaction(readonly=True) as tx:
        for row in await tx.fetch("select item, on_hand - safety - reserved - allocated as free from promise_position"):
            free[row["item"]] += int(row["free"])
            if row["free"] < 0:
                found.append(f"{-row['free']} of {row['item']} promised beyond stock")
        answers = {row["digest"]: row["answer"] for row in await tx.fetch("select digest, answer from ledger_entry")}
        stored = {row[0] for row in await tx.fetch("select id from reservation where kind = 'asked' and subject = ''")}
        for row in await tx.fetch("select item, remaining from reservation where waiting"):
            if free[row["item"]] > 0:
                found.append(f"{row['remaining']} of {row['item']} wait although {free[row['item']]} are free")
    known: set[str] = set()
    for call in calls:
        if len(set(call.answers)) != 1:
            found.append(f"{call.key} was answered differently: {call.answers}")
        if call.path != "reservations":
            continue
        status, content = call.answers[-1]
        said = json.loads(content)
        first = decode(answers.get(digest_of(SPACE, COMPANY, f"shop/{call.key}"), "{}"))
        found += _unlike(call, status, said, first)
        known |= {piece["reservation"] for piece in said.get("granted", ())}
        if status == 409 and all(free[item] >= quantity for item, quantity in call.wanted):
            found.append(f"{call.key} was refused although {call.wanted} fit in what is left")
    found += [f"{name} is held, and its caller does not know" for name in sorted(stored - known)]
    return found


def _unlike(call: Call, status: int, said: dict[str, list[dict[str, str]]], stored: ReservationAnswer) -> list[str]:
    pieces = [(piece["reservation"], D(piece["quantity"])) for piece in said.get("granted", ())]
    if status not in (201, 409) or pieces != [(piece.reservation, piece.quantity) for piece in stored.granted]:
        return [f"{call.key} was answered {status} {said}, and stored is {stored}"]
    return []


async def test_sixty_four_callers_get_exactly_the_last_units_whoever_is_killed(database: str, store: Store) -> None:
    raging = await storm(database, store, calls_each=5)
    assert await wrongs(store, raging.calls) == []
    assert raging.kills["api"] >= 3
    assert raging.kills["worker"] >= 1
    statuses = Counter(call.answers[0][0] for call in raging.calls)
    assert min(statuses[201], statuses[409], statuses[202]) > 10
    async with store.transaction() as tx:
        promised = await tx.fetchval("select sum(reserved) from promise_position")
    assert promised > 0.95 * len(ITEMS) * sum(STOCK.values()), "the last units went"


@pytest.mark.parametrize("bug", ["guard", "key"])
async def test_the_check_would_notice(database: str, store: Store, bug: Bug) -> None:
    """The control of the test above."""
    raging = await storm(database, store, calls_each=3, bug=bug)
    found = await wrongs(store, raging.calls)
    words = {"guard": "promised beyond stock", "key": "its caller does not know"}[bug]
    assert any(words in one for one in found), found[:5]
