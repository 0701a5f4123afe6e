"""Every read table is what a fold of the whole log gives."""

from __future__ import annotations

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Row by row, both ways round."""
    for table in evidence.product.projections:
        rows, lost, invented = (int(table[name]) for name in ("rows", "only_rebuilt", "only_standing"))
        ruling.checked += rows
        words = f"{table['table']}: {lost} rows only after rebuilding, {invented} only before, of {rows}"
        ruling.holds(not lost and not invented, words)
