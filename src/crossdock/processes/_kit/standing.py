"""What stands open of a case: documents that should come, and problems that a person should know of.

A handler does not say "open this, close that" event by event: that goes wrong as soon as events come in another order.
It states what is owed and what is wrong *now*, as a function of the case's data, and these two functions ask for the
difference to what was told before. So whatever comes late still closes what it should close.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from crossdock.model.quantity import Money
from crossdock.processes._kit.case import CaseData
from crossdock.processes._kit.effects import CloseExceptionCase, Effect, Expect, Met, OpenExceptionCase


class StandingData(CaseData, omit_defaults=True, kw_only=True):
    """Case data that remember what was told of expectations and problems."""

    expecting: dict[str, str] = {}
    """Expectations told, by name, each with what it was about."""
    overdue: list[str] = []
    """Those of them that were missed and not met since."""
    problems: dict[str, str] = {}
    """Open problems as `code` or `code key`, each with its detail."""


class Owed(msgspec.Struct, frozen=True):
    """A document that should come `within` a time after the event at hand. When `about` changes, time starts anew."""

    within: dt.timedelta
    about: str = ""
    of: str = ""
    money_at_risk: Money | None = None


def expectations(data: StandingData, owed: Mapping[str, Owed]) -> Iterator[Effect]:
    """Tell what is newly owed and what is no longer; call before `problems`, for it also ends what is overdue."""
    for name in [name for name in data.expecting if name not in owed]:
        del data.expecting[name]
        yield Met(name)
    for name, want in owed.items():
        if data.expecting.get(name) != want.about:
            data.expecting[name] = want.about
            data.overdue = [other for other in data.overdue if other != name]
            yield Expect(name, want.within, of=want.of, money_at_risk=want.money_at_risk)
    data.overdue = [name for name in data.overdue if name in owed]


def missed(data: StandingData, name: str) -> None:
    """Remember that an expectation was missed; it stays owed. One that was met in the meantime is not missed."""
    if name in data.expecting and name not in data.overdue:
        data.overdue = [*data.overdue, name]


def problems(data: StandingData, present: Iterable[OpenExceptionCase], because: str) -> Iterator[Effect]:
    """Open the exception cases that are new or changed; close those that are no longer there, `because` of what."""
    now = {f"{problem.code} {problem.key}".rstrip(): problem for problem in present}
    for name in [name for name in data.problems if name not in now]:
        del data.problems[name]
        code, _, key = name.partition(" ")
        yield CloseExceptionCase(code, because, key=key)
    for name, problem in now.items():
        if data.problems.get(name) != problem.detail:
            data.problems[name] = problem.detail
            yield problem
