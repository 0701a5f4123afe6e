from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.quantity import Quantity
from crossdock.model.units import (
    UNITS,
    ConversionRefused,
    convert,
    exactly,
    is_counted,
    ours,
    ratio,
    rec20_code,
    x12_code,
)

MEASURED = [unit for unit in UNITS if unit.size is not None]


@pytest.mark.parametrize(
    ("amount", "unit", "to", "expected"),
    [
        ("1.5", "KG", "GRM", "1500"),
        ("1", "LB", "KGM", "0.45359237"),
        ("1", "STN", "KGM", "907.18474"),
        ("1", "FT", "CM", "30.48"),
        ("1", "FTK", "MTK", "0.09290304"),
        ("1", "GLL", "LTR", "3.785411784"),
        ("1", "GLL", "INQ", "231"),
        ("2", "QT", "GLL", "0.5"),
        ("1", "HR", "MIN", "60"),
        ("1", "EA", "PC", "1"),
        ("1", "C62", "EA", "1"),
    ],
)
def test_quantities_are_converted_exactly(amount: str, unit: str, to: str, expected: str) -> None:
    assert convert(Quantity(Decimal(amount), unit), to) == Quantity(Decimal(expected), to)


def test_what_does_not_come_out_exactly_is_refused_and_not_rounded() -> None:
    with pytest.raises(ConversionRefused, match="not a finite number of FOT") as refused:
        convert(Quantity(Decimal(1), "MTR"), "FOT")
    assert refused.value.problem == "inexact"


def test_pieces_are_no_weight() -> None:
    with pytest.raises(ConversionRefused, match="EA is pieces and KGM is mass") as refused:
        convert(Quantity(Decimal(1)), "KGM")
    assert refused.value.problem == "incompatible"


@pytest.mark.parametrize("unit", ["CT", "CA", "BX", "PK", "PL", "DZ", "PR", "GS", "HU", "DZN", "GRO"])
def test_a_pack_is_nothing_without_the_item_it_belongs_to(unit: str) -> None:
    with pytest.raises(ConversionRefused, match="only the item says what it holds") as refused:
        convert(Quantity(Decimal(1), unit), "EA")
    assert refused.value.problem == "missing"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.code)
def test_every_code_leads_to_its_unit_and_back(unit: object) -> None:
    assert isinstance(unit, type(UNITS[0]))
    for x12 in unit.x12:
        assert ours(x12, "x12") == unit.code
    for rec20 in unit.rec20:
        assert ours(rec20, "rec20") == unit.code
    if unit.x12:
        assert ours(x12_code(unit.code), "x12") == unit.code
    if unit.rec20:
        assert ours(rec20_code(unit.code), "rec20") == unit.code


def test_no_code_of_a_list_names_two_units() -> None:
    for codes in ([code for unit in UNITS for code in unit.x12], [code for unit in UNITS for code in unit.rec20]):
        assert len(set(codes)) == len(codes)


def test_a_list_is_named_because_the_same_letters_differ() -> None:
    assert ours("CS", "x12") == "CS"  # X12's cassette, which we do not know: left as it is
    assert rec20_code("CA") == "XCS"
    with pytest.raises(ConversionRefused, match="no X12 355 code"):
        x12_code("CLT")


def test_pieces_and_packs_are_counted_and_weight_is_not() -> None:
    assert is_counted("EA")
    assert is_counted("PR")
    assert not is_counted("KGM")
    assert not is_counted("??")


@given(
    st.decimals(min_value=0, max_value=10**9, places=4),
    st.sampled_from(MEASURED).flatmap(
        lambda one: st.tuples(st.just(one), st.sampled_from([u for u in MEASURED if u.measures == one.measures]))
    ),
)
def test_there_and_back_is_the_same_quantity_or_refused(amount: Decimal, pair: tuple[object, object]) -> None:
    one, other = pair
    assert isinstance(one, type(UNITS[0]))
    assert isinstance(other, type(UNITS[0]))
    quantity = Quantity(amount, one.code)
    if exactly(Fraction(amount) * ratio(one.code, other.code)) is None:
        with pytest.raises(ConversionRefused, match="not a finite number"):
            convert(quantity, other.code)
    else:
        assert convert(convert(quantity, other.code), one.code) == quantity


@given(st.fractions())
def test_a_decimal_is_the_fraction_or_there_is_none(value: Fraction) -> None:
    found = exactly(value)
    assert found is None or Fraction(found) == value
