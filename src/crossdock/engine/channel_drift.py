"""A channel that shows another number than it should is a drift like any other, but for what is done about it: it is
told again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.engine.channel_mismatch import INACTIVE, Seen
from crossdock.engine.channel_orders import came_by
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.reconciliation import drift_rule, price_of
from crossdock.inventory.reconciliation import drifts
from crossdock.inventory.reconciliation.differences import SLACK
from crossdock.inventory.reconciliation.drifts import Drift
from crossdock.inventory.reconciliation.drifts import Seen as Difference
from crossdock.inventory.reconciliation.statements import Waiting, encoder
from crossdock.log import uuid7
from crossdock.model.quantity import ZERO
from crossdock.rules.channel_drift import AVAILABLE, Shown, explain, sold_under
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
            owed = await _owed(tx, publication, one, before)
            changed.append(_still_owed(look, before, owed) if owed else drifts.agreed(look, before).drift)
    await drifts.save(tx, look, changed)


async def _owed(tx: Connection, publication: Publication, seen: Seen, before: Drift) -> Decimal:
    """What the channel sold and has not told us yet, though it was told a newer number since, by which it forgot it."""
    sold = sold_under(before.facts())
    if sold is None or sold[0] >= seen.version:
        return ZERO
    came = await came_by(tx, publication, before.item, sold[0], before.last_seen_at + SLACK)
    return ZERO if came is None else max(sold[1] - came, ZERO)


def _still_owed(look: Waiting, drift: Drift, owed: Decimal) -> Drift:
    """Within the window its orders may come; after it they are lost, and there is nothing to show for it any more."""
    drift.detail, drift.differences = f"{owed:f} that it sold are on their way to us as orders", "{}"
    if look.stated_at < max(fact.at for fact in drift.facts()) + dt.timedelta(minutes=drift.window_minutes):
        return drift
    drift.cause, drift.detail = "missing", f"{owed:f} that it sold never came to us as orders"
    facts = [msgspec.structs.replace(fact, cause="missing") for fact in drift.facts()]
    drift.evidence = encoder.encode(facts).decode()
    drift.state, drift.closed_at = "closed", look.stated_at
    drift.resolution = "it was told a newer number"
    drift.changes += 1
    return drift


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
    packs = frozenset(context.packs(look.company_id, seen.item))
    price = price_of(context, look.company_id, seen.item)
    rule = drift_rule(context, look, seen.item)
    known, window = before.facts() if before else (), dt.timedelta(minutes=rule.window_minutes)
    finding = explain(shown, look.subject, look.stated_at, packs, before=known, window=window)
    return drifts.judge(look, Difference(seen.item, {AVAILABLE: shown.difference}, finding, price, rule), before).drift
