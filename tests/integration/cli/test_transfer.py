"""Transfers on the command line: listed with what is under way, shown line by line, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome, Rejected
from crossdock.store import Store
from tests.integration.api.test_goods_moves import UK, known
from tests.integration.cli.test_commands import asked, run
from tests.integration.operations.worlds import work
from tests.integration.processes.test_order_to_cash import happen, stocked, verified
from tests.integration.processes.test_transfers import coming, free, received, shipped

__all__ = ["run"]

CREATE = ("transfer", "create", "--company", UK, "--from", "north", "--to", "south", "--reason", "low stock")


async def ordered(run: Any, store: Store) -> None:
    """One is under way, the other has arrived."""
    await known(store)
    await stocked(store, 20)
    for number, quantity in (("T1", "10"), ("T2", "5")):
        await run(*CREATE, "--line", f"HEART:{quantity}", "--number", number)
    await happen(store)
    (_, first), (_, second) = [(f"transfer/{UK}/{number}", shipped("10")) for number in ("T1", "T2")]
    await happen(store, (f"transfer/{UK}/T1", first), (f"transfer/{UK}/T1", received("7")))
    await happen(store, (f"transfer/{UK}/T2", second), (f"transfer/{UK}/T2", received("10", final=True)))


async def test_open_transfers_are_listed_with_what_left_arrived_and_is_under_way(run: Any, store: Store) -> None:
    await ordered(run, store)
    (one,) = (await asked(run, "transfer", "list"))["items"]
    assert (one["number"], one["from_location"], one["to_location"], one["finished"]) == ("T1", "north", "south", False)
    (line,) = one["lines"]
    assert (line["ordered"], line["shipped"], line["good"], line["under_way"]) == ("10", "10", "7", "3")
    assert one["age_seconds"] >= 0
    text = (await run("transfer", "list")).stdout
    assert text.split("\n")[0].split() == [
        *("company", "number", "from", "to", "item", "ordered", "shipped", "received", "lost", "under", "way"),
        *("state", "ordered", "ago"),
    ]
    assert "T2" not in text
    assert "HEART" in text


async def test_transfers_are_chosen_by_place_item_and_state(run: Any, store: Store) -> None:
    await ordered(run, store)
    for options, numbers in (
        (["--all"], ["T1", "T2"]),
        (["--state", "received"], ["T2"]),
        (["--location", "south", "--company", UK], ["T1"]),
        (["--location", "nowhere"], []),
        (["--item", "HEART", "--limit", "1", "--all"], ["T1"]),
        (["--item", "SET"], []),
    ):
        found = await asked(run, "transfer", "list", *options)
        assert [one["number"] for one in found["items"]] == numbers, options
    assert "no such transfer is open; --all shows" in (await run("transfer", "list", "--item", "SET")).stderr
    for options, words in (
        (["--item", "NOTHING"], "there is no item 'NOTHING'"),
        (["--location", "nowhere", "--company", UK], "location 'nowhere'"),
    ):
        assert words in (await run("transfer", "list", *options, code=1)).stderr


async def test_a_transfer_is_shown_with_what_it_waits_for_and_what_it_sent(run: Any, store: Store) -> None:
    await ordered(run, store)
    text = (await run("transfer", "show", "T1")).stdout
    for words in (f"transfer/{UK}/T1  partly_received", "north -> south", "arrival", "transfer_order", "under way"):
        assert words in text
    view = await asked(run, "transfer", "show", "T1", "--company", UK)
    assert ([one["name"] for one in view["waiting"]], view["lines"][0]["under_way"]) == (["arrival"], "3")
    assert "crossdock transfer list --all" in (await run("transfer", "show", "T9", code=1)).stderr


def wms_refuses(system: str) -> Callable[[Outgoing], Outcome]:
    return lambda _: Rejected("unknown_sku", "HEART is not known") if system == "wms_north" else Delivered("ok")


async def test_a_transfer_is_cancelled_while_its_warehouse_does_not_have_it(run: Any, store: Store) -> None:
    await known(store)
    await stocked(store, 20)
    cancel = ("transfer", "cancel", "T1", "--reason", "a mistake")
    await run(*CREATE, "--line", "HEART:10", "--number", "T1")
    told = await asked(run, *cancel)
    assert told["subject"] == f"transfer/{UK}/T1"
    await happen(store)
    assert (await free(store, "north"), await coming(store)) == (20, [])
    assert (await asked(run, "transfer", "show", "T1"))["state"] == "closed"
    assert "transfer T1 was cancelled: it is over" in (await run(*cancel, code=1)).stderr


async def test_what_a_warehouse_was_asked_to_ship_is_cancelled_only_if_it_never_got_the_order(
    run: Any, store: Store
) -> None:
    await known(store)
    await stocked(store, 20)
    for number in ("T1", "T2"):
        await run(*CREATE, "--line", "HEART:4", "--number", number)
    await work(store, wms_refuses)
    cancel = ("transfer", "cancel", "T1", "--reason", "it will not")
    refused = (await run(*cancel, code=1)).stderr
    assert "north was asked to ship transfer T1, and no message takes that back" in refused
    assert "skip that first" in " ".join(refused.split())
    letters = (await asked(run, "dead-letter", "list"))["items"]
    await run("dead-letter", "skip", next(one["id"] for one in letters if one["number"] == "T1"), "--reason", "no")
    await run(*cancel)
    await happen(store)
    assert (await free(store, "north"), await coming(store)) == (16, [("south", 4, "ordered")])
    assert (await asked(run, "transfer", "show", "T1"))["state"] == "closed"
    await happen(store, (f"transfer/{UK}/T2", shipped("10")))
    left = (await run("transfer", "cancel", "T2", "--reason", "late", code=1)).stderr
    assert "goods of transfer T2 have left" in left
    await verified(store)
