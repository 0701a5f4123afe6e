"""What the ERP believes to be on hand: one number per item and site, to be compared with our book."""

from __future__ import annotations

import msgspec

from crossdock.connectors._kit.reading import Findings, Instant, decode, number, one_of, quantity, utc
from crossdock.events.reconciliation import StockStated
from crossdock.model.reconciliation import BOOK, StatedChange, StatedFact, StatedLevel, StockStatement
from crossdock.ports.connector import Record


class Level(msgspec.Struct):
    """What is on hand of one entity's item at one site."""

    entity: str
    site: str
    item: str
    qty: str


class Posted(Level, kw_only=True):
    """One posting's change; `reference` is what we sent it for."""

    n: int
    kind: str
    posting: str
    at: Instant
    reference: str = ""


class OnHand(msgspec.Struct):
    """The stock at one moment; `postings` is the number of the latest posting in it."""

    at: Instant
    report: str
    postings: int
    sites: list[str]
    levels: list[msgspec.Raw]
    changes: list[Posted]


Place = tuple[str, str]
"""Company and site."""


def on_hand(findings: Findings, content: bytes, system: str, companies: tuple[str, ...]) -> None:
    """A statement per company and site: what is not named is nothing."""
    said = decode(content, OnHand, container=True)
    levels: dict[Place, list[StatedLevel]] = {(company, site): [] for company in companies for site in said.sites}
    facts: dict[Place, list[StatedFact]] = {place: [] for place in levels}
    for entry in said.levels:
        # A level that cannot be read would stand for nothing being there: then nothing of the report is taken.
        level = decode(entry, Level)
        levels[_place(level, said, companies)].append(StatedLevel(number(level.item), quantity(level.qty), BOOK))
    for change in said.changes:
        facts[_place(change, said, companies)].append(_fact(change))
    for place in levels:
        findings.records.append(_statement(said, place, tuple(levels[place]), tuple(facts[place]), system))


def _place(level: Level, said: OnHand, companies: tuple[str, ...]) -> Place:
    company = one_of(companies, level.entity, "unknown_company")
    return company, one_of(tuple(said.sites), level.site, "unknown_location")


def _fact(change: Posted) -> StatedFact:
    return StatedFact(
        number=str(change.n),
        item=number(change.item),
        at=utc(change.at),
        changes=(StatedChange(BOOK, quantity(change.qty).amount),),
        what=f"{change.kind} {change.posting}",
        reference=change.reference,
    )


def _statement(
    said: OnHand, place: Place, levels: tuple[StatedLevel, ...], facts: tuple[StatedFact, ...], system: str
) -> Record:
    company, site = place
    statement = StockStatement(
        company_id=company,
        system=system,
        kind="erp",
        location=site,
        number=number(said.report),
        stated_at=utc(said.at),
        levels=levels,
        conditions=(BOOK,),
        sequence=said.postings,
        facts=facts,
        lists_facts=True,
    )
    return Record(
        body=StockStated(statement),
        company_id=company,
        occurred_at=statement.stated_at,
        subject=f"stock_statement/{company}/{system}.{site}/{statement.number}",
        identity=("stock_statement", system, f"{site}.{statement.number}", ""),
        pointer="/levels",
    )
