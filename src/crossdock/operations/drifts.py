"""Drifts: where other systems and our books differ, why, and what a person decides about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import msgspec

from crossdock.events.reconciliation import StockCorrectionApproved, StockCorrectionRejected
from crossdock.identity import Actor
from crossdock.model.reconciliation import DriftCause
from crossdock.operations import idempotency
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.items import must_be_an_item
from crossdock.operations.paging import Page, cut, start_id
from crossdock.operations.places import must_run_the_warehouses
from crossdock.operations.policies import must_be_a_source
from crossdock.operations.problems import Problem, must_be_one_of, must_say_why, not_found
from crossdock.operations.quantities import tidied
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("drifts.sql"))
SCOPE = "operations:write"
_WHERE = "`crossdock drift list --all` (GET /process/v1/drifts?closed=true) names those there are."


class DriftFact(msgspec.Struct, frozen=True):
    """A fact behind a difference. `side` says who has it, `changes` what it moved, by condition. `cause` is empty for
    what only comes near the difference, and for a correction of ours that was booked meanwhile."""

    side: str
    number: str
    what: str
    at: dt.datetime
    changes: dict[str, Decimal]
    document: str = ""
    cause: str = ""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A difference between a system and our books on one item at one place.

    `differences` are theirs less ours, by condition; `units` how many that are, `money` what they are worth at the
    purchase price. `due_at`: from then on, what is under way does not explain it any more. `change` counts how often it
    became another one: who decides about it says which one was seen. `rejected`: a person left it as it is.
    """

    id: UUID
    company: str
    system: str
    location: str
    item: str
    state: str
    cause: str
    detail: str
    differences: dict[str, Decimal]
    units: Decimal
    money: Decimal | None
    currency: str
    rule: str
    agreed_at: dt.datetime | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    due_at: dt.datetime
    requested_at: dt.datetime | None
    correction: str
    waits_for_a_person: bool
    closed_at: dt.datetime | None
    resolution: str
    change: int
    rejected: bool = False

    @property
    def stands(self) -> str:
        """How it stands, in words for people."""
        return "left as it is" if self.rejected else self.state


class DriftChange(msgspec.Struct, frozen=True):
    """How a drift stood from then on; `statement` is what showed it, empty where a person decided."""

    number: int
    at: dt.datetime
    statement: str
    state: str
    cause: str
    detail: str
    differences: dict[str, Decimal]
    units: Decimal


class DriftStory(msgspec.Struct, frozen=True):
    """A drift with the facts behind it (or those that come nearest) and how it went on."""

    drift: Drift
    facts: tuple[DriftFact, ...]
    changes: tuple[DriftChange, ...]


async def list_drifts(
    context: Context,
    actor: Actor,
    *,
    system: str = "",
    item: str = "",
    cause: str = "",
    closed_too: bool = False,
    cursor: str = "",
    limit: int = 100,
) -> Page[Drift]:
    """Drifts that are alive (or all), oldest first. Raises `Problem` for a system, item or cause that there is not."""
    must_run_the_warehouses(actor, "stock:read")
    if cause:
        must_be_one_of("cause", cause, get_args(DriftCause))
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(
            SQL.list, actor.visible(), system or None, item or None, cause or None, closed_too, start_id(cursor),
            limit + 1,
        )  # fmt: skip
        if not rows:
            await _must_be_known(tx, actor, system, item)
    return cut([_drift(row) for row in rows], [str(row["id"]) for row in rows], limit)


async def _must_be_known(tx: Connection, actor: Actor, system: str, item: str) -> None:
    """Only where nothing was found: what left the network may still have drifts."""
    if system:
        await must_be_a_source(tx, system)
    if item:
        await must_be_an_item(tx, item, actor.visible())


async def show_drift(context: Context, actor: Actor, drift_id: UUID) -> DriftStory:
    """One drift with its facts and its history. Raises `Problem` if there is none that the actor may see."""
    must_run_the_warehouses(actor, "stock:read")
    async with context.store.transaction(readonly=True) as tx:
        row = await _find(tx, actor, drift_id, SQL.find)
        changes = await tx.fetch(SQL.changes, drift_id)
    facts = msgspec.json.decode(row["evidence"], type=tuple[DriftFact, ...])
    return DriftStory(_drift(row), tidied(facts), tuple([_change(change) for change in changes]))


async def approve_drift(
    context: Context, actor: Actor, drift_id: UUID, reason: str, seen: int, use: KeyUse | None = None
) -> Answer:
    """Have the proposed correction booked. `seen` is the drift's `change` that the person looked at. Raises `Problem`
    where nothing waits to be decided, and where it is another difference by now."""
    body = StockCorrectionApproved(must_say_why(reason))
    return await _decide(context, actor, drift_id, "approve_drift", body, SQL.approve, seen, use)


async def reject_drift(
    context: Context, actor: Actor, drift_id: UUID, reason: str, seen: int, use: KeyUse | None = None
) -> Answer:
    """Leave the numbers as they are. `seen` is the drift's `change` that the person looked at. Raises `Problem` where
    nothing waits to be decided, and where it is another difference by now."""
    body = StockCorrectionRejected(must_say_why(reason))
    return await _decide(context, actor, drift_id, "reject_drift", body, SQL.reject, seen, use)


async def _decide(
    context: Context,
    actor: Actor,
    drift_id: UUID,
    action: str,
    body: StockCorrectionApproved | StockCorrectionRejected,
    statement: str,
    seen: int,
    use: KeyUse | None,
) -> Answer:
    must_run_the_warehouses(actor, SCOPE)
    async with context.store.transaction() as tx:
        row = await _find(tx, actor, drift_id, SQL.hold)
        answer = Answer(
            202, msgspec.json.encode(Accepted(row["correction"], address("drifts", str(drift_id)))).decode()
        )
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        if not row["proposed"] or row["closed_at"] is not None:
            advice = f"`crossdock drift show {drift_id}` says how it stands."
            raise Problem("conflict", f"nothing is proposed about drift {drift_id}", advice=advice)
        _must_be_the_one_seen(row, seen)
        await tx.execute(statement, drift_id, *([context.now()] if action == "approve_drift" else []))
        await tx.execute(SQL.note, drift_id, context.now(), f"{action.partition('_')[0]}: {body.reason}")
        if action == "reject_drift":
            await tx.execute(SQL.forget_assertion, row["correction"])
        await tell_case(tx, context, actor, SCOPE, action, row["correction"], body)
    return answer


def _must_be_the_one_seen(row: Any, seen: int) -> None:
    """Nobody decides about numbers that they have not looked at. Raises `Problem`."""
    now = ", ".join(f"{quantity.normalize():+f} {name}" for name, quantity in _differences(row["differences"]).items())
    if row["changes"] != seen:
        raise Problem(
            "conflict",
            f"drift {row['id']} is another one than you saw: it is {now} by now, change {row['changes']}, not {seen}",
            advice=f"Look at it again (`crossdock drift show {row['id']}`), then decide with `--seen`"
            " and the change it shows.",
        )
    if row["proposed"] != row["differences"]:
        raise Problem(
            "conflict",
            f"drift {row['id']} is {now} by now, and what is proposed is not about that yet",
            advice="It is proposed anew with a later statement; decide then.",
        )


def named(text: str) -> UUID:
    """The id that a text is. Raises `Problem`: what is no id names no drift."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found(f"drift {text!r}", _WHERE) from None


async def _find(tx: Connection, actor: Actor, drift_id: UUID, query: str) -> Any:
    row = await tx.fetchrow(query, drift_id)
    if row is None or not actor.sees(row["company_id"]):
        raise not_found(f"drift {drift_id}", _WHERE)
    return row


def _drift(row: Any) -> Drift:
    fields = {name: row[name] for name in Drift.__struct_fields__ if name in row.keys()}  # noqa: SIM118 - a record
    fields["differences"] = _differences(row["differences"])
    left = row["closed_at"] is None and row["rejected"] == row["differences"]
    fields |= {"company": row["company_id"], "change": row["changes"], "rejected": left}
    return tidied(Drift(**fields, waits_for_a_person=bool(row["proposed"])))


def _differences(text: str) -> dict[str, Decimal]:
    return msgspec.json.decode(text, type=dict[str, Decimal])


def _change(row: Any) -> DriftChange:
    fields = dict(row) | {"differences": _differences(row["differences"])}
    return tidied(DriftChange(**fields))
