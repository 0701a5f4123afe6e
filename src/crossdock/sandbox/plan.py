"""What is played: the chosen orders with what belongs to them, the master data behind them, and the opening stock."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

import msgspec

from crossdock.sandbox.chance import Chance, stable
from crossdock.sandbox.dataset import CASH, ZERO, Adjustment, Dataset, Order, Return, Row
from crossdock.sandbox.settings import Settings

_ONE = Decimal(1)
_CENT = Decimal("0.01")
_COST_SHARE = Decimal("0.4")
_LIMIT = Decimal("25000.00")
_TIGHT_MINIMUM = Decimal(50)
_EARLY = 100  # the customer with the low limit is one of these first orders, so that short runs meet it too

Value = TypeVar("Value", str, Decimal)
UNPLAYED = frozenset(["malformed_row", "charge_without_price", "negative_line_of_customer", "sample_without_order"])


class Item(msgspec.Struct, frozen=True):
    """An article of one company, as the ERP knows it."""

    entity: str
    code: str
    name: str
    charge: bool
    vendor: str
    vendor_code: str
    cost: Decimal
    list_price: Decimal
    site: str
    components: tuple[tuple[str, Decimal], ...] = ()
    """Of a kit: what one consists of."""
    packs: tuple[tuple[str, int], ...] = ()
    """By unit, how many one pack holds."""


class Customer(msgspec.Struct, frozen=True):
    """A customer of one company; no limit means unlimited."""

    entity: str
    code: str
    name: str
    country: str
    credit_limit: Decimal | None


class StockPoint(msgspec.Struct, frozen=True):
    """How one article starts, and when and how far its stock is filled up."""

    opening: dict[str, Decimal]
    """Site -> quantity."""
    point: Decimal
    target: Decimal


class Plan(msgspec.Struct, frozen=True):
    """Everything the systems have before the first order, and what will be played."""

    orders: tuple[Order, ...]
    returns: tuple[Return, ...]
    adjustments: tuple[Adjustment, ...]
    items: dict[tuple[str, str], Item]
    customers: dict[tuple[str, str], Customer]
    stock: dict[tuple[str, str], StockPoint]
    report: dict[str, object]

    @property
    def begins_at(self) -> dt.datetime:
        """Early on the first day."""
        return self.orders[0].placed_at.replace(hour=6, minute=0, second=0)

    @property
    def first_order_at(self) -> dt.datetime:
        """The first order."""
        return self.orders[0].placed_at

    @property
    def ends_at(self) -> dt.datetime:
        """The last order."""
        return self.orders[-1].placed_at

    @property
    def trading_days(self) -> list[dt.date]:
        """The days on which customers order."""
        return sorted({order.placed_at.date() for order in self.orders})


def make_plan(data: Dataset, settings: Settings, chance: Chance, count: int | None) -> Plan:
    """Choose the first `count` orders by time (all of them when None) and what happened until the last of them."""
    chosen, returns, adjustments = _choose(data, count)
    items = _items(data.goods, chosen, settings)
    return Plan(
        orders=tuple(chosen),
        returns=tuple(returns),
        adjustments=tuple(adjustments),
        items=items,
        customers=_customers(chosen, returns, settings),
        stock=_stock(chosen, adjustments, items, settings, chance),
        report=_report(data, chosen, returns, adjustments),
    )


def _choose(data: Dataset, count: int | None) -> tuple[list[Order], list[Return], list[Adjustment]]:
    if not data.orders:
        raise ValueError("the data holds no orders")
    if count is None:
        return data.orders, data.returns, data.adjustments
    if not 0 < count <= len(data.orders):
        raise ValueError(f"{count} orders asked for, the data holds {len(data.orders)}")
    chosen = data.orders[:count]
    until = chosen[-1].placed_at
    numbers = {order.number for order in chosen}
    returns = [_forget_unknown(each, numbers) for each in data.returns if each.created_at <= until]
    return chosen, returns, [each for each in data.adjustments if each.at <= until]


def _forget_unknown(returned: Return, orders: set[str]) -> Return:
    lines = tuple(
        line if line.order in orders else msgspec.structs.replace(line, order="", order_line="")
        for line in returned.lines
    )
    return msgspec.structs.replace(returned, lines=lines)


def vendor_of(code: str, settings: Settings) -> str:
    """The supplier of an item, by a hash that never moves."""
    names = sorted(settings.suppliers)
    return names[stable("vendor", code) % len(names)]


def site_of(code: str, settings: Settings) -> str:
    """The warehouse an item belongs to, by a hash that never moves."""
    sites = [each.site for each in settings.warehouses.values()]
    return sites[stable("site", code) % len(sites)]


def _items(goods: Iterable[Row], orders: Iterable[Order], settings: Settings) -> dict[tuple[str, str], Item]:
    names: dict[str, Counter[str]] = defaultdict(Counter)
    prices: dict[str, Counter[Decimal]] = defaultdict(Counter)
    contracts: dict[str, Counter[Decimal]] = defaultdict(Counter)
    retailers = {retailer.customer for retailer in settings.retailers.values()}
    keys: set[tuple[str, str]] = set()
    for row in goods:
        entity = settings.entity_of(row.country)
        keys.update((entity, code) for code in (row.code, *settings.kits.get(row.code, ())))
        if row.price <= 0:
            continue
        if row.description:
            names[row.code][row.description] += 1
        prices[row.code][row.price] += bool(row.customer)
        if row.customer in retailers:
            contracts[row.code][row.price] += 1
    items = {}
    for entity, code in sorted(keys):
        # Retailers hold us to the list; what cash customers pay counts only where nobody else bought.
        price = _commonest(contracts[code] or prices[code], _ONE)
        vendor = vendor_of(code, settings)
        items[entity, code] = Item(
            entity=entity,
            code=code,
            name=_commonest(names[code], code),
            charge=False,
            vendor=vendor,
            vendor_code=f"{settings.suppliers[vendor].item_prefix}-{code}",
            cost=max(_CENT, (price * _COST_SHARE).quantize(_CENT, ROUND_HALF_UP)),
            list_price=price,
            site=site_of(code, settings),
            components=tuple((part, Decimal(per)) for part, per in sorted(settings.kits.get(code, {}).items())),
            packs=tuple(sorted(settings.packs.get(code, {}).items())),
        )
    return items | _charge_items(orders, settings)


def _charge_items(orders: Iterable[Order], settings: Settings) -> dict[tuple[str, str], Item]:
    found = {}
    for order in orders:
        entity = settings.entity_of(order.country)
        for charge in order.charges:
            name = charge.description or charge.code
            found[entity, charge.code] = Item(entity, charge.code, name, True, "", "", ZERO, ZERO, "")
    return found


def _commonest(counts: Counter[Value], otherwise: Value) -> Value:
    """The most frequent value; the smallest of several."""
    return min(counts, key=lambda value: (-counts[value], value)) if counts else otherwise


def _customers(orders: list[Order], returns: list[Return], settings: Settings) -> dict[tuple[str, str], Customer]:
    unlimited = {CASH} | {retailer.customer for retailer in settings.retailers.values()}
    names = {retailer.customer: name.capitalize() for name, retailer in settings.retailers.items()}
    tight = _tight_customer(orders, unlimited)
    spent: Counter[str] = Counter()
    for order in orders:
        spent[order.customer] += int(order.total)
    customers: dict[tuple[str, str], Customer] = {}
    documents: list[Order | Return] = [*orders, *returns]
    for document in documents:
        code, entity = document.customer, settings.entity_of(document.country)
        limit: Decimal | None = max(_LIMIT, Decimal(spent[code] * 3 // 1000 * 1000).quantize(_CENT))
        if code in unlimited:
            limit = None
        elif code == tight:
            limit = Decimal(settings.low_limit)
        name = names.get(code, "Cash sales" if code == CASH else f"Customer {code}")
        customers.setdefault((entity, code), Customer(entity, code, name, document.country, limit))
    return dict(sorted(customers.items()))


def _tight_customer(orders: list[Order], unlimited: set[str]) -> str | None:
    """One early customer of a single order, who is given less credit than it needs."""
    count = Counter(order.customer for order in orders)
    candidates = [
        order.customer
        for order in orders[:_EARLY]
        if order.channel == "shop" and count[order.customer] == 1 and order.total > 2 * _TIGHT_MINIMUM
    ]
    free = [each for each in candidates if each not in unlimited]
    return min(free, key=lambda each: stable("limit", each)) if free else None


def _stock(
    orders: list[Order],
    adjustments: list[Adjustment],
    items: dict[tuple[str, str], Item],
    settings: Settings,
    chance: Chance,
) -> dict[tuple[str, str], StockPoint]:
    demand: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lost: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for order in orders:
        for line in order.lines:
            entity = settings.entity_of(order.country)
            demand[entity, line.item] += line.quantity
            for part, per in items[entity, line.item].components:
                demand[entity, part] += line.quantity * per
    for adjustment in adjustments:
        for change in adjustment.lines:
            lost[settings.entity_of(adjustment.country), change.item] += max(ZERO, -change.quantity)
    return {
        key: _stock_point(item, demand[key], lost[key], settings, chance)
        for key, item in items.items()
        if not item.charge
    }


def _stock_point(item: Item, demand: Decimal, lost: Decimal, settings: Settings, chance: Chance) -> StockPoint:
    rules = settings.stock
    if item.components:
        assembled = (demand * rules.assembled_percent / 100).to_integral_value(ROUND_HALF_UP) + lost
        return StockPoint({item.site: assembled} if assembled else {}, ZERO, ZERO)
    key = ("opening", item.entity, item.code)
    enough = chance.happens(rules.enough, *key)
    low, high = rules.enough_percent if enough or lost else rules.short_percent
    opening = (demand * chance.between(low, high, "percent", *key) / 100).to_integral_value(ROUND_HALF_UP) + lost
    if demand <= rules.slow_mover:
        point = target = ZERO
    else:
        point = (opening * rules.point_percent / 100).to_integral_value(ROUND_HALF_UP)
        target = max(point, (demand * rules.target_percent / 100).to_integral_value(ROUND_HALF_UP))
    return StockPoint(_spread(item, opening, bool(lost), settings, chance), point, target)


def _spread(item: Item, opening: Decimal, together: bool, settings: Settings, chance: Chance) -> dict[str, Decimal]:
    """Most lies in the preferred warehouse; what will be corrected there lies there whole."""
    sites = [each.site for each in settings.warehouses.values()]
    elsewhere = [site for site in sites if site != item.site]
    key = ("spread", item.entity, item.code)
    if together or not elsewhere or opening < 10 or not chance.happens(settings.stock.split, *key):
        return {item.site: opening} if opening else {}
    part = (opening * chance.between(20, 40, "part", *key) / 100).to_integral_value(ROUND_HALF_UP)
    return {item.site: opening - part, elsewhere[0]: part}


def _report(
    data: Dataset, orders: list[Order], returns: list[Return], adjustments: list[Adjustment]
) -> dict[str, object]:
    """Where every row went: `rules` add up to `rows`; `skipped_rows` made no document that is played."""
    rules = dict(sorted(data.rules.items()))
    skipped = {name: count for name, count in rules.items() if name in UNPLAYED or name.startswith("finance")}
    skipped["order_after_the_last"] = _lines(data.orders) - _lines(orders)
    skipped["return_after_the_last"] = _lines(data.returns) - _lines(returns)
    skipped["adjustment_after_the_last"] = _lines(data.adjustments) - _lines(adjustments)
    linked = sum(bool(line.order) for each in returns for line in each.lines)
    return {
        "rows": data.rows,
        "rules": rules,
        "skipped_rows": {name: count for name, count in skipped.items() if count},
        "aside": [msgspec.to_builtins(each) for each in data.aside[:50]],
        "orders": len(orders),
        "order_lines": sum(len(order.lines) for order in orders),
        "returns": len(returns),
        "return_lines": {"linked": linked, "unlinked": sum(len(each.lines) for each in returns) - linked},
        "adjustments": len(adjustments),
        "finance_entries": len(data.finance),
        "channels": dict(sorted(Counter(order.channel for order in orders).items())),
    }


def _lines(documents: Iterable[Order] | Iterable[Return] | Iterable[Adjustment]) -> int:
    return sum(len(each.lines) for each in documents)
