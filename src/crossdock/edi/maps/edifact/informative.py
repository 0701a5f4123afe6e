"""Allowances and charges of an INVOIC that are told for information: what is asked for has them already.

EANCOM: a net price (PRI+AAA) has the allowances and charges of its line in it, a gross one (PRI+AAB) has them to come.
The amount of the line (MOA+203) has them either way, and shows it where a sender counts them on a price that he calls
net. What stands behind UNS are the totals of what heading and lines say, by their kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from crossdock.edi.maps.edifact.reading import NUMBERS, ONE, Reading
from crossdock.edi.maps.totals import worth
from crossdock.model.quantity import ZERO, Price, Quantity

NET, GROSS, INVOICED = "AAA", "AAB", "INV"
"""Data element 5125, the price that counts first before those that count where it is not said."""
LINE_AMOUNT = "203"
CHARGE_AMOUNTS = ("8", "23", "204")
ALLOWANCE = "A"
INVOICED_QUANTITY, OTHER_QUANTITIES = "47", ("1", "12", "46")
"""Data element 6063, the others being what was counted, despatched or delivered: the invoiced quantity of those who do
not say that."""
_BELOW_CHARGE = frozenset(("ALI", "DTM", "QTY", "RNG", "PCD", "MOA", "RTE", "TAX"))
_BELOW_TOTAL = frozenset(("ALI", "MOA"))
_TOTALS = (*CHARGE_AMOUNTS, "25", "131", "400")
_NOWHERE: frozenset[int] = frozenset()
_ROUNDING = Decimal("0.005")
"""Half a cent: of the line, and of each of its charges."""


def rounding(charges: int) -> Decimal:
    """How much a line with so many charges may be off its amount."""
    return _ROUNDING * (1 + charges)


def informative(reading: Reading) -> frozenset[int]:
    """The positions of the segments of such allowances and charges."""
    tags = [row[0] for row in reading.rows]
    first = tags.index("LIN") if "LIN" in tags else len(tags)
    if "ALC" not in tags[first:]:
        return _NOWHERE
    end = tags.index("UNS") if "UNS" in tags else len(tags)
    starts = [index for index in range(first, end) if tags[index] == "LIN"]
    found: set[int] = set()
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        if "ALC" in tags[start:stop] and _are_in_price(reading, range(start, stop)):
            found.update(_groups(reading, range(start, stop)))
    found.update(_totals(reading, end))
    return frozenset(found)


def _groups(reading: Reading, indexes: Sequence[int]) -> Iterator[int]:
    """The positions of the charges of a line and of what is below each."""
    inside = False
    for index in indexes:
        row = reading.rows[index]
        inside = row[0] == "ALC" or (inside and row[0] in _BELOW_CHARGE)
        if inside and not (row[0] == "MOA" and reading.part(row, 1) == LINE_AMOUNT):
            yield index + 1


def _are_in_price(reading: Reading, indexes: Sequence[int]) -> bool:
    """Does the price of a line have its charges in it?"""
    prices: dict[str, list[str]] = {}
    amount: Decimal | None = None
    quantity: Decimal | None = None
    charges: list[Decimal | None] = []
    sign = ONE
    for index in indexes:
        row = reading.rows[index]
        said = reading.parts(row, 1)
        number = NUMBERS[said[1]] if len(said) > 1 else None
        if row[0] == "ALC":
            sign = -ONE if said[0] == ALLOWANCE else ONE
            charges.append(None)
        elif row[0] == "MOA" and said[0] in CHARGE_AMOUNTS and charges and charges[-1] is None:
            charges[-1] = None if number is None else sign * number
        elif row[0] == "MOA" and said[0] == LINE_AMOUNT and amount is None:
            amount = number
        elif row[0] == "PRI":
            prices.setdefault(said[0], said)
        elif row[0] == "QTY" and (said[0] == INVOICED_QUANTITY or (said[0] in OTHER_QUANTITIES and quantity is None)):
            quantity = number
    if NET not in prices:
        return amount is not None and not prices.keys() & {GROSS, INVOICED}
    if amount is None or quantity is None:
        return True
    return not _count_besides(_worth(prices[NET], quantity), amount, charges)


def _worth(price: list[str], quantity: Decimal) -> Decimal:
    each, per = (NUMBERS[price[index]] if len(price) > index else None for index in (1, 4))
    return worth(Price(each or ZERO, "", Quantity(per or ONE)), Quantity(quantity))


def _count_besides(goods: Decimal, amount: Decimal, charges: Sequence[Decimal | None]) -> bool:
    """Does a line come to its amount only with its charges? Where one says no amount, that is to be told."""
    off = rounding(len(charges))
    if abs(goods - amount) <= off:
        return False
    stated = [each for each in charges if each is not None]
    return len(stated) < len(charges) or abs(goods + sum(stated, ZERO) - amount) <= off


def _totals(reading: Reading, end: int) -> Iterator[int]:
    """The positions of the totals of charges that were said before; one that was not is a charge of its own."""
    before = set(_kinds(reading, reading.rows[:end]))
    inside = False
    for position, row in enumerate(reading.rows[end:], end + 1):
        if row[0] == "ALC":
            (kind,) = _kinds(reading, (row,))
            inside = kind in before or (not kind[1] and any(each[0] == kind[0] for each in before))
        else:
            inside = inside and row[0] in _BELOW_TOTAL
            inside = inside and (row[0] != "MOA" or reading.part(row, 1) in _TOTALS)
        if inside:
            yield position


def _kinds(reading: Reading, rows: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    """Allowance or charge, and for what."""
    return ((reading.part(row, 1), reading.charge_code(row)) for row in rows if row[0] == "ALC")
