"""ORDERS <-> `PurchaseOrder` (EANCOM 1997 and 2002, directories D.96A and D.01B).

BGM header (C106 with 1060 the revision where the directory has it), DTM+137 (or 4) order date, DTM+2 wanted delivery
(or 69, 63, 64), RFF+CR reference, NAD parties (BY, SU, DP; without DP the goods go to the buyer), CUX currency, ALC
with MOA charges; per line LIN (1082 is the line id), PIA the ids of both sides, IMD description, QTY+21 (or 1),
PRI+AAA (or another that is no information), RFF+LI their line; per split SCC with QTY and DTM, or LOC+7 with QTY+11.
"""

from __future__ import annotations

import datetime as dt

from crossdock.edi.edifact.writer import OutgoingSegment, composite
from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.maps.edifact.reading import INFORMATION, ONE, Reading, as_moment
from crossdock.edi.maps.edifact.writing import Writing, charged, day, described, joined, limited, numbered
from crossdock.edi.maps.line_ids import repeated
from crossdock.edi.maps.parties import keep_first
from crossdock.edi.maps.places import with_place
from crossdock.edi.maps.purposes import copy_words
from crossdock.edi.maps.unsaid import to_the_buyer
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge, PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import EACH, ZERO, Price, Quantity

# Original, duplicate, copy, retransmission, confirmation of what was ordered by other means, additional transmission;
# nothing said is an original. By anything else nothing is ordered.
_TAKEN_PURPOSES = ("", "9", "7", "31", "35", "42", "43")
_ORDERED = ("137", "4")
"""Qualifiers of the date of the order, the surest first."""
_WANTED = ("2", "69", "63", "64")
"""Qualifiers of the wanted delivery, the surest first."""
_CHARGE_AMOUNTS = ("8", "23", "204")
_SPLIT_QUANTITIES = ("11", "21", "113")


class _Heading:
    """What stands before the first line, while it is collected."""

    def __init__(self) -> None:
        self.dates: dict[str, dt.date | None] = {}
        self.wanted: dict[str, dt.date] = {}
        self.reference = ""
        self.charges: list[Charge] = []
        self.parties: dict[str, PartyRef] = {}


def read(reading: Reading) -> PurchaseOrder | None:
    """The order, or None with faults."""
    begin, at = reading.first("BGM")
    purpose = reading.part(begin, 3)
    if purpose not in _TAKEN_PURPOSES:
        reading.fault("purpose_unsupported", at, 3, 0, f"purpose {purpose} is not one we take")
    elif words := copy_words(EDIFACT, purpose):
        reading.fault("document_copy", at, 3, 0, words)
    number, revision = reading.part(begin, 2), reading.part(begin, 2, 3)
    if not number and reading.rows[at - 1] is begin:
        reading.fault("element_missing", at, 2, 1, "BGM has no order number")
    rows = reading.rows
    tags = [row[0] for row in rows]
    starts = [index for index, tag in enumerate(tags) if tag == "LIN"]
    end = tags.index("UNS") if "UNS" in tags else len(rows) - 1
    head = _heading(reading, starts[0] if starts else end)
    stops = [*starts[1:], max(end, starts[-1] + 1)] if starts else []
    lines = [
        _line(reading, start, stop, ordinal) for ordinal, (start, stop) in enumerate(zip(starts, stops, strict=True), 1)
    ]
    if not lines:
        reading.fault("lines_missing", len(rows))
    for ordinal in repeated(lines):
        reading.fault("line_repeated", starts[ordinal] + 1, 1, 0, f"line {lines[ordinal].line}")
    for position, row in enumerate(rows[end:], end + 1):
        if row[0] == "CNT":
            reading.counted(row, position, len(lines))
    context, parties = reading.context, head.parties
    buyer = parties.get("BY", context.buyer)
    return PurchaseOrder(
        company_id=context.company_id,
        number=number,
        buyer=buyer,
        supplier=parties.get("SU", context.supplier),
        ship_to=parties.get("DP") or parties.get("ST") or buyer,
        ordered_on=head.dates.get(_ORDERED[0]) or head.dates.get(_ORDERED[1]) or _sent_on(reading),
        currency=reading.currency,
        lines=tuple(lines),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        due_on=_wanted(head.wanted),
        charges=tuple(head.charges),
        reference=head.reference,
    )


def _heading(reading: Reading, end: int) -> _Heading:
    head, rows = _Heading(), reading.rows
    known = {"BY": reading.context.buyer, "SU": reading.context.supplier}
    for index, row in enumerate(rows[:end]):
        tag, said, position = row[0], reading.parts(row, 1), index + 1
        qualifier = said[0]
        if tag == "DTM":
            if qualifier in _ORDERED and qualifier not in head.dates:
                head.dates[qualifier] = reading.date(said, position)
            elif qualifier in _WANTED and (when := reading.date(said, position)) is not None:
                head.wanted.setdefault(qualifier, when)
        elif tag == "RFF" and qualifier == "CR":
            head.reference = reading.part(row, 1, 2)
        elif tag == "NAD":
            keep_first(reading, head.parties, qualifier, reading.party(row, known.get(qualifier)), position)
        elif tag == "CUX":
            reading.currency = reading.part(row, 1, 2) or reading.currency
        elif tag == "ALC" and (charge := _charge(reading, index, end)) is not None:
            head.charges.append(charge)
    return head


def _charge(reading: Reading, start: int, end: int) -> Charge | None:
    """A charge or allowance with the amount that follows it; one without is left out, and said."""
    row = reading.rows[start]
    kind, code = reading.part(row, 1), reading.charge_code(row)
    words = next((each for each in reading.parts(row, 5)[3:] if each), "")
    for index in range(start + 1, end):
        below = reading.rows[index]
        if below[0] in ("ALC", "LIN", "UNS"):
            break
        if below[0] == "MOA" and reading.part(below, 1) in _CHARGE_AMOUNTS:
            amount = reading.number(reading.part(below, 1, 2), index + 1, 1, 2)
            return Charge(code, -amount if kind == "A" else amount, words)
    reading.fault("charge_without_amount", start + 1)
    return None


def _line(reading: Reading, start: int, end: int, ordinal: int) -> PurchaseOrderLine:
    """The group of one LIN: rows `start` to `end`."""
    rows, mark, amounts = reading.rows, reading.mark, reading.amounts
    row, position = rows[start], start + 1
    ids = row[3:4]
    quantity, words, their_line = None, "", ""
    priced, priced_at = "", 0
    wanted: dict[str, dt.date] = {}
    splits = end
    for at in range(position, end):
        below = rows[at]
        tag = below[0]
        if tag == "PIA":
            ids += below[2:]
            continue
        if tag == "IMD":
            words = words or (joined(below[3].split(mark)[3:5]) if len(below) > 3 else "")
            continue
        said = below[1] if len(below) > 1 else ""
        if tag == "QTY":
            qualifier, amount = amounts[said]
            if qualifier == "21" or (qualifier == "1" and quantity is None):
                quantity = amount or reading.quantity(said, at + 1)
        elif tag == "PRI":
            if said[:3] == "AAA" or (not priced_at and said[:3] not in INFORMATION):
                priced, priced_at = said, at + 1
        elif tag == "DTM":
            parts = said.split(mark)
            if parts[0] in _WANTED and (day := reading.date(parts, at + 1)) is not None:
                wanted.setdefault(parts[0], day)
        elif tag == "RFF":
            parts = said.split(mark)
            if parts[0] == "LI":
                their_line = parts[1] if len(parts) > 1 else ""
        elif tag == "SCC" or (tag == "LOC" and said.split(mark)[0] == "7"):
            splits = at
            break
    if quantity is None:
        reading.fault("segment_missing", position, detail="the line has no QTY+21")
        quantity = Quantity(ZERO)
    schedules = _schedules(reading, splits, end, quantity.unit) if splits < end else ()
    if wanted and not schedules:
        schedules = (Schedule(quantity, _wanted(wanted)),)
    item, theirs, gtin = reading.items_among(ids, position)
    if priced_at:
        price = reading.price(priced.split(mark), priced_at, quantity.unit)
    else:
        reading.fault("price_missing", position)
        price = Price(ZERO, reading.currency, Quantity(ONE, quantity.unit or EACH))
    line_id = reading.part(row, 1) or str(ordinal)
    supplier_item, buyer_item = (theirs, "") if reading.as_buyer else ("", theirs)
    return PurchaseOrderLine(
        line_id, item, quantity, price, their_line, supplier_item, buyer_item, gtin, words, schedules
    )  # fmt: skip


def _schedules(reading: Reading, first: int, end: int, unit: str) -> tuple[Schedule, ...]:
    """The splits of a line; each begins with its SCC or LOC+7. One without quantity says nothing of how much."""
    found: list[Schedule] = []
    quantity: Quantity | None = None
    wanted: dict[str, dt.date] = {}
    ship_to = ""
    for index in range(first, end):
        row = reading.rows[index]
        tag, said = row[0], reading.parts(row, 1)
        qualifier = said[0]
        if tag == "SCC" or (tag == "LOC" and qualifier == "7"):
            if quantity is not None:
                found.append(Schedule(quantity, _wanted(wanted), ship_to))
            quantity, wanted = None, {}
            ship_to = reading.part(row, 2) if tag == "LOC" else ""
        elif tag == "QTY" and qualifier in _SPLIT_QUANTITIES:
            quantity = reading.quantity(row[1], index + 1)
            quantity = quantity if len(said) > 2 and said[2] else Quantity(quantity.amount, unit)
        elif tag == "DTM" and qualifier in _WANTED and (day := reading.date(said, index + 1)) is not None:
            wanted.setdefault(qualifier, day)
    if quantity is not None:
        found.append(Schedule(quantity, _wanted(wanted), ship_to))
    return tuple(found)


def _wanted(days: dict[str, dt.date]) -> dt.date | None:
    return next((days[qualifier] for qualifier in _WANTED if qualifier in days), None)


def _sent_on(reading: Reading) -> dt.date:
    """Where the order has no date, the day of its interchange stands for it."""
    reading.fault("element_missing", 2, detail="the message has no DTM+137", severity="warning")
    date = reading.message.interchange.date
    found = as_moment(date, "102" if len(date) == 8 else "101")
    return found.date() if found else dt.date(1970, 1, 1)


def write(order: PurchaseOrder, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the order."""
    writing.currency = order.currency
    revision = ("", str(order.revision)) if order.revision else ()
    rows: list[OutgoingSegment] = [("BGM", "220", composite(limited("BGM 1004", order.number), *revision), "9")]
    rows.append(day("137", order.ordered_on))
    if order.due_on:
        rows.append(day("2", order.due_on))
    if order.reference:
        rows.append(("RFF", composite("CR", limited("RFF 1154", order.reference))))
    rows += [writing.party("BY", order.buyer), writing.party("SU", order.supplier)]
    if not to_the_buyer(order):
        rows.append(with_place(writing.party("DP", order.ship_to), writing.context.place))
    if order.currency:
        rows.append(("CUX", composite("2", order.currency, "9")))
    for charge in order.charges:
        rows += charged(charge)
    for line in order.lines:
        rows += _line_rows(line, writing)
    return [*rows, ("UNS", "S"), ("CNT", composite("2", str(len(order.lines))))]


def _line_rows(line: PurchaseOrderLine, writing: Writing) -> list[OutgoingSegment]:
    rows: list[OutgoingSegment] = [numbered(line.line, line.gtin)]
    rows += writing.items("1", line.item, line.supplier_item, line.buyer_item, line.gtin)
    if line.description:
        rows.append(described(line.description))
    rows.append(writing.quantity("21", line.quantity))
    rows.append(writing.price(line.price, line.quantity.unit))
    if line.their_line:
        rows.append(("RFF", composite("LI", limited("RFF 1154", line.their_line))))
    for schedule in line.schedules:
        rows.append(("LOC", "7", limited("LOC 3225", schedule.ship_to)) if schedule.ship_to else ("SCC", "1"))
        rows.append(writing.quantity("11" if schedule.ship_to else "21", schedule.quantity))
        if schedule.due_on:
            rows.append(day("2", schedule.due_on))
    return rows
