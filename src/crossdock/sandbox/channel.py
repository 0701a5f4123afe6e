"""What web shop and marketplace have in common: they take stock levels and news of their orders."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.dataset import Order
from crossdock.sandbox.intake import Intake, Operation, Taken, text
from crossdock.sandbox.stage import Stage, System


class StockLevel(msgspec.Struct, frozen=True):
    """How much of one article may be sold."""

    sku: str
    quantity: Decimal
    version: int
    entity: str = ""


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
        self._levels: dict[tuple[str, str], StockLevel] = {}
        self.counts: Counter[str] = Counter()

    @property
    def orders(self) -> list[Order]:
        """Its orders of the days."""
        return [order for order in self.stage.plan.orders if order.channel == self.name]

    def intake(self) -> Intake:
        """Stock levels and order updates."""
        intake, (stock, updates) = self.new_intake(), self._paths
        intake.take(Operation("PUT", stock, "stock_levels", StockLevels, _by_batch, self._take_levels))
        intake.take(Operation("POST", updates, "order_updates", OrderUpdate, _by_order, self._take_update))
        return intake

    def _take_levels(self, body: StockLevels, taken: Taken) -> Body:
        """A newer version replaces an older one, never the reverse."""
        applied: list[Body] = []
        ignored: list[Body] = []
        for level in body.levels:
            key = (level.entity or body.entity, level.sku)
            known = self._levels.get(key)
            plain: Body = {"sku": level.sku, "quantity": text(level.quantity), "version": level.version}
            if known is not None and level.version < known.version:
                ignored.append(plain)
            else:
                self._levels[key] = level
                applied.append(plain)
        for kind, levels in (("stock_levels", applied), ("ignored_old", ignored)):
            if levels:
                self.book.effect(kind, body.batch, body.entity, {"levels": levels}, taken.idempotency_key)
        self.counts["stock_levels"] += len(applied)
        self.counts["ignored_old"] += len(ignored)
        return {"applied": len(applied), "ignored_old": len(ignored)}

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
