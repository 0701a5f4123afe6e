"""A stock statement: a system said how much it has, or counted what it owns.

It is kept to be compared with our own books and moves nothing by itself. What comes of a difference is a drift, and of
a drift that lasts a stock correction.

*Early*, *late*: it speaks of its own moment, so it is compared with our numbers of that moment whenever it comes; one
that is older than another of the same system and place is only kept. *Duplicate*, *repeated*: the same statement again
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.events.reconciliation import StockCounted, StockStated
from crossdock.processes._kit import Case, CaseData, Effect, KeepStatement, Lifecycle, Line, StateTable

TABLE = StateTable({"": ("kept",)}, final=("kept",))

CODES: dict[str, str] = {}
"""Exception codes of this process: none, a statement asks nobody."""


class StatementData(CaseData, omit_defaults=True, kw_only=True):
    """A statement as a whole: its levels stand in the event, not here, for there are thousands."""

    lines: dict[str, Line] = {}
    levels: int = 0


StatementCase = Case[StatementData]

LIFECYCLE = Lifecycle(
    "stock_statement",
    version="1",
    data=StatementData,
    table=TABLE,
    starts=(StockStated, StockCounted),
    header=lambda data: data.lines["statement"].state,
    finished=lambda data: True,
)


@LIFECYCLE.on(StockStated, StockCounted)
def keep(case: StatementCase, event: StockStated | StockCounted) -> Iterator[Effect]:
    """A system spoke of its stock: keep it, to be compared once all that came before it is booked."""
    whole = Line()
    case.data.lines, case.data.levels = {"statement": whole}, len(event.statement.levels)
    case.move("statement", whole, "kept")
    yield KeepStatement(event.statement, counted=isinstance(event, StockCounted))
