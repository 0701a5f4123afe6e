"""`crossdock item`: what master data know of an item, and what its units hold."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption, day_of
from crossdock.operations.item_sheet import ItemSheet, convert_quantity, show_item

app = typer.Typer(help="Items: master data, what their units hold, kits and lots.", no_args_is_help=True)

Sku = Annotated[str, typer.Argument(help="Our item id.", metavar="SKU")]
Company = Annotated[str, typer.Option(help="Only of this company.")]
Day = Annotated[str, typer.Option("--on", metavar="DATE", help="On this day (2026-12-24); today if left out.")]


@app.callback()
def item() -> None:
    """Items: master data, what their units hold, kits and lots."""


@app.command()
def show(sku: Sku, database: DatabaseOption, company: Company = "", on: Day = "", as_json: AsJson = False) -> None:
    """Show an item: its packs with dates and who says so, its kit, its lots, and by what ids partners know it.

    Example: crossdock item show 85123A
    """
    day = day_of(on, "--on")
    found = reach(database, lambda context, actor: show_item(context, actor, sku, company, day))
    if as_json:
        print_json(found)
        return
    for sheet in found:
        _print(console(), sheet)


@app.command(context_settings={"ignore_unknown_options": True})  # -5 is a quantity, and told to be none
def convert(
    sku: Sku,
    quantity: Annotated[str, typer.Argument(help="How many.")],
    unit: Annotated[str, typer.Argument(help="Of which unit: CA, EA, KGM.")],
    database: DatabaseOption,
    to: Annotated[str, typer.Option(help="Into which unit; else the item's base unit.")] = "",
    partner: Annotated[str, typer.Option(help="As exchanged with this trading partner.")] = "",
    company: Company = "",
    on: Day = "",
    as_json: AsJson = False,
) -> None:
    """Say what a quantity of an item is in another unit, and by whose word; or why it is refused (exit code 1).

    Example: crossdock item convert 84406B 5 CA --to EA --company albion_uk
    """
    day = day_of(on, "--on")
    found = reach(
        database,
        lambda context, actor: convert_quantity(
            context, actor, sku, quantity, unit, to=to, company_id=company, party=partner, on=day
        ),
    )
    if as_json:
        print_json(found)
        return
    said, result = found.quantity, found.result
    out = console()
    out.print(plain(f"{said.amount:f} {said.unit} of {found.item} is {result.amount:f} {result.unit} on {found.on}"))
    for conversion in (found.into_base, found.out_of_base):
        if conversion.unit != conversion.base:
            out.print(plain(f"  {conversion}" + (f" (master data {conversion.version})" if conversion.version else "")))


def _print(out: Console, sheet: ItemSheet) -> None:
    one = sheet.item
    out.print(plain(f"{one.company_id}: {one.id} {one.description} ({one.kind}, kept in {one.unit})", "bold"))
    facts = (("supplier", one.supplier), ("their id", one.supplier_item), ("GTIN", one.gtin))
    if any(value for _, value in facts):
        out.print(plain("  " + ", ".join(f"{name} {value}" for name, value in facts if value)))
    if sheet.packs:
        rows = [
            (p.unit, p.name, p.contains, p.level, p.party, p.valid_from, p.valid_until, "yes" if p.holds else "",
             f"{p.source} {p.document} ({p.version})")
            for p in sheet.packs
        ]  # fmt: skip
        columns = (
            "unit",
            "",
            f"holds {one.unit}",
            "level",
            "partner",
            "from",
            "until",
            f"on {sheet.on}",
            "who says so",
        )
        out.print(table(columns, rows, title="Packs"))
    else:
        out.print(plain("  no packs are stated: documents in cases or pallets are refused"))
    if sheet.components:
        out.print(table(("component", "quantity"), sheet.components, title="Kit of"))
    if sheet.component_of:
        out.print(plain(f"  component of {', '.join(sheet.component_of)}"))
    if sheet.lots:
        lots = [(lot.lot, lot.expires_on, lot.made_on, lot.supplier, lot.source) for lot in sheet.lots]
        out.print(table(("lot", "expires", "made", "supplier", "who says so"), lots, title="Lots"))
    if sheet.cross_references:
        ids = [(each.party, each.their_item) for each in sheet.cross_references]
        out.print(table(("partner", "their id"), ids, title="Known to partners as"))
