from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.engine.channel_mismatch import LOST, SOLD, judge
from crossdock.ports.connector import ShownLevel

TOLD_AT = dt.datetime(2010, 12, 1, 10, 15, tzinfo=dt.UTC)
TOLD = {"item": "MUG", "quantity": Decimal(5), "version": 2, "told_at": TOLD_AT, "tries": 0}


@pytest.mark.parametrize(("minutes", "cause"), [(-46, LOST), (-1, SOLD), (1, SOLD)])
def test_sales_under_a_number_that_was_there_before_ours_were_made_under_somebody_elses(
    minutes: int, cause: str
) -> None:
    """Of the same version: what we told came to nothing there."""
    written_at = TOLD_AT + dt.timedelta(minutes=minutes)
    shown = ShownLevel("MUG", Decimal(3), 2, sold=Decimal(2), changed_at=written_at)
    assert judge(TOLD, shown, Decimal(0)).cause == cause
    assert judge(TOLD, shown, Decimal(2)).cause == ""
