"""855 <-> `PurchaseOrderAcknowledgement`.

BAK header (BAK08 the supplier's number; BAK09, where present, the date of the answer, else BAK04), CUR, REF*ZZ
revision, N1 parties; per line PO1 with one ACK per answer. A line without ACK is answered by BAK02. The price of an
answer stands in PO104, a substitute's ids in ACK07 and following.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import cast

from crossdock.edi.guides import codes
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.x12.purchase_order import BUYER_ROLES, REVISION, SUPPLIER_ROLES
from crossdock.edi.maps.x12.reading import Reading, at, padded
from crossdock.edi.maps.x12.writing import Writing, amount, day, number, unit_code
from crossdock.edi.x12.envelope import as_date
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.purchase_order import AnswerKind, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import EACH, Price, Quantity

_REFUSED_PURPOSES = ("01", "03", "17")
_KINDS = cast("dict[str, AnswerKind]", codes("answer"))
_ANSWER_CODES = {"accepted": "IA", "changed": "IC", "backordered": "IB", "substituted": "IS", "rejected": "IR"}


def read(reading: Reading) -> PurchaseOrderAcknowledgement | None:
    """The answer, or None with faults."""
    begin = reading.heading("BAK")
    reading.purpose(begin[1], _REFUSED_PURPOSES)
    context = reading.context
    buyer, supplier, revision = None, context.supplier, 0
    answers: list[LineAnswer] = []
    rows = reading.rows
    start, lines = 0, 0
    for index, row in enumerate(rows):
        tag = row[0]
        if tag in ("PO1", "CTT", "SE"):
            if start:
                lines += 1
                answers += _answers(reading, start, index, begin[2])
            start = index if tag == "PO1" else 0
            if tag == "CTT":
                reading.counted(row, index + 1, lines)
        elif start:
            continue
        elif tag == "CUR":
            reading.currency = at(row, 2) or reading.currency
        elif tag == "REF" and at(row, 3) == REVISION and at(row, 2).isdecimal():
            revision = int(at(row, 2))
        elif tag == "N1" and at(row, 1) in BUYER_ROLES and buyer is None:
            buyer = reading.party(row, context.buyer)
        elif tag == "N1" and at(row, 1) in SUPPLIER_ROLES:
            supplier = reading.party(row, context.supplier)
    if not lines and codes("acknowledgement").get(begin[2]) != "accepted":
        reading.fault("lines_missing", len(rows))
    second = bool(begin[9])
    return PurchaseOrderAcknowledgement(
        company_id=context.company_id,
        order_number=begin[3],
        supplier=supplier,
        acknowledged_on=reading.needed_date(begin[9] or begin[4], 2, 9 if second else 4),
        answers=tuple(answers),
        number=begin[8],
        revision=revision,
        buyer=buyer,
        order_date=reading.date(begin[4], 2, 4) if second else None,
        currency=reading.currency,
    )


def _answers(reading: Reading, start: int, end: int, overall: str) -> list[LineAnswer]:
    """The answers to one line: rows `start` to `end` are its loop."""
    rows = reading.rows
    row = rows[start]
    if len(row) < 6:
        row = padded(row, 6)
    _tag, line, quantity, unit, price_text, basis, *pairs = row
    position = start + 1
    unit = unit or EACH
    if not line:
        reading.fault("line_reference_missing", position, 1, severity="error")
    item, theirs, _gtin = reading.items(pairs, position) if pairs else ("", "", "")
    as_buyer = reading.context.role == "buyer"
    price = reading.price(price_text, basis, unit) if price_text else None
    answers = []
    for index in range(start + 1, end):
        row = rows[index]
        if row[0] != "ACK":
            continue
        size = len(row)
        kind = _KINDS.get(row[1] if size > 1 else "")
        if kind is None:
            reading.fault("code_unknown", index + 1, 1, f"{at(row, 1)!r} is no answer we know")
            continue
        named = reading.items(row[7:], index + 1) if size > 8 else (item, theirs, "")
        said = (row[2] if size > 2 else "") or quantity
        answered = Decimal(said) if said else reading.number(said, index + 1, 2)
        answers.append(
            LineAnswer(
                line,
                kind,
                Quantity(answered, (row[3] if size > 3 else "") or unit),
                price,
                (as_date(row[5]) or reading.date(row[5], index + 1, 5)) if size > 5 and row[5] else None,
                named[0],
                named[1] if as_buyer else "",
            )
        )
    if answers or any(each[0] == "ACK" for each in rows[start:end]):
        return answers
    whole_kind = codes("acknowledgement").get(overall)
    if whole_kind is None:
        reading.fault("code_unknown", 2, 2, f"{overall!r} is no answer we know")
        return []
    whole = Quantity(reading.number(quantity, position, 2), unit)
    return [LineAnswer(line, cast(AnswerKind, whole_kind), whole, price, None, item, theirs if as_buyer else "")]


def write(answer: PurchaseOrderAcknowledgement, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the answer."""
    writing.currency = answer.currency
    kinds = {each.kind for each in answer.answers}
    overall = "AD" if kinds <= {"accepted"} else "RD" if kinds == {"rejected"} else "AC"
    said, ordered = day(answer.acknowledged_on), day(answer.order_date)
    dates = (ordered, said) if ordered else (said, "")
    rows: list[OutgoingSegment] = [
        ("BAK", "00", overall, answer.order_number, dates[0], "", "", "", answer.number, dates[1]),
        *writing.currency_row("SE"),
    ]
    if answer.revision:
        rows.append(("REF", "ZZ", str(answer.revision), REVISION))
    if answer.buyer is not None:
        rows.append(writing.party("BY", answer.buyer))
    rows.append(writing.party("SU", answer.supplier))
    lines = 0
    for (line, item, supplier_item, price), group in groupby(answer.answers, _line_of):
        rows += _line_rows(line, item, supplier_item, price, list(group), writing)
        lines += 1
    rows.append(("CTT", str(lines)))
    return rows


def _line_of(answer: LineAnswer) -> tuple[str, str, str, Price | None]:
    """Answers that differ in nothing of this stand under one PO1; a substitute's ids are its own."""
    if answer.kind == "substituted":
        return answer.line, "", "", answer.price
    return answer.line, answer.item, answer.supplier_item, answer.price


def _line_rows(
    line: str, item: str, supplier_item: str, price: Price | None, answers: list[LineAnswer], writing: Writing
) -> list[OutgoingSegment]:
    unit = price.per.unit if price else answers[0].quantity.unit
    total, code = _together(answers, unit), unit_code(unit)
    ids = writing.ids(item, writing.partner_item(supplier_item, ""))
    rows: list[OutgoingSegment] = [("PO1", line, total, code, *writing.price(price, code), *ids)]
    for each in answers:
        if each.kind not in _ANSWER_CODES:
            raise CannotWrite(f"{each.kind!r} is no answer to a line")
        kind, due = ("068", day(each.due_on)) if each.due_on else ("", "")
        said: OutgoingSegment = ("ACK", _ANSWER_CODES[each.kind], *amount(each.quantity), kind, due)
        if each.kind == "substituted":
            said = (*said, "", *writing.ids(each.item, writing.partner_item(each.supplier_item, "")))
        rows.append(said)
    return rows


def _together(answers: list[LineAnswer], unit: str) -> str:
    """What was ordered: all that is answered, where that is in the unit of the line."""
    if any(each.quantity.unit != unit for each in answers):
        return ""
    return number(sum((each.quantity.amount for each in answers[1:]), answers[0].quantity.amount))
