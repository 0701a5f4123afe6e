"""How drifts are listed."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from uuid import uuid4

from rich.console import Console

from crossdock.cli.drift import _listing
from crossdock.operations.drifts import Drift

AT = dt.datetime(2010, 12, 6, 14, 3, tzinfo=dt.UTC)


def drift(company: str, *, rejected: bool = False) -> Drift:
    return Drift(
        id=uuid4(), company=company, system="wms_north", location="north", item="85123A", state="open",
        cause="missing", detail="189 never came to us", differences={"unrestricted": Decimal(3)}, units=Decimal(3),
        money=None, currency="", rule="", agreed_at=None, first_seen_at=AT, last_seen_at=AT, due_at=AT,
        requested_at=None, correction="", waits_for_a_person=False, closed_at=None, resolution="", change=1,
        rejected=rejected,
    )  # fmt: skip


def listed(*found: Drift) -> str:
    out = Console(file=io.StringIO(), width=200, highlight=False)
    out.print(_listing(found))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_drifts_of_several_companies_say_whose_item_it_is() -> None:
    text = listed(drift("homestead"), drift("albion_uk"))
    assert all(word in text for word in ("company", "homestead", "albion_uk"))
    assert "company" not in listed(drift("homestead"))


def test_a_difference_that_a_person_left_as_it_is_says_so() -> None:
    assert "left as it is" in listed(drift("homestead", rejected=True))
    assert "left as it is" not in listed(drift("homestead"))
