"""The composition root: a network project and a database become engine, connectors and API. Nothing else wires."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import gc
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from crossdock import exchange
from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.connectors import CONNECTORS
from crossdock.engine.cases.versions import VersionsNotCarried, must_carry_open_cases
from crossdock.engine.context import BATCH, EngineContext, Keeping, Poll, Publication, SystemLimits
from crossdock.engine.worker import Worker
from crossdock.identity import SCOPES, register
from crossdock.inventory.keeping.freshness import sources_of
from crossdock.masterdata import Masterdata, NetworkReads
from crossdock.operations import idempotency
from crossdock.ports.connector import Connector
from crossdock.processes import PROCESSES
from crossdock.project import Network, Registry, calendars, load
from crossdock.project.facts import COMPARED_ONLY, STATED_BY_EVENT
from crossdock.project.versions import apply
from crossdock.store import Store
from crossdock.telemetry import logs


@dataclass
class Installation:
    """One process's view of the whole: database, network in force, connectors, master data."""

    store: Store
    network: Network
    connectors: Mapping[str, Connector]
    masterdata: Masterdata

    async def close(self) -> None:
        """Release connections to the outside, then the database."""
        for connector in self.connectors.values():
            await connector.close()
        await self.store.close()


def registry() -> Registry:
    """What a network project may name: our connectors and the scopes of our API."""
    return Registry({code: kind.spec for code, kind in CONNECTORS.items()}, frozenset(SCOPES))


def load_network(project: Path, env: Mapping[str, str] | None = None) -> Network:
    """The network of a project's files. Raises `ProjectInvalid` with every problem found."""
    return load(project, os.environ if env is None else env, registry())


def connect_systems(network: Network) -> dict[str, Connector]:
    """A connector per system and trading partner; nothing is opened before it is used."""
    connectors: dict[str, Connector] = {
        name: CONNECTORS[system.connector](system, network) for name, system in network.systems.items()
    }
    connectors.update({name: exchange.connect(partner, network) for name, partner in network.partners.items()})
    return connectors


async def prepare(database: str, network: Network) -> Network:
    """Bring the database to the newest schema, put the network in force, register its API consumers.

    Raises `VersionsNotCarried` if cases are open that this release cannot go on with.
    """
    # Imported here: the migration tools take seconds to load, which workers and the API need not wait for.
    from crossdock.store.migrations import migrate

    await migrate(database)
    store = await Store.connect(database)
    try:
        async with store.transaction() as tx:
            await must_carry_open_cases(tx, PROCESSES)
            in_force = await apply(tx, network)
            for consumer in in_force.consumers.values():
                await register(
                    tx,
                    consumer.key.reveal(),
                    consumer.id,
                    consumer.scopes,
                    companies=consumer.companies,
                    channel=consumer.channel,
                    partner=consumer.partner,
                )
    finally:
        await store.close()
    return in_force


async def open_installation(database: str, network: Network, *, connections: int = 6) -> Installation:
    """Connect to a prepared database. Raises `VersionsNotCarried`, as `prepare` does."""
    store = await Store.connect(database, max_size=connections)
    try:
        async with store.transaction() as tx:
            await must_carry_open_cases(tx, PROCESSES)
            network = await apply(tx, network)
    except VersionsNotCarried:
        await store.close()
        raise
    return Installation(store, network, connect_systems(network), await Masterdata.load(store))


async def must_answer(database: str) -> None:
    """Raises what the driver raises if nobody answers at this URL."""
    await (await Store.connect(database, max_size=1)).close()


async def may_start(database: str) -> None:
    """Raises `VersionsNotCarried` if this release must not work on this database."""
    store = await Store.connect(database, max_size=1)
    try:
        async with store.transaction(readonly=True) as tx:
            await must_carry_open_cases(tx, PROCESSES)
    finally:
        await store.close()


def engine_context(installation: Installation, *, batch_size: int = BATCH) -> EngineContext:
    """What a worker works with."""
    network = installation.network
    reads = NetworkReads(network, installation.masterdata)
    return EngineContext(
        store=installation.store,
        processes=PROCESSES,
        connectors=installation.connectors,
        reads=reads,
        references=reads,
        masterdata=installation.masterdata,
        network_version=network.version,
        stock_policies=network.stock_policies(),
        stocked=[(company, place.id) for place in network.locations.values() for company in place.companies],
        keepings=_keepings(network),
        polls=_polls(network),
        publications=_publications(network),
        held_by=lambda source, fact, company, of: (
            "" if fact in COMPARED_ONLY else network.held_by(source, STATED_BY_EVENT[fact], company, of)
        ),
        owns_stock=lambda system, company, location: network.may_state(
            system, "inventory_adjustment", company, location
        ),
        places=network.within,
        takes_adjustments=lambda system, company: network.sends(system, "inventory_adjustment", company),
        packs=lambda company, item: _whole_packs(installation.masterdata, company, item),
        limits=_limits(network, installation.connectors),
        chores=(lambda: idempotency.forget(installation.store),),
        batch_size=batch_size,
    )


def _whole_packs(masterdata: Masterdata, company: str, item: str) -> list[Decimal]:
    packs = masterdata.packs(company, item)
    return [Decimal(pack.contains_numerator) for pack in packs if pack.contains_denominator == 1]


def _polls(network: Network) -> list[Poll]:
    systems = [
        Poll(system.name, poll.kind, dt.timedelta(minutes=poll.every_minutes))
        for system in network.systems.values()
        if not system.paused
        for poll in system.polls
    ]
    partners = [
        Poll(partner.id, exchange.OUTBOX, dt.timedelta(minutes=partner.transport.poll_minutes))
        for partner in network.partners.values()
        if not partner.paused
    ]
    return systems + partners


def _publications(network: Network) -> list[Publication]:
    return [
        Publication(
            company,
            channel.id,
            channel.system,
            network.sales_policy(company, channel.id).locations,
            network.stock_policies(),
            network.companies[company].zone,
            functools.partial(
                calendars.next_close,
                network.calendars[network.companies[company].calendar],
                network.companies[company].zone,
            ),
        )
        for channel in network.channels.values()
        for company in channel.companies
        if channel.system and network.sends(channel.system, "availability", company)
    ]


def _keepings(network: Network) -> list[Keeping]:
    return [
        Keeping(
            company,
            tuple(place.id for place in network.locations.values() if company in place.companies),
            sources_of(network, company),
        )
        for company in network.companies
    ]


def _limits(network: Network, connectors: Mapping[str, Connector]) -> dict[str, SystemLimits]:
    limits = {name: system.limits for name, system in network.systems.items()}
    limits.update({name: partner.limits for name, partner in network.partners.items()})
    return {
        name: SystemLimits(
            limits[name].concurrency,
            connector.resend,
            limits[name].attempts,
            limits[name].breaker_failures,
            dt.timedelta(seconds=limits[name].breaker_seconds),
            limits[name].rate_per_second,
        )
        for name, connector in connectors.items()
    }


def calm_collector() -> None:
    """Keep what lives as long as the process away from the garbage collector, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def run_worker(database: str, network: Network) -> None:
    """One worker, until SIGTERM or SIGINT; it finishes what it has in hand."""
    logs.configure()
    installation = await open_installation(database, network)
    worker = Worker(engine_context(installation))
    calm_collector()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    try:
        await worker.run()
    finally:
        await installation.close()


async def run_api(database: str, network: Network, host: str, port: int) -> None:
    """The HTTP interface, until SIGTERM or SIGINT; calls under way are answered."""
    logs.configure()
    installation = await open_installation(database, network, connections=8)
    services = Services.on(installation.store, installation.network, installation.connectors, installation.masterdata)
    calm_collector()
    server = Server(create(services), address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    finally:
        await installation.close()
