"""A document being read by its definition: its rows in one form for both dialects, marks of what was taken, faults."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guides import segment_rules
from crossdock.edi.guides.check import elements, small_tag
from crossdock.edi.kernel.faults import Fault, Severity
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.declared.definition import Address
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.edifact.informative import informative
from crossdock.edi.maps.edifact.reading import Reading as EdifactReading
from crossdock.edi.maps.x12.reading import Reading as X12Reading
from crossdock.edi.x12.envelope import TransactionSet, as_date

Row = list[str]


class Source(ABC):
    """What reading by a definition needs of a dialect. A row's position is its index plus one."""

    def __init__(self, reading: X12Reading | EdifactReading) -> None:
        self.context: MapContext = reading.context
        self.faults: list[Fault] = reading.faults
        self.rows: list[Row] = reading.rows
        self.taken: Counter[tuple[int, int, int]] = Counter()
        """Position, element, component of what went into the object, and into how many of its fields."""
        self.trail: list[tuple[int, int, int]] = []
        """The same in the order of taking, with what was given back."""
        self.idle: dict[tuple[int, int], str] = {}
        """Position and element of what need not be kept, and why."""
        self.aside: frozenset[int] = frozenset()
        """Positions of segments that say nothing of the object."""
        self._reading = reading

    @property
    def currency(self) -> str:
        """What prices and amounts are in, as far as it was read."""
        return self._reading.currency

    @currency.setter
    def currency(self, currency: str) -> None:
        self._reading.currency = currency

    def take(self, position: int, element: int, component: int = 0) -> None:
        """Note that a value went into the object."""
        self.taken[position, element, component] += 1
        self.trail.append((position, element, component))

    def untake(self, cells: Iterable[tuple[int, int, int]]) -> None:
        """Note that values did not go into a field after all."""
        for cell in cells:  # a subtraction of counters would look at all that was taken
            if self.taken[cell] > 1:
                self.taken[cell] -= 1
            else:
                del self.taken[cell]

    def untake_code(self, cells: Iterable[tuple[int, int, int]]) -> None:
        """Note that the codes of segments are of no use, of which nothing went into a field after all."""
        for position in {position for position, _, _ in cells}:
            parts = self.parts(self.rows[position - 1])
            if not any((position, element, part) in self.taken for element, part, _ in parts if element > 1):
                del self.taken[position, 1, 0]

    def fault(self, code: str, position: int, at: Address, detail: str = "", severity: Severity | None = None) -> None:
        """Note a fault, once at its place."""
        if not any(each.code == code and each.position == position and each.element == at[0] for each in self.faults):
            self.note(code, position, at, detail, severity)

    def told(self, position: int, at: Address, severity: Severity) -> bool:
        """Is it told already, as gravely, that an element cannot be read?"""
        at_place = (each for each in self.faults if at[0] and (each.position, each.element) == (position, at[0]))
        return any(severity == "warning" or each.severity == "error" for each in at_place)

    @abstractmethod
    def note(self, code: str, position: int, at: Address, detail: str, severity: Severity | None) -> None:
        """Note a fault."""

    @abstractmethod
    def tag(self, row: Row) -> str:
        """The segment's tag."""

    @abstractmethod
    def value(self, row: Row, at: Address) -> str:
        """An element or component, without blanks around it."""

    @abstractmethod
    def parts(self, row: Row) -> Iterator[tuple[int, int, str]]:
        """Element, component and value of all that holds anything; component 0 where the element has but one."""

    @abstractmethod
    def sent_on(self) -> str:
        """When the document was sent, as its envelope says: six or eight digits."""

    @abstractmethod
    def control_number(self) -> str:
        """Of the interchange and the set or message."""

    def sent_at(self) -> dt.datetime:
        """The midnight, in UTC, of the day on which it was sent; that nobody says when is a fault."""
        found = as_date(self.sent_on())
        if found is None:
            self.fault("element_missing", 1, (0, 0), "neither the document nor its envelope says of which day it is")
        return dt.datetime.combine(found or dt.date(1970, 1, 1), dt.time(), dt.UTC)


class X12Source(Source):
    """A transaction set."""

    def __init__(self, ts: TransactionSet, context: MapContext, faults: list[Fault]) -> None:
        self.reading = X12Reading(ts, context, faults)
        super().__init__(self.reading)
        self._component = ts.interchange.delimiters.component
        self.levels: dict[str, Scope] = {}
        """Number of a level (HL01) -> what was read of it."""
        self._items: dict[tuple[int, tuple[str, ...]], tuple[str, str, str]] = {}

    def items(self, pairs: tuple[str, ...], position: int) -> tuple[str, str, str]:
        """Our item, the partner's number of it, its GTIN; several lines may share the segment that names them."""
        found = self._items.get((position, pairs))
        if found is None:
            found = self._items[position, pairs] = self.reading.items(list(pairs), position)
        return found

    def check_elements(self) -> None:
        """Hold every segment that is described against its description."""
        rules = segment_rules()
        for position, row in enumerate(self.rows, 1):
            rule = rules.get(row[0])
            if rule is None and row[0].islower():
                self.faults.append(small_tag(self.reading.ts, row[0], position))
            if len(row) == 1:
                self.fault("segment_empty", position, (0, 0))
            elif rule is not None:
                self.faults.extend(elements(self.reading.ts, rule, row, position))

    def note(self, code: str, position: int, at: Address, detail: str, severity: Severity | None) -> None:
        """Note a fault."""
        self.reading.fault(code, position, at[0], detail, severity)

    def tag(self, row: Row) -> str:
        """The segment's tag."""
        return row[0]

    def value(self, row: Row, at: Address) -> str:
        """An element, or a component of it."""
        element, component = at
        if element >= len(row):
            return ""
        if not component:
            return row[element].strip()
        found = row[element].split(self._component) if self._component else [row[element]]
        return found[component - 1].strip() if component <= len(found) else ""

    def parts(self, row: Row) -> Iterator[tuple[int, int, str]]:
        """What holds anything."""
        for element, value in enumerate(row[1:], 1):
            parts = value.split(self._component) if self._component else [value]
            for component, part in enumerate(parts, 1):
                if part.strip():
                    yield element, component if len(parts) > 1 else 0, part.strip()

    def sent_on(self) -> str:
        """The date of the group, or of the interchange."""
        ts = self.reading.ts
        return ts.group.date if as_date(ts.group.date) else ts.interchange.date

    def control_number(self) -> str:
        """ISA13 and ST02."""
        ts = self.reading.ts
        return f"{ts.interchange.control_number}-{ts.control_number}"


class EdifactSource(Source):
    """A message."""

    def __init__(self, message: Message, context: MapContext, faults: list[Fault]) -> None:
        self.reading = EdifactReading(message, context, faults)
        super().__init__(self.reading)
        if message.type == "INVOIC":
            self.aside = informative(self.reading)

    def note(self, code: str, position: int, at: Address, detail: str, severity: Severity | None) -> None:
        """Note a fault."""
        self.reading.fault(code, position, at[0], at[1], detail, severity)

    def tag(self, row: Row) -> str:
        """The segment's tag, without an explicit nesting indicator."""
        return row[0].split(self.reading.message.interchange.delimiters.component, 1)[0]

    def value(self, row: Row, at: Address) -> str:
        """A component; of a whole element the first, which tells what it is about."""
        element, component = at
        return self.reading.part(row, element, component or 1)

    def parts(self, row: Row) -> Iterator[tuple[int, int, str]]:
        """What holds anything."""
        for element in range(1, len(row)):
            for component, value in enumerate(self.reading.parts(row, element), 1):
                if value:
                    yield element, component, value

    def sent_on(self) -> str:
        """The date of the interchange."""
        return self.reading.message.interchange.date

    def control_number(self) -> str:
        """UNB 0020 and UNH 0062."""
        message = self.reading.message
        return f"{message.interchange.control_number}-{message.control_number}"
