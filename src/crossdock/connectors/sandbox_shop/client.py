"""Addresses of the shop's API. It answers nothing that we need."""

from __future__ import annotations

STOCK_LEVELS = "/shop/v1/stock-levels"
ORDERS = "/shop/v1/orders"
