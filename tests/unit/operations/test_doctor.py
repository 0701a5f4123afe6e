"""The doctor's judgements of what it is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.operations.doctor import durability, missed, network

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def test_a_server_that_writes_before_it_answers_is_sound() -> None:
    assert durability(SAFE).status == "ok"


@pytest.mark.parametrize("forgone", [{"fsync": "off"}, {"full_page_writes": "off"}, {"synchronous_commit": "off"}])
def test_a_server_that_may_lose_an_answered_document_is_a_fault(forgone: dict[str, Any]) -> None:
    check = durability(SAFE | forgone)
    assert (check.status, bool(check.advice)) == ("fault", True)


AT = dt.datetime(2026, 12, 1, 9, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
IN_FORCE = {"version": 7, "name": "wholesaler", "applied_at": AT}


def living(version: int, workers: int = 1) -> dict[str, Any]:
    return {"version": version, "workers": workers, "since": AT}


def test_all_workers_work_with_the_network_in_force() -> None:
    assert network(IN_FORCE, [living(7, 2)]).status == "ok"


def test_some_workers_that_work_with_another_network_are_named_beside_those_that_do_not() -> None:
    check = network(IN_FORCE, [living(0), living(6, 2), living(7)])
    assert (check.status, check.detail) == (
        "warning",
        "version 7 of wholesaler is in force since 2026-12-01 09:30:00 UTC; of the live workers 1 work with it, but 1"
        " with one that they do not name (the oldest lives since 2026-12-01 09:30:00 UTC), 2 with version 6 (the oldest"
        " lives since 2026-12-01 09:30:00 UTC)",
    )
    assert "Restart these with the files of version 7" in check.advice


def test_channels_and_policies_that_stand_still_for_want_of_a_worker_with_the_network_in_force_are_a_fault() -> None:
    check = network(IN_FORCE, [living(6, 2)])
    assert (check.status, "channels are told nothing" in check.advice) == ("fault", True)
    assert "version 7" in check.detail
    assert "2 with version 6" in check.detail


@pytest.mark.parametrize("in_force", [None, IN_FORCE])
def test_a_network_without_workers_and_no_network_are_faults(in_force: dict[str, Any] | None) -> None:
    assert network(in_force, []).status == "fault"


def overdue(case_id: str, hours: int, count: int, **more: Any) -> dict[str, Any]:
    known = {"owed_by": "", "money_at_risk": None, "currency": ""} | more
    return known | {"missed": count, "case_id": case_id, "name": "delivered", "due_at": AT, "now": AT + HOUR * hours}


def test_documents_that_did_not_come_are_counted_and_those_overdue_longest_named_with_who_owes_them() -> None:
    check = missed(
        [
            overdue("shipment/uk/1", 72, 3, owed_by="carrier", money_at_risk=Decimal("1200.50"), currency="GBP"),
            overdue("shipment/uk/2", 5, 3),
        ]
    )
    assert (check.status, check.detail) == (
        "warning",
        "3: shipment/uk/1 waits for delivered from carrier, due 2026-12-01 09:30:00 UTC (3 days ago), 1,200.50 GBP at"
        " risk; shipment/uk/2 waits for delivered, due 2026-12-01 09:30:00 UTC (5 hours ago); and 1 more",
    )
    assert "crossdock case list --missing" in check.advice


def test_nothing_to_say_where_all_documents_came() -> None:
    assert missed([]).status == "ok"
