"""The specification of the return process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.events.intake import ExpectationMissed
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.sales_order import SalesOrderLinesReturned
from crossdock.model.fulfillment import ReturnedLine, ReturnProgress
from crossdock.model.party import PartyRef
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.processes._kit import Emit, Link, Move, OpenExceptionCase, Send
from crossdock.processes.return_ import LIFECYCLE
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, case
from tests.unit.processes.order_to_cash import moved, network, pieces, price

ORDER = f"sales_order/{COMPANY}/shop/536365"


def agreed(*lines: ReturnLine, channel: str = "shop") -> ReturnAuthorized:
    return ReturnAuthorized(
        ReturnAuthorization(
            company_id=COMPANY,
            number="C1",
            customer=PartyRef("17850"),
            warehouse="north",
            authorized_at=MORNING,
            currency="GBP",
            lines=lines or (goods("1"),),
            channel=channel,
        )
    )


def goods(line: str, quantity: str = "5", order: str = "536365", order_line: str = "3") -> ReturnLine:
    return ReturnLine(line, "HEART", pieces(quantity), price("2.00"), order, order_line if order else "")


def came(*lines: tuple[str, str], hour: int = 1, item: str = "HEART", sequence: int = 0) -> ReturnProgressed:
    told = [(line, quantity, None) for line, quantity in lines or (("1", "5"),)]
    return _told("received", hour, told, item, sequence)


def judged(*lines: tuple[str, str, str | None], hour: int = 9, item: str = "HEART") -> ReturnProgressed:
    return _told("inspected", hour, list(lines or (("1", "5", "restock"),)), item)


def _told(
    step: str, hour: int, lines: Sequence[tuple[str, str, str | None]], item: str, sequence: int = 0
) -> ReturnProgressed:
    return ReturnProgressed(
        ReturnProgress(
            company_id=COMPANY,
            warehouse="north",
            return_number="C1",
            step=step,  # type: ignore[arg-type]
            at=MORNING + dt.timedelta(hours=hour),
            sequence=sequence,
            lines=tuple(ReturnedLine(line, item, pieces(quantity), verdict) for line, quantity, verdict in lines),  # type: ignore[arg-type]
        )
    )


def return_case() -> Scenario:
    return case(LIFECYCLE, f"return/{COMPANY}/C1", reads=network())


def announced(*lines: ReturnLine) -> Scenario:
    return return_case().given(agreed(*lines))


def test_a_return_is_announced_to_the_warehouse_that_will_receive_it() -> None:
    sent = return_case().when(agreed()).then(sends="return_authorization", expects="received", state="authorized")
    assert sent.one(Send).to == "wms_north"


def test_a_return_belongs_to_the_story_of_the_order_it_was_sold_with() -> None:
    assert return_case().when(agreed()).one(Link) == Link(document=ORDER, line="1", role="returns")


def test_a_return_that_no_order_explains_is_accepted_and_marked() -> None:
    sent = return_case().when(agreed(goods("1", order=""))).then(opens=(), sends="return_authorization")
    assert sent.one(Link).role == "unlinked"
    sent.when(came()).then(emits=(), sends="credit_note", opens=())


def test_an_order_number_without_a_channel_explains_nothing() -> None:
    assert return_case().when(agreed(goods("1"), channel="")).one(Link).role == "unlinked"


def test_received_goods_lie_in_quarantine_and_are_credited() -> None:
    sent = announced().when(came())
    sent.then(sends="credit_note", met="received", expects="inspected", state="received", finished=False)
    assert moved(sent) == {("customer", "quarantined"): Decimal(5)}
    note = sent.sent("credit_note")
    assert (note.number, note.kind, note.total, note.reference) == ("CN-C1-1", "credit_note", Decimal("10.00"), "C1")
    assert (note.lines[0].quantity.amount, note.lines[0].order_line) == (Decimal(5), "3")


def test_the_order_hears_all_that_came_back_of_it_so_far() -> None:
    sent = announced(goods("1"), goods("2", order_line="4")).given(came(("1", "5")))
    sent.when(came(("2", "2"), hour=2))
    emitted = sent.one(Emit)
    assert emitted.subject == ORDER
    assert emitted.body == SalesOrderLinesReturned("C1", (("3", Decimal(5)), ("4", Decimal(2))))


def test_good_goods_are_sold_again() -> None:
    sent = announced().given(came()).when(judged())
    sent.then(sends=(), emits=(), met="inspected", state="inspected", finished=True)
    assert moved(sent) == {("quarantined", "unrestricted"): Decimal(5)}


def test_bad_goods_are_scrapped() -> None:
    sent = announced().given(came()).when(judged(("1", "5", "scrap")))
    assert moved(sent) == {("quarantined", "scrap"): Decimal(5)}


def test_a_line_may_be_good_in_part() -> None:
    sent = announced().given(came()).when(judged(("1", "3", "restock"), ("1", "2", "scrap")))
    sent.then(state="inspected")
    assert moved(sent) == {("quarantined", "unrestricted"): Decimal(3), ("quarantined", "scrap"): Decimal(2)}


def test_inspected_before_received_books_and_credits_both_and_the_late_message_nothing() -> None:
    sent = announced().when(judged())
    sent.then(sends="credit_note", emits="SalesOrderLinesReturned", state="inspected")
    assert moved(sent) == {("customer", "quarantined"): Decimal(5), ("quarantined", "unrestricted"): Decimal(5)}
    sent.when(came()).then(nothing=True, state="inspected")


def test_a_line_judged_in_two_rows_of_one_message_is_credited_whole() -> None:
    sent = announced().when(judged(("1", "3", "restock"), ("1", "2", "scrap")))
    assert sent.sent("credit_note").total == Decimal("10.00")


def test_a_message_told_twice_is_booked_once() -> None:
    announced().given(came()).when(came()).then(nothing=True)


def test_the_same_return_agreed_twice_changes_nothing() -> None:
    announced().when(agreed()).then(nothing=True)


def test_goods_that_come_before_the_authorization_wait_for_it() -> None:
    return_case().when(came(), agreed()).then(sends=("return_authorization", "credit_note"), state="received")


def test_less_than_agreed_is_credited_as_it_came_and_asked_about() -> None:
    sent = announced().when(came(("1", "3"))).then(opens="return_quantity_differs")
    assert sent.sent("credit_note").total == Decimal("6.00")


def test_the_rest_that_comes_later_gets_a_credit_note_of_its_own_and_ends_the_question() -> None:
    sent = announced().given(came(("1", "3"))).when(came(("1", "2"), hour=2)).then(closes="return_quantity_differs")
    assert (sent.sent("credit_note").number, sent.sent("credit_note").total) == ("CN-C1-2", Decimal("4.00"))


def test_goods_that_come_after_the_inspection_open_the_return_again() -> None:
    sent = announced().given(came(("1", "3")), judged(("1", "3", "restock"))).then(state="inspected")
    sent.when(came(("1", "2"), hour=20)).then(state="received", expects="inspected", finished=False)


def test_more_than_agreed_is_credited_as_it_came_and_asked_about() -> None:
    sent = announced().when(came(("1", "6"))).then(opens="return_quantity_differs")
    assert sent.sent("credit_note").total == Decimal("12.00")


def test_goods_nobody_agreed_to_are_booked_and_asked_about_but_not_credited() -> None:
    sent = announced().when(came(("1", "5"), ("9", "1"))).then(opens="return_line_unknown")
    assert moved(sent) == {("customer", "quarantined"): Decimal(6)}
    assert sent.sent("credit_note").total == Decimal("10.00")


def test_another_item_than_was_agreed_is_booked_as_itself_and_not_credited() -> None:
    sent = announced().when(came(item="LANTERN"))
    sent.then(opens=("return_line_unknown", "return_quantity_differs"), sends=(), emits=(), state="authorized")
    assert [(line.item, line.quantity) for line in sent.one(Move).lines] == [("LANTERN", Decimal(5))]
    assert sent.data.lines["1:LANTERN"].state == "unannounced"
    sent.when(judged(item="LANTERN"))
    assert moved(sent) == {("quarantined", "unrestricted"): Decimal(5)}
    sent.when(came(hour=20)).then(sends="credit_note", closes="return_quantity_differs", state="received")


def test_two_messages_of_one_moment_are_two_when_the_warehouse_numbers_them_so() -> None:
    sent = announced().given(came(("1", "3"), sequence=1))
    sent.when(came(("1", "2"), sequence=2)).then(sends="credit_note", closes="return_quantity_differs")
    assert sent.data.lines["1"].received == 5
    sent.when(came(("1", "2"), sequence=2)).then(nothing=True)


def test_goods_without_a_verdict_stay_in_quarantine_until_there_is_one() -> None:
    sent = announced().given(came()).when(judged(("1", "5", None)))
    sent.then(opens="return_without_verdict", state="received")
    assert not sent.all(Move)
    sent.when(judged(hour=10)).then(closes="return_without_verdict", state="inspected")


def test_goods_that_do_not_come_are_customer_services_question_until_they_do() -> None:
    sent = announced().when(ExpectationMissed("received", MORNING)).then(opens="return_not_received")
    assert sent.one(OpenExceptionCase).owner == "customer_service"
    sent.when(came()).then(closes="return_not_received")


def test_goods_that_nobody_inspects_are_the_warehouses_until_somebody_does() -> None:
    sent = announced().given(came()).when(ExpectationMissed("inspected", MORNING)).then(opens="return_not_inspected")
    assert sent.one(OpenExceptionCase).owner == "warehouse"
    sent.when(judged()).then(closes="return_not_inspected")


def test_an_expectation_missed_after_it_was_met_means_nothing() -> None:
    announced().given(came(), judged()).when(ExpectationMissed("inspected", MORNING)).then(nothing=True)


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=3), st.sets(st.integers(0, 1)))
@settings(max_examples=100, deadline=None)
def test_messages_in_any_order_repeated_or_lost_book_and_credit_the_same(
    order_of_events: list[int], again: list[int], lost: set[int]
) -> None:
    events = [
        came(("1", "3"), ("2", "1"), hour=1),
        came(("1", "2"), hour=2),
        judged(("1", "4", "restock"), ("2", "1", "scrap"), hour=3),
        judged(("1", "1", "scrap"), hour=4),
    ]
    sent = announced(goods("1"), goods("2", "1", order_line="4"))
    sent.when(*(events[n] for n in [*order_of_events, *again] if n not in lost))
    sent.then(state="inspected", finished=True)
    assert moved(sent) == {
        ("customer", "quarantined"): Decimal(6),
        ("quarantined", "unrestricted"): Decimal(4),
        ("quarantined", "scrap"): Decimal(2),
    }
    notes = [send.body.total for send in sent.all(Send) if send.document == "credit_note"]  # type: ignore[attr-defined]
    assert sum(notes) == Decimal("12.00")
    assert sent.all(Emit)[-1].body == SalesOrderLinesReturned("C1", (("3", Decimal(5)), ("4", Decimal(1))))
