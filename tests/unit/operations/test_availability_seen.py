"""What a caller that speaks for one channel may see of an answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.identity import Actor
from crossdock.inventory.availability.terms import AvailableToPromise, DropShipTerms
from crossdock.operations.availability_seen import terms_for

DAY = dt.date(2010, 12, 3)
NOW = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)
SAID = DropShipTerms(
    supplier="brightware",
    rule="lamps@1",
    expected_on=DAY,
    stated=Decimal(40),
    stated_at=NOW,
    lag_seconds=60,
    ordered_since=Decimal(12),
    free=Decimal(28),
)


def seen(channel: str, said: DropShipTerms) -> DropShipTerms:
    terms = AvailableToPromise(company_id="albion_uk", item="LAMP", now=Decimal(0), by_date=(), drop_ship=said)
    actor = Actor("somebody", frozenset({"stock:read"}), frozenset({"albion_uk"}), channel=channel)
    found = terms_for(actor, terms).drop_ship
    assert found is not None
    return found


def test_a_channel_is_told_how_much_can_be_shipped_and_when_but_not_by_whom() -> None:
    assert seen("shop", SAID) == DropShipTerms(
        supplier="", rule="", expected_on=DAY, lag_seconds=60, free=Decimal(28)
    )  # fmt: skip
    unknown = DropShipTerms(supplier="brightware", rule="lamps@1", expected_on=DAY, unknown="brightware said nothing")
    assert "brightware" not in repr(seen("shop", unknown))


def test_people_of_ours_are_told_all_of_it() -> None:
    assert seen("", SAID) == SAID
