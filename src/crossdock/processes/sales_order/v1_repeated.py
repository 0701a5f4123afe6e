"""An order that comes again: is it the same, and what is other?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from crossdock.model.sales_order import SalesOrder
from crossdock.processes.sales_order.v1_data import SalesLine, SalesOrderData, new_line

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def digest(order: SalesOrder) -> str:
    """The same for the same content."""
    return hashlib.blake2b(_encoder.encode(order), digest_size=16).hexdigest()


def differences(data: SalesOrderData, again: SalesOrder) -> str:
    """What the order says now that it did not say before, in words."""
    return "; ".join(_lines(data, again)) or "its head, charges or the details of lines are other"


def _lines(data: SalesOrderData, again: SalesOrder) -> Iterator[str]:
    now = {line.line: new_line(line) for line in again.lines}
    for line_id, line in now.items():
        before = data.lines.get(line_id)
        if before is None or before.state == "unordered":
            yield f"line {line_id}: {_shown(line)} is new"
        elif _shown(before) != _shown(line) or before.price != line.price:
            yield f"line {line_id}: {_shown(before)} is now {_shown(line)}{_priced(before, line)}"
    for line_id, line in data.in_order():
        if line_id not in now and line.state != "unordered":
            yield f"line {line_id}: {_shown(line)} is gone"


def _shown(line: SalesLine) -> str:
    unit = "" if line.unit == "EA" else f"{line.unit} "
    return f"{line.ordered} {unit}{line.item}"


def _priced(before: SalesLine, now: SalesLine) -> str:
    return "" if before.price == now.price else f" at {now.price.amount} {now.price.currency}"
