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


def weighed(lines: Iterable[GoodsReceiptLine]) -> Quantity | None:
    """What the good ones weigh; None where not all of them were weighed, or in several units."""
    good = [line for line in lines if line.condition == "good"]
    found = [line.second for line in good if line.second is not None]
    if not found or len(found) < len(good) or len({second.unit for second in found}) > 1:
        return None
    return Quantity(sum((second.amount for second in found), ZERO), found[0].unit)


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
