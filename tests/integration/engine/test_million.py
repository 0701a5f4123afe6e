"""A million movements: fold equals positions, in memory that does not grow with them; and what silence costs."""

from __future__ import annotations

import resource
import sys
import time

import pytest

from crossdock.engine.channel_numbers import SQL
from crossdock.store import Store
from tests.integration.engine.guarded import guard
from tests.integration.inventory.helpers import COMPANY

pytestmark = pytest.mark.storm
HOT, SPREAD, EACH = 250_000, 250, 1_000
_MEGABYTE = 1024


async def million(store: Store) -> None:
    """Half a million movements of each book: one hot item with half of them, the others spread."""
    async with store.transaction() as tx:
        await tx.execute("set local transaction_timeout = 0")
        await tx.execute(
            "insert into ledger_entry (digest, company_id, key, what, subject, actor, content, occurred_at)"
            " values ('e', $1, 'e', 'move', '', 'test', 'c', now())", COMPANY,
        )  # fmt: skip
        for table, where, level, more in (
            ("promise", "location, pool", "on_hand", "'north', ''"),
            ("stock", "location, owner, lot", "unrestricted", "'north', 'own', ''"),
        ):
            await tx.execute(
                f"insert into {table}_position (company_id, item, {where}, {level}, counter) select $1, 'item' || n,"
                f" {more}, m, m from generate_series(0, {SPREAD}) as n,"
                f" lateral (select case when n = 0 then {HOT} else {EACH} end as m) as x", COMPANY,
            )  # fmt: skip
        await tx.execute(
            "insert into promise_movement (position_id, number, kind, on_hand, free_after, entry, transaction_id)"
            " select id, n, 'fact', 1, n, 'e', 1 from promise_position, generate_series(1, counter) as n",
            timeout=300,
        )
        await tx.execute(
            "insert into stock_movement (position_id, number, from_state, to_state, quantity, line, entry,"
            " transaction_id) select id, n, 'supplier', 'unrestricted', 1, '1', 'e', 1 from stock_position,"
            " generate_series(1, counter) as n", timeout=300,
        )  # fmt: skip


def tell(words: str) -> None:
    """Figures for whoever runs this with `-s`."""
    sys.stdout.write(f"\n{words}\n")


def resident() -> int:
    """The most memory this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE


async def test_a_million_movements_fold_to_their_positions(store: Store) -> None:
    await million(store)
    before, begun = resident(), time.monotonic()
    found = await guard(store, full=True, most=5_000)
    full, grown = time.monotonic() - begun, resident() - before
    assert found.findings == []
    # Once to the positions, and once more where checkpoints are derived from the beginning.
    assert found.movements >= 1_000_000
    tell(f"{found.movements:,} movements read in {full:.1f} s, {grown} MB more than before")
    assert grown < 64
    begun = time.monotonic()
    async with store.transaction() as tx:
        horizon = await tx.fetchval(SQL.horizon)
        assert await tx.fetch(SQL.moved, horizon - 1, horizon, COMPANY, ["north"]) == []
    tell(f"a turn of a publication with nothing new: {(time.monotonic() - begun) * 1000:.1f} ms")
