"""What a channel is told is what it would be answered, whatever its pools, kits and rules of shelf life are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.engine.channel_numbers import _Stock
from crossdock.engine.context import Publication
from crossdock.inventory.availability import Question
from crossdock.inventory.availability.answer import answer
from crossdock.inventory.availability.pools import Asker
from crossdock.inventory.availability.reading import Facts, KitLine, PositionRow
from crossdock.inventory.guard import number_terms
from crossdock.inventory.guard.number_terms import Levels, NumberTerms, Part, Shelf
from crossdock.inventory.ledger.lots import Keeping
from crossdock.model.stock_policy import PoolRule, PublicationRule, Scope, ShelfLifeRule, StockPolicies

TODAY = dt.date(2010, 12, 1)
PLACES = ("north", "south")
ITEMS = ("SET", "CUP", "PLATE")
POOLS = ("", "own", "lent", "theirs")
SET = {"CUP": Decimal(2), "PLATE": Decimal(1)}
ZERO = Decimal(0)
SHOP = Scope(channels=("shop",))
OTHERS = Scope(channels=("market",))
OWN = PoolRule(name="own", pool="own", scope=SHOP)
LENT = PoolRule(name="lent", pool="lent", scope=OTHERS, lends=True)
THEIRS = PoolRule(name="theirs", pool="theirs", scope=OTHERS)
EVERYTHING = ShelfLifeRule(name="fresh", days=10, scope=SHOP)
CUPS = ShelfLifeRule(name="cups", days=20, scope=Scope(items=("CUP",)))

amounts = st.integers(-3, 9).map(Decimal)
days = st.integers(0, 40).map(lambda n: TODAY + dt.timedelta(days=n))
positions = st.dictionaries(st.tuples(st.sampled_from(ITEMS), st.sampled_from(PLACES), st.sampled_from(POOLS)), amounts)
lots = st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from(PLACES), st.integers(1, 9).map(Decimal), days))
policies = st.builds(
    StockPolicies,
    pools=st.sets(st.sampled_from((OWN, LENT, THEIRS))).map(lambda rules: tuple(sorted(rules, key=lambda r: r.name))),
    shelf_life=st.sets(st.sampled_from((EVERYTHING, CUPS))).map(lambda r: tuple(sorted(r, key=lambda one: one.name))),
)


def rows_of(kind: str, found: list[tuple[str, str, str, Decimal, dt.date | None]], first: int) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "item": item, "location": place, "name": name, "id": first + number, "counter": 1,
         "quantity": quantity, "day": day}
        for number, (item, place, name, quantity, day) in enumerate(found)
    ]  # fmt: skip


@settings(max_examples=300)
@given(positions, lots, lots, policies)
def test_it_is_told_what_it_would_be_answered(
    free: dict[tuple[str, str, str], Decimal],
    stored: list[tuple[str, str, Decimal, dt.date]],
    held: list[tuple[str, str, Decimal, dt.date]],
    rules: StockPolicies,
) -> None:
    question = Question(company_id="c", item="SET", locations=PLACES, channel="shop", on=TODAY, policies=rules)
    facts = Facts(
        [PositionRow(*at, quantity, ZERO, ZERO, ZERO, ZERO, 1) for at, quantity in free.items()],
        [], [], [], [], [KitLine("SET", part, per) for part, per in SET.items()],
    )  # fmt: skip
    keeping = {item: Keeping() for item, _, _ in free} if question.asker.is_fussy else {}
    for number, (item, place, quantity, day) in enumerate(stored):
        if item in keeping:
            keeping[item].describe(str(number), day)
            keeping[item].add(place, str(number), quantity)
    for item, place, quantity, day in held:
        if item in keeping:
            keeping[item].promise(place, day, quantity)
    rows = rows_of("free", [(*at, quantity, None) for at, quantity in free.items()], 1)
    rows += rows_of("lot", [(item, place, "", quantity, day) for item, place, quantity, day in stored], 1)
    rows += rows_of("held", [(i, p, f"r{n}", q, day) for n, (i, p, q, day) in enumerate(held)], 100)
    stock = _Stock(Publication("c", "shop", "peer", PLACES, rules), Asker("c", "shop", "", TODAY, rules, 0), rows)  # type: ignore[arg-type]
    assert stock.number("SET", SET, PublicationRule(name="")).quantity == answer(question, facts, False, keeping).now


def test_terms_are_read_as_they_were_written_and_plain_sums_stay_short() -> None:
    plain = NumberTerms((Shelf("north", ((3, 4), (1, 2))), Shelf("south", ((5, 6),))))
    assert number_terms.write(plain) == "1:2 3:4 5:6"
    levels = Levels({(1, 2): Decimal(1), (3, 4): Decimal(-9), (5, 6): Decimal("2.50")})
    assert number_terms.told(number_terms.read("1:2 3:4 5:6"), levels, Decimal(1)) == Decimal("2.5")
    assert number_terms.told(number_terms.read(""), levels, ZERO) == 0
    kit = NumberTerms((), (Part("CUP", Decimal(2), (Shelf("north", ((1, 2),)),)),))
    assert number_terms.read(number_terms.write(kit)) == kit
