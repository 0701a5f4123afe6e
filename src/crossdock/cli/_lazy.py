"""The commands of `crossdock` by name: the module of one is imported when it is asked for, so that no command waits for
what only others need, such as the HTTP interface and the connectors.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Lazy(NamedTuple):
    """Where a command, or a group of them, is: its module under `crossdock.cli`, and its name there. `says` is the help
    that the list of commands shows."""

    module: str
    attribute: str
    says: str


COMMANDS: dict[str, Lazy] = {
    "up": Lazy("up", "up", "Start the database, the HTTP interface and workers, and keep them running until Ctrl-C."),
    "run": Lazy("run", "run", "Run workers on a database, from any host."),
    "api": Lazy("run", "api", "Serve the HTTP interface on a database."),
    "demo": Lazy("demo", "demo", "Run a wholesale distributor's days on real orders."),
    "trace": Lazy(
        "trace",
        "trace",
        "Print the whole story of KEY across all systems, in the order in which it became known; "
        "times are business time.",
    ),
    "doctor": Lazy(
        "doctor",
        "doctor",
        "Look at everything that can be wrong: database, disk, workers, systems, dead letters, and say what to do.",
    ),
    "order": Lazy("order", "app", "Sales orders: approve those that are held, cancel, say what was weighed."),
    "purchase-order": Lazy("purchase_order", "app", "Purchase orders: accept what suppliers answered."),
    "goods-receipt": Lazy("goods_receipt", "app", "Goods receipts: decide about goods that nobody had asked for."),
    "supplier-invoice": Lazy("supplier_invoice", "app", "Suppliers' invoices: approve one that does not match."),
    "case": Lazy("case", "app", "Cases: running business processes."),
    "exception": Lazy("exception", "app", "Exception cases: problems that wait for a person."),
    "dead-letter": Lazy("dead_letter", "app", "Dead letters: outgoing documents that are not tried any more."),
    "drift": Lazy("drift", "app", "Drifts: where other systems and our books differ on stock."),
    "quarantine": Lazy("quarantine", "app", "Quarantine: documents that could not be taken."),
    "item": Lazy("item", "app", "Items: master data, what their units hold, kits and lots."),
    "stock": Lazy("stock", "app", "Stock: what physically is, and what is promised."),
    "reservation": Lazy("reservation", "app", "Reservations: stock that callers of the API hold."),
    "policy": Lazy("policy", "app", "Stock policies: what is kept back, set aside, and for whom."),
    "transfer": Lazy("transfer", "app", "Transfers: goods that go from one of our locations to another."),
    "assembly": Lazy("assembly", "app", "Assembly: kits made and taken apart, packs broken and packed anew."),
    "consumption": Lazy(
        "consumption",
        "app",
        "Consumption: what customers use of our goods that lie with them. "
        "`crossdock case list --process consumption` lists what was stated, "
        "`crossdock case show consumption/COMPANY/LOCATION/NUMBER` shows one.",
    ),
    "channel": Lazy("channel", "app", "Channels: what they were told, what they show, how often they oversell."),
    "guard": Lazy("guard", "app", "The conservation guard: laws that always hold, and what breaks them."),
    "system": Lazy("system", "app", "External systems and partners: how they stand; pause them, let them go on."),
    "api-key": Lazy("api_key", "app", "Keys of programs that call the HTTP interface."),
    "projection": Lazy("projection", "app", "Projections: read tables folded from the event log."),
    "project": Lazy(
        "project",
        "app",
        "The network project: a distributor's network described in files. "
        "It comes into force when `crossdock up`, `run` or `api` is started with it.",
    ),
    "ownership": Lazy("ownership", "app", "Ownership: which system or partner may state which fact."),
    "edi": Lazy("edi", "app", "Documents of electronic data interchange (X12, EDIFACT, UBL)."),
    "partner": Lazy("partner", "app", "Partner packs: what a partner wants in its documents, as files."),
}
"""In the order in which `crossdock --help` lists them."""


class LazyCommands(MutableMapping[str, Any]):
    """Commands by name, each imported when it is taken."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._names = list(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _made(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        if name not in self._names:
            self._names.append(name)
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        self._names.remove(name)
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)


class LazyGroup(TyperGroup):
    """The group of all commands. Its list of them is printed from what is known without importing any."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = LazyCommands()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; in place of each command stands one that has its name and help only."""
        listed = copy.copy(self)
        listed.commands = {name: TyperCommand(name, help=lazy.says) for name, lazy in COMMANDS.items()}
        TyperGroup.format_help(listed, ctx, formatter)


def _made(name: str) -> Any:
    """A command as Typer makes it of its function, or of its group's application."""
    lazy = COMMANDS[name]
    found = getattr(import_module(f"crossdock.cli.{lazy.module}"), lazy.attribute)
    holder = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return typer.main.get_group(holder).commands[name]
