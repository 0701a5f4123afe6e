"""Goods receipt: what a warehouse counted in."""

from crossdock.processes.goods_receipt.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
