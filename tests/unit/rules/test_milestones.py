"""Where does a shipment stand?"""

from __future__ import annotations

import pytest

from crossdock.rules.milestones import advance


def test_a_later_step_moves_the_shipment_even_if_steps_between_were_left_out() -> None:
    assert advance("dispatched", "out_for_delivery") == "out_for_delivery"


@pytest.mark.parametrize("milestone", ["collected", "in_transit", "returned", "exception", "UNKNOWN"])
def test_nothing_moves_a_delivered_shipment(milestone: str) -> None:
    assert advance("delivered", milestone) == "delivered"  # type: ignore[arg-type]


def test_trouble_and_unknown_codes_are_no_progress() -> None:
    assert advance("collected", "exception") == "collected"
    assert advance("collected", "UNKNOWN") == "collected"
