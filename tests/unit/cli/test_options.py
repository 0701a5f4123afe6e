"""What several commands read in the same way, and what they say when it cannot be read."""

from __future__ import annotations

from decimal import Decimal

import pytest
import typer

from crossdock.cli._console import _in_words, _next_step
from crossdock.cli._options import counted
from crossdock.operations.problems import Problem


def test_goods_are_told_by_name_and_quantity() -> None:
    assert counted("85123A:2.5", "--line") == ("85123A", Decimal("2.5"))


@pytest.mark.parametrize("text", ["85123A:-4", "85123A:0", "85123A:NaN", "85123A", ":3"])
def test_goods_that_cannot_be_read_are_refused_by_the_option_and_its_form(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not ITEM:QUANTITY with a quantity above zero") as refused:
        counted(text, "--line")
    assert refused.value.param_hint == "--line"


def test_what_only_callers_over_http_can_do_is_not_said_to_who_types() -> None:
    gone = Problem("conflict", "it ended", advice="`crossdock reservation show R` (GET /process/v1/x?y=1) says how.")
    assert _next_step(gone) == "`crossdock reservation show R` says how."
    unreadable = Problem("malformed_request", "a transfer has lines")
    assert _in_words(unreadable) == "a transfer has lines"
    assert "--help" in _next_step(unreadable)
