"""850 <-> `PurchaseOrder`.

BEG header (BEG02 is `DS` where the goods go straight to our customer), CUR currency, REF*CR reference, REF*ZZ revision,
SAC charges, DTM*002 (else 063, 067, 074 or 017) wanted delivery, N1 parties; per line PO1 (PO101 is our line id), PID
description, REF*LI their line, SCH schedule (SCH04 its ship-to), SDQ quantities of stores: each is a schedule with that
ship-to, due when the line is. Written, a schedule with a ship-to and no date becomes part of an SDQ, any other an SCH.
Without N1*ST the goods go to the buyer.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import groupby

from msgspec.structs import replace

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.line_ids import repeated
from crossdock.edi.maps.parties import keep_first
from crossdock.edi.maps.places import x12_rows
from crossdock.edi.maps.unsaid import to_the_buyer
from crossdock.edi.maps.x12.price_bases import KNOWN
from crossdock.edi.maps.x12.reading import ASSIGNED_BY_BUYER, Reading, Row, at, first_of, price_of, quantity_of
from crossdock.edi.maps.x12.writing import Writing, amount, day, text, unit_code
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge, PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import EACH, Quantity

# Original, duplicate, reissue: by anything else, such as a replacement or a draft, nothing is ordered.
_TAKEN_PURPOSES = ("00", "07", "18")
WANTED_DELIVERY = ("002", "063", "067", "074", "017")
_OF_SHIPMENT = ("010", "011", "037", "038", "068", "118")
"""When goods are to leave, which is no date of their delivery: an order has no field for it."""
_LAST_STORE = 22
"""Elements of an SDQ that tell stores and quantities end there; behind them is a place in the store."""
_LINE_ENDS = frozenset(("PO1", "CTT", "SE"))
BUYER_ROLES = ("BY", "OB", "SO", "BT")
SUPPLIER_ROLES = ("SU", "VN", "SE")
REVISION = "ORDER REVISION"


class _Heading:
    """What stands before the first line, while it is collected."""

    def __init__(self) -> None:
        self.due_on: dt.date | None = None
        self.due_by = ""
        """The kind of date that this is."""
        self.reference = ""
        self.revision = 0
        self.charges: list[Charge] = []
        self.parties: dict[str, PartyRef] = {}
        self.rows = 0


def read(reading: Reading) -> PurchaseOrder | None:
    """The order, or None with faults."""
    begin = reading.heading("BEG")
    reading.purpose(begin[1], taken=_TAKEN_PURPOSES)
    rows = reading.rows
    head = _heading(reading)
    lines = _lines(reading, head.rows)
    if not lines:
        reading.fault("lines_missing", len(rows))
    context, parties = reading.context, head.parties
    buyer = first_of(parties, BUYER_ROLES, context.buyer)
    return PurchaseOrder(
        company_id=context.company_id,
        number=begin[3],
        buyer=buyer,
        supplier=first_of(parties, SUPPLIER_ROLES, context.supplier),
        ship_to=parties.get("ST", buyer),
        ordered_on=reading.needed_date(begin[5], 2, 5),
        currency=reading.currency,
        lines=tuple(lines),
        revision=head.revision,
        due_on=head.due_on,
        charges=tuple(head.charges),
        reference=head.reference,
    )


def _heading(reading: Reading) -> _Heading:
    head = _Heading()
    buyer, supplier = reading.context.buyer, reading.context.supplier
    for position, row in enumerate(reading.rows, 1):
        tag = row[0]
        if tag == "PO1":
            break
        head.rows = position
        if tag == "N1":
            role = at(row, 1)
            known = buyer if role in BUYER_ROLES else supplier if role in SUPPLIER_ROLES else None
            keep_first(reading, head.parties, role, reading.party(row, known), position)
        elif tag == "CUR":
            reading.currency = at(row, 2) or reading.currency
        elif tag == "DTM":
            kind = at(row, 1)
            if kind in WANTED_DELIVERY and (head.due_on is None or (kind == "002" and head.due_by != "002")):
                head.due_on, head.due_by = reading.date(at(row, 2), position, 2), kind
        elif tag == "REF":
            if at(row, 1) == "CR" or (at(row, 1) == "CO" and not head.reference):
                head.reference = at(row, 2)
            elif at(row, 3) == REVISION and at(row, 2).isdecimal():
                head.revision = int(at(row, 2))
        elif tag == "SAC":
            charge = reading.charge(row, position)
            if charge is not None:
                head.charges.append(charge)
    return head


def _lines(reading: Reading, first: int) -> list[PurchaseOrderLine]:
    lines: list[PurchaseOrderLine] = []
    rows = reading.rows
    index = first
    while index < len(rows):
        row, index = rows[index], index + 1
        if row[0] == "PO1":
            line, index = _line(reading, row, index, len(lines) + 1)
            lines.append(line)
        elif row[0] == "CTT":
            reading.counted(row, index, len(lines))
    for ordinal in repeated(lines):
        position = [index for index, row in enumerate(rows, 1) if row[0] == "PO1"][ordinal]
        reading.fault("line_repeated", position, 1, f"line {lines[ordinal].line}")
    return lines


def _line(reading: Reading, row: Row, position: int, ordinal: int) -> tuple[PurchaseOrderLine, int]:
    """The loop of the PO1 at a position, and the index of what follows it."""
    rows, end = reading.rows, len(reading.rows)
    line, quantity, unit, price, basis, item, theirs, gtin = reading.line(row, position)
    if not item and not theirs and not gtin:
        reading.fault("item_missing", position, 6)
    if not price:
        reading.fault("price_missing", position, 4)
    if basis and basis not in KNOWN:
        reading.basis_unknown(basis, unit, position, 5)
    ordered = quantity_of(quantity or reading.missing(position, 2), unit)
    description = their_line = ""
    schedules: list[Schedule] = []
    stores: list[Schedule] = []
    line_due: dt.date | None = None
    for index in range(position, end):
        row = rows[index]
        tag = row[0]
        if tag == "PID":
            description = description or (row[5] if len(row) > 5 else "")
        elif tag in _LINE_ENDS:
            end = index
            break
        elif tag == "SCH":
            schedules.append(_schedule(reading, row, index + 1))
        elif tag == "REF" and at(row, 1) == "LI":
            their_line = at(row, 2)
        elif tag == "SDQ":
            found = _stores(reading, row, index + 1, unit)
            stores += found
            schedules += found
        elif tag == "DTM" and at(row, 1) in WANTED_DELIVERY and line_due is None:
            line_due = reading.date(at(row, 2), index + 1, 2)
    if stores:
        _add_up(reading, stores, ordered, position)
        schedules = [replace(each, due_on=line_due) if each in stores else each for each in schedules]
    elif line_due is not None and not schedules:
        schedules.append(Schedule(ordered, line_due))
    as_buyer = reading.as_buyer
    found_line = PurchaseOrderLine(
        line or str(ordinal),
        item,
        ordered,
        price_of(price or "0", reading.currency, basis, unit),
        their_line,
        theirs if as_buyer else "",
        "" if as_buyer else theirs,
        gtin,
        description,
        tuple(schedules),
    )
    return found_line, end


def _schedule(reading: Reading, row: Row, position: int) -> Schedule:
    quantity = Quantity(reading.number(at(row, 1), position, 1), at(row, 2) or EACH)
    due_on = None if at(row, 5) in _OF_SHIPMENT else reading.date(at(row, 6), position, 6)
    return Schedule(quantity, due_on, at(row, 4))


def _stores(reading: Reading, row: Row, position: int, unit: str) -> list[Schedule]:
    """The quantities of up to ten stores in one SDQ."""
    unit = at(row, 1) or unit
    found = []
    for element in range(3, min(len(row), _LAST_STORE), 2):
        store, quantity = at(row, element), at(row, element + 1)
        if store or quantity:
            found.append(Schedule(Quantity(reading.number(quantity, position, element + 1), unit), None, store))
    return found


def _add_up(reading: Reading, stores: list[Schedule], ordered: Quantity, position: int) -> None:
    """Do the stores get what the line orders?"""
    total = sum((each.quantity.amount for each in stores), Decimal(0))
    if all(each.quantity.unit == ordered.unit for each in stores) and total != ordered.amount:
        words = f"the stores get {total:f} {ordered.unit}, the line orders {ordered.amount:f}"
        reading.fault("count_mismatch", position, 2, words)


def write(order: PurchaseOrder, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the order."""
    writing.currency = order.currency
    kind = "SA" if order.drop_ship is None else "DS"
    rows: list[OutgoingSegment] = [("BEG", "00", kind, order.number, "", day(order.ordered_on))]
    rows += writing.currency_row("BY")
    if order.reference:
        rows.append(("REF", "CR", order.reference))
    if order.revision:
        rows.append(("REF", "ZZ", str(order.revision), REVISION))
    rows += [writing.charge(charge) for charge in order.charges]
    if order.due_on:
        rows.append(("DTM", "002", day(order.due_on)))
    rows += writing.parties(("BY", order.buyer), ("SU", order.supplier))
    if not to_the_buyer(order):
        place = writing.parties(("ST", order.ship_to))
        if not place and writing.parties(("BY", order.buyer)):
            raise CannotWrite("the ship-to has neither name nor number, and without it the order goes to the buyer")
        rows += [*place, *x12_rows(writing.context.place)] if place else []
    for line in order.lines:
        rows += _line_rows(line, writing)
    rows.append(("CTT", str(len(order.lines))))
    return rows


def _line_rows(line: PurchaseOrderLine, writing: Writing) -> list[OutgoingSegment]:
    quantity, unit = amount(line.quantity)
    price, basis = writing.price(line.price, unit)
    ids = writing.ids(line.item, writing.partner_item(line.supplier_item, line.buyer_item), line.gtin)
    rows: list[OutgoingSegment] = [("PO1", line.line, quantity, unit, price, basis, *ids)]
    if line.description:
        rows.append(("PID", "F", "", "", "", text(line.description, 80)))
    if line.their_line:
        rows.append(("REF", "LI", line.their_line))
    for by_store, run in groupby(line.schedules, lambda each: bool(each.ship_to) and each.due_on is None):
        schedules = list(run)
        rows += _sdq_rows(schedules) if by_store else [_sch_row(schedule) for schedule in schedules]
    return rows


def _sch_row(schedule: Schedule) -> OutgoingSegment:
    kind, due = ("002", day(schedule.due_on)) if schedule.due_on else ("", "")
    return ("SCH", *amount(schedule.quantity), "ST" if schedule.ship_to else "", schedule.ship_to, kind, due)


def _sdq_rows(schedules: list[Schedule]) -> list[OutgoingSegment]:
    """Ten stores to a segment, each segment in one unit."""
    rows: list[OutgoingSegment] = []
    for unit, run in groupby(schedules, lambda each: each.quantity.unit):
        texts = [text for each in run for text in (each.ship_to, amount(each.quantity)[0])]
        for start in range(0, len(texts), 20):
            rows.append(("SDQ", unit_code(unit), ASSIGNED_BY_BUYER, *texts[start : start + 20]))
    return rows
