"""How the installation is: one line per thing that can be wrong, with what to do."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import asyncpg
import msgspec

from crossdock.engine.policies import Memory
from crossdock.engine.recomputation import Progress
from crossdock.events.registry import VERSIONS
from crossdock.log import SLOTS
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("doctor.sql"))
OLDEST_SERVER = 180000
# Disk use at which accepting should end, and at which somebody should look.
_FULL_PERCENT = 95
_FILLING_PERCENT = 85
_OLD_TRANSACTION_SECONDS = 30
_MUCH_BEHIND = 10_000
_LATER = "The workers' logs have the traceback ({}): mend its cause; it is tried again by itself within ten minutes."


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `advice` says what to do unless it is `ok`."""

    name: str
    status: Literal["ok", "warning", "fault"]
    detail: str
    advice: str = ""


async def examine(tx: Connection) -> list[Check]:
    """Look at everything the database knows."""
    server = await tx.fetchrow(SQL.server)
    assert server is not None
    checks = [_server(server), durability(dict(server)), _connections(server), _disk(server)]
    if not server["prepared"]:
        advice = "Run `crossdock up PROJECT` once: it brings the schema."
        return [*checks, Check("schema", "fault", "the database is not prepared", advice)]
    revision = await tx.fetchval(SQL.revision)
    checks.append(Check("schema", "ok", f"revision {revision}"))
    clock = await tx.fetchrow(SQL.clock)
    assert clock is not None
    checks.append(Check("business time", "ok", f"{clock['now']:%Y-%m-%d %H:%M:%S}, {clock['rate']:g} times as fast"))
    checks += [_lease(row) for row in await tx.fetch(SQL.leases)] or [_no_consumers()]
    in_force = [dict(row) for row in await tx.fetch(SQL.network)]
    checks.append(network(in_force[0] if in_force else None, [dict(row) for row in await tx.fetch(SQL.workers)]))
    checks.append(_events(await tx.fetch(SQL.event_types)))
    checks.append(_oldest(await tx.fetchrow(SQL.oldest)))
    checks += [_system(row) for row in await tx.fetch(SQL.systems)] or [Check("systems", "ok", "all are asked")]
    checks += [_policies(row) for row in await tx.fetch(SQL.policies)]
    checks.append(_promises(await tx.fetchrow(SQL.promises_put_off)))
    checks.append(_expiries(await tx.fetchrow(SQL.expiries_put_off)))
    checks.append(_statements(await tx.fetchrow(SQL.statements_put_off)))
    checks.append(_late_facts(await tx.fetchrow(SQL.late_facts_put_off)))
    checks.append(missed([dict(row) for row in await tx.fetch(SQL.missed)]))
    return checks + _backlog(await tx.fetchrow(SQL.backlog))


def _server(row: asyncpg.Record) -> Check:
    version = row["version"]
    words = f"PostgreSQL {version // 10000}.{version % 100}, {row['size'] / 1e6:,.0f} MB"
    if row["recovering"]:
        return Check("database", "fault", f"{words}, takes no writes", "Connect to the primary.")
    if version < OLDEST_SERVER:
        return Check(
            "database",
            "warning",
            words,
            "Version 18 is tested, and finds a slot of the log by its index alone; move to it.",
        )
    return Check("database", "ok", words)


def durability(row: Mapping[str, Any]) -> Check:
    """Would a server with these settings keep what it has answered?"""
    settings = {name: row[name] for name in ("fsync", "full_page_writes", "synchronous_commit")}
    words = ", ".join(f"{name} {value}" for name, value in settings.items())
    if settings["fsync"] != "on" or settings["full_page_writes"] != "on" or settings["synchronous_commit"] == "off":
        return Check("durability", "fault", words, "Switch them on: an accepted document could be lost as it is.")
    return Check("durability", "ok", words)


def _connections(row: asyncpg.Record) -> Check:
    used, most = row["connections"], row["max_connections"]
    words = f"{used} of {most} connections"
    if used > most * 0.8:
        return Check("connections", "warning", words, "Run fewer processes, put a pooler between, or raise the limit.")
    return Check("connections", "ok", words)


def _disk(row: asyncpg.Record) -> Check:
    """Free space where the data is; only seen when the server is on this machine."""
    folder = row["data_directory"]
    try:
        space = os.statvfs(folder) if folder else None
    except OSError:
        space = None
    if space is None:
        return Check("disk", "ok", "not on this machine: look at the database host")
    percent = 100 - 100 * space.f_bavail / max(space.f_blocks, 1)
    words = f"{percent:.0f} % used, {space.f_bavail * space.f_frsize / 1e9:,.1f} GB free at {folder}"
    if percent >= _FULL_PERCENT:
        return Check("disk", "fault", f"disk full: {words}", "Make room now; PostgreSQL stops when there is none.")
    if percent >= _FILLING_PERCENT:
        return Check("disk", "warning", words, "Make room, or archive old segments of the log.")
    return Check("disk", "ok", words)


def _lease(row: asyncpg.Record) -> Check:
    name = f"consumer {row['consumer']}"
    words = f"{row['leased']} of {SLOTS} slots held by {row['owners']} workers, {row['behind']:,} events behind"
    if row["leased"] < SLOTS:
        return Check(name, "fault", words, "Slots nobody holds stand still: start workers with `crossdock run`.")
    if row["behind"] > _MUCH_BEHIND:
        return Check(name, "warning", words, "Start more workers, or see what slows them down.")
    return Check(name, "ok", words)


def _no_consumers() -> Check:
    return Check("consumers", "fault", "no worker has ever run here", "Start workers with `crossdock run`.")


def network(in_force: Mapping[str, Any] | None, workers: Sequence[Mapping[str, Any]]) -> Check:
    """Does any worker work with the network in force? One that was started with another version goes on with cases and
    deliveries, but leaves channels, stock policies and lots that expire to the others, as `engine` has it."""
    if in_force is None:
        return Check("network", "fault", "none was ever put in force", "Run `crossdock up PROJECT` once.")
    version, since = in_force["version"], in_force["applied_at"]
    words = f"version {version} of {in_force['name']} is in force since {_utc(since)}"
    others = [row for row in workers if row["version"] != version]
    right = sum(row["workers"] for row in workers) - sum(row["workers"] for row in others)
    if not workers:
        return Check("network", "fault", f"{words}, and no worker lives", "Start workers with `crossdock run PROJECT`.")
    if not others:
        return Check("network", "ok", f"{words}; all live workers ({right}) work with it")
    said = ", ".join(
        f"{row['workers']} with {_version(row['version'])} (the oldest lives since {_utc(row['since'])})"
        for row in others
    )
    restart = f"Restart these with the files of version {version}: `crossdock run PROJECT`"
    if right:
        return Check(
            "network",
            "warning",
            f"{words}; of the live workers {right} work with it, but {said}",
            f"Only the former tell channels and follow stock policies. {restart}.",
        )
    return Check(
        "network",
        "fault",
        f"{words}, but no live worker works with it: {said}",
        f"Until one does, channels are told nothing, stock policies stand still, and lots that expire stay promised."
        f" {restart}; or start one with their files again, which puts these in force.",
    )


def _version(version: int) -> str:
    return f"version {version}" if version else "one that they do not name"


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _events(rows: list[asyncpg.Record]) -> Check:
    """Are there events that only a later release can read? Cases pass over what they do not know."""
    strange = [f"{row['type']} ({row['count']:,})" for row in rows if row["type"] not in VERSIONS]
    strange += [
        f"{row['type']} in schema version {row['newest']} (this release knows {VERSIONS[row['type']]})"
        for row in rows
        if row["newest"] > VERSIONS.get(row["type"], row["newest"])
    ]
    if strange:
        advice = "A later release wrote them; this one passes over them or parks their cases. Go back to the later one."
        return Check("events", "fault", f"this release does not know {', '.join(strange)}", advice)
    return Check("events", "ok", f"all {len(rows)} types in the log are known")


def _oldest(row: asyncpg.Record | None) -> Check:
    if row is None or not row["seconds"]:
        return Check("oldest transaction", "ok", "none is open")
    words = f"{row['seconds']:.0f} s, snapshot {row['xmin_age']:,} transactions old ({row['who']})"
    if row["seconds"] > _OLD_TRANSACTION_SECONDS:
        return Check("oldest transaction", "warning", words, "It holds back vacuum and readers of movements: end it.")
    return Check("oldest transaction", "ok", words)


def _system(row: asyncpg.Record) -> Check:
    name = f"system {row['system']}"
    if row["halted"]:
        advice = f"Mend it (credentials?), then `crossdock system resume {row['system']}`."
        return Check(name, "fault", f"halted: {row['halted']}", advice)
    if row["paused"]:
        return Check(name, "warning", "paused by a person", f"`crossdock system resume {row['system']}` lets it go on.")
    words = f"does not answer: {row['failures']} failures in a row"
    return Check(name, "warning", words, "It is tried again by itself.")


def _policies(row: asyncpg.Record) -> Check:
    """Are the rules of the day what the books keep back?"""
    name = f"stock policies of {row['company']}"
    if row["failures"]:
        return Check(name, "warning", row["detail"], "It is tried again by itself; see the workers' logs.")
    if row["cursor"]:
        under_way = msgspec.json.decode(row["cursor"], type=Progress)
        return Check(
            name, "ok", f"under way: {under_way.looked_at:,} of {under_way.total:,} positions, {_goal(under_way)}"
        )
    if not row["state"]:
        return Check(name, "ok", "not yet applied")
    last = msgspec.json.decode(row["state"], type=Memory).last
    if last.failed:
        item, why = min(last.failed.items())
        words = f"{len(last.failed):,} items could not be made what the rules say; the first is {item}: {why}"
        return Check(name, "fault", words, f"All others were. {_LATER.format('policies_put_off')}")
    return Check(name, "ok", f"applied to {last.looked_at:,} positions, {_goal(last)}")


def _goal(progress: Progress) -> str:
    version, on, silent = progress.target.split("/")
    return f"network version {version}, {on}" + ("" if silent == "all_fresh" else ", some sources are silent")


def _promises(row: asyncpg.Record | None) -> Check:
    """Are there promises without goods that nobody can take back?"""
    name = "promises to make again"
    if row is None:
        return Check(name, "ok", "none failed")
    place = f"{row['item']} of {row['company_id']} at {row['location']}"
    return Check(
        name,
        "fault",
        f"{row['waiting']:,} waiting after a failure; the first is {place}, {_failed(row)}",
        f"Until it is done, promises there stand without goods. {_LATER.format('repromise_put_off')}",
    )


def _expiries(row: asyncpg.Record | None) -> Check:
    """Are there reservations whose time is over and that still hold goods?"""
    name = "reservations to end"
    if row is None:
        return Check(name, "ok", "none failed")
    place = f"{row['id']} of {row['item']} of {row['company_id']} at {row['location']}"
    return Check(
        name,
        "fault",
        f"{row['waiting']:,} waiting after a failure; the first is {place}, {_failed(row)}",
        f"Until it is done, it holds goods that others could have. {_LATER.format('expiry_put_off')}",
    )


def _statements(row: asyncpg.Record | None) -> Check:
    """Are there statements of stock that cannot be compared?"""
    name = "stock statements"
    if row is None:
        return Check(name, "ok", "none failed")
    said = f"{row['number']} of {row['system']} about {row['location']} ({row['company_id']})"
    behind = f", {row['behind']:,} more behind" if row["behind"] else ""
    return Check(
        name,
        "fault",
        f"{row['waiting']:,} waiting after a failure{behind}; the first is {said}, {_failed(row)}",
        f"Nothing later of that system and place is compared before it. {_LATER.format('statement_put_off')}",
    )


def _late_facts(row: asyncpg.Record | None) -> Check:
    """Are there corrections that do not know of facts which came after them?"""
    name = "late facts"
    if row is None:
        return Check(name, "ok", "none failed")
    place = f"{row['item']} of {row['company_id']} at {row['location']}"
    return Check(
        name,
        "fault",
        f"{row['waiting']:,} waiting after a failure; the first is the correction of {place}, {_failed(row)}",
        f"Until it is done, what came late counts twice there. {_LATER.format('late_fact_put_off')}",
    )


def missed(longest: Sequence[Mapping[str, Any]]) -> Check:
    """Documents that should have come and did not. `longest` are those overdue longest, in business time, each with how
    many there are in all."""
    name = "missed expectations"
    if not longest:
        return Check(name, "ok", "0")
    count, shown = longest[0]["missed"], "; ".join(_overdue(row) for row in longest)
    more = f"; and {count - len(longest):,} more" if count > len(longest) else ""
    advice = "See them all: crossdock case list --missing; what one waits for: crossdock case show CASE"
    return Check(name, "warning", f"{count:,}: {shown}{more}", advice)


def _overdue(row: Mapping[str, Any]) -> str:
    due: dt.datetime = row["due_at"]
    late: dt.timedelta = row["now"] - due
    since = f"{late.days} days" if late.days > 1 else f"{late / dt.timedelta(hours=1):.0f} hours"
    by = f" from {row['owed_by']}" if row["owed_by"] else ""
    money = row["money_at_risk"]
    risk = "" if money is None else f", {money:,} {row['currency']} at risk"
    return f"{row['case_id']} waits for {row['name']}{by}, due {_utc(due)} ({since} ago){risk}"


def _failed(row: asyncpg.Record) -> str:
    """Only the first line of what went wrong: what a database adds to it stands in the logs."""
    times = "once" if row["attempts"] == 1 else f"{row['attempts']:,} times"
    return f"tried {times}: {row['failure'].partition(chr(10))[0]}"


def _backlog(row: Any) -> list[Check]:
    rows = (
        ("dead letters", row["dead_letters"], "crossdock dead-letter list"),
        ("quarantined documents", row["quarantined"], "crossdock quarantine list"),
        ("exception cases", row["exceptions"], "crossdock exception list"),
        ("parked cases", row["parked"], "crossdock exception list --code handler_failed"),
        ("failing polls and publications", row["failing_tasks"], "see the workers' logs"),
    )
    checks = [
        Check(name, "warning" if count else "ok", str(count), f"See them: {command}" if count else "")
        for name, count, command in rows
    ]
    if row["deliveries_stand"]:
        advice = "Is a worker running, and is the system paused or broken?"
        checks.append(Check("deliveries", "fault", "some that may go have not been tried for minutes", advice))
    return checks
