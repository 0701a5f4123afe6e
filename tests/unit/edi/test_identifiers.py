"""An identifier is what its digits say: characters, length, check digit, each for itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi.identifiers import Kind, fault_of, with_check_digit


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("gtin", "96385074"),
        ("gtin", "042100005264"),
        ("gtin", "5901234123457"),
        ("gtin", "10012345678902"),
        ("gln", "5412345000013"),
        ("sscc", "106141412345678908"),
        ("sscc", "00106141412345678908"),
        ("upc", "042100005264"),
        ("upc", "04252614"),
        ("upc", "425261"),
        ("unit", "EA"),
        ("unit", "CA"),
    ],
)
def test_good_identifiers_are_taken(kind: Kind, value: str) -> None:
    assert fault_of(kind, value) == ("", "")


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("gtin", "5901234123458", "check_digit_wrong"),
        ("gtin", "590123412345A", "identifier_malformed"),
        ("gtin", "59012341234", "identifier_malformed"),
        ("gtin", "٥٩٠١٢٣٤١٢٣٤٥٧", "identifier_malformed"),
        ("gln", "541234500001", "identifier_malformed"),
        ("gln", "5412345000014", "check_digit_wrong"),
        ("sscc", "106141412345678909", "check_digit_wrong"),
        ("sscc", "01106141412345678908", "identifier_malformed"),
        ("upc", "042100005265", "check_digit_wrong"),
        ("upc", "04252615", "check_digit_wrong"),
        ("unit", "QQ", "unit_unknown"),
    ],
)
def test_what_is_wrong_is_named(kind: Kind, value: str, code: str) -> None:
    assert fault_of(kind, value)[0] == code


def test_the_right_check_digit_is_told() -> None:
    assert fault_of("gtin", "5901234123458")[1] == "GTIN 5901234123458 ends in 8; its check digit is 7"


def test_units_are_those_of_their_own_list() -> None:
    assert fault_of("unit", "KGM", "edifact") == ("", "")
    assert fault_of("unit", "KGM", "x12")[0] == "unit_unknown"
    assert fault_of("unit", "LB", "edifact")[0] == "unit_unknown"


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(1, 9), st.integers(0, 13))
def test_one_wrong_digit_is_always_found(digits: str, by: int, at: int) -> None:
    good = with_check_digit(digits)
    assert fault_of("gtin", good)[0] in ("", "identifier_malformed")
    bad = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
    assert fault_of("gtin", bad)[0] == "check_digit_wrong"


@given(st.sampled_from(["gtin", "gln", "sscc", "upc", "unit"]), st.text(max_size=25))
def test_garbage_never_raises(kind: Kind, value: str) -> None:
    code, words = fault_of(kind, value)
    assert bool(code) == bool(words)
