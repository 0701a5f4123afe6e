"""Scenarios of business processes: given what happened, when this happens, then these effects.

    case(LIFECYCLE).given(placed(), delivered()).when(acknowledged("10", "8")).then(
        opens="acknowledgement_outside_tolerance", sends=(), line_state={"10": "disputed"}
    )

Pure: no database, no clock. After every event the case is written to JSON and read back, as the engine does, so that a
scenario also shows that its data survive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from crossdock.model.masterdata import Customer, Item, SalesPolicy, SupplierTerms
from crossdock.model.stock_policy import StockPolicies
from crossdock.processes._kit import (
    Case,
    CloseExceptionCase,
    Deadline,
    Effect,
    Emit,
    Expect,
    Lifecycle,
    Met,
    OpenExceptionCase,
    Send,
    describe,
)

MORNING = dt.datetime(2010, 12, 1, 9, 0, tzinfo=dt.UTC)
COMPANY = "albion_uk"

# Documents that most networks send to nobody: a scenario that is about them says so.
_SELDOM = frozenset({"goods_movement"})
Found = TypeVar("Found", bound=msgspec.Struct)
Names = str | Iterable[str]


class StaticReads:
    """`Reads` from plain values: what the handlers of a scenario may know."""

    def __init__(
        self,
        *,
        items: Iterable[Item] = (),
        customers: Iterable[Customer] = (),
        suppliers: Mapping[str, SupplierTerms] | None = None,
        policies: Mapping[str, SalesPolicy] | None = None,
        systems: Mapping[tuple[str, str], str] | None = None,
        partners: Mapping[str, str] | None = None,
        silent: Iterable[tuple[str, str]] = (),
        sends: Iterable[str] = (),
        stock: StockPolicies | None = None,
        kits: Mapping[str, Mapping[str, Decimal]] | None = None,
        packed: Iterable[str] = (),
        consignees: Mapping[str, str] | None = None,
    ) -> None:
        """`systems` maps (role, of) to a system's name, `partners` a channel to its trading partner; `silent` are
        (receiver, document) pairs that the network does not send, `sends` documents that it
        sends although most do not; `kits` maps an item to so many of each component; what is
        `packed` may be ordered in packs; `consignees` maps a location to the customer at whose place it is."""
        self._items = {(item.company_id, item.id): item for item in items}
        self._customers = {(customer.company_id, customer.id): customer for customer in customers}
        self._suppliers = dict(suppliers or {})
        self._policies = dict(policies or {})
        self._systems = dict(systems or {})
        self._partners = dict(partners or {})
        self._silent = set(silent)
        self._seldom = _SELDOM - set(sends)
        self._stock = stock or StockPolicies()
        self._packed = frozenset(packed)
        self._consignees = dict(consignees or {})
        self._kits = {kit: tuple(sorted(parts.items())) for kit, parts in (kits or {}).items()}

    def item(self, company_id: str, item: str) -> Item | None:
        """The item, or None if we do not know it."""
        return self._items.get((company_id, item))

    def components(self, company_id: str, item: str, on: dt.date) -> tuple[tuple[str, Decimal], ...]:
        """What one of an item directly consists of, on any day; empty for what is no kit."""
        return self._kits.get(item, ())

    def in_kits(self, company_id: str, item: str) -> bool:
        """Is it a component of a kit?"""
        return any(item == part for parts in self._kits.values() for part, _ in parts)

    def in_packs(self, company_id: str, item: str) -> bool:
        """Is it packed?"""
        return item in self._packed

    def customer(self, company_id: str, customer: str) -> Customer | None:
        """The customer, or None if we do not know it."""
        return self._customers.get((company_id, customer))

    def supplier_terms(self, company_id: str, supplier: str) -> SupplierTerms | None:
        """The agreed terms, or None for a firm we have no agreement with."""
        return self._suppliers.get(supplier)

    def sales_policy(self, company_id: str, channel: str) -> SalesPolicy:
        """How orders of this channel are judged and filled."""
        return self._policies.get(channel, SalesPolicy())

    def stock_policies(self) -> StockPolicies:
        """How stock may be promised, and from where orders are filled."""
        return self._stock

    def system(self, company_id: str, role: str, of: str = "") -> str:
        """The system in a role; empty if there is none."""
        return self._systems.get((role, of), "")

    def within(self, of: str, at: dt.datetime, hours: int) -> dt.timedelta:
        """So many hours: every day is worked."""
        return dt.timedelta(hours=hours)

    def working_day(self, of: str, day: dt.date, days: int) -> dt.date:
        """So many days later: every day is worked."""
        return day + dt.timedelta(days=days)

    def close_of(self, of: str, day: dt.date) -> dt.datetime:
        """The end of that day, in UTC."""
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)

    def date_at(self, of: str, at: dt.datetime) -> dt.date:
        """The date in UTC."""
        return at.date()

    def sends(self, receiver: str, document: str, company_id: str) -> bool:
        """Does the network send this kind of document to this system or partner? Here all companies do the same."""
        return document not in self._seldom and (receiver, document) not in self._silent

    def consignee(self, location: str) -> str:
        """The customer at whose place a location is; empty for places of our own."""
        return self._consignees.get(location, "")

    def partner_of(self, channel: str) -> str:
        """The trading partner behind an EDI channel; empty for channels that are systems."""
        return self._partners.get(channel, "")


class Scenario:
    """One case and what its last `when` asked for."""

    def __init__(self, lifecycle: Lifecycle[Any], reads: StaticReads, subject: str, at: dt.datetime) -> None:
        self.lifecycle, self.reads, self.subject, self.at = lifecycle, reads, subject, at
        self.company_id = subject.split("/")[1]
        self.data: Any = lifecycle.data()
        self.effects: list[Effect] = []
        self.moves: list[tuple[str, str, str]] = []

    def given(self, *events: msgspec.Struct) -> Scenario:
        """What happened before; its effects are not looked at."""
        self.when(*events)
        self.effects, self.moves = [], []
        return self

    def after(self, **time: float) -> Scenario:
        """Let business time pass: `after(hours=3)`."""
        self.at += dt.timedelta(**time)
        return self

    def when(self, *events: msgspec.Struct) -> Scenario:
        """Handle events, one after the other; `then` sees the effects of all of them."""
        self.effects, self.moves = [], []
        for event in events:
            case: Case[Any] = Case(
                id=self.subject,
                company_id=self.company_id,
                data=self.data,
                table=self.lifecycle.table,
                reads=self.reads,
                at=self.at,
            )
            self.effects += self.lifecycle.handle(case, event)
            self.moves += case.moves
            self.data = self.lifecycle.decoder.decode(msgspec.json.encode(case.data, order="deterministic"))
        return self

    def then(
        self,
        *,
        opens: Names | None = None,
        closes: Names | None = None,
        sends: Names | None = None,
        emits: Names | None = None,
        expects: Names | None = None,
        met: Names | None = None,
        deadlines: Names | None = None,
        state: str | None = None,
        line_state: str | Mapping[str, str] | None = None,
        nothing: bool = False,
        finished: bool | None = None,
    ) -> Scenario:
        """Compare what was asked for. A name not given is not looked at; `()` means none of this kind.

        Names are exception codes, documents, event types and names of expectations, each at least once. `line_state`
        is the state of every line, or of those named. `nothing` says that there was no effect at all.
        """
        if nothing:
            assert not self.effects, f"there should be no effects, but: {self.told()}"
        self._compare("opens", opens, OpenExceptionCase, lambda effect: effect.code)
        self._compare("closes", closes, CloseExceptionCase, lambda effect: effect.code)
        self._compare("sends", sends, Send, lambda effect: effect.document)
        self._compare("emits", emits, Emit, lambda effect: type(effect.body).__name__)
        self._compare("expects", expects, Expect, lambda effect: effect.name)
        self._compare("met", met, Met, lambda effect: effect.name)
        self._compare("deadlines", deadlines, Deadline, lambda effect: effect.name)
        if state is not None:
            assert self.data.state == state, f"the case is {self.data.state}, not {state}"
        if line_state is not None:
            self._compare_lines(line_state)
        if finished is not None:
            assert self.lifecycle.finished(self.data) is finished, f"finished should be {finished} ({self.data.state})"
        return self

    def _compare(self, what: str, names: Names | None, kind: type[Any], name: Callable[[Any], str]) -> None:
        if names is None:
            return
        wanted = {names} if isinstance(names, str) else set(names)
        found = {name(effect) for effect in self.effects if isinstance(effect, kind)}
        assert found == wanted, f"{what} {sorted(found)}, not {sorted(wanted)}; all effects: {self.told()}"

    def _compare_lines(self, states: str | Mapping[str, str]) -> None:
        found = {line_id: line.state for line_id, line in self.data.lines.items()}
        wanted = dict.fromkeys(found, states) if isinstance(states, str) else dict(states)
        assert {line_id: found.get(line_id) for line_id in wanted} == wanted, f"the lines are {found}, not {wanted}"

    def told(self) -> list[str]:
        """The effects in words, as the history of a case shows them."""
        return [describe(effect) for effect in self.effects]

    def all(self, kind: type[Found]) -> list[Found]:
        """The effects of one kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def one(self, kind: type[Found]) -> Found:
        """The only effect of its kind."""
        found = self.all(kind)
        assert len(found) == 1, f"one {kind.__name__} was wanted; effects: {self.told()}"
        return found[0]

    def sent(self, document: str) -> Any:
        """The body of the only document of this kind that was sent."""
        found = [effect.body for effect in self.all(Send) if effect.document == document]
        assert len(found) == 1, f"one {document} was wanted; effects: {self.told()}"
        return found[0]

    def line(self, line_id: str) -> Any:
        """A line of the case, with its buckets."""
        return self.data.lines[line_id]


def case(
    lifecycle: Lifecycle[Any],
    subject: str = "",
    *,
    reads: StaticReads | None = None,
    at: dt.datetime = MORNING,
) -> Scenario:
    """A case of this process that has seen nothing yet. Its `subject` is its id: `purchase_order/albion_uk/4500001`."""
    return Scenario(lifecycle, reads or StaticReads(), subject or f"{lifecycle.name}/{COMPANY}/1", at)
