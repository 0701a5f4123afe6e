"""855 and 865 <-> `PurchaseOrderAcknowledgement`.

855, the answer to an order: BAK header (BAK08 the supplier's number; BAK09, where present, the date of the answer, else
BAK04), CUR, REF*ZZ revision, N1 parties; per line PO1 with one ACK per answer; of one that is accepted in part (BP) the
balance is backordered. A line without ACK is answered by BAK02, and so is the whole order where none is named. The
price of an answer stands in PO104, a substitute's ids in ACK07 and following.

865, the answer to a change of it: the same with BCA (BCA05 the revision, BCA09 the supplier's number, BCA06 the date of
the order, BCA10 or BCA11 that of the answer) and POC.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, cast

from msgspec.structs import replace

from crossdock.edi.guides import codes
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.x12.price_bases import KNOWN
from crossdock.edi.maps.x12.purchase_order import BUYER_ROLES, REVISION, SUPPLIER_ROLES
from crossdock.edi.maps.x12.reading import Reading, Row, at, padded, price_of, quantity_of
from crossdock.edi.maps.x12.writing import Writing, amount, day, number, unit_code
from crossdock.edi.x12.envelope import as_date
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.purchase_order import AnswerKind, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import EACH, Price, Quantity

_REFUSED_PURPOSES = ("01", "03", "17")
_PARTIAL = "BP"
"""So much of a line is accepted, and the balance backordered."""
_KINDS = {code: cast(AnswerKind, kind) for code, kind in codes("answer").items() if code != _PARTIAL}
_CHANGED = "CA"
_QUANTITY_CHANGED = "IQ"


class Form(NamedTuple):
    """Where the two sets differ: their segments, and the elements of what both say. 0 is none."""

    set_type: str
    begin: str
    line: str
    number: int
    ordered: int
    answered: tuple[int, ...]
    revision: int


TO_ORDER = Form("855", "BAK", "PO1", 8, 4, (9,), 0)
TO_CHANGE = Form("865", "BCA", "POC", 9, 6, (10, 11), 5)
_OF_WHOLE_ORDER = {"accepted": "AK", "rejected": "RJ"}
"""BAK02 of an answer without lines."""
_ANSWER_CODES = {"accepted": "IA", "changed": "IC", "backordered": "IB", "substituted": "IS", "rejected": "IR"}


def read(reading: Reading) -> PurchaseOrderAcknowledgement | None:
    """The answer to an order, or None with faults."""
    return _read(reading, TO_ORDER)


def read_change(reading: Reading) -> PurchaseOrderAcknowledgement | None:
    """The answer to a change, or None with faults."""
    return _read(reading, TO_CHANGE)


def _read(reading: Reading, form: Form) -> PurchaseOrderAcknowledgement | None:
    begin = reading.heading(form.begin)
    reading.purpose(begin[1], _REFUSED_PURPOSES)
    context = reading.context
    counted = begin[form.revision] if form.revision else ""
    buyer, supplier, revision = None, context.supplier, int(counted) if counted.isdecimal() else 0
    answers: list[LineAnswer] = []
    rows = reading.rows
    start, lines = 0, 0
    ends = frozenset((form.line, "CTT", "SE"))
    for index, row in enumerate(rows):
        tag = row[0]
        if tag in ends:
            if start:
                lines += 1
                answers += _answers(reading, start, index, begin[2], form)
            start = index if tag == form.line else 0
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
    if not lines:
        answers = _of_whole_order(reading, begin[2], len(rows))
    second = next((element for element in form.answered if begin[element]), 0)
    return PurchaseOrderAcknowledgement(
        company_id=context.company_id,
        order_number=begin[3],
        supplier=supplier,
        acknowledged_on=reading.needed_date(begin[second or form.ordered], 2, second or form.ordered),
        answers=tuple(answers),
        number=begin[form.number],
        revision=revision,
        buyer=buyer,
        order_date=reading.date(begin[form.ordered], 2, form.ordered) if second else None,
        currency=reading.currency,
    )


def _of_whole_order(reading: Reading, overall: str, end: int) -> list[LineAnswer]:
    """What is said without lines: yes, for which no answer is needed, or no. Anything else needs the lines."""
    kind = codes("acknowledgement").get(overall)
    if kind == "rejected":
        return [LineAnswer("", "rejected")]
    if kind != "accepted":
        reading.fault("lines_missing", end)
    return []


def _answers(reading: Reading, start: int, end: int, overall: str, form: Form) -> list[LineAnswer]:
    """The answers to one line: rows `start` to `end` are its loop."""
    rows = reading.rows
    row = rows[start]
    if form is TO_CHANGE:
        row = _as_order_line(reading, row)
    position = start + 1
    if not at(row, 1):
        reading.fault("line_reference_missing", position, 1, severity="error")
    line, quantity, unit, price_text, basis, item, theirs, _gtin = reading.line(row, position)
    as_buyer = reading.as_buyer
    price = price_of(price_text, reading.currency, basis, unit) if price_text else None
    if basis and basis not in KNOWN:
        reading.basis_unknown(basis, unit, position, 5 if form is TO_ORDER else 7)
    answers = []
    partial = False
    for index in range(start + 1, end):
        row = rows[index]
        if row[0] != "ACK":
            continue
        size = len(row)
        kind = _KINDS.get(row[1] if size > 1 else "")
        if kind is None:
            if at(row, 1) != _PARTIAL:
                reading.fault("code_unknown", index + 1, 1, f"{at(row, 1)!r} is no answer we know")
                continue
            kind, partial = "accepted", True
            if not at(row, 2):
                reading.missing(index + 1, 2)
        named = reading.items_of(row, 7, index + 1) if size > 8 else (item, theirs, "")
        said = (row[2] if size > 2 else "") or quantity
        if not said and row[1] == _QUANTITY_CHANGED:
            said = reading.missing(index + 1, 2)
        answers.append(
            LineAnswer(
                line,
                kind,
                quantity_of(said, (row[3] if size > 3 else "") or unit) if said else None,
                price,
                (as_date(row[5]) or reading.date(row[5], index + 1, 5)) if size > 5 and row[5] else None,
                named[0],
                named[1] if as_buyer else "",
            )
        )
    if answers or any(each[0] == "ACK" for each in rows[start:end]):
        return [*answers, *_balance(answers, quantity, unit)] if partial else answers
    whole_kind = codes("acknowledgement").get(overall)
    if whole_kind is None:
        reading.fault("code_unknown", 2, 2, f"{overall!r} is no answer we know")
        return []
    whole = quantity_of(quantity, unit) if quantity else None
    return [LineAnswer(line, cast(AnswerKind, whole_kind), whole, price, None, item, theirs if as_buyer else "")]


def _balance(answers: list[LineAnswer], ordered: str, unit: str) -> list[LineAnswer]:
    """What of a line is backordered without an answer of its own; nothing where no difference can be told."""
    answered = [each.quantity for each in answers]
    if not ordered or any(each is None or each.unit != unit for each in answered):
        return []
    rest = Decimal(ordered) - sum(each.amount for each in answered if each)
    first = answers[0]
    return [replace(first, kind="backordered", quantity=Quantity(rest, unit), due_on=None)] if rest > 0 else []


def _as_order_line(reading: Reading, row: Row) -> Row:
    """A POC without what the change was, in the order of a PO1. Of its composite unit the first component counts."""
    tag, line, _change, quantity, _left, unit, *rest = padded(row, 8)
    mark = reading.ts.interchange.delimiters.component
    return [tag, line, quantity, unit.split(mark)[0] if mark else unit, *rest]


def write(answer: PurchaseOrderAcknowledgement, writing: Writing, form: Form = TO_ORDER) -> list[OutgoingSegment]:
    """The segments of the answer."""
    writing.currency = answer.currency
    kinds = {each.kind for each in answer.answers}
    overall = "AD" if kinds <= {"accepted"} else "RD" if kinds == {"rejected"} else "AC"
    whole = answer.of_whole_order if answer.answers else None
    if whole is not None and (overall := _OF_WHOLE_ORDER.get(whole, "")) == "":
        raise CannotWrite(f"a whole order is answered by yes or no, not {whole}")
    said, ordered = day(answer.acknowledged_on), day(answer.order_date)
    rows: list[OutgoingSegment] = [_begin(answer, overall, ordered, said, form), *writing.currency_row("SE")]
    if answer.revision and not form.revision:
        rows.append(("REF", "ZZ", str(answer.revision), REVISION))
    if answer.buyer is not None:
        rows += writing.parties(("BY", answer.buyer))
    rows += writing.parties(("SU", answer.supplier))
    lines = 0
    for (line, item, supplier_item, price), group in groupby(() if whole else answer.answers, _line_of):
        line_rows = _line_rows(line, item, supplier_item, price, list(group), writing)
        rows += [_as_change_line(line_rows[0]), *line_rows[1:]] if form is TO_CHANGE else line_rows
        lines += 1
    rows.append(("CTT", str(lines)))
    return rows


def _begin(answer: PurchaseOrderAcknowledgement, overall: str, ordered: str, said: str, form: Form) -> OutgoingSegment:
    row = [form.begin, "00", overall, answer.order_number, *[""] * 7]
    row[form.ordered] = ordered or said
    row[form.answered[0]] = said if ordered else ""
    row[form.number] = answer.number
    if form.revision and answer.revision:
        row[form.revision] = str(answer.revision)
    return tuple(row)


def _as_change_line(row: OutgoingSegment) -> OutgoingSegment:
    """A PO1 as POC: what was changed in the line is answered as it stands now."""
    _tag, line, quantity, *rest = row
    return ("POC", line, _CHANGED, quantity, "", *rest)


def _line_of(answer: LineAnswer) -> tuple[str, str, str, Price | None]:
    """Answers that differ in nothing of this stand under one PO1; a substitute's ids are its own."""
    if answer.kind == "substituted":
        return answer.line, "", "", answer.price
    return answer.line, answer.item, answer.supplier_item, answer.price


def _line_rows(
    line: str, item: str, supplier_item: str, price: Price | None, answers: list[LineAnswer], writing: Writing
) -> list[OutgoingSegment]:
    amounts = [each.quantity for each in answers if each.quantity]
    unit = price.per.unit if price else amounts[0].unit if amounts else ""
    total, code = _together(amounts, unit) if len(amounts) == len(answers) else "", unit_code(unit) if unit else ""
    priced = writing.price(price, code)
    if not total:  # a unit comes with a quantity (condition C0302), and a price without one is that of a piece
        priced, code = priced if unit == EACH else ("", ""), ""
    ids = writing.ids(item, writing.partner_item(supplier_item, ""))
    rows: list[OutgoingSegment] = [("PO1", line, total, code, *priced, *ids)]
    for each in answers:
        if each.kind not in _ANSWER_CODES:
            raise CannotWrite(f"{each.kind!r} is no answer to a line")
        kind, due = ("068", day(each.due_on)) if each.due_on else ("", "")
        told = amount(each.quantity) if each.quantity else ("", "")
        said: OutgoingSegment = ("ACK", _ANSWER_CODES[each.kind], *told, kind, due)
        if each.kind == "substituted":
            said = (*said, "", *writing.ids(each.item, writing.partner_item(each.supplier_item, "")))
        rows.append(said)
    return rows


def _together(amounts: list[Quantity], unit: str) -> str:
    """What was ordered: all that is answered, where that is in the unit of the line."""
    total = amounts[0]
    for each in amounts[1:]:
        if each.unit != total.unit:
            return ""
        total += each
    return number(total.amount) if total.unit == unit else ""
