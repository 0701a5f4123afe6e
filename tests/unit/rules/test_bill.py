"""What goods consist of: nothing is won or lost when goods are made of goods."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.assembly import BillLine
from crossdock.rules.bill import Side, bill_of, difference, elements, kits_in, repacked

KITS = {
    "SET": (("CUP", Decimal(2)), ("BOX", Decimal(1))),
    "BOX": (("CARD", Decimal("1.5")),),
    "CASE12": (("CUP", Decimal(12)),),
    "INNER5": (("CUP", Decimal(5)),),
}


def bill(*items: str) -> tuple[BillLine, ...]:
    return bill_of(items, lambda item: KITS.get(item, ()))


def test_a_kit_of_kits_is_broken_down_to_what_is_no_kit() -> None:
    assert elements([Side("SET", Decimal(4))], bill("SET")) == {"CUP": 8, "CARD": 6}


def test_kits_are_what_no_kit_in_them_can_be_taken_apart_any_further_and_one_of_itself_is_none() -> None:
    edges = {kit: dict(parts) for kit, parts in KITS.items()} | {"GIFT": {"SET": Decimal(2), "CARD": Decimal(1)}}
    kits = kits_in(edges | {"LOOP": {"KNOT": Decimal(1)}, "KNOT": {"LOOP": Decimal(1), "CUP": Decimal(1)}})
    assert kits["GIFT"] == {"CUP": 4, "CARD": 4}
    assert kits["BOX"] == {"CARD": Decimal("1.5")}
    assert not {"LOOP", "KNOT"} & kits.keys()


@given(st.decimals("0.001", "99999", places=3))
def test_a_kit_and_its_components_are_the_same(quantity: Decimal) -> None:
    parts = [Side(item, quantity * of_one) for item, of_one in KITS["SET"]]
    assert difference(parts, [Side("SET", quantity)], bill("SET")) == {}


def test_what_is_missing_is_named_with_both_sides() -> None:
    found = difference([Side("CUP", Decimal(3))], [Side("SET", Decimal(1))], bill("SET"))
    assert found == {"CUP": (3, 2), "CARD": (0, Decimal("1.5"))}


def test_cases_are_packed_anew_only_in_exact_ratios() -> None:
    assert repacked(Decimal(2), "CASE12", "CUP", bill("CASE12", "CUP")) == 24
    assert repacked(Decimal(5), "CASE12", "INNER5", bill("CASE12", "INNER5")) == 12
    assert repacked(Decimal(1), "CASE12", "INNER5", bill("CASE12", "INNER5")) == Fraction(12, 5)


def test_goods_are_not_packed_as_something_else() -> None:
    with pytest.raises(ValueError, match="CASE12 consists of CUP, BOX of CARD"):
        repacked(Decimal(1), "CASE12", "BOX", bill("CASE12", "BOX"))


def test_a_bill_that_leads_in_a_circle_is_refused() -> None:
    circle = (BillLine("A", "B", Decimal(1)), BillLine("B", "A", Decimal(1)))
    with pytest.raises(ValueError, match="A > B > A"):
        elements([Side("A", Decimal(1))], circle)
