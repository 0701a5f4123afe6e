"""Are the ids of an order's lines its own, each?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossdock.model.purchase_order import PurchaseOrderLine


def repeated(lines: Sequence[PurchaseOrderLine]) -> Iterator[int]:
    """Which lines, counted from 0, have the id of one before them."""
    if len({line.line for line in lines}) == len(lines):
        return
    seen = set[str]()
    for index, line in enumerate(lines):
        if line.line in seen:
            yield index
        seen.add(line.line)
