"""What web shop and marketplace have in common: they take stock levels and news of their orders."""

from __future__ import annotations

from collections import Counter

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.dataset import Order
from crossdock.sandbox.intake import Intake, Operation, Taken, text
from crossdock.sandbox.shelf import Fate, Shelf, StockLevel
from crossdock.sandbox.stage import Stage, System


class StockLevels(msgspec.Struct, frozen=True):
    """A batch of them."""

    batch: str
    levels: tuple[StockLevel, ...]
    entity: str = ""


class OrderUpdate(msgspec.Struct, frozen=True):
    """News of one order."""

    sequence: int
    status: str


class Channel(System):
    """Where customers buy."""

    def __init__(self, name: str, stage: Stage, stock_path: str, updates_path: str) -> None:
        super().__init__(name, stage)
        self._paths = stock_path, updates_path
        self.shelf = Shelf(name, stage, self.book)
        self.counts: Counter[str] = Counter()

    @property
    def orders(self) -> list[Order]:
        """Its orders of the days."""
        return [order for order in self.stage.plan.orders if order.channel == self.name]

    def intake(self) -> Intake:
        """Stock levels and order updates."""
        intake, (stock, updates) = self.new_intake(), self._paths
        intake.take(Operation("PUT", stock, "stock_levels", StockLevels, _by_batch, self._take_levels))
        intake.get(stock, self.shelf.page)
        intake.take(Operation("POST", updates, "order_updates", OrderUpdate, _by_order, self._take_update))
        return intake

    def _take_levels(self, body: StockLevels, taken: Taken) -> Body:
        """A newer version replaces an older one, never the reverse."""
        by_fate: dict[Fate, list[Body]] = {"applied": [], "ignored_old": [], "conflicts": []}
        for level in body.levels:
            plain: Body = {"sku": level.sku, "quantity": text(level.quantity), "version": level.version}
            by_fate[self.shelf.put((level.entity or body.entity, level.sku), level)].append(plain)
        for fate, levels in by_fate.items():
            kind = "stock_levels" if fate == "applied" else fate
            if levels:
                self.book.effect(kind, body.batch, body.entity, {"levels": levels}, taken.idempotency_key)
            self.counts[kind] += len(levels)
        told: Body = {"applied": len(by_fate["applied"]), "ignored_old": len(by_fate["ignored_old"])}
        return told | {"conflicts": [level["sku"] for level in by_fate["conflicts"]]}

    def sold(self, order: Order) -> None:
        """An order came in: what was bought is not shown any more."""
        for line in order.lines:
            self.shelf.sell((self.entity_of(order), line.item), line.quantity)

    def _take_update(self, body: OrderUpdate, taken: Taken) -> Body:
        (order,) = taken.parameters
        self.book.effect("order_update", order, "", taken.raw, taken.idempotency_key)
        self.counts["order_updates"] += 1
        return {"order": order, "sequence": body.sequence}

    def entity_of(self, order: Order) -> str:
        """The company an order goes to."""
        return self.stage.settings.entity_of(order.country)

    def currency_of(self, order: Order) -> str:
        """The currency of that company."""
        return self.stage.settings.companies[self.entity_of(order)].currency

    def status(self) -> Body:
        """Counts."""
        return super().status() | dict(self.counts)


def _by_batch(body: StockLevels, parameters: tuple[str, ...]) -> tuple[str, str]:
    return body.batch, body.entity


def _by_order(body: OrderUpdate, parameters: tuple[str, ...]) -> tuple[str, str]:
    return parameters[0], ""
