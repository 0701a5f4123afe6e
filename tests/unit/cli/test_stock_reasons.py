"""Why a number changed, in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from crossdock.cli._stock_reasons import ended_before, ended_since, why_changed, why_moved
from crossdock.inventory.availability.terms import Change, KeptBack, MovementTerms

AT = dt.datetime(2010, 12, 6, 14, 3, tzinfo=dt.UTC)
PLACE = ("CUP", "north", "")


def moved(number: int, kind: str, safety: int, rule: str = "silent@7") -> MovementTerms:
    return MovementTerms(
        item="CUP", location="north", number=number, kind=kind, on_hand=D(0), reserved=D(0), safety=D(safety),
        free_after=D(6), rule=rule, key="k", occurred_at=AT, recorded_at=AT,
    )  # fmt: skip


def kept(reason: str, quantity: int) -> KeptBack:
    return KeptBack(reason, "wms_north", "silent@7", D(quantity), AT)


def test_the_end_of_a_haircut_is_not_called_a_haircut() -> None:
    began, less, ended = moved(4, "haircut", 6), moved(5, "haircut", -2), moved(6, "haircut", -4)
    over = ended_before([ended, less, began], [kept("safety", 3)])
    assert [why_moved(one, over) for one in (began, less, ended)] == [
        "haircut: its source is silent",
        "less of a haircut, or the end of it",
        "haircut: over",
    ]
    assert ended_before([began, less], [kept("haircut", 4)]) == frozenset()


def test_what_ended_since_a_moment_is_known_from_what_was_kept_back_then() -> None:
    less, ended = moved(5, "haircut", -2), moved(6, "haircut", -4)
    assert ended_since([less, ended], {PLACE: [kept("haircut", 6)]}) == {(*PLACE, 6)}
    assert ended_since([less, ended], {PLACE: [kept("haircut", 9)]}) == frozenset()
    assert ended_since([less, ended], {}) == frozenset()


def test_a_held_fact_that_was_decided_about_is_over() -> None:
    over = "a person decided about a held fact: it is over"
    assert why_moved(moved(4, "held_fact", -3), frozenset()) == over
    assert why_moved(moved(4, "held_fact", 0, "decided"), frozenset()) == over
    assert why_moved(moved(4, "held_fact", 3), frozenset()) == "a fact is held for a person"


def test_goods_that_moved_are_told_by_what_it_was() -> None:
    assert why_changed(Change("move", D(1000), 2, "receipt")) == "goods moved: receipt"
    assert why_changed(Change("haircut", D(-4), 1)) == "haircut: its source is silent"
    assert why_changed(Change("haircut", D(4), 1)) == "less of a haircut, or the end of it"
