from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.handling_unit import check_digit, sscc_fault


def test_the_check_digit_is_that_of_the_gs1_specifications() -> None:
    assert check_digit("37610425002123456") == "9"
    assert sscc_fault("376104250021234569") == ""


def test_what_is_no_sscc_says_why() -> None:
    assert "18 digits" in sscc_fault("CARTON-1")
    assert "18 digits" in sscc_fault("00376104250021234569")
    assert sscc_fault("376104250021234560") == "SSCC 376104250021234560 ends in 0; its other digits call for 9"


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(digits: str, place: int, more: int) -> None:
    code = digits + check_digit(digits)
    wrong = str((int(code[place]) + more) % 10)

    assert sscc_fault(code) == ""
    assert sscc_fault(code[:place] + wrong + code[place + 1 :])
