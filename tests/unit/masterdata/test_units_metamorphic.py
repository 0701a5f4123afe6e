"""Whatever pack structure an item has: told in any legal pack unit and back, an order is the same order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.masterdata import Masterdata
from crossdock.masterdata.door import Door
from crossdock.model.masterdata import Item
from crossdock.model.packs import Conversion, Level, Pack
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import Price, Quantity, round_money
from crossdock.model.restating import as_stated
from crossdock.model.units import ConversionRefused

UK = "albion_uk"
ON = dt.date(2026, 3, 9)
LEVELS: tuple[tuple[str, Level], ...] = (("IP", "inner"), ("CA", "case"), ("PL", "pallet"))
US, SUPPLIER = PartyRef(UK, name="Albion"), PartyRef("kilncraft", name="Kilncraft")


@st.composite
def structures(draw: st.DrawFn) -> Masterdata:
    """An item with packs inside packs, some of them a partner's own, and an older size of each that has ended."""
    records: list[Item | Pack] = [Item(UK, "MUG")]
    size = 1
    for unit, level in LEVELS:
        size *= draw(st.integers(2, 60))
        records.append(Pack(UK, "MUG", unit, size, level=level, valid_from=ON, source="erp"))
        if draw(st.booleans()):
            old = draw(st.integers(1, 5000))
            records.append(Pack(UK, "MUG", unit, old, level=level, valid_until=ON, source="erp"))
        if draw(st.booleans()):
            own = draw(st.integers(1, 5000))
            records.append(Pack(UK, "MUG", unit, own, party="kilncraft", level=level, source="erp"))
    return Masterdata(draw(st.permutations(records)))


prices = st.decimals(min_value=0, max_value=10_000, places=4)
units = st.sampled_from(["EA", "IP", "CA", "PL"])


def order_of(lines: list[tuple[int, str, Decimal]]) -> PurchaseOrder:
    """Lines of quantity, unit and price of one unit, each split into two schedules."""
    made = []
    for n, (amount, unit, price) in enumerate(lines, 1):
        first = amount // 2
        parts = [part for part in (first, amount - first) if part]
        made.append(
            PurchaseOrderLine(
                *(str(n), "MUG", Quantity(Decimal(amount), unit)),
                Price(price, "GBP", Quantity(Decimal(1), unit)),
                supplier_item="K-1",
                schedules=tuple(Schedule(Quantity(Decimal(part), unit), ON) for part in parts),
            )
        )
    return PurchaseOrder(UK, "4500001", US, SUPPLIER, US, ON, "GBP", tuple(made))


def unstated(order: PurchaseOrder) -> PurchaseOrder:
    lines = tuple(msgspec.structs.replace(line, stated=None) for line in order.lines)
    return msgspec.structs.replace(order, lines=lines)


def total(order: PurchaseOrder) -> Fraction:
    """Not rounded: what the order is worth to the last digit."""
    return sum((Fraction(line.price.worth(line.quantity.amount)) for line in order.lines), Fraction(0))


def in_base(order: PurchaseOrder, masterdata: Masterdata) -> PurchaseOrder:
    door = Door(masterdata, UK, ON, "kilncraft")
    told = door.in_base_units(order)
    assert door.refused == []
    return told


orders = st.lists(st.tuples(st.integers(1, 10_000), units, prices), min_size=1, max_size=6).map(order_of)


@given(structures(), orders)
def test_an_order_in_any_pack_units_is_the_same_order_there_and_back(
    masterdata: Masterdata, order: PurchaseOrder
) -> None:
    booked = in_base(order, masterdata)

    assert {line.quantity.unit for line in booked.lines} == {"EA"}
    assert unstated(as_stated(booked)) == order
    assert total(booked) == total(order)
    for line, said in zip(booked.lines, order.lines, strict=True):
        assert line.price.extend(line.quantity) == said.price.extend(said.quantity)
        assert sum(split.quantity.amount for split in line.schedules) == line.quantity.amount


@given(structures(), orders)
def test_what_is_in_base_units_is_not_converted_again(masterdata: Masterdata, order: PurchaseOrder) -> None:
    booked = in_base(order, masterdata)

    assert in_base(booked, masterdata) is booked


@given(structures(), st.integers(1, 10_000), units, prices)
def test_told_to_any_system_an_order_keeps_its_value(
    masterdata: Masterdata, pieces: int, unit: str, price: Decimal
) -> None:
    """Part of what was ordered, in pieces: told in packs, in pieces or in parts of a pack, or not at all."""
    booked = in_base(order_of([(1, unit, price)]), masterdata)
    part = msgspec.structs.replace(booked.lines[0], quantity=Quantity(Decimal(pieces)), schedules=())
    shipped = msgspec.structs.replace(booked, lines=(part,))
    for prefer in ("stated", "base"):
        try:
            told = as_stated(shipped, prefer)  # type: ignore[arg-type]
        except ConversionRefused:
            continue
        line = told.lines[0]
        assert line.price.per.unit == line.quantity.unit
        assert total(told) == total(shipped)
        assert unstated(in_base(unstated(told), masterdata)).lines[0].quantity == Quantity(Decimal(pieces))


@given(structures(), orders)
def test_an_order_comes_through_the_interchange_unchanged(masterdata: Masterdata, order: PurchaseOrder) -> None:
    """EDI, canonical, base units, canonical, EDI: line by line the same segments."""
    context = maps.MapContext(UK, US, SUPPLIER, "buyer", options=maps.MapOptions(currency="GBP"))
    first = maps.write_document("purchase_order", order, context)
    header = x12.InterchangeOut(
        sender="ALBION", receiver="KILN", control_number=1, group_control_number=1, at=dt.datetime(2026, 3, 9, 9)
    )
    (read,) = x12.read(x12.write_interchange(header, [first]))
    assert isinstance(read, x12.TransactionSet)
    mapped = maps.read_document(read, context)
    assert isinstance(mapped.body, PurchaseOrder), mapped.faults
    again = maps.write_document("purchase_order", as_stated(in_base(mapped.body, masterdata)), context)

    assert again.segments == first.segments


@given(structures(), st.lists(st.tuples(st.integers(1, 99), units, prices), min_size=1, max_size=4), st.data())
def test_a_refusal_changes_nothing(
    masterdata: Masterdata, lines: list[tuple[int, str, Decimal]], data: st.DataObject
) -> None:
    wrong = data.draw(st.sampled_from([(1, "BX"), (Fraction(1, 2), "EA"), (3, "KGM")]))
    order = order_of(lines)
    line = msgspec.structs.replace(
        order.lines[0],
        quantity=Quantity(Decimal(wrong[0].numerator) / Decimal(wrong[0].denominator), wrong[1]),
        schedules=(),
    )
    order = msgspec.structs.replace(order, lines=(line, *order.lines[1:]))
    before = msgspec.json.encode(order)
    door = Door(masterdata, UK, ON, "kilncraft")
    told = door.in_base_units(order)

    assert [refused.place for refused in door.refused] == [0]
    assert told.lines[0] is line
    assert msgspec.json.encode(order) == before


ratios = st.fractions(min_value=Fraction(1, 50), max_value=5000, max_denominator=50)


@pytest.mark.long
@given(ratios, ratios, st.decimals(min_value=0, max_value=10**6, places=3))
def test_conversions_compose_exactly(outer: Fraction, inner: Fraction, amount: Decimal) -> None:
    """A pallet in cases in kilograms is a pallet in kilograms."""
    pallet = Conversion("PL", "CA", outer.numerator, outer.denominator)
    case = Conversion("CA", "KGM", inner.numerator, inner.denominator)
    whole = outer * inner
    direct = Conversion("PL", "KGM", whole.numerator, whole.denominator)
    try:
        step = case.to_base(pallet.to_base(Quantity(amount, "PL")))
    except ConversionRefused:
        assume(False)
        raise
    assert step == direct.to_base(Quantity(amount, "PL"))


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=6), st.integers(1, 1000), st.integers(-1000, 1000))
def test_money_is_rounded_once_and_half_away_from_zero(amount: Decimal, per: int, quantity: int) -> None:
    price = Price(amount, "GBP", Quantity(Decimal(per)))
    exact = Fraction(amount) * quantity / per
    rounded = price.extend(Quantity(Decimal(quantity))).amount

    assert abs(Fraction(rounded) - exact) <= Fraction(1, 200)
    assert rounded == rounded.quantize(Decimal("0.01"))
    if abs(exact) * 200 % 2 == 1:
        assert abs(Fraction(rounded)) > abs(exact)
    assert round_money(Decimal("0.125"), "GBP") == round_money(Fraction(1, 8), "GBP") == Decimal("0.13")


@pytest.mark.parametrize("unit", ["CA", "PL", "IP"])
def test_a_legal_unit_of_yesterday_is_none_today(unit: str) -> None:
    ended = Masterdata([Item(UK, "MUG"), Pack(UK, "MUG", unit, 12, valid_until=ON)])
    door = Door(ended, UK, ON)
    door.in_base_units(order_of([(1, unit, Decimal(1))]))

    assert [refused.line for refused in door.refused] == ["1"]
