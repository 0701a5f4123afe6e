"""860 <-> `PurchaseOrderChange`.

BCH header (BCH05 the revision, BCH06 and BCH11 the date of the change), CUR, DTM*002 (else 063, 067, 074 or 017)
the date that all lines are wanted on now that say none, N1 parties; per line POC and DTM*002. An absent quantity, price
or date is unchanged. A change of that date alone needs no line,
and a cancellation (BCH01 01) without lines is of the whole order.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, cast

from crossdock.edi.guides import codes
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.x12.purchase_order import BUYER_ROLES, SUPPLIER_ROLES, WANTED_DELIVERY
from crossdock.edi.maps.x12.reading import Reading, at, padded
from crossdock.edi.maps.x12.writing import Writing, amount, day
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.purchase_order import PurchaseOrderChange, PurchaseOrderChangeLine
from crossdock.model.quantity import EACH, Quantity

_REFUSED_PURPOSES = ("03", "17")
_CANCELLATION = "01"
_ACTION_CODES = {"add": "AI", "change": "CA", "cancel": "DI"}


def read(reading: Reading) -> PurchaseOrderChange | None:
    """The change, or None with faults."""
    begin = reading.heading("BCH")
    reading.purpose(begin[1], _REFUSED_PURPOSES)
    context = reading.context
    buyer, supplier = context.buyer, context.supplier
    lines: list[PurchaseOrderChangeLine] = []
    due_on: dt.date | None = None
    for position, row in enumerate(reading.rows, 1):
        tag, role = row[0], at(row, 1)
        if tag == "POC":
            lines.append(_line(reading, position))
        elif tag == "CTT":
            reading.counted(row, position, len(lines))
        elif tag == "CUR" and not lines:
            reading.currency = at(row, 2) or reading.currency
        elif tag == "DTM" and not lines and role in WANTED_DELIVERY and (role == "002" or due_on is None):
            due_on = reading.date(at(row, 2), position, 2)
        elif tag == "N1" and not lines and role in BUYER_ROLES:
            buyer = reading.party(row, context.buyer)
        elif tag == "N1" and not lines and role in SUPPLIER_ROLES:
            supplier = reading.party(row, context.supplier)
    cancelled = begin[1] == _CANCELLATION
    if cancelled and any(line.action != "cancel" for line in lines):
        reading.fault("purpose_unsupported", 2, 1, "a cancellation whose lines say something else")
    elif not lines and due_on is None and not cancelled:
        reading.fault("lines_missing", len(reading.rows))
    changed_on = begin[11] or begin[6]
    return PurchaseOrderChange(
        company_id=context.company_id,
        number=begin[3],
        revision=int(begin[5]) if begin[5].isdecimal() else 0,
        changed_on=reading.needed_date(changed_on, 2, 11 if begin[11] else 6),
        buyer=buyer,
        supplier=supplier,
        currency=reading.currency,
        lines=tuple(lines),
        whole_order=cancelled and not lines,
        due_on=due_on,
    )


def _line(reading: Reading, position: int) -> PurchaseOrderChangeLine:
    _tag, line, code, quantity, _left, unit, price, basis, *pairs = padded(reading.rows[position - 1], 8)
    if not line:
        reading.fault("line_reference_missing", position, 1, severity="error")
    action = codes("line_change").get(code, "")
    if not action:
        reading.fault("code_unknown", position, 2, f"{code!r} is no change of a line we know")
    # The unit is a composite; its first component says all that we can take.
    mark = reading.ts.interchange.delimiters.component
    unit = (unit.split(mark)[0] if mark else unit) or EACH
    item, theirs, gtin = reading.items(pairs, position)
    if action == "add" and not (item or theirs or gtin):
        reading.fault("item_missing", position, 8)
    due_on = None
    for index in range(position, len(reading.rows)):
        row = reading.rows[index]
        if row[0] in ("POC", "CTT", "SE"):
            break
        if row[0] == "DTM" and at(row, 1) in ("002", "063", "067", "074"):
            due_on = due_on or reading.date(at(row, 2), index + 1, 2)
    return PurchaseOrderChangeLine(
        line=line,
        action=cast('Literal["add", "change", "cancel"]', action or "change"),
        item=item,
        quantity=Quantity(reading.number(quantity, position, 3), unit) if quantity else None,
        price=reading.price(price, basis, unit, position, 7) if price else None,
        due_on=due_on,
        supplier_item=theirs if reading.context.role == "buyer" else "",
    )


def write(change: PurchaseOrderChange, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the change."""
    writing.currency = change.currency
    if change.changed_on is None:
        raise CannotWrite("a change of an order needs a date")
    if change.whole_order and change.lines:
        raise CannotWrite("who cancels a whole order names none of its lines")
    changed, purpose = day(change.changed_on), _CANCELLATION if change.whole_order else "04"
    rows: list[OutgoingSegment] = [
        ("BCH", purpose, "SA", change.number, "", str(change.revision), changed, "", "", "", "", changed),
        *writing.currency_row("BY"),
        *([("DTM", "002", day(change.due_on))] if change.due_on else []),
        *writing.parties(("BY", change.buyer), ("SU", change.supplier)),
    ]
    for line in change.lines:
        rows += _line_rows(line, writing)
    rows.append(("CTT", str(len(change.lines))))
    return rows


def _line_rows(line: PurchaseOrderChangeLine, writing: Writing) -> list[OutgoingSegment]:
    if line.action not in _ACTION_CODES:
        raise CannotWrite(f"{line.action!r} is no change of a line")
    quantity, unit = amount(line.quantity) if line.quantity else ("", line.price.per.unit if line.price else "")
    price, basis = writing.price(line.price, unit)
    ids = writing.ids(line.item, writing.partner_item(line.supplier_item, ""))
    rows: list[OutgoingSegment] = [
        ("POC", line.line, _ACTION_CODES[line.action], quantity, "", unit, price, basis, *ids)
    ]
    if line.due_on:
        rows.append(("DTM", "002", day(line.due_on)))
    return rows
