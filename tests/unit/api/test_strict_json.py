"""What no caller can slip past the door."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.api.gateway.strict_json import MOST_BYTES, Number, decoder, exact
from crossdock.api.process.reservations import ReserveStock
from crossdock.operations.problems import FieldError, Problem


class Line(msgspec.Struct, forbid_unknown_fields=True):
    item: str
    quantity: Number


class Order(msgspec.Struct, forbid_unknown_fields=True):
    number: str
    lines: list[Line] = []
    count: int = 0


read = decoder(Order)


def refusal(content: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        read(content)
    return caught.value


def test_a_good_body_is_read() -> None:
    order = read(b'{"number":"a:\\"b","lines":[{"item":"caf\xc3\xa9","quantity":"1.50"}]}')
    assert order.number == 'a:"b'
    assert order.lines[0].item == "café"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"NaN", "line 1"),
        (b'{"number":"a"} x', "line 1"),
        (b'{"number":"a",}', "line 1"),
        (b"{'number':'a'}", "line 1"),
        (b'{"number":"a"', "line 1"),
        (b'{"number":"a\x00"}', "line 1"),
        (b'{"number":"a\nb"}', "line 1"),
        (b'{"number":"\\ud800"}', "surrogate"),
        (b'{"number":"\\udc00\\ud800"}', "surrogate"),
        (b'{"number":"\xff"}', "byte 11 is not UTF-8"),
        (b'{"number":"\xed\xa0\x80"}', "UTF-8"),
        (b'\xef\xbb\xbf{"number":"a"}', "byte-order mark"),
        ('{"number":"a"}'.encode("utf-16"), "byte-order mark"),
        ('{"number":"a"}'.encode("utf-32-le"), ""),
        (b"[" * 100_000, "depth"),
        (b'{"number":' * 100_000, ""),
        (b'{"number":"a","count":1e400000}', ""),
        (b'{"number":"a","lines":[{"item":"x","quantity":1e400000}]}', "infinity"),
        (b'{"number":"a","lines":[{"item":"x","quantity":' + b"9" * 5000 + b"}]}", "infinity"),
        (b'{"number":"a","lines":[{"item":"x","quantity":NaN}]}', "line 1"),
        (b'{"number":"a","lines":[{"item":"x","quantity":-Infinity}]}', "line 1"),
    ],
)
def test_what_is_no_strict_json_is_malformed(content: bytes, words: str) -> None:
    problem = refusal(content)
    assert problem.code in ("malformed_json", "invalid_body")
    assert words in problem.detail


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b'{"number":"a","number":"b"}', "/number"),
        (b'{"number":"a","num\\u0062er":"b"}', "/number"),
        (b'{"number" : "a","number":"b"}', "/number"),
        (b'{"number":"x\\":\\"","number":"b"}', "/number"),
        (b'{"number":"a","lines":[{"item":"x","quantity":1,"item":"y"}]}', "/item"),
        (b'{"number":"a\\u0000"}', "/number"),
        (b'{"number":"a","lines":[{"item":"\\u0000","quantity":1}]}', "/lines/0/item"),
    ],
)
def test_members_given_twice_and_nul_are_pointed_at(content: bytes, pointer: str) -> None:
    problem = refusal(content)
    assert problem.code == "malformed_json"
    assert [error.pointer for error in problem.errors] == [pointer]


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert read(b'{"number":"\\\\u0000"}').number == "\\u0000"


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b'{"number":"a","is_admin":true}', "/is_admin"),
        (b'{"number":1}', "/number"),
        (b'{"number":"a","lines":[{"item":"x"}]}', "/lines/0"),
        (b'{"number":"a","lines":[{"item":"x","quantity":1},{"item":7,"quantity":1}]}', "/lines/1/item"),
        (b'{"number":"a","count":' + b"9" * 5000 + b"}", "/count"),
        (b'{"number":"a","count":1.5}', "/count"),
    ],
)
def test_wrong_types_and_unknown_members_are_pointed_at(content: bytes, pointer: str) -> None:
    problem = refusal(content)
    assert problem.code == "invalid_body"
    assert [error.pointer for error in problem.errors] == [pointer]


def test_a_body_that_is_too_large_is_not_read() -> None:
    assert refusal(b" " * (MOST_BYTES + 1)).code == "body_too_large"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ('"1"', "1"),
        ("2.55", "2.55"),
        ('"0.100"', "0.100"),
        ("-3", "-3"),
        ('"123456789012345.123456789"', "123456789012345.123456789"),
    ],
)
def test_decimals_are_read_digit_for_digit(text: str, value: str) -> None:
    faults: list[FieldError] = []
    found = exact(msgspec.Raw(text.encode()), "/quantity", faults, signed=True)
    assert str(found) == value
    assert not faults


@pytest.mark.parametrize(
    "text",
    ['"NaN"', '"Infinity"', '"1e3"', "1e3", "1E400000", '"1_0"', '" 1"', '"1 "', '"١٢"', '""', '"1."', '".5"', '"+1"',
     "true", "null", "[1]", '{"a":1}', "1234567890123456", "0.1234567890", '"0x10"', '"1,5"', '"1"1'],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    faults: list[FieldError] = []
    exact(msgspec.Raw(text.encode()), "/lines/0/quantity", faults)
    assert [fault.pointer for fault in faults] == ["/lines/0/quantity"]


def test_a_negative_amount_is_refused_unless_it_may_be() -> None:
    faults: list[FieldError] = []
    exact(msgspec.Raw(b"-1"), "/quantity", faults)
    assert faults == [FieldError("/quantity", "must not be negative")]


@given(st.decimals(min_value=0, max_value=10**14, places=4))
def test_a_decimal_survives_the_wire_whatever_it_is(value: Decimal) -> None:
    faults: list[FieldError] = []
    assert exact(msgspec.Raw(f"{value:f}".encode()), "", faults) == value
    assert exact(msgspec.Raw(f'"{value:f}"'.encode()), "", faults) == value
    assert not faults


@given(st.binary(max_size=60))
def test_any_bytes_end_in_an_order_or_a_problem(content: bytes) -> None:
    status = 200
    try:
        read(content)
    except Problem as problem:
        status = problem.kind.status
    assert status in (200, 400, 422)


@given(st.text(max_size=20), st.text(max_size=20))
def test_texts_with_colons_quotes_and_escapes_are_no_double_members(number: str, item: str) -> None:
    body = {"number": number, "lines": [{"item": item, "quantity": "1"}]}
    content = msgspec.json.encode(body)
    if "\x00" in number + item:
        assert refusal(content).code == "malformed_json"
    else:
        assert read(content).number == number


@pytest.mark.parametrize(
    ("content", "pointer", "words"),
    [
        (b'{"company":"a","mode":"some"}', "/mode", "'some'; it is one of backorder, partial, whole"),
        (b'{"company":"a","lines":[{"item":"x","quantity":1,"mod":1}]}', "/lines/0/mod", "there are item, quantity,"),
        (b'{"company":"a","expires_at":"soon"}', "/expires_at", "write it as 2010-12-06T14:03:00Z"),
    ],
)
def test_what_could_have_been_chosen_is_named(content: bytes, pointer: str, words: str) -> None:
    with pytest.raises(Problem) as refused:
        decoder(ReserveStock)(content)
    (fault,) = refused.value.errors
    assert (fault.pointer, words in fault.detail) == (pointer, True)
