"""Events of EPCIS 2.0 from our objects: what was packed, shipped, received and counted, when, where and for which
documents. Vocabulary: GS1 Core Business Vocabulary 2.0.

- `ShipNotice`: an AggregationEvent for each pack (packing, container_closed) and one ObjectEvent (shipping, in_transit)
  of the packs and of what is in none.
- `GoodsReceipt`: an ObjectEvent for each condition (receiving; in_progress, damaged, non_sellable_other), and one of
  the packs that came.
- `WarehouseShippingAdvice`: an ObjectEvent (shipping, in_transit) of the packs, or, where it names none, of the goods.
- `InventoryReport`: an ObjectEvent for each condition (stock_taking) of what was counted.
- `InventoryAdjustment`: an ObjectEvent for each condition (cycle_counting) of what was found more than the books said,
  and one (cycle_counting, unknown) of what was missed. Goods that only changed their condition are seen in the new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from crossdock.edi.epcis.identifiers import Identifiers, is_gln
from crossdock.edi.epcis.options import EpcisOptions
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.fulfillment import InventoryAdjustment, InventoryReport, WarehouseShippingAdvice
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import GoodsReceipt, ShipNotice
from crossdock.model.units import PIECES, known

Event = dict[str, Any]
_GLN = "UL"
_RECEIVED = {"good": "in_progress", "damaged": "damaged", "quarantined": "non_sellable_other"}
_COUNTED = {
    "unrestricted": "sellable_accessible", "damaged": "damaged", "expired": "expired",
    "quarantined": "non_sellable_other", "packed": "sellable_not_accessible", "picked": "sellable_not_accessible",
}  # fmt: skip


class Goods(NamedTuple):
    """So much of one item, wherever it stands in an object."""

    item: str
    quantity: Quantity
    gtin: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()


class Events:
    """Writes the events of one object."""

    def __init__(self, options: EpcisOptions) -> None:
        self._options = options
        self._keys = Identifiers(options)

    def ship_notice(self, notice: ShipNotice) -> Iterator[Event]:
        """Packing and shipping."""
        loose = [line for line in notice.lines if not line.pack]
        packs = sorted({line.pack for line in notice.lines if line.pack})
        documents = [
            *self._documents("po", notice.buyer or notice.ship_to, (line.order_number for line in notice.lines)),
            *self._documents("desadv", notice.supplier, [notice.number]),
        ]
        for pack in packs:
            pieces, classes = self._goods(
                Goods(line.item, line.quantity, line.gtin, line.lot, line.serials)
                for line in notice.lines
                if line.pack == pack
            )
            yield {
                "type": "AggregationEvent",
                **self._when(notice.shipped_at),
                "parentID": self._keys.unit(pack),
                **_listed("childEPCs", pieces),
                **_listed("childQuantityList", classes),
                "action": "ADD",
                "bizStep": "packing",
                "disposition": "container_closed",
                "bizTransactionList": documents,
            }
        pieces, classes = self._goods(
            Goods(line.item, line.quantity, line.gtin, line.lot, line.serials) for line in loose
        )
        yield {
            **self._seen(notice.shipped_at, "shipping", "in_transit"),
            **_listed("epcList", [*map(self._keys.unit, packs), *pieces]),
            **_listed("quantityList", classes),
            "bizTransactionList": documents,
            "sourceList": [{"type": "owning_party", "source": self._party(notice.supplier)}],
            "destinationList": [{"type": "location", "destination": self._place(notice.ship_to)}],
        }

    def goods_receipt(self, receipt: GoodsReceipt) -> Iterator[Event]:
        """Receiving."""
        here = self._place(PartyRef(receipt.warehouse))
        receiver, supplier = PartyRef(receipt.warehouse), PartyRef(receipt.supplier)
        documents = [
            *self._documents("po", receiver, (line.order_number for line in receipt.lines)),
            *self._documents("desadv", supplier, (line.ship_notice for line in receipt.lines)),
            *self._documents("recadv", receiver, [receipt.number]),
        ]
        where = {"readPoint": {"id": here}, "bizLocation": {"id": here}, "bizTransactionList": documents}
        packs = sorted({line.pack for line in receipt.lines if line.pack})
        if packs:
            units = [self._keys.unit(pack) for pack in packs]
            yield {**self._seen(receipt.received_at, "receiving", "in_progress"), "epcList": units, **where}
        for condition, lines in groupby(sorted(receipt.lines, key=_condition), _condition):
            pieces, classes = self._goods(
                Goods(line.item, line.quantity, lot=line.lot, serials=line.serials) for line in lines
            )
            yield {
                **self._seen(receipt.received_at, "receiving", _RECEIVED[condition]),
                **_listed("epcList", pieces),
                **_listed("quantityList", classes),
                **where,
            }

    def shipping_advice(self, advice: WarehouseShippingAdvice) -> Iterator[Event]:
        """Shipping out of a warehouse."""
        from_here = PartyRef(advice.supplier or advice.warehouse)
        lines = [line for order in advice.orders for line in order.lines]
        units = [self._keys.unit(pack) for pack in advice.packs]
        pieces, classes = (
            ([], []) if units else self._goods(Goods(each.item, each.quantity, lot=each.lot) for each in lines)
        )
        here = self._place(from_here)
        yield {
            **self._seen(advice.shipped_at, "shipping", "in_transit"),
            **_listed("epcList", [*units, *pieces]),
            **_listed("quantityList", classes),
            "readPoint": {"id": here},
            "bizTransactionList": [
                *self._documents("po", advice.customer, (order.order_number for order in advice.orders)),
                *self._documents("desadv", from_here, [advice.number]),
            ],
            "sourceList": [{"type": "location", "source": here}],
            "destinationList": [{"type": "location", "destination": self._place(advice.ship_to or advice.customer)}],
        }

    def inventory_report(self, report: InventoryReport) -> Iterator[Event]:
        """What was counted. Levels of nothing are not written: an event is of what was seen."""
        here = {"id": self._place(PartyRef(report.warehouse))}
        levels = sorted((each for each in report.levels if each.quantity.amount), key=_condition)
        for condition, counted in groupby(levels, _condition):
            disposition = _disposition(condition)
            _, classes = self._goods(Goods(level.item, level.quantity, lot=level.lot) for level in counted)
            yield {
                **self._seen(report.at, "stock_taking", disposition),
                "quantityList": classes,
                "readPoint": here,
                "bizLocation": here,
            }

    def inventory_adjustment(self, adjustment: InventoryAdjustment) -> Iterator[Event]:
        """What a count found, and what it missed."""
        place = PartyRef(adjustment.warehouse)
        here = {"id": self._place(place)}
        # No type of the vocabulary is a count's: the document goes without one.
        documents = [
            {"bizTransaction": each["bizTransaction"]} for each in self._documents("count", place, [adjustment.number])
        ]
        where = {"readPoint": here, "bizLocation": here, "bizTransactionList": documents}
        more = sorted((line for line in adjustment.lines if line.quantity.amount > 0), key=_condition)
        found = ((_disposition(condition), list(lines)) for condition, lines in groupby(more, _condition))
        counted = [
            (disposition, [Goods(line.item, line.quantity, lot=line.lot) for line in lines])
            for disposition, lines in found
        ]
        for disposition, goods in (*counted, ("unknown", list(_missed(adjustment)))):
            if goods:
                _, classes = self._goods(goods)
                seen = self._seen(adjustment.at, "cycle_counting", disposition)
                yield {**seen, "quantityList": classes, **where}

    def _seen(self, at: dt.datetime, step: str, disposition: str) -> Event:
        when = self._when(at)
        return {"type": "ObjectEvent", **when, "action": "OBSERVE", "bizStep": step, "disposition": disposition}

    def _when(self, at: dt.datetime) -> Event:
        local = at.astimezone(self._options.zone)
        fine = "microseconds" if local.microsecond % 1000 else "milliseconds"
        offset = local.isoformat()[-6:]
        return {"eventTime": local.isoformat(timespec=fine), "eventTimeZoneOffset": offset}

    def _goods(self, goods: Iterable[Goods]) -> tuple[list[str], list[Event]]:
        """Pieces by serial number, and quantities of the others by class; what is of one class is added up."""
        pieces: list[str] = []
        amounts: dict[tuple[str, str], Decimal] = {}
        for each in goods:
            gtin = each.gtin or self._options.gtin_of(each.item) or ""
            unit = _uom(each)
            if each.serials and not unit:
                pieces += [self._piece(each.item, gtin, serial) for serial in each.serials]
            left = each.quantity.amount - (len(each.serials) if not unit else 0)
            if left < 0:
                raise CannotWrite(f"{each.quantity.amount:f} of {each.item} have {len(each.serials)} serial numbers")
            if left:
                key = (self._class(each, gtin), unit)
                amounts[key] = amounts.get(key, Decimal(0)) + left
        return pieces, [
            {"epcClass": name, "quantity": amount, **({"uom": unit} if unit else {})}
            for (name, unit), amount in amounts.items()
        ]

    def _class(self, goods: Goods, gtin: str) -> str:
        if gtin:
            return self._keys.goods(gtin, goods.lot)
        return self._keys.own(
            "item", goods.item, *((goods.lot,) if goods.lot else ()), f"item {goods.item} has no GTIN"
        )

    def _piece(self, item: str, gtin: str, serial: str) -> str:
        return (
            self._keys.piece(gtin, serial)
            if gtin
            else self._keys.own("piece", item, serial, f"item {item} has no GTIN")
        )

    def _gln(self, party: PartyRef) -> str:
        """The GLN of a place or party: its own, else what is known of our id."""
        for found in (
            party.their_id if party.qualifier == _GLN else "",
            self._options.gln_of(party.id) or "",
            party.id,
        ):
            if is_gln(found):
                return found
        return ""

    def _place(self, party: PartyRef) -> str:
        gln, name = self._gln(party), party.id or party.their_id
        return self._keys.place(gln) if gln else self._keys.own("place", name, f"the place {name!r} has no GLN")

    def _party(self, party: PartyRef) -> str:
        gln, name = self._gln(party), party.id or party.their_id
        return self._keys.party(gln) if gln else self._keys.own("party", name, f"the party {name!r} has no GLN")

    def _documents(self, kind: str, of: PartyRef, numbers: Iterable[str]) -> Iterator[Event]:
        """Documents of one kind, each once; `of` is who numbers them."""
        gln, name = self._gln(of), of.id or of.their_id
        for number in dict.fromkeys(each for each in numbers if each):
            said = (
                self._keys.transaction(gln, number)
                if gln
                else self._keys.own(kind, name, number, f"{name!r}, who numbered {kind} {number}, has no GLN")
            )
            yield {"type": kind, "bizTransaction": said}


def _disposition(condition: str) -> str:
    if condition not in _COUNTED:
        raise CannotWrite(f"EPCIS has no disposition for goods that are {condition}")
    return _COUNTED[condition]


def _missed(adjustment: InventoryAdjustment) -> Iterator[Goods]:
    """What there is less of in all conditions together: the rest was found in another one."""
    changes: dict[tuple[str, str, str, str], Decimal] = {}
    for line in adjustment.lines:
        key = line.item, line.lot, line.owner, line.quantity.unit
        changes[key] = changes.get(key, Decimal(0)) + line.quantity.amount
    for (item, lot, _, unit), change in changes.items():
        if change < 0:
            yield Goods(item, Quantity(-change, unit), lot=lot)


def _condition(line: Any) -> str:
    return str(line.condition)


def _listed(name: str, values: list[Any]) -> Event:
    return {name: values} if values else {}


def _uom(goods: Goods) -> str:
    """The unit of what is measured; empty for pieces. A pack says nothing to who does not know what it holds."""
    unit = known(goods.quantity.unit)
    if unit is not None and unit.measures == PIECES:
        return ""
    if unit is None or unit.size is None:
        raise CannotWrite(
            f"{goods.quantity.amount:f} {goods.quantity.unit} of {goods.item}: EPCIS has pieces and measures"
        )
    return unit.rec20[0]
