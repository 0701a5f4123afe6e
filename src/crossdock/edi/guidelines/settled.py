"""What follows from the rest of a made-up document: counts, amounts of lines, shares of a quantity, taxes and totals.

Only what is there already is set right; conditions of a guideline come afterwards and have the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.edi.guidelines.amounts import Nothing, number
from crossdock.edi.guidelines.draft import Draft, Line
from crossdock.edi.guidelines.overlay import get, put
from crossdock.edi.guidelines.places import Place
from crossdock.edi.maps.edifact.informative import NET

# What opens a line: (element of its quantity, element of its price); 0: another segment says it.
LINES = {"PO1": (2, 4), "POC": (3, 6), "IT1": (2, 4), "LIN": (0, 0), "W01": (1, 0)}
_SHARES = {"ACK": 2, "SCH": 1}
"""Where answers and schedules have their share of a quantity. An SDQ has one for each of up to ten stores."""
SHARED = (*_SHARES, "SDQ")
"""What says a part of the quantity of its line."""
_SHARED_QUANTITIES = ("113", "83")
_LINE_AMOUNTS = ("203", "66", "38")
_WEIGHED = {"L0": 4, "AT8": 3}
_CHARGES = ("8", "23", "204")
_TOTALS = ("9", "77", "86", "39", "128")
_TAXES = ("124", "150", "176")
_CENT = Decimal("0.01")
_USUAL_TAX = Decimal(20)
_NOT_ORDERED = "59"
"""Of QTY: how many pieces a traded unit holds."""


@dataclass
class _Part:
    """One line with all that stands below it; the first part is the heading, the last one the sums behind."""

    lines: list[Line] = field(default_factory=list)

    @property
    def quantity(self) -> Decimal:
        """How much of it."""
        first = self.lines[0]
        element, _ = LINES[first.tag]
        if element:
            return _number(first, element)
        counted = (
            _number(each, 1, 2) or _number(each, 2)
            for each in self.lines
            if each.tag == "SN1" or (each.tag == "QTY" and _said(each, 1, 1) not in (_NOT_ORDERED, *_SHARED_QUANTITIES))
        )
        return next((each for each in counted if each), Decimal(0))

    @property
    def amount(self) -> Decimal:
        """What it comes to."""
        _, element = LINES[self.lines[0].tag]
        if element:
            price = _number(self.lines[0], element)
        else:
            priced = [each for each in self.lines if each.tag == "PRI"]
            price = _number(priced[0], 1, 2) if priced else Decimal(0)
        return (self.quantity * price).quantize(_CENT)


def settle(draft: Draft) -> None:
    """Set right what follows from the rest. Raises `CannotWrite` where the partner has no way to write it."""
    rows = [line.cells for line in draft.lines]
    numbers = [each for each in draft.compiled.overlay.forms if each.verb == "decimals"]
    for each in numbers:
        each.read(rows)
    _settle(draft.lines)
    for each in reversed(numbers):
        each.write(rows)


def _settle(lines: Sequence[Line]) -> None:
    parts = _parts(lines)
    for part in parts:
        _shared(part)
        _amounts(part)
    goods = sum((part.amount for part in parts), Decimal(0))
    quantity = sum((part.quantity for part in parts), Decimal(0))
    _taxed(lines, goods)
    charges = sum(_charges(lines, parts), Decimal(0))
    taxes = sum((_number(each, 1, 2) for each in lines if each.tag == "MOA" and _said(each, 1, 1) == "124"), Decimal(0))
    for line in lines:
        _totals(line, goods, goods + charges + taxes, taxes)
        _counts(line, lines, parts, quantity)
    _freight(lines)


def _parts(lines: Sequence[Line]) -> list[_Part]:
    found: list[_Part] = []
    for line in lines:
        if line.tag in LINES:
            found.append(_Part())
        if line.tag in ("CTT", "TDS", "UNS", "CNT", "W76"):
            break
        if found:
            found[-1].lines.append(line)
    return found


def _shared(part: _Part) -> None:
    """Several answers or schedules of one line share its quantity."""
    for wanted in (
        *([(each, _SHARES[each.tag], 0) for each in part.lines if each.tag == tag] for tag in _SHARES),
        [(each, element, 0) for each in part.lines if each.tag == "SDQ" for element in range(4, len(each.cells), 2)],
        [(each, 1, 2) for each in part.lines if each.tag == "QTY" and _said(each, 1, 1) in _SHARED_QUANTITIES],
    ):
        there = [each for each in wanted if get(each[0].cells, Place("", (), each[1], each[2]))]
        each_gets, left = divmod(int(part.quantity), max(len(there), 1))
        for line, element, component in there:
            share, left = each_gets + left, 0
            if share:
                put(line.cells, element, component, str(share))


def _amounts(part: _Part) -> None:
    for line in part.lines:
        if line.tag == "MOA" and _said(line, 1, 1) in _LINE_AMOUNTS and part.amount:
            put(line.cells, 1, 2, _text(part.amount))


def _taxed(lines: Sequence[Line], goods: Decimal) -> None:
    """Taxes are a percentage of what is taxed: of the charge they stand below, or of all goods."""
    base, rate = goods, _USUAL_TAX
    for line in lines:
        if line.tag == "SAC" and get(line.cells, Place("", (), 5)):
            base = _number(line, 5) * _CENT
        elif line.tag == "TXI":
            _set(line, 8, 0, _text(base))
            _set(line, 2, 0, _text((base * (_number(line, 3) or 5) * _CENT).quantize(_CENT)))
        elif line.tag == "TAX":
            rate = _number(line, 5, 4) or _USUAL_TAX
        elif line.tag == "MOA" and _said(line, 1, 1) in _TAXES:
            _set(line, 1, 2, _text((goods * rate * _CENT).quantize(_CENT)))


def _charges(lines: Sequence[Line], parts: Sequence[_Part]) -> Iterator[Decimal]:
    """Charges, and allowances as negative amounts. A net price has those of its line in it."""
    netted = {id(line) for part in parts if any(map(_is_net, part.lines)) for line in part.lines}
    waiting = ""
    for line in lines:
        if id(line) in netted:
            continue
        if line.tag == "SAC" and _said(line, 1) in ("A", "C"):
            amount = _number(line, 5) * _CENT
            yield -amount if _said(line, 1) == "A" else amount
        elif line.tag == "ALC":
            waiting = _said(line, 1)
        elif line.tag == "MOA" and waiting and _said(line, 1, 1) in _CHARGES:
            amount = _number(line, 1, 2)
            yield -amount if waiting == "A" else amount
            waiting = ""


def _is_net(line: Line) -> bool:
    return line.tag == "PRI" and _said(line, 1, 1) == NET


def _totals(line: Line, goods: Decimal, total: Decimal, taxes: Decimal) -> None:
    if line.tag == "TDS":
        _set(line, 1, 0, _cents(total))
        _set(line, 2, 0, _cents(goods))
    elif line.tag == "AMT" and total:
        _set(line, 2, 0, _text(goods if _said(line, 1) == "1" else total))
    elif line.tag == "ITD":
        _set(line, 8, 0, _cents(total * _number(line, 3) * _CENT))
    elif line.tag == "MOA" and total:
        said = {**dict.fromkeys(_TOTALS, total), "79": goods, "125": goods, "176": taxes}.get(_said(line, 1, 1))
        if said is not None:
            _set(line, 1, 2, _text(said))


def _counts(line: Line, lines: Sequence[Line], parts: Sequence[_Part], quantity: Decimal) -> None:
    if line.tag == "CTT":
        levels = sum(each.tag == "HL" for each in lines)
        if levels or parts:
            _set(line, 1, 0, str(levels or len(parts)))
        _set(line, 2, 0, _text(quantity))
    elif line.tag == "CNT":
        said = {"2": str(len(parts)), "1": _text(quantity)}.get(_said(line, 1, 1))
        if said and parts:
            _set(line, 1, 2, said)
    elif line.tag in ("ISS", "W76") and parts:
        _set(line, 1, 0, _text(quantity))


def _freight(lines: Sequence[Line]) -> None:
    """What a carrier asks for is what its charges come to, and what it moves is as heavy as its parts."""
    weight = sum(
        (_number(each, {"L0": 4, "AT8": 3}[each.tag]) for each in lines if each.tag in ("L0", "AT8")), Decimal(0)
    )
    for line in lines:
        if line.tag == "L3" and weight:
            _set(line, 1, 0, _text(weight))
    asked = sum((_number(each, 4) for each in lines if each.tag == "L1"), Decimal(0))
    if asked:
        for line in lines:
            place = {"B3": 7, "L3": 5}.get(line.tag)
            if place:
                _set(line, place, 0, _text(asked))


def _set(line: Line, element: int, component: int, value: str) -> None:
    """Write where something stands already."""
    if get(line.cells, Place("", (), element, component)):
        put(line.cells, element, component, value)


def _said(line: Line, element: int, component: int = 0) -> str:
    return get(line.cells, Place("", (), element, component))


def _number(line: Line, element: int, component: int = 0) -> Decimal:
    try:
        return number(_said(line, element, component))
    except Nothing:
        return Decimal(0)


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _cents(value: Decimal) -> str:
    return f"{(value * 100).to_integral_value():f}"
