"""Conditions that every sample keeps to, out of those that partners usually have: what trailers count and add up, what
is never nothing, which day comes before which, what comes in pairs.

Each is judged as it will be judged later. It is proposed only where it held every time that there was something to
compare, and where it speaks of sums or days in several documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.compiled import Compiled, kind_of
from crossdock.edi.guidelines.conditions import Ready, own, ready
from crossdock.edi.guidelines.form import Condition
from crossdock.edi.guidelines.placing import Surroundings
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import Walk, holds
from crossdock.edi.x12.envelope import TransactionSet

Item = TransactionSet | Message
_SEVERAL = 2
"""In so many documents must be seen what could be chance in one."""


@dataclass(frozen=True)
class Conclusion:
    """A condition, and how often it held."""

    condition: Condition
    held: int


@dataclass(frozen=True)
class _Usual:
    condition: Condition
    documents: int = 1


@dataclass
class _Count:
    """How often a condition held, of how often there was something to compare, and in how many documents."""

    usual: _Usual
    each: Ready
    held: int = 0
    total: int = 0
    documents: int = 0


def conclusions(compiled: Compiled, items: Sequence[Item]) -> Iterator[Conclusion]:
    """What all samples keep to; `compiled` is the guideline proposed from them."""
    counts = list(_counts(compiled))
    for item in items:
        walk = Walk(view(item), compiled.level, (), compiled.form.others, compiled.form.dialect)
        around = Surroundings(walk.placing)
        for count in counts:
            if count.held == count.total:
                _judged(walk, around, count)
    for count in counts:
        if count.total and count.held == count.total and count.documents >= count.usual.documents:
            yield Conclusion(count.usual.condition, count.held)


def _counts(compiled: Compiled) -> Iterator[_Count]:
    """Those of the usual conditions that speak only of what the samples have."""
    said = {node.tag for node in compiled.level.nodes()}
    for usual in _usual(compiled, said):
        if usual.condition.at[:3] in said:
            each = ready(usual.condition, ("conditions", "0"), partial(kind_of, compiled.form.dialect, compiled.level))
            if {one.tag for one in (*each.places, *(each.amount.counted if each.amount else ()))} <= said:
                yield _Count(usual, each)


def _judged(walk: Walk, around: Surroundings, count: _Count) -> None:
    """Counts how often a condition holds in a document."""
    each, before = count.each, count.total
    ours = [one for one in each.places if own(one, each.at)]
    for placed in walk.placing.placed:
        if placed.row[0] != each.at.tag or not walk.view.at(placed.row, each.at):
            continue
        kept = holds(each, walk.view, placed, around)
        # Where nothing is said it holds without saying anything.
        if not kept or all(walk.view.value(placed.row, one.element, one.component) for one in ours):
            count.total += 1
            count.held += kept
    count.documents += count.total > before


_QUANTITIES = ("PO1.02", "POC.03", "IT1.02", "SN1.02", "W01.01", "ACK.02")
_COUNTED = ("PO1", "POC", "IT1", "LIN", "HL")
_ADDED = ("PO1.02", "IT1.02", "SN1.02")
_DAYS_X12 = (("DTM[01=002]", "02", "BEG.05"), ("DTM[01=010]", "02", "BEG.05"), ("DTM[01=001]", "02", "BEG.05"))


def _usual(compiled: Compiled, said: set[str]) -> Iterator[_Usual]:
    if compiled.form.dialect == "edifact":
        yield from _usual_edifact()
        return
    counted = [each for each in _COUNTED if each in said and (each != "HL" or compiled.document == "856")]
    if "HL" in counted:
        counted = ["HL", "LIN"]
    yield from (_Usual(Condition("CTT", amount=f"CTT.01 == count({tag})")) for tag in counted)
    yield from (_Usual(Condition("CTT", amount=f"CTT.02 == sum({one})"), _SEVERAL) for one in _ADDED)
    yield _Usual(Condition("TDS", amount="TDS.01 == sum(IT1.02 * IT1.04)"), _SEVERAL)
    yield from (_Usual(Condition(one[:3], amount=f"{one} > 0")) for one in _QUANTITIES)
    yield from (
        _Usual(Condition(at, must=f"date({at}.{element}) >= date({than})"), _SEVERAL) for at, element, than in _DAYS_X12
    )
    yield _Usual(Condition("N1", when='N1.03 != ""', must='N1.04 != ""'), _SEVERAL)


def _usual_edifact() -> Iterator[_Usual]:
    yield _Usual(Condition("CNT[01.1=2]", amount="CNT[01.1=2].01.2 == count(LIN)"))
    for kind in ("21", "12", "47", "113"):
        at = f"QTY[01.1={kind}]"
        yield _Usual(Condition(at, amount=f"{at}.01.2 > 0"))
    for kind in ("79", "77", "86", "9"):
        at = f"MOA[01.1={kind}]"
        yield _Usual(Condition(at, amount=f"{at}.01.2 == sum(MOA[01.1=203].01.2)"), _SEVERAL)
    for kind in ("2", "63", "64"):
        at = f"DTM[01.1={kind}]"
        yield _Usual(Condition(at, must=f"date({at}.01.2) >= date(DTM[01.1=137].01.2)"), _SEVERAL)
