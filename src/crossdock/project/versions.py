"""Versions of the network: every event says under which one it was recorded."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from crossdock.model.masterdata import SalesPolicy
from crossdock.model.places import above, placed
from crossdock.model.stock_policy import StockPolicies
from crossdock.project.calendars import add_working_days
from crossdock.project.canonical import canonical
from crossdock.project.network import Calendar, Network, Partner
from crossdock.store import Connection, load_queries

_SQL = load_queries(Path(__file__).with_suffix(".sql"))


class _Policies(msgspec.Struct):
    stock: StockPolicies = StockPolicies()


class _Location(msgspec.Struct):
    companies: tuple[str, ...]
    parent: str = ""
    customer: str = ""


class _Channel(msgspec.Struct):
    policies: dict[str, SalesPolicy] = {}


class _System(msgspec.Struct):
    role: str
    companies: tuple[str, ...]
    of: str = ""
    sends: tuple[str, ...] = ()


class _Terms(msgspec.Struct):
    lead_days: int = 0


class _Agreement(msgspec.Struct):
    terms: _Terms | None = None


class _Partner(msgspec.Struct):
    calendar: str
    agreements: dict[str, _Agreement]


class _Said(msgspec.Struct):
    policies: _Policies
    systems: dict[str, _System]
    locations: dict[str, _Location]
    channels: dict[str, _Channel]
    partners: dict[str, _Partner]
    calendars: dict[str, Calendar]

    def parents(self) -> dict[str, str]:
        return {name: place.parent for name, place in self.locations.items()}


_SAID = msgspec.json.Decoder(_Said)


async def apply(tx: Connection, network: Network) -> Network:
    """Put a network in force and return it with its version: a new number, or the old one of the same content."""
    content = canonical(network)
    digest = hashlib.sha256(content.encode()).digest()
    await tx.execute(_SQL.lock)
    version = await tx.fetchval(_SQL.find, digest)
    if version is None:
        version = await tx.fetchval(_SQL.add, network.name, digest, content)
    if version != await tx.fetchval(_SQL.in_force):
        await tx.execute(_SQL.put_in_force, version)
    return msgspec.structs.replace(network, version=version)


async def version_in_force(tx: Connection) -> int:
    """The version that was applied last; 0 where none ever was."""
    return await tx.fetchval(_SQL.in_force) or 0


class Lead(NamedTuple):
    """How long a supplier takes: so many days that are worked there."""

    days: int
    calendar: Calendar

    def arrives_on(self, day: dt.date) -> dt.date:
        """When comes what is ordered on a day."""
        return add_working_days(self.calendar, day, self.days)


class Governing(msgspec.Struct, frozen=True):
    """What a version of the network says about the stock of one company, for orders of one channel: the policies,
    the locations where it may have stock, by name, how the orders are filled, which system tells of which location, and
    how long suppliers take that ship straight to customers.
    """

    version: int
    stock: StockPolicies
    places: tuple[str, ...]
    sales: SalesPolicy
    sources: dict[str, str]
    leads: dict[str, Lead] = {}


def governing(network: Network, company_id: str, channel: str = "") -> Governing:
    """What governs now."""
    places = tuple(sorted(place.id for place in network.locations.values() if company_id in place.companies))
    sales = network.sales_policy(company_id, channel)
    sources = {place: name for place in places if (name := network.system(company_id, "wms", place))}
    leads = _leads(network.policies.stock, network.partners, network.calendars, company_id)
    return Governing(network.version, network.stock_policies(), places, sales, sources, leads)


def _leads(
    stock: StockPolicies,
    partners: Mapping[str, Partner] | Mapping[str, _Partner],
    calendars: Mapping[str, Calendar],
    company_id: str,
) -> dict[str, Lead]:
    found: dict[str, Lead] = {}
    for name in {rule.supplier for rule in stock.drop_ship}:
        partner = partners.get(name)
        agreement = partner.agreements.get(company_id) if partner else None
        if partner and agreement and agreement.terms:
            found[name] = Lead(agreement.terms.lead_days, calendars[partner.calendar])
    return found


async def governing_at(tx: Connection, moment: dt.datetime, company_id: str, channel: str = "") -> Governing | None:
    """What governed at a moment (technical time); None before any version was in force."""
    row = await tx.fetchrow(_SQL.in_force_at, moment)
    if row is None:
        return None
    said = _SAID.decode(row["content"])
    places = tuple(sorted(name for name, place in said.locations.items() if company_id in place.companies))
    found = said.channels.get(channel)
    sales = found.policies.get(company_id, SalesPolicy()) if found else SalesPolicy()
    stock = placed(said.policies.stock, said.parents())
    leads = _leads(said.policies.stock, said.partners, said.calendars, company_id)
    return Governing(row["version"], stock, places, sales, _sources(said, company_id, places), leads)


def _sources(said: _Said, company_id: str, places: Iterable[str]) -> dict[str, str]:
    tells = [
        (system.of, name)
        for name, system in said.systems.items()
        if system.role == "wms" and company_id in system.companies
    ]
    parents = said.parents()
    return {
        place: found
        for place in places
        if (found := next((name for up in above(place, parents) for of, name in tells if of == up), ""))
    }


async def places_in_force(tx: Connection) -> dict[str, tuple[str, ...]] | None:
    """Where each company may have stock, by name; None before any version was in force."""
    content = await content_of(tx, await version_in_force(tx))
    if content is None:
        return None
    found: dict[str, list[str]] = {}
    for name, place in sorted(_SAID.decode(content).locations.items()):
        for company_id in place.companies:
            found.setdefault(company_id, []).append(name)
    return {company_id: tuple(places) for company_id, places in sorted(found.items())}


class TransferPlaces(NamedTuple):
    """Between which locations goods of a company are transferred."""

    origins: tuple[str, ...]
    """Their warehouse system takes transfer orders, or they are at a customer's, who sends goods back."""
    destinations: tuple[str, ...]
    """All but those that only consist of others: of these no warehouse system tells."""
    untold: tuple[str, ...]
    """Destinations of which no system tells what arrives: somebody must state it."""


async def transfer_places_in_force(tx: Connection, company_id: str) -> TransferPlaces | None:
    """By the network in force; None before any version was."""
    content = await content_of(tx, await version_in_force(tx))
    if content is None:
        return None
    said = _SAID.decode(content)
    places = sorted(name for name, place in said.locations.items() if company_id in place.companies)
    told, whole = _sources(said, company_id, places), set(said.parents().values())
    asked = {place for place in places if place in told and "transfer_order" in said.systems[told[place]].sends}
    reached = tuple(place for place in places if place in told or place not in whole)
    return TransferPlaces(
        tuple(place for place in places if place in asked or said.locations[place].customer),
        reached,
        tuple(place for place in reached if place not in told),
    )


async def consignees_in_force(tx: Connection, company_id: str) -> dict[str, str] | None:
    """The places at customers' where goods of a company may lie, each with its customer, by the network in force; None
    before any version was."""
    content = await content_of(tx, await version_in_force(tx))
    if content is None:
        return None
    places = _SAID.decode(content).locations
    return {
        name: place.customer
        for name, place in sorted(places.items())
        if place.customer and company_id in place.companies
    }


async def content_of(tx: Connection, version: int) -> str | None:
    """The canonical JSON of a version, or None if there is no such version."""
    content: str | None = await tx.fetchval(_SQL.content, version)
    return content
