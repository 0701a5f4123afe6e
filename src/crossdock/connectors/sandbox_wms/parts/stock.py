"""The stock before the first movement, which opens our book; and as it is now with what changed it, to compare with."""

from __future__ import annotations

import msgspec

from crossdock.connectors._kit.reading import Findings, Instant, Refused, decode, number, one_of, quantity, utc
from crossdock.connectors.sandbox_wms.parts.site import Site, stock_owner
from crossdock.connectors.sandbox_wms.parts.weights import weight
from crossdock.events.inventory import InventoryReported
from crossdock.events.reconciliation import StockStated
from crossdock.model.fulfillment import InventoryReport, StockLevel
from crossdock.model.reconciliation import StatedChange, StatedFact, StatedLevel, StockStatement
from crossdock.ports.connector import Record, Route

BUCKETS = {
    "on_hand": "unrestricted",
    "picked": "picked",
    "packed": "packed",
    "quarantined": "quarantined",
    "damaged": "damaged",
}


class Level(msgspec.Struct):
    """Stock of one company's item; `stock_owner` says whose it is, where that is somebody else."""

    owner: str
    sku: str
    qty: str
    stock_owner: str = "own"
    weight: str = ""
    weight_unit: str = ""


class StockReport(msgspec.Struct):
    """The stock at one moment."""

    at: Instant
    site: str
    report: str
    levels: list[msgspec.Raw]


class _Shelf(msgspec.Struct):
    """One owner's stock of one article, by bucket."""

    owner: str
    sku: str
    on_hand: str = "0"
    picked: str = "0"
    packed: str = "0"
    quarantined: str = "0"
    damaged: str = "0"


class _Change(_Shelf, kw_only=True):
    """What one message changed; it can be had again under its number."""

    n: int
    event: str
    at: Instant


class _Now(msgspec.Struct):
    """The stock at one moment; `messages` is the number of the latest message in it."""

    at: Instant
    site: str
    report: str
    messages: int
    levels: list[msgspec.Raw]
    changes: list[_Change]


def stock_now(findings: Findings, content: bytes, site: Site) -> None:
    """A statement per company, of every company of the site: what is not named is nothing."""
    said = decode(content, _Now, container=True)
    one_of(site.places, said.site, "unknown_location")
    levels: dict[str, list[StatedLevel]] = {company: [] for company in site.companies}
    facts: dict[str, list[StatedFact]] = {company: [] for company in site.companies}
    for entry in said.levels:
        # A level that cannot be read would stand for nothing being there: then nothing of the report is taken.
        shelf = decode(entry, _Shelf)
        owner = one_of(site.companies, shelf.owner, "unknown_company")
        found = [StatedLevel(shelf.sku, quantity(getattr(shelf, name)), ours) for name, ours in BUCKETS.items()]
        levels[owner] += [level for level in found if level.quantity.amount]
    for change in said.changes:
        moved = [StatedChange(ours, quantity(getattr(change, name)).amount) for name, ours in BUCKETS.items()]
        facts[one_of(site.companies, change.owner, "unknown_company")].append(
            StatedFact(
                number=str(change.n),
                item=change.sku,
                at=utc(change.at),
                changes=tuple(one for one in moved if one.quantity),
                what=change.event,
                again=f"messages:{change.n - 1}",
            )
        )
    for company in site.companies:
        findings.records.append(_statement(said, company, tuple(levels[company]), tuple(facts[company]), site))


def _statement(
    said: _Now, company: str, levels: tuple[StatedLevel, ...], facts: tuple[StatedFact, ...], site: Site
) -> Record:
    statement = StockStatement(
        company_id=company,
        system=site.system,
        kind="warehouse",
        location=said.site,
        number=number(said.report),
        stated_at=utc(said.at),
        levels=levels,
        conditions=tuple(BUCKETS.values()),
        sequence=said.messages,
        facts=facts,
        lists_facts=True,
    )
    return Record(
        body=StockStated(statement),
        company_id=company,
        occurred_at=statement.stated_at,
        subject=f"stock_statement/{company}/{site.system}.{said.site}/{statement.number}",
        identity=("stock_statement", site.system, f"{said.site}.{statement.number}", ""),
        pointer="/levels",
    )


def opening_stock(findings: Findings, content: bytes, site: Site) -> None:
    """A report per company; a level that cannot be read does not hold up the others."""
    report = decode(content, StockReport, container=True)
    one_of(site.places, report.site, "unknown_location")
    levels: dict[str, list[StockLevel]] = {}
    for index, entry in enumerate(report.levels):
        with findings.part(f"/levels/{index}"):
            level = decode(entry, Level)
            owner = one_of(site.companies, level.owner, "unknown_company")
            levels.setdefault(owner, []).append(
                StockLevel(level.sku, quantity(level.qty), owner=stock_owner(level.stock_owner), second=weight(level))
            )
    for owner, found in sorted(levels.items()):
        findings.records.append(_opening(report, owner, found, site))
    if not levels and not findings.faults:
        raise Refused("lines_missing", "the report has no levels")


def _opening(report: StockReport, owner: str, levels: list[StockLevel], site: Site) -> Record:
    body = InventoryReport(
        company_id=owner,
        warehouse=report.site,
        number=number(report.report),
        at=utc(report.at),
        levels=tuple(levels),
        opening=True,
    )
    return Record(
        body=InventoryReported(body),
        company_id=owner,
        occurred_at=body.at,
        subject=f"inventory_report/{owner}/{body.warehouse}/{body.number}",
        identity=("inventory_report", site.system, body.number, ""),
        keys=(Route("inventory_report", body.warehouse, body.number),),
        pointer="/levels",
    )
