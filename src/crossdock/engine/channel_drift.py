"""A channel that shows another number than it should is a drift like any other, but for what is done about it: it is
told again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crossdock.engine.channel_mismatch import INACTIVE, Seen
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.reconciliation import drift_rule, price_of
from crossdock.inventory.reconciliation import drifts
from crossdock.inventory.reconciliation.drifts import Drift
from crossdock.inventory.reconciliation.drifts import Seen as Difference
from crossdock.inventory.reconciliation.statements import Waiting
from crossdock.log import uuid7
from crossdock.model.quantity import ZERO
from crossdock.rules.channel_drift import AVAILABLE, Shown, explain
from crossdock.store import Connection


async def note_drifts(
    tx: Connection, context: EngineContext, publication: Publication, seen: Sequence[Seen], now: dt.datetime
) -> None:
    """Write down which of these items differ by now, why, and which do no longer."""
    look = _look(publication, now)
    known = await drifts.alive(tx, look, hold=True)
    changed: list[Drift] = []
    for one in seen:
        before = known.get(one.item)
        if one.cause:
            changed.append(_differs(context, look, one, before))
        elif before is not None:
            changed.append(drifts.agreed(look, before).drift)
    await drifts.save(tx, look, changed)


def _look(publication: Publication, now: dt.datetime) -> Waiting:
    """What was read, as a statement about some items."""
    return Waiting(
        id=uuid7(), company_id=publication.company_id, system=publication.system, location=publication.channel,
        number="", subject=f"publication/{publication.company_id}/{publication.channel}", kind="channel",
        counted=False, complete=False, lists_facts=False, conditions=[AVAILABLE], stated_at=now,
        uncertainty_seconds=0, compared_before=None, attempts=0,
    )  # fmt: skip


def _differs(context: EngineContext, look: Waiting, seen: Seen, before: Drift | None) -> Drift:
    level = seen.level
    shown = Shown(
        mismatch=seen.cause,
        told=seen.told,
        version=seen.version,
        told_at=seen.told_at or look.stated_at,
        sold=seen.sold,
        shows=None if level is None or seen.cause == INACTIVE else level.quantity,
        shown_version=level.version if level else None,
        changed_at=level.changed_at if level else None,
        sold_there=ZERO if level is None else level.sold,
    )
    overdue = before is not None and look.stated_at >= before.due_at
    packs = frozenset(context.packs(look.company_id, seen.item))
    finding = explain(shown, look.subject, look.stated_at, packs, overdue=overdue)
    price = price_of(context, look.company_id, seen.item)
    rule = drift_rule(context, look, seen.item)
    return drifts.judge(look, Difference(seen.item, {AVAILABLE: shown.difference}, finding, price, rule), before).drift
