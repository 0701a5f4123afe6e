"""A document as it is being made up: segments with the nodes that they follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from crossdock.edi import edifact, x12
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.overlay import Cells, get, put, stands
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Node
from crossdock.edi.guides import guides
from crossdock.edi.kernel.writing import COMPONENT
from crossdock.edi.x12.envelope import TransactionSet

US = "CROSSDOCK"
DAY = dt.date(2026, 3, 2)
_FUNCTIONAL_IDS = {
    "180": "AN", "204": "SM", "210": "IM", "214": "QM", "753": "RF", "754": "RG", "812": "CD", "816": "OR",
    "820": "RA", "824": "AG", "830": "PS", "832": "SC", "852": "PD", "861": "RC", "862": "SS", "864": "TX",
    "865": "CA", "867": "PT", "869": "RS", "870": "RS", "875": "OG", "880": "GP", "940": "OW", "943": "AR",
    "944": "RE", "945": "SW", "947": "AW", "990": "GF", "999": "FA",
}  # fmt: skip


@dataclass
class Line:
    """One segment."""

    node: Node | None
    cells: Cells

    @property
    def tag(self) -> str:
        """Its id."""
        return self.cells[0][0]


@dataclass
class Draft:
    """Segments of one document between header and trailer."""

    compiled: Compiled
    pack: Pack
    day: dt.date = DAY
    lines: list[Line] = field(default_factory=list)
    control_number: int = 1

    def copy(self) -> Draft:
        """Another one that says the same."""
        lines = [Line(line.node, [list(parts) for parts in line.cells]) for line in self.lines]
        return replace(self, lines=lines)

    def at(self, place: Place) -> Iterator[Line]:
        """The segments at a place."""
        return (line for line in self.lines if stands(line.cells, place))

    def value(self, line: Line, place: Place) -> str:
        """What stands in a segment."""
        return get(line.cells, place)

    def put(self, line: Line, element: int, component: int, value: str) -> None:
        """Write into a segment."""
        put(line.cells, element, component, value)

    def bytes(self, times: int = 1) -> bytes:
        """The document in an interchange, so many times."""
        sets = [self.lines] * times
        at = dt.datetime.combine(self.day, dt.time(8, 30))
        sender, receiver = self._parties()
        form = self.compiled.form
        if form.dialect == "edifact":
            header = edifact.InterchangeOut(
                sender[1], receiver[1], str(self.control_number), at, sender[0], receiver[0], syntax="UNOC"
            )
            messages = [edifact.OutgoingMessage(form.document, form.version, _segments(each)) for each in sets]
            return edifact.write_interchange(header, messages)
        number, names = self.control_number, (sender[0] or "ZZ", receiver[0] or "ZZ")
        envelope = x12.InterchangeOut(
            sender[1], receiver[1], number, number, at, *names, version=form.version,
            delimiters=x12.Delimiters(suffix="\n"),
        )  # fmt: skip
        group = functional_id(form.document)
        made = [
            x12.OutgoingSet(
                group, form.document, [tuple(COMPONENT.join(parts) for parts in line.cells) for line in each]
            )
            for each in sets
        ]
        return x12.write_interchange(envelope, made)

    def _parties(self) -> tuple[tuple[str, str], tuple[str, str]]:
        said = self.pack.ids.get(self.compiled.form.dialect, "")
        qualifier, mark, name = said.partition("/")
        partner = (qualifier, name) if mark else ("", said or self.pack.partner.upper()[:15])
        us = ("ZZ" if self.compiled.form.dialect == "x12" else "", US)
        return (partner, us) if "in" in self.compiled.form.directions else (us, partner)

    def item(self) -> TransactionSet | Message:
        """The document as it is read."""
        return read_items(self.bytes(), self.compiled.form.dialect)[0]


def _segments(lines: Sequence[Line]) -> list[tuple[str | tuple[str, ...], ...]]:
    return [tuple(tuple(parts) if len(parts) > 1 else parts[0] for parts in line.cells) for line in lines]


def functional_id(document: str) -> str:
    """GS01 of a set."""
    guide = guides().get(document)
    return guide.functional_id if guide else _FUNCTIONAL_IDS.get(document, "ZZ")


def read_items(data: bytes, dialect: str) -> list[TransactionSet | Message]:
    """The sets of an input, without what is wrong between them."""
    if dialect == "edifact":
        return [each for each in edifact.read(data) if isinstance(each, Message)]
    return [each for each in x12.read(data) if isinstance(each, TransactionSet)]
