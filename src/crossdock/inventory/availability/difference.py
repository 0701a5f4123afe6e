"""Why a number is another than it was: the movements between two moments, and rules that changed, to the last unit."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path

import msgspec

from crossdock.inventory.availability.terms import (
    AvailableToPromise,
    Change,
    Difference,
    MovementTerms,
    PositionChange,
    PositionTerms,
    SupplyChange,
)
from crossdock.inventory.ledger.books import ZERO
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))

_MOVEMENT = msgspec.json.Decoder(MovementTerms)

Key = tuple[str, str, str]
"""Item, location, pool."""
Mark = tuple[Key, int]
"""A movement: its position and number."""
Pair = tuple[PositionTerms, PositionTerms]


async def difference(
    tx: Connection,
    before: AvailableToPromise,
    after: AvailableToPromise,
    moments: tuple[dt.datetime, dt.datetime],
    *,
    behind: Mark | None = None,
    limit: int = 200,
) -> tuple[Difference, Mark | None]:
    """What led from one answer to the other, to the same question. Of the movements at most `limit`, those behind
    `behind`; and the last of them if there are more. Sums are over all of them."""
    own, parts = _pairs(before, after)
    sums = await _sums(tx, after.company_id, chain(own.items(), parts.items()))
    positions = [_changed(key, pair, sums[key]) for key, pair in own.items()]
    movements, more = await _movements(tx, after.company_id, [*own.items(), *parts.items()], behind, limit)
    found = Difference(
        before_at=moments[0],
        after_at=moments[1],
        quantity_before=before.now,
        quantity_after=after.now,
        change=after.now - before.now,
        changes=_total(positions, before, after),
        positions=tuple(change for change in positions if change.changes),
        components_changed=tuple(
            change for key, pair in parts.items() if (change := _changed(key, pair, sums[key])).changes
        ),
        supply=tuple(_supply_changes(before, after)),
        movements=tuple(movements),
    )
    last = movements[-1] if more else None
    return found, ((last.item, last.location, last.pool), last.number) if last else None


def _pairs(before: AvailableToPromise, after: AvailableToPromise) -> tuple[dict[Key, Pair], dict[Key, Pair]]:
    """The positions of the item, and of its components, at both moments; what counted at neither is no reason."""
    then, now = _by_key(before), _by_key(after)
    pairs: dict[Key, Pair] = {}
    for key in dict.fromkeys([*now, *then]):
        nothing = PositionTerms(location=key[1], pool=key[2])
        pair = (then.get(key) or nothing, now.get(key) or nothing)
        if any(each.counted or each.use in ("own", "shared") for each in pair):
            pairs[key] = pair
    own = {key: pair for key, pair in pairs.items() if key[0] == after.item}
    return own, {key: pair for key, pair in pairs.items() if key[0] != after.item}


def _by_key(answer: AvailableToPromise) -> dict[Key, PositionTerms]:
    found = {(answer.item, position.location, position.pool): position for position in answer.positions}
    for component in answer.kit.components if answer.kit else ():
        found |= {(component.item, position.location, position.pool): position for position in component.positions}
    return found


async def _sums(tx: Connection, company_id: str, pairs: Iterable[tuple[Key, Pair]]) -> dict[Key, list[Change]]:
    found: dict[Key, list[Change]] = defaultdict(list)
    for row in await tx.fetch(SQL.sums, company_id, *_ranges(pairs)):
        key = (row["item"], row["location"], row["pool"])
        found[key].append(Change(row["kind"], row["change"], row["movements"], row["why"]))
    return found


def _ranges(pairs: Iterable[tuple[Key, Pair]]) -> list[list[object]]:
    """Columns: which movements of which positions."""
    rows = [(*key, before.version, after.version) for key, (before, after) in pairs if after.version > before.version]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], [], []]


def _changed(key: Key, pair: Pair, sums: Sequence[Change]) -> PositionChange:
    """A position's part. What its movements did to what is free counts as far as it lies above zero, and as far as the
    asker may use it: both are reasons of their own."""
    before, after = pair
    below_zero = max(-after.free, ZERO) - max(-before.free, ZERO)
    usable = max(after.free, ZERO) - max(before.free, ZERO)
    policy = after.counted - before.counted - usable
    changes = sorted(sums, key=_weight)
    for reason, change in (("below_zero", below_zero), ("policy", policy)):
        if change:
            changes.append(Change(reason, change))
    return PositionChange(key[0], before, after, tuple(changes))


def _total(
    positions: Sequence[PositionChange], before: AvailableToPromise, after: AvailableToPromise
) -> tuple[Change, ...]:
    """All reasons over all positions, the weightiest first; what came and what went for one reason apart."""
    sums: dict[tuple[str, str, bool], Decimal] = defaultdict(Decimal)
    counts: dict[tuple[str, str, bool], int] = defaultdict(int)
    for change in chain.from_iterable(position.changes for position in positions):
        key = (change.reason, change.why, change.change < 0)
        sums[key] += change.change
        counts[key] += change.movements
    rows = [Change(key[0], change, counts[key], key[1]) for key, change in sums.items()]
    if made := _made(after) - _made(before):
        rows.append(Change("components", made))
    if lacking := _does_not_keep(before) - _does_not_keep(after):
        rows.append(Change("shelf_life", lacking))
    return tuple(sorted(rows, key=_weight))


def _weight(change: Change) -> tuple[Decimal, str, str]:
    return -abs(change.change), change.reason, change.why


def _does_not_keep(answer: AvailableToPromise) -> Decimal:
    return answer.shelf_life.less if answer.shelf_life else ZERO


def _made(answer: AvailableToPromise) -> Decimal:
    return answer.kit.kits if answer.kit else ZERO


def _supply_changes(before: AvailableToPromise, after: AvailableToPromise) -> Iterable[SupplyChange]:
    then = {(line.source, line.line): line for line in before.supply}
    now = {(line.source, line.line): line for line in after.supply}
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield SupplyChange(*key, then.get(key), now.get(key))


async def _movements(
    tx: Connection, company_id: str, pairs: Sequence[tuple[Key, Pair]], behind: Mark | None, limit: int
) -> tuple[list[MovementTerms], bool]:
    """A page, and whether there are more."""
    if behind is not None:
        keys = [key for key, _ in pairs]
        pairs = pairs[keys.index(behind[0]) :] if behind[0] in keys else []
    columns = _ranges(pairs)
    if behind is not None and columns[0] and (columns[0][0], columns[1][0], columns[2][0]) == behind[0]:
        columns[3][0] = behind[1]
    rows = await tx.fetch(SQL.movements, company_id, *columns, limit + 1)
    return [_MOVEMENT.decode(row["movement"]) for row in rows[:limit]], len(rows) > limit
