"""A location stands for all that is part of it: a site for its warehouses, a warehouse for its bins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.model.stock_policy import FillRule, PlacedScope, SourcingRule, StockPolicies, StockRule

Parts = Mapping[str, Mapping[str, int]]
"""Of each location that has parts: all of them, the larger before the smaller, with how many levels they are below."""


def parts_of(parents: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """What each location consists of. `parents` says of each what it is part of; empty where it stands alone."""
    children: dict[str, list[str]] = {}
    for place in sorted(parents):
        if parents[place]:
            children.setdefault(parents[place], []).append(place)
    return {place: _below(place, children) for place in children}


def _below(place: str, children: Mapping[str, list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    level, depth = children.get(place, []), 1
    while level:
        found |= {part: depth for part in level if part not in found and part != place}
        level = [child for part in level for child in children.get(part, []) if child not in found and child != place]
        depth += 1
    return found


def above(location: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """A location and all it is part of, the nearest first."""
    found = [location]
    while (parent := parents.get(found[-1], "")) and parent not in found:
        found.append(parent)
    return tuple(found)


def expanded(named: Iterable[str], parts: Parts) -> tuple[str, ...]:
    """Locations and all that is part of them, each once, the larger before the smaller: a warehouse means its bins,
    too."""
    found: dict[str, None] = {}
    for name in named:
        found |= dict.fromkeys((name, *parts.get(name, ())))
    return tuple(found)


def placed(policies: StockPolicies, parents: Mapping[str, str]) -> StockPolicies:
    """The same policies, with rules that know what the locations consist of that they name; written stay as they are.

    What a rule says of a location it says of each of its parts: a safety quantity or a floor is kept back at each, an
    order is filled from all of them, and the figure of a place is the nearest above it.
    """
    parts = parts_of(parents)
    if not parts:
        return policies
    tables: dict[str, Any] = {
        table: tuple(_placed(rule, parts, parents) for rule in getattr(policies, table))
        for table in StockPolicies.__struct_fields__
    }
    return StockPolicies(**tables)


def _placed(rule: StockRule, parts: Parts, parents: Mapping[str, str]) -> StockRule:
    if isinstance(rule, SourcingRule):
        rule = _sourcing(rule, parts, parents)
    if isinstance(rule, FillRule):
        rule = msgspec.structs.replace(rule, cross_dock=expanded(rule.cross_dock, parts))
    if parts.keys().isdisjoint(rule.scope.locations):
        return rule
    below: dict[str, int] = {}
    for location in rule.scope.locations:
        for part, steps in parts.get(location, {}).items():
            below[part] = min(steps, below.get(part, steps))
    scope = PlacedScope(**msgspec.structs.asdict(rule.scope) | {"parts": below})
    return msgspec.structs.replace(rule, scope=scope)


def _sourcing(rule: SourcingRule, parts: Parts, parents: Mapping[str, str]) -> SourcingRule:
    figures: dict[str, Decimal] = {}
    for place in expanded(rule.figures, parts):
        figures[place] = next(rule.figures[one] for one in above(place, parents) if one in rule.figures)
    return msgspec.structs.replace(rule, locations=expanded(rule.locations, parts), figures=figures)
