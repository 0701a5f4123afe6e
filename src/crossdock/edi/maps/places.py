"""Where the goods of an order go, as its document says it.

It may be where a person lives. Objects are kept for ever, so that none has an address: it is read beside the object
(850: N3 and N4 of N1*ST; ORDERS: NAD+DP, else NAD+ST) and written into the next document, and stays nowhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import msgspec

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.writer import OutgoingSegment as EdifactSegment
from crossdock.edi.edifact.writer import composite
from crossdock.edi.kernel.writing import Text
from crossdock.edi.maps.edifact.rows import rows_of
from crossdock.edi.x12.envelope import TransactionSet
from crossdock.edi.x12.writer import OutgoingSegment as X12Segment

_SHIP_TO = ("DP", "ST")
_X12_LINES, _X12_LINE, _X12_CITY = 4, 55, 30
"""Two N3 of two elements (166) each; element 19."""
_EDIFACT_LINES, _EDIFACT_LINE, _EDIFACT_CITY = 3, 35, 35
"""C059, its 3042, and 3164."""
_REGION, _POSTAL_CODE, _COUNTRY = 9, 9, 3
"""3229, 3251, 3207."""
_NAME = 4
"""Component of C819 that names a region which has no code."""
Cell = tuple[int, int, int]
"""Position of a segment, element, component; 0 for all of an element."""


class Place(msgspec.Struct, frozen=True):
    """An address; `cells` are where it stood."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    cells: frozenset[Cell] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def words(self) -> str:
        """All of it, in the order of an envelope."""
        return " ".join(" ".join((*self.lines, self.city, self.region, self.postal_code, self.country)).split())

    def holds(self, position: int, element: int, component: int) -> bool:
        """Was this read from there?"""
        return (position, element, 0) in self.cells or (position, element, component or 1) in self.cells


NOWHERE = Place()


def place_of(item: TransactionSet | Message) -> Place:
    """The address of an order's ship-to; `NOWHERE` of any other document, or where it says none."""
    if isinstance(item, Message):
        return _of_message(item) if item.type == "ORDERS" else NOWHERE
    return _of_set(item) if item.type == "850" else NOWHERE


def _of_set(ts: TransactionSet) -> Place:
    lines: list[str] = []
    rest: list[str] = []
    cells: set[Cell] = set()
    here = False
    for position, row in enumerate(ts.rows, 1):
        if row[0] == "PO1" or (row[0] == "N1" and here):
            break
        if row[0] == "N1":
            here = len(row) > 1 and row[1].strip() == "ST"
        elif here and (row[0] == "N3" or (row[0] == "N4" and not rest)):
            said = {at: value.strip() for at, value in enumerate(row[1:5], 1) if value.strip()}
            cells |= {(position, at, 0) for at in said}
            if row[0] == "N3":
                lines += said.values()
            else:
                rest = [said.get(at, "") for at in range(1, 5)]
    city, region, postal_code, country = rest or [""] * 4
    return Place(tuple(lines), city, region, postal_code, country, frozenset(cells))


def _of_message(message: Message) -> Place:
    rows, mark = rows_of(message)
    found: dict[str, tuple[int, list[str]]] = {}
    for position, row in enumerate(rows, 1):
        if row[0] == "LIN":
            break
        if row[0] == "NAD" and len(row) > 1:
            found.setdefault(row[1], (position, row))
    position, row = next((found[role] for role in _SHIP_TO if role in found), (0, []))
    said = {
        (position, at, component): text.strip()
        for at, value in enumerate(row)
        for component, text in enumerate(value.split(mark), 1)
        if text.strip() and (at == 5 or (6 <= at <= 9 and component == 1) or (at == 7 and component == _NAME))
    }
    lines = tuple(text for (_, at, _), text in said.items() if at == 5)
    city, region, postal_code, country = (said.get((position, at, 1), "") for at in range(6, 10))
    named = said.pop((position, 7, _NAME), "")
    if named and not region:
        region = said[position, 7, _NAME] = named
    return Place(lines, city, region, postal_code, country, frozenset(said))


def x12_rows(place: Place) -> list[X12Segment]:
    """N3 and N4, behind the N1 of whom they are. A region or postal code that has no room there is left out."""
    lines = list(_fitting(place.lines, _X12_LINE, _X12_LINES))
    rows: list[X12Segment] = [("N3", *lines[at : at + 2]) for at in range(0, len(lines), 2)]
    region, postal_code = _code(place.region, 2, 2), _code(place.postal_code, 3, 15)
    country = _code(place.country, 2, 3)
    city = Text(_plain(place.city)[:_X12_CITY].rstrip())
    return [*rows, ("N4", city, region, postal_code, country)] if city or region or postal_code or country else rows


def with_place(nad: EdifactSegment, place: Place) -> EdifactSegment:
    """A NAD with the address of whom it names."""
    if not place:
        return nad
    lines = tuple(_fitting(place.lines, _EDIFACT_LINE, _EDIFACT_LINES))
    city = Text(_plain(place.city)[:_EDIFACT_CITY].rstrip())
    region, postal_code = _code(place.region, 1, _REGION), _code(place.postal_code, 1, _POSTAL_CODE)
    head = (*nad, *("" for _ in range(5 - len(nad))))
    return (*head, composite(*lines) if lines else "", city, region, postal_code, _code(place.country, 1, _COUNTRY))


def _code(said: str, shortest: int, longest: int) -> str:
    """A code where it has room; empty where it has none."""
    return said if shortest <= len(said) <= longest and said.isprintable() else ""


def _fitting(lines: tuple[str, ...], longest: int, most: int) -> Iterator[Text]:
    """The lines of an address in so many of so many letters; a longer one goes on in the next."""
    found = [part for line in lines for part in textwrap.wrap(_plain(line), longest)]
    yield from map(Text, found[:most])


def _plain(words: str) -> str:
    return "".join(each if each.isprintable() else " " for each in words)
