"""`crossdock policy`: stock policies: which hold, what others would do, and putting them into effect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, fail, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption, OneCompany, day_of, project_folder, stock_network_of
from crossdock.engine.recomputation import Progress
from crossdock.identity import Actor
from crossdock.operations import policies
from crossdock.operations.context import Context
from crossdock.operations.policies import RuleShown, RulesShown, StockNetwork
from crossdock.operations.policy_rehearsal import AlteredPromise, Rehearsal, Step, try_policies
from crossdock.operations.policy_settings import changed
from crossdock.rules.stock_policy import Subject

app = typer.Typer(help="Stock policies: what is kept back, set aside, and for whom.", no_args_is_help=True)


_TAKES_NO_FOLDER = {"allow_extra_args": True}
"""So that a folder is answered with what to do with it, in place of `unexpected extra argument`."""


def _must_be_no_folder(given: typer.Context) -> None:
    if given.args:
        words = (
            "this is about the policies in force, whatever a folder says."
            f" `crossdock policy try {given.args[0]}` shows what those of a folder would do; they come into force with"
            f" workers that are started with it: `crossdock run {given.args[0]}`"
        )
        raise typer.BadParameter(words, param_hint="FOLDER")


@app.callback()
def policy() -> None:
    """Stock policies: what is kept back, set aside, and for whom."""


@app.command("list", context_settings=_TAKES_NO_FOLDER)
def list_(
    given: typer.Context,
    database: DatabaseOption,
    item: Annotated[str, typer.Option(help="For this item.")] = "",
    location: Annotated[str, typer.Option(help="At this location.")] = "",
    channel: Annotated[str, typer.Option(help="For orders of this channel.")] = "",
    customer: Annotated[str, typer.Option(help="For orders of this customer.")] = "",
    company: OneCompany = "",
    on: Annotated[str, typer.Option(help="On this day (2026-12-24); today if left out.", metavar="DATE")] = "",
    as_json: AsJson = False,
) -> None:
    """List the rules in force that can concern what is asked about, company by company: which wins, and why.

    Example: crossdock policy list --item 22423 --location north
    """
    _must_be_no_folder(given)
    subject = Subject(company, item, location, channel, customer)
    day = day_of(on, "--on")
    found = reach(database, lambda context, actor: policies.list_policies(context, actor, subject, day))
    if as_json:
        print_json({"companies": found})
        return
    for one in found:
        _print_rules(one)


def _print_rules(found: RulesShown) -> None:
    rows = [
        (rule.table, rule.name, rule.state, _sets(rule), _where(rule), _days(rule), rule.precedence, rule.why)
        for rule in found.rules
    ]
    title = f"Network version {found.network_version}, {found.company}, {found.on}"
    columns = ("table", "rule", "state", "sets", "where", "days", "precedence", "why")
    console().print(table(columns, rows, title=title))


@app.command("try")
def try_(
    database: DatabaseOption,
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a network project with other policies.", parser=project_folder, metavar="FOLDER"
        ),
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="In place of a folder: TABLE.RULE.FIELD=VALUE, several times.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(help="In place of a folder: with a new TABLE.RULE, which --set fills in.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="In place of a folder: without TABLE.RULE.")] = None,
    company: OneCompany = "",
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many rows of each list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what other policies would do to the books of this moment, and which promises they would alter. Writes
    nothing.

    Example: crossdock policy try --set safety.lunch_bags.quantity=20
    """
    given = bool(setting or add or drop)
    if folder is not None and given:
        fail("a folder and settings at once", "Give the folder alone, or --set, --add and --drop.", 2)
    if folder is None and not given:
        fail("there is nothing to try", "Give a folder, or --set, --add and --drop; --help shows how.", 2)
    proposed = stock_network_of(folder) if folder is not None else None

    async def work(context: Context, actor: Actor) -> Rehearsal:
        network = proposed or await _changed(context, setting or [], drop or [], add or [])
        return await try_policies(context, actor, network, company_id=company, top=top)

    found = reach(database, work)
    if as_json:
        print_json(found)
    else:
        _print(console(), found)


async def _changed(context: Context, settings: list[str], dropped: list[str], added: list[str]) -> StockNetwork:
    pairs = dict(one.partition("=")[::2] for one in settings)
    async with context.store.transaction(readonly=True) as tx:
        network = await policies.in_force(tx)
    return changed(network, pairs, dropped, added)


@app.command(context_settings=_TAKES_NO_FOLDER)
def apply(given: typer.Context, database: DatabaseOption, company: OneCompany = "", as_json: AsJson = False) -> None:
    """Put the policies in force into effect now, as workers do by themselves when the network or the day changes.
    Those of a folder come into force with workers that are started with it.

    Example: crossdock policy apply
    """
    _must_be_no_folder(given)
    out = Console(stderr=True, highlight=False)

    async def tell(name: str, progress: Progress) -> None:
        if not as_json:
            out.print(plain(f"{name}: {progress.looked_at:,} of {progress.total:,} positions"))

    done = reach(database, lambda context, actor: policies.apply_policies(context, actor, company, tell))
    if as_json:
        print_json(done)
        return
    for name, progress in done.items():
        words = f"{progress.changed:,} positions changed, pools of {progress.rebalanced:,} items made right"
        typer.echo(f"{name}: {words}")


def _sets(rule: RuleShown) -> str:
    words = {name: value for name, value in rule.sets.items() if value not in ((), {}, None, "")}
    return ", ".join(f"{name} {_short(value)}" for name, value in words.items())


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value)
    if isinstance(value, dict):
        return " ".join(f"{name}:{one}" for name, one in value.items())
    return plain(value).plain or "no"


def _where(rule: RuleShown) -> str:
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rule.where.items())


def _days(rule: RuleShown) -> str:
    return f"{rule.from_on or ''}..{rule.until_on or ''}" if rule.from_on or rule.until_on else ""


def _print(out: Console, found: Rehearsal) -> None:
    for note in found.notes:
        out.print(plain(note, "yellow"), soft_wrap=True)
    changed = f"{found.positions_changed:,} of {found.positions:,} positions would change"
    out.print(plain(f"Against the books of this moment, network version {found.network_version}: {changed}."))
    if found.pending:
        words = (
            f"{found.pending:,} positions are about to change under the policies in force: that is not counted here."
        )
        out.print(plain(words), soft_wrap=True)
    out.print(plain(f"Kept back there: {_step(found.kept_back)}. Free there: {_step(found.free)}."))
    if found.top_positions:
        rows = [
            (p.company, p.item, p.location, p.pool, _step(p.kept_back), _step(p.on_hand), _step(p.free), p.why)
            for p in found.top_positions
        ]
        columns = ("company", "item", "location", "pool", "kept back", "on hand", "free", "why")
        out.print(table(columns, rows, title="Positions"))
    if not found.effects:
        out.print(plain("No promise would be altered."))
        return
    effects = [
        (name, effect.promises, effect.units, ", ".join(f"{v:f} {c}" for c, v in effect.value.items()))
        for name, effect in sorted(found.effects.items())
    ]
    out.print(table(("effect", "promises", "units", "at list price"), effects, title="Promises"))
    altered = [
        (a.effect, a.company, a.item, a.location, a.quantity, _value(a), a.subject or a.source)
        for a in found.top_promises
    ]
    out.print(table(("effect", "company", "item", "location", "quantity", "value", "promised to"), altered))


def _value(altered: AlteredPromise) -> str:
    return "" if altered.value is None else f"{altered.value:f} {altered.currency}"


def _step(step: Step) -> str:
    before, after = plain(step.before).plain, plain(step.after).plain
    return before if before == after else f"{before} -> {after}"
