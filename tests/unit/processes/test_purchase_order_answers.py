"""A purchase order until its supplier has answered: placed, sent, acknowledged, changed."""

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from crossdock.events.purchase_order import PurchaseOrderChanged
from crossdock.model.masterdata import Item
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderChangeLine
from crossdock.model.quantity import Price, Quantity
from crossdock.processes._kit import Expect, ExpectSupply, OpenExceptionCase, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario
from tests.unit.processes.procure_to_pay import (
    DUE,
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
    one_line,
    order,
    order_line,
    overdue,
    placed,
    reads,
)


def sent() -> Scenario:
    """One line of 100, known to be at the supplier."""
    return order().given(one_line(), delivered())


def accepted() -> Scenario:
    return sent().given(functional(), acknowledged(answer("10", "accepted", "100")))


def cancelled(line: str) -> PurchaseOrderChangeLine:
    return PurchaseOrderChangeLine(line, "cancel", "")


def wanted_on(day: dt.date, *lines: PurchaseOrderChangeLine) -> PurchaseOrderChanged:
    """A new date for the whole order."""
    return PurchaseOrderChanged(replace(change(2, *lines).change, due_on=day))


def supply(scenario: Scenario) -> dict[str, tuple[Decimal, dt.date, str]]:
    """What the ledger was told, by line."""
    lines = scenario.one(ExpectSupply).lines
    return {line.line: (line.quantity, line.expected_on, line.confidence) for line in lines}


class TestPlacing:
    def test_an_order_in_another_unit_than_the_item_is_kept_in_is_not_sent(self) -> None:
        cases = Quantity(Decimal(2), "CA")
        line = replace(
            order_line("10", "85123A", "2"),
            quantity=cases,
            price=Price(Decimal(50), "GBP", replace(cases, amount=Decimal(1))),
        )
        scenario = order().when(placed(line)).then(opens="purchase_order_invalid", sends=(), state="invalid")
        assert "line 10: quantity in CA, 85123A is kept in EA" in scenario.one(OpenExceptionCase).detail

    def test_an_order_priced_for_another_unit_is_asked_about_until_it_is_changed(self) -> None:
        line = replace(order_line("10", "85123A", "100"), price=Price(Decimal(50), "GBP", Quantity(Decimal(1), "CA")))
        scenario = order().when(placed(line)).then(opens="purchase_order_invalid", sends=(), state="invalid")
        scenario.when(change(1, changed_line("10", "85123A", "100"))).then(
            closes="purchase_order_invalid", sends="purchase_order", state="placed"
        )

    def test_a_valid_order_is_sent_and_its_goods_are_expected(self) -> None:
        scenario = (
            order()
            .when(placed())
            .then(sends="purchase_order", opens=(), expects=(), state="placed", line_state="placed")
        )
        assert scenario.one(Send).report
        assert scenario.one(Send).number == "4500001"
        assert supply(scenario) == {"10": (Decimal(100), DUE, "ordered"), "20": (Decimal(50), DUE, "ordered")}
        line = scenario.one(ExpectSupply).lines[0]
        assert (line.source, line.location) == ("purchase_order/albion_uk/4500001", "north")

    def test_an_order_without_a_date_is_due_after_the_lead_time(self) -> None:
        event = placed()
        scenario = order().when(replace(event, order=replace(event.order, due_on=None)))
        assert supply(scenario)["10"][1] == dt.date(2010, 12, 3)

    def test_an_unknown_item_keeps_the_whole_order_back(self) -> None:
        scenario = (
            order(reads(unknown="22423"))
            .when(placed())
            .then(
                opens="purchase_order_invalid", sends=(), deadlines="check_again", line_state="invalid", state="invalid"
            )
        )
        problem = scenario.one(OpenExceptionCase)
        assert (problem.owner, problem.detail) == ("buyer", "line 20: unknown item 22423")
        assert problem.money_at_risk is not None
        assert problem.money_at_risk.amount == Decimal("150.00")
        assert not scenario.all(ExpectSupply)

    def test_a_supplier_without_agreement_gets_nothing(self) -> None:
        order().when(placed(supplier=PartyRef("stranger"))).then(opens="purchase_order_invalid", sends=())
        silent = reads(silent=(("brightware", "purchase_order"),))
        order(silent).when(placed()).then(opens="purchase_order_invalid", sends=())

    def test_a_charge_no_line_and_an_unknown_place_are_invalid(self) -> None:
        known = reads()
        known._items[COMPANY, "POST"] = Item(COMPANY, "POST", kind="charge")
        order(known).when(placed(order_line("10", "POST", "1"))).then(opens="purchase_order_invalid", sends=())
        order().when(placed(order_line("10", "85123A", "0"))).then(opens="purchase_order_invalid", sends=())
        order().when(placed(ship_to=PartyRef("moon"))).then(opens="purchase_order_invalid", sends=())

    def test_master_data_that_come_after_the_order_let_it_go(self) -> None:
        scenario = order(reads(unknown="22423")).given(placed())
        scenario.reads = reads()
        scenario.when(deadline("check_again")).then(
            sends="purchase_order", closes="purchase_order_invalid", line_state="placed", state="placed"
        )

    def test_checking_again_ends_some_time_and_the_exception_stays(self) -> None:
        scenario = order(reads(unknown="22423")).given(placed(), *[deadline("check_again")] * 23)
        scenario.when(deadline("check_again")).then(deadlines=(), opens=(), closes=(), state="invalid")

    def test_a_change_mends_an_invalid_order_which_is_then_sent_whole(self) -> None:
        scenario = order(reads(unknown="22423")).given(placed())
        scenario.when(change(1, changed_line("20", "47566", "60"))).then(
            sends="purchase_order", closes="purchase_order_invalid", line_state="placed"
        )
        assert [line.item for line in scenario.sent("purchase_order").lines] == ["85123A", "47566"]
        assert scenario.sent("purchase_order").revision == 1

    def test_the_same_order_again_changes_nothing(self) -> None:
        order().given(placed()).when(placed()).then(nothing=True)


class TestAcknowledgementsOfSyntax:
    def test_delivery_makes_the_supplier_owe_both_acknowledgements(self) -> None:
        scenario = (
            order()
            .given(one_line())
            .when(delivered())
            .then(expects=("functional_acknowledgement", "acknowledgement"), line_state="sent", state="sent")
        )
        owed = {effect.name: effect for effect in scenario.all(Expect)}
        assert owed["functional_acknowledgement"].within == dt.timedelta(hours=24)
        assert owed["acknowledgement"].of == "brightware"
        assert owed["acknowledgement"].money_at_risk is not None
        assert owed["acknowledgement"].money_at_risk.amount == Decimal("100.00")

    def test_a_functional_acknowledgement_ends_its_expectation(self) -> None:
        sent().when(functional()).then(met="functional_acknowledgement", opens=())

    def test_a_functional_acknowledgement_faster_than_our_own_delivery_report_counts(self) -> None:
        order().given(one_line(), functional()).when(delivered()).then(expects="acknowledgement")

    def test_a_functional_acknowledgement_that_comes_twice_changes_nothing(self) -> None:
        sent().given(functional()).when(functional()).then(nothing=True)

    def test_a_refused_document_is_a_problem_until_the_supplier_answers(self) -> None:
        scenario = (
            sent()
            .when(functional("rejected"))
            .then(opens="functional_acknowledgement_rejected", met="functional_acknowledgement")
        )
        scenario.when(acknowledged(answer("10", "accepted", "100"))).then(closes="functional_acknowledgement_rejected")

    def test_a_refused_change_is_not_taken_for_the_one_before_it(self) -> None:
        scenario = sent().given(functional())
        scenario.given(change(1, changed_line("10", "85123A", "70")), change(2, changed_line("10", "85123A", "60")))
        scenario.given(delivered("4500001.1", "purchase_order_change"), delivered("4500001.2", "purchase_order_change"))
        scenario.when(functional("rejected", "purchase_order_change", "4500001.2"))
        assert "purchase_order_change 4500001.2" in scenario.one(OpenExceptionCase).detail
        assert scenario.data.unacknowledged == {"purchase_order_change 4500001.1": True}

    def test_a_functional_acknowledgement_without_number_is_of_the_first_of_its_kind(self) -> None:
        scenario = sent().when(functional(number="")).then(met="functional_acknowledgement")
        assert scenario.data.unacknowledged == {}

    def test_what_is_overdue_opens_a_case_that_closes_when_it_comes(self) -> None:
        scenario = sent().when(overdue("functional_acknowledgement")).then(opens="functional_acknowledgement_overdue")
        scenario.when(functional()).then(closes="functional_acknowledgement_overdue")

    def test_an_expectation_that_was_met_in_the_meantime_is_not_missed(self) -> None:
        sent().given(functional()).when(overdue("functional_acknowledgement")).then(nothing=True)


class TestAnswers:
    def test_an_accepted_line_is_told_to_the_erp_and_its_ship_notice_is_owed(self) -> None:
        scenario = (
            sent()
            .given(functional())
            .when(acknowledged(answer("10", "accepted", "100", due_on=DUE)))
            .then(
                sends="purchase_order_acknowledgement",
                met="acknowledgement",
                expects="ship_notice",
                line_state="acknowledged",
                state="acknowledged",
                opens=(),
            )
        )
        assert scenario.one(Send).to == "erp"
        assert supply(scenario) == {"10": (Decimal(100), DUE, "acknowledged")}
        assert scenario.one(Expect).within == dt.timedelta(hours=96)

    def test_a_ship_notice_is_not_owed_before_the_promised_date(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "backordered", "100", due_on=LATER)))
        assert scenario.one(Expect).within == dt.datetime(2010, 12, 11, tzinfo=dt.UTC) - MORNING

    def test_a_promise_for_another_day_moves_the_date_of_the_ship_notice(self) -> None:
        scenario = accepted().given(overdue("ship_notice"))
        postponed = acknowledged(answer("10", "backordered", "100", due_on=LATER), on=dt.date(2010, 12, 2))
        scenario.when(postponed).then(expects="ship_notice", closes="ship_notice_overdue", opens="line_backordered")

    def test_a_change_inside_the_terms_is_taken_over(self) -> None:
        changed = acknowledged(answer("10", "changed", "95", price="1.02", due_on=dt.date(2010, 12, 4)))
        scenario = (
            sent().when(changed).then(sends="purchase_order_acknowledgement", line_state="acknowledged", opens=())
        )
        assert supply(scenario) == {"10": (Decimal(95), dt.date(2010, 12, 4), "acknowledged")}
        assert (scenario.line("10").acknowledged, scenario.line("10").price) == (Decimal(95), gbp("1.02"))

    def test_a_change_outside_the_terms_asks_a_buyer_and_the_erp_hears_nothing(self) -> None:
        scenario = (
            sent()
            .when(acknowledged(answer("10", "changed", "100", price="1.50")))
            .then(opens="acknowledgement_outside_tolerance", sends=(), line_state="disputed", state="disputed")
        )
        problem = scenario.one(OpenExceptionCase)
        assert (problem.owner, problem.lines) == ("buyer", ("10",))
        assert problem.detail == "line 10 (85123A): price 1.50 GBP instead of 1.00"
        assert scenario.line("10").price == gbp("1.00")

    def test_a_buyer_settles_a_disputed_date_by_changing_the_order_to_it(self) -> None:
        late = dt.date(2010, 12, 24)
        scenario = sent().given(acknowledged(answer("10", "changed", "100", due_on=late)))
        assert scenario.line("10").state == "disputed"
        settled = replace(changed_line("10", "85123A", "100"), due_on=late)
        scenario.when(change(1, settled)).then(
            closes="acknowledgement_outside_tolerance", sends="purchase_order_change"
        )
        assert scenario.line("10").due_on == late

    def test_only_the_lines_inside_the_terms_reach_the_erp(self) -> None:
        answers = (answer("10", "accepted", "100"), answer("20", "changed", "20"))
        scenario = (
            order()
            .given(placed(), delivered())
            .when(acknowledged(*answers))
            .then(opens="acknowledgement_outside_tolerance", line_state={"10": "acknowledged", "20": "disputed"})
        )
        told = scenario.sent("purchase_order_acknowledgement")
        assert [one.line for one in told.answers] == ["10"]

    def test_a_disputed_smaller_quantity_is_believed_all_the_same(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "changed", "20")))
        assert supply(scenario)["10"][0] == Decimal(20)

    def test_a_substitute_is_for_a_buyer_to_decide(self) -> None:
        sent().when(acknowledged(answer("10", "substituted", "100", item="47566"))).then(
            opens="acknowledgement_outside_tolerance", line_state="disputed"
        )

    def test_a_rejected_line_is_told_to_the_erp_and_asks_a_buyer(self) -> None:
        scenario = (
            sent()
            .given(functional())
            .when(acknowledged(answer("10", "rejected", "100")))
            .then(
                opens="line_rejected",
                sends="purchase_order_acknowledgement",
                line_state="rejected",
                state="rejected",
                finished=True,
            )
        )
        assert supply(scenario)["10"][0] == 0

    def test_a_line_may_be_answered_in_parts_now_and_later(self) -> None:
        answers = (answer("10", "accepted", "60", due_on=DUE), answer("10", "backordered", "40", due_on=LATER))
        scenario = (
            sent()
            .when(acknowledged(*answers))
            .then(opens="line_backordered", sends="purchase_order_acknowledgement", line_state="backordered")
        )
        assert scenario.one(OpenExceptionCase).expected_on == LATER
        assert supply(scenario) == {
            "10": (Decimal(60), DUE, "acknowledged"),
            "10/backorder": (Decimal(40), LATER, "acknowledged"),
        }
        line = scenario.line("10")
        assert (line.acknowledged, line.backordered, len(line.splits)) == (Decimal(60), Decimal(40), 2)

    def test_a_backorder_moves_to_the_firm_supply_when_it_is_announced(self) -> None:
        answers = (answer("10", "accepted", "60", due_on=DUE), answer("10", "backordered", "40", due_on=LATER))
        scenario = sent().given(acknowledged(*answers), announced("60", notice="SN1"))
        scenario.when(announced("40", notice="SN2")).then(closes="line_backordered", met="ship_notice")
        assert {line: told[0] for line, told in supply(scenario).items()} == {"10": Decimal(100), "10/backorder": 0}

    def test_three_answers_split_a_line_into_accepted_backordered_and_rejected(self) -> None:
        answers = (
            answer("10", "accepted", "50"),
            answer("10", "backordered", "30", due_on=LATER),
            answer("10", "rejected", "20"),
        )
        scenario = sent().when(acknowledged(*answers)).then(opens=("line_backordered", "line_rejected"))
        line = scenario.line("10")
        assert (line.acknowledged, line.backordered, line.rejected) == (50, 30, 20)

    def test_an_answer_to_part_of_a_line_leaves_the_rest_owed(self) -> None:
        sent().when(acknowledged(answer("10", "accepted", "60"))).then(
            line_state="acknowledged", expects="ship_notice", met=()
        )

    def test_a_second_answer_for_what_was_open_adds_to_the_first(self) -> None:
        scenario = sent().given(functional(), acknowledged(answer("10", "accepted", "60")))
        scenario.when(acknowledged(answer("10", "backordered", "40", due_on=LATER))).then(met="acknowledgement")
        assert (scenario.line("10").acknowledged, scenario.line("10").backordered) == (60, 40)
        told = scenario.sent("purchase_order_acknowledgement").answers
        assert [(one.kind, one.quantity.amount) for one in told] == [("accepted", 60), ("backordered", 40)]

    def test_an_answer_without_lines_accepts_everything(self) -> None:
        scenario = order().given(placed(), delivered()).when(acknowledged())
        scenario.then(sends="purchase_order_acknowledgement", line_state="acknowledged", state="acknowledged")
        assert len(scenario.sent("purchase_order_acknowledgement").answers) == 2

    def test_a_refusal_of_the_whole_order_refuses_every_line(self) -> None:
        lines = order_line("10", "85123A", "100"), order_line("20", "22423", "6")
        scenario = order().given(placed(*lines), delivered()).when(acknowledged(LineAnswer("", "rejected")))
        scenario.then(opens="line_rejected", state="rejected")
        assert [each.line for each in scenario.one(Send).body.answers] == ["10", "20"]

    def test_an_answer_without_a_quantity_is_to_the_line_as_ordered(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "accepted", "", due_on=DUE)))
        scenario.then(sends="purchase_order_acknowledgement", met="acknowledgement", line_state="acknowledged")
        assert scenario.line("10").acknowledged == 100
        told = scenario.sent("purchase_order_acknowledgement").answers
        assert [one.quantity for one in told] == [ea(100)], "the ERP is always told how much"

    def test_a_rejection_without_a_quantity_leaves_nothing_of_the_line(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "rejected", ""))).then(opens="line_rejected")
        assert (scenario.line("10").acknowledged, scenario.line("10").rejected) == (0, 100)
        assert supply(scenario)["10"][0] == 0

    def test_an_answer_without_a_quantity_is_to_what_the_others_leave_of_the_line(self) -> None:
        scenario = sent().when(
            acknowledged(answer("10", "accepted", ""), answer("10", "backordered", "30", due_on=LATER))
        )
        assert (scenario.line("10").acknowledged, scenario.line("10").backordered) == (70, 30)

    def test_two_answers_without_a_quantity_contradict_each_other(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "accepted", ""), answer("10", "rejected", "")))
        scenario.then(opens="acknowledgement_outside_tolerance", sends=(), line_state="disputed")

    def test_another_price_without_a_quantity_is_for_all_of_the_line(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "changed", "", price="1.50")))
        scenario.then(opens="acknowledgement_outside_tolerance", line_state="disputed")
        assert scenario.one(OpenExceptionCase).detail == "line 10 (85123A): price 1.50 GBP instead of 1.00"

    def test_a_second_answer_for_what_was_answered_replaces_the_first(self) -> None:
        scenario = accepted().when(acknowledged(answer("10", "changed", "95"), on=dt.date(2010, 12, 2)))
        assert scenario.line("10").acknowledged == 95
        assert supply(scenario)["10"][0] == Decimal(95)

    def test_an_older_answer_that_comes_late_changes_nothing(self) -> None:
        scenario = sent().given(acknowledged(answer("10", "changed", "95"), on=dt.date(2010, 12, 2)))
        scenario.when(acknowledged(answer("10", "accepted", "100"), on=dt.date(2010, 12, 1))).then(sends=())
        assert scenario.line("10").acknowledged == 95

    def test_the_same_answer_again_changes_nothing(self) -> None:
        accepted().when(acknowledged(answer("10", "accepted", "100"))).then(nothing=True)

    def test_a_new_answer_inside_the_terms_ends_the_dispute(self) -> None:
        scenario = sent().given(acknowledged(answer("10", "changed", "100", price="1.50")))
        scenario.when(acknowledged(answer("10", "accepted", "100"), on=dt.date(2010, 12, 2))).then(
            closes="acknowledgement_outside_tolerance",
            sends="purchase_order_acknowledgement",
            line_state="acknowledged",
        )

    def test_a_rejecting_supplier_may_change_its_mind(self) -> None:
        scenario = sent().given(acknowledged(answer("10", "rejected", "100")))
        scenario.when(acknowledged(answer("10", "accepted", "100"), on=dt.date(2010, 12, 2))).then(
            closes="line_rejected", line_state="acknowledged"
        )
        assert supply(scenario)["10"][0] == Decimal(100)

    def test_an_answer_to_a_line_we_do_not_have_asks_a_buyer(self) -> None:
        answers = (answer("10", "accepted", "100"), answer("99", "accepted", "5"))
        sent().when(acknowledged(*answers)).then(
            opens="acknowledgement_unknown_line", sends="purchase_order_acknowledgement"
        )

    def test_an_overdue_answer_closes_its_case_when_it_comes(self) -> None:
        scenario = (
            sent()
            .given(functional())
            .when(overdue("acknowledgement"))
            .then(opens="acknowledgement_overdue", line_state="sent")
        )
        assert scenario.one(OpenExceptionCase).owner == "buyer"
        scenario.when(acknowledged(answer("10", "accepted", "100"))).then(closes="acknowledgement_overdue")

    def test_an_answer_before_the_order_waits_for_it(self) -> None:
        scenario = order().when(acknowledged(answer("10", "accepted", "100")))
        scenario.then(deadlines="waiting_for_document", sends=(), opens=(), state="")
        scenario.when(one_line()).then(
            sends=("purchase_order", "purchase_order_acknowledgement"), line_state="acknowledged"
        )

    def test_an_answer_before_the_delivery_report_counts(self) -> None:
        order().given(one_line(), acknowledged(answer("10", "accepted", "100"))).when(delivered()).then(
            expects="functional_acknowledgement", line_state="acknowledged"
        )


class TestChanges:
    def test_only_what_is_new_in_a_revision_is_sent(self) -> None:
        scenario = order().given(
            placed(), delivered(), acknowledged(answer("10", "accepted", "100"), answer("20", "accepted", "50"))
        )
        scenario.when(change(1, changed_line("10", "85123A", "100"), changed_line("20", "22423", "70"))).then(
            sends="purchase_order_change", line_state={"10": "acknowledged", "20": "placed"}
        )
        assert scenario.one(Send).number == "4500001.1"
        assert [line.line for line in scenario.sent("purchase_order_change").lines] == ["20"]
        assert supply(scenario)["20"][0] == Decimal(70)

    def test_a_change_that_bears_no_date_is_dated_when_it_is_sent(self) -> None:
        undated = msgspec.structs.replace(change(1, changed_line("10", "85123A", "70")).change, changed_on=None)
        scenario = accepted().when(PurchaseOrderChanged(undated))
        assert scenario.sent("purchase_order_change").changed_on == scenario.at.date()

    def test_a_revision_that_says_nothing_new_is_not_sent(self) -> None:
        accepted().when(change(1, changed_line("10", "85123A", "100"))).then(sends=(), line_state="acknowledged")

    def test_a_change_is_acknowledged_anew(self) -> None:
        scenario = accepted().given(change(1, changed_line("10", "85123A", "70")))
        scenario.when(delivered("4500001.1", "purchase_order_change")).then(
            expects=("functional_acknowledgement", "acknowledgement"), line_state="sent"
        )
        scenario.when(acknowledged(answer("10", "accepted", "70"), revision=1)).then(line_state="acknowledged")

    def test_an_answer_that_crossed_with_our_change_does_not_count(self) -> None:
        scenario = sent().given(
            change(1, changed_line("10", "85123A", "70")), delivered("4500001.1", "purchase_order_change")
        )
        scenario.when(acknowledged(answer("10", "accepted", "100"))).then(sends=(), opens=(), line_state="sent")
        scenario.when(acknowledged(answer("10", "rejected", "100"))).then(opens=(), line_state="sent")

    def test_an_answer_without_revision_that_fits_the_change_counts(self) -> None:
        scenario = sent().given(change(1, changed_line("10", "85123A", "70")))
        scenario.when(acknowledged(answer("10", "accepted", "70"))).then(line_state="acknowledged")

    def test_an_answer_to_the_old_revision_counts_for_lines_that_did_not_change(self) -> None:
        scenario = order().given(placed(), delivered(), change(1, changed_line("20", "22423", "70")))
        answers = (answer("10", "changed", "95"), answer("20", "accepted", "50"))
        scenario.when(acknowledged(*answers)).then(line_state={"10": "acknowledged", "20": "placed"})

    def test_an_older_or_repeated_revision_is_ignored(self) -> None:
        scenario = accepted().given(change(2, changed_line("10", "85123A", "70")))
        scenario.when(change(1, changed_line("10", "85123A", "60"))).then(nothing=True)
        scenario.when(change(2, changed_line("10", "85123A", "70"))).then(nothing=True)

    def test_a_new_date_of_the_order_is_one_of_every_line_that_is_open_and_says_none(self) -> None:
        scenario = order().given(placed(), delivered())
        scenario.when(wanted_on(LATER, replace(changed_line("20", "22423", "50"), due_on=DUE)))
        scenario.then(sends="purchase_order_change", line_state={"10": "placed", "20": "sent"})
        told = scenario.sent("purchase_order_change")
        assert [(line.line, line.item, line.due_on) for line in told.lines] == [("10", "85123A", LATER)]
        assert told.due_on is None, "what does not change is not told"
        assert supply(scenario)["10"][1] == LATER

    def test_a_new_date_alone_is_a_change(self) -> None:
        scenario = order().given(placed(), delivered()).when(wanted_on(LATER))
        assert [line.due_on for line in scenario.sent("purchase_order_change").lines] == [LATER, LATER]

    def test_the_date_that_the_order_had_is_no_news(self) -> None:
        accepted().when(wanted_on(DUE)).then(sends=(), line_state="acknowledged")

    @pytest.mark.parametrize(
        "over", [acknowledged(answer("10", "rejected", "100")), announced("100"), change(1, cancelled("10"))]
    )
    def test_a_new_date_is_none_of_what_is_over_or_on_its_way(self, over: object) -> None:
        scenario = sent().given(over)
        scenario.when(wanted_on(LATER)).then(sends=(), opens=())
        assert scenario.line("10").due_on == DUE

    def test_what_is_added_later_is_wanted_on_the_new_date(self) -> None:
        added = PurchaseOrderChangeLine("30", "add", "47566", changed_line("", "", "5").quantity, gbp("2.00"))
        scenario = accepted().given(wanted_on(LATER)).when(change(3, added))
        assert scenario.line("30").due_on == LATER

    def test_an_order_that_was_not_sent_is_sent_with_the_new_date(self) -> None:
        scenario = order(reads(unknown="22423")).given(placed())
        scenario.when(wanted_on(LATER, cancelled("20"))).then(sends="purchase_order", state="placed")
        assert (scenario.sent("purchase_order").due_on, scenario.line("10").due_on) == (LATER, LATER)

    def test_a_line_may_be_added_by_a_change(self) -> None:
        added = PurchaseOrderChangeLine("30", "add", "47566", changed_line("", "", "5").quantity, gbp("2.00"), DUE)
        scenario = accepted().when(change(1, added)).then(sends="purchase_order_change", line_state={"30": "placed"})
        assert supply(scenario) == {"30": (Decimal(5), DUE, "ordered")}

    def test_a_line_of_an_unknown_item_is_not_added(self) -> None:
        added = PurchaseOrderChangeLine("30", "add", "99999", changed_line("", "", "5").quantity, gbp("2.00"))
        scenario = accepted().when(change(1, added)).then(sends=(), opens="purchase_order_invalid")
        assert list(scenario.data.lines) == ["10"]

    def test_a_cancelled_line_is_expected_no_longer(self) -> None:
        scenario = (
            accepted()
            .when(change(1, PurchaseOrderChangeLine("10", "cancel", "85123A")))
            .then(
                sends="purchase_order_change",
                met="ship_notice",
                line_state="cancelled",
                state="cancelled",
                finished=True,
            )
        )
        assert supply(scenario)["10"][0] == 0
        assert scenario.line("10").cancelled == 100

    def test_a_change_after_shipment_is_not_sent_and_asks_a_buyer(self) -> None:
        scenario = accepted().given(announced("100"))
        scenario.when(change(1, PurchaseOrderChangeLine("10", "cancel", "85123A"))).then(
            sends=(), opens="change_after_shipment", line_state="announced"
        )

    def test_what_a_buyer_is_asked_names_the_line_and_the_item(self) -> None:
        disputed = sent().when(acknowledged(answer("10", "changed", "50", due_on=LATER)))
        assert disputed.one(OpenExceptionCase).detail.startswith("line 10 (85123A): date 2010-12-10 instead of")
        late = accepted().given(announced("100")).when(change(1, PurchaseOrderChangeLine("10", "cancel", "85123A")))
        assert late.one(OpenExceptionCase).detail.startswith("line 10 (85123A): cancelled by revision 1")

    @pytest.mark.parametrize(
        ("wanted", "fault"),
        [
            (changed_line("10", "85123A", "-5"), "quantity -5"),
            (changed_line("10", "85123A", "0"), "quantity 0"),
            (replace(changed_line("10", "85123A", "5"), quantity=Quantity(Decimal(5), "CA")), "quantity in CA"),
            (replace(changed_line("10", "85123A", "5"), price=Price(Decimal(1), "EUR")), "price in EUR"),
            (replace(changed_line("30", "85123A", "5"), action="add", price=None), "no quantity or no price"),
        ],
    )
    def test_a_change_that_cannot_be_ordered_is_not_sent(self, wanted: PurchaseOrderChangeLine, fault: str) -> None:
        scenario = accepted().when(change(1, wanted))
        scenario.then(opens="purchase_order_invalid", sends=(), line_state={"10": "acknowledged"})
        assert fault in scenario.one(OpenExceptionCase).detail
        assert scenario.line("10").ordered == 100

    def test_a_change_that_names_no_item_means_the_one_of_its_line(self) -> None:
        scenario = accepted().when(change(1, replace(changed_line("10", "", "70"), price=None)))
        scenario.then(opens=(), sends="purchase_order_change")
        assert (scenario.line("10").item, scenario.line("10").ordered) == ("85123A", 70)

    def test_a_rejection_that_names_another_item_is_asked_about(self) -> None:
        scenario = sent().when(acknowledged(answer("10", "rejected", "100", item="22423")))
        scenario.then(opens="acknowledgement_outside_tolerance", sends=(), line_state="disputed")
        assert scenario.line("10").rejected == 0

    def test_a_change_that_the_supplier_cannot_take_is_for_a_buyer_to_tell(self) -> None:
        scenario = order(reads(silent=(("brightware", "purchase_order_change"),))).given(one_line())
        scenario.when(change(1, changed_line("10", "85123A", "70"))).then(sends=(), opens="change_not_sent")
