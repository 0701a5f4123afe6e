"""Bugs for the tests of the checker: patches the product while its modules are imported. Never part of the product.

A child process that has this folder on its path and `PLANTED_BUG` in its environment runs with that bug.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import ModuleType
from typing import Any


def key_per_attempt(module: ModuleType) -> None:
    """Every attempt to deliver looks like another document to its receiver."""
    send = module.HttpClient.send

    async def planted(self: Any, outgoing: Any) -> Any:
        return await send(self, type(outgoing)(outgoing.rendered, f"{outgoing.key}#{outgoing.attempt}", 1, "", ""))

    module.HttpClient.send = planted


def receipts_never_told(module: ModuleType) -> None:
    """Goods receipts are marked as delivered to the ERP and never sent."""
    from crossdock.ports.outcomes import Delivered

    send = module.HttpClient.send

    async def planted(self: Any, outgoing: Any) -> Any:
        if "goods_receipts" in outgoing.rendered.target:
            return Delivered("GR000000")
        return await send(self, outgoing)

    module.HttpClient.send = planted


def order_of_deliveries_forgotten(module: ModuleType) -> None:
    """Deliveries go whenever they can, whatever stands before them."""
    statements = module.SQL._statements
    statements["claim"] = (
        statements["claim"]
        .replace("status = 'ready'", "status in ('ready', 'waiting')")
        .replace("order by priority, next_attempt_at", "order by next_attempt_at, sequence desc")
    )
    statements["waiting_systems"] = statements["waiting_systems"].replace(
        "status = 'ready'", "status in ('ready', 'waiting')"
    )


def picks_booked_in_part(module: ModuleType) -> None:
    """The first line of every pick is not booked."""
    from crossdock.processes._kit import Move

    collect = module.collect

    def planted(effect: Any, *rest: Any) -> None:
        if isinstance(effect, Move) and len(effect.lines) > 1 and effect.lines[0].to_state == "picked":
            effect = Move(effect.document, effect.lines[1:], effect.reason)
        collect(effect, *rest)

    module.collect = planted


def guard_without_promises(module: ModuleType) -> None:
    """What is promised already is promised again."""
    for kind in vars(module).values():
        if isinstance(kind, type) and isinstance(vars(kind).get("free"), property):
            kind.free = property(lambda self: self.on_hand - self.safety)  # type: ignore[attr-defined]


def shortages_stay_open(module: ModuleType) -> None:
    """A shortage that is over is still somebody's problem."""
    from crossdock.processes._kit import CloseExceptionCase

    collect = module.collect

    def planted(effect: Any, *rest: Any) -> None:
        if isinstance(effect, CloseExceptionCase) and effect.code in ("told_shortage", "backorder_without_supply"):
            return
        collect(effect, *rest)

    module.collect = planted


def invoices_round_up(module: ModuleType) -> None:
    """Customers pay for one more of every line than they got."""
    from msgspec.structs import replace

    invoiced = module._invoiced

    def planted(*given: Any) -> Any:
        line = invoiced(*given)
        return replace(line, quantity=replace(line.quantity, amount=line.quantity.amount + Decimal(1)))

    module._invoiced = planted


def deadletters_in_hiding(module: ModuleType) -> None:
    """What the ERP is told of invoices is refused by ourselves and nobody hears of it."""
    from crossdock.ports.outcomes import RetryLater

    send = module.HttpClient.send

    async def planted(self: Any, outgoing: Any) -> Any:
        if "customer_invoices" in outgoing.rendered.target:
            return RetryLater("busy for ever")
        return await send(self, outgoing)

    module.HttpClient.send = planted


def projection_skips(module: ModuleType) -> None:
    """A read table loses what comes first in a batch."""
    fold = module.fold

    async def planted(tx: Any, rows: Sequence[Any]) -> None:
        await fold(tx, rows[1:])

    module.fold = planted


BUGS: dict[str, tuple[str, Callable[[ModuleType], None]]] = {
    "key_per_attempt": ("crossdock.connectors._kit.http", key_per_attempt),
    "receipts_never_told": ("crossdock.connectors._kit.http", receipts_never_told),
    "order_of_deliveries_forgotten": ("crossdock.engine.deliveries.queue", order_of_deliveries_forgotten),
    "picks_booked_in_part": ("crossdock.engine.cases.effects", picks_booked_in_part),
    "guard_without_promises": ("crossdock.inventory.books", guard_without_promises),
    "shortages_stay_open": ("crossdock.engine.cases.effects", shortages_stay_open),
    "invoices_round_up": ("crossdock.processes.sales_order.v1_documents", invoices_round_up),
    "deadletters_in_hiding": ("crossdock.connectors._kit.http", deadletters_in_hiding),
    "projection_skips": ("crossdock.projections.line_status", projection_skips),
}


class _Planter(importlib.abc.MetaPathFinder):
    """Finds the module of the bug as usual, and patches it once it has been executed."""

    def __init__(self, target: str, plant: Callable[[ModuleType], None]) -> None:
        self._target = target
        self._plant = plant

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._target:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def planted(module: ModuleType) -> None:
            execute(module)
            self._plant(module)

        spec.loader.exec_module = planted  # type: ignore[method-assign]
        return spec


if bug := os.environ.get("PLANTED_BUG"):
    sys.meta_path.insert(0, _Planter(*BUGS[bug]))
