from __future__ import annotations

import datetime as dt
from decimal import Decimal

from msgspec.structs import replace

from crossdock.inventory.availability import AvailableOn, AvailableToPromise, Question
from crossdock.inventory.availability.answer import answer
from crossdock.inventory.availability.reading import Facts, KitLine, PositionRow
from crossdock.inventory.availability.terms import SupplyTerms
from crossdock.inventory.ledger.lots import Keeping
from crossdock.model.stock_policy import PoolRule, Scope, ShelfLifeRule, StockPolicies, SubstituteRule

TODAY = dt.date(2010, 12, 1)
MUG = "MUG"


def place(
    on_hand: int, reserved: int = 0, shortage: int = 0, location: str = "north", pool: str = "", item: str = MUG
) -> PositionRow:
    zero = Decimal(0)
    return PositionRow(item, location, pool, Decimal(on_hand), zero, Decimal(reserved), zero, Decimal(shortage), 1)


def supply(
    day: int, quantity: int, pegged: int = 0, received: int = 0, location: str = "north", item: str = MUG
) -> SupplyTerms:
    return SupplyTerms(
        item=item,
        source="po",
        line="1",
        location=location,
        quantity=Decimal(quantity),
        received=Decimal(received),
        pegged=Decimal(pegged),
        expected_on=dt.date(2010, 12, day),
        confidence="ordered",
    )


def ask(
    positions: list[PositionRow],
    coming: list[SupplyTerms] | None = None,
    *kit: KitLine,
    channel: str = "",
    customer: str = "",
    policies: StockPolicies = StockPolicies(),  # noqa: B008
) -> AvailableToPromise:
    question = Question(
        company_id="c",
        item=MUG,
        locations=("north", "south"),
        channel=channel,
        customer=customer,
        on=TODAY,
        policies=policies,
        version=7,
    )
    return answer(question, Facts(positions, [], coming or [], [], [], list(kit)))


def steps(found: tuple[AvailableOn, ...]) -> list[tuple[int, int]]:
    return [(step.on.day, int(step.quantity)) for step in found]


def test_supply_that_nobody_is_tied_to_adds_up_by_date() -> None:
    found = ask([place(5, 2)], [supply(9, 10), supply(3, 4, pegged=1), supply(3, 1)])
    assert steps(found.by_date) == [(3, 7), (9, 17)]


def test_what_should_have_come_before_today_comes_tomorrow_at_the_earliest() -> None:
    late = replace(supply(1, 4), expected_on=dt.date(2010, 11, 20))
    found = ask([place(1)], [late, supply(1, 2), supply(2, 3)])
    assert steps(found.by_date) == [(1, 3), (2, 10)]
    assert found.when(Decimal(4), TODAY) == dt.date(2010, 12, 2)


def test_a_shortage_is_made_good_by_its_pegs_not_by_what_others_may_have() -> None:
    found = ask([place(0, 6, shortage=6)], [supply(3, 10, pegged=6)])
    assert steps(found.by_date) == [(3, 4)]


def test_stock_below_zero_eats_what_comes_first() -> None:
    assert steps(ask([place(-5)], [supply(3, 4), supply(4, 4)]).by_date) == [(3, 0), (4, 3)]


def test_a_location_below_zero_takes_nothing_from_another() -> None:
    found = ask([place(-5), place(3, location="south")], [supply(3, 4)])
    assert (found.now, steps(found.by_date)) == (3, [(3, 3)])


def test_when_is_today_if_stock_covers_it_else_the_first_date_that_does() -> None:
    found = ask([place(3)], [supply(3, 4), supply(9, 4)])
    assert found.when(Decimal(3), TODAY) == TODAY
    assert found.when(Decimal(7), TODAY) == dt.date(2010, 12, 3)
    assert found.when(Decimal(7), dt.date(2010, 12, 5)) == dt.date(2010, 12, 5)
    assert found.when(Decimal(12), TODAY) is None
    assert found.on(TODAY) == 3
    assert found.on(dt.date(2010, 12, 8)) == 7


def retail(**more: object) -> StockPolicies:
    return StockPolicies(pools=(PoolRule(name="retail", scope=Scope(channels=("shop",)), pool="retail", **more),))  # type: ignore[arg-type]


def uses(found: AvailableToPromise) -> dict[str, tuple[str, str, int]]:
    return {
        position.pool: (position.use, position.rule, int(position.counted))
        for position in found.positions
        if position.location == "north"
    }


def test_a_protected_pool_counts_for_its_own_channel_alone() -> None:
    positions = [place(10, 4), place(5, 1, pool="retail")]
    assert uses(ask(positions, policies=retail())) == {"": ("shared", "", 6), "retail": ("protected", "retail@7", 0)}
    own = ask(positions, channel="shop", policies=retail())
    assert uses(own) == {"retail": ("own", "retail@7", 4), "": ("shared", "", 6)}
    assert own.now == 10


def test_a_pool_that_lends_counts_unless_others_were_promised_beyond_what_is_shared() -> None:
    lending = retail(lends=True)
    assert uses(ask([place(10), place(5, pool="retail")], policies=lending))["retail"] == ("lending", "retail@7", 5)
    assert ask([place(10), place(5, pool="retail")], policies=lending).now == 15
    assert ask([place(0, 2, 2), place(5, pool="retail")], policies=lending).now == 0


def test_a_pool_that_no_rule_knows_is_protected() -> None:
    assert uses(ask([place(1), place(5, pool="old")]))["old"] == ("protected", "", 0)


def test_supply_fills_the_pools_of_others_before_it_counts() -> None:
    policies = retail(floor=Decimal(10))
    found = ask([place(0), place(4, pool="retail")], [supply(3, 8, pegged=1), supply(5, 5)], policies=policies)
    assert steps(found.by_date) == [(3, 1), (5, 6)]
    own = ask([place(0), place(4, pool="retail")], [supply(3, 8)], channel="shop", policies=policies)
    assert (own.now, steps(own.by_date)) == (4, [(3, 12)])


def test_kits_are_what_is_stocked_and_what_the_scarcest_component_allows_at_each_location() -> None:
    positions = [
        place(1),
        place(7, item="CUP"),
        place(4, item="SAUCER"),
        place(2, location="south", item="CUP"),
        place(9, location="south", item="SAUCER"),
    ]
    kit = KitLine(MUG, "CUP", Decimal(2)), KitLine(MUG, "SAUCER", Decimal(1))
    found = ask(positions, [supply(3, 1, item="CUP"), supply(4, 1)], *kit)
    assert found.kit is not None
    assert [(at.location, at.kits, at.scarce) for at in found.kit.by_location] == [
        ("north", 3, "CUP"),
        ("south", 1, "CUP"),
    ]
    assert (found.now, steps(found.by_date)) == (5, [(3, 6), (4, 7)])


def test_substitutes_are_offered_with_what_may_be_promised_of_them() -> None:
    rule = SubstituteRule(name="blue", scope=Scope(items=(MUG,)), substitutes=("BLUE", "RED"), ratio=Decimal(2))
    positions = [place(0), place(5, item="BLUE")]
    found = ask(positions, [supply(3, 4, item="RED")], policies=StockPolicies(substitutes=(rule,)))
    assert [(each.item, each.now, each.instead_of, each.rule) for each in found.substitutes] == [
        ("BLUE", 5, 2, "blue@7"),
        ("RED", 0, 0, "blue@7"),
    ]
    assert steps(found.substitutes[1].by_date) == [(3, 4)]


def test_what_a_substitute_is_made_of_must_keep_for_the_substitute_alone() -> None:
    lots = Keeping()
    lots.describe("SOON", TODAY + dt.timedelta(days=10))
    lots.add("north", "SOON", Decimal(10))
    gifts = ShelfLifeRule(name="gifts", scope=Scope(items=("GIFT",)), days=30)
    rule = SubstituteRule(name="gift", scope=Scope(items=(MUG,)), substitutes=("GIFT",), ratio=Decimal(1))
    policies = StockPolicies(shelf_life=(gifts,), substitutes=(rule,))
    facts = Facts([place(10)], [], [supply(3, 4)], [], [], [KitLine("GIFT", MUG, Decimal(2))])

    def asked(item: str) -> AvailableToPromise:
        question = Question(company_id="c", item=item, locations=("north",), on=TODAY, policies=policies)
        return answer(question, facts, keeping={MUG: lots})

    mug, gift = asked(MUG), asked("GIFT")
    assert (mug.now, sum(one.counted for one in mug.positions), mug.shelf_life) == (10, 10, None)
    assert steps(mug.by_date) == [(3, 14)]
    (instead,) = mug.substitutes
    assert (instead.now, steps(instead.by_date)) == (gift.now, steps(gift.by_date)) == (0, [(3, 2)])
