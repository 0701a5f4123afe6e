"""One module per law. Each has `judge(evidence, ruling)`."""

from __future__ import annotations

from collections.abc import Callable

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import (
    accepted_reach_every_system_once,
    money_agrees,
    no_document_doubled,
    no_unbacked_promise,
    nothing_stuck,
    order_kept_per_key,
    projections_rebuild,
    shortage_is_owned,
    stock_equals_wms,
)
from crossdock.testing.checker.product import Unanswered
from crossdock.testing.checker.ruling import Ruling

Judge = Callable[[Evidence, Ruling], None]

INVARIANTS: dict[str, Judge] = {
    "accepted_reach_every_system_once": accepted_reach_every_system_once.judge,
    "no_document_doubled": no_document_doubled.judge,
    "order_kept_per_key": order_kept_per_key.judge,
    "stock_equals_wms": stock_equals_wms.judge,
    "no_unbacked_promise": no_unbacked_promise.judge,
    "shortage_is_owned": shortage_is_owned.judge,
    "money_agrees": money_agrees.judge,
    "nothing_stuck": nothing_stuck.judge,
    "projections_rebuild": projections_rebuild.judge,
}


def judge_all(evidence: Evidence) -> list[Ruling]:
    """Every law, in the order above. One whose question gets no answer does not hold."""
    rulings = []
    for name, judge in INVARIANTS.items():
        ruling = Ruling(name)
        try:
            judge(evidence, ruling)
        except Unanswered as silence:
            ruling.fail(str(silence))
        except KeyError as missing:
            ruling.fail(f"a document or an answer has no field {missing}, so the rest could not be judged")
        if not ruling.checked:
            ruling.fail("nothing was compared")
        rulings.append(ruling)
    return rulings
