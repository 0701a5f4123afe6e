from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.masterdata import ConversionRefused, convert
from crossdock.model.quantity import Quantity

PACKS = {"CA": Fraction(12), "PL": Fraction(12 * 40), "3P": Fraction(3)}


@pytest.mark.parametrize(
    ("amount", "unit", "to", "expected"),
    [
        ("2", "DZ", "EA", "24"),
        ("1", "GRO", "DZN", "12"),
        ("3", "CA", "EA", "36"),
        ("1", "PL", "CA", "40"),
        ("1.5", "KG", "GRM", "1500"),
        ("1", "LB", "KGM", "0.45359237"),
        ("1", "FT", "CM", "30.48"),
        ("6", "EA", "CA", "0.5"),
        ("1", "EA", "PC", "1"),
    ],
)
def test_quantities_are_converted_exactly(amount: str, unit: str, to: str, expected: str) -> None:
    assert convert(Quantity(Decimal(amount), unit), to, packs=PACKS) == Quantity(Decimal(expected), to)


def test_what_does_not_come_out_exactly_is_refused_and_not_rounded() -> None:
    with pytest.raises(ConversionRefused, match="not a finite number of 3P"):
        convert(Quantity(Decimal(1)), "3P", packs=PACKS)


def test_pieces_are_no_weight() -> None:
    with pytest.raises(ConversionRefused, match="EA is pieces and KGM is mass"):
        convert(Quantity(Decimal(1)), "KGM")


def test_a_case_is_nothing_without_the_item_it_belongs_to() -> None:
    with pytest.raises(ConversionRefused, match="unit CA is neither"):
        convert(Quantity(Decimal(1), "CA"), "EA")


@given(st.decimals(min_value=0, max_value=10**9, places=4), st.sampled_from(["DZ", "CA", "PL", "GRO", "EA"]))
def test_there_and_back_is_the_same_quantity(amount: Decimal, unit: str) -> None:
    quantity = Quantity(amount, unit)

    assert convert(convert(quantity, "EA", packs=PACKS), unit, packs=PACKS) == quantity
