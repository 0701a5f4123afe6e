from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.rules.channel_drift import Shown, explain
from crossdock.rules.drift import Evidence

AT = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)
WHERE = "publication/albion_uk/shop"
WINDOW = dt.timedelta(hours=1)


def shown(mismatch: str, shows: int | None, **more: Any) -> Shown:
    return Shown(
        mismatch=mismatch, told=Decimal(24), version=7, told_at=AT, shows=None if shows is None else Decimal(shows),
        **more,
    )  # fmt: skip


def sold(hours_ago: int, unknown: int, version: int = 7) -> Evidence:
    changes = {"available": Decimal(-unknown), "sold": Decimal(unknown)}
    return Evidence("theirs", f"sold since version {version}", "sold", AT - dt.timedelta(hours=hours_ago), changes)


@pytest.mark.parametrize(
    ("seen", "overdue", "cause", "fact"),
    [
        (shown("lost write", 8, shown_version=6), False, "missing", ("ours", "version 7")),
        (shown("lost write", None), True, "missing", ("ours", "version 7")),
        (shown("old version", 8, shown_version=6), False, "late", ("theirs", "version 6")),
        (shown("old version", 8, shown_version=9), False, "unowned_change", ("theirs", "version 9")),
        (shown("sold since", 20, sold_there=Decimal(4)), False, "late", ("theirs", "sold since version 7")),
        (shown("sold since", 20, sold_there=Decimal(4)), True, "missing", ("theirs", "sold since version 7")),
        (shown("listing inactive", None), False, "unowned_change", ("theirs", "version 7")),
        (shown("unknown", 2, shown_version=7), False, "wrong_unit", ("theirs", "version 7")),
        (shown("unknown", 288, shown_version=7), False, "wrong_unit", ("theirs", "version 7")),
        (shown("unknown", 25, shown_version=7), False, "unowned_change", ("theirs", "version 7")),
    ],
)
def test_each_mismatch_has_a_cause_and_names_the_version_behind_it(
    seen: Shown, overdue: bool, cause: str, fact: tuple[str, str]
) -> None:
    before = [sold(1, 4)] if overdue else []
    found = explain(seen, WHERE, AT, {Decimal(12)}, before=before, window=WINDOW)
    (evidence,) = found.evidence
    assert (found.cause, (evidence.side, evidence.number), evidence.cause) == (cause, fact, cause)


def test_what_we_know_to_be_sold_is_no_difference() -> None:
    assert shown("sold since", 20, sold=Decimal(3), sold_there=Decimal(4)).difference == -1
    assert shown("lost write", None).difference == -24


@pytest.mark.parametrize(
    ("before", "there", "words"),
    [
        ([sold(1, 1), sold(0, 5)], 6, "1 that it sold never came to us as orders, 5 more are on their way"),
        ([sold(2, 1)], 6, "1 that it sold never came to us as orders, 5 more are on their way"),
        ([sold(2, 6)], 2, "2 that it sold never came to us as orders"),
        ([sold(0, 6)], 2, "2 that it sold are on their way to us as orders"),
        ([sold(2, 6, version=6)], 6, "6 that it sold are on their way to us as orders"),
    ],
)
def test_only_what_was_unknown_for_a_whole_window_never_came(before: list[Evidence], there: int, words: str) -> None:
    found = explain(shown("sold since", 0, sold_there=Decimal(there)), WHERE, AT, set(), before=before, window=WINDOW)
    assert found.detail == words
    assert found.cause == ("missing" if "never" in words else "late")
    assert sum(fact.changes["available"] for fact in found.evidence) == -there
