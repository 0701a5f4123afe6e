"""Drifts: where a system and our books differ, as long as they do, and what is to be done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from crossdock.inventory.reconciliation.differences import Difference
from crossdock.inventory.reconciliation.statements import SQL, Waiting, encoder
from crossdock.log import uuid7
from crossdock.model.quantity import Price, Quantity
from crossdock.model.reconciliation import DriftCause, DriftState
from crossdock.model.stock_policy import DriftRule
from crossdock.rules.drift import Evidence, Finding, units
from crossdock.rules.drift_facts import Fact
from crossdock.store import Connection
from crossdock.store.arrays import literals

_differences: msgspec.json.Decoder[Difference] = msgspec.json.Decoder(Difference)
_evidence: msgspec.json.Decoder[tuple[Evidence, ...]] = msgspec.json.Decoder(tuple[Evidence, ...])


_CORRECTED = "they agree since the correction"
CHANNEL = "channel"
"""What a channel shows is no stock: nobody corrects it, it is told again."""


class Drift(msgspec.Struct, kw_only=True):
    """One difference that lives. `differences` are theirs less ours, as JSON by condition; `due_at` is when what is
    under way explains it no longer. `correction` is the case of what is proposed, `proposed` the differences it is
    about, `rejected` those that a person wants left as they are; `looked_at` the moment of the last statement whose
    difference was looked into."""

    id: UUID
    company_id: str
    system: str
    location: str
    item: str
    kind: str
    state: DriftState
    cause: DriftCause
    detail: str
    evidence: str
    differences: str
    units: Decimal
    money: Decimal | None
    currency: str
    rule: str
    window_minutes: int
    agreed_at: dt.datetime | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    due_at: dt.datetime
    requested_at: dt.datetime | None = None
    proposed: str = ""
    rejected: str = ""
    correction: str = ""
    proposals: int = 0
    changes: int = 0
    closed_at: dt.datetime | None = None
    resolution: str = ""
    looked_at: dt.datetime | None = None

    def by_condition(self) -> Difference:
        """Theirs less ours."""
        return _differences.decode(self.differences)

    def facts(self) -> tuple[Evidence, ...]:
        """What explains it, or comes nearest to it."""
        return _evidence.decode(self.evidence)


class Over(NamedTuple):
    """A drift that is over: the `Side:number` of what it was about, and how the cases that corrected it begin."""

    facts: frozenset[str]
    corrections: str
    closed_at: dt.datetime


class Before(NamedTuple):
    """Facts that a drift was about by its last statement, and their `Side:number`."""

    theirs: tuple[Fact, ...]
    ours: tuple[Fact, ...]
    names: frozenset[str]


NONE_BEFORE = Before((), (), frozenset())


class Seen(NamedTuple):
    """A difference as a statement shows it: what was found out, its price, and the rule that holds. No finding where a
    statement shows so many that it was not looked into."""

    item: str
    difference: Difference
    finding: Finding | None
    price: Price | None
    rule: DriftRule


class Judged(NamedTuple):
    """A drift after a statement. `wants`: nothing, that what is missing is asked for again, that a correction is
    proposed, or that the one proposed is withdrawn."""

    drift: Drift
    wants: str
    finding: Finding | None = None
    rule: DriftRule | None = None


async def alive(tx: Connection, statement: Waiting, *, hold: bool = False) -> dict[str, Drift]:
    """The drifts with a statement's system at its location, by item; with `hold`, locked until the commit."""
    query = SQL.hold_alive if hold else SQL.alive
    rows = await tx.fetch(query, statement.company_id, statement.system, statement.location)
    return {row["item"]: Drift(**dict(row)) for row in rows}


async def over(tx: Connection, statement: Waiting, items: Sequence[str], after: dt.datetime) -> dict[str, list[Over]]:
    """Drifts of these items that were closed after a moment. What explained one that went away by itself is left out if
    part of that was on its way: it may explain another one."""
    rows = await tx.fetch(SQL.settled, statement.company_id, statement.system, statement.location, list(items), after)
    found: dict[str, list[Over]] = {}
    for row in rows:
        facts = _evidence.decode(row["evidence"])
        ended = row["resolution"] == _CORRECTED or all(one.cause != "late" for one in facts)
        named = frozenset(f"{one.side}:{one.number}" for one in facts if ended and one.cause)
        prefix = f"stock_correction/{statement.company_id}/{row['id']}."
        found.setdefault(row["item"], []).append(Over(named, prefix, row["closed_at"]))
    return found


def left_as_it_is(statement: Waiting, drift: Drift | None, difference: Difference) -> Finding | None:
    """What explains a difference that a person wants left and that is the same still: nobody asks for its cause again,
    and it may live for ever."""
    if drift is None or statement.counted or drift.rejected != _text(difference):
        return None
    return Finding(drift.cause, drift.detail, drift.facts())


def _text(difference: Difference) -> str:
    return encoder.encode(dict(sorted(difference.items()))).decode()


def facts_before(drift: Drift, after: dt.datetime) -> Before:
    """What explains a drift and is too old to be read again."""
    named = [one for one in drift.facts() if one.cause and one.at <= after]
    theirs, ours = (tuple(_remembered(one) for one in named if one.side == side) for side in ("theirs", "ours"))
    return Before(theirs, ours, frozenset(f"{one.side}:{one.number}" for one in named))


def _remembered(one: Evidence) -> Fact:
    return Fact(
        number=one.number, at=one.at, changes=one.changes, what=one.what, document=one.document,
        under_way=one.cause == "late", again=one.again,
    )  # fmt: skip


def settled(ended: Iterable[Over], theirs: Sequence[Fact], ours: Sequence[Fact]) -> frozenset[str]:
    """The `Side:number` of facts that explain nothing any more: drifts were about them, or they corrected drifts."""
    found: set[str] = set()
    for one in ended:
        found |= one.facts
        for side, facts in (("theirs", theirs), ("ours", ours)):
            for fact in facts:
                if fact.document.startswith(one.corrections) and (fact.listed_at or fact.at) <= one.closed_at:
                    found.add(f"{side}:{fact.number}")
    return frozenset(found)


def judge(statement: Waiting, seen: Seen, before: Drift | None) -> Judged:
    """A statement shows a difference: a new drift, or news of one that there is already. What was not looked into is
    neither asked for nor proposed. Pure."""
    drift = before or _new(statement, seen)
    known = (drift.state, drift.cause, drift.detail, drift.differences)
    finding = seen.finding or _not_looked_into(seen, drift)
    drift.differences, drift.units = _text(seen.difference), units(seen.difference)
    drift.money, drift.currency = _money(seen.price, drift.units)
    drift.cause, drift.detail = finding.cause, finding.detail
    drift.evidence, drift.rule = encoder.encode(finding.evidence).decode(), seen.rule.name
    drift.window_minutes, drift.last_seen_at = seen.rule.window_minutes, statement.stated_at
    was_late = before is not None and known[1] == "late"
    wants = ""
    if seen.finding is not None:
        drift.looked_at = statement.stated_at
        wants = _next(statement, seen.finding, seen.rule, drift, was_late=was_late)
    elif known[1] != drift.cause and drift.state == "explained":
        drift.state = "open"
    if known != (drift.state, drift.cause, drift.detail, drift.differences) or before is None:
        drift.changes += 1
    return Judged(drift, wants, finding, seen.rule)


def _not_looked_into(seen: Seen, drift: Drift) -> Finding:
    """What explained it explains it still, unless it is another difference by now."""
    if drift.differences == _text(seen.difference):
        return Finding(drift.cause, drift.detail, drift.facts())
    return Finding("unknown", "not looked into yet: a statement shows too many differences at once")


def next_to_explain(found: Mapping[str, Difference], known: Mapping[str, Drift]) -> list[str]:
    """The items of these differences: first what was never looked into, the largest first, then what was not for the
    longest time. So each has its turn, however many there are."""
    looked = {item: at for item in found if item in known and (at := known[item].looked_at) is not None}
    never = sorted(found.keys() - looked.keys(), key=lambda item: (-units(found[item]), item))
    return never + sorted(looked, key=lambda item: (looked[item], item))


def _new(statement: Waiting, seen: Seen) -> Drift:
    due_at = statement.stated_at + dt.timedelta(minutes=seen.rule.window_minutes)
    return Drift(
        id=uuid7(), company_id=statement.company_id, system=statement.system, location=statement.location,
        item=seen.item, kind=statement.kind, state="open", cause="unknown", detail="", evidence="[]", differences="{}",
        units=Decimal(0), money=None, currency="", rule="", window_minutes=0, agreed_at=statement.compared_before,
        first_seen_at=statement.stated_at, last_seen_at=statement.stated_at, due_at=due_at,
    )  # fmt: skip


def _next(statement: Waiting, finding: Finding, rule: DriftRule, drift: Drift, *, was_late: bool) -> str:
    """What the drift comes to, and what is to be done now."""
    if statement.counted:
        return _propose(drift)
    if statement.kind == CHANNEL:
        drift.state = "explained" if finding.cause == "late" else "open"
        return ""
    if statement.stated_at < drift.due_at:
        if drift.state != "corrected":
            drift.state = "explained" if finding.cause == "late" else "open"
        return ""
    drift.state = "open"
    if finding.again and drift.requested_at is None:
        drift.requested_at = statement.stated_at
        drift.due_at = statement.stated_at + dt.timedelta(minutes=rule.window_minutes)
        return "request"
    # What looked as if it were under way may not be corrected without asking; once it is known to be lost, it may.
    known_now = was_late and finding.cause != "late"
    if drift.differences == drift.rejected or (drift.differences == drift.proposed and not known_now):
        return ""
    return _propose(drift)


def _propose(drift: Drift) -> str:
    """While a person is asked, newer numbers are of the same proposal; after a decision it is another one."""
    if not drift.proposed:
        drift.proposals += 1
        drift.correction = f"stock_correction/{drift.company_id}/{drift.id}.{drift.proposals}"
    drift.proposed = drift.differences
    return "propose"


def proposed(drift: Drift, at: dt.datetime, rule: DriftRule, *, applied: bool) -> None:
    """A correction is on its way: where it is booked at once, the systems get a window to agree."""
    if applied:
        drift.state = "corrected"
        drift.proposed = ""
        drift.due_at = at + dt.timedelta(minutes=rule.window_minutes)


def agreed(statement: Waiting, drift: Drift, hidden: Finding | None = None) -> Judged:
    """A statement shows no difference any more. What went away inside its window was under way all the time, unless it
    is only `hidden`: too much and too little that come to nothing. With part of that on its way, it is not over."""
    wants = "withdraw" if drift.proposed else ""
    if hidden is not None and hidden.under_way:
        return Judged(_for_now(statement, drift, hidden), wants)
    corrected = drift.state == "corrected" and (hidden is None or any(not one.cause for one in hidden.evidence))
    if hidden is not None:
        drift.cause, drift.detail = hidden.cause, hidden.detail
        drift.evidence = encoder.encode(hidden.evidence).decode()
    if corrected:
        drift.resolution = _CORRECTED
    elif statement.kind == CHANNEL:
        drift.resolution = "it shows what it should"
    elif hidden is not None:
        drift.resolution = "they agree: it comes to nothing"
    elif drift.requested_at is None and statement.stated_at <= drift.due_at:
        drift.cause, drift.resolution = "late", "they agree again"
    elif drift.requested_at is not None:
        drift.resolution = "they agree since what was missing was fetched again"
    else:
        drift.resolution = "they agree again"
    drift.state, drift.closed_at, drift.last_seen_at = "closed", statement.stated_at, statement.stated_at
    drift.changes += 1
    return Judged(drift, wants)


def _for_now(statement: Waiting, drift: Drift, hidden: Finding) -> Drift:
    """Both say the same only until what is on its way has come."""
    known = (drift.cause, drift.detail, drift.differences)
    drift.state = "corrected" if drift.state == "corrected" else "explained"
    drift.cause, drift.detail, drift.differences = hidden.cause, hidden.detail, "{}"
    drift.evidence = encoder.encode(hidden.evidence).decode()
    drift.units, drift.proposed, drift.last_seen_at = Decimal(0), "", statement.stated_at
    drift.money = None if drift.money is None else Decimal(0)
    drift.changes += known != (drift.cause, drift.detail, drift.differences)
    return drift


def _money(price: Price | None, moved: Decimal) -> tuple[Decimal | None, str]:
    if price is None:
        return None, ""
    money = price.extend(Quantity(moved, price.per.unit))
    return money.amount, money.currency


async def save(tx: Connection, statement: Waiting, judged: Sequence[Drift]) -> None:
    """Write drifts as they stand and, where something changed, how they came to it."""
    if not judged:
        return
    await tx.execute(SQL.save_drifts, *literals([_row(drift) for drift in judged]))
    await tx.execute(SQL.save_changes, *literals(list(_changes(statement, judged))))


def _changes(statement: Waiting, judged: Iterable[Drift]) -> Iterable[tuple[Any, ...]]:
    for one in judged:
        yield (
            one.id, one.changes, statement.stated_at, statement.subject, one.state, one.cause, one.detail,
            "{}" if one.state == "closed" else one.differences, Decimal(0) if one.state == "closed" else one.units,
        )  # fmt: skip


def _row(one: Drift) -> tuple[Any, ...]:
    return (
        one.id, one.company_id, one.system, one.location, one.item, one.kind, one.state, one.cause, one.detail,
        one.evidence, one.differences, one.units, one.money, one.currency, one.rule, one.window_minutes, one.agreed_at,
        one.first_seen_at, one.last_seen_at, one.due_at, one.requested_at, one.proposed, one.rejected, one.correction,
        one.proposals, one.changes, one.closed_at, one.resolution, one.looked_at,
    )  # fmt: skip
