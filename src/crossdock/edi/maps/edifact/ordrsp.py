"""ORDRSP <-> `PurchaseOrderAcknowledgement` (EANCOM 1997 and 2002, directories D.96A and D.01B).

BGM number and what is said of all lines (1225), DTM+137 date, RFF+ON order (C506 4000 its revision) with DTM+171 its
date, NAD parties, CUX currency; per answer LIN with 1229 (5 accepted, 3, 6, 23 or 24 changed, 7, 2 or 10 rejected),
RFF+ON (or LI) the order line, else LIN 1082; QTY+113 (or 12, 21) what is confirmed, QTY+83 what comes later, DTM+67 (or
69, 2, 17) when, PRI+AAA price, PIA+3 what it is substituted by. A line that says nothing is answered as all of them; an
answer without QTY is to all of its line.
"""

from __future__ import annotations

import datetime as dt

from crossdock.edi.edifact.writer import OutgoingSegment, composite
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.edifact.reading import INFORMATION, Reading
from crossdock.edi.maps.edifact.rows import Row
from crossdock.edi.maps.edifact.writing import Writing, day, limited
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import AnswerKind, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import EACH, Price, Quantity

_REFUSED_PURPOSES = ("1", "3")
_OF_ALL: dict[str, AnswerKind] = {
    "29": "accepted", "44": "accepted", "6": "accepted", "9": "accepted", "": "accepted", "11": "accepted",
    "27": "rejected", "12": "rejected",
    "4": "accepted", "28": "accepted", "30": "accepted", "34": "accepted", "5": "accepted", "7": "accepted",
}  # fmt: skip
"""Data element 1225. Where lines are amended, those that say nothing are not."""
_CHANGED = ("4", "30")
"""Taken with changes of lines: without lines nobody knows which."""
_OF_LINE: dict[str, AnswerKind] = {
    "5": "accepted", "11": "accepted", "4": "accepted", "3": "changed", "6": "changed", "23": "changed",
    "24": "changed", "7": "rejected", "2": "rejected", "10": "rejected", "38": "substituted",
}  # fmt: skip
_CODES: dict[AnswerKind, tuple[str, str]] = {
    "accepted": ("5", "21"), "changed": ("6", "113"), "backordered": ("6", "83"), "substituted": ("6", "113"),
    "rejected": ("7", "21"),
}  # fmt: skip
"""1229, and the qualifier of the quantity."""
_CONFIRMED, _LATER = ("113", "12", "21", "1"), "83"
_WHEN = ("67", "69", "2", "17", "63")
_SUBSTITUTE = "3"


class _Line:
    """What one LIN and the segments below it say."""

    def __init__(self, line: str, action: str) -> None:
        self.line, self.action = line, action
        self.ids: list[str] = []
        self.substitute: list[str] = []
        self.quantities: dict[str, Quantity] = {}
        self.dates: dict[str, dt.date] = {}
        self.priced: tuple[list[str], int] | None = None


def read(reading: Reading) -> PurchaseOrderAcknowledgement | None:
    """The answer, or None with faults."""
    begin, at = reading.first("BGM")
    overall = reading.part(begin, 3)
    if overall in _REFUSED_PURPOSES:
        reading.fault("purpose_unsupported", at, 3, 0, f"purpose {overall} is not one we take")
    elif overall not in _OF_ALL:
        reading.fault("code_unknown", at, 3, 1, f"{overall!r} is no answer we know")
    rows, context = reading.rows, reading.context
    starts = [index for index, row in enumerate(rows) if row[0] == "LIN"]
    end = next((index for index, row in enumerate(rows) if row[0] == "UNS"), len(rows) - 1)
    order, revision, order_date, said_on, parties = _heading(reading, starts[0] if starts else end)
    if not order:
        reading.fault("order_reference_missing", at)
    answers: list[LineAnswer] = []
    for start in starts:
        stop = next((each for each in (*starts, max(end, start + 1)) if each > start), start + 1)
        answers += _answers(reading, start, stop, _OF_ALL.get(overall, "accepted"))
    if not starts and _OF_ALL.get(overall) == "rejected":
        answers = [LineAnswer("", "rejected")]
    elif not starts and overall in _CHANGED:
        reading.fault("lines_missing", len(rows))
    for position, row in enumerate(rows[end:], end + 1):
        if row[0] == "CNT":
            reading.counted(row, position, len(starts))
    if said_on is None:
        reading.fault("element_missing", at, detail="the message has no DTM+137")
    return PurchaseOrderAcknowledgement(
        company_id=context.company_id,
        order_number=order,
        supplier=parties.get("SU") or parties.get("SE") or context.supplier,
        acknowledged_on=said_on or dt.date(1970, 1, 1),
        answers=tuple(answers),
        number=reading.part(begin, 2),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        buyer=parties.get("BY"),
        order_date=order_date,
        currency=reading.currency,
    )


def _heading(reading: Reading, end: int) -> tuple[str, str, dt.date | None, dt.date | None, dict[str, PartyRef]]:
    """Order, its revision and date, the date of the answer, parties."""
    order = revision = ""
    order_date: dt.date | None = None
    said_on: dt.date | None = None
    parties: dict[str, PartyRef] = {}
    context = reading.context
    known = {"SU": context.supplier, "SE": context.supplier, "BY": context.buyer}
    for position, row in enumerate(reading.rows[:end], 1):
        tag, said = row[0], reading.parts(row, 1)
        kind = said[0]
        if tag == "RFF" and kind == "ON" and not order:
            order, revision = reading.part(row, 1, 2), reading.part(row, 1, 4)
        elif tag == "DTM" and kind == "137":
            said_on = reading.date(said, position)
        elif tag == "DTM" and kind in ("171", "4"):
            order_date = reading.date(said, position)
        elif tag == "NAD":
            parties.setdefault(kind, reading.party(row, known.get(kind)))
        elif tag == "CUX":
            reading.currency = reading.part(row, 1, 2) or reading.currency
    return order, revision, order_date, said_on, parties


def _answers(reading: Reading, start: int, end: int, of_all: AnswerKind) -> list[LineAnswer]:
    """What is said of one line: rows `start` to `end`. Part of it may be confirmed, and part come later."""
    position = start + 1
    line = _collect(reading, start, end)
    if line.action and line.action not in _OF_LINE:
        reading.fault("code_unknown", position, 2, 1, f"{line.action!r} is no answer we know")
        return []
    if not line.line:
        reading.fault("line_reference_missing", position, 1, severity="error")
    kind = _OF_LINE.get(line.action, of_all)
    substitute = reading.named(line.substitute)
    if substitute and kind != "rejected":
        kind = "substituted"
    named = substitute or reading.named(line.ids)
    item, theirs, _ = reading.items(named, position) if named else ("", "", "")
    as_buyer = reading.as_buyer
    confirmed = next((line.quantities[name] for name in _CONFIRMED if name in line.quantities), None)
    later = line.quantities.get(_LATER)
    price: Price | None = None
    if line.priced is not None:
        told_in = confirmed or later
        unit = told_in.unit if told_in else EACH
        price = reading.price(*line.priced, unit)
    due_on = next((line.dates[name] for name in _WHEN if name in line.dates), None)
    told: list[tuple[AnswerKind, Quantity | None]] = []
    if confirmed is not None or later is None:
        told.append((kind, confirmed))
    if later is not None:
        told.append(("backordered", later))
    supplier_item = theirs if as_buyer else ""
    return [LineAnswer(line.line, each, quantity, price, due_on, item, supplier_item) for each, quantity in told]


def _collect(reading: Reading, start: int, end: int) -> _Line:
    row: Row = reading.rows[start]
    line = _Line(reading.part(row, 1), reading.part(row, 2))
    line.ids += row[3:4]
    for index in range(start + 1, end):
        below = reading.rows[index]
        tag, said, position = below[0], reading.parts(below, 1), index + 1
        kind = said[0]
        if tag == "PIA":
            ids = line.substitute if kind == _SUBSTITUTE else line.ids
            ids += below[2:]
        elif tag == "QTY" and kind in (*_CONFIRMED, _LATER):
            line.quantities.setdefault(kind, reading.quantity(below[1] if len(below) > 1 else "", position))
        elif tag == "DTM" and kind in _WHEN and (when := reading.date(said, position)) is not None:
            line.dates.setdefault(kind, when)
        elif tag == "PRI" and (kind == "AAA" or (line.priced is None and kind not in INFORMATION)):
            line.priced = (said, position)
        elif tag == "RFF" and kind in ("ON", "LI"):
            line.line = reading.part(below, 1, 3 if kind == "ON" else 2) or line.line
    return line


def write(answer: PurchaseOrderAcknowledgement, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the answer."""
    writing.currency = answer.currency
    kinds = {each.kind for each in answer.answers}
    overall = "29" if kinds <= {"accepted"} else "27" if kinds == {"rejected"} else "4"
    whole = answer.of_whole_order
    if whole not in (None, "accepted", "rejected"):
        raise CannotWrite(f"a whole order is answered by yes or no, not {whole}")
    rows: list[OutgoingSegment] = [("BGM", "231", limited("BGM 1004", answer.number), overall)]
    rows.append(day("137", answer.acknowledged_on))
    revision = ("", str(answer.revision)) if answer.revision else ()
    rows.append(("RFF", composite("ON", limited("RFF 1154", answer.order_number), *revision)))
    if answer.order_date:
        rows.append(day("171", answer.order_date))
    if answer.buyer is not None:
        rows.append(writing.party("BY", answer.buyer))
    rows.append(writing.party("SU", answer.supplier))
    if answer.currency:
        rows.append(("CUX", composite("2", answer.currency, "9")))
    answers = () if whole else answer.answers
    for number, each in enumerate(answers, 1):
        rows += _answer_rows(each, number, writing)
    return [*rows, ("UNS", "S"), ("CNT", composite("2", str(len(answers))))]


def _answer_rows(answer: LineAnswer, number: int, writing: Writing) -> list[OutgoingSegment]:
    action, qualifier = _CODES[answer.kind]
    kind = _SUBSTITUTE if answer.kind == "substituted" else "1"
    rows: list[OutgoingSegment] = [("LIN", str(number), action)]
    rows += writing.items(kind, answer.item, answer.supplier_item, "")
    if answer.quantity is not None:
        rows.append(writing.quantity(qualifier, answer.quantity))
    elif answer.kind == "backordered":
        raise CannotWrite("what comes later is told by its quantity alone, and the answer says none")
    if answer.due_on:
        rows.append(day("67", answer.due_on))
    if answer.price is not None:
        rows.append(writing.price(answer.price, answer.quantity.unit if answer.quantity else EACH))
    return [*rows, ("RFF", composite("LI", limited("RFF 1154", answer.line)))]
