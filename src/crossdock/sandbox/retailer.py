"""A simulated EDI retail customer: orders by 850, and reads what the distributor answers."""

from __future__ import annotations

import datetime as dt
from functools import partial

from crossdock.edi import x12
from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import Order
from crossdock.sandbox.intake import text
from crossdock.sandbox.mailbox import Mailbox
from crossdock.sandbox.partner import Letter, Partner, named_items
from crossdock.sandbox.settings import RetailerSettings
from crossdock.sandbox.stage import Stage
from crossdock.sandbox.supplier_documents import cents


class Retailer(Partner):
    """One EDI retail customer."""

    def __init__(self, name: str, stage: Stage, settings: RetailerSettings, mailbox: Mailbox) -> None:
        minutes, twice = settings.acknowledges_minutes, settings.sends_twice
        super().__init__(name, stage, mailbox, settings.edi_id, settings.style, minutes, twice)
        self._settings = settings

    def play(self) -> None:
        """Plan an 850 for each of its orders of the days."""
        for order in self.stage.plan.orders:
            if order.channel == self.name:
                self.plan(order.placed_at, f"850/{order.number}", partial(self._order, order))

    def _order(self, order: Order, at: dt.datetime) -> None:
        entity = self.stage.settings.entity_of(order.country)
        currency = self.stage.settings.companies[entity].currency
        segments = write_order(order, currency, self.name, self._settings)
        body = plain_order(order)
        self.book.effect("order.placed", order.number, entity, body)
        self.send(Letter("850", order.number, entity, segments, body), at)
        self.stage.played["orders"] += 1

    def take_set(self, item: x12.TransactionSet, entity: str, at: dt.datetime) -> tuple[str, str, Body]:
        """What the distributor answers, ships and invoices."""
        readers = {"855": read_answer, "856": read_ship_notice, "810": read_invoice}
        if item.type not in readers or not entity:
            return "", "refused", {"type": item.type}
        key, body = readers[item.type](item)
        self.book.effect(f"taken.{item.type}", key, entity, body)
        return key, "accepted", body


def plain_order(order: Order) -> Body:
    """An order for the books."""
    lines: list[Body] = [
        {"line": line.line, "item": line.item, "qty": text(line.quantity), "price": text(line.price)}
        for line in order.lines
    ]
    return {"order": order.number, "customer": order.customer, "placed_at": iso(order.placed_at), "lines": lines}


def write_order(order: Order, currency: str, name: str, settings: RetailerSettings) -> list[x12.OutgoingSegment]:
    """An 850: `IN` is the retailer's item id, `VN` the distributor's."""
    at = order.placed_at
    segments: list[x12.OutgoingSegment] = [
        ("BEG", "00", "SA", order.number, "", f"{at:%Y%m%d}"),
        ("CUR", "BY", currency),
    ]
    for charge in order.charges:
        kind = "A" if charge.amount < 0 else "C"
        amount, words = cents(abs(charge.amount)), x12.Text(charge.description)
        head = ("SAC", kind, "ZZZZ", "", "", amount, "", "", "", "", "", "", "")
        segments.append((*head, charge.code, "", words))
    segments += [
        ("DTM", "004", f"{at:%Y%m%d}", f"{at:%H%M}"),
        ("N1", "BY", name.capitalize(), "91", settings.customer),
        ("N1", "ST", f"{name.capitalize()} store 1", "92", "STORE1"),
    ]
    for line in order.lines:
        ids = ("IN", f"{settings.item_prefix}{line.item}", "VN", line.item)
        segments.append(("PO1", line.line, text(line.quantity), "EA", text(line.price), "", *ids))
        if line.description:
            segments.append(("PID", "F", "", "", "", x12.Text(line.description[:80])))
    segments.append(("CTT", str(len(order.lines))))
    return segments


def read_answer(item: x12.TransactionSet) -> tuple[str, Body]:
    """An 855."""
    order, line, answers = "", "", []
    for segment in item.segments:
        if segment.id == "BAK":
            order = segment[3]
        elif segment.id == "PO1":
            line = segment[1]
        elif segment.id == "ACK":
            answers.append({"line": line, "code": segment[1], "qty": segment[2], "date": segment[5]})
    return order, {"order": order, "answers": answers}


def read_ship_notice(item: x12.TransactionSet) -> tuple[str, Body]:
    """An 856; one may carry several orders."""
    notice, order, lines = "", "", []
    for segment in item.segments:
        if segment.id == "BSN":
            notice = segment[2]
        elif segment.id == "PRF":
            order = segment[1]
        elif segment.id == "LIN":
            lines.append({"order": order, "line": segment[1], "item": named_items(segment, 2).get("IN", "")})
        elif segment.id == "SN1" and lines:
            lines[-1]["qty"] = segment[2]
    return notice, {"notice": notice, "lines": lines}


def read_invoice(item: x12.TransactionSet) -> tuple[str, Body]:
    """An 810."""
    invoice, order, total, lines = "", "", "", []
    for segment in item.segments:
        if segment.id == "BIG":
            invoice, order = segment[2], segment[4]
        elif segment.id == "IT1":
            item_id = named_items(segment, 6).get("IN", "")
            lines.append({"line": segment[1], "order": order, "item": item_id, "qty": segment[2], "price": segment[4]})
        elif segment.id == "REF" and lines and segment[1] == "PO":
            lines[-1]["order"] = segment[2]
        elif segment.id == "REF" and lines and segment[1] == "LI":
            lines[-1]["order_line"] = segment[2]
        elif segment.id == "TDS":
            total = segment[1]
    return invoice, {"invoice": invoice, "total_cents": total, "lines": lines}
