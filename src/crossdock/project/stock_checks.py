"""What must hold within and between stock policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from crossdock.model.stock_policy import (
    DriftRule,
    DropShipRule,
    FillRule,
    PoolRule,
    Scope,
    SourcingRule,
    StockPolicies,
    StockRule,
    SubstituteRule,
)
from crossdock.project import kinds
from crossdock.project.network import Network
from crossdock.project.stock_policies import TABLES, PartOfRule

Note = Callable[[Iterable[str], str, str], None]

_PERCENTAGES = ("percent", "share_percent", "read_back_percent")
_DECIDING = frozenset(
    ("companies", "items", "locations", "channels", "customers", "pool", "precedence", "from_on", "until_on")
)
"""Fields that decide between two rules."""
_JUDGED = frozenset(
    (
        "items",
        "channels",
        "customers",
        "floor",
        "share_percent",
        "prefer",
        "figures",
        "locations",
        "substitutes",
        "ratio",
    )
)
"""Fields that are judged together with others."""
_WHOLE = Decimal(100)
Rule = TypeVar("Rule", bound=StockRule)
_SHIPS = "warehouse_shipping_order"
_BUYS = "purchase_order"
_SHIPPED = "ship_notice"


def check(network: Network, note: Note, parts: Sequence[PartOfRule] = ()) -> None:
    """Note every rule that cannot be meant, and every two of which only the name would decide; of rules of which only a
    part could be read (`parts`), what does not depend on the rest."""
    check_policies(network.policies.stock, (*network.systems, *network.partners), note, parts)
    for rule in (*network.policies.stock.filling, *_with(parts, FillRule, "cross_dock", "companies")):
        for place in rule.cross_dock:
            for company in rule.scope.companies or sorted(network.companies):
                _can_ship(network, company, place, ("policies", "stock", "filling", rule.name, "cross_dock"), note)
    for drop in (*network.policies.stock.drop_ship, *_with(parts, DropShipRule, "supplier", "companies")):
        for company in drop.scope.companies or sorted(network.companies):
            _can_be_ordered(network, company, drop.supplier, ("policies", "stock", "drop_ship", drop.name), note)


def _with(parts: Iterable[PartOfRule], kind: type[Rule], *fields: str) -> list[Rule]:
    """The rules of a kind of which at least these fields could be read."""
    return [part.rule for part in parts if isinstance(part.rule, kind) and part.lacks.isdisjoint(fields)]


def _can_ship(network: Network, company: str, place: str, path: tuple[str, ...], note: Note) -> None:
    """What lies on a dock and nobody is told to ship would stay there, packed and promised to nobody else."""
    if place not in network.locations or company not in network.locations[place].companies:
        return
    system = network.system(company, "wms", place)
    if not system:
        what = f"nobody is told to ship what comes to `{place}`: it has no system with `role: wms` for `{company}`"
        note(path, what, "name a location that has one, or leave it out")
    elif not network.sends(system, _SHIPS, company):
        what = f"`{system}`, the system of `{place}`, is not told what to ship"
        note(path, what, f"add `{_SHIPS}` to what it `sends`, or leave the location out")


def _can_be_ordered(network: Network, company: str, supplier: str, path: tuple[str, ...], note: Note) -> None:
    """What nobody is asked to ship never leaves, and nobody would say so before a customer did."""
    partner = network.partners.get(supplier)
    if partner is None:
        return  # whatever names it says so
    agreement = partner.agreements.get(company)
    if partner.kind != "supplier" or agreement is None or agreement.terms is None:
        what = f"`{company}` buys nothing from `{supplier}`: it has no agreement with it as a supplier"
        remedy = f"make one in `partners/{supplier}.yaml`, or name other `companies` in the rule"
        note((*path, "supplier"), what, remedy)
    elif _BUYS not in agreement.sends:
        what = f"`{company}` sends `{supplier}` no orders"
        note((*path, "supplier"), what, f"add `{_BUYS}` to `sends` in `partners/{supplier}.yaml`")
    elif _SHIPPED not in agreement.takes:
        what = f"`{supplier}` does not tell `{company}` what it shipped"
        note((*path, "supplier"), what, f"add `{_SHIPPED}` to `takes` in `partners/{supplier}.yaml`")


def check_policies(
    policies: StockPolicies, speakers: Collection[str], note: Note, parts: Sequence[PartOfRule] = ()
) -> None:
    """The same, of policies on their own; `speakers` are the systems and partners that there are."""
    for table in TABLES:
        rules: list[StockRule] = list(getattr(policies, table))
        for rule in rules:
            _rule(rule, ("policies", "stock", table, rule.name), note)
            _of_its_kind(speakers, rule, ("policies", "stock", table, rule.name), note)
        for part in (part for part in parts if part.table == table):
            path = ("policies", "stock", table, part.rule.name)
            _rule(part.rule, path, note)
            if part.lacks.isdisjoint(_JUDGED):
                _of_its_kind(speakers, part.rule, path, note)
            if part.lacks.isdisjoint(_DECIDING):
                rules.append(part.rule)
        for one, other in combinations(rules, 2):
            if _tie(one, other):
                what = f"where `{one.name}` and `{other.name}` both hold, only their names decide which one wins"
                remedy = f"give one a higher `precedence` (both have {one.precedence}), or let them hold elsewhere"
                note(("policies", "stock", table, other.name), what, remedy)


def _rule(rule: StockRule, path: tuple[str, ...], note: Note) -> None:
    if rule.from_on and rule.until_on and rule.until_on < rule.from_on:
        remedy = f"write a day from {rule.from_on} on, or leave one of them out"
        note((*path, "until_on"), f"it ends on {rule.until_on}, before it begins", remedy)
    for field in _PERCENTAGES:
        if (percent := getattr(rule, field, None)) is not None and percent > _WHOLE:
            note((*path, field), f"{percent} is more than all of it", 'write "0" to "100"')


def _of_its_kind(speakers: Collection[str], rule: StockRule, path: tuple[str, ...], note: Note) -> None:
    match rule:
        case PoolRule():
            _pool(rule, path, note)
        case SourcingRule():
            _sourcing(rule, path, note)
        case SubstituteRule():
            _substitutes(rule, path, note)
        case DriftRule() if rule.against and rule.against not in speakers:
            what = f"there is no system or partner `{rule.against}`"
            note((*path, "against"), what, kinds.suggestion(rule.against, speakers))


def _pool(rule: PoolRule, path: tuple[str, ...], note: Note) -> None:
    if not rule.scope.channels and not rule.scope.customers:
        what = f"pool `{rule.pool}` would be for everybody, which protects nothing"
        note(path, what, "name `channels` or `customers` for whom it is set aside")
    if not rule.floor and not rule.share_percent:
        note(path, f"nothing is set aside in pool `{rule.pool}`", "write a `floor`, a `share_percent`, or both")


def _sourcing(rule: SourcingRule, path: tuple[str, ...], note: Note) -> None:
    needs_figures = rule.prefer in ("cost", "distance")
    if needs_figures and not rule.figures:
        note(
            (*path, "prefer"), f"no {rule.prefer} is known", "write `figures: {location: number}`; the lowest is first"
        )
    if not needs_figures and rule.figures:
        note((*path, "figures"), f"`{rule.prefer}` looks at no figures", "write `prefer: cost`, or leave them out")
    if rule.prefer == "listed" and not rule.locations:
        note(path, "no location is listed", "write `locations: [first, second]`")


def _substitutes(rule: SubstituteRule, path: tuple[str, ...], note: Note) -> None:
    if not rule.substitutes:
        note((*path, "substitutes"), "nothing stands in its place", "name at least one item, the best first")
    for item in rule.substitutes:
        if item in rule.scope.items:
            note((*path, "substitutes"), f"`{item}` would stand in its own place", "name another item")
    if not rule.ratio:
        note((*path, "ratio"), "0 of it cannot stand for one", 'write how many stand for one, such as "1"')


def _tie(one: StockRule, other: StockRule) -> bool:
    """Would only the name decide between them somewhere, some day? Of pools, two that fill the same one."""
    if isinstance(one, PoolRule) and isinstance(other, PoolRule) and one.pool != other.pool:
        return False
    same_weight = one.precedence == other.precedence and one.scope.said == other.scope.said
    return same_weight and _same_day(one, other) and _same_place(one.scope, other.scope)


def _same_day(one: StockRule, other: StockRule) -> bool:
    begins = max(one.from_on or dt.date.min, other.from_on or dt.date.min)
    return begins <= min(one.until_on or dt.date.max, other.until_on or dt.date.max)


def _same_place(one: Scope, other: Scope) -> bool:
    pairs = (
        (one.companies, other.companies),
        (one.locations, other.locations),
        (one.channels, other.channels),
        (one.customers, other.customers),
    )
    return all(not a or not b or set(a) & set(b) for a, b in pairs) and _same_item(one.items, other.items)


def _same_item(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or any(_overlap(a, b) for a in one for b in other)


def _overlap(one: str, other: str) -> bool:
    begins, ends = one.removesuffix("*"), other.removesuffix("*")
    if one.endswith("*") and other.endswith("*"):
        return begins.startswith(ends) or ends.startswith(begins)
    if one.endswith("*"):
        return other.startswith(begins)
    return one.startswith(ends) if other.endswith("*") else one == other
