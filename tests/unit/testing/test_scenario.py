"""The scenario kit says clearly what differs, and lets nothing pass that did not happen."""

import pytest

from crossdock.processes import purchase_order
from crossdock.processes._kit import Expect, Send
from crossdock.testing.scenario import MORNING, Scenario, case
from tests.unit.processes.procure_to_pay import SUBJECT, delivered, one_line, reads


def placed_order() -> Scenario:
    return case(purchase_order.LIFECYCLE, SUBJECT, reads=reads()).when(one_line())


def test_a_name_that_was_not_asked_for_fails_and_shows_all_effects() -> None:
    with pytest.raises(AssertionError, match=r"sends \['purchase_order'\], not \[\].*Send purchase_order 4500001"):
        placed_order().then(sends=())


def test_a_missing_effect_fails() -> None:
    with pytest.raises(AssertionError, match="opens"):
        placed_order().then(opens="line_rejected")


def test_what_is_not_named_is_not_looked_at() -> None:
    placed_order().then(opens=())


def test_nothing_means_no_effect_at_all() -> None:
    with pytest.raises(AssertionError, match="no effects"):
        placed_order().then(nothing=True)


def test_states_of_the_case_and_its_lines_are_compared() -> None:
    with pytest.raises(AssertionError, match="the case is placed, not sent"):
        placed_order().then(state="sent")
    with pytest.raises(AssertionError, match=r"the lines are \{'10': 'placed'\}"):
        placed_order().then(line_state="sent")
    with pytest.raises(AssertionError, match="finished should be True"):
        placed_order().then(finished=True)


def test_given_hides_effects_and_time_passes() -> None:
    scenario = placed_order().given(delivered()).after(hours=3)
    assert scenario.effects == []
    assert (scenario.at - MORNING).total_seconds() == 3 * 3600


def test_one_effect_means_exactly_one() -> None:
    assert placed_order().one(Send).number == "4500001"
    with pytest.raises(AssertionError, match="one Expect was wanted"):
        placed_order().one(Expect)
