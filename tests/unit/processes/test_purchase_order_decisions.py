"""What people decide about a purchase order: a buyer accepts an answer, accounts payable approves an invoice."""

import datetime as dt
from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.events.purchase_order import InvoiceLinesApproved, InvoiceLinesMatched
from crossdock.model.quantity import Price
from crossdock.processes._kit import Emit, Expect
from crossdock.testing.scenario import Scenario
from tests.unit.processes.procure_to_pay import (
    DUE,
    INVOICE,
    LATER,
    accepted_by_buyer,
    acknowledged,
    announced,
    answer,
    change,
    changed_line,
    deadline,
    delivered,
    functional,
    gbp,
    invoiced,
    one_line,
    order,
    placed,
    received,
)

NEXT_DAY = dt.date(2010, 12, 2)


def disputed(*answers: object) -> Scenario:
    """One line of 100 at 1.00, answered outside the terms."""
    given = answers or (answer("10", "changed", "100", price="1.50"),)
    return order().given(one_line(), delivered(), functional(), acknowledged(*given))  # type: ignore[arg-type]


class TestAcceptingAnAnswer:
    def test_what_a_buyer_accepts_is_agreed_and_told_to_the_erp(self) -> None:
        scenario = (
            disputed()
            .when(accepted_by_buyer("10", reason="market price"))
            .then(
                closes="acknowledgement_outside_tolerance",
                sends="purchase_order_acknowledgement",
                expects="ship_notice",
                line_state="acknowledged",
                state="acknowledged",
                opens=(),
            )
        )
        told = scenario.sent("purchase_order_acknowledgement")
        assert [(one.line, one.price) for one in told.answers] == [("10", gbp("1.50"))]
        line = scenario.line("10")
        assert (line.acknowledged, line.price, line.ordered_price) == (100, gbp("1.50"), gbp("1.00"))

    def test_without_lines_all_disputed_answers_are_accepted(self) -> None:
        answers = (answer("10", "changed", "60"), answer("20", "changed", "50", due_on=LATER))
        scenario = order().given(placed(), delivered(), functional(), acknowledged(*answers))
        scenario.when(accepted_by_buyer()).then(line_state="acknowledged", closes="acknowledgement_outside_tolerance")
        assert scenario.line("10").agreed == 60
        assert scenario.one(Expect).name == "ship_notice"

    def test_of_several_lines_only_those_named_are_accepted(self) -> None:
        answers = (answer("10", "changed", "60"), answer("20", "changed", "20"))
        scenario = order().given(placed(), delivered(), acknowledged(*answers))
        scenario.when(accepted_by_buyer("20")).then(line_state={"10": "disputed", "20": "acknowledged"})

    def test_the_same_offer_again_is_not_asked_about_again_and_a_dearer_one_is(self) -> None:
        scenario = disputed().given(accepted_by_buyer("10"))
        same = answer("10", "changed", "100", price="1.50", due_on=DUE)
        scenario.when(acknowledged(same, on=NEXT_DAY)).then(opens=(), line_state="acknowledged")
        dearer = answer("10", "changed", "100", price="1.60")
        scenario.when(acknowledged(dearer, on=NEXT_DAY)).then(
            opens="acknowledgement_outside_tolerance", line_state="disputed"
        )

    def test_a_change_of_the_order_is_judged_by_the_order_again(self) -> None:
        scenario = disputed().given(accepted_by_buyer("10"), change(1, changed_line("10", "85123A", "120")))
        scenario.when(acknowledged(answer("10", "changed", "120", price="1.60"), revision=1, on=NEXT_DAY)).then(
            opens="acknowledgement_outside_tolerance"
        )

    def test_a_later_date_that_was_accepted_is_when_the_goods_are_expected(self) -> None:
        scenario = disputed(answer("10", "changed", "100", due_on=LATER)).when(accepted_by_buyer("10"))
        assert scenario.line("10").believed[""].expected_on == LATER

    def test_an_invoice_at_the_accepted_price_matches_after_all(self) -> None:
        scenario = disputed().given(announced("100"), received("100"), invoiced("100", "1.50"))
        scenario.when(accepted_by_buyer("10")).then(emits="InvoiceLinesMatched", line_state="matched")
        body = scenario.one(Emit).body
        assert isinstance(body, InvoiceLinesMatched)
        assert [match.verdict for match in body.matches] == ["matched"]

    @pytest.mark.parametrize(
        "wrong",
        [
            answer("10", "substituted", "100", item="47566"),
            answer("10", "backordered", "100"),
        ],
        ids=["another item", "no date"],
    )
    def test_another_item_or_a_backorder_without_a_date_cannot_be_accepted(self, wrong: object) -> None:
        disputed(wrong).when(accepted_by_buyer("10")).then(sends=(), closes=(), line_state="disputed")

    def test_another_currency_cannot_be_accepted(self) -> None:
        euros = replace(answer("10", "changed", "100"), price=Price(Decimal("1.00"), "EUR"))
        scenario = disputed(euros).when(accepted_by_buyer("10")).then(line_state="disputed", sends=())
        assert scenario.line("10").objections() == ("its price is in EUR per EA",)

    def test_accepting_twice_or_what_nobody_disputes_changes_nothing(self) -> None:
        disputed().given(accepted_by_buyer("10")).when(accepted_by_buyer("10")).then(nothing=True)
        disputed().when(accepted_by_buyer("99")).then(nothing=True)


class TestAnInvoiceApprovedAsItIs:
    def test_what_was_approved_waits_no_longer_and_is_paid_for(self) -> None:
        scenario = order().given(one_line(), announced("100"), received("100"), invoiced("100", "1.50"))
        scenario.when(InvoiceLinesApproved(INVOICE, ("1",))).then(line_state="matched", emits=())
        assert scenario.data.waiting == []

    def test_the_same_goods_are_not_paid_again_under_another_number(self) -> None:
        scenario = order().given(one_line(), announced("100"), received("100"), invoiced("100", "1.50"))
        scenario.given(InvoiceLinesApproved(INVOICE, ("1",))).when(invoiced("100", invoice="INV2"))
        body = scenario.one(Emit).body
        assert isinstance(body, InvoiceLinesMatched)
        assert [(match.verdict, match.received.amount) for match in body.matches] == [("quantity_mismatch", 0)]

    def test_goods_that_come_after_they_were_paid_for_are_received_then_matched(self) -> None:
        scenario = order().given(one_line(), announced("100"), invoiced("100"), deadline(f"match {INVOICE}"))
        scenario.given(InvoiceLinesApproved(INVOICE, ("1",)))
        assert scenario.line("10").state == "announced"
        scenario.when(received("100")).then(line_state="matched", emits=())
        assert scenario.moves == [("10", "announced", "received"), ("10", "received", "matched")]

    def test_approving_ends_the_wait_for_goods_and_only_of_the_lines_named(self) -> None:
        scenario = order().given(one_line(), announced("100"), invoiced("100"))
        scenario.when(InvoiceLinesApproved(INVOICE, ("7",))).then(nothing=True)
        scenario.when(InvoiceLinesApproved("supplier_invoice/albion_uk/kilncraft/INV1", ("1",))).then(nothing=True)
        scenario.when(InvoiceLinesApproved(INVOICE, ("1",))).then(met=f"match {INVOICE}")
