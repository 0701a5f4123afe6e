"""The dock of a simulated warehouse: what really came, counted against what was announced."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import instant
from crossdock.sandbox.intake import Taken, text
from crossdock.sandbox.settings import MiscountSettings
from crossdock.sandbox.stage import Parcel, Truck
from crossdock.sandbox.wms_stock import Floor

_BUCKETS = {"OK": "on_hand", "DMG": "damaged", "QUA": "quarantined"}
_BELIEVED_AT = dt.time(8, 30)


class AdvisedLine(msgspec.Struct, frozen=True):
    """Line of an inbound advice."""

    po: str
    po_line: str
    sku: str
    qty: Decimal
    pack: str = ""
    weigh_in: str = ""
    """Weigh it in this unit as it comes."""


class InboundAdvice(msgspec.Struct, frozen=True):
    """What Crossdock says will come."""

    owner: str
    advice: str
    vendor: str
    lines: tuple[AdvisedLine, ...]
    eta: dt.date | None = None


def by_advice(body: InboundAdvice, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return body.advice, body.owner


class _Delivery(msgspec.Struct, eq=False):
    """A ship notice as two halves that find each other: the advice, and the truck."""

    advised: bool = False
    truck: Truck | None = None
    counted: bool = False


class Inbound:
    """From truck to receipt."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._deliveries: dict[tuple[str, str, str], _Delivery] = defaultdict(_Delivery)
        self._windows: set[tuple[dt.datetime, str, str]] = set()
        self._advices = 0
        self._weighs: dict[tuple[str, str], str] = {}
        self.counts: Counter[str] = Counter()
        floor.stage.docks[floor.site] = self.expect

    @property
    def unannounced(self) -> list[str]:
        """Trucks at the dock that no advice has come for."""
        return [notice for (_, _, notice), each in self._deliveries.items() if each.truck and not each.advised]

    def advise(self, body: InboundAdvice, taken: Taken) -> Body:
        """An advice arrives."""
        self._floor.system.book.effect("inbound_advice", body.advice, body.owner, taken.raw, taken.idempotency_key)
        self._advices += 1
        key = (body.owner, body.vendor, body.advice)
        self._deliveries[key].advised = True
        self._weighs |= {(body.owner, line.sku): line.weigh_in for line in body.lines if line.weigh_in}
        stage = self._floor.stage
        if not stage.suppliers_run_here:
            self._believe(body)
        elif self._deliveries[key].truck is not None:
            self._plan_window(key, stage.clock.now())
        return {"id": f"AD{self._floor.settings.letter}{self._advices:06d}"}

    def _believe(self, body: InboundAdvice) -> None:
        """No supplier lives in this process, so no truck can tell what really comes."""
        parcels = tuple(Parcel(line.po, line.po_line, line.sku, line.qty) for line in body.lines)
        now = self._floor.stage.clock.now()
        arrives_at = max(now, instant(body.eta or now.date(), _BELIEVED_AT))
        self.expect(Truck(body.vendor, body.owner, body.advice, arrives_at, parcels))

    def expect(self, truck: Truck) -> None:
        """A supplier's truck is on its way here."""
        what = f"truck/{truck.supplier}/{truck.entity}/{truck.notice}"
        self._floor.system.plan(truck.arrives_at, what, partial(self._arrive, truck))

    def _arrive(self, truck: Truck, at: dt.datetime) -> None:
        key = (truck.entity, truck.supplier, truck.notice)
        self._deliveries[key].truck = truck
        if self._deliveries[key].advised:
            self._plan_window(key, at)
        else:
            self.counts["came_unannounced"] += 1

    def _plan_window(self, key: tuple[str, str, str], after: dt.datetime) -> None:
        window = self._floor.stage.calendar.next_of(after, self._floor.settings.docks_at)
        owner, vendor, _ = key
        if (window, owner, vendor) not in self._windows:
            self._windows.add((window, owner, vendor))
            self._floor.system.plan(window, f"dock/{owner}/{vendor}", partial(self._count, owner, vendor))

    def _count(self, owner: str, vendor: str, at: dt.datetime) -> None:
        """Everything of one vendor and owner that stands at the dock becomes one receipt."""
        trucks = []
        for (to, by, _), delivery in sorted(self._deliveries.items()):
            ready = delivery.advised and delivery.truck is not None and not delivery.counted
            if (to, by) == (owner, vendor) and ready and delivery.truck is not None:
                delivery.counted = True
                trucks.append(delivery.truck)
        if not trucks:
            return
        receipt = self._floor.number("RC")
        lines: list[Body] = []
        for truck in trucks:
            self._floor.stage.situations.received(receipt, f"{vendor}/{truck.notice}")
            for parcel in truck.parcels:
                self._count_parcel(owner, truck, parcel, lines)
        data: Body = {"receipt": receipt, "vendor": vendor}
        data |= {"advices_closed": [truck.notice for truck in trucks], "lines": lines}
        self._floor.tell("receipt.confirmed", receipt, owner, at, data, (receipt,))
        self.counts["receipts"] += 1
        self._floor.goods_came(at)

    def _count_parcel(self, owner: str, truck: Truck, parcel: Parcel, lines: list[Body]) -> None:
        level = self._floor.stock.levels[owner, parcel.item]
        for condition, quantity in self._verdicts(truck, parcel):
            bucket = _BUCKETS[condition]
            setattr(level, bucket, getattr(level, bucket) + quantity)
            line: Body = {"line": str(len(lines) + 1), "advice": truck.notice, "po": parcel.order}
            line |= {"po_line": parcel.order_line, "sku": parcel.item, "qty": text(quantity), "condition": condition}
            if unit := self._weighs.get((owner, parcel.item)):
                line |= self._floor.weigh(owner, parcel.item, quantity, unit, f"{truck.notice}/{len(lines)}")
            lines.append(line)

    def _verdicts(self, truck: Truck, parcel: Parcel) -> list[tuple[str, Decimal]]:
        """How much of a parcel is counted in which condition; now and then it is not what was sent."""
        chance, rates = self._floor.stage.chance, self._floor.settings.miscounts
        key = (truck.supplier, truck.notice, parcel.order, parcel.order_line)
        some = max(Decimal(1), parcel.quantity // 8)
        kind = _draw(chance.share("miscount", *key), rates)
        if kind is None or (kind != "over" and parcel.quantity <= some):
            return [("OK", parcel.quantity)]
        self._floor.stage.situations.lines[f"received_{kind}"] += 1
        if kind == "over":
            return [("OK", parcel.quantity + some)]
        good = [("OK", parcel.quantity - some)]
        return good if kind == "short" else [*good, ("DMG" if kind == "damaged" else "QUA", some)]

    def status(self) -> Body:
        """Counts, and what waits for papers."""
        return dict(self.counts) | {"unannounced": self.unannounced[:20]}


def _draw(share: float, rates: MiscountSettings) -> str | None:
    """Which miscount a number from 0 to 1 means."""
    for kind in ("short", "over", "damaged", "quarantined"):
        rate: float = getattr(rates, kind)
        if share < rate:
            return kind
        share -= rate
    return None
