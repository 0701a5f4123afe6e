"""The doctor's judgement of a server that could lose what it has answered."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.operations.doctor import durability

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def test_a_server_that_writes_before_it_answers_is_sound() -> None:
    assert durability(SAFE).status == "ok"


@pytest.mark.parametrize("forgone", [{"fsync": "off"}, {"full_page_writes": "off"}, {"synchronous_commit": "off"}])
def test_a_server_that_may_lose_an_answered_document_is_a_fault(forgone: dict[str, Any]) -> None:
    check = durability(SAFE | forgone)
    assert (check.status, bool(check.advice)) == ("fault", True)
