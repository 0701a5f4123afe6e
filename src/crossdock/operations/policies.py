"""Stock policies as people work with them: which rules hold and which wins, and putting them into effect now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from typing import Any

import msgspec

from crossdock.engine.context import Keeping
from crossdock.engine.policies import keeper_of
from crossdock.engine.recomputation import Progress, Recomputation
from crossdock.identity import Actor
from crossdock.model.places import above, placed
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies, StockRule
from crossdock.operations import audit
from crossdock.operations.context import Context
from crossdock.operations.items import must_be_a_customer, must_be_an_item
from crossdock.operations.problems import Problem, must_be_one_of, not_found
from crossdock.project.canonical import canonical
from crossdock.project.network import Network
from crossdock.project.versions import content_of, version_in_force
from crossdock.rules.stock_policy import Subject, fitting, holds_on
from crossdock.store import Connection


class _Place(msgspec.Struct, frozen=True):
    companies: tuple[str, ...]
    parent: str = ""


class _System(msgspec.Struct, frozen=True):
    role: str
    companies: tuple[str, ...]
    of: str = ""


class PoliciesSaid(msgspec.Struct, frozen=True):
    """What the policies of a network say of stock."""

    stock: StockPolicies = StockPolicies()


class StockNetwork(msgspec.Struct, frozen=True):
    """What a network says of stock: its policies, and where companies have stock that which system tells of."""

    companies: dict[str, msgspec.Raw]
    locations: dict[str, _Place]
    systems: dict[str, _System]
    policies: PoliciesSaid
    channels: dict[str, msgspec.Raw] = {}
    partners: dict[str, msgspec.Raw] = {}
    consumers: dict[str, msgspec.Raw] = {}
    version: int = 0

    @classmethod
    def of(cls, network: Network) -> StockNetwork:
        """The part of a network project that is about stock."""
        return msgspec.json.decode(canonical(network), type=cls)

    def parents(self) -> dict[str, str]:
        """What each location is part of; empty where it stands alone."""
        return {name: place.parent for name, place in self.locations.items()}

    def stock(self) -> StockPolicies:
        """The policies with what their locations consist of; `policies.stock` has them as they are written."""
        return placed(self.policies.stock, self.parents())

    def keeping(self, company_id: str) -> Keeping:
        """The company's locations, and the system that tells of each: the nearest above it."""
        places = tuple(name for name, place in self.locations.items() if company_id in place.companies)
        parents = self.parents()
        tells = {
            system.of: name
            for name, system in self.systems.items()
            if system.role == "wms" and company_id in system.companies
        }
        nearest = {place: next((one for one in above(place, parents) if one in tells), "") for place in places}
        return Keeping(company_id, places, {place: tells[at] for place, at in nearest.items() if at})

    def companies_of(self, actor: Actor, company_id: str = "") -> list[str]:
        """The companies an actor may look at, or the one asked for. Raises `Problem` for one that there is not."""
        if company_id and (company_id not in self.companies or not actor.sees(company_id)):
            visible = ", ".join(one for one in sorted(self.companies) if actor.sees(one))
            raise not_found(f"company {company_id!r}", f"The companies are {visible or 'none'}.")
        return [company_id] if company_id else [one for one in sorted(self.companies) if actor.sees(one)]

    def must_have(
        self, companies: Collection[str], locations: Iterable[str] = (), channel: str = "", *, also: Iterable[str] = ()
    ) -> None:
        """Raise `Problem` for a location at which none of the companies has stock, or a channel that there is not.
        `also` are locations known otherwise, such as from books that are older than the network."""
        places = {name for name, place in self.locations.items() if not set(companies).isdisjoint(place.companies)}
        for location in locations:
            must_be_one_of("location", location, places | set(also))
        if channel:
            must_be_one_of("channel", channel, self.channels)


async def in_force(tx: Connection) -> StockNetwork:
    """What the network in force says of stock. Raises `Problem` where none was ever applied."""
    version = await version_in_force(tx)
    content = await content_of(tx, version)
    if content is None:
        raise Problem("not_found", "no network is in force", advice="Run `crossdock up PROJECT` once: it applies it.")
    return msgspec.structs.replace(msgspec.json.decode(content, type=StockNetwork), version=version)


async def in_force_if_any(tx: Connection) -> StockNetwork | None:
    """What the network in force says of stock; None where none was ever applied."""
    return await in_force(tx) if await version_in_force(tx) else None


async def must_be_a_source(tx: Connection, name: str, *, calls: bool = False) -> None:
    """Raise `Problem` for what is neither a system nor a partner of the network in force, nor (`calls`) a caller of the
    API. For lists that found nothing: what left the network may still stand in them."""
    network = await in_force_if_any(tx)
    if network is not None and not (calls and name in network.consumers):
        must_be_one_of("system or partner", name, {*network.systems, *network.partners}, "systems and partners")


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


async def list_policies(
    context: Context, actor: Actor, subject: Subject, on: dt.date | None = None
) -> tuple[RulesShown, ...]:
    """The rules that can concern what is asked about, of the company named or of each: table by table, the winner
    first. Raises `Problem` for a name that nothing has."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        network = await in_force(tx)
        companies = network.companies_of(actor, subject.company)
        network.must_have(companies, (subject.location,) if subject.location else (), subject.channel)
        if subject.item:
            await must_be_an_item(tx, subject.item, companies)
        if subject.customer:
            await must_be_a_customer(tx, subject.customer, companies, network.policies.stock)
    on = on or context.now().date()
    return tuple(_rules(network, subject._replace(company=company), on) for company in companies)


def _rules(network: StockNetwork, subject: Subject, on: dt.date) -> RulesShown:
    stock = network.stock()
    rules = tuple(
        shown
        for table in StockPolicies.__struct_fields__
        for shown in _table(table, getattr(stock, table), subject, on)
    )
    return RulesShown(network.version, subject.company, on, rules)


def _table(table: str, rules: tuple[StockRule, ...], subject: Subject, on: dt.date) -> Iterator[RuleShown]:
    held = fitting(rules, subject, on)
    for rule in held:
        rivals = [other for other in held if _rivals(rule, other)]
        state, why = _judged(rule, rivals, subject.location)
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


def _judged(rule: StockRule, rivals: list[StockRule], location: str) -> tuple[str, str]:
    winner = rivals[0]
    if rule is not winner:
        return "holds", f"`{winner.name}` wins: {_better(winner, rule, location)}"
    return "wins", _better(rule, rivals[1], location) if len(rivals) > 1 else "no other rule holds"


def _better(winner: StockRule, other: StockRule, location: str) -> str:
    if winner.precedence != other.precedence:
        return f"precedence {winner.precedence} over {other.precedence}"
    if winner.scope.said != other.scope.said:
        return "it says more of where it holds"
    if winner.scope.steps_to(location) != other.scope.steps_to(location):
        return "the location it names is nearer"
    return "its name comes first"


def _may_concern(scope: Scope, subject: Subject) -> bool:
    """Could the rule hold if the question said more?"""
    pairs = (
        (scope.companies, subject.company),
        (scope.channels, subject.channel),
        (scope.customers, subject.customer),
    )
    if subject.location and scope.steps_to(subject.location) is None:
        return False
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
    return {name: values for name in Scope.__struct_fields__ if (values := getattr(scope, name))}


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
            keeper = await keeper_of(tx, keeping, network.stock(), network.version)
        work = Recomputation(context.store, keeper, keeping.locations, actor.name)

        async def hear(progress: Progress, company: str = company) -> None:
            if tell is not None:
                await tell(company, progress)

        await work.run(hear)
        done[company] = work.progress
    return done
