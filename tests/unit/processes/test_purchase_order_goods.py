"""A purchase order from the first ship notice to the matched invoice."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.events.purchase_order import (
    Elsewhere,
    InvoicedLine,
    InvoiceLinesMatched,
    PurchaseOrderLinesInvoiced,
    PurchaseOrderLinesReceived,
    ReceivedLine,
)
from crossdock.model.quantity import Quantity
from crossdock.processes._kit import Deadline, Emit, Expect, ExpectSupply, OpenExceptionCase
from crossdock.testing.scenario import MORNING, Scenario
from tests.unit.processes.procure_to_pay import (
    DUE,
    INVOICE,
    LATER,
    acknowledged,
    announced,
    answer,
    change,
    changed_line,
    deadline,
    delivered,
    ea,
    functional,
    gbp,
    invoiced,
    one_line,
    order,
    overdue,
    placed,
    reads,
    received,
)


def accepted() -> Scenario:
    """One line of 100, answered, with nothing owed but the goods."""
    return order().given(one_line(), delivered(), functional(), acknowledged(answer("10", "accepted", "100")))


def under_way() -> Scenario:
    return accepted().given(announced("100"))


def buckets(scenario: Scenario, line: str = "10") -> dict[str, Decimal]:
    names = "announced received_good received_bad invoiced approved"
    return {name: getattr(scenario.line(line), name) for name in names.split()}


def verdicts(scenario: Scenario) -> list[str]:
    bodies = [emit.body for emit in scenario.all(Emit)]
    return [match.verdict for body in bodies if isinstance(body, InvoiceLinesMatched) for match in body.matches]


def believed(scenario: Scenario) -> Decimal:
    return scenario.one(ExpectSupply).lines[0].quantity


class TestShipNotices:
    def test_announced_goods_are_expected_as_announced(self) -> None:
        scenario = (
            accepted()
            .when(announced("100"))
            .then(line_state="announced", state="announced", met="ship_notice", opens=())
        )
        (line,) = scenario.one(ExpectSupply).lines
        assert (line.quantity, line.expected_on, line.confidence) == (Decimal(100), DUE, "announced")

    def test_a_ship_notice_that_is_told_twice_counts_once(self) -> None:
        under_way().when(announced("100")).then(nothing=True)

    def test_goods_on_their_way_to_no_warehouse_of_ours_are_a_buyers(self) -> None:
        event = msgspec.structs.replace(announced("100"), elsewhere=Elsewhere("moon", MORNING))
        scenario = accepted().when(event).then(opens="announcement_elsewhere", line_state="announced", emits=())
        assert "it sends to moon" in scenario.one(OpenExceptionCase).detail

    def test_a_second_ship_notice_adds_up(self) -> None:
        scenario = accepted().given(announced("60")).when(announced("40", notice="SN2")).then(met="ship_notice")
        assert scenario.line("10").announced == 100

    def test_announcing_a_part_leaves_the_rest_owed(self) -> None:
        accepted().when(announced("60")).then(met=(), line_state="announced")

    def test_a_ship_notice_before_the_answer_is_an_answer_in_itself(self) -> None:
        scenario = order().given(one_line(), delivered(), functional())
        scenario.when(announced("100")).then(met="acknowledgement", line_state="announced")
        scenario.when(acknowledged(answer("10", "accepted", "100"))).then(
            sends="purchase_order_acknowledgement", line_state="announced", opens=()
        )

    def test_more_announced_than_agreed_asks_a_buyer(self) -> None:
        accepted().when(announced("105")).then(opens=())
        scenario = accepted().when(announced("120")).then(opens="announcement_over")
        problem = scenario.one(OpenExceptionCase)
        assert problem.money_at_risk is not None
        assert problem.money_at_risk.amount == Decimal("20.00")

    def test_goods_announced_for_a_rejected_line_ask_a_buyer(self) -> None:
        scenario = order().given(one_line(), delivered(), acknowledged(answer("10", "rejected", "100")))
        scenario.when(announced("100")).then(opens="announcement_over", line_state="announced")

    def test_an_unknown_line_or_another_item_asks_a_buyer_and_fills_nothing(self) -> None:
        accepted().when(announced("5", line="99")).then(opens="announcement_unknown_line", line_state="acknowledged")
        scenario = accepted().when(announced("5", item="22423")).then(opens="announcement_unknown_line")
        assert scenario.line("10").announced == 0

    def test_missing_goods_open_a_case_that_closes_when_they_are_announced(self) -> None:
        scenario = accepted().when(overdue("ship_notice")).then(opens="ship_notice_overdue", line_state="acknowledged")
        assert scenario.one(OpenExceptionCase).owner == "buyer"
        scenario.when(announced("100")).then(closes="ship_notice_overdue")

    def test_the_rest_of_a_delivery_is_believed_in_no_longer_once_its_notice_is_overdue(self) -> None:
        scenario = accepted().given(announced("80"), received("80")).after(days=5)
        scenario.when(overdue("ship_notice")).then(
            opens=("ship_notice_overdue", "receipt_short"), line_state="closed_short", met=()
        )
        assert believed(scenario) == Decimal(80)
        scenario.when(announced("20", notice="SN2")).then(
            closes=("ship_notice_overdue", "receipt_short"), line_state="partly_received"
        )
        assert believed(scenario) == Decimal(100)

    def test_a_line_of_which_nothing_came_stays_expected_however_late(self) -> None:
        scenario = accepted().after(days=5).when(overdue("ship_notice")).then(line_state="acknowledged")
        assert scenario.line("10").believed[""].quantity == 100


class TestReceipts:
    def test_a_full_receipt_makes_the_supplier_owe_an_invoice(self) -> None:
        scenario = (
            under_way()
            .when(received("100"))
            .then(line_state="received", state="received", expects="invoice", opens=(), finished=False)
        )
        assert scenario.one(Expect).within == dt.timedelta(hours=240)
        assert not scenario.all(ExpectSupply)

    def test_part_of_the_goods_leaves_the_rest_under_way(self) -> None:
        under_way().when(received("60", closes=())).then(
            line_state="partly_received", state="partly_received", opens=()
        )

    def test_a_receipt_that_finishes_the_last_ship_notice_closes_the_line_short(self) -> None:
        scenario = under_way().when(received("80")).then(opens="receipt_short", line_state="closed_short")
        assert believed(scenario) == Decimal(80)
        problem = scenario.one(OpenExceptionCase)
        assert problem.money_at_risk is not None
        assert problem.money_at_risk.amount == Decimal("20.00")

    def test_a_small_shortage_inside_the_terms_asks_nobody(self) -> None:
        under_way().when(received("95")).then(opens=(), line_state="closed_short")

    def test_a_short_receipt_waits_while_more_is_acknowledged(self) -> None:
        answers = (answer("10", "accepted", "60"), answer("10", "backordered", "40", due_on=LATER))
        scenario = order().given(one_line(), delivered(), acknowledged(*answers), announced("60"))
        scenario.when(received("50")).then(opens=(), line_state="partly_received")
        (line,) = scenario.one(ExpectSupply).lines
        assert (line.line, line.quantity) == ("10", Decimal(50))

    def test_goods_that_come_after_the_line_was_closed_short_fill_it(self) -> None:
        scenario = under_way().given(received("80"))
        scenario.when(received("20", receipt="north/R2")).then(closes="receipt_short", line_state="received")

    def test_nothing_of_a_line_came(self) -> None:
        scenario = (
            under_way()
            .when(PurchaseOrderLinesReceived("north/R1", (), ("SN1",)))
            .then(opens="receipt_short", line_state="closed_short", finished=True)
        )
        assert believed(scenario) == 0

    def test_an_over_receipt_asks_a_buyer(self) -> None:
        scenario = under_way().when(received("110")).then(opens="receipt_over", line_state="received")
        assert scenario.one(OpenExceptionCase).detail == "10 of 85123A: 100 agreed, 110 good, 0 bad"
        assert believed(scenario) == Decimal(110)

    def test_damaged_goods_ask_a_buyer_until_they_are_replaced(self) -> None:
        scenario = under_way().when(received("90", "10")).then(opens="goods_damaged", line_state="received")
        assert buckets(scenario)["received_bad"] == 10
        replacement = received("10", receipt="north/R2", notice="SN2")
        scenario.when(replacement).then(closes="goods_damaged", opens="receipt_over")

    def test_a_receipt_before_its_ship_notice_counts_and_the_notice_adds_nothing(self) -> None:
        scenario = accepted().when(received("100")).then(line_state="received", met="ship_notice")
        scenario.when(announced("100")).then(line_state="received", opens=(), expects=())
        assert scenario.line("10").announced == 100

    def test_a_ship_notice_after_a_short_receipt_shows_what_is_missing(self) -> None:
        scenario = accepted().when(received("80")).then(line_state="partly_received", opens=())
        scenario.when(announced("100")).then(line_state="closed_short", opens="receipt_short")

    def test_a_receipt_that_is_told_twice_counts_once(self) -> None:
        under_way().given(received("100")).when(received("100")).then(nothing=True)

    def test_two_warehouses_may_use_the_same_receipt_number(self) -> None:
        scenario = under_way().given(received("60", closes=()), received("40", receipt="south/R1"))
        assert scenario.line("10").received_good == 100

    def test_a_receipt_of_an_unknown_line_or_item_asks_a_buyer_and_fills_nothing(self) -> None:
        under_way().when(received("5", line="99", closes=())).then(opens="receipt_unknown_line", line_state="announced")
        scenario = under_way().when(received("5", item="22423", closes=())).then(opens="receipt_unknown_line")
        assert scenario.line("10").received_good == 0

    def test_goods_for_a_cancelled_line_are_there_and_ask_a_buyer(self) -> None:
        cancelled = change(1, msgspec.structs.replace(changed_line("10", "85123A", "100"), action="cancel"))
        scenario = accepted().given(cancelled)
        scenario.when(received("100")).then(opens="receipt_over", line_state="received")

    def test_goods_for_an_order_that_could_not_be_sent_are_kept_until_it_can(self) -> None:
        scenario = order(reads(unknown="85123A")).given(one_line(), announced("100"), received("100"))
        assert buckets(scenario)["received_good"] == 100
        scenario.reads = reads()
        scenario.when(deadline("check_again")).then(
            sends="purchase_order", line_state="received", closes="purchase_order_invalid"
        )

    def test_a_miscounted_receipt_may_be_taken_back(self) -> None:
        scenario = (
            under_way().given(received("110")).when(received("-10", receipt="north/R2")).then(closes="receipt_over")
        )
        assert buckets(scenario)["received_good"] == 100


class TestInvoices:
    def test_an_invoice_for_what_was_received_matches_and_ends_the_order(self) -> None:
        scenario = (
            under_way()
            .given(received("100"))
            .when(invoiced("100"))
            .then(
                emits="InvoiceLinesMatched",
                met="invoice",
                deadlines=(),
                line_state="matched",
                state="matched",
                finished=True,
                opens=(),
            )
        )
        assert scenario.one(Emit).subject == INVOICE
        assert verdicts(scenario) == ["matched"]
        assert buckets(scenario)["approved"] == 100

    def test_an_invoice_before_the_goods_waits_for_them(self) -> None:
        scenario = under_way().when(invoiced("100")).then(emits=(), deadlines=f"match {INVOICE}")
        assert scenario.one(Deadline).after == dt.timedelta(hours=72)
        scenario.when(received("100")).then(emits="InvoiceLinesMatched", met=f"match {INVOICE}", line_state="matched")
        assert verdicts(scenario) == ["matched"]

    def test_patience_with_an_invoice_ends(self) -> None:
        scenario = under_way().given(invoiced("100")).when(deadline(f"match {INVOICE}"))
        assert verdicts(scenario) == ["quantity_mismatch"]

    def test_goods_that_come_after_all_match_the_invoice_after_all(self) -> None:
        scenario = under_way().given(invoiced("100"), deadline(f"match {INVOICE}"))
        scenario.when(received("100")).then(line_state="matched", finished=True)
        assert verdicts(scenario) == ["matched"]

    def test_a_short_receipt_does_not_pay_for_what_did_not_come(self) -> None:
        scenario = under_way().given(received("80")).when(invoiced("100")).then(line_state="closed_short")
        assert verdicts(scenario) == ["quantity_mismatch"]
        assert buckets(scenario)["approved"] == 0

    def test_a_supplier_that_charges_only_what_came_ends_the_shortage(self) -> None:
        under_way().given(received("80")).when(invoiced("80")).then(
            closes="receipt_short", line_state="matched", finished=True
        )

    def test_damaged_goods_are_not_paid_for(self) -> None:
        scenario = under_way().given(received("90", "10"))
        assert verdicts(scenario.when(invoiced("100"))) == ["quantity_mismatch"]
        other = under_way().given(received("90", "10")).when(invoiced("90")).then(closes="goods_damaged")
        assert verdicts(other) == ["matched"]

    def test_an_over_receipt_is_not_paid_beyond_the_terms(self) -> None:
        scenario = under_way().given(received("120")).when(invoiced("120"))
        assert verdicts(scenario) == ["quantity_mismatch"]
        assert verdicts(under_way().given(received("105")).when(invoiced("105"))) == ["matched"]

    def test_a_higher_price_outside_the_terms_is_not_paid(self) -> None:
        assert verdicts(under_way().given(received("100")).when(invoiced("100", "1.20"))) == ["price_mismatch"]

    def test_a_price_that_was_agreed_by_answer_is_the_one_to_match(self) -> None:
        scenario = order().given(
            one_line(), acknowledged(answer("10", "changed", "100", price="1.02")), announced("100")
        )
        assert verdicts(scenario.given(received("100")).when(invoiced("100", "1.02"))) == ["matched"]

    def test_one_invoice_over_two_receipts_waits_for_both(self) -> None:
        scenario = under_way().given(received("60", closes=()), invoiced("100"))
        scenario.when(received("40", receipt="north/R2")).then(emits="InvoiceLinesMatched", line_state="matched")
        assert verdicts(scenario) == ["matched"]

    def test_two_invoices_for_one_receipt_both_match(self) -> None:
        scenario = under_way().given(received("100"), invoiced("60"))
        scenario.when(invoiced("40", invoice="INV2")).then(line_state="matched")
        assert buckets(scenario)["approved"] == 100

    def test_the_same_goods_invoiced_under_another_number_are_not_paid_twice(self) -> None:
        scenario = under_way().given(received("100"), invoiced("100")).when(invoiced("100", invoice="INV2"))
        assert verdicts(scenario) == ["quantity_mismatch"]
        assert buckets(scenario)["approved"] == 100

    def test_goods_that_an_earlier_invoice_waits_for_are_not_given_to_a_later_one(self) -> None:
        start = order().given(placed(), announced("100"), announced("50", notice="SN2", line="20", item="22423"))
        both = PurchaseOrderLinesInvoiced(
            "INV1", INVOICE, (InvoicedLine("10", "1", ea(100), gbp("1")), InvoicedLine("20", "2", ea(50), gbp("1")))
        )
        scenario = start.given(received("100"), both).when(invoiced("100", invoice="INV2"))
        assert verdicts(scenario) == ["quantity_mismatch"]
        scenario.when(received("50", receipt="north/R2", notice="SN2", line="20", item="22423"))
        assert verdicts(scenario) == ["matched", "matched"]

    def test_an_invoice_that_is_told_twice_counts_once(self) -> None:
        under_way().given(received("100"), invoiced("100")).when(invoiced("100")).then(nothing=True)

    def test_an_unknown_line_is_answered_as_such(self) -> None:
        scenario = under_way().when(invoiced("5", line="99")).then(emits="InvoiceLinesMatched")
        assert verdicts(scenario) == ["unknown_line"]

    def test_a_missing_invoice_is_for_accounts_payable(self) -> None:
        scenario = under_way().given(received("100")).when(overdue("invoice")).then(opens="invoice_overdue")
        assert scenario.one(OpenExceptionCase).owner == "accounts_payable"
        scenario.when(invoiced("100")).then(closes="invoice_overdue")

    def test_a_disputed_price_is_settled_by_a_matching_invoice(self) -> None:
        scenario = order().given(
            one_line(), acknowledged(answer("10", "changed", "100", price="1.50")), announced("100")
        )
        scenario.given(received("100")).when(invoiced("100")).then(
            closes="acknowledgement_outside_tolerance", line_state="matched"
        )


class TestUnits:
    def test_goods_announced_in_another_unit_are_not_counted(self) -> None:
        scenario = accepted().when(announced("10", unit="CA")).then(opens="announcement_unknown_line")
        assert buckets(scenario)["announced"] == 0
        assert "10 CA of 85123A" in scenario.one(OpenExceptionCase).detail

    def test_goods_received_in_another_unit_are_not_counted(self) -> None:
        cases = Quantity(Decimal(10), "CA")
        part = ReceivedLine("10", "85123A", cases, Quantity(Decimal(0), "CA"), "SN1")
        scenario = under_way().when(PurchaseOrderLinesReceived("north/R1", (part,)))
        scenario.then(opens="receipt_unknown_line", line_state="announced")
        assert buckets(scenario)["received_good"] == 0


SHIP_NOTICES = [("SN1", "60"), ("SN2", "40")]
FACTS = [
    *[announced(quantity, notice=name) for name, quantity in SHIP_NOTICES],
    received("50", "5", receipt="north/R1", notice="SN1", closes=()),
    received("5", receipt="north/R2", notice="SN1"),
    received("40", receipt="north/R3", notice="SN2"),
    invoiced("55", invoice="INV1"),
    invoiced("40", invoice="INV2"),
    acknowledged(answer("10", "accepted", "100")),
    delivered(),
    functional(),
]


@given(st.permutations(FACTS), st.lists(st.sampled_from(FACTS), max_size=6), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_documents_in_any_order_and_any_number_of_times_fill_the_same_buckets(
    facts: list[Any], again: list[Any], early: int
) -> None:
    scenario = order().when(*facts[:early], one_line(), *facts[early:], *again)
    line = scenario.line("10")
    assert buckets(scenario) == {
        "announced": 100,
        "received_good": 95,
        "received_bad": 5,
        "invoiced": 95,
        "approved": 95,
    }
    assert (line.state, line.acknowledged, scenario.data.waiting) == ("matched", 100, [])
    assert line.believed[""].quantity == 100
    assert scenario.lifecycle.finished(scenario.data)
    assert not scenario.data.problems
    assert not scenario.data.expecting


@given(st.permutations(FACTS))
@settings(max_examples=60, deadline=None)
def test_what_is_believed_never_falls_below_what_was_received(facts: list[Any]) -> None:
    scenario = order().given(one_line())
    for fact in facts:
        scenario.when(fact)
        line = scenario.line("10")
        assert sum(part.quantity for part in line.believed.values()) >= line.received
        assert line.approved <= line.received_good
        assert line.invoiced <= 95
