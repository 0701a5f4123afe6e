"""What all simulated systems share, and what a system is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from crossdock.sandbox.books import Body, Book, Journal
from crossdock.sandbox.chance import Chance
from crossdock.sandbox.clock import Calendar, Clock
from crossdock.sandbox.faults import Faults
from crossdock.sandbox.intake import Intake
from crossdock.sandbox.plan import Plan
from crossdock.sandbox.schedule import Action, Schedule
from crossdock.sandbox.settings import Settings
from crossdock.sandbox.situations import Situations
from crossdock.sandbox.webhooks import Caller, Webhooks


class Secrets(msgspec.Struct, frozen=True):
    """Out of the environment."""

    token: str
    webhook: str
    sftp_password: str
    shop_api_key: str

    def __repr__(self) -> str:
        return "Secrets(***)"


class Parcel(msgspec.Struct, frozen=True):
    """Goods of one order line as they really lie on the truck."""

    order: str
    order_line: str
    item: str
    quantity: Decimal


class Truck(msgspec.Struct, frozen=True):
    """What a supplier really sent under one ship notice."""

    supplier: str
    entity: str
    notice: str
    arrives_at: dt.datetime
    parcels: tuple[Parcel, ...]


Dock = Callable[[Truck], None]
Courier = Callable[[str, str, str], str]
"""Takes a parcel (shipper, from where, to which country); its tracking number."""


@dataclass
class Stage:
    """The surroundings of the systems of one process."""

    settings: Settings
    plan: Plan
    clock: Clock
    schedule: Schedule
    chance: Chance
    faults: Faults
    journal: Journal
    caller: Caller
    secrets: Secrets
    running: frozenset[str]
    """Names of the systems in this process."""
    situations: Situations
    docks: dict[str, Dock] = field(default_factory=dict)
    """Site -> what takes its trucks; goods travel here, never through Crossdock."""
    couriers: dict[str, Courier] = field(default_factory=dict)
    """Carrier -> what takes parcels of others than us."""
    played: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What of the days was played so far: orders, returns, adjustments."""

    @property
    def calendar(self) -> Calendar:
        """When people work."""
        return self.settings.calendar

    @property
    def suppliers_run_here(self) -> bool:
        """Do trucks come at all?"""
        return any(name in self.running for name in self.settings.suppliers)


class System:
    """One simulated system: a book, maybe an HTTP side, and things it does by itself."""

    def __init__(self, name: str, stage: Stage) -> None:
        self.name = name
        self.stage = stage
        self.book: Book = stage.journal.book(name)

    def intake(self) -> Intake | None:
        """Its HTTP side, if it has one."""
        return None

    def play(self) -> None:
        """Business time begins to run: plan what this system does by itself."""

    def satisfied(self, now: dt.datetime) -> bool:
        """Does it need nothing any more? Asked when nothing is planned."""
        return True

    def status(self) -> Body:
        """What it has to show."""
        return dict(self.book.counts)

    def plan(self, when: dt.datetime, what: str, action: Action, *, background: bool = False) -> None:
        """Do something later; `what` names it within this system."""
        self.stage.schedule.at(when, f"{self.name}/{what}", action, background=background)

    def new_intake(self) -> Intake:
        """An HTTP side with this system's token and book."""
        stage = self.stage
        return Intake(self.name, stage.secrets.token, self.book, stage.journal, stage.clock, stage.faults)

    def new_webhooks(self) -> Webhooks:
        """This system's way to tell Crossdock."""
        return Webhooks(self.name, self.stage.caller, self.book, self.stage.secrets.webhook)
