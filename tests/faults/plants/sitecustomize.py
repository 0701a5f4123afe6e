"""Bugs for the tests of the checker: patches the product while its modules are imported. Never part of the product.

A child process that has this folder on its path and `PLANTED_BUGS` in its environment runs with the bugs named there,
separated by commas.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Callable, Sequence
from decimal import ROUND_UP, Decimal
from types import ModuleType
from typing import Any

from msgspec.structs import replace


def rewrite(queries: Any, name: str, *changes: tuple[str, str]) -> None:
    """Change a statement; one that does not have what is to be changed is no bug but a stale plant."""
    statements = queries._statements
    for before, after in changes:
        if before not in statements[name]:
            raise RuntimeError(f"the statement {name!r} has no {before!r}")
        statements[name] = statements[name].replace(before, after)


def key_per_attempt(module: ModuleType) -> None:
    """Every attempt to deliver looks like another document to its receiver."""
    send = module.HttpClient.send

    async def planted(self: Any, outgoing: Any, reply: Any) -> Any:
        again = replace(outgoing, key=f"{outgoing.key}#{outgoing.attempt}")
        return await send(self, again, reply)

    module.HttpClient.send = planted


def invoices_never_told(module: ModuleType) -> None:
    """Customers' invoices of every second order are marked as delivered to the ERP and never sent."""
    from crossdock.ports.outcomes import Delivered

    send = module.HttpClient.send

    async def planted(self: Any, outgoing: Any, reply: Any) -> Any:
        if "customer_invoices" in outgoing.rendered.target and _is_even(outgoing.rendered.content):
            return Delivered("CI000000")
        return await send(self, outgoing, reply)

    module.HttpClient.send = planted


def _is_even(invoice: bytes) -> bool:
    """Is the number of its order even? With several bugs in one run the other half still shows theirs."""
    return json.loads(invoice)["order"][-1:] in set("02468")


def order_of_deliveries_forgotten(module: ModuleType) -> None:
    """Deliveries go whenever they can, whatever stands before them; every other update of an order is slow to go.

    So slow that the next is there, though a night lies between them: a business day takes five seconds.
    """
    whatever = ("status = 'ready'", "status in ('ready', 'waiting')")
    can = "next_attempt_at <= clock_timestamp()"
    slow = "(operation <> 'order_status' or sequence % 2 = 0 or created_at < clock_timestamp() - interval '5 seconds')"
    order = ("order by priority, next_attempt_at", "order by sequence desc")
    rewrite(module.SQL, "claim", whatever, (can, f"{can} and {slow}"), order)
    rewrite(module.SQL, "waiting_systems", whatever)


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
    """What is promised already is promised again: the guard looks at the shelf only."""
    free = module.Position.free.fget

    def planted(self: Any) -> Any:
        asking = sys._getframe(1).f_code.co_name
        return self.on_hand - self.safety if asking == "most" else free(self)

    module.Position.free = property(planted)


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
    """Customers are charged prices rounded up to ten pence."""
    invoiced = module._invoiced

    def planted(*sold: Any) -> Any:
        line = invoiced(*sold)
        dearer = line.price.amount.quantize(Decimal("0.1"), ROUND_UP)
        return replace(line, price=replace(line.price, amount=dearer))

    module._invoiced = planted


def deadletters_in_hiding(module: ModuleType) -> None:
    """Carrier and channels are given up at the first failure, and nobody is told."""
    from crossdock.ports.outcomes import Rejected, RetryLater

    record = module.Deliverer._record

    async def planted(self: Any, results: Sequence[Any]) -> Any:
        given_up = [
            replace(result, outcome=Rejected("gave_up", result.outcome.detail))
            if isinstance(result.outcome, RetryLater) and result.system in ("carrier", "shop", "marketplace")
            else result
            for result in results
        ]
        return await record(self, given_up)

    async def unheard(*given: Any) -> list[Any]:
        return []

    module.Deliverer._record = planted
    module.change_exceptions = unheard


def projection_skips(module: ModuleType) -> None:
    """A read table loses what comes first in a batch."""
    fold = module.fold

    async def planted(tx: Any, rows: Sequence[Any]) -> None:
        await fold(tx, rows[1:])

    module.fold = planted


BUGS: dict[str, tuple[str, Callable[[ModuleType], None]]] = {
    "key_per_attempt": ("crossdock.connectors._kit.http", key_per_attempt),
    "invoices_never_told": ("crossdock.connectors._kit.http", invoices_never_told),
    "order_of_deliveries_forgotten": ("crossdock.engine.deliveries.queue", order_of_deliveries_forgotten),
    "picks_booked_in_part": ("crossdock.engine.cases.effects", picks_booked_in_part),
    "guard_without_promises": ("crossdock.inventory.ledger.books", guard_without_promises),
    "shortages_stay_open": ("crossdock.engine.cases.effects", shortages_stay_open),
    "invoices_round_up": ("crossdock.processes.sales_order.v1_documents", invoices_round_up),
    "deadletters_in_hiding": ("crossdock.engine.deliveries.deliverer", deadletters_in_hiding),
    "projection_skips": ("crossdock.projections.line_status", projection_skips),
}


class _Planter(importlib.abc.MetaPathFinder):
    """Finds the module of some bugs as usual, and patches it once it has been executed."""

    def __init__(self, target: str, plants: Sequence[Callable[[ModuleType], None]]) -> None:
        self._target = target
        self._plants = plants

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._target:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def planted(module: ModuleType) -> None:
            execute(module)
            for plant in self._plants:
                plant(module)
                sys.stderr.write(f"planted: {plant.__name__}\n")

        spec.loader.exec_module = planted  # type: ignore[method-assign]
        return spec


_plants: dict[str, list[Callable[[ModuleType], None]]] = {}
for _bug in filter(None, os.environ.get("PLANTED_BUGS", "").split(",")):
    _plants.setdefault(BUGS[_bug][0], []).append(BUGS[_bug][1])
sys.meta_path[:0] = [_Planter(target, plants) for target, plants in _plants.items()]
