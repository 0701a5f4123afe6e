"""Quantities as they are told."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from crossdock.model.quantity import tidy


@pytest.mark.parametrize(("amount", "told"), [("100.0", "100"), ("0.0", "0"), ("3.50", "3.5"), ("1E+2", "100")])
def test_a_quantity_is_told_without_zeros_at_its_end(amount: str, told: str) -> None:
    assert str(tidy(D(amount))) == told
