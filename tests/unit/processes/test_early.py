"""What is told of a case before its own document: kept, and shown to a person when the document does not come."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crossdock.events.intake import DeadlinePassed
from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled
from crossdock.processes import PROCESSES
from crossdock.processes._kit import Deadline, Lifecycle, OpenExceptionCase
from crossdock.testing.scenario import MORNING, Scenario, case
from tests.integration.engine.harness import PARCEL

PASSED = DeadlinePassed("waiting_for_document", MORNING)
EARLY = SalesOrderCancelled(reason="early")


def parcel() -> Scenario:
    return case(PARCEL, "parcel/c/1")


def test_the_first_that_comes_early_sets_a_deadline_and_the_next_do_not_move_it() -> None:
    waiting = parcel().when(EARLY).then(deadlines="waiting_for_document", opens=())
    assert waiting.one(Deadline).after == dt.timedelta(days=1)
    waiting.after(hours=3).when(EARLY).then(nothing=True)


def test_a_person_is_asked_when_the_document_has_not_come_in_time() -> None:
    waiting = parcel().given(EARLY, SalesOrderCancelled(reason="too")).after(days=1).when(PASSED)
    waiting.then(opens="waiting_for_document", state="")
    detail = waiting.one(OpenExceptionCase).detail
    assert detail == "2 waiting (SalesOrderCancelled) for what begins it: SalesOrderApproved has not come"
    waiting.when(EARLY).then(opens="waiting_for_document", deadlines=())
    assert waiting.one(OpenExceptionCase).detail.startswith("3 waiting")


def test_the_document_that_comes_late_closes_it_and_what_waited_is_handled() -> None:
    late = parcel().given(EARLY, PASSED).when(SalesOrderApproved(hold="now"))
    late.then(closes="waiting_for_document", met="waiting_for_document", state="open")
    assert late.data.notes == ["now", "early"]


def test_the_document_that_comes_in_time_ends_the_wait_in_silence() -> None:
    parcel().given(EARLY).when(SalesOrderApproved(hold="now")).then(met="waiting_for_document", closes=(), opens=())


def test_nothing_waits_where_nothing_came_early() -> None:
    begun = parcel().when(SalesOrderApproved(hold="now")).then(met=(), closes=(), deadlines=())
    begun.when(PASSED).then(nothing=True)
    assert begun.data.notes == ["now"]


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
def test_every_process_says_how_long_it_waits(process: Lifecycle[Any]) -> None:
    assert dt.timedelta(hours=1) <= process.patience <= dt.timedelta(days=7)
