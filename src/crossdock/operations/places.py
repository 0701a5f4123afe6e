"""Where a company has stock, for those who ask about it or decide that it moves."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.identity import Actor, Denied
from crossdock.operations.problems import Faults, FieldError, Problem, not_found
from crossdock.project.network import Network
from crossdock.project.versions import consignees_in_force, places_in_force, transfer_places_in_force
from crossdock.store import Connection


def places_of(actor: Actor, network: Network, company_id: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The locations to look at: those asked for, else all where the company has stock. Raises `Denied` for a company
    that is not the actor's, `Problem` for one, or a location, that there is not."""
    if not actor.sees(company_id):
        raise Denied(f"the company {company_id!r} is not one of yours")
    if company_id not in network.companies:
        raise _no_company(company_id, sorted(network.companies))
    own = tuple(place.id for place in network.locations.values() if company_id in place.companies)
    if unknown := [place for place in asked if place not in own]:
        raise _no_location(unknown[0], company_id, own)
    return tuple(dict.fromkeys(asked)) or own


def must_run_the_warehouses(actor: Actor, scope: str, company_id: str = "") -> None:
    """Stock is our own affair: no partner or channel moves it, or sees how it moves. Raises `Denied`."""
    actor.must(scope)
    if actor.partner or actor.channel:
        raise Denied("this is for those to decide who run the warehouses")
    if company_id and not actor.sees(company_id):
        raise Denied(f"the company {company_id!r} is not one of yours")


async def must_be_places(tx: Connection, company_id: str, named: Sequence[str] = ()) -> None:
    """Raise `Problem` for a company that there is not, or a location where it has no stock, by the network in force.
    Before any network was in force nothing is known of either, and nothing is refused."""
    places = await places_in_force(tx)
    if places is None:
        return
    if company_id not in places:
        raise _no_company(company_id, list(places))
    if unknown := [place for place in named if place not in places[company_id]]:
        raise _no_location(unknown[0], company_id, places[company_id])


async def must_be_ends_of_a_transfer(tx: Connection, company_id: str, from_location: str, to_location: str) -> None:
    """Raise `Problem` for locations of the company that no transfer can leave or reach, by the network in force: nobody
    there would ever say that it did."""
    places = await transfer_places_in_force(tx, company_id)
    if places is None:
        return
    faults = Faults("ordered")
    if from_location not in places.origins:
        words = f"no warehouse system of {from_location} takes transfer orders, and it is at no customer's"
        advice = f"Transfers leave from {', '.join(places.origins) or 'nowhere'}."
        wrong = [FieldError("/from_location", "no transfer can leave it")]
        faults.add("/from_location", Problem("invalid_body", words, wrong, advice=advice))
    if to_location not in places.destinations:
        words = f"{to_location} only consists of other locations, and no warehouse system tells what arrives there"
        advice = f"Transfers go to {', '.join(places.destinations)}."
        wrong = [FieldError("/to_location", "no transfer can reach it")]
        faults.add("/to_location", Problem("invalid_body", words, wrong, advice=advice))
    faults.must_be_none()


async def must_be_told_of(tx: Connection, company_id: str, location: str) -> None:
    """Raise `Problem` for a location of which a warehouse system tells what arrives: a person's word would be a second
    one of the same goods."""
    places = await transfer_places_in_force(tx, company_id)
    if places is not None and location not in places.untold:
        words = f"the warehouse system of {location} tells what arrives there"
        raise Problem("conflict", words, advice="What it told wrongly, it must correct.")


async def customer_at(tx: Connection, company_id: str, location: str) -> str:
    """The customer at whose place a location is. Raises `Problem` for one that is at no customer's."""
    consignees = await consignees_in_force(tx, company_id) or {}
    if location not in consignees:
        words = f"{location} is at no customer's: nothing of ours lies there on consignment"
        named = ", ".join(consignees) or "none; a location's `kind: customer` and `customer` say so"
        raise Problem("malformed_request", words, advice=f"Locations at customers' are: {named}.")
    return consignees[location]


def _no_company(company_id: str, companies: Sequence[str]) -> Problem:
    return not_found(f"company {company_id!r}", f"The companies are {', '.join(companies) or 'none'}.")


def _no_location(location: str, company_id: str, own: Sequence[str]) -> Problem:
    return not_found(f"location {location!r} of {company_id}", f"Its locations are {', '.join(own) or 'none'}.")
