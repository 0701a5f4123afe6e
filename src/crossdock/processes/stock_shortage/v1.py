"""A stock shortage: a location has less of an item than was promised from it.

Goods got lost or were damaged, or a warehouse shipped what was promised to somebody else. The ledger has withdrawn the
promises that come last; this case shows a person all of them together, with what they are worth, until goods came for
each or nobody wants them any more. Its lines are the withdrawn promises; the case begins anew with the next shortage.

*Early*, *late*: the ledger tells of a withdrawal before it tells of goods for it. *Duplicate*: the same withdrawal
again changes nothing. *Repeated*: another one adds its promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.inventory import PromisesWithdrawn, WithdrawnPiece, WithdrawnPromisesServed
from crossdock.model.quantity import ZERO, Money
from crossdock.processes._kit import (
    Case,
    CaseData,
    CloseExceptionCase,
    Effect,
    Lifecycle,
    Line,
    OpenExceptionCase,
    StateTable,
)

TABLE = StateTable({"": ("waiting", "over"), "waiting": ("over",)}, final=("over",))

CODES = {
    "promises_withdrawn": "Less is there than was promised: the promises that come last wait again, or are over.",
}
"""Exception codes of this process and what each means."""

# An exception names so many promises in words; the case itself has all.
NAMED_MAX = 10


class WithdrawnLine(Line, omit_defaults=True, kw_only=True):
    """A withdrawn promise: whose it is, and how much of it still has no goods."""

    quantity: Decimal
    missing: Decimal
    subject: str = ""
    order_line: str = ""
    source: str = ""


class StockShortageData(CaseData, omit_defaults=True, kw_only=True):
    """The shortages of an item at a location, by withdrawn promise."""

    lines: dict[str, WithdrawnLine] = {}
    item: str = ""
    location: str = ""
    because_of: str = ""


StockShortageCase = Case[StockShortageData]

LIFECYCLE = Lifecycle(
    "stock_shortage",
    version="1",
    data=StockShortageData,
    table=TABLE,
    starts=(PromisesWithdrawn,),
    header=lambda data: "waiting" if any(line.state == "waiting" for line in data.lines.values()) else "over",
    finished=lambda data: all(line.state == "over" for line in data.lines.values()),
)


@LIFECYCLE.again(PromisesWithdrawn)
@LIFECYCLE.on(PromisesWithdrawn)
def name_who_waits(case: StockShortageCase, event: PromisesWithdrawn) -> Iterator[Effect]:
    """Promises have no goods any more: a person sees which orders, and what they are worth."""
    data = case.data
    data.item, data.location, data.because_of = event.item, event.location, event.because_of
    for piece in event.pieces:
        _enter(case, piece)
    yield from _show(case)


@LIFECYCLE.on(WithdrawnPromisesServed)
def take_off(case: StockShortageCase, event: WithdrawnPromisesServed) -> Iterator[Effect]:
    """Goods came for a withdrawn promise, or it was given up: when none is left, the shortage is over."""
    for waiting, quantity in event.pieces:
        line = case.data.lines[waiting]
        line.missing -= quantity
        _stand(case, waiting, line)
    yield from _show(case)


def _enter(case: StockShortageCase, piece: WithdrawnPiece) -> None:
    """A promise of a case waits; a caller's reservation is over, and named all the same."""
    name = piece.waiting or piece.reservation
    if name in case.data.lines:
        return
    line = case.data.lines[name] = WithdrawnLine(
        quantity=piece.quantity,
        missing=piece.quantity if piece.waiting else ZERO,
        subject=piece.subject,
        order_line=piece.line,
        source=piece.source,
    )
    _stand(case, name, line)


def _stand(case: StockShortageCase, name: str, line: WithdrawnLine) -> None:
    state = "waiting" if line.missing > ZERO else "over"
    if line.state != state:
        case.move(name, line, state)


def _show(case: StockShortageCase) -> Iterator[Effect]:
    data = case.data
    waiting = [line for line in data.lines.values() if line.state == "waiting"]
    if not waiting:
        yield CloseExceptionCase("promises_withdrawn", "goods came, or nobody waits any more")
        return
    missing = sum((line.missing for line in waiting), ZERO)
    orders = ", ".join(f"{line.subject} line {line.order_line}: {line.missing}" for line in waiting[:NAMED_MAX])
    more = f", and {len(waiting) - NAMED_MAX} more" if len(waiting) > NAMED_MAX else ""
    cause = f", after {data.because_of}" if data.because_of else ""
    detail = f"{missing} of {data.item} promised from {data.location} are not there{cause}: {orders}{more}"
    yield OpenExceptionCase("promises_withdrawn", detail, money_at_risk=_worth(case, missing), owner="customer_service")


def _worth(case: StockShortageCase, quantity: Decimal) -> Money | None:
    item = case.reads.item(case.company_id, case.data.item)
    price = item.sales_price if item else None
    return item.worth(price, quantity) if item and price else None
