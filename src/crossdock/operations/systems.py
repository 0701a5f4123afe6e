"""External systems and trading partners as a whole: how they stand, pause them, let them go on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from crossdock.identity import Actor
from crossdock.operations import audit
from crossdock.operations.context import Context
from crossdock.operations.problems import not_found
from crossdock.project.versions import content_of, version_in_force
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("systems.sql"))
# When a system last sent something is looked up among so many of the latest documents.
_LATEST = 100_000


class SystemStanding(msgspec.Struct, frozen=True):
    """How an external system or trading partner stands.

    `state`: `ok`; `paused` by a person; `halted` because nothing would succeed until a person acts; `failing`: the
    breaker is open, it is tried again by itself. `waiting` and `dead` are outgoing documents.
    """

    name: str
    kind: str
    """`erp`, `wms`, `carrier`, `channel`; `supplier`, `customer` for partners; empty if no longer in the network."""
    partner: bool
    state: str
    detail: str
    waiting: int
    dead: int
    last_fact_at: dt.datetime | None
    """When it last told us something, in business time."""
    failing_polls: tuple[str, ...] = ()


class _System(msgspec.Struct):
    role: str = ""
    paused: bool = False


class _Partner(msgspec.Struct):
    kind: str = ""
    paused: bool = False


class _Named(msgspec.Struct):
    system: str = ""
    partner: str = ""
    channel: str = ""


class _Network(msgspec.Struct):
    """What is wanted of the network in force."""

    systems: dict[str, _System] = {}
    partners: dict[str, _Partner] = {}
    channels: dict[str, _Named] = {}
    consumers: dict[str, _Named] = {}

    @property
    def names(self) -> list[str]:
        """Systems first, then partners."""
        return [*sorted(self.systems), *sorted(self.partners)]

    def sender(self, source: str) -> str:
        """The system behind a source of documents: a program that calls our API speaks for its channel's system."""
        consumer = self.consumers.get(source)
        channel = self.channels.get(consumer.channel) if consumer is not None else None
        return channel.system or channel.partner if channel is not None else source


async def list_systems(context: Context, actor: Actor) -> list[SystemStanding]:
    """All systems and partners of the network in force, then those that only have documents left."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        network = await _network(tx)
        states = {row["system"]: row for row in await tx.fetch(SQL.states)}
        deliveries = {row["system"]: row for row in await tx.fetch(SQL.deliveries)}
        documents = await tx.fetch(SQL.last_documents, _LATEST)
        polls = await tx.fetch(SQL.failing_polls)
    last: dict[str, dt.datetime] = {}
    for row in documents:
        name = network.sender(row["source"])
        last[name] = max(row["received_at"], last.get(name, row["received_at"]))
    failing: dict[str, list[str]] = {}
    for row in polls:
        failing.setdefault(row["system"], []).append(f"{row['kind']}: {row['detail']}")
    gone = sorted((deliveries.keys() | states.keys()) - set(network.names))
    found = []
    for name in [*network.names, *gone]:
        state, detail = _state(network, name, states.get(name))
        mail = deliveries.get(name)
        found.append(
            SystemStanding(
                name=name,
                kind=_kind(network, name),
                partner=name in network.partners,
                state=state,
                detail=detail,
                waiting=mail["waiting"] if mail else 0,
                dead=mail["dead"] if mail else 0,
                last_fact_at=last.get(name),
                failing_polls=tuple(failing.get(name, ())),
            )
        )
    return found


async def _network(tx: Connection) -> _Network:
    content = await content_of(tx, await version_in_force(tx))
    return msgspec.json.decode(content, type=_Network) if content else _Network()


def _kind(network: _Network, name: str) -> str:
    if name in network.systems:
        return network.systems[name].role
    return network.partners[name].kind if name in network.partners else ""


def _state(network: _Network, name: str, row: Any) -> tuple[str, str]:
    configured = network.systems.get(name) or network.partners.get(name)
    if configured is None:
        return "unknown", "not in the network any more"
    if row is not None and row["halted"]:
        return "halted", row["halted"]
    if row is not None and row["paused"]:
        return "paused", "nothing is sent to it"
    if row is not None and row["open"]:
        return "failing", f"{row['failures']} failures in a row; it is tried again by itself"
    if configured.paused:
        return "paused", "it is not polled: the network project says so"
    return "ok", ""


async def pause(context: Context, actor: Actor, system: str, reason: str) -> None:
    """Send nothing to a system until it is resumed; documents wait in order. Raises `Problem` for an unknown one."""
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        await _must_exist(tx, system)
        await audit.record(tx, actor, "operations:write", "pause_system", "", f"system/{system}", reason=reason)
        await tx.execute(SQL.pause, system)


async def resume(context: Context, actor: Actor, system: str) -> None:
    """Let a paused or halted system go on, and forget its failures. Raises `Problem` for an unknown one."""
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        await _must_exist(tx, system)
        await audit.record(tx, actor, "operations:write", "resume_system", "", f"system/{system}")
        await tx.execute(SQL.resume, system)


async def _must_exist(tx: Connection, system: str) -> None:
    names = (await _network(tx)).names
    if names and system not in names:
        raise not_found(f"system {system!r}", f"The systems and partners are {', '.join(names)}.")
