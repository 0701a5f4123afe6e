from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.sandbox.chance import Chance, stable
from crossdock.sandbox.faults import Faults, FaultSettings, Rates


def test_the_same_seed_decides_the_same_in_any_order_of_asking() -> None:
    keys = [("wms", number) for number in range(50)]
    first, second = Chance(7), Chance(7)
    forward = [first.share(*key) for key in keys]
    backward = [second.share(*key) for key in reversed(keys)]
    assert forward == backward[::-1]
    assert forward != [Chance(8).share(*key) for key in keys]


def test_rules_that_must_never_move_have_a_test_vector() -> None:
    assert stable("channel", "17850") == 8528442272112370987


def test_chances_happen_about_as_often_as_they_should() -> None:
    chance = Chance(1)
    assert 0.17 < sum(chance.happens(0.2, number) for number in range(2000)) / 2000 < 0.23
    assert {chance.between(1, 3, number) for number in range(200)} == {1, 2, 3}


def test_attempts_of_one_key_meet_their_own_faults() -> None:
    faults = Faults(Chance(3))
    faults.replace(FaultSettings(error_5xx=0.5))
    outcomes = [
        faults.strikes("error_5xx", "erp", "sales_orders 536365", faults.attempt("erp", "sales_orders 536365"))
        for _ in range(20)
    ]
    again = Faults(Chance(3))
    again.replace(FaultSettings(error_5xx=0.5))
    assert outcomes == [again.strikes("error_5xx", "erp", "sales_orders 536365", attempt) for attempt in range(1, 21)]
    assert True in outcomes
    assert False in outcomes


def test_one_system_may_have_rates_of_its_own() -> None:
    faults = Faults(Chance(3))
    faults.replace(FaultSettings(latency_ms=100, systems={"erp": Rates()}))
    assert faults.latency_seconds("erp", "a", 1) == 0
    assert 0 <= faults.latency_seconds("shop", "a", 1) < 0.1


def test_an_outage_lasts_from_and_to_in_business_time() -> None:
    text = b'{"outages":[{"system":"erp","from":"2010-12-01T12:00:00Z","to":"2010-12-01T14:00:00Z"}]}'
    faults = Faults(Chance(3))
    faults.replace(msgspec.json.decode(text, type=FaultSettings))
    noon = dt.datetime(2010, 12, 1, 12, tzinfo=dt.UTC)
    assert faults.out_until("erp", noon) == noon + dt.timedelta(hours=2)
    assert faults.out_until("erp", noon + dt.timedelta(hours=2)) is None
    assert faults.out_until("shop", noon) is None
