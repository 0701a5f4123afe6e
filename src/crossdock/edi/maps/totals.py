"""Does what an invoice asks for follow from its lines and charges?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity

_CENT = Decimal("0.01")
_ONE = Decimal(1)


def asked_for(
    total: Decimal | None, lines: Sequence[InvoiceLine], charges: Sequence[Charge]
) -> tuple[Decimal, str, str]:
    """What an invoice asks for: its total, or what lines and charges add up to where it states none; and the code and
    words of the fault in that, empty if there is none. Half a cent per line may be rounding."""
    added = sum((charge.amount for charge in charges), Decimal(0))
    for line in lines:
        added += worth(line.price, line.priced)
    if total is None:
        return added.quantize(_CENT), "total_missing", ""
    if abs(total - added) > _CENT * (len(lines) + 1) / 2:
        words = f"the total is {total}, lines and charges add up to {added.quantize(_CENT)}"
        return total, "total_mismatch", words
    return total, "", ""


def worth(price: Price, quantity: Quantity) -> Decimal:
    """What so much costs at a price, unrounded."""
    value = price.amount * quantity.amount
    return value if price.per.amount == _ONE else value / price.per.amount


def charges_by_line(invoice: Invoice) -> dict[str, list[Charge]]:
    """The charges of each line, and those of the document (of no line). Raises `CannotWrite` for one of a line that the
    invoice has not."""
    found: dict[str, list[Charge]] = {}
    for charge in invoice.charges:
        found.setdefault(charge.line, []).append(charge)
    lost = found.keys() - {"", *(line.line for line in invoice.lines)} if found else None
    if lost:
        raise CannotWrite(f"charges are for lines that the invoice has not: {', '.join(sorted(lost))}")
    return found
