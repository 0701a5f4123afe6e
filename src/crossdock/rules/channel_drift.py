"""Why a channel shows another number than it should, as the cause of a drift with the fact behind it.

`mismatch` is what the engine found when it looked: `lost write`, `old version`, `sold since`, `listing inactive`, or
`unknown`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from decimal import Decimal

import msgspec

from crossdock.model.reconciliation import DriftCause
from crossdock.rules.drift import Evidence, Finding

AVAILABLE = "available"
"""The one condition that a channel knows."""
SOLD_THERE = "sold"
"""Beside it, of what a channel sold: all that it said it had by then."""
_SOLD_SINCE = "sold since version "
_ZERO = Decimal(0)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel was told of an item, and what it shows. `sold` is what we know it sold since, `sold_there` what it
    says it did; `shows` is None where it does not offer the item. All quantities in the item's base unit."""

    mismatch: str
    told: Decimal
    version: int
    told_at: dt.datetime
    sold: Decimal = _ZERO
    shows: Decimal | None = None
    shown_version: int | None = None
    changed_at: dt.datetime | None = None
    sold_there: Decimal = _ZERO

    @property
    def difference(self) -> Decimal:
        """What it shows less what it should."""
        return (self.shows or _ZERO) - max(self.told - self.sold, _ZERO)


def explain(
    shown: Shown,
    publication: str,
    at: dt.datetime,
    packs: Set[Decimal],
    *,
    before: Sequence[Evidence] = (),
    window: dt.timedelta,
) -> Finding:
    """The cause of a mismatch. `publication` is the document that told it, `at` when this was seen. `before` are the
    facts by which it was explained last: what the channel sold has so long a `window` (business time) to come to us."""
    if shown.mismatch == "sold since":
        return _sold_since(shown, before, at, window)
    cause, why = _cause(shown, packs)
    changed = {AVAILABLE: shown.told}
    if shown.mismatch == "lost write":
        fact = Evidence("ours", f"version {shown.version}", "told", shown.told_at, changed, publication, cause=cause)
    else:
        here = {AVAILABLE: shown.shows or _ZERO}
        number = f"version {shown.version if shown.shown_version is None else shown.shown_version}"
        fact = Evidence("theirs", number, "shown", shown.changed_at or at, here, cause=cause)
    return Finding(cause, why, (fact,))


def _sold_since(shown: Shown, before: Sequence[Evidence], at: dt.datetime, window: dt.timedelta) -> Finding:
    """Of what it sold and we do not know, so much never came as was unknown at every look for a whole window. A fact is
    a quantity with the moment since which it is unknown; what is known by now is taken off the latest."""
    number, left = f"{_SOLD_SINCE}{shown.version}", shown.sold_there - shown.sold
    unknown: list[tuple[dt.datetime, Decimal]] = []
    for fact in sorted((one for one in before if one.number == number), key=lambda one: one.at):
        quantity = min(-fact.changes.get(AVAILABLE, _ZERO), left)
        unknown += [(fact.at, quantity)] if quantity > 0 else []
        left -= quantity
    unknown += [(at, left)] if left > 0 else []
    lost = sum((quantity for since, quantity in unknown if at >= since + window), _ZERO)
    on_the_way = shown.sold_there - shown.sold - lost
    words = f"{lost:f} that it sold never came to us as orders" if lost else ""
    if on_the_way:
        more = f", {on_the_way:f} more are on their way"
        words = words + more if words else f"{on_the_way:f} that it sold are on their way to us as orders"
    facts = tuple(
        Evidence("theirs", number, "sold", since, {AVAILABLE: -quantity, SOLD_THERE: shown.sold_there},
                 cause="missing" if at >= since + window else "late")
        for since, quantity in unknown
    )  # fmt: skip
    return Finding("missing" if lost else "late", words, facts)


def sold_under(facts: Sequence[Evidence]) -> tuple[int, Decimal] | None:
    """The version under which a channel sold what we knew nothing of, and all that it sold under it; None where a drift
    is about something else."""
    for fact in facts:
        if fact.number.startswith(_SOLD_SINCE):
            return int(fact.number.removeprefix(_SOLD_SINCE)), fact.changes.get(SOLD_THERE, _ZERO)
    return None


def _cause(shown: Shown, packs: Set[Decimal]) -> tuple[DriftCause, str]:
    match shown.mismatch:
        case "lost write":
            return "missing", f"version {shown.version} that it was told does not show"
        case "old version" if shown.shown_version is not None and shown.shown_version < shown.version:
            return "late", f"version {shown.shown_version} came after version {shown.version} and shows in its place"
        case "old version":
            return "unowned_change", f"somebody else told it version {shown.shown_version}"
        case "listing inactive":
            return "unowned_change", "it does not offer the item"
    left = shown.told - shown.sold_there
    for pack in sorted(pack for pack in packs if pack > 1):
        if shown.shows is not None and left and (shown.shows == left * pack or shown.shows * pack == left):
            return "wrong_unit", f"it counts in another unit than it was told ({pack.normalize():f} to one)"
    return "unowned_change", f"it shows another number than version {shown.version} that it was told"
