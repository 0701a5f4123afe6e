"""Adding up what a warehouse counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.ship_notice import GoodsReceiptLine

Key = tuple[str, ...]


class Sum(NamedTuple):
    """What belongs together, and how much of it can be sold and cannot."""

    key: Key
    good: Quantity
    bad: Quantity


def summed(lines: Iterable[GoodsReceiptLine], key: Callable[[GoodsReceiptLine], Key]) -> Iterator[Sum]:
    """Add lines that have the same key, in the order of their first appearance."""
    sums: dict[Key, Sum] = {}
    for line in lines:
        nothing = Quantity(ZERO, line.quantity.unit)
        before = sums.get(key(line), Sum(key(line), nothing, nothing))
        if line.condition == "good":
            sums[key(line)] = before._replace(good=before.good + line.quantity)
        else:
            sums[key(line)] = before._replace(bad=before.bad + line.quantity)
    yield from sums.values()
