"""856 <-> `ShipNotice`.

BSN header, DTM*011 shipped (with time; of one that is a day alone BSN04 is the time, if BSN03 is that day), DTM*017
expected, shipment level with TD5 carrier, REF*CN tracking and N1 parties, order levels (PRF01 the order number), pallet
levels and pack levels in them (MAN*GM the SSCC behind its application identifier 00; MAN*SM what is none), item levels
(LIN01 the order line, SN1 the quantity, DTM*036 when the lot expires, REF*SE or LIN SN the serial number of a piece).
Reading, any nesting is taken: a level has what its parents have, and an item is in the packs that stand below it.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from msgspec.structs import replace

from crossdock.edi.maps.x12.packs_below import PackLevel, in_packs
from crossdock.edi.maps.x12.purchase_order import BUYER_ROLES, SUPPLIER_ROLES
from crossdock.edi.maps.x12.reading import Reading, Row, at, has_time, padded, quantity_of
from crossdock.edi.maps.x12.writing import Writing, amount, day, moment
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

_REFUSED_PURPOSES = ("01", "03", "04", "17")
_EXPECTED = ("017", "067", "002", "069", "371")
_PACK_MARKS = ("GM", "AA", "CP", "UC", "SM", "W", "CA")
_LEVEL_ENDS = frozenset(("HL", "CTT", "SE"))
_LOT = "LT"
_SERIAL = "SN"
_SERIALS = "SE"
"""Of a reference: the serial number of one piece."""
_EXPIRES = "036"
_SSCC_MARKS = ("GM", "AA")
_SSCC_IDENTIFIER = "00"
"""Application identifier of an SSCC: 18 digits follow it."""
Level = tuple[str, str, str]  # order number, pack, the pallet it is on


class _Header:
    """What is not of a level's lines, while it is collected."""

    def __init__(self, reading: Reading) -> None:
        self.supplier: PartyRef | None = None
        self.ship_to: PartyRef | None = None
        self.buyer: PartyRef | None = None
        """Of all that is shipped."""
        self.buyers: dict[int, PartyRef] = {}
        """Of the levels below the shipment that name one, by their rows."""
        self.orders: set[int] = set()
        """The rows of levels that name an order."""
        self.shipped_at: dt.datetime | None = None
        self.timed = False
        self.expected_on: dt.date | None = None
        self.carrier = ""
        self.tracking = ""
        self.reading = reading
        self.bare: set[str] = set()
        """Numbers of levels that are no items."""
        self.packs: dict[int, PackLevel] = {}
        """Levels below an item that name none, by their rows."""

    def take(self, tag: str, row: Row, position: int, level: int = 0) -> None:
        """Take over what a segment above the items says; `level` is the row of the one it stands in."""
        kind = at(row, 1)
        if tag == "N1":
            self._party(kind, row, level)
        elif tag == "DTM":
            if kind == "011" and self.shipped_at is None:
                self.shipped_at = self.reading.instant(row, 2, 3, 4, position)
                self.timed = has_time(row, 3, 4)
            elif kind in _EXPECTED and (self.expected_on is None or kind == _EXPECTED[0]):
                self.expected_on = self.reading.date(at(row, 2), position, 2)
        elif tag == "TD5":
            self.carrier = self.carrier or at(row, 3) or at(row, 5)
        elif tag == "REF" and (kind == "CN" or (kind == "2I" and not self.tracking)):
            self.tracking = at(row, 2)

    def _party(self, role: str, row: Row, level: int) -> None:
        context = self.reading.context
        if role == "ST":
            self.ship_to = self.ship_to or self.reading.party(row)
        elif role in SUPPLIER_ROLES:
            self.supplier = self.supplier or self.reading.party(row, context.supplier)
        elif role in BUYER_ROLES:
            buyer = self.reading.party(row, context.buyer)
            if at(self.reading.rows[level], 2):
                self.buyers.setdefault(level, buyer)
            else:
                self.buyer = self.buyer or buyer

    def buyer_of_all(self) -> PartyRef | None:
        """Who the shipment says, or each order in it alike: a store that one of them is of is no buyer of the whole."""
        if self.buyer is None and self.buyers.keys() == self.orders and len(set(self.buyers.values())) == 1:
            return next(iter(self.buyers.values()))
        return self.buyer


def read(reading: Reading) -> ShipNotice | None:
    """The ship notice, or None with faults."""
    begin = reading.heading("BSN")
    reading.purpose(begin[1], _REFUSED_PURPOSES)
    head = _Header(reading)
    lines = _levels(reading, head)
    if head.packs:
        lines = in_packs(reading, lines, head.packs)
    if not lines:
        reading.fault("lines_missing", len(reading.rows))
    context = reading.context
    shipped_at = reading.timed(head.shipped_at, begin, 3, 4) if not head.timed else head.shipped_at
    if shipped_at is None:
        shipped_at = dt.datetime.combine(reading.needed_date(begin[3], 2, 3), dt.time(), dt.UTC)
    return ShipNotice(
        company_id=context.company_id,
        number=begin[2],
        supplier=head.supplier or context.supplier,
        ship_to=head.ship_to or context.buyer,
        shipped_at=shipped_at,
        lines=tuple(lines),
        expected_on=head.expected_on,
        carrier=head.carrier,
        tracking=head.tracking,
        buyer=head.buyer_of_all(),
    )


def _levels(reading: Reading, head: _Header) -> list[ShipNoticeLine]:
    """Walk the levels; every level knows its order and pack from its parents."""
    lines: list[ShipNoticeLine] = []
    known: dict[str, Level] = {}
    rows = reading.rows
    count = start = 0
    for index, row in enumerate(rows):
        tag = row[0]
        if tag in _LEVEL_ENDS:
            if start:
                _level(reading, head, known, start, index, lines)
            start = index if tag == "HL" else 0
            count += tag == "HL"
            if tag == "CTT" and at(row, 1) != str(len(lines)):
                reading.counted(row, index + 1, count)
        elif not start:
            head.take(tag, row, index + 1)
    return lines


def _level(
    reading: Reading, head: _Header, known: dict[str, Level], start: int, end: int, lines: list[ShipNoticeLine]
) -> None:
    """One HL and what belongs to it: rows `start` to `end`."""
    rows = reading.rows
    row = rows[start]
    parent = row[2] if len(row) > 2 else ""
    order, pack, pallet = known.get(parent, ("", "", ""))
    if parent and parent not in known:
        reading.fault("hierarchy_broken", start + 1, 2, f"level {at(row, 1)} names parent {parent}, which is not there")
    if end == start + 3 and rows[start + 1][0] == "LIN" and rows[start + 2][0] == "SN1":
        level = known[rows[start][1]] = (order, pack, pallet)  # what nearly every level is: an item and its quantity
        lines.append(_line(reading, (rows[start + 1], start + 2), (rows[start + 2], start + 3), level, ""))
        return
    item: Row | None = None
    shipped: Row | None = None
    item_at = shipped_at = start
    lot = mark = ""
    around = pack
    expires_on: dt.date | None = None
    serials: list[str] = []
    for index in range(start + 1, end):
        row = rows[index]
        tag = row[0]
        if tag == "LIN":
            if item is None:
                item, item_at = row, index
        elif tag == "SN1":
            if shipped is None:
                shipped, shipped_at = row, index
        elif tag == "PRF":
            order = at(row, 1)
        elif tag == "MAN":
            if _better(at(row, 1), mark, pack):
                mark, pack = at(row, 1), pack_number(at(row, 2))
        elif tag == "REF" and at(row, 1) == "LT":
            lot = at(row, 2)
        elif tag == "REF" and at(row, 1) == "PO" and not order:
            order = at(row, 2)
        elif tag == "REF" and at(row, 1) == _SERIALS and item is not None:
            serials.append(at(row, 2))
        elif tag == "DTM" and at(row, 1) == _EXPIRES:
            expires_on = reading.date(at(row, 2), index + 1, 2)
        elif item is None:
            head.take(tag, row, index + 1, start)
    if mark and around and pack != around:
        pallet = pallet or around
    number = rows[start][1] if len(rows[start]) > 1 else ""
    below = item is None and parent in known and parent not in head.bare
    level = known[number] = (order, pack, pallet)
    if below:
        head.packs[start] = PackLevel(number, parent, pack, pallet, shipped, lot, expires_on)
    elif item is not None or shipped is not None:
        found = _line(reading, (item or [], item_at + 1), (shipped or [], shipped_at + 1), level, lot)
        if expires_on or serials:
            every = (*found.serials, *(serial for serial in serials if serial and serial not in found.serials))
            found = replace(found, expires_on=expires_on, serials=tuple(dict.fromkeys(every)))
        lines.append(found)
    else:
        head.bare.add(number)
        if order and order != known.get(parent, ("",))[0]:
            head.orders.add(start)


def _better(kind: str, mark: str, pack: str) -> bool:
    """Is this the mark of the pack? Of several of one level an SSCC is, else the first."""
    if kind not in _PACK_MARKS and pack:
        return False
    return not mark or (kind in _SSCC_MARKS and mark not in _SSCC_MARKS)


def pack_number(text: str) -> str:
    """The number of a pack; an SSCC without the application identifier that partners write before it."""
    digits = text.replace("(", "").replace(")", "").replace(" ", "")
    if len(digits) == 20 and digits.isdecimal() and digits.startswith(_SSCC_IDENTIFIER):
        return digits[2:]
    return text


def _line(reading: Reading, lin: tuple[Row, int], sn1: tuple[Row, int], level: Level, lot: str) -> ShipNoticeLine:
    order, pack, pallet = level
    item_row, position = lin
    shipped, shipped_at = sn1
    item, theirs, gtin = reading.items_of(item_row, 2, position)
    if not item and not theirs and not gtin:
        reading.fault("item_missing", position, 2, severity="warning")
    serials: tuple[str, ...] = ()
    if _SERIAL in item_row:
        marks = zip(item_row[2::2], item_row[3::2], strict=False)
        serials = tuple(dict.fromkeys(value for mark, value in marks if mark == _SERIAL and value))
    if not order or _LOT in item_row:
        named = dict(zip(item_row[2::2], item_row[3::2], strict=False))
        lot = named.get(_LOT, lot)
        order = order or named.get("PO", "")
    if not order:
        reading.fault("order_reference_missing", position)
    if len(shipped) < 4:
        shipped = padded(shipped, 4)
    line = (item_row[1] if len(item_row) > 1 else "") or shipped[1]
    if not line:
        reading.fault("line_reference_missing", position, 1)
    as_buyer = reading.as_buyer
    return ShipNoticeLine(
        order,
        line,
        item,
        quantity_of(shipped[2] or reading.missing(shipped_at, 2), shipped[3] or EACH),
        theirs if as_buyer else "",
        "" if as_buyer else theirs,
        gtin,
        pack,
        lot,
        serials=serials,
        pallet=pallet,
    )


class _Tree:
    """Levels being written; HL01 counts up."""

    def __init__(self) -> None:
        self.rows: list[OutgoingSegment] = []
        self.count = 0

    def level(self, kind: str, parent: int) -> int:
        """Open a level and return its number."""
        self.count += 1
        self.rows.append(("HL", str(self.count), str(parent) if parent else "", kind))
        return self.count

    def packed(self, kind: str, parent: int, mark: str) -> int:
        """Open a level of a pallet or pack with its mark; without one there is none."""
        if not mark:
            return parent
        level = self.level(kind, parent)
        sscc = len(mark) == 18 and mark.isdecimal()
        self.rows.append(("MAN", "GM", _SSCC_IDENTIFIER + mark) if sscc else ("MAN", "SM", mark))
        return level


def write(notice: ShipNotice, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the ship notice."""
    date, clock, zone = moment(notice.shipped_at)
    day_said, clock_said, _ = moment(notice.shipped_at, writing.context.options.zone)
    structure = "0001" if any(line.pack for line in notice.lines) else "0004"
    head: list[OutgoingSegment] = [
        ("BSN", "00", notice.number, day_said, clock_said or "0000", structure),
        ("DTM", "011", date, clock, zone),
    ]
    if notice.expected_on:
        head.append(("DTM", "017", day(notice.expected_on)))
    tree = _Tree()
    shipment = tree.level("S", 0)
    if notice.carrier:
        tree.rows.append(("TD5", "", "ZZ", notice.carrier))
    if notice.tracking:
        tree.rows.append(("REF", "CN", notice.tracking))
    tree.rows += writing.parties(("SU", notice.supplier), ("ST", notice.ship_to))
    if notice.buyer is not None:
        tree.rows += writing.parties(("BY", notice.buyer))
    for order, of_order in groupby(notice.lines, lambda line: line.order_number):
        order_level = tree.level("O", shipment)
        tree.rows.append(("PRF", order))
        for pallet, of_pallet in groupby(of_order, lambda line: line.pallet):
            on_pallet = tree.packed("T", order_level, pallet)
            for pack, of_pack in groupby(of_pallet, lambda line: line.pack):
                parent = tree.packed("P", on_pallet, pack)
                for line in of_pack:
                    tree.level("I", parent)
                    tree.rows += _line_rows(line, writing)
    return [*head, *tree.rows, ("CTT", str(tree.count))]


def _line_rows(line: ShipNoticeLine, writing: Writing) -> list[OutgoingSegment]:
    ids = writing.ids(line.item, writing.partner_item(line.supplier_item, line.buyer_item), line.gtin)
    lot = (_LOT, line.lot) if line.lot else ()
    rows: list[OutgoingSegment] = [("LIN", line.order_line, *ids, *lot), ("SN1", "", *amount(line.quantity))]
    rows += [("REF", _SERIALS, serial) for serial in line.serials]
    return [*rows, ("DTM", _EXPIRES, day(line.expires_on))] if line.expires_on else rows
