"""What the demo shows while the days go by."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from crossdock.operations.overview import Overview, WorkLeft


def one_line(now: Overview, left: WorkLeft, sandbox: dict[str, Any]) -> str:
    """The same for a log."""
    return (
        f"{now.business_now:%a %d %b %Y %H:%M} UTC  {now.orders} of {sandbox.get('orders_total', 0)} orders in, "
        f"{now.shipments} shipments, {now.invoiced} invoices posted, {now.receipts} goods receipts, "
        f"{now.matched} supplier invoices matched; waiting for {waiting_for(left, sandbox)}"
    )


def waiting_for(left: WorkLeft, sandbox: dict[str, Any]) -> str:
    """What stands between now and the end of the days: first what Crossdock has to do, then the systems around it."""
    outside = sandbox.get("waiting", {})
    actions = _count(outside.get("actions", 0), "planned action")
    parts = [
        _count(left.events, "event to handle", "events to handle"),
        _count(left.documents, "document to translate", "documents to translate"),
        _count(left.deliveries, "delivery", "deliveries"),
        _count(left.deadlines, "deadline that is due", "deadlines that are due"),
        _count(outside.get("calls", 0), "answer to a call", "answers to calls"),
        _count(outside.get("mail", 0), "file in a partner's inbox", "files in partners' inboxes"),
        actions
        and f"{actions} of the simulated systems until {dt.datetime.fromisoformat(outside['until']):%d %b %H:%M}",
        *(f"what the {system} still has to buy" for system in outside.get("unsatisfied", ())),
    ]
    return ", ".join(part for part in parts if part) or "nothing more"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}" if number else ""


def picture(
    now: Overview, left: WorkLeft, sandbox: dict[str, Any], bar: Progress, news: list[str], rate: float
) -> RenderableType:
    """One frame: time, orders, purchasing, stock, problems, what is waited for, latest news."""
    clock = f"[bold]{now.business_now:%a %d %b %Y %H:%M}[/] UTC   [dim]one business day takes {86400 / rate:.0f} s[/]"
    sales = _table(
        "Order to cash",
        ("orders in", now.orders, sandbox.get("orders_total", 0)),
        ("answered by the ledger", now.promised, None),
        ("shipments", now.shipments, None),
        ("invoices posted", now.invoiced, None),
    )
    purchasing = _table(
        "Procure to pay",
        ("purchase orders", now.purchase_orders, None),
        ("sent to suppliers", now.purchase_orders_sent, None),
        ("acknowledgements", now.acknowledgements, None),
        ("goods receipts", now.receipts, None),
        ("invoices matched", now.matched, None),
    )
    stock = _table(
        "Stock",
        ("on hand", _whole(now.on_hand), None),
        ("promised", _whole(now.reserved), None),
        ("lines waiting for goods", now.waiting, None),
    )
    problems = _table(
        "For people",
        ("open exception cases", now.open_exceptions, None),
        ("quarantined documents", now.quarantined, None),
        ("dead letters", now.dead_letters, None),
        ("deliveries under way", now.deliveries_under_way, None),
    )
    waiting = Text(f"waiting for: {waiting_for(left, sandbox)}", style="dim")
    lines = [clock, bar.get_renderable(), Columns([sales, purchasing, stock, problems], padding=(0, 2)), waiting]
    if news:
        lines.append("[dim]" + "\n".join(news[-4:]) + "[/]")
    return Panel(Group(*lines), title="Crossdock: a distributor's days", border_style="cyan")


def _table(title: str, *rows: tuple[str, Any, Any]) -> Table:
    table = Table(title=title, title_style="bold", title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value, total in rows:
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(name, shown if total is None else f"{shown} / {total:,}")
    return table


def _whole(quantity: Decimal) -> str:
    return f"{quantity:,.0f}"
