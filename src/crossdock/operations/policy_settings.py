"""Stock policies as somebody would have them: some settings replaced, rules added and dropped, and what comes of that.

A setting is taken as a project's file would take it: what `crossdock project check` refuses is refused here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from crossdock.model.quantity import DECIMAL_RULE, NoDecimal, stated
from crossdock.model.stock_policy import DropShipRule, PlacedScope, PoolRule, Scope, StockPolicies, StockRule
from crossdock.operations.policies import StockNetwork
from crossdock.operations.problems import FieldError, Problem, not_found
from crossdock.project import kinds
from crossdock.project.stock_checks import check_policies
from crossdock.project.stock_policies import TABLES
from crossdock.rules.stock_policy import holds_on, rank

_Tables = dict[str, dict[str, dict[str, Any]]]


def changed(
    network: StockNetwork, settings: Mapping[str, str], dropped: Iterable[str] = (), added: Collection[str] = ()
) -> StockNetwork:
    """The network with some settings replaced (`safety.cups.quantity`: `20`), some rules dropped (`safety.cups`), and
    some added, which the settings fill in. Raises `Problem` for what cannot be meant."""
    before = network.policies.stock
    tables: _Tables = {
        table: {rule.name: _flat(rule) for rule in getattr(before, table)} for table in StockPolicies.__struct_fields__
    }
    for path in dropped:
        table, name = _rule_at(tables, path)
        if name not in tables[table]:
            raise _no_rule(tables, table, name)
        del tables[table][name]
    for path in added:
        table, name = _rule_at(tables, path)
        if name in tables[table]:
            raise Problem("malformed_request", f"there is a rule {path!r} already", advice="--set alone changes it.")
        tables[table][name] = {"name": name}
    for path, value in settings.items():
        table, name, field, *more = (*path.split("."), "", "")
        if name and field and table not in tables:
            raise not_found(f"table {table!r}", f"The tables are {', '.join(tables)}.")
        if table not in tables or not name or not field or any(more):
            raise Problem("malformed_request", f"{path!r} names no setting", advice="Write TABLE.RULE.FIELD=VALUE.")
        if name not in tables[table]:
            raise _no_rule(tables, table, name, f" `--add {table}.{name}` makes a new one.")
        tables[table][name][field] = value
    try:
        after = StockPolicies(**{table: _read(table, list(rules.values())) for table, rules in tables.items()})
    except _Unreadable as error:
        raise Problem("malformed_request", str(error), advice="Correct the settings.") from None
    if faults := [*_out_of_range(before, after), *_strangers(network, after), *_unsound(network, after)]:
        raise Problem("malformed_request", "such rules cannot be meant", faults, advice="Correct the settings.")
    return msgspec.structs.replace(network, policies=msgspec.structs.replace(network.policies, stock=after))


def notes(before: StockPolicies, after: StockPolicies, on: dt.date) -> list[str]:
    """What somebody who tries policies should know: which rules are new, and which of the changed ones set nothing on
    this day because it is none of theirs, or because another rule wins wherever they hold."""
    said = []
    for table in StockPolicies.__struct_fields__:
        known: dict[str, StockRule] = {rule.name: rule for rule in getattr(before, table)}
        rules: tuple[StockRule, ...] = getattr(after, table)
        for rule in rules:
            if known.get(rule.name) == rule:
                continue
            if rule.name not in known:
                said.append(f"adds the rule {table}.{rule.name}, which holds {_everywhere(rule.scope)}")
            if not holds_on(rule, on):
                said.append(f"{table}.{rule.name} sets nothing now: {on} is no day of it")
            elif winner := next((other for other in rules if _always_wins(other, rule, on)), None):
                said.append(f"{table}.{rule.name} sets nothing now: wherever it holds, {winner.name} wins")
    return said


def _everywhere(scope: Scope) -> str:
    said = [f"{name} {', '.join(values)}" for name in Scope.__struct_fields__ if (values := getattr(scope, name))]
    return f"for {'; '.join(said)}" if said else "everywhere"


def _always_wins(other: StockRule, rule: StockRule, on: dt.date) -> bool:
    """Does `other` hold wherever `rule` does, and come first? Pools stand side by side."""
    if isinstance(other, PoolRule) and isinstance(rule, PoolRule) and other.pool != rule.pool:
        return False
    if other.name == rule.name or not holds_on(other, on):
        return False
    wide, narrow = other.scope, rule.scope
    places = (*narrow.locations, *(narrow.parts if isinstance(narrow, PlacedScope) else ())) or ("",)
    if any(wide.steps_to(place) is None or rank(other, place) > rank(rule, place) for place in places):
        return False
    pairs = [(wide.companies, narrow.companies), (wide.channels, narrow.channels), (wide.customers, narrow.customers)]
    return all(not w or (n and set(n) <= set(w)) for w, n in pairs) and _items_within(narrow.items, wide.items)


def _items_within(narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(
        any(w == n or (w.endswith("*") and n.removesuffix("*").startswith(w[:-1])) for w in wide) for n in narrow
    )


def _rule_at(tables: _Tables, path: str) -> tuple[str, str]:
    table, _, name = path.partition(".")
    if table not in tables or kinds.identifier(name):
        advice = f"Write TABLE.RULE; the tables are {', '.join(tables)}."
        raise Problem("malformed_request", f"{path!r} names no rule of a table", advice=advice)
    return table, name


def _no_rule(tables: _Tables, table: str, name: str, more: str = "") -> Problem:
    known = ", ".join(tables[table])
    return not_found(f"rule '{table}.{name}'", (f"There are {known}." if known else "The table is empty.") + more)


def _out_of_range(before: StockPolicies, after: StockPolicies) -> Iterator[FieldError]:
    """Files know numbers from 0 up only, and none longer than anybody states."""
    for path, rule in _fresh(before, after):
        for name in rule.__struct_fields__:
            value = getattr(rule, name)
            for number in value.values() if isinstance(value, dict) else (value,):
                if isinstance(number, Decimal | int) and (not Decimal(number).is_finite() or number < 0):
                    yield FieldError(f"{path}.{name}", f"{number} is out of range; write a number from 0 up")
                elif isinstance(number, Decimal | int) and not _fits(Decimal(number)):
                    yield FieldError(f"{path}.{name}", f"{number} {DECIMAL_RULE}")


def _fits(number: Decimal) -> bool:
    try:
        return stated(str(number)) == number
    except NoDecimal:
        return False


def _strangers(network: StockNetwork, after: StockPolicies) -> Iterator[FieldError]:
    """Names that nothing in the network has, and conditions that the table does not ask about."""
    known: dict[str, Collection[str]] = {
        "companies": network.companies,
        "locations": network.locations,
        "channels": network.channels,
    }
    for path, rule in _fresh(network.policies.stock, after):
        asked = TABLES[path.partition(".")[0]][1]
        for name in Scope.__struct_fields__:
            if getattr(rule.scope, name) and name not in asked:
                yield FieldError(f"{path}.{name}", f"the table does not ask about it, only about {', '.join(asked)}")
            for value in (*getattr(rule.scope, name), *getattr(rule, name, ())) if name in known else ():
                if value not in known[name]:
                    yield FieldError(f"{path}.{name}", f"there is no {value!r}; {kinds.suggestion(value, known[name])}")
        for value in getattr(rule, "cross_dock", ()):
            if value not in network.locations:
                words = f"there is no {value!r}; {kinds.suggestion(value, network.locations)}"
                yield FieldError(f"{path}.cross_dock", words)
        if isinstance(rule, DropShipRule) and rule.supplier not in network.partners:
            words = f"there is no {rule.supplier!r}; {kinds.suggestion(rule.supplier, network.partners)}"
            yield FieldError(f"{path}.supplier", words)


def _unsound(network: StockNetwork, after: StockPolicies) -> list[FieldError]:
    """What the check of a project finds in these policies and not in those before."""
    found: list[dict[tuple[str, str], FieldError]] = []
    for policies in (network.policies.stock, after):
        faults: dict[tuple[str, str], FieldError] = {}

        def note(path: Iterable[str], what: str, remedy: str, faults: dict[Any, FieldError] = faults) -> None:
            pointer = ".".join(tuple(path)[2:])
            faults[pointer, what] = FieldError(pointer, f"{what}; {remedy}")

        check_policies(policies, (*network.systems, *network.partners), note)
        found.append(faults)
    return [fault for key, fault in found[1].items() if key not in found[0]]


def _fresh(before: StockPolicies, after: StockPolicies) -> Iterator[tuple[str, StockRule]]:
    for table in StockPolicies.__struct_fields__:
        known = getattr(before, table)
        yield from ((f"{table}.{rule.name}", rule) for rule in getattr(after, table) if rule not in known)


def _flat(rule: StockRule) -> dict[str, Any]:
    own = {name: getattr(rule, name) for name in rule.__struct_fields__ if name != "scope"}
    scope = {name: values for name in Scope.__struct_fields__ if (values := getattr(rule.scope, name))}
    return {**{name: values for name, values in scope.items() if name not in own}, **own}


def _read(table: str, rules: list[dict[str, Any]]) -> Any:
    (hint, _) = _HINTS[table].__args__
    read = []
    for rule in rules:
        fields = {name: _listed(hint, name, value) for name, value in rule.items()}
        scope = {
            name: fields.pop(name) for name in Scope.__struct_fields__ if name in fields and name not in _own(hint)
        }
        at = f"{table}.{rule['name']}"
        if unknown := fields.keys() - set(hint.__struct_fields__):
            known = ", ".join([*sorted(_own(hint) - {"name"}), *(one for one in TABLES[table][1] if one not in fields)])
            raise _Unreadable(f"{at}: rules of `{table}` have no field `{sorted(unknown)[0]}`; they have {known}")
        try:
            read.append(msgspec.convert({**fields, "scope": Scope(**scope)}, hint, strict=False, from_attributes=True))
        except msgspec.ValidationError as error:
            raise _Unreadable(_in_words(error, at, hint, fields)) from None
        _must_be_stated(at, fields, read[-1])
    return tuple(read)


def _must_be_stated(at: str, fields: Mapping[str, Any], rule: StockRule) -> None:
    """A decoder reads more as numbers than a project's file may say: other scripts' digits, `1_0`."""
    for name, value in fields.items():
        number = getattr(rule, name)
        if isinstance(value, str) and isinstance(number, Decimal) and number.is_finite():
            try:
                stated(value)
            except NoDecimal as error:
                raise _Unreadable(f"{at}.{name}: {value!r} {error}") from None


class _Unreadable(Exception):
    """A rule cannot be read as it was set."""


def _in_words(error: msgspec.ValidationError, at: str, hint: type[StockRule], fields: Mapping[str, Any]) -> str:
    """Which setting of which rule, and what may stand there."""
    said, _, path = str(error).partition(" - at `$.")
    if missing := re.fullmatch("Object missing required field `(.+)`", said):
        return f"{at} needs a `{missing[1]}`: --set {at}.{missing[1]}=VALUE"
    field = re.split(r"\W", path)[0]
    wanted = get_type_hints(hint).get(field)
    if get_origin(wanted) is Literal:
        return f"{at}.{field}: {fields[field]!r} is none of {', '.join(get_args(wanted))}"
    kind = next((words for one, words in _KINDS if one in (wanted, *get_args(wanted))), "")
    return f"{at}.{field}: {fields[field]!r} is not {kind}" if kind else f"{at}.{field}: {said}"


_KINDS = (
    (Decimal, "a number, such as 20 or 2.5"),
    (bool, "true or false"),
    (int, "a whole number"),
    (dt.date, "a day, such as 2026-12-24"),
)


def _own(hint: type[StockRule]) -> frozenset[str]:
    return frozenset(hint.__struct_fields__) - {"scope"}


def _listed(hint: type[StockRule], name: str, value: Any) -> Any:
    """A list stands in one text, with commas."""
    lists = {"items", "locations", "channels", "customers", "companies", "substitutes", "cross_dock"}
    if isinstance(value, str) and name in lists:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


_HINTS: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(StockPolicies)}
