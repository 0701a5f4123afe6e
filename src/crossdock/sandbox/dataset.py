"""Rows of the UCI Online Retail data become orders, returns, stock adjustments and finance entries.

Every row ends in exactly one counted class: nothing vanishes, whatever its codes and texts look like.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec

from crossdock.sandbox.chance import stable

CASH = "CASH"
ZERO = Decimal(0)
_CHARGES = frozenset(
    ["POST", "DOT", "M", "D", "BANK CHARGES", "C2", "AMAZONFEE", "CRUK", "S", "PADS", "B", "ADJUST", "ADJUST2"]
)
_GOODS = re.compile(r"\d{5,6}[A-Z]{0,3}|DCGS\w+|SP\d+")
_COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")


class Row(msgspec.Struct, frozen=True):
    """One readable line of a day file."""

    file: str
    line: int
    invoice: str
    code: str
    description: str
    quantity: Decimal
    at: dt.datetime
    price: Decimal
    customer: str
    country: str


class Aside(msgspec.Struct, frozen=True):
    """A line that could not become anything, with where it stands and why."""

    file: str
    line: int
    rule: str
    detail: str


class OrderLine(msgspec.Struct, frozen=True):
    """A line of a sale. The same item may stand in several lines."""

    line: str
    item: str
    quantity: Decimal
    price: Decimal
    description: str
    sample: bool = False


class OrderCharge(msgspec.Struct, frozen=True):
    """Postage, manual entries, bank charges: money, not stock."""

    code: str
    amount: Decimal
    description: str


class Order(msgspec.Struct, frozen=True):
    """An invoice with a priced goods line, played as the order it once was."""

    number: str
    customer: str
    country: str
    channel: str
    placed_at: dt.datetime
    lines: tuple[OrderLine, ...]
    charges: tuple[OrderCharge, ...]

    @property
    def total(self) -> Decimal:
        """Goods and charges."""
        return sum((each.quantity * each.price for each in self.lines), ZERO) + sum(
            (each.amount for each in self.charges), ZERO
        )


class ReturnLine(msgspec.Struct, frozen=True):
    """Goods that came back; `order` is empty where no earlier sale explains them."""

    line: str
    item: str
    quantity: Decimal
    price: Decimal
    order: str = ""
    order_line: str = ""


class Return(msgspec.Struct, frozen=True):
    """The goods of a cancellation invoice."""

    number: str
    customer: str
    country: str
    channel: str
    created_at: dt.datetime
    lines: tuple[ReturnLine, ...]


class AdjustmentLine(msgspec.Struct, frozen=True):
    """A signed correction of one item's stock."""

    line: str
    item: str
    quantity: Decimal
    reason: str


class Adjustment(msgspec.Struct, frozen=True):
    """An invoice that only corrected stock."""

    invoice: str
    country: str
    at: dt.datetime
    lines: tuple[AdjustmentLine, ...]


class FinanceEntry(msgspec.Struct, frozen=True):
    """Money without goods: discounts, bad debt, postage given back."""

    invoice: str
    code: str
    amount: Decimal
    at: dt.datetime
    rule: str


class Dataset(msgspec.Struct):
    """The days, sorted by time, and how many rows each rule took."""

    orders: list[Order]
    returns: list[Return]
    adjustments: list[Adjustment]
    finance: list[FinanceEntry]
    aside: list[Aside]
    goods: list[Row]
    """Every row that names goods, for master data."""
    rows: int
    rules: Counter[str]


class ChannelRule(msgspec.Struct, frozen=True):
    """Which customer buys where: named ones, the cash customer, and the others by a hash that never moves."""

    retailers: dict[str, str]
    """Customer code -> channel."""
    polled: str = "marketplace"
    direct: str = "shop"

    def channel(self, customer: str) -> str:
        """The channel of a customer."""
        if customer in self.retailers:
            return self.retailers[customer]
        if customer == CASH or stable("channel", customer) % 4 == 0:
            return self.polled
        return self.direct


def load(folder: Path, channels: ChannelRule) -> Dataset:
    """All `*.csv` of a folder, sorted by name."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise FileNotFoundError(f"no day files (*.csv) in {folder}")
    aside: list[Aside] = []
    rows: list[Row] = []
    for file in files:
        rows.extend(read_rows(file, aside))
    return arrange(rows, aside, channels)


def read_rows(file: Path, aside: list[Aside]) -> Iterator[Row]:
    """The readable rows of one day; the others go `aside` with file and line."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as source:
        reader = csv.reader(source)
        header = next(reader, [])
        if missing := [name for name in _COLUMNS if name not in header]:
            aside.append(Aside(file.name, 1, "malformed_row", f"columns missing: {', '.join(missing)}"))
            return
        places = [header.index(name) for name in _COLUMNS]
        for values in reader:
            if not values:
                continue
            try:
                yield _row(file.name, reader.line_num, [values[place] for place in places])
            except (ValueError, IndexError, InvalidOperation) as fault:
                aside.append(Aside(file.name, reader.line_num, "malformed_row", f"{fault or type(fault).__name__}"))


def _row(file: str, line: int, values: list[str]) -> Row:
    invoice, code, description, quantity, at, price, customer, country = (value.strip() for value in values)
    if not invoice or not code:
        raise ValueError("invoice or stock code missing")
    amount, each = Decimal(quantity), Decimal(price)
    if not amount.is_finite() or not each.is_finite() or not amount:
        raise ValueError(f"quantity {quantity} at {price} means nothing")
    return Row(
        file=file,
        line=line,
        invoice=invoice.upper().replace("/", "-"),
        code=code.upper().replace("/", "-"),
        description=description,
        quantity=amount,
        at=dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC),
        price=each,
        customer=customer.removesuffix(".0"),
        country=country or "Unspecified",
    )


def is_goods(code: str) -> bool:
    """Is this a stock code, or a charge? Codes of neither shape are charges: nobody can pick them."""
    return code not in _CHARGES and _GOODS.fullmatch(code) is not None


def classify(row: Row) -> str:
    """The rule a row falls under, looking at the row alone."""
    goods = is_goods(row.code)
    if row.invoice.startswith("A"):
        return "finance_adjustment"
    if row.invoice.startswith("C"):
        if row.quantity > 0:
            return "finance_cancellation_reversed"
        return "return_line" if goods and row.price >= 0 else "finance_cancellation"
    if row.price < 0:
        return "finance_negative_price"
    if not goods:
        return "charge_line" if row.price else "charge_without_price"
    if row.price == 0:
        if not row.customer:
            return "stock_adjustment"
        return "sample_line" if row.quantity > 0 else "negative_line_of_customer"
    if row.quantity < 0:
        return "negative_line_of_customer" if row.customer else "stock_adjustment"
    return "sale_line" if row.customer else "cash_sale_line"


_SALES = ("sale_line", "cash_sale_line")


def arrange(rows: Iterable[Row], aside: list[Aside], channels: ChannelRule) -> Dataset:
    """Documents out of rows."""
    by_invoice: dict[str, list[Row]] = defaultdict(list)
    data = Dataset([], [], [], [], aside, [], len(aside), Counter())
    data.rules["malformed_row"] = len(aside)
    for row in rows:
        data.rows += 1
        by_invoice[row.invoice].append(row)
        if is_goods(row.code):
            data.goods.append(row)
    sales = _Sales()
    for invoice in sorted(by_invoice.values(), key=lambda each: (each[0].at, each[0].invoice)):
        _take_invoice(invoice, data, sales, channels)
    data.orders.sort(key=lambda each: (each.placed_at, each.number))
    return data


def _take_invoice(rows: list[Row], data: Dataset, sales: _Sales, channels: ChannelRule) -> None:
    classes: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        classes[classify(row)].append(row)
    ordered = any(name in classes for name in (*_SALES, "charge_line"))
    if not ordered and "sample_line" in classes:
        classes["sample_without_order"] = classes.pop("sample_line")
    for name, members in classes.items():
        if name != "return_line":  # counted when it is known whether a sale explains them
            data.rules[name] += len(members)
        if name.startswith("finance"):
            data.finance.extend(_finance(row, name) for row in members)
        elif name in ("charge_without_price", "negative_line_of_customer", "sample_without_order"):
            data.aside.extend(Aside(row.file, row.line, name, f"{row.invoice} {row.code}") for row in members)
    if ordered:
        order = _order(classes, channels)
        sales.note(order)
        data.orders.append(order)
    if returned := classes.get("return_line"):
        data.returns.append(_return(returned, sales, data.rules, channels))
    if adjusted := classes.get("stock_adjustment"):
        data.adjustments.append(_adjustment(adjusted))


def _finance(row: Row, rule: str) -> FinanceEntry:
    return FinanceEntry(row.invoice, row.code, row.quantity * row.price, row.at, rule)


def _order(classes: dict[str, list[Row]], channels: ChannelRule) -> Order:
    goods = sorted(
        (row for name in (*_SALES, "sample_line") for row in classes.get(name, ())),
        key=lambda row: (row.file, row.line),
    )
    lines = tuple(
        OrderLine(str(number), row.code, row.quantity, row.price, row.description, sample=row.price == 0)
        for number, row in enumerate(goods, 1)
    )
    charges = tuple(
        OrderCharge(row.code, row.quantity * row.price, row.description) for row in classes.get("charge_line", ())
    )
    # Bank charges or postage alone are an order, too: of nothing to ship.
    first = (goods or classes["charge_line"])[0]
    customer = first.customer or CASH
    channel = channels.channel(customer)
    return Order(first.invoice, customer, first.country, channel, first.at, lines, charges)


def _return(rows: list[Row], sales: _Sales, rules: Counter[str], channels: ChannelRule) -> Return:
    first = rows[0]
    customer = first.customer or CASH
    lines = []
    for number, row in enumerate(rows, 1):
        order, line = sales.explain(customer, row.code, -row.quantity)
        rules["return_line_linked" if order else "return_line_unlinked"] += 1
        lines.append(ReturnLine(str(number), row.code, -row.quantity, row.price, order, line))
    channel = channels.channel(customer)
    return Return(first.invoice, customer, first.country, channel, first.at, tuple(lines))


def _adjustment(rows: list[Row]) -> Adjustment:
    lines = tuple(
        AdjustmentLine(str(number), row.code, row.quantity, row.description) for number, row in enumerate(rows, 1)
    )
    return Adjustment(rows[0].invoice, rows[0].country, rows[0].at, lines)


class _Sales:
    """What each customer bought so far, and how much of it has not come back."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], list[tuple[str, str, Decimal]]] = defaultdict(list)

    def note(self, order: Order) -> None:
        for line in order.lines:
            self._left[order.customer, line.item].append((order.number, line.line, line.quantity))

    def explain(self, customer: str, item: str, quantity: Decimal) -> tuple[str, str]:
        """The customer's last sale of the item with enough left of it. Nobody knows who paid cash."""
        sold = self._left[customer, item] if customer != CASH else []
        for index in reversed(range(len(sold))):
            order, line, left = sold[index]
            if left >= quantity:
                sold[index] = (order, line, left - quantity)
                return order, line
        return "", ""
