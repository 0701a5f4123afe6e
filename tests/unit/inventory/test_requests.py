from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.inventory.ledger.books import Books, Position, Promise
from crossdock.inventory.ledger.entries import entry_of
from crossdock.inventory.ledger.plan import Plan
from crossdock.model.stock import (
    MadeOf,
    MoveRequest,
    PromiseRequest,
    ReleaseRequest,
    StockMoveLine,
    StockRequestLine,
    SupplyLine,
    SupplyRequest,
)
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


def line(item: str, quantity: int, *locations: str, **more: object) -> PromiseRequest:
    asked = StockRequestLine("1", item, Decimal(quantity), locations or ("north",), **more)  # type: ignore[arg-type]
    return PromiseRequest(ITEM[0], f"{item}/{quantity}", "case", "asked", (asked,))


def as_one(*requests: PromiseRequest) -> PromiseRequest:
    return msgspec.structs.replace(requests[0], lines=tuple(line for each in requests for line in each.lines))


ONE = Decimal(1)
MUST_KEEP = {"keeps_until": AT.date()}
TOGETHER = {"together": "1", "per": ONE}
KIT = {"made_of": (MadeOf("CUP", ONE), MadeOf("PLATE", ONE))}


@pytest.mark.parametrize(
    ("requests", "items"),
    [
        ([line("CUP", 5)], ""),
        ([line("CUP", 6)], "CUP"),
        ([line("CUP", 3), line("CUP", 3)], "CUP"),
        ([line("CUP", 1, **MUST_KEEP)], "CUP"),
        ([as_one(line("CUP", 5, **TOGETHER), line("PLATE", 5, **TOGETHER))], ""),
        ([as_one(line("CUP", 6, **TOGETHER), line("PLATE", 6, **TOGETHER))], "CUP PLATE"),
        ([as_one(line("CUP", 1, **TOGETHER, **MUST_KEEP), line("PLATE", 1, **TOGETHER))], "CUP PLATE"),
        ([line("SET", 2, **KIT)], ""),
        ([line("SET", 2, **KIT), line("SET", 5)], "SET"),
        ([line("SET", 2, "south", "north", **KIT), line("SET", 5)], "SET"),
        ([line("SET", 6, **KIT)], "CUP PLATE"),
        ([line("CUP", 3, "south", "north"), line("CUP", 3)], ""),
        ([line("CUP", 3, "south", "north", whole_first=True), line("CUP", 3)], "CUP"),
    ],
)
def test_supply_is_at_hand_of_what_may_have_to_wait_and_of_nothing_else(
    requests: list[PromiseRequest], items: str
) -> None:
    held, five, none = Books(), Decimal(5), Decimal(0)
    for item, stocked in (("CUP", five), ("PLATE", five * 2), ("SET", five)):
        for location in ("north", "south"):
            held.load_position(Position((ITEM[0], item, location, ""), 1, stocked, none, none, none, 0))
    assert Plan(requests).perhaps_short(held) == {(ITEM[0], item) for item in items.split()}


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
