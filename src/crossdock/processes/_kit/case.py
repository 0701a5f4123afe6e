"""A case as its handlers see it: lines with states, a header derived from them, and what it may read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

import msgspec

from crossdock.model.masterdata import Customer, Item, SalesPolicy, SupplierTerms
from crossdock.model.stock_policy import StockPolicies
from crossdock.processes._kit.states import IllegalMove, StateTable


class Reads(Protocol):
    """What handlers may read: master data and terms of one network version, in memory. Nothing here does I/O."""

    def item(self, company_id: str, item: str) -> Item | None:
        """The item, or None if we do not know it."""
        ...

    def components(self, company_id: str, item: str, on: dt.date) -> tuple[tuple[str, Decimal], ...]:
        """What one of an item directly consists of on a day; empty for what is no kit. Raises `ValueError` for a kit
        that consists of itself."""
        ...

    def in_kits(self, company_id: str, item: str) -> bool:
        """Is it, or was it ever, a component of a kit?"""
        ...

    def in_packs(self, company_id: str, item: str) -> bool:
        """Did anybody ever state a pack of it? Then it may have been ordered in packs."""
        ...

    def customer(self, company_id: str, customer: str) -> Customer | None:
        """The customer, or None if we do not know it."""
        ...

    def supplier_terms(self, company_id: str, supplier: str) -> SupplierTerms | None:
        """The agreed terms, or None for a firm we have no agreement with."""
        ...

    def sales_policy(self, company_id: str, channel: str) -> SalesPolicy:
        """How orders of this channel are judged and filled."""
        ...

    def stock_policies(self) -> StockPolicies:
        """How stock may be promised, and from where orders are filled."""
        ...

    def system(self, company_id: str, role: str, of: str = "") -> str:
        """The system in a role: `erp`; `wms` of a warehouse; `carrier`; `channel` of a channel; empty if none."""
        ...

    def within(self, of: str, at: dt.datetime, hours: int) -> dt.timedelta:
        """How long (business time) from an instant on until so many hours have passed at a partner, location or
        company, days that are not worked there left out; the plain hours where we know no calendar."""
        ...

    def working_day(self, of: str, day: dt.date, days: int) -> dt.date:
        """The day that is so many working days of a partner, location or company after another."""
        ...

    def close_of(self, of: str, day: dt.date) -> dt.datetime:
        """Until when what is due at a partner, location or company on a day is on time."""
        ...

    def date_at(self, of: str, at: dt.datetime) -> dt.date:
        """The date that an instant has at a partner, location or company."""
        ...

    def sends(self, receiver: str, document: str, company_id: str) -> bool:
        """Does the network send this kind of document of this company to this system or partner?"""
        ...

    def consignee(self, location: str) -> str:
        """The customer at whose place a location is, where our goods lie on consignment; empty for places of our
        own."""
        ...

    def partner_of(self, channel: str) -> str:
        """The trading partner behind an EDI channel; empty for channels that are systems."""
        ...


class Line(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The part every process's lines share; each adds its own buckets (ordered, received, ...)."""

    state: str = ""


class CaseData(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a process stores of a case. `lines` by our line id; `state` is the header's, derived."""

    state: str = ""
    early: list[tuple[str, str]] = []
    """Events that came before the case began: (type, body as JSON), handled in order once it does."""
    missed_start: bool = False
    """A person was told that they wait."""


Data = TypeVar("Data", bound=CaseData)


class Case(Generic[Data]):
    """One running process, given to a handler together with an event.

    `at` is when the event happened, in business time; handlers have no other clock.
    """

    __slots__ = ("at", "company_id", "data", "id", "key", "moves", "reads", "source", "table")

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - a case is known by its id
        company_id: str,
        data: Data,
        table: StateTable,
        reads: Reads,
        at: dt.datetime,
        source: str = "",
    ) -> None:
        self.id = id
        self.key = id.rsplit("/", 1)[-1]
        self.company_id = company_id
        self.data = data
        self.table = table
        self.reads = reads
        self.at = at
        self.source = source
        self.moves: list[tuple[str, str, str]] = []

    def move(self, line_id: str, line: Line, to: str) -> bool:
        """Move a line along the state table; False if it stands there already. Raises `IllegalMove`."""
        if line.state == to:
            return False
        if not self.table.allows(line.state, to):
            raise IllegalMove(self.id, line_id, line.state, to)
        self.moves.append((line_id, line.state, to))
        line.state = to
        return True

    def on(self) -> dt.date:
        """The date, where our company is, of the event at hand."""
        return self.reads.date_at(self.company_id, self.at)
