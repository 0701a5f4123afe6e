"""Every accepted document reached every system it must reach, exactly once and as it was.

Judged from the books alone, but for two questions to the product: whether an order that went nowhere waits for a
person (then it must have gone nowhere at all), and whether the API knows every accepted order.
"""

from __future__ import annotations

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import reach_customers, reach_goods, reach_orders, reach_supply
from crossdock.testing.checker.ruling import Ruling


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Sales orders to ERP, warehouses and API; what customers are told; supply; receipts, returns, adjustments."""
    reach_orders.judge(evidence, ruling)
    reach_customers.judge(evidence, ruling)
    reach_supply.judge(evidence, ruling)
    reach_goods.judge(evidence, ruling)
