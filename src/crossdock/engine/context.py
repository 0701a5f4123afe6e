"""What the engine is given by the composition root. It knows no connector, only the port."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.engine.failures import InARow
from crossdock.masterdata import Masterdata
from crossdock.model.stock_policy import StockPolicies
from crossdock.ports.connector import Connector, References
from crossdock.processes._kit import Lifecycle, Reads
from crossdock.store import Store

# Positions of the log. Four of ten events only tell readers what cases did, so about a hundred are handled; with many
# more, callers who reserve beside wait longer for the stock rows that a batch holds (docs/figures.md).
BATCH = 160


@dataclass(frozen=True)
class Poll:
    """A kind of document that is fetched from a system, and how often in business time."""

    system: str
    kind: str
    every: dt.timedelta


@dataclass(frozen=True)
class Publication:
    """A channel that is told what may be promised: to which system, of which company, from which locations."""

    company_id: str
    channel: str
    system: str
    locations: tuple[str, ...]
    policies: StockPolicies = field(default_factory=StockPolicies)
    """Which pools are the channel's, what is never shown to it, and how soon it is told."""
    zone: str = "UTC"
    close: Callable[[dt.datetime], dt.datetime] = lambda now: now + dt.timedelta(days=1)
    """When the company's day closes next, after an instant."""


@dataclass(frozen=True)
class Keeping:
    """A company whose stock policies are applied: its locations, and which system tells of each of them."""

    company_id: str
    locations: tuple[str, ...]
    sources: Mapping[str, str]


@dataclass(frozen=True)
class SystemLimits:
    """What all workers together may ask of a system, and when to give up or pause."""

    concurrency: int = 8
    resend: str = "idempotent"
    attempts: int = 0
    """A delivery that failed so often is a dead letter; 0 tries for ever."""
    breaker_failures: int = 5
    breaker_longest: dt.timedelta = dt.timedelta(seconds=15)
    rate_per_second: Decimal = Decimal(0)
    """Attempts to deliver in a second of technical time; 0 is no limit."""


@dataclass
class EngineContext:
    """Everything a worker needs besides a database."""

    store: Store
    processes: Mapping[str, Lifecycle]  # type: ignore[type-arg]
    connectors: Mapping[str, Connector]
    reads: Reads
    references: References
    masterdata: Masterdata
    network_version: int = 0
    stock_policies: StockPolicies = field(default_factory=StockPolicies)
    """What is kept back, pools, and in which order those who wait are served."""
    keepings: Sequence[Keeping] = ()
    stocked: Sequence[tuple[str, str]] = ()
    """(company, location) where a company may have stock."""
    polls: Sequence[Poll] = ()
    publications: Sequence[Publication] = ()
    held_by: Callable[[str, str, str, str], str] = lambda source, fact, company, of: ""
    """The rule by which this source may not state a fact of this event type about this company, and warehouse or
    channel; empty if it may. What it may not is held for a person."""
    owns_stock: Callable[[str, str, str], bool] = lambda system, company, location: False
    """Is this system the one whose word on quantities at a location counts?"""
    places: Callable[[str], Sequence[str]] = lambda location: (location,)
    """A location and all that is part of it: its stock is the stock of all these."""
    takes_adjustments: Callable[[str, str], bool] = lambda system, company: False
    """Can this system be sent an adjustment of its stock of a company?"""
    packs: Callable[[str, str], Iterable[Decimal]] = lambda company, item: ()
    """How many base units the packs of an item hold."""
    limits: Mapping[str, SystemLimits] = field(default_factory=dict)
    chores: Sequence[Callable[[], Awaitable[object]]] = ()
    """What other rooms want done every minute by one worker: forgetting what need not be remembered."""
    in_a_row: InARow = field(default_factory=InARow)
    """Statements and promises that fail again and again of what passes by itself."""
    batch_size: int = BATCH
    """How far a batch reads."""
