"""A supplier's invoice: approved when every order says that it matches."""

from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from crossdock.events.purchase_order import (
    InvoiceLinesApproved,
    InvoiceLinesMatched,
    LineMatch,
    PurchaseOrderLinesInvoiced,
)
from crossdock.events.supplier_documents import SupplierInvoiceApproved
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Money
from crossdock.processes import supplier_invoice as process
from crossdock.processes._kit import CloseExceptionCase, Emit, Met, OpenExceptionCase
from crossdock.testing.scenario import Scenario, case
from tests.unit.processes.procure_to_pay import INVOICE, charged, deadline, ea, gbp, reads, supplier_invoice

ONE = supplier_invoice(charged("1", "4500001", "10", "100"), total="100.00")
TWO = supplier_invoice(charged("1", "4500001", "10", "100"), charged("2", "4500002", "10", "50"), total="150.00")
Verdict = Literal["matched", "price_mismatch", "quantity_mismatch"]


def invoice(terms: SupplierTerms | None = None) -> Scenario:
    return case(process.LIFECYCLE, INVOICE, reads=reads(terms=terms) if terms else reads())


def match(order: str, line: str, verdict: Verdict = "matched", difference: str = "0.00") -> InvoiceLinesMatched:
    money = Money(Decimal(difference), "GBP")
    one = LineMatch(line, "10", verdict, gbp("1.00"), gbp("1.00"), ea(100), ea(100), money)
    return InvoiceLinesMatched(order, (one,))


def test_every_order_is_asked_about_its_lines() -> None:
    scenario = (
        invoice()
        .when(TWO)
        .then(
            emits="PurchaseOrderLinesInvoiced",
            sends=(),
            state="waiting",
            line_state="waiting",
            deadlines="order_answers",
        )
    )
    subjects = [emit.subject for emit in scenario.all(Emit)]
    assert subjects == ["purchase_order/albion_uk/4500001", "purchase_order/albion_uk/4500002"]
    body = scenario.all(Emit)[1].body
    assert isinstance(body, PurchaseOrderLinesInvoiced)
    assert (body.invoice_subject, body.lines[0].line, body.lines[0].invoice_line) == (INVOICE, "10", "2")
    assert body.supplier == "brightware"


def test_an_invoice_that_matches_is_approved_and_posted() -> None:
    scenario = (
        invoice()
        .given(ONE)
        .when(match("4500001", "1"))
        .then(
            sends="supplier_invoice",
            met="order_answers",
            state="approved",
            line_state="approved",
            finished=True,
            opens=(),
        )
    )
    assert scenario.sent("supplier_invoice") == ONE.invoice


def test_an_invoice_over_two_orders_waits_for_both() -> None:
    scenario = (
        invoice()
        .given(TWO)
        .when(match("4500001", "1"))
        .then(sends=(), met=(), state="waiting", line_state={"1": "matched", "2": "waiting"})
    )
    scenario.when(match("4500002", "2")).then(sends="supplier_invoice", state="approved")


def test_a_mismatch_is_for_accounts_payable_with_the_difference_at_risk() -> None:
    scenario = (
        invoice()
        .given(ONE)
        .when(match("4500001", "1", "quantity_mismatch", "20.00"))
        .then(opens="invoice_mismatch", sends=(), state="mismatched", finished=False)
    )
    problem = scenario.one(OpenExceptionCase)
    assert (problem.owner, problem.money_at_risk) == ("accounts_payable", Money(Decimal("20.00"), "GBP"))
    assert problem.detail == "line 1 (4500001 10): quantity mismatch, 20.00 too much"


def test_one_wrong_line_keeps_the_whole_invoice_back() -> None:
    scenario = invoice().given(TWO, match("4500001", "1", "price_mismatch", "5.00"))
    scenario.when(match("4500002", "2")).then(opens="invoice_mismatch", sends=(), state="mismatched")


def test_goods_that_come_after_all_approve_the_invoice_and_close_its_case() -> None:
    scenario = invoice().given(ONE, match("4500001", "1", "quantity_mismatch", "20.00"))
    scenario.when(match("4500001", "1")).then(closes="invoice_mismatch", sends="supplier_invoice", state="approved")


def test_after_approval_no_answer_changes_anything() -> None:
    scenario = invoice().given(ONE, match("4500001", "1"))
    scenario.when(match("4500001", "1", "quantity_mismatch", "20.00")).then(nothing=True)


def test_the_same_invoice_again_changes_nothing() -> None:
    invoice().given(ONE).when(ONE).then(nothing=True)
    invoice().given(ONE, match("4500001", "1")).when(ONE).then(nothing=True)


def test_a_total_that_does_not_add_up_is_not_paid() -> None:
    wrong = supplier_invoice(charged("1", "4500001", "10", "100"), total="110.00")
    scenario = invoice().when(wrong).then(opens="invoice_mismatch")
    assert scenario.one(OpenExceptionCase).money_at_risk == Money(Decimal("10.00"), "GBP")
    scenario.when(match("4500001", "1")).then(sends=(), state="mismatched")


def test_charges_are_paid_inside_the_terms_only() -> None:
    def with_charge(amount: str, total: str) -> Scenario:
        charges = (Charge("FREIGHT", Decimal(amount)),)
        event = supplier_invoice(charged("1", "4500001", "10", "100"), total=total, charges=charges)
        return invoice().given(event).when(match("4500001", "1"))

    with_charge("10.00", "110.00").then(sends="supplier_invoice")
    with_charge("10.01", "110.01").then(sends=(), state="mismatched")


def test_an_invoice_of_a_stranger_is_not_paid() -> None:
    event = supplier_invoice(charged("1", "4500001", "10", "100"), total="100.00", issuer=PartyRef("stranger"))
    invoice().when(event).then(opens="invoice_unknown_supplier")
    invoice().given(event).when(match("4500001", "1")).then(sends=())


def test_a_line_without_order_is_for_a_person() -> None:
    event = supplier_invoice(charged("1", "", "", "100"), total="100.00")
    invoice().when(event).then(opens="invoice_mismatch", emits=(), state="mismatched")


def test_an_order_that_never_answers_is_asked_after() -> None:
    scenario = invoice().given(TWO, match("4500001", "1")).when(deadline("order_answers"))
    scenario.then(opens="invoice_unanswered", state="waiting")
    assert scenario.one(OpenExceptionCase).detail == "no answer from 4500002"
    scenario.when(match("4500002", "2")).then(closes="invoice_unanswered", sends="supplier_invoice")


def test_a_deadline_after_all_answers_changes_nothing() -> None:
    invoice().given(ONE, match("4500001", "1")).when(deadline("order_answers")).then(nothing=True)


def test_a_credit_note_is_for_accounts_payable_and_asks_no_order() -> None:
    note = replace(ONE, invoice=replace(ONE.invoice, kind="credit_note"))
    scenario = invoice().when(note).then(opens="supplier_credit_note", emits=(), sends=(), state="mismatched")
    assert not scenario.all(Met)


def test_an_invoice_without_lines_is_not_paid() -> None:
    invoice().when(supplier_invoice(total="0.00")).then(opens="invoice_mismatch", state="mismatched")


def test_an_invoice_that_names_a_line_twice_is_not_paid_by_itself() -> None:
    twice = supplier_invoice(
        charged("10", "4500001", "10", "100"), charged("10", "4500002", "10", "50"), total="150.00"
    )
    scenario = invoice().when(twice).then(opens="invoice_mismatch", emits="PurchaseOrderLinesInvoiced")
    scenario.when(match("4500001", "10", "price_mismatch", "5.00"), match("4500002", "10"))
    scenario.then(sends=(), state="mismatched")


PAID = SupplierInvoiceApproved("agreed by phone")


def test_an_invoice_that_does_not_match_is_posted_when_a_person_approves_it() -> None:
    scenario = invoice().given(TWO, match("4500001", "1"), match("4500002", "2", "price_mismatch", "5.00"))
    scenario.when(PAID).then(
        closes="invoice_mismatch",
        sends="supplier_invoice",
        emits="InvoiceLinesApproved",
        state="approved",
        line_state="approved",
        finished=True,
    )
    assert scenario.one(CloseExceptionCase).resolution == "approved as it is: agreed by phone"
    # The first order knows that its line matched; the second is told that it is paid for all the same.
    told = scenario.one(Emit)
    assert (told.subject, told.body) == ("purchase_order/albion_uk/4500002", InvoiceLinesApproved(INVOICE, ("2",)))


def test_a_wrong_total_or_a_stranger_may_be_approved_too() -> None:
    wrong = supplier_invoice(charged("1", "4500001", "10", "100"), total="110.00", issuer=PartyRef("stranger"))
    scenario = invoice().given(wrong, match("4500001", "1"))
    scenario.when(PAID).then(closes=("invoice_mismatch", "invoice_unknown_supplier"), sends="supplier_invoice")
    assert not scenario.data.problems


def test_an_invoice_is_not_approved_while_its_orders_may_still_answer() -> None:
    scenario = invoice().given(TWO, match("4500001", "1", "quantity_mismatch", "20.00"))
    scenario.when(PAID).then(nothing=True)
    scenario.given(deadline("order_answers")).when(PAID).then(
        sends="supplier_invoice", emits="InvoiceLinesApproved", met="order_answers", closes="invoice_unanswered"
    )


def test_a_credit_note_is_not_approved_as_an_invoice() -> None:
    note = replace(ONE, invoice=replace(ONE.invoice, kind="credit_note"))
    invoice().given(note).when(PAID).then(nothing=True, state="mismatched")


def test_approving_twice_posts_once() -> None:
    scenario = invoice().given(ONE, match("4500001", "1", "price_mismatch", "5.00"), PAID)
    scenario.when(PAID).then(nothing=True)
    scenario.when(match("4500001", "1")).then(nothing=True)
