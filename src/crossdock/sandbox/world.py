"""Puts the simulated systems together, opens their ports, and closes them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from crossdock.sandbox.books import Body, Journal
from crossdock.sandbox.carrier import Carrier
from crossdock.sandbox.chance import Chance
from crossdock.sandbox.clock import Clock, iso
from crossdock.sandbox.dataset import ChannelRule, load
from crossdock.sandbox.erp import Erp
from crossdock.sandbox.faults import Faults
from crossdock.sandbox.http import HttpServer
from crossdock.sandbox.mailbox import Mailbox
from crossdock.sandbox.marketplace import Marketplace
from crossdock.sandbox.partner import Partner
from crossdock.sandbox.plan import Plan, make_plan
from crossdock.sandbox.retailer import Retailer
from crossdock.sandbox.schedule import Schedule
from crossdock.sandbox.settings import Settings, load_settings
from crossdock.sandbox.sftp import SftpServer
from crossdock.sandbox.shop import Shop
from crossdock.sandbox.situations import Situations
from crossdock.sandbox.stage import Secrets, Stage, System
from crossdock.sandbox.supplier import Supplier
from crossdock.sandbox.webhooks import Caller
from crossdock.sandbox.wms import Wms

_MAIL_EVERY_SECONDS = 0.2
HOST = "127.0.0.1"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a sandbox is run."""

    config: Path
    data: Path
    books: Path
    state: Path
    crossdock: str
    secrets: Secrets
    orders: int | None = None
    seed: int = 7
    ports: dict[str, int] = {}
    only: tuple[str, ...] = ()


class World:
    """All simulated systems of one process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        settings = load_settings(options.config)
        names = options.only or settings.systems
        if unknown := sorted(set(names) - set(settings.systems)):
            raise ValueError(f"no such system: {', '.join(unknown)}")
        self.stage = _stage(options, settings, frozenset(names))
        self.mailboxes = {name: Mailbox(options.state / "sftp" / name) for name in settings.partners if name in names}
        self.systems = {name: self._build(name, settings) for name in settings.systems if name in names}
        self.ports: dict[str, int] = {}
        self._servers: list[HttpServer] = []
        self._sftp: SftpServer | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def _build(self, name: str, settings: Settings) -> System:
        stage = self.stage
        if name in settings.erp:
            return Erp(name, stage, settings.erp[name])
        if name in settings.warehouses:
            return Wms(name, stage, settings.warehouses[name])
        if name in settings.carriers:
            return Carrier(name, stage, settings.carriers[name])
        if name in settings.shops:
            return Shop(name, stage)
        if name in settings.marketplaces:
            return Marketplace(name, stage)
        if name in settings.suppliers:
            return Supplier(name, stage, settings.suppliers[name], self.mailboxes[name])
        return Retailer(name, stage, settings.retailers[name], self.mailboxes[name])

    @property
    def host_key(self) -> str:
        """Public key of the SFTP server, empty where none runs."""
        return self._sftp.host_key if self._sftp else ""

    async def open(self) -> None:
        """Open all ports and begin to work; business time stands still until `start`."""
        wanted, stage = self._options.ports, self.stage
        for name, system in self.systems.items():
            intake = system.intake()
            if intake is not None:
                server = HttpServer(intake, HOST, wanted.get(name, 0))
                self.ports[name] = await server.start()
                self._servers.append(server)
        if self.mailboxes:
            key_file = self._options.state / "sftp_host_key"
            password = stage.secrets.sftp_password
            self._sftp = SftpServer(self.mailboxes, password, key_file, stage.clock, stage.faults)
            self.ports["sftp"] = await self._sftp.start(HOST, wanted.get("sftp", 0))
        self._tasks = [asyncio.create_task(stage.schedule.run()), asyncio.create_task(self._sort_mail())]

    def start(self, origin_technical: dt.datetime, origin_business: dt.datetime, rate: float) -> None:
        """Let business time run, and everybody begin."""
        self.stage.clock.start(origin_technical, origin_business, rate)
        for system in self.systems.values():
            system.play()
        self.stage.schedule.wake()

    async def close(self) -> None:
        """Close everything; may be called twice."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self._servers:
            await server.stop()
        if self._sftp is not None:
            await self._sftp.stop()
        await self.stage.caller.close()
        await self.stage.journal.close()

    async def _sort_mail(self) -> None:
        """Partners look into their inboxes again and again. What was booked without anybody waiting is stored here."""
        while True:
            await self.stage.journal.durable()
            for name, mailbox in self.mailboxes.items():
                partner = self.systems[name]
                assert isinstance(partner, Partner)
                for file in mailbox.waiting():
                    partner.open_mail(file, mailbox.read(file))
                    await self.stage.journal.durable()
                    mailbox.finish(file)
            await asyncio.sleep(_MAIL_EVERY_SECONDS)

    @property
    def pending(self) -> int:
        """Planned actions, unanswered calls and unopened mail."""
        return self.stage.schedule.pending + self.stage.caller.pending + self._mail()

    def _mail(self) -> int:
        return sum(len(mailbox.waiting()) for mailbox in self.mailboxes.values())

    def _waiting(self, now: dt.datetime) -> Body:
        """What keeps the play from being done, and when the last planned action is due."""
        last = self.stage.schedule.last_at()
        return {
            "actions": self.stage.schedule.pending,
            "until": iso(last) if last else "",
            "calls": self.stage.caller.pending,
            "mail": self._mail(),
            "unsatisfied": [name for name, system in self.systems.items() if not system.satisfied(now)],
        }

    def status(self) -> Body:
        """How far the play is."""
        stage, pending = self.stage, self.pending
        now = stage.clock.now()
        total = sum(order.channel in self.systems for order in stage.plan.orders)
        waiting = self._waiting(now)
        return {
            "started": stage.clock.started,
            "at": iso(now),
            "pending": pending,
            "waiting": waiting,
            "orders_placed": stage.played["orders"],
            "orders_total": total,
            "played": dict(stage.played),
            "done": stage.clock.started and not pending and not waiting["unsatisfied"],
            "situations": stage.situations.summary(),
            "faults": dict(stage.faults.injected),
            "calls": dict(stage.caller.counts),
            "failures": stage.schedule.failures[-10:],
            "dataset": stage.plan.report,
            "systems": {name: system.status() for name, system in self.systems.items()},
        }


def _stage(options: Options, settings: Settings, names: frozenset[str]) -> Stage:
    chance = Chance(options.seed)
    plan = _plan(options, settings, chance)
    clock = Clock(plan.begins_at)
    journal = Journal(options.books, lambda: iso(clock.now()))
    faults = Faults(chance)
    return Stage(
        settings=settings,
        plan=plan,
        clock=clock,
        schedule=Schedule(clock),
        chance=chance,
        faults=faults,
        journal=journal,
        caller=Caller(options.crossdock, journal, clock, faults, chance),
        secrets=options.secrets,
        running=names,
        situations=Situations(),
    )


def _plan(options: Options, settings: Settings, chance: Chance) -> Plan:
    retailers = {retailer.customer: name for name, retailer in settings.retailers.items()}
    polled = next(iter(settings.marketplaces))
    channels = ChannelRule(retailers, polled=polled, direct=next(iter(settings.shops)))
    return make_plan(load(options.data, channels), settings, chance, options.orders)


@contextlib.asynccontextmanager
async def running(options: Options) -> AsyncIterator[World]:
    """A world with open ports, closed at the end."""
    world = World(options)
    try:
        await world.open()
        yield world
    finally:
        await world.close()
