"""Business objects in words and columns, for `edi explain`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from crossdock.edi.assumed import Assumed
from crossdock.edi.guides.ta1 import NOTHING, note
from crossdock.edi.receipt_words import receipt, syntax_report
from crossdock.model.acknowledgement import FunctionalAcknowledgement, InterchangeAcknowledgement, SyntaxReport
from crossdock.model.advice import Address
from crossdock.model.freight import FreightReference
from crossdock.model.fulfillment import InventoryReport
from crossdock.model.invoice import PREPAID_CHARGE, ROUNDING_CHARGE, Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    Charge,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    Schedule,
)
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.ship_notice import ShipNotice
from crossdock.model.tax import TAX_CHARGE
from crossdock.model.units import known

Line = tuple[str, ...]
Said = tuple[tuple[str, ...], tuple[Line, ...], tuple[str, ...]]
"""Columns, lines, words."""
_MOST_VALUES = 5


class Notes:
    """Which fields of an object its document does not say, and whence they are. Each is told where the field is, or
    else at the end of the words."""

    def __init__(self, assumed: Iterable[Assumed] = ()) -> None:
        self._left = {each.path.replace(" ", "_"): each for each in assumed}

    def on(self, field: str) -> str:
        """` (from the envelope)` where that is so of a field, to stand behind it."""
        found = self._left.pop(field, None)
        return f" ({found.note})" if found else ""

    def rest(self) -> Iterator[str]:
        """What was not asked for: one sentence for each field, however many lines have it."""
        said: dict[tuple[str, str], list[str]] = {}
        for each in self._left.values():
            values = said.setdefault((re.sub(r"\[\d+\]", "", each.path), each.note), [])
            values += [each.value] if each.value not in values else []
        for (path, source), values in said.items():
            shown = ", ".join(values[:_MOST_VALUES]) + (", ..." if len(values) > _MOST_VALUES else "")
            yield f"{path.capitalize()}: {shown} ({source})"


def say(body: msgspec.Struct, assumed: Iterable[Assumed] = ()) -> Said:
    """Columns, lines and words of a business object; what is assumed is said to be."""
    notes = Notes(assumed)
    columns, lines, words = _SAY.get(type(body), _any)(body, notes)
    return columns, lines, (*words, *notes.rest())


def _any(body: msgspec.Struct, notes: Notes) -> Said:
    """Any other object: what it says of itself, then the lines of its first list as columns."""
    words = [_title(type(body).__name__)]
    columns: tuple[str, ...] = ()
    lines: list[Line] = []
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct) and not lines:
            columns, lines = _table(value)
        elif not _unsaid(body, name) and (shown := _field(body, name)):
            words.append(f"{name.replace('_', ' ').capitalize()}: {shown}{notes.on(name)}")
    return columns, tuple(lines), tuple(words)


def _unsaid(body: msgspec.Struct, name: str) -> bool:
    """Is a number what it is where nobody says any?"""
    default = next(each.default for each in msgspec.structs.fields(body) if each.name == name)
    return isinstance(default, int) and getattr(body, name) == default


def _title(name: str) -> str:
    """`PriceCatalogue` as `Price catalogue`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _table(objects: tuple[Any, ...]) -> tuple[tuple[str, ...], list[Line]]:
    """The fields that any of the objects fills, and a line for each; for each line of goods, where they hold those."""
    goods = next((name for name in objects[0].__struct_fields__ if _is_goods(getattr(objects[0], name))), "")
    lines = (
        [(each, line) for each in objects for line in getattr(each, goods)]
        if goods
        else [(each, each) for each in objects]
    )
    if not lines:
        return (), []
    inner = lines[0][1].__struct_fields__
    outer = [name for name in objects[0].__struct_fields__ if goods and name not in (*inner, goods)]
    all_names = [*outer, *inner]
    rows = [[_field(each if name in outer else line, name) for name in all_names] for each, line in lines]
    filled = [index for index in range(len(rows[0])) if any(row[index] for row in rows)]
    names = [all_names[index].replace("_", " ") for index in filled]
    return tuple(names), [tuple(row[index] for index in filled) for row in rows]


def _is_goods(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and "quantity" in getattr(value[0], "__struct_fields__", ())


@cache
def _choices(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The fields that hold one of our own words, such as `third_party`."""
    return frozenset(each.name for each in msgspec.structs.fields(kind) if "Literal[" in str(each.type))


def _field(body: msgspec.Struct, name: str) -> str:
    """A field in words."""
    value = getattr(body, name)
    goods = getattr(body, "quantity", None) if isinstance(value, Price) else None
    shown = _price(value, goods) if isinstance(goods, Quantity) else _shown(value)
    return shown.replace("_", " ") if name in _choices(type(body)) else shown


def _shown(value: Any) -> str:
    """A value in words; empty for what says nothing."""
    match value:
        case None | "" | () | False:
            return ""
        case True:
            return "yes"
        case Quantity():
            return _quantity(value)
        case Price():
            return _price(value)
        case PartyRef():
            return _party("", value).strip()
        case Address():
            place = " ".join(each for each in (value.city, value.region, value.postal_code, value.country) if each)
            return ", ".join(each for each in (*value.lines, place) if each)
        case FreightReference():
            return f"{value.kind} {value.number}" + (f" ({value.description})" if value.description else "")
        case dt.datetime():
            return _moment(value)
        case Decimal():
            return f"{value:f}"
        case tuple():
            return "; ".join(_shown(each) for each in value)
        case msgspec.Struct():
            parts = ((name, _field(value, name)) for name in value.__struct_fields__)
            return ", ".join(f"{name.replace('_', ' ')} {shown}" for name, shown in parts if shown)
    return str(value)


def _moment(value: dt.datetime) -> str:
    """Midnight is what a day without a time is read as."""
    return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M} UTC"


def _party(role: str, party: PartyRef | None, note: str = "") -> str:
    if party is None or not (party.their_id or party.id or party.name):
        return ""
    number = party.their_id or party.id
    shown = f"{number} ({party.name})" if number and party.name else number or party.name
    return f"{role} {shown}{note}"


def _currency(said: str, priced: bool) -> str:
    return "The document names no currency" if priced and not said else ""


def _quantity(quantity: Quantity | None) -> str:
    return f"{quantity.amount:f} {_unit(quantity.unit)}".rstrip() if quantity else "as before"


def _unit(code: str) -> str:
    """A unit by its code; one that is only a number, behind an amount, would be taken for another number."""
    if not code.isdigit():
        return code
    found = known(code)
    return f"{found.name} (unit {code})" if found else f"(unit {code})"


def _price(price: Price | None, goods: Quantity | None = None) -> str:
    """What goods cost; how much of them, and in which unit, where that is not one of their own unit."""
    if price is None:
        return ""
    per, unit = price.per, goods.unit if goods else EACH
    parts = (f"{per.amount:f}" if per.amount != 1 else "", _unit(per.unit) if per.unit != unit else "")
    each = " ".join(filter(None, parts))
    return f"{price.amount:f} {price.currency}".rstrip() + (f" per {each}" if each else "")


def _item(line: Any) -> str:
    theirs = getattr(line, "supplier_item", "") or getattr(line, "buyer_item", "")
    gtin = getattr(line, "gtin", "")
    named = [line.item, f"theirs {theirs}" if theirs and theirs != line.item else "", f"GTIN {gtin}" if gtin else ""]
    return ", ".join(each for each in named if each) or "not named"


def _sentences(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _charges(charges: tuple[Charge, ...], currency: str) -> list[str]:
    return [
        f"{_called(each)}: {each.amount if each.code == ROUNDING_CHARGE else abs(each.amount):f} {currency} "
        f"{each.description}".rstrip()
        + (f" (line {each.line})" if each.line else "")
        for each in charges
    ]


def _called(charge: Charge) -> str:
    """Sums that are kept among the charges are not called one."""
    if charge.code in (PREPAID_CHARGE, ROUNDING_CHARGE):
        return "Rounding" if charge.code == ROUNDING_CHARGE else "Paid before"
    if charge == Charge(TAX_CHARGE, abs(charge.amount)):  # of whatever kind
        return "Tax in all"
    return f"{'Allowance' if charge.amount < 0 else 'Charge'} {charge.code}".rstrip()


def _schedule(schedule: Schedule) -> str:
    due = f" on {schedule.due_on}" if schedule.due_on else ""
    return _quantity(schedule.quantity) + due + (f" to {schedule.ship_to}" if schedule.ship_to else "")


def _taxes(invoice: Invoice) -> Iterator[str]:
    """`Tax VAT S 25 %: 8.00 EUR of 32.00`."""
    for tax in invoice.taxes:
        percent = "" if tax.rate.percent is None else f"{tax.rate.percent:f} %"
        named = " ".join(filter(None, ("Tax", tax.rate.kind, tax.rate.category, percent)))
        taxable = "" if tax.taxable is None else f" of {tax.taxable:f}"
        yield f"{named}: {tax.amount:f} {invoice.currency}".rstrip() + taxable


def _order(order: PurchaseOrder, notes: Notes) -> Said:
    lines = tuple(
        (
            line.line,
            _item(line),
            _quantity(line.quantity),
            _price(line.price, line.quantity),
            "; ".join(_schedule(each) for each in line.schedules),
            line.description,
        )
        for line in order.lines
    )
    words = _sentences(
        f"Purchase order {order.number} of {order.ordered_on}{notes.on('ordered_on')}"
        + (f", revision {order.revision}" if order.revision else ""),
        _party("Buyer", order.buyer, notes.on("buyer")),
        _party("Supplier", order.supplier, notes.on("supplier")),
        _party("Ship to", order.ship_to, notes.on("ship_to")),
        f"Wanted on {order.due_on}" if order.due_on else "",
        f"Reference {order.reference}" if order.reference else "",
        *_charges(order.charges, order.currency),
        _currency(order.currency, any(line.price.amount for line in order.lines)),
    )
    return ("line", "item", "quantity", "price", "schedule", "description"), lines, words


def _change(change: PurchaseOrderChange, notes: Notes) -> Said:
    lines = tuple(
        (
            line.line,
            line.action,
            _item(line),
            _quantity(line.quantity),
            _price(line.price, line.quantity),
            str(line.due_on or ""),
        )
        for line in change.lines
    )
    words = _sentences(
        f"Purchase order {change.number} is cancelled as a whole, {change.changed_on or 'undated'}"
        if change.whole_order
        else f"Change {change.revision} of purchase order {change.number}, {change.changed_on or 'undated'}",
        f"All that is open is wanted on {change.due_on}" if change.due_on else "",
        f"Reason: {change.reason}" if change.reason else "",
        _party("Buyer", change.buyer, notes.on("buyer")),
        _party("Supplier", change.supplier, notes.on("supplier")),
    )
    return ("line", "what", "item", "quantity", "price", "date"), lines, words


def _answer(answer: PurchaseOrderAcknowledgement, notes: Notes) -> Said:
    lines = tuple(
        (
            each.line,
            each.kind,
            _quantity(each.quantity) if each.quantity else "",
            _price(each.price, each.quantity),
            str(each.due_on or ""),
            _item(each),
        )
        for each in (() if answer.of_whole_order else answer.answers)
    )
    words = _sentences(
        f"Answer to purchase order {answer.order_number}, {answer.acknowledged_on}",
        f"The whole order is {answer.of_whole_order}" if answer.of_whole_order else "",
        _party("Supplier", answer.supplier, notes.on("supplier")),
        _party("Buyer", answer.buyer, notes.on("buyer")),
        f"Supplier's number {answer.number}" if answer.number else "",
    )
    return ("line", "answer", "quantity", "price", "date", "item"), lines, words


def _report(report: InventoryReport, notes: Notes) -> Said:
    lines = tuple((level.item, _quantity(level.quantity), level.condition, level.lot) for level in report.levels)
    words = _sentences(
        f"Stock report {report.number}, as of {_moment(report.at)}{notes.on('at')}",
        f"Warehouse {report.warehouse}{notes.on('warehouse')}",
    )
    return ("item", "quantity", "condition", "lot"), lines, words


def _notice(notice: ShipNotice, notes: Notes) -> Said:
    lines = tuple(
        (
            line.order_number,
            line.order_line,
            _item(line),
            _quantity(line.quantity),
            line.pallet,
            line.pack,
            line.lot,
            str(line.expires_on or ""),
            ", ".join(line.serials),
        )
        for line in notice.lines
    )
    words = _sentences(
        f"Ship notice {notice.number}, shipped {_moment(notice.shipped_at)}{notes.on('shipped_at')}",
        _party("Supplier", notice.supplier, notes.on("supplier")),
        _party("Ship to", notice.ship_to, notes.on("ship_to")),
        _party("Buyer", notice.buyer, notes.on("buyer")),
        f"Expected on {notice.expected_on}" if notice.expected_on else "",
        f"Carrier {notice.carrier}" if notice.carrier else "",
        f"Tracking {notice.tracking}" if notice.tracking else "",
    )
    return ("order", "line", "item", "quantity", "pallet", "pack", "lot", "expires", "serials"), lines, words


def _invoice(invoice: Invoice, notes: Notes) -> Said:
    lines = tuple(
        (
            line.line,
            line.order_number,
            line.order_line,
            _item(line),
            _quantity(line.quantity),
            _price(line.price, line.priced),
        )
        for line in invoice.lines
    )
    words = _sentences(
        f"{'Credit note' if invoice.kind == 'credit_note' else 'Invoice'} {invoice.number} of {invoice.invoiced_on}"
        + notes.on("invoiced_on"),
        _party("From", invoice.issuer, notes.on("issuer")),
        _party("To", invoice.recipient, notes.on("recipient")),
        f"Total {invoice.total:f} {invoice.currency}".rstrip(),
        *_charges(invoice.charges, invoice.currency),
        _currency(invoice.currency, bool(invoice.total)),
        *_taxes(invoice),
    )
    return ("line", "order", "order line", "item", "quantity", "price"), lines, words


def _receipt(said: FunctionalAcknowledgement, notes: Notes) -> Said:
    return receipt(said)


def _syntax_report(said: SyntaxReport, notes: Notes) -> Said:
    return syntax_report(said)


def _interchange_receipt(receipt: InterchangeAcknowledgement, notes: Notes) -> Said:
    verdict = receipt.verdict.replace("_", " ")
    why = note(receipt.code) or "a note code that nobody knows"
    # What is right needs no reason.
    reason = "" if receipt.verdict == "accepted" and receipt.code == NOTHING else f": {receipt.code}, {why}"
    sent = " ".join(each for each in (receipt.date, receipt.time) if each)
    words = (f"Interchange {receipt.control_number}" + (f" of {sent}" if sent else "") + f" was {verdict}{reason}",)
    return (), (), words


_SAY: dict[type[msgspec.Struct], Callable[[Any, Notes], Said]] = {
    PurchaseOrder: _order,
    PurchaseOrderChange: _change,
    PurchaseOrderAcknowledgement: _answer,
    ShipNotice: _notice,
    InventoryReport: _report,
    Invoice: _invoice,
    FunctionalAcknowledgement: _receipt,
    InterchangeAcknowledgement: _interchange_receipt,
    SyntaxReport: _syntax_report,
}
