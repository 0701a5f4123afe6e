"""X12 as the simulated suppliers read and write it, straight from segments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import msgspec

from crossdock.edi import x12
from crossdock.sandbox.books import Body
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.intake import text
from crossdock.sandbox.partner import named_items

Segments = list[x12.OutgoingSegment]


class AskedLine(msgspec.Struct, frozen=True):
    """An order line as it was read. `change` is POC02 in a change order."""

    line: str
    item: str
    supplier_item: str
    quantity: Decimal
    price: Decimal
    change: str = ""


class AskedOrder(msgspec.Struct, frozen=True):
    """An 850, or an 860 with `revision` above 0."""

    number: str
    revision: int
    ordered_on: str
    currency: str
    ship_to: str
    lines: tuple[AskedLine, ...]
    drop_ship: bool = False
    """It goes straight to a customer of the buyer."""

    def plain(self) -> Body:
        """For the books."""
        return {
            "order": self.number,
            "revision": self.revision,
            "ordered_on": self.ordered_on,
            "currency": self.currency,
            "ship_to": self.ship_to,
            "lines": [
                {
                    "line": line.line,
                    "item": line.item,
                    "supplier_item": line.supplier_item,
                    "qty": text(line.quantity),
                    "price": text(line.price),
                    "change": line.change,
                }
                for line in self.lines
            ],
        }


def number(value: str) -> Decimal:
    """A number, 0 where there is none."""
    try:
        return Decimal(value) if value else ZERO
    except InvalidOperation:
        return ZERO


def read_order(item: x12.TransactionSet, sites: Iterable[str]) -> AskedOrder:
    """An 850 or 860."""
    order, ordered_on, revision, currency, ship_to, drop_ship = "", "", 0, "", "", False
    lines: list[AskedLine] = []
    for segment in item.segments:
        if segment.id == "BEG":
            order, ordered_on, drop_ship = segment[3], segment[5], segment[2] == "DS"
        elif segment.id == "BCH":
            order, ordered_on = segment[3], segment[6]
            revision = int(number(segment[5] or segment[4])) or 1
        elif segment.id == "CUR":
            currency = segment[2]
        elif segment.id == "N1" and segment[1] == "ST":
            ship_to = segment[4] if drop_ship else _site(segment, sites)
        elif segment.id in ("PO1", "POC"):
            lines.append(_line(segment))
    return AskedOrder(order, revision, ordered_on, currency, ship_to, tuple(lines), drop_ship)


def _site(segment: x12.Segment, sites: Iterable[str]) -> str:
    """The warehouse a ship-to means: by its id, else by its name."""
    for site in sites:
        if segment[4].lower() == site:
            return site
    return next((site for site in sites if site in f"{segment[2]} {segment[4]}".lower()), segment[4])


def _line(segment: x12.Segment) -> AskedLine:
    change = segment.id == "POC"
    first = 8 if change else 6
    items = named_items(segment, first)
    return AskedLine(
        line=segment[1],
        item=items.get("IN", ""),
        supplier_item=items.get("VN", ""),
        quantity=number(segment[3 if change else 2]),
        price=number(segment[6 if change else 4]),
        change=segment[2] if change else "",
    )


class Answer(msgspec.Struct, frozen=True):
    """One answer to one line; `code` is ACK01."""

    code: str
    quantity: Decimal
    delivered_on: dt.date | None


class AnsweredLine(msgspec.Struct, frozen=True):
    """All answers to one line, with the price the supplier will charge."""

    line: str
    item: str
    supplier_item: str
    price: Decimal
    answers: tuple[Answer, ...]

    @property
    def quantity(self) -> Decimal:
        """Over all answers."""
        return sum((each.quantity for each in self.answers), ZERO)


def write_answer(order: AskedOrder, lines: list[AnsweredLine], at: dt.datetime) -> Segments:
    """An 855 with several answers per line. For a change, BAK05 and REF*ZZ hold the revision."""
    plain = all(answer.code == "IA" for line in lines for answer in line.answers)
    release = str(order.revision) if order.revision else ""
    segments: Segments = [
        ("BAK", "00", "AD" if plain else "AC", order.number, f"{at:%Y%m%d}", release, "", "", "", f"{at:%Y%m%d}"),
    ]
    if order.currency:
        segments.append(("CUR", "SE", order.currency))
    if release:
        segments.append(("REF", "ZZ", release, "ORDER REVISION"))
    for line in lines:
        ids = ("VN", line.supplier_item, "IN", line.item)
        segments.append(("PO1", line.line, text(line.quantity), "EA", text(line.price), "", *ids))
        for answer in line.answers:
            dated = ("067", f"{answer.delivered_on:%Y%m%d}") if answer.delivered_on else ("", "")
            segments.append(("ACK", answer.code, text(answer.quantity), "EA", *dated))
    segments.append(("CTT", str(len(lines))))
    return segments


class SentLine(msgspec.Struct, frozen=True):
    """Goods of one order line in a ship notice, or charged in an invoice."""

    order: str
    line: str
    item: str
    supplier_item: str
    quantity: Decimal
    price: Decimal
    notice: str = ""


def write_ship_notice(
    notice: str,
    site: str,
    lines: list[SentLine],
    packs: dict[str, str],
    at: dt.datetime,
    arrives_at: dt.datetime,
    parcel: tuple[str, str] | None = None,
) -> Segments:
    """An 856: shipment, orders, one pack per order, items. `packs` is order -> SSCC, `parcel` the carrier and its
    tracking number."""
    travels: Segments = [("TD5", "", "2", "SWLT", "M")]
    if parcel is not None:
        travels = [("TD5", "", "ZZ", parcel[0], "M"), ("REF", "CN", parcel[1])]
    segments: Segments = [
        ("BSN", "00", notice, f"{at:%Y%m%d}", f"{at:%H%M}", "0001"),
        ("DTM", "011", f"{at:%Y%m%d}", f"{at:%H%M}"),
        ("HL", "1", "", "S", "1"),
        *travels,
        ("DTM", "017", f"{arrives_at:%Y%m%d}"),
        ("N1", "ST", site, "92", site),
    ]
    level = 1
    for order in dict.fromkeys(line.order for line in lines):
        level += 1
        order_level, pack_level = level, level + 1
        segments += [("HL", str(order_level), "1", "O", "1"), ("PRF", order)]
        segments += [("HL", str(pack_level), str(order_level), "P", "1"), ("MAN", "GM", packs[order])]
        level = pack_level
        for line in lines:
            if line.order == order:
                level += 1
                segments.append(("HL", str(level), str(pack_level), "I", "0"))
                segments.append(("LIN", line.line, "VN", line.supplier_item, "IN", line.item))
                segments.append(("SN1", line.line, text(line.quantity), "EA"))
    segments.append(("CTT", str(level)))
    return segments


def write_invoice(invoice: str, currency: str, vendor: str, lines: list[SentLine], at: dt.datetime) -> Segments:
    """An 810. One order: its number in BIG04; several: in REF*PO of each line, with the order's line in REF*LI."""
    orders = {line.order for line in lines}
    single = next(iter(orders)) if len(orders) == 1 else ""
    segments: Segments = [
        ("BIG", f"{at:%Y%m%d}", invoice, "", single),
        ("CUR", "SE", currency),
        ("N1", "RE", vendor.capitalize(), "92", vendor),
    ]
    for position, line in enumerate(lines, 1):
        ids = ("VN", line.supplier_item, "IN", line.item)
        segments.append(("IT1", str(position), text(line.quantity), "EA", text(line.price), "", *ids))
        segments += [("REF", "PO", line.order), ("REF", "LI", line.line)]
    segments.append(("TDS", cents(total_of(lines))))
    segments.append(("CTT", str(len(lines))))
    return segments


def total_of(lines: list[SentLine]) -> Decimal:
    """What an invoice asks for."""
    return sum((line.quantity * line.price for line in lines), ZERO)


def cents(amount: Decimal) -> str:
    """An amount with two implied decimals."""
    return f"{(amount * 100).to_integral_value():f}"


def plain_lines(lines: list[SentLine]) -> list[Body]:
    """For the books."""
    return [
        {
            "po": each.order,
            "po_line": each.line,
            "item": each.item,
            "qty": text(each.quantity),
            "price": text(each.price),
            "notice": each.notice,
        }
        for each in lines
    ]
