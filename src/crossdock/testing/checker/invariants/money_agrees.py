"""Money: what was ordered, received or shipped, times what was agreed, is what was invoiced. In decimals only."""

from __future__ import annotations

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import money_of_customers, money_of_suppliers
from crossdock.testing.checker.ruling import Ruling


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Both sides of the house."""
    money_of_customers.judge(evidence, ruling)
    money_of_suppliers.judge(evidence, ruling)
