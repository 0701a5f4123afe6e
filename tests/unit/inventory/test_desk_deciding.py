"""Who gets what at the desk: pure decisions about held positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.inventory.desk.batch import _Booking, _RanShort
from crossdock.inventory.desk.deciding import Decider, Shelf, Take, places_of
from crossdock.inventory.desk.requests import Component, DeskLine, DeskRequest, desk_lines_request
from crossdock.inventory.ledger.keys import ItemKey, PositionKey
from crossdock.inventory.ledger.pools import NO_POOLS, Pools
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies

ON = dt.date(2010, 12, 1)
RETAIL = PoolRule(name="retail", pool="retail", scope=Scope(channels=("shop",)), precedence=2)
EDI = PoolRule(name="edi", pool="edi", scope=Scope(customers=("GROCER",)), precedence=1, lends=True)
POOLS = Pools(StockPolicies(pools=(RETAIL, EDI)), ON, 7)


def shelves(**free: int) -> dict[PositionKey, Shelf]:
    """`mug_north_retail=3`: so much is free there."""
    made = {}
    for number, (name, quantity) in enumerate(free.items()):
        item, location, pool = (*name.split("_"), "")[:3]
        made[("c", item, location, pool)] = Shelf(number, D(quantity), 0, D(quantity))
    return made


def line(
    item: str, quantity: int | str, *locations: str, name: str = "", kit: Mapping[str, int] | None = None
) -> DeskLine:
    parts = tuple(Component(part, D(per)) for part, per in (kit or {}).items())
    return DeskLine(name or item, item, D(quantity), locations or ("north",), parts)


def request(*lines: DeskLine, mode: str = "whole", channel: str = "", customer: str = "") -> DeskRequest:
    return desk_lines_request("c", "k", lines, mode=mode, channel=channel, customer=customer)  # type: ignore[arg-type]


def taken(takes: list[Take]) -> list[tuple[str, str, str, int]]:
    return [(*take.at[1:], int(take.quantity)) for take in takes if not take.rule]


def test_the_own_pool_is_taken_first_then_what_is_everybodys_then_what_others_lend() -> None:
    decider = Decider(shelves(mug_north=2, mug_north_retail=3, mug_north_edi=4), POOLS)
    takes, missing = decider.decide(request(line("mug", 7), channel="shop"))
    assert taken(takes) == [("mug", "north", "retail", 3), ("mug", "north", "", 2), ("mug", "north", "", 2)]
    assert [(take.at[3], int(take.quantity), take.rule) for take in takes if take.rule] == [("edi", 2, "edi@7")]
    assert missing == []
    assert decider.shelves[("c", "mug", "north", "edi")].free == 2


def test_another_locations_shared_stock_comes_before_what_is_lent() -> None:
    decider = Decider(shelves(mug_north=1, mug_north_edi=4, mug_south=1), POOLS)
    takes, _ = decider.decide(request(line("mug", 3, "north", "south")))
    assert taken(takes) == [("mug", "north", "", 1), ("mug", "south", "", 1), ("mug", "north", "", 1)]


def test_a_pool_that_does_not_lend_keeps_what_it_has() -> None:
    decider = Decider(shelves(mug_north=1, mug_north_retail=9), POOLS)
    takes, missing = decider.decide(request(line("mug", 2)))
    assert takes == []
    assert [(short.quantity, short.free) for short in missing] == [(1, 1)]
    assert decider.shelves[("c", "mug", "north", "")].free == 1


def test_where_shared_stock_is_short_nothing_is_lent() -> None:
    decider = Decider(shelves(mug_north=-2, mug_north_edi=5), POOLS)
    assert decider.decide(request(line("mug", 1)))[0] == []


def test_a_whole_request_takes_nothing_if_one_line_misses_something() -> None:
    decider = Decider(shelves(mug_north=5, lamp_north=1), NO_POOLS)
    takes, missing = decider.decide(request(line("mug", 5), line("lamp", 2)))
    assert takes == []
    assert [(short.line, short.quantity, short.free) for short in missing] == [("lamp", 1, 1)]
    assert decider.shelves[("c", "mug", "north", "")].free == 5


def test_a_partial_request_takes_what_is_there() -> None:
    decider = Decider(shelves(mug_north=5, lamp_north=1), NO_POOLS)
    takes, missing = decider.decide(request(line("mug", 3), line("lamp", 2), mode="partial"))
    assert taken(takes) == [("mug", "north", "", 3), ("lamp", "north", "", 1)]
    assert [(short.line, short.quantity) for short in missing] == [("lamp", 1)]


def test_what_only_one_line_can_use_is_left_to_it() -> None:
    decider = Decider(shelves(mug_north=5, mug_south=5), NO_POOLS)
    takes, missing = decider.decide(request(line("mug", 5, "north", "south", name="1"), line("mug", 5, name="2")))
    assert missing == []
    assert sorted(taken(takes)) == [("mug", "north", "", 5), ("mug", "south", "", 5)]


def test_stocked_kits_go_first_and_the_rest_is_made_of_components_at_one_location() -> None:
    decider = Decider(shelves(set_north=1, cup_north=4, plate_north=9, cup_south=9, plate_south=2), NO_POOLS)
    wanted = line("set", 4, "north", "south", kit={"cup": 2, "plate": 1})
    takes, missing = decider.decide(request(wanted))
    assert missing == []
    assert taken(takes) == [
        ("set", "north", "", 1),
        ("cup", "north", "", 4),
        ("plate", "north", "", 2),
        ("cup", "south", "", 2),
        ("plate", "south", "", 1),
    ]


def test_components_are_taken_together_or_not_at_all() -> None:
    decider = Decider(shelves(cup_north=10, plate_south=10), NO_POOLS)
    takes, missing = decider.decide(
        request(line("set", 1, "north", "south", kit={"cup": 1, "plate": 1}), mode="partial")
    )
    assert takes == []
    assert [short.quantity for short in missing] == [1]


def test_a_component_that_two_lines_share_is_not_counted_twice() -> None:
    decider = Decider(shelves(cup_north=5, plate_north=9), NO_POOLS)
    lines = (line("set", 3, kit={"cup": 1, "plate": 1}), line("duo", 2, kit={"cup": 2}))
    assert decider.decide(request(*lines))[0] == []
    takes, missing = decider.decide(request(*lines, mode="partial"))
    assert sum(take.quantity for take in takes if take.at[1] == "cup") == 5
    assert [(short.line, short.quantity) for short in missing] == [("duo", 1)]


def test_who_cannot_be_served_is_skipped_and_takes_nothing_from_whoever_comes_behind() -> None:
    decider = Decider(shelves(mug_north=5), NO_POOLS)
    served = [bool(decider.decide(request(line("mug", quantity)))[0]) for quantity in (3, 4, 2, 1)]
    assert served == [True, False, True, False]


ITEMS, PLACES, POOL_NAMES = ("mug", "set", "cup"), ("north", "south"), ("", "retail", "edi")
stocks = st.fixed_dictionaries(
    {("c", item, place, pool): st.integers(-3, 6) for item in ITEMS for place in PLACES for pool in POOL_NAMES}
)
lines_of = st.lists(
    st.tuples(st.sampled_from(ITEMS), st.integers(1, 7), st.permutations(PLACES).map(lambda p: tuple(p))),
    min_size=1,
    max_size=3,
)
callers = st.lists(
    st.tuples(
        lines_of,
        st.sampled_from(["whole", "partial"]),
        st.sampled_from(["", "shop", "market"]),
        st.sampled_from(["", "GROCER"]),
    ),
    min_size=1,
    max_size=8,
)


@given(stocks, callers)
def test_protected_units_are_never_promised_elsewhere_and_nothing_is_promised_beyond_stock(
    stock: dict[PositionKey, int], asked: list[tuple[list[tuple[str, int, tuple[str, ...]]], str, str, str]]
) -> None:
    held = {key: Shelf(n, D(free), 0, D(free)) for n, (key, free) in enumerate(stock.items())}
    decider = Decider(held, POOLS)
    for wanted, mode, channel, customer in asked:
        lines = [
            line(item, quantity, *places, name=str(n), kit={"cup": 2} if item == "set" else None)
            for n, (item, quantity, places) in enumerate(wanted)
        ]
        asking = request(*lines, mode=mode, channel=channel, customer=customer)
        before = {key: shelf.free for key, shelf in held.items()}
        takes, missing = decider.decide(asking)
        own = "retail" if channel == "shop" else "edi" if customer == "GROCER" else ""
        for take in takes:
            assert take.at in set(places_of(asking, POOLS))
            if take.rule:
                assert take.at[3] == "edi"  # the only one that lends
                assert take.rule == "edi@7"
            else:
                assert take.at[3] in ("", own)
        if own != "retail":
            assert all(held[key].free == free for key, free in before.items() if key[3] == "retail")
        for key, shelf in held.items():
            assert shelf.free >= min(before[key], D(0)), "a position gives no more than is free"
        if missing and mode == "whole":
            assert {key: shelf.free for key, shelf in held.items()} == before
        if not missing:
            for each in lines:
                mine = [take for take in takes if take.line is each and not take.rule]
                whole = sum((take.quantity for take in mine if take.at[1] == each.item), D(0))
                parts = sum((take.quantity for take in mine if take.at[1] != each.item), D(0))
                assert whole + parts / 2 == each.quantity


def test_what_another_lane_learns_meanwhile_refuses_nobody_what_other_places_have() -> None:
    scarce = set[ItemKey]()
    booking = _Booking([request(line("mug", 3, "north", "south"))], NO_POOLS, scarce, waits=True)
    booking._guesses()
    booking.shelves = shelves(mug_north=1)
    scarce.add(("c", "mug"))
    with pytest.raises(_RanShort):
        booking._decide()
