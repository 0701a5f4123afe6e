from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.inventory.ledger.books import Books, Promise
from crossdock.inventory.ledger.entries import entry_of
from crossdock.inventory.ledger.plan import Plan
from crossdock.model.stock import MoveRequest, ReleaseRequest, StockMoveLine, SupplyLine, SupplyRequest
from crossdock.store.arrays import columns, numbers, octets, texts, times
from tests.unit.inventory.shelves import ITEM, request

AT = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)


def move(from_state: str, to_state: str, quantity: int = 1, **more: object) -> MoveRequest:
    line = StockMoveLine("1", ITEM[1], "north", Decimal(quantity), from_state, to_state, **more)  # type: ignore[arg-type]
    return MoveRequest(ITEM[0], "key", "case", "document", (line,), AT)


@pytest.mark.parametrize(
    ("what", "gives"),
    [
        (move("supplier", "unrestricted"), True),
        (move("quarantined", "unrestricted"), True),
        (move("unrestricted", "unrestricted", to_location="south"), True),
        (move("supplier", "damaged", supply=("order", "1")), True),
        (move("unrestricted", "picked", reservation="r"), False),
        (move("picked", "packed"), False),
        (move("packed", "customer"), False),
        (move("unrestricted", "adjustment"), False),
        (request(5), False),
    ],
)
def test_only_what_may_free_stock_or_supply_needs_all_positions_of_an_item(what: MoveRequest, gives: bool) -> None:
    assert Plan([what]).giving == ({ITEM} if gives else set())


def test_the_common_pick_is_guessed_exactly() -> None:
    guesses = Plan([move("unrestricted", "picked", 3, reservation="r")]).guesses
    guess = guesses[(*ITEM, "north", "")]
    assert (guess.on_hand, guess.reserved, guess.movements) == (-3, -3, 1)


def granted() -> Books:
    """Books that know one promise, `r`, of a case `a`, at north."""
    known = Books()
    known.load_promise(Promise("r", ITEM[0], "a", "1", ITEM[1], "north", "", Decimal(5), "reserved", False))
    return known


def picked(*locations: str) -> list[MoveRequest]:
    line = move("unrestricted", "picked", 2, reservation="r").lines[0]
    lines = [msgspec.structs.replace(line, location=location) for location in locations]
    return [MoveRequest(ITEM[0], "pick", "a", "document", tuple(lines), AT)]


@pytest.mark.parametrize(
    ("requests", "gives"),
    [
        (picked("north"), False),
        (picked("south"), True),
        (picked("south", "north"), True),
        ([*picked("north"), ReleaseRequest(ITEM[0], "rest", "a", ("r",))], True),
        ([*picked("north"), ReleaseRequest(ITEM[0], "rest", "a")], True),
        ([*picked("north"), ReleaseRequest(ITEM[0], "rest", "another case")], False),
    ],
)
def test_a_promise_leaves_stock_free_unless_all_that_ends_it_takes_it_from_its_place(
    requests: list[MoveRequest | ReleaseRequest], gives: bool
) -> None:
    plan = Plan(requests)
    plan.learn_promises(granted())
    assert plan.giving == ({ITEM} if gives else set())


def test_what_a_case_asks_for_and_gives_back_at_once_is_there_for_who_waits() -> None:
    assert Plan([request(5, case="a"), ReleaseRequest(ITEM[0], "cancel", "a")]).giving == {ITEM}
    assert Plan([request(5, case="a"), ReleaseRequest(ITEM[0], "cancel", "b")]).giving == set()


def test_packing_and_shipping_need_no_promise_position() -> None:
    assert not Plan([move("picked", "packed"), move("packed", "customer")]).guesses


@pytest.mark.parametrize(
    "nonsense",
    [
        move("unrestricted", "picked", 0),
        move("unrestricted", "picked", -1),
        move("unrestricted", "nirvana"),
        request(0),
        SupplyRequest(ITEM[0], "k", "s", (SupplyLine("po", "1", ITEM[1], "north", Decimal(-1), AT.date()),)),
    ],
)
def test_requests_that_make_no_sense_are_refused_before_anything_is_locked(nonsense: MoveRequest) -> None:
    with pytest.raises(ValueError, match=r"moves|asks for|expected of"):
        Plan([nonsense])


def test_a_repeat_at_another_time_is_the_same_request() -> None:
    later = AT + dt.timedelta(hours=1)
    assert entry_of(request(5), AT).content == entry_of(request(5), later).content
    assert entry_of(request(5), AT).content != entry_of(request(6), AT).content
    assert entry_of(request(5, case="a"), AT).digest != entry_of(request(5, case="b"), AT).digest


def test_array_literals_keep_quotes_backslashes_and_nulls() -> None:
    assert texts(["a", 'b"c', "d\\e", "", "null", "{,}"]) == '{"a","b\\"c","d\\\\e","","null","{,}"}'
    assert numbers([1, None, Decimal("2.50"), True]) == "{1,null,2.50,True}"
    assert octets([b"\x00\xff"]) == '{"\\\\x00ff"}'
    assert times([AT, None]) == '{"2010-12-01T00:00:00+00:00",null}'
    assert columns([], (texts, numbers)) == ["{}", "{}"]


def parse(literal: str) -> list[str]:
    """A text array literal read as PostgreSQL reads it."""
    found, inside, current, characters = [], False, "", iter(literal[1:-1])
    for character in characters:
        if character == "\\":
            current += next(characters)
        elif character == '"':
            inside = not inside
            if not inside:
                found.append(current)
                current = ""
        elif inside:
            current += character
    return found


@given(st.lists(st.text()))
def test_any_text_survives_an_array_literal(values: list[str]) -> None:
    assert parse(texts(values)) == values
