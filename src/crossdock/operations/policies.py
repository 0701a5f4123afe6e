"""Stock policies as people work with them: which rules hold and which wins, and putting them into effect now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import msgspec

from crossdock.engine.context import Keeping
from crossdock.engine.policies import keeper_of
from crossdock.engine.recomputation import Progress, Recomputation
from crossdock.identity import Actor
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies, StockRule
from crossdock.operations import audit
from crossdock.operations.context import Context
from crossdock.operations.problems import Problem, not_found
from crossdock.project.canonical import canonical
from crossdock.project.network import Network
from crossdock.project.versions import content_of, version_in_force
from crossdock.rules.stock_policy import Subject, fitting, holds_on
from crossdock.store import Connection


class _Place(msgspec.Struct, frozen=True):
    companies: tuple[str, ...]


class _System(msgspec.Struct, frozen=True):
    role: str
    companies: tuple[str, ...]
    of: str = ""


class _Policies(msgspec.Struct, frozen=True):
    stock: StockPolicies = StockPolicies()


class StockNetwork(msgspec.Struct, frozen=True):
    """What a network says of stock: its policies, and where companies have stock that which system tells of."""

    companies: dict[str, msgspec.Raw]
    locations: dict[str, _Place]
    systems: dict[str, _System]
    policies: _Policies
    version: int = 0

    @classmethod
    def of(cls, network: Network) -> StockNetwork:
        """The part of a network project that is about stock."""
        return msgspec.json.decode(canonical(network), type=cls)

    def keeping(self, company_id: str) -> Keeping:
        """The company's locations, and the system that tells of each."""
        places = tuple(name for name, place in self.locations.items() if company_id in place.companies)
        sources = {
            system.of: name
            for name, system in self.systems.items()
            if system.role == "wms" and system.of in places and company_id in system.companies
        }
        return Keeping(company_id, places, sources)

    def companies_of(self, actor: Actor, company_id: str = "") -> list[str]:
        """The companies an actor may look at, or the one asked for. Raises `Problem` for one that there is not."""
        if company_id and (company_id not in self.companies or not actor.sees(company_id)):
            raise not_found(f"company {company_id!r}", f"The companies are {', '.join(sorted(self.companies))}.")
        return [company_id] if company_id else [one for one in sorted(self.companies) if actor.sees(one)]


async def in_force(tx: Connection) -> StockNetwork:
    """What the network in force says of stock. Raises `Problem` where none was ever applied."""
    version = await version_in_force(tx)
    content = await content_of(tx, version)
    if content is None:
        raise Problem("not_found", "no network is in force", advice="Run `crossdock up PROJECT` once: it applies it.")
    return msgspec.structs.replace(msgspec.json.decode(content, type=StockNetwork), version=version)


class RuleShown(msgspec.Struct, frozen=True):
    """A rule of a table with what it sets, and what becomes of it in the case asked about: `wins`, `holds` (another one
    wins), `not asked` (it says more than the question), `not yet`, `ended`. `why` says why."""

    table: str
    name: str
    where: dict[str, tuple[str, ...]]
    sets: dict[str, Any]
    precedence: int
    from_on: dt.date | None
    until_on: dt.date | None
    state: str
    why: str


class RulesShown(msgspec.Struct, frozen=True):
    """The rules of the network in force for one company and day."""

    network_version: int
    company: str
    on: dt.date
    rules: tuple[RuleShown, ...]


async def list_policies(context: Context, actor: Actor, subject: Subject, on: dt.date | None = None) -> RulesShown:
    """The rules of the company that can concern what is asked about, table by table, the winner first."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        network = await in_force(tx)
    (company,) = network.companies_of(actor, subject.company)[:1] or [""]
    on = on or context.now().date()
    subject = subject._replace(company=company)
    rules = tuple(
        shown
        for table in StockPolicies.__struct_fields__
        for shown in _table(table, getattr(network.policies.stock, table), subject, on)
    )
    return RulesShown(network.version, company, on, rules)


def _table(table: str, rules: tuple[StockRule, ...], subject: Subject, on: dt.date) -> Iterator[RuleShown]:
    held = fitting(rules, subject, on)
    for rule in held:
        rivals = [other for other in held if _rivals(rule, other)]
        state, why = _judged(rule, rivals)
        yield _shown(table, rule, state, why)
    for rule in sorted(rules, key=lambda rule: rule.name):
        if rule in held or not _may_concern(rule.scope, subject):
            continue
        if holds_on(rule, on):
            yield _shown(table, rule, "not asked", f"it holds only where {_only(rule.scope, subject)}")
        elif rule.from_on and on < rule.from_on:
            yield _shown(table, rule, "not yet", f"it begins on {rule.from_on}")
        else:
            yield _shown(table, rule, "ended", f"it ended on {rule.until_on}")


def _rivals(rule: StockRule, other: StockRule) -> bool:
    """Pools stand side by side; only rules for the same one are rivals."""
    if isinstance(rule, PoolRule) and isinstance(other, PoolRule):
        return rule.pool == other.pool
    return True


def _judged(rule: StockRule, rivals: list[StockRule]) -> tuple[str, str]:
    winner = rivals[0]
    if rule is not winner:
        return "holds", f"`{winner.name}` wins: {_better(winner, rule)}"
    return "wins", _better(rule, rivals[1]) if len(rivals) > 1 else "no other rule holds"


def _better(winner: StockRule, other: StockRule) -> str:
    if winner.precedence != other.precedence:
        return f"precedence {winner.precedence} over {other.precedence}"
    if winner.scope.said != other.scope.said:
        return "it says more of where it holds"
    return "its name comes first"


def _may_concern(scope: Scope, subject: Subject) -> bool:
    """Could the rule hold if the question said more?"""
    pairs = (
        (scope.companies, subject.company),
        (scope.locations, subject.location),
        (scope.channels, subject.channel),
        (scope.customers, subject.customer),
    )
    if any(said and asked and asked not in said for said, asked in pairs):
        return False
    if not scope.items or not subject.item:
        return True
    return any(subject.item.startswith(i[:-1]) if i.endswith("*") else subject.item == i for i in scope.items)


def _only(scope: Scope, subject: Subject) -> str:
    asked = {"items": subject.item, "locations": subject.location, "channels": subject.channel,
             "customers": subject.customer, "companies": subject.company}  # fmt: skip
    said = [f"{name} {', '.join(values)}" for name, values in _where(scope).items() if not asked[name]]
    return " and ".join(said)


def _where(scope: Scope) -> dict[str, tuple[str, ...]]:
    return {name: values for name in scope.__struct_fields__ if (values := getattr(scope, name))}


def _shown(table: str, rule: StockRule, state: str, why: str) -> RuleShown:
    sets = {name: getattr(rule, name) for name in rule.__struct_fields__ if name not in StockRule.__struct_fields__}
    return RuleShown(
        table, rule.name, _where(rule.scope), sets, rule.precedence, rule.from_on, rule.until_on, state, why
    )


async def apply_policies(
    context: Context,
    actor: Actor,
    company_id: str = "",
    tell: Callable[[str, Progress], Awaitable[None]] | None = None,
) -> dict[str, Progress]:
    """Put the policies in force into effect now, as workers do by themselves; by company, what was done.

    Harmless beside workers and beside itself: only what differs is written. `tell` hears of the progress.
    """
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        network = await in_force(tx)
        companies = network.companies_of(actor, company_id)
        for company in companies:
            detail = {"network_version": network.version}
            await audit.record(
                tx, actor, "operations:write", "apply_policies", company, f"policies/{company}", **detail
            )
    done: dict[str, Progress] = {}
    for company in companies:
        keeping = network.keeping(company)
        async with context.store.transaction(readonly=True) as tx:
            keeper = await keeper_of(tx, keeping, network.policies.stock, network.version)
        work = Recomputation(context.store, keeper, keeping.locations, actor.name)

        async def hear(progress: Progress, company: str = company) -> None:
            if tell is not None:
                await tell(company, progress)

        await work.run(hear)
        done[company] = work.progress
    return done


def changed(policies: StockPolicies, settings: Mapping[str, str], dropped: tuple[str, ...] = ()) -> StockPolicies:
    """The same policies with some settings replaced (`safety.cups.quantity`: `20`) and some rules dropped
    (`safety.cups`). A rule that there is not is made. Raises `Problem` for what cannot be meant."""
    tables: dict[str, dict[str, dict[str, Any]]] = {
        table: {rule.name: _flat(rule) for rule in getattr(policies, table)}
        for table in StockPolicies.__struct_fields__
    }
    for path in dropped:
        table, name, *more = path.split(".")
        if more or name not in tables.get(table, {}):
            raise not_found(f"rule {path!r}", "Write it as TABLE.RULE; `crossdock policy list` shows them.")
        del tables[table][name]
    for path, value in settings.items():
        table, name, field, *more = (*path.split("."), "", "")
        if table not in tables or not name or not field or any(more):
            raise Problem("malformed_request", f"{path!r} names no setting", advice="Write TABLE.RULE.FIELD=VALUE.")
        tables[table].setdefault(name, {"name": name})[field] = value
    try:
        return StockPolicies(**{table: _read(table, list(rules.values())) for table, rules in tables.items()})
    except (msgspec.ValidationError, TypeError) as error:
        raise Problem("malformed_request", str(error), advice="Correct the settings.") from None


def _flat(rule: StockRule) -> dict[str, Any]:
    own = {name: getattr(rule, name) for name in rule.__struct_fields__ if name != "scope"}
    return {**{name: values for name, values in _where(rule.scope).items() if name not in own}, **own}


def _read(table: str, rules: list[dict[str, Any]]) -> Any:
    (hint, _) = _HINTS[table].__args__
    read = []
    for rule in rules:
        fields = {name: _listed(hint, name, value) for name, value in rule.items()}
        scope = {
            name: fields.pop(name) for name in Scope.__struct_fields__ if name in fields and name not in _own(hint)
        }
        if unknown := fields.keys() - set(hint.__struct_fields__):
            raise TypeError(f"rules of `{table}` have no field `{sorted(unknown)[0]}`")
        read.append(msgspec.convert({**fields, "scope": Scope(**scope)}, hint, strict=False, from_attributes=True))
    return tuple(read)


def _own(hint: type[StockRule]) -> frozenset[str]:
    return frozenset(hint.__struct_fields__) - {"scope"}


def _listed(hint: type[StockRule], name: str, value: Any) -> Any:
    """A list stands in one text, with commas."""
    lists = {"items", "locations", "channels", "customers", "companies", "substitutes"}
    if isinstance(value, str) and name in lists:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


_HINTS: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(StockPolicies)}
