"""A release starts only on a database whose open cases it can go on with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crossdock.app import open_installation, prepare
from crossdock.cli.main import app
from crossdock.engine.cases.versions import VersionsNotCarried, must_carry_open_cases
from crossdock.operations.doctor import examine
from crossdock.store import Store
from crossdock.telemetry import logs
from tests.integration.engine.harness import PARCEL, begun, context, rows, say, settle, told
from tests.unit.api.networks import small_network

EXAMPLE = Path(__file__).parents[3] / "examples" / "wholesaler"
LATER = "update process_case set version = '7' where id = $1"


async def check(store: Store) -> None:
    async with store.transaction() as tx:
        await must_carry_open_cases(tx, {"parcel": PARCEL})


async def test_open_cases_of_this_releases_versions_are_no_hindrance(store: Store) -> None:
    await say(store, begun("a"), told("b", "early"))
    await settle(context(store))
    await check(store)


async def test_open_cases_of_another_version_are_told_with_their_number_and_what_to_do(store: Store) -> None:
    await say(store, begun("a"), begun("b"), begun("c"))
    await settle(context(store))
    for key in "ab":
        await rows(store, LATER, f"parcel/c/{key}")
    with pytest.raises(VersionsNotCarried) as refusal:
        await check(store)
    assert str(refusal.value) == (
        "2 open cases of parcel version 7, such as parcel/c/a; this release carries version 1"
    )
    assert "Run the release that these cases began with" in refusal.value.advice


async def test_finished_cases_of_another_version_are_history(store: Store) -> None:
    await say(store, begun("a"), told("a", "close"))
    await settle(context(store))
    await rows(store, LATER, "parcel/c/a")
    await check(store)


async def opened(store: Store) -> None:
    """A case of a process that our processes do not have."""
    await say(store, begun("a"))
    await settle(context(store))


async def test_neither_workers_nor_the_interface_start_beside_cases_they_do_not_know(
    store: Store, database: str
) -> None:
    await opened(store)
    for starting in (open_installation(database, small_network()), prepare(database, small_network())):
        with pytest.raises(VersionsNotCarried, match=r"1 open case of parcel version 1.* no such process"):
            await starting
    assert await rows(store, "select count(*) from network_version") == [(0,)]


@pytest.mark.parametrize("arguments", [("run",), ("run", "--workers", "2"), ("api",), ("up",)])
async def test_the_command_line_says_so_in_words(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    await opened(store)
    monkeypatch.setattr(logs, "configure", lambda: None)  # or all later tests would log into this command's output
    monkeypatch.setenv("CROSSDOCK_DATABASE_URL", database)
    for name in ("SFTP_HOST", "TOKEN", "SFTP_PASSWORD", "SHOP_API_KEY", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"SANDBOX_{name}", "whsec_c2VjcmV0")
    for name in ("ERP", "WMS_NORTH", "WMS_SOUTH", "CARRIER", "SHOP", "MARKETPLACE"):
        monkeypatch.setenv(f"SANDBOX_{name}_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SANDBOX_SFTP_PORT", "2222")
    monkeypatch.setenv("CROSSDOCK_OPERATOR_KEY", "a-key-of-a-length-that-is-long-enough-for-this")
    command, *options = arguments
    result: Any = await asyncio.to_thread(CliRunner().invoke, app, [command, str(EXAMPLE), *options])
    assert result.exit_code == 1, result.output
    assert "1 open case of parcel version 1, such as parcel/c/a; this release carries no such process" in result.stderr
    assert "Run the release" in result.stderr


async def found(store: Store) -> Any:
    async with store.transaction() as tx:
        return next(each for each in await examine(tx) if each.name == "events")


async def test_doctor_tells_of_events_that_this_release_does_not_know(store: Store) -> None:
    await say(store, begun("a"), told("a", "first"), told("a", "second"))
    await settle(context(store))
    assert (await found(store)).status == "ok"
    await rows(store, "update event set type = 'OfALaterRelease' where position = 1")
    await rows(store, "update event set schema_version = 9 where type = 'SalesOrderCancelled'")
    check = await found(store)
    assert check.status == "fault"
    assert "OfALaterRelease (1)" in check.detail
    assert "SalesOrderCancelled in schema version 9 (this release knows 1)" in check.detail


async def test_doctor_remembers_events_of_a_later_release_that_are_long_past(store: Store) -> None:
    await say(store, begun("a"))
    await rows(store, "update event set type = 'OfALaterRelease'")
    await settle(context(store))
    await rows(store, "update log_head set position = position + 5000")
    assert "OfALaterRelease (1)" in (await found(store)).detail
