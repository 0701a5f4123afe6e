"""A stock correction: two systems differ for longer than what is under way explains, and one number has to change.

Which one is decided by ownership: where the other system owns the quantity, our books follow it; everywhere else the
other system is sent an adjustment. Under the limits of its drift rule a correction is made at once; above them a
person approves or rejects it.

A correction says what was there at one moment. *Late*: a fact of before that moment that comes afterwards changes
nothing about what was there, so the correction is derived again by as much as the fact moved, and nothing counts
twice. *Early*: nothing can come before the proposal. *Duplicate*, *repeated*: proposed again while a person is asked,
the newer numbers hold; once it is decided, another proposal has another number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import StockWentNegative
from crossdock.events.reconciliation import (
    StockCorrectionApproved,
    StockCorrectionDerived,
    StockCorrectionProposed,
    StockCorrectionRejected,
    StockCorrectionWithdrawn,
)
from crossdock.model.fulfillment import InventoryAdjustment, InventoryAdjustmentLine
from crossdock.model.quantity import Money, Quantity
from crossdock.model.reconciliation import StockCorrection
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import (
    Case,
    CaseData,
    CloseExceptionCase,
    Effect,
    Lifecycle,
    Line,
    Link,
    Move,
    OpenExceptionCase,
    Send,
    StateTable,
    stock_negative,
    tell_goods,
)

TABLE = StateTable(
    {"": ("asked", "applied"), "asked": ("applied", "rejected", "withdrawn")},
    final=("applied", "rejected", "withdrawn"),
)

CODES = {
    "stock_drift": "Two systems differ on the stock of an item, by more than may be corrected without asking.",
    "stock_negative": "A correction took an item below zero: more was shipped or promised than is there.",
}
"""Exception codes of this process and what each means."""

LEDGER = "ledger"


class CorrectionData(CaseData, omit_defaults=True, kw_only=True):
    """What is proposed, and how it stands. `changes` by condition, derived again where facts came late."""

    lines: dict[str, Line] = {}
    correction: StockCorrection | None = None
    changes: dict[str, Decimal] = {}
    derived: list[int] = []


CorrectionCase = Case[CorrectionData]

LIFECYCLE = Lifecycle(
    "stock_correction",
    version="1",
    data=CorrectionData,
    table=TABLE,
    starts=(StockCorrectionProposed,),
    header=lambda data: data.lines["correction"].state,
    finished=lambda data: data.state in TABLE.final,
)


@LIFECYCLE.on(StockCorrectionProposed)
def consider(case: CorrectionCase, event: StockCorrectionProposed) -> Iterator[Effect]:
    """Two systems differ: make them agree, or ask whether to."""
    case.data.lines = {"correction": Line()}
    yield Link(document=f"drift/{event.correction.drift}", role="drift")
    yield from _consider(case, event.correction)


@LIFECYCLE.again(StockCorrectionProposed)
def consider_again(case: CorrectionCase, event: StockCorrectionProposed) -> Iterator[Effect]:
    """Newer numbers of the same difference: they hold while a person is asked."""
    if case.data.lines["correction"].state == "asked":
        yield from _consider(case, event.correction)


def _consider(case: CorrectionCase, correction: StockCorrection) -> Iterator[Effect]:
    case.data.correction = correction
    case.data.changes = {change.condition: change.quantity for change in correction.changes}
    if correction.applies:
        yield from _apply(case, f"within the limits of rule {correction.rule}")
        return
    case.move("correction", case.data.lines["correction"], "asked")
    yield _question(correction)


def _question(correction: StockCorrection) -> OpenExceptionCase:
    money = correction.money
    return OpenExceptionCase(
        "stock_drift",
        f"{correction.item} in {correction.location}, against {correction.system}: {correction.detail}",
        key=correction.number,
        money_at_risk=None if money is None else Money(money, correction.currency),
        owner="warehouse",
    )


@LIFECYCLE.on(StockCorrectionApproved)
def approve(case: CorrectionCase, event: StockCorrectionApproved) -> Iterator[Effect]:
    """A person lets it be booked."""
    if case.data.lines["correction"].state == "asked":
        yield from _apply(case, f"approved: {event.reason}")


@LIFECYCLE.on(StockCorrectionRejected)
def reject(case: CorrectionCase, event: StockCorrectionRejected) -> Iterator[Effect]:
    """A person wants the numbers left as they are."""
    yield from _end(case, "rejected", f"rejected: {event.reason}")


@LIFECYCLE.on(StockCorrectionWithdrawn)
def withdraw(case: CorrectionCase, event: StockCorrectionWithdrawn) -> Iterator[Effect]:
    """The systems agree by now."""
    yield from _end(case, "withdrawn", event.reason)


@LIFECYCLE.on(StockCorrectionDerived)
def derive_again(case: CorrectionCase, event: StockCorrectionDerived) -> Iterator[Effect]:
    """A fact came late that happened before the moment the correction is about: it explains part of the difference."""
    data, correction = case.data, case.data.correction
    assert correction is not None
    if event.number in data.derived:
        return
    data.derived = [*data.derived, event.number]
    state = data.lines["correction"].state
    more = {change.condition: change.quantity for change in event.changes}
    if state in ("asked", "applied"):
        summed = {name: data.changes.get(name, Decimal(0)) + more.get(name, Decimal(0)) for name in data.changes | more}
        data.changes = {name: quantity for name, quantity in summed.items() if quantity}
    if state == "applied":
        yield from _book(case, f"{correction.number}.{event.number}", _moves(correction, more))
    elif state == "asked":
        data.correction = msgspec.structs.replace(
            correction, detail=f"{correction.detail}; {', '.join(event.documents)} came since and explains part of it"
        )
        yield _question(data.correction)


@LIFECYCLE.on(StockWentNegative)
def report_negative(case: CorrectionCase, event: StockWentNegative) -> Iterator[Effect]:
    """The correction stands; a person finds out where the goods are."""
    yield stock_negative(case, event)


def _apply(case: CorrectionCase, why: str) -> Iterator[Effect]:
    data, correction = case.data, case.data.correction
    assert correction is not None
    asked = data.lines["correction"].state == "asked"
    case.move("correction", data.lines["correction"], "applied")
    if asked:
        yield CloseExceptionCase("stock_drift", why, key=correction.number)
    if correction.target == LEDGER:
        if data.changes:
            yield from _book(case, correction.number, _moves(correction, data.changes))
    elif case.reads.sends(correction.target, "inventory_adjustment", case.company_id):
        yield Send("inventory_adjustment", _adjustment(case, correction), correction.target, number=correction.number)


def _book(case: CorrectionCase, document: str, moves: tuple[StockMoveLine, ...]) -> Iterator[Effect]:
    """Our book follows the owner of the quantities, and who follows our book hears of it."""
    yield Move(document, moves, reason="correction")
    yield from tell_goods(case, document, moves, "corrected")


def _end(case: CorrectionCase, state: str, why: str) -> Iterator[Effect]:
    """Nothing is booked. What was decided before stays as it was decided."""
    line, correction = case.data.lines["correction"], case.data.correction
    assert correction is not None
    if line.state == "asked":
        case.move("correction", line, state)
        yield CloseExceptionCase("stock_drift", why, key=correction.number)


def _moves(correction: StockCorrection, changes: dict[str, Decimal]) -> tuple[StockMoveLine, ...]:
    """What is too much in one condition and too little in another only changed its condition; the rest comes from
    outside, or goes there."""
    less = [(name, -quantity) for name, quantity in sorted(changes.items()) if quantity < 0]
    more = [(name, quantity) for name, quantity in sorted(changes.items()) if quantity > 0]
    return tuple(
        StockMoveLine(
            line=str(number),
            item=correction.item,
            location=correction.location,
            quantity=quantity,
            from_state=origin,
            to_state=target,
        )
        for number, (origin, target, quantity) in enumerate(_paired(less, more), 1)
    )


def _paired(
    less: Sequence[tuple[str, Decimal]], more: Sequence[tuple[str, Decimal]]
) -> Iterator[tuple[str, str, Decimal]]:
    gives, takes = list(less), list(more)
    while gives and takes:
        (origin, has), (target, wants) = gives[0], takes[0]
        moved = min(has, wants)
        yield origin, target, moved
        gives[:1] = [(origin, has - moved)] if has > moved else []
        takes[:1] = [(target, wants - moved)] if wants > moved else []
    for origin, has in gives:
        yield origin, "adjustment", has
    for target, wants in takes:
        yield "adjustment", target, wants


def _adjustment(case: CorrectionCase, correction: StockCorrection) -> InventoryAdjustment:
    """What a system that knows one number per item is told."""
    item = case.reads.item(case.company_id, correction.item)
    change = sum(case.data.changes.values(), Decimal(0))
    line = InventoryAdjustmentLine(
        "1", correction.item, Quantity(change, item.unit if item else "EA"), correction.cause
    )
    return InventoryAdjustment(case.company_id, correction.location, correction.number, case.at, (line,))
