"""Quantities as they are told."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from crossdock.model.quantity import needed, tidy


@pytest.mark.parametrize(("amount", "told"), [("100.0", "100"), ("0.0", "0"), ("3.50", "3.5"), ("1E+2", "100")])
def test_a_quantity_is_told_without_zeros_at_its_end(amount: str, told: str) -> None:
    assert str(tidy(D(amount))) == told


@pytest.mark.parametrize(
    ("amount", "each", "times"),
    [("4", "2", "2"), ("5", "2", "3"), ("1", "2", "1"), ("0", "2", "0"), ("0.7", "0.2", "4")],
)
def test_the_last_one_of_what_it_takes_may_be_needed_in_part_only(amount: str, each: str, times: str) -> None:
    assert needed(D(amount), D(each)) == D(times)
