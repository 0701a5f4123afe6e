"""A purchase order and documents of firms it was not placed with: they change nothing, and a person is asked."""

from decimal import Decimal

from crossdock.events.purchase_order import InvoiceLinesMatched
from crossdock.model.party import PartyRef
from crossdock.processes._kit import Emit, OpenExceptionCase
from crossdock.testing.scenario import Scenario
from tests.unit.processes.procure_to_pay import (
    acknowledged,
    announced,
    answer,
    delivered,
    functional,
    invoiced,
    one_line,
    order,
    received,
)

FAKECO = PartyRef("fakeco")


def accepted() -> Scenario:
    """One line of 100 at brightware, accepted."""
    return order().given(one_line(), delivered(), functional(), acknowledged(answer("10", "accepted", "100")))


def test_a_rejection_by_another_firm_is_not_taken_over_and_not_told_to_the_erp() -> None:
    scenario = accepted().when(acknowledged(answer("10", "rejected", "100"), supplier=FAKECO))
    scenario.then(opens="acknowledgement_unknown_line", sends=(), line_state="acknowledged")
    assert "fakeco" in scenario.one(OpenExceptionCase).detail


def test_an_acceptance_without_lines_by_another_firm_accepts_nothing() -> None:
    scenario = order().given(one_line(), delivered(), functional()).when(acknowledged(supplier=FAKECO))
    scenario.then(opens="acknowledgement_unknown_line", sends=(), line_state="sent")


def test_goods_announced_by_another_firm_are_not_believed_in() -> None:
    scenario = accepted().when(announced("100", supplier="fakeco"))
    scenario.then(opens="announcement_unknown_line", line_state="acknowledged", met=())
    assert scenario.line("10").announced == 0


def test_two_firms_may_number_their_ship_notices_alike() -> None:
    scenario = accepted().given(announced("100", supplier="fakeco")).when(announced("100"))
    scenario.then(line_state="announced", met="ship_notice")


def test_goods_of_another_firms_ship_notice_count_and_do_not_finish_the_suppliers_own() -> None:
    scenario = accepted().given(announced("100")).when(received("10", supplier="fakeco"))
    scenario.then(line_state="partly_received")
    assert (scenario.line("10").received_good, scenario.line("10").covered) == (10, 110)
    assert scenario.data.closed == []


def test_another_firms_invoice_for_the_goods_does_not_match() -> None:
    scenario = accepted().given(announced("100"), received("100"))
    scenario.when(invoiced("100", supplier="fakeco")).then(emits="InvoiceLinesMatched", line_state="received")
    body = scenario.one(Emit).body
    assert isinstance(body, InvoiceLinesMatched)
    assert [match.verdict for match in body.matches] == ["unknown_line"]
    assert scenario.line("10").invoiced == Decimal(0)
    scenario.when(invoiced("100")).then(emits="InvoiceLinesMatched", line_state="matched")
