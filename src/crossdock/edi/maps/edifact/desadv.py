"""DESADV <-> `ShipNotice` (EANCOM 1997 and 2002, directories D.96A and D.01B).

BGM number, DTM+11 shipped, DTM+17 (or 132, 2, 69) expected, RFF+ON order, RFF+CN (or AAS, BM) tracking, NAD parties (SU
or SE or CZ, DP or ST or CN, BY), TDT+20 carrier; CPS levels with GIN+BJ the SSCC of a pack (or ML its label); per line
LIN, PIA, QTY+12, RFF+ON order and line, DTM+361 (or 36) when the lot expires, GIN+BX (or PIA NB) lot, GIN+BN serial
numbers. A level without a pack is in that of its parent; one with a pack of its own stands on its parent's pallet.
"""

from __future__ import annotations

import datetime as dt
from itertools import count, groupby

from crossdock.edi.edifact.writer import OutgoingSegment, composite
from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.kernel.writing import COMPONENT
from crossdock.edi.maps.edifact.reading import Reading
from crossdock.edi.maps.edifact.rows import Row
from crossdock.edi.maps.edifact.writing import LONGEST_LINE, Writing, day, limited, moment, numbered
from crossdock.edi.maps.parties import keep_first
from crossdock.edi.maps.purposes import copy_words
from crossdock.model.party import PartyRef
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

_REFUSED_PURPOSES = ("1", "3", "4", "5")
_EXPECTED = ("17", "132", "2", "69", "64")
_SHIPPED = ("11", "137")
_TRACKING = ("CN", "AAS", "BM")
_SUPPLIERS, _SHIP_TOS = ("SU", "SE", "CZ"), ("DP", "ST", "CN")
_EXPIRES = ("361", "36")
_PACKS, _LOT, _SERIAL = ("BJ", "ML"), "BX", "BN"
_LOT_ID = "NB"
_LONGEST_CARRIER = 17
_ENDS = frozenset(("LIN", "CPS", "CNT", "UNT"))
Level = tuple[str, str]  # pack, the pallet it is on
_NOWHERE: Level = ("", "")


class _Head:
    """What stands above the lines, while it is collected."""

    def __init__(self) -> None:
        self.shipped_at: dt.datetime | None = None
        self.dated: dt.datetime | None = None
        self.expected: dict[str, dt.date] = {}
        self.references: dict[str, str] = {}
        self.parties: dict[str, PartyRef] = {}
        self.carrier = ""


def read(reading: Reading) -> ShipNotice | None:
    """The ship notice, or None with faults."""
    begin, at = reading.first("BGM")
    purpose, number = reading.part(begin, 3), reading.part(begin, 2)
    if purpose in _REFUSED_PURPOSES:
        reading.fault("purpose_unsupported", at, 3, 0, f"purpose {purpose} is not one we take")
    elif words := copy_words(EDIFACT, purpose):
        reading.fault("document_copy", at, 3, 0, words)
    if not number and reading.rows[at - 1] is begin:
        reading.fault("element_missing", at, 2, 1, "BGM has no number")
    rows = reading.rows
    first = next((index for index, row in enumerate(rows) if row[0] in _ENDS), len(rows))
    head = _head(reading, first)
    lines = _levels(reading, first, head.references.get("ON", ""))
    if not lines:
        reading.fault("lines_missing", len(rows))
    shipped_at = head.shipped_at or head.dated
    if shipped_at is None:
        reading.fault("element_missing", at, detail="the message has neither DTM+11 nor DTM+137")
        shipped_at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    context = reading.context
    return ShipNotice(
        company_id=context.company_id,
        number=number,
        supplier=next((head.parties[kind] for kind in _SUPPLIERS if kind in head.parties), context.supplier),
        ship_to=next((head.parties[kind] for kind in _SHIP_TOS if kind in head.parties), context.buyer),
        shipped_at=shipped_at,
        lines=tuple(lines),
        expected_on=next((head.expected[kind] for kind in _EXPECTED if kind in head.expected), None),
        carrier=head.carrier,
        tracking=next((head.references[kind] for kind in _TRACKING if kind in head.references), ""),
        buyer=head.parties.get("BY"),
    )


def _head(reading: Reading, end: int) -> _Head:
    head = _Head()
    context = reading.context
    known = {"SU": context.supplier, "SE": context.supplier, "CZ": context.supplier, "BY": context.buyer}
    for position, row in enumerate(reading.rows[:end], 1):
        tag, said = row[0], reading.parts(row, 1)
        kind = said[0]
        if tag == "DTM" and kind in _EXPECTED and (on := reading.date(said, position)) is not None:
            head.expected.setdefault(kind, on)
        elif tag == "DTM" and kind in _SHIPPED and (at := reading.moment(said, position)) is not None:
            if kind == "11":
                head.shipped_at = at
            else:
                head.dated = at
        elif tag == "RFF":
            head.references.setdefault(kind, said[1] if len(said) > 1 else "")
        elif tag == "NAD":
            keep_first(reading, head.parties, kind, reading.party(row, known.get(kind)), position)
        elif tag == "TDT":
            head.carrier = head.carrier or reading.part(row, 5) or reading.part(row, 5, 4)
    return head


def _levels(reading: Reading, first: int, order: str) -> list[ShipNoticeLine]:
    """Walk the levels; each has the pack of its own, or its parent's."""
    rows, lines = reading.rows, list[ShipNoticeLine]()
    levels: dict[str, Level] = {}
    around = here = _NOWHERE
    level, packs = "", list[str]()
    index = first
    while index < len(rows):
        row, index = rows[index], index + 1
        tag = row[0]
        if tag == "LIN":
            line, index = _line(reading, index, order, here)
            lines.append(line)
        elif tag == "CPS":
            level, parent = reading.part(row, 1), reading.part(row, 2)
            if parent and parent not in levels:
                detail = f"level {level} names parent {parent}, which is not there"
                reading.fault("hierarchy_broken", index, 2, 0, detail)
            packs = []
            around = here = levels[level] = levels.get(parent, _NOWHERE)
        elif tag == "GIN" and reading.part(row, 1) in _PACKS:
            packs += _numbers(row, reading.mark)
            here = levels[level] = _inside(around, packs)
        elif tag == "CNT":
            reading.counted(row, index, len(lines))
    return lines


def _inside(around: Level, packs: list[str]) -> Level:
    """What a level or line is in that names packs; which of several holds what is not said."""
    pack, pallet = around
    return (packs[0], pallet or pack) if len(packs) == 1 and packs[0] != pack else around


def _line(reading: Reading, position: int, order: str, level: Level) -> tuple[ShipNoticeLine, int]:
    """The group of the LIN at a position, and the index of what follows it."""
    rows, mark, amounts = reading.rows, reading.mark, reading.amounts
    row, end = rows[position - 1], len(rows)
    ids = row[3:4]
    order_line = lot = ""
    shipped: Quantity | None = None
    expires_on: dt.date | None = None
    serials: list[str] = []
    packs: list[str] = []
    for at in range(position, end):
        below = rows[at]
        tag = below[0]
        if tag == "PIA":
            ids += below[2:]
            continue
        said = below[1] if len(below) > 1 else ""
        if tag == "QTY":
            kind, amount = amounts[said]
            if kind == "12" or (kind == "1" and shipped is None):
                shipped = amount or reading.quantity(said, at + 1)
        elif tag == "RFF":
            parts = said.split(mark)
            if parts[0] == "ON":
                order = parts[1] if len(parts) > 1 else ""
                order_line = parts[2] if len(parts) > 2 else ""
        elif tag == "DTM":
            parts = said.split(mark)
            if parts[0] in _EXPIRES and (expires_on is None or parts[0] == _EXPIRES[0]):
                expires_on = reading.date(parts, at + 1)
        elif tag == "GIN":
            kind, numbers = said.split(mark)[0], _numbers(below, mark)
            lot = numbers[0] if kind == _LOT and numbers else lot
            serials += numbers if kind == _SERIAL else []
            packs += numbers if kind in _PACKS else []
        elif tag in _ENDS:
            end = at
            break
    if shipped is None:
        reading.fault("segment_missing", position, detail="the line has no QTY+12")
        shipped = Quantity(ZERO)
    if not order:
        reading.fault("order_reference_missing", position)
    if not order_line:
        reading.fault("line_reference_missing", position)
    item, theirs, gtin = reading.items_among(ids, position)
    if not lot and mark + _LOT_ID in " ".join(ids):
        lot = reading.named(ids).get(_LOT_ID, "")
    supplier_item, buyer_item = (theirs, "") if reading.as_buyer else ("", theirs)
    pack, pallet = _inside(level, packs)
    line = ShipNoticeLine(
        order, order_line, item, shipped, supplier_item, buyer_item, gtin, pack, lot, None, expires_on, tuple(serials),
        pallet=pallet,
    )  # fmt: skip
    return line, end


def _numbers(row: Row, mark: str) -> list[str]:
    """The numbers of a GIN."""
    return [each for element in row[2:] for each in element.split(mark) if each]


def write(notice: ShipNotice, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the ship notice."""
    rows: list[OutgoingSegment] = [("BGM", "351", limited("BGM 1004", notice.number), "9")]
    rows.append(moment("11", notice.shipped_at, writing.context.options.zone))
    if notice.expected_on:
        rows.append(day("17", notice.expected_on))
    if notice.tracking:
        rows.append(("RFF", composite("CN", limited("RFF 1154", notice.tracking))))
    rows += [writing.party("SU", notice.supplier), writing.party("DP", notice.ship_to)]
    if notice.buyer is not None:
        rows.append(writing.party("BY", notice.buyer))
    if notice.carrier:
        rows.append(("TDT", "20", "", "", "", limited("TDT 3127", notice.carrier, _LONGEST_CARRIER)))
    levels, numbers = count(2), count(1)
    rows.append(("CPS", "1"))
    for pallet, on_pallet in groupby(notice.lines, key=lambda line: line.pallet):
        above = "1"
        if pallet:
            above = str(next(levels))
            rows += _packed(above, "1", pallet)
        for pack, lines in groupby(on_pallet, key=lambda line: line.pack):
            rows += _packed(str(next(levels)), above, pack)
            for line in lines:
                rows += _line_rows(line, next(numbers), writing)
    return [*rows, ("CNT", composite("2", str(len(notice.lines))))]


def _packed(level: str, above: str, pack: str) -> list[OutgoingSegment]:
    """A level and the number of its pack or pallet, if it has one."""
    marks = [("PAC", "1"), ("PCI", "33E"), ("GIN", _PACKS[0], limited("GIN 7402", pack))] if pack else []
    return [("CPS", level, above), *marks]


def _line_rows(line: ShipNoticeLine, number: int, writing: Writing) -> list[OutgoingSegment]:
    rows: list[OutgoingSegment] = [numbered(str(number), line.gtin)]
    rows += writing.items("1", line.item, line.supplier_item, line.buyer_item, line.gtin)
    rows.append(writing.quantity("12", line.quantity))
    if line.lot:
        rows.append(("GIN", _LOT, limited("GIN 7402", line.lot)))
    if line.serials:
        rows += [("GIN", _SERIAL, limited("GIN 7402", serial)) for serial in line.serials]
    if line.expires_on:
        rows.append(day("361", line.expires_on))
    order, order_line = limited("RFF 1154", line.order_number), limited("RFF 1156", line.order_line, LONGEST_LINE)
    rows.append(("RFF", f"ON{COMPONENT}{order}{COMPONENT}{order_line}"))
    return rows
