"""Why a number changed, in words: what each kind of movement is, and what the end of one is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from crossdock.inventory.availability.terms import Change, KeptBack, MovementTerms

KINDS = {
    "asked": "reserved, as asked",
    "told": "promised by somebody else",
    "short": "promised beyond stock",
    "shift": "shortage made good",
    "told_fill": "shortage filled from stock",
    "asked_fill": "backorder filled from stock",
    "cross_dock": "shortage made good from a receipt, straight to packed",
    "put_away": "put away from the dock, promised to its order still",
    "adopt": "taken over by an order",
    "pick": "picked for a promise",
    "move": "goods moved",
    "release": "promise given back",
    "safety": "safety stock",
    "haircut": "haircut: its source is silent",
    "held_fact": "a fact is held for a person",
    "allot": "set aside for a pool, or back",
    "lend": "lent by a pool",
    "below_zero": "what lies below zero counts as none",
    "policy": "who may use it changed",
    "shelf_life": "goods that do not keep long enough for who asks",
    "components": "kits that can be made of components",
}
_LESS = {
    "safety": "less safety stock, or none any more",
    "haircut": "less of a haircut, or the end of it",
    "held_fact": "a person decided about a held fact: it is over",
}
_OVER = {"safety": "safety stock: over", "haircut": "haircut: over", "held_fact": _LESS["held_fact"]}
_DECIDED = "decided"

Ended = frozenset[tuple[str, str, str, int]]
"""Movements that ended what was kept back for their reason: item, location, pool, number."""


def why_changed(change: Change) -> str:
    """A reason of a difference."""
    if change.reason in _LESS and change.change > 0:
        return _LESS[change.reason]
    words = KINDS.get(change.reason, change.reason)
    return f"{words}: {change.why.replace('_', ' ')}" if change.why else words


def why_moved(movement: MovementTerms, ended: Ended) -> str:
    """What a movement is; `ended` are those after which nothing is kept back for their reason any more."""
    kind = movement.kind
    if _of(movement) in ended:
        return _OVER.get(kind, KINDS.get(kind, kind))
    if kind in _LESS and (movement.safety < 0 or movement.rule == _DECIDED):
        return _LESS[kind]
    return KINDS.get(kind, kind)


def ended_before(movements: Iterable[MovementTerms], kept: Iterable[KeptBack]) -> Ended:
    """Of the latest movements of one position, in any order, which ended something; `kept` is kept back after them."""
    left = _by_reason(kept)
    ended = set()
    for one in sorted(movements, key=lambda movement: -movement.number):
        if one.safety < 0 and not left[one.kind]:
            ended.add(_of(one))
        left[one.kind] -= one.safety
    return frozenset(ended)


def ended_since(movements: Iterable[MovementTerms], kept: Mapping[tuple[str, str, str], Iterable[KeptBack]]) -> Ended:
    """Of the movements behind a moment, all up to the last one told, which ended something; `kept` was kept back at
    that moment by item, location and pool."""
    left = {place: _by_reason(rows) for place, rows in kept.items()}
    ended = set()
    for one in sorted(movements, key=lambda movement: movement.number):
        if (at := left.get(_of(one)[:3])) is not None:
            at[one.kind] += one.safety
            if one.safety < 0 and not at[one.kind]:
                ended.add(_of(one))
    return frozenset(ended)


def _of(movement: MovementTerms) -> tuple[str, str, str, int]:
    return movement.item, movement.location, movement.pool, movement.number


def _by_reason(kept: Iterable[KeptBack]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in kept:
        found[row.reason] += row.quantity
    return found
