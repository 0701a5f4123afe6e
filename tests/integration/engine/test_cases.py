from __future__ import annotations

from crossdock.events.intake import CaseReleased
from crossdock.store import Store
from tests.integration.engine.harness import _event, begun, context, notes, rows, say, settle, told


async def test_events_of_a_case_are_handled_in_order_and_once(store: Store) -> None:
    await say(store, begun("a"), *[told("a", str(n)) for n in range(30)])
    await settle(context(store), batch_size=7)
    assert await notes(store, "a") == ["", *map(str, range(30))]


async def test_what_comes_before_a_case_begins_is_kept_and_handled_afterwards(store: Store) -> None:
    await say(store, told("a", "early"), begun("a", "now"))
    await settle(context(store))
    assert await notes(store, "a") == ["now", "early"]


async def test_a_case_tells_another_in_the_same_transaction(store: Store) -> None:
    await say(store, begun("b"), begun("a", "tell b"))
    await settle(context(store))
    assert await notes(store, "b") == ["", "from a"]


async def test_a_defect_parks_its_case_alone_and_later_events_wait_in_order(store: Store) -> None:
    await say(store, begun("a"), begun("b"), told("a", "raise"), told("a", "second"), told("b", "fine"))
    await settle(context(store))
    assert await notes(store, "a") == [""]
    assert await notes(store, "b") == ["", "fine"]
    assert await rows(store, "select code, case_id from exception_case where closed_at is null") == [
        ("handler_failed", "parcel/c/a")
    ]
    assert await rows(store, "select count(*) from parked_event") == [(2,)]


async def test_a_released_case_handles_what_waited_before_what_came_later(store: Store) -> None:
    await say(store, begun("a"), told("a", "raise"), told("a", "second"))
    await settle(context(store))
    # The defect is mended: the event that failed is taken out of the queue, as an operator would.
    await rows(store, "delete from parked_event where position = (select min(position) from parked_event)")
    await say(store, told("a", "third"), _event("a", CaseReleased()), told("a", "fourth"))
    await settle(context(store))
    assert await notes(store, "a") == ["", "second", "third", "fourth"]
    assert await rows(store, "select parked from process_case where id = 'parcel/c/a'") == [(False,)]


async def test_a_release_that_works_ends_the_problem_and_one_that_fails_leaves_it_open(store: Store) -> None:
    await say(store, begun("a"), told("a", "raise"), told("a", "second"))
    await settle(context(store))
    query = "select id, closed_at is null, resolution from exception_case where code = 'handler_failed'"
    ((problem, *_),) = await rows(store, query)
    await say(store, _event("a", CaseReleased("not mended yet")))
    await settle(context(store))
    assert await rows(store, query) == [(problem, True, "")]
    await rows(store, "delete from parked_event where position = (select min(position) from parked_event)")
    await say(store, _event("a", CaseReleased("mended in 0.2")))
    await settle(context(store))
    assert await rows(store, query) == [(problem, False, "released: mended in 0.2")]
    assert await rows(store, "select count(*) from event where type = 'ExceptionCaseClosed'") == [(1,)]


async def test_a_released_case_that_fails_again_keeps_everything(store: Store) -> None:
    await say(store, begun("a"), told("a", "raise"), told("a", "second"), _event("a", CaseReleased()))
    await settle(context(store))
    assert await notes(store, "a") == [""]
    assert await rows(store, "select count(*) from parked_event") == [(2,)]


async def test_an_illegal_move_is_shown_to_a_person_and_changes_nothing(store: Store) -> None:
    await say(store, begun("a"), told("a", "illegal"), told("a", "next"))
    await settle(context(store))
    assert await notes(store, "a") == ["", "next"]
    assert await rows(store, "select code from exception_case") == [("illegal_move",)]


async def test_a_batch_that_cannot_be_written_is_halved_until_the_culprit_stands_alone(store: Store) -> None:
    await say(store, *[begun(f"k{n}") for n in range(20)], told("k7", "nul"), *[told(f"k{n}", "ok") for n in range(20)])
    await settle(context(store))
    for n in range(20):
        assert await notes(store, f"k{n}") == (["", "ok"] if n != 7 else [""])
    assert await rows(store, "select case_id, code from exception_case") == [("parcel/c/k7", "handler_failed")]
    assert await rows(store, "select case_id from parked_event") == [("parcel/c/k7",)] * 2


async def test_an_exception_case_is_open_once_and_closes(store: Store) -> None:
    await say(store, begun("a"), told("a", "problem"), told("a", "problem"))
    await settle(context(store))
    assert await rows(store, "select code, closed_at is null from exception_case") == [("something", True)]
    await say(store, told("a", "solved"), told("a", "problem"), told("a", "solved"))
    await settle(context(store))
    found = await rows(store, "select resolution, closed_at is null from exception_case order by opened_at")
    assert found == [("put right", False), ("put right", False)]


async def test_every_transition_is_an_event_and_the_projections_follow(store: Store) -> None:
    await say(store, begun("a"), told("a", "close"))
    await settle(context(store))
    assert await rows(store, "select state from case_status where subject = 'parcel/c/a'") == [("closed",)]
    assert await rows(store, "select line, state from line_status") == [("1", "closed")]
    assert await rows(store, "select type, count from event_count order by type") == [
        ("CaseMoved", 2), ("SalesOrderApproved", 1), ("SalesOrderCancelled", 1),
    ]  # fmt: skip
    assert await rows(store, "select state, finished from process_case") == [("closed", True)]


async def test_events_nobody_handles_are_passed_over(store: Store) -> None:
    await say(store, begun("a"))
    await rows(store, "update event set type = 'OfALaterRelease'")
    await say(store, begun("a", "after"))
    await settle(context(store))
    assert await notes(store, "a") == ["after"]
