"""From where are orders filled?"""

from __future__ import annotations

import datetime as dt

from crossdock.model.masterdata import SalesPolicy
from crossdock.rules import sourcing


def test_the_items_own_location_is_asked_first_and_no_location_twice() -> None:
    assert sourcing.locations("south", SalesPolicy(locations=("north", "south"))) == ("south", "north")
    assert sourcing.locations("north", SalesPolicy(locations=("north", "south"))) == ("north", "south")


def test_an_item_without_a_location_of_its_own_follows_the_policy() -> None:
    assert sourcing.locations("", SalesPolicy(locations=("north", "south"))) == ("north", "south")


def test_a_location_outside_the_policy_is_asked_before_it() -> None:
    assert sourcing.locations("east", SalesPolicy(locations=("north",))) == ("east", "north")


def test_a_backorder_has_an_answer_by_the_day_the_goods_were_due() -> None:
    wednesday = dt.date(2010, 12, 1)
    assert sourcing.answer_due_on(wednesday, SalesPolicy(delivery_hours=120)) == dt.date(2010, 12, 6)
    assert sourcing.answer_due_on(wednesday, SalesPolicy(delivery_hours=25)) == dt.date(2010, 12, 3)
