"""The ownership matrix: for each fact and place, who may state it, and by which entry of the project."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crossdock.project import facts
from crossdock.project.network import Network


class MayState(msgspec.Struct, frozen=True):
    """One cell of the matrix. `place` is a warehouse or channel, empty for facts that none narrows; `who` is empty
    where nobody may state the fact there. `rule` names the entry: `ownership: goods_receipt.north`."""

    fact: str
    company: str
    place: str
    who: tuple[str, ...]
    rule: str


def matrix(network: Network) -> list[MayState]:
    """All facts that systems or partners may state, by fact, company and place."""
    rows = [*_of_systems(network), *_of_partners(network)]
    return sorted(rows, key=lambda row: (row.fact, row.company, row.place, row.who))


def _of_systems(network: Network) -> Iterator[MayState]:
    for fact, role in facts.OWNED_FACTS.items():
        for company in network.companies:
            for place in _places(network, facts.NARROWED_BY.get(role, ""), company):
                rules = network.owners_of(fact, company, place)
                entry = f"{fact}.{rules[0].of}" if rules and rules[0].of else fact
                who = tuple(sorted({rule.system for rule in rules}))
                yield MayState(fact, company, place, who, f"ownership: {entry}" if rules else "")


def _places(network: Network, kind: str, company: str) -> tuple[str, ...]:
    if kind == "location":
        return tuple(place.id for place in network.locations.values() if company in place.companies)
    if kind == "channel":
        return tuple(one.id for one in network.channels.values() if company in one.companies and one.system)
    return ("",)


def _of_partners(network: Network) -> Iterator[MayState]:
    """What partners may state follows from the documents that are taken from them."""
    for partner in network.partners.values():
        for company, agreement in partner.agreements.items():
            for fact, location in sorted(agreement.states().items()):
                channel = next((one.id for one in network.channels.values() if one.partner == partner.id), "")
                place = channel if fact == "sales_order" else location
                yield MayState(fact, company, place, (partner.id,), f"partners: {partner.id}.companies.{company}.takes")
