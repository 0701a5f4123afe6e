"""Consumption: a customer used goods of ours that lay with it on consignment.

In one transaction they leave the stock that is ours at the customer's and become the customer's own
(`OwnershipPassed`). It is invoiced for them at our sales prices, in the currency of the price: an invoice for each
currency. What it says of its own use is a fact and booked as it stands, even below zero.

*Early*: goods that were used before anybody told that they had arrived take the stock below zero until then.
*Late*: a consumption depends on nothing; quantities add up in any order. *Duplicate*: the same one again changes
nothing. *Repeated*: another one, with its own number, is another fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.consumption import GoodsConsumed
from crossdock.events.inventory import StockWentNegative
from crossdock.model.consumption import Consumption, ConsumptionLine
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, ZERO, Price
from crossdock.model.stock import StockMoveLine, consigned_to
from crossdock.processes._kit import (
    Case,
    CaseData,
    Effect,
    Lifecycle,
    Line,
    Link,
    Move,
    OpenExceptionCase,
    StateTable,
    stock_negative,
    tell,
    tell_goods,
)

TABLE = StateTable({"": ("invoiced", "unpriced")}, final=("invoiced", "unpriced"))

CODES = {
    "consumption_not_priced": "A customer used goods that have no sales price for their unit; they are not invoiced.",
    "stock_negative": "A customer used more of an item than the books have at its place; somebody asks it.",
}
"""Exception codes of this process and what each means."""


class ConsumedLine(Line, omit_defaults=True, kw_only=True):
    """What was used of one item, in its base unit, and the invoice that charges it."""

    item: str
    quantity: Decimal
    unit: str = EACH
    invoice: str = ""


class ConsumptionData(CaseData, omit_defaults=True, kw_only=True):
    """A consumption, by its own line ids."""

    customer: str = ""
    lines: dict[str, ConsumedLine] = {}


ConsumptionCase = Case[ConsumptionData]

LIFECYCLE = Lifecycle(
    "consumption",
    version="1",
    data=ConsumptionData,
    table=TABLE,
    starts=(GoodsConsumed,),
    header=lambda data: "unpriced" if any(line.state == "unpriced" for line in data.lines.values()) else "invoiced",
    finished=lambda data: True,
)


@LIFECYCLE.on(GoodsConsumed)
def book(case: ConsumptionCase, event: GoodsConsumed) -> Iterator[Effect]:
    """A customer used goods of ours: they are its own now, and it is invoiced for them."""
    used = event.consumption
    case.data.customer = used.customer
    priced: dict[str, list[tuple[ConsumptionLine, Price]]] = {}
    for line in used.lines:
        taken = ConsumedLine(item=line.item, quantity=line.quantity.amount, unit=line.quantity.unit)
        case.data.lines[line.line] = taken
        price = _price(case, line)
        case.move(line.line, taken, "unpriced" if price is None else "invoiced")
        if price is not None:
            priced.setdefault(price.currency, []).append((line, price))
    yield Link(kind="consumption", issuer=used.location, value=used.number)
    moves = tuple(_move(used, line) for line in used.lines)
    yield Move(used.number, moves, reason="consumed")
    yield from tell_goods(case, used.number, moves, "shipped")
    for currency, lines in sorted(priced.items()):
        yield from _invoice(case, used, currency, lines, several=len(priced) > 1)
    yield from _ask_for_prices(case)


def _price(case: ConsumptionCase, line: ConsumptionLine) -> Price | None:
    item = case.reads.item(case.company_id, line.item)
    price = item.sales_price if item else None
    return price if price is not None and price.per.unit == line.quantity.unit else None


def _move(used: Consumption, line: ConsumptionLine) -> StockMoveLine:
    return StockMoveLine(
        line.line,
        line.item,
        used.location,
        line.quantity.amount,
        "unrestricted",
        "customer",
        owner=consigned_to(used.customer),
        lot=line.lot,
    )


def _invoice(
    case: ConsumptionCase,
    used: Consumption,
    currency: str,
    lines: list[tuple[ConsumptionLine, Price]],
    *,
    several: bool,
) -> Iterator[Effect]:
    """Ask the customer for money. Two locations may number their reports alike."""
    number = f"CONS-{used.location}.{used.number}" + (f".{currency}" if several else "")
    charged = tuple(
        InvoiceLine(str(n), used.number, line.line, line.item, line.quantity, price, supplier_item=line.item)
        for n, (line, price) in enumerate(lines, 1)
    )
    for line, _ in lines:
        case.data.lines[line.line].invoice = number
    body = Invoice(
        company_id=case.company_id,
        number=number,
        issuer=PartyRef(case.company_id),
        recipient=PartyRef(used.customer),
        invoiced_on=case.on(),
        currency=currency,
        lines=charged,
        total=sum((line.price.extend(line.quantity).amount for line in charged), ZERO),
        reference=used.number,
    )
    yield Link(kind="invoice", issuer=case.company_id, value=number)
    yield from tell(case, "erp", "invoice", body, number)


def _ask_for_prices(case: ConsumptionCase) -> Iterator[Effect]:
    bare = {line_id: line for line_id, line in case.data.lines.items() if line.state == "unpriced"}
    if bare:
        words = ", ".join(f"{line.quantity} {line.unit} of {line.item}" for line in bare.values())
        yield OpenExceptionCase("consumption_not_priced", words, lines=tuple(bare), owner="customer_service")


@LIFECYCLE.on(StockWentNegative)
def report_negative(case: ConsumptionCase, event: StockWentNegative) -> Iterator[Effect]:
    """The fact stands; somebody asks the customer what it has."""
    yield stock_negative(case, event)
