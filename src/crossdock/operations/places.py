"""Where a company has stock, for those who ask about it."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.identity import Actor, Denied
from crossdock.operations.problems import not_found
from crossdock.project.network import Network


def places_of(actor: Actor, network: Network, company_id: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The locations to look at: those asked for, else all where the company has stock. Raises `Denied` for a company
    that is not the actor's, `Problem` for one, or a location, that there is not."""
    if not actor.sees(company_id):
        raise Denied(f"the company {company_id!r} is not one of yours")
    if company_id not in network.companies:
        raise not_found(f"company {company_id!r}", f"The companies are {', '.join(sorted(network.companies))}.")
    own = tuple(place.id for place in network.locations.values() if company_id in place.companies)
    if unknown := [place for place in asked if place not in own]:
        raise not_found(f"location {unknown[0]!r} of {company_id}", f"Its locations are {', '.join(own) or 'none'}.")
    return tuple(dict.fromkeys(asked)) or own
