"""Channels and the guard on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.store import Store
from tests.integration.cli.test_commands import asked, run
from tests.integration.engine.guarded import history
from tests.integration.engine.harness import rows
from tests.integration.engine.test_publications import publish
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, receive, tell
from tests.integration.operations.test_channels import told_shop
from tests.integration.operations.test_systems import in_force

__all__ = ["run"]


async def test_channels_are_listed_with_their_lag_and_how_often_they_oversold(run: Any, store: Store) -> None:
    assert "no network project is in force" in (await run("channel", "list")).stdout
    await in_force(store)
    await book(store, receive(3), tell(5, source="marketplace"), tell(1, item="POT", source="homestead"))
    text = (await run("channel", "list")).stdout
    line = next(line for line in text.splitlines() if line.startswith("albion_uk  marketplace"))
    assert line.split()[2:] == ["0.5", "s", "1", "100.00", "%", "2", "2"]
    assert "albion_uk  homestead    not told" in text
    found = {(one["company"], one["channel"]): one for one in (await asked(run, "channel", "list"))["items"]}
    told = found["albion_uk", "marketplace"]
    assert (told["told_lines"], told["short_lines"], told["oversell_percent"]) == (1, 1, "100.00")


async def test_a_publication_that_is_not_delivered_is_said(run: Any, store: Store) -> None:
    await in_force(store)
    shop, engine = told_shop(store)
    await book(store, receive(3))
    await publish(engine, shop)
    await rows(
        store,
        "update delivery set status = 'dead', created_at = clock_timestamp() - interval '1 minute' returning 1",
    )
    await rows(store, "update delivery_key set head_sequence = 1, parked = true returning 1")
    assert "shop of albion_uk: a publication is not delivered since 6" in (await run("channel", "list")).stdout


async def test_what_a_channel_was_told_is_shown_beside_the_truth(run: Any, store: Store) -> None:
    await in_force(store)
    assert "shop of albion_uk: nothing was told yet" in (await run("channel", "stock", "shop")).stdout
    shop, engine = told_shop(store)
    await book(store, receive(10), receive(3, item="POT"))
    await publish(engine, shop)
    await book(store, ask(4, source="shop"))
    text = (await run("channel", "stock", "shop", "--company", COMPANY, "--limit", 1)).stdout
    assert all(words in text for words in ("version told", "version shown"))
    line = next(line for line in text.splitlines() if line.startswith(MUG))
    assert (line.split()[1:3], line.endswith("not read since")) == (["6", "10"], True)
    assert f"more: crossdock channel stock shop --company {COMPANY} --cursor {MUG}" in text
    (one,) = (await asked(run, "channel", "stock", "shop", "--item", "POT", "--company", COMPANY))["companies"]
    assert [(item["item"], item["told"], item["truth"]) for item in one["items"]] == [("POT", "3", "3")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "there is no channel 'nope'"),
        (["homestead"], "channel 'homestead' is told no stock"),
        (["shop", "--company", "nope"], "there is no company 'nope' that sells in shop"),
        (["shop", "--item", "X"], "there is no item 'X' in channel 'shop'"),
    ],
)
async def test_what_is_not_there_is_said_with_where_to_look(
    run: Any, store: Store, arguments: list[str], words: str
) -> None:
    await in_force(store)
    assert words in (await run("channel", "stock", *arguments, code=1)).stderr


async def test_a_guard_that_has_not_looked_does_not_say_that_all_is_well(run: Any, store: Store) -> None:
    await history(store)
    assert "nothing is known yet" in (await run("guard", "show")).stdout
    told = (await run("guard", "run", "--full")).stdout
    assert "comparisons by" in told
    assert "every law holds" in told
    await rows(store, "update kept_back set quantity = quantity + 1 returning 1")
    broken = (await run("guard", "run", code=1)).stdout
    for words in ("safety_is_kept_back: albion_uk/85123A/south/: expected 4, found 3", "known since", "1 violation;"):
        assert words in broken
    assert "1 violation;" in (await run("guard", "show", code=1)).stdout
