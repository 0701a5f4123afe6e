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
Cell = tuple[int, int]
"""Position of a segment, and element."""


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


NOWHERE = Place()


def place_of(item: TransactionSet | Message) -> Place:
    """The address of an order's ship-to; `NOWHERE` of any other document, or where it says none."""
    if isinstance(item, Message):
        return _of_message(item) if item.type == "ORDERS" else NOWHERE
    return _of_set(item) if item.type == "850" else NOWHERE


def _of_set(ts: TransactionSet) -> Place:
    lines: list[str] = []
    rest, cells = ["", "", "", ""], set()
    here = False
    for position, row in enumerate(ts.rows, 1):
        if row[0] == "PO1" or (row[0] == "N1" and here):
            break
        if row[0] == "N1":
            here = len(row) > 1 and row[1].strip() == "ST"
        elif here and row[0] in ("N3", "N4"):
            said = {at: value.strip() for at, value in enumerate(row[1:5], 1) if value.strip()}
            cells |= {(position, at) for at in said}
            if row[0] == "N3":
                lines += said.values()
            else:
                rest = [said.get(at, "") for at in range(1, 5)]
    city, region, postal_code, country = rest
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
    said = {at: [each.strip() for each in value.split(mark)] for at, value in enumerate(row) if at > 4 and value}
    first = {at: parts[0] for at, parts in said.items()}
    city, region, postal_code, country = (first.get(at, "") for at in range(6, 10))
    lines = tuple(each for each in said.get(5, ()) if each)
    cells = frozenset((position, at) for at in said if at < 10)
    return Place(lines, city, region, postal_code, country, cells)


def x12_rows(place: Place) -> list[X12Segment]:
    """N3 and N4, behind the N1 of whom they are. A region or postal code that has no room there is left out."""
    lines = list(_fitting(place.lines, _X12_LINE, _X12_LINES))
    rows: list[X12Segment] = [("N3", *lines[at : at + 2]) for at in range(0, len(lines), 2)]
    region = place.region if len(place.region) == 2 else ""
    postal_code = place.postal_code if 3 <= len(place.postal_code) <= 15 else ""
    country = place.country if 2 <= len(place.country) <= 3 else ""
    city = Text(_plain(place.city)[:_X12_CITY].rstrip())
    return [*rows, ("N4", city, region, postal_code, country)] if city or region or postal_code or country else rows


def with_place(nad: EdifactSegment, place: Place) -> EdifactSegment:
    """A NAD with the address of whom it names."""
    if not place:
        return nad
    lines = tuple(_fitting(place.lines, _EDIFACT_LINE, _EDIFACT_LINES))
    city, *codes = Text(_plain(place.city)[:_EDIFACT_CITY].rstrip()), place.region, place.postal_code, place.country
    rest = (
        code if len(code) <= most else "" for code, most in zip(codes, (_REGION, _POSTAL_CODE, _COUNTRY), strict=True)
    )
    head = (*nad, *("" for _ in range(5 - len(nad))))
    return (*head, composite(*lines) if lines else "", city, *rest)


def _fitting(lines: tuple[str, ...], longest: int, most: int) -> Iterator[Text]:
    """The lines of an address in so many of so many letters; a longer one goes on in the next."""
    found = [part for line in lines for part in textwrap.wrap(_plain(line), longest)]
    yield from map(Text, found[:most])


def _plain(words: str) -> str:
    return "".join(each if each.isprintable() else " " for each in words)
