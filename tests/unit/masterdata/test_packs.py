from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.masterdata import KitRefused, Masterdata
from crossdock.model.masterdata import Item, KitComponent
from crossdock.model.packs import Pack
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import ConversionRefused

UK = "albion_uk"
MUG = Item(UK, "85123A")
CHEESE = Item(UK, "CHEDDAR", unit="KGM")
OLD, NEW = dt.date(2026, 3, 9), dt.date(2026, 3, 10)
TWELVE = Pack(UK, "85123A", "CA", 12, level="case", source="erp", document="items 4")
TEN = Pack(UK, "85123A", "CA", 10, level="case", valid_from=NEW, source="erp", document="items 9")


def known(*packs: Pack) -> Masterdata:
    return Masterdata([MUG, CHEESE, *packs])


def test_a_case_of_twelve_becomes_ten_on_its_day() -> None:
    masterdata = known(TEN, TWELVE)

    assert masterdata.conversion(UK, "85123A", "CA", OLD).to_base(Quantity(Decimal(5), "CA")) == Quantity(Decimal(60))
    assert masterdata.conversion(UK, "85123A", "CA", NEW).to_base(Quantity(Decimal(5), "CA")) == Quantity(Decimal(50))


def test_what_a_partner_packs_wins_over_the_items_own() -> None:
    masterdata = known(TWELVE, Pack(UK, "85123A", "CA", 6, party="homestead", source="erp"))

    assert masterdata.conversion(UK, "85123A", "CA", OLD, "homestead").ratio == 6
    assert masterdata.conversion(UK, "85123A", "CA", OLD, "brightmart").ratio == 12


def test_two_sources_that_differ_convert_nothing() -> None:
    masterdata = known(TWELVE, Pack(UK, "85123A", "CA", 10, source="wms_york"))

    with pytest.raises(ConversionRefused, match=r"two different sizes of one CA hold on 2026-03-09.*12 EA.*10 EA"):
        masterdata.conversion(UK, "85123A", "CA", OLD)


def test_two_sources_that_agree_are_believed() -> None:
    masterdata = known(TWELVE, Pack(UK, "85123A", "CA", 12, source="wms_york"))

    assert masterdata.conversion(UK, "85123A", "CA", OLD).ratio == 12


def test_a_pack_that_has_ended_or_not_begun_converts_nothing() -> None:
    masterdata = known(Pack(UK, "85123A", "CA", 12, valid_from=OLD, valid_until=NEW))

    assert masterdata.conversion(UK, "85123A", "CA", OLD).ratio == 12
    for day in (OLD - dt.timedelta(days=1), NEW):
        with pytest.raises(
            ConversionRefused, match=f"85123A is kept in EA and nothing says what one CA holds on {day}"
        ):
            masterdata.conversion(UK, "85123A", "CA", day)


def test_a_temporary_pack_gives_way_to_the_one_before_it() -> None:
    promotion = Pack(UK, "85123A", "CA", 14, valid_from=OLD, valid_until=NEW, source="erp")

    assert known(TWELVE, promotion).conversion(UK, "85123A", "CA", OLD).ratio == 14
    assert known(TWELVE, promotion).conversion(UK, "85123A", "CA", NEW).ratio == 12


def test_an_item_nobody_knows_converts_nothing() -> None:
    with pytest.raises(ConversionRefused, match="NOPE is no item of albion_uk"):
        known().conversion(UK, "NOPE", "CA", OLD)


def test_part_of_something_counted_is_refused() -> None:
    case = known(TWELVE).conversion(UK, "85123A", "CA", OLD)

    assert case.to_base(Quantity(Decimal("0.5"), "CA")) == Quantity(Decimal(6))
    with pytest.raises(ConversionRefused, match=r"0\.1 CA is no whole number of EA"):
        case.to_base(Quantity(Decimal("0.1"), "CA"))
    with pytest.raises(ConversionRefused, match=r"2\.5 EA is no whole number of EA"):
        known().conversion(UK, "85123A", "EA", OLD).to_base(Quantity(Decimal("2.5")))


def test_part_of_something_weighed_is_not() -> None:
    pound = known().conversion(UK, "CHEDDAR", "LB", OLD)

    assert pound.to_base(Quantity(Decimal("2.5"), "LB")) == Quantity(Decimal("1.133980925"), "KGM")
    assert pound.source == "UN/ECE Rec 20"


def test_a_price_per_case_stays_exact_per_each() -> None:
    case = known(TWELVE).conversion(UK, "85123A", "CA", OLD)
    price = Price(Decimal("10.00"), "GBP", Quantity(Decimal(1), "CA"))
    each = case.price_to_base(price)

    assert each == Price(Decimal("10.00"), "GBP", Quantity(Decimal(12)))
    assert each.extend(Quantity(Decimal(30))) == price.extend(Quantity(Decimal("2.5"), "CA"))
    assert case.price_from_base(each) == price


def test_a_conversion_says_who_says_so() -> None:
    assert str(known(TEN).conversion(UK, "85123A", "CA", NEW)) == "1 CA = 10 EA from 2026-03-10, says erp items 9"


def test_a_kit_may_hold_kits_but_not_itself() -> None:
    on = dt.date(2026, 1, 1)
    masterdata = Masterdata(
        [KitComponent(UK, "HAMPER", "SET", Decimal(1)), KitComponent(UK, "SET", "85123A", Decimal(2))]
    )
    assert masterdata.components(UK, "HAMPER", on) == (("SET", Decimal(1)),)

    looped = Masterdata([KitComponent(UK, "SET", "HAMPER", Decimal(1)), KitComponent(UK, "HAMPER", "SET", Decimal(1))])
    with pytest.raises(KitRefused, match="SET > HAMPER > SET"):
        looped.components(UK, "SET", on)
