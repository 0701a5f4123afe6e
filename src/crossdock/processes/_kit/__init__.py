"""The vocabulary of a business process: Lifecycle, Case, StateTable and the effects."""

from crossdock.processes._kit.case import Case, CaseData, Line, Reads
from crossdock.processes._kit.effects import (
    CloseExceptionCase,
    Commit,
    Deadline,
    Effect,
    Emit,
    Expect,
    ExpectSupply,
    KeepStatement,
    Link,
    Met,
    Move,
    OpenExceptionCase,
    Release,
    Reserve,
    Send,
    describe,
)
from crossdock.processes._kit.goods import below_zero, line_beside, stock_negative, tell_goods
from crossdock.processes._kit.lifecycle import Lifecycle
from crossdock.processes._kit.standing import Owed, StandingData, expectations, missed, problems
from crossdock.processes._kit.states import IllegalMove, StateTable
from crossdock.processes._kit.tell import tell

__all__ = [
    "Case",
    "CaseData",
    "CloseExceptionCase",
    "Commit",
    "Deadline",
    "Effect",
    "Emit",
    "Expect",
    "ExpectSupply",
    "IllegalMove",
    "KeepStatement",
    "Lifecycle",
    "Line",
    "Link",
    "Met",
    "Move",
    "OpenExceptionCase",
    "Owed",
    "Reads",
    "Release",
    "Reserve",
    "Send",
    "StandingData",
    "StateTable",
    "below_zero",
    "describe",
    "expectations",
    "line_beside",
    "missed",
    "problems",
    "stock_negative",
    "tell",
    "tell_goods",
]
