"""Stock policies as they are written: `stock:` among the policies, one mapping of rules for each table.

A rule says what it sets and, beside it, where it holds (`items`, `locations`, ...). What a table does not ask about
cannot be written in its rules: a safety stock for one channel would never hold, so it is an unknown key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints

import msgspec
import yaml

from crossdock.model import stock_policy
from crossdock.model.stock_policy import Scope, StockPolicies, StockRule
from crossdock.project import kinds
from crossdock.project.files import Entry, Files
from crossdock.project.network import ChannelId, CompanyId, LocationId, PartnerId
from crossdock.project.reader import Reader

Rule = TypeVar("Rule", bound=StockRule)

ItemPattern = Annotated[str, msgspec.Meta(extra={"kind": "item_pattern"})]
PoolName = Annotated[str, msgspec.Meta(extra={"kind": "identifier"})]

TABLES: dict[str, tuple[type[StockRule], tuple[str, ...]]] = {
    "safety": (stock_policy.SafetyRule, ("companies", "items", "locations")),
    "pools": (stock_policy.PoolRule, ("companies", "items", "locations", "channels", "customers")),
    "haircuts": (stock_policy.HaircutRule, ("companies", "items", "locations")),
    "sourcing": (stock_policy.SourcingRule, ("companies", "items", "channels", "customers")),
    "filling": (stock_policy.FillRule, ("companies", "items")),
    "shelf_life": (stock_policy.ShelfLifeRule, ("companies", "items", "channels", "customers")),
    "substitutes": (stock_policy.SubstituteRule, ("companies", "items", "channels", "customers")),
    "drop_ship": (stock_policy.DropShipRule, ("companies", "items", "channels", "customers")),
    "publication": (stock_policy.PublicationRule, ("companies", "items", "channels")),
    "drift": (stock_policy.DriftRule, ("companies", "items", "locations")),
}
"""The rule of each table, and the parts of its scope that are asked about when one is looked for."""

# Texts of a rule that name something, by field.
_NAMES: dict[str, Any] = {
    "companies": tuple[CompanyId, ...],
    "items": tuple[ItemPattern, ...],
    "locations": tuple[LocationId, ...],
    "cross_dock": tuple[LocationId, ...],
    "channels": tuple[ChannelId, ...],
    "customers": tuple[str, ...],
    "substitutes": tuple[str, ...],
    "supplier": PartnerId,
    "pool": PoolName,
}

Based = Callable[[Entry, dict[str, Entry]], yaml.Node]


class PartOfRule(NamedTuple):
    """A rule of a table that lacks what of it could not be read (`lacks`): only what does not depend on that can be
    judged."""

    table: str
    rule: StockRule
    lacks: frozenset[str]


def read(
    files: Files, reader: Reader, section: Entry | None, based: Based
) -> tuple[StockPolicies, tuple[PartOfRule, ...]]:
    """All tables of the section `stock`, each in the order of the file. What cannot be read is noted and left out;
    beside them, rules of which only a part could be read.

    `based` answers a rule's node with what the rule it is `based_on` says.
    """
    parts: list[PartOfRule] = []
    if section is None:
        return StockPolicies(), ()
    tables: dict[str, tuple[StockRule, ...]] = {}
    for entry in files.entries(section.node, "stock"):
        reader.mark(("policies", "stock", entry.key), entry.place)
        if entry.key in TABLES:
            tables[entry.key] = _table(files, reader, entry, based, parts)
        else:
            reader.problem(entry.place, f"unknown table `{entry.key}`", kinds.suggestion(entry.key, TABLES))
    return StockPolicies(**tables), tuple(parts)  # type: ignore[arg-type]  # TABLES pairs each name with its rule


def _table(files: Files, reader: Reader, table: Entry, based: Based, parts: list[PartOfRule]) -> tuple[StockRule, ...]:
    rule, asked = TABLES[table.key]
    entries = {entry.key: entry for entry in files.entries(table.node, f"`{table.key}`")}
    found = []
    for name, entry in entries.items():
        path = ("policies", "stock", table.key, name)
        reader.mark(path, entry.place)
        if finding := kinds.identifier(name):
            reader.problem(entry.place, *finding)
        form = reader.struct(_form(rule, asked), based(entry, entries), path)
        if form is not None:
            found.append(_rule(rule, name, form))
        elif path in reader.in_part:
            parts.append(_part(table.key, name, *reader.in_part[path]))
    return tuple(found)


def _part(table: str, name: str, said: dict[str, object], unread: frozenset[str]) -> PartOfRule:
    """A rule with what could be read of it; what it must say and does not is None."""
    rule, asked = TABLES[table]
    form = _form(rule, asked)
    required = {field.name for field in msgspec.structs.fields(form) if field.required} - said.keys()
    made = form(**dict.fromkeys(required), **said)
    return PartOfRule(table, _rule(rule, name, made), unread | required)


@cache
def _form(rule: type[StockRule], asked: tuple[str, ...]) -> type[msgspec.Struct]:
    """The rule as it stands in a file: its scope's fields beside its own; its own win where both have one."""
    hints = get_type_hints(rule, include_extras=True)
    own = [_field(field, hints[field.name]) for field in msgspec.structs.fields(rule) if field.name in _own(rule)]
    scope = [(name, _NAMES[name], ()) for name in asked if name not in _own(rule)]
    return msgspec.defstruct(rule.__name__, [*own, *scope], frozen=True, kw_only=True)


def _field(field: msgspec.structs.FieldInfo, hint: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    if field.name == "figures":
        hint = dict[LocationId, hint.__args__[1]]
    named = _NAMES.get(field.name, hint)
    if field.default is not msgspec.NODEFAULT:
        return field.name, named, field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.name, named, msgspec.field(default_factory=field.default_factory)
    return field.name, named


def _own(rule: type[StockRule]) -> frozenset[str]:
    return frozenset(rule.__struct_fields__) - {"name", "scope"}


def _rule(rule: type[Rule], name: str, form: msgspec.Struct) -> Rule:
    said = msgspec.structs.asdict(form)
    own = {field: said.pop(field) for field in _own(rule)}
    return rule(name=name, scope=Scope(**said), **own)
