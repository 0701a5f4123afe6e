"""What the demo shows while the days go by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from crossdock.operations.overview import Overview


def one_line(now: Overview, sandbox: dict[str, Any]) -> str:
    """The same for a log."""
    return (
        f"{now.business_now:%a %d %b %Y %H:%M} UTC  {now.orders} of {sandbox.get('orders_total', 0)} orders in, "
        f"{now.shipments} shipments, {now.invoiced} invoices posted, {now.receipts} goods receipts, "
        f"{now.matched} supplier invoices matched"
    )


def picture(now: Overview, sandbox: dict[str, Any], bar: Progress, news: list[str], rate: float) -> RenderableType:
    """One frame: time, orders, purchasing, stock, problems, latest news."""
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
    lines = [clock, bar.get_renderable(), Columns([sales, purchasing, stock, problems], padding=(0, 2))]
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
