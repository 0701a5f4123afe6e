"""Shipping orders in a simulated warehouse: allocate, pick, pack, and leave in waves."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.intake import Refused, Taken, text
from crossdock.sandbox.wms_stock import Floor

_STEPS = {"allocated": 1, "picked": 2, "packed": 3, "cross_docked": 3}
_COMPANY_PREFIX = "5012345"  # the distributor's GS1 prefix in this simulation


class AskedLine(msgspec.Struct, frozen=True):
    """Line of a shipping order."""

    order_line: str
    sku: str
    qty: Decimal
    kit: str = ""
    """Of which kit it is a component."""
    weigh_in: str = ""
    """Weigh it in this unit as it leaves."""


class ShipTo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the goods go, if not to the customer itself."""

    code: str
    qualifier: str = ""
    name: str = ""
    country: str = ""


class ShippingOrder(msgspec.Struct, frozen=True):
    """What Crossdock wants shipped. With `cross_dock`, goods of that receipt which stand on the dock still."""

    owner: str
    order_ref: str
    channel: str
    sales_order: str
    customer: str
    country: str
    lines: tuple[AskedLine, ...]
    ship_to: ShipTo | None = None
    cross_dock: str = ""


class Job(msgspec.Struct, eq=False):
    """A shipping order on the floor. Twice the same order is two jobs: this warehouse does what it is told."""

    id: str
    order: ShippingOrder
    arrived: int
    told_allocated: bool = False

    def wanted(self) -> dict[tuple[str, str], Decimal]:
        """Quantities by owner and SKU; the same SKU may stand in several lines."""
        total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in self.order.lines:
            total[self.order.owner, line.sku] += line.qty
        return total


def by_order_ref(body: ShippingOrder, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return body.order_ref, body.owner


class Outbound:
    """From shipping order to truck."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._jobs = 0
        self._waiting: list[Job] = []
        self._packed: list[tuple[dt.datetime, Job]] = []
        self._waves: set[dt.datetime] = set()
        self._packs = 0
        self.counts: Counter[str] = Counter()
        floor.goods_came = self.retry

    @property
    def waiting(self) -> list[str]:
        """Orders that wait for goods."""
        return [job.order.order_ref for job in self._waiting]

    def take(self, body: ShippingOrder, taken: Taken) -> Body:
        """A shipping order arrives."""
        if not body.lines or any(line.qty <= 0 for line in body.lines):
            raise Refused(422, "a shipping order has lines with quantities above 0")
        self._jobs += 1
        job = Job(f"{self._floor.settings.letter}-{self._jobs:06d}", body, self._jobs)
        self._floor.system.book.effect("shipping_order", body.order_ref, body.owner, taken.raw, taken.idempotency_key)
        self.counts["orders"] += 1
        step = "dock" if body.cross_dock else "allocate"
        self._later(job, step, self._floor.stage.clock.now(), self._floor.settings.allocates_minutes)
        return {"id": job.id}

    def _later(self, job: Job, step: str, after: dt.datetime, minutes: tuple[int, int]) -> None:
        stage, ref = self._floor.stage, job.order.order_ref
        when = stage.calendar.add(after, stage.chance.minutes(*minutes, step, self._floor.site, ref))
        actions = {"allocate": self._allocate, "dock": self._cross_dock, "pick": self._pick, "pack": self._pack}
        action = actions[step]
        self._floor.system.plan(when, f"{step}/{ref}/{job.id}", partial(action, job))

    def _cross_dock(self, job: Job, at: dt.datetime) -> None:
        """What came stays on the dock and leaves with the next wave. If somebody took it, it comes from the shelf."""
        levels, wanted = self._floor.stock.levels, job.wanted()
        if any(levels[key].available < quantity for key, quantity in wanted.items()):
            self._allocate(job, at)
            return
        for key, quantity in wanted.items():
            levels[key].on_hand -= quantity
            levels[key].packed += quantity
        self._tell(job, "cross_docked", at)
        self.counts["cross_docked"] += 1
        self._leave_with_a_wave(job, at)

    def _allocate(self, job: Job, at: dt.datetime) -> None:
        if not self._try_allocate(job, at):
            self.counts["waited"] += 1
            self._waiting.append(job)
            self._waiting.sort(key=lambda each: each.arrived)

    def _try_allocate(self, job: Job, at: dt.datetime) -> bool:
        levels, wanted = self._floor.stock.levels, job.wanted()
        if any(levels[key].available < quantity for key, quantity in wanted.items()):
            return False
        for key, quantity in wanted.items():
            levels[key].allocated += quantity
        if not job.told_allocated:
            job.told_allocated = True
            self._tell(job, "allocated", at)
        self._later(job, "pick", at, self._floor.settings.picks_minutes)
        return True

    def retry(self, at: dt.datetime) -> None:
        """Goods came: those who waited longest try first, whoever cannot lets others pass."""
        self._waiting = [job for job in self._waiting if not self._try_allocate(job, at)]

    def _pick(self, job: Job, at: dt.datetime) -> None:
        levels, wanted = self._floor.stock.levels, job.wanted()
        for key, quantity in wanted.items():
            levels[key].allocated -= quantity
        if any(levels[key].on_hand < quantity for key, quantity in wanted.items()):
            self._allocate(job, at)  # a count took away what had been allocated
            return
        for key, quantity in wanted.items():
            levels[key].on_hand -= quantity
            levels[key].picked += quantity
        self._tell(job, "picked", at)
        self._later(job, "pack", at, self._floor.settings.packs_minutes)

    def _pack(self, job: Job, at: dt.datetime) -> None:
        for key, quantity in job.wanted().items():
            self._floor.stock.levels[key].picked -= quantity
            self._floor.stock.levels[key].packed += quantity
        self._tell(job, "packed", at)
        self._leave_with_a_wave(job, at)

    def _leave_with_a_wave(self, job: Job, at: dt.datetime) -> None:
        self._packed.append((at, job))
        wave = self._floor.stage.calendar.next_of(at, self._floor.settings.waves_at)
        if wave not in self._waves:
            self._waves.add(wave)
            self._floor.system.plan(wave, f"wave/{iso(wave)}", self._leave)

    def _tell(self, job: Job, step: str, at: dt.datetime) -> None:
        order = job.order
        lines = [{"sales_order": order.sales_order} | _line(line) for line in order.lines]
        data: Body = {"order_ref": order.order_ref, "sequence": _STEPS[step], "lines": lines}
        self._floor.tell(f"order.{step}", order.order_ref, order.owner, at, data, (order.order_ref,))

    def _leave(self, at: dt.datetime) -> None:
        """A wave: what one owner sends one customer at one place leaves together."""
        groups: dict[tuple[str, str, str, str], list[Job]] = defaultdict(list)
        for packed_at, job in sorted(self._packed, key=lambda each: (each[0], each[1].order.order_ref, each[1].id)):
            if packed_at <= at:
                single = job.order.customer in self._floor.settings.never_consolidated
                place = job.order.ship_to.code if job.order.ship_to else ""
                alone = job.order.order_ref if single else ""
                groups[job.order.owner, job.order.customer, place, alone].append(job)
        self._packed = [(packed_at, job) for packed_at, job in self._packed if packed_at > at]
        for _, jobs in sorted(groups.items()):
            self._dispatch(jobs, at)

    def _dispatch(self, jobs: list[Job], at: dt.datetime) -> None:
        shipment, first = self._floor.number("SH"), jobs[0].order
        for job in jobs:
            for key, quantity in job.wanted().items():
                self._floor.stock.levels[key].packed -= quantity
            for line in job.order.lines:
                self._floor.stage.situations.shipped(shipment, job.order.sales_order, line.order_line)
                self._floor.stage.situations.lines["shipped_in_kits"] += bool(line.kit)
        orders = [
            {
                "order_ref": job.order.order_ref,
                "channel": job.order.channel,
                "sales_order": job.order.sales_order,
                "lines": [_line(line) | self._weighed(job, line, shipment) for line in job.order.lines],
            }
            for job in jobs
        ]
        data: Body = {"shipment": shipment, "customer": first.customer, "country": first.country}
        if first.ship_to:
            data["ship_to"] = msgspec.to_builtins(first.ship_to)
        data |= {"carrier": self._carrier(), "packs": [self._sscc() for _ in jobs], "orders": orders}
        keep = tuple(job.order.order_ref for job in jobs)
        self._floor.tell("shipment.dispatched", shipment, first.owner, at, data, keep)
        self.counts["shipments"] += 1
        self.counts["shipped_units"] += int(sum((sum(job.wanted().values(), ZERO) for job in jobs), ZERO))

    def _weighed(self, job: Job, line: AskedLine, shipment: str) -> Body:
        """The scale at the door."""
        if not line.weigh_in:
            return {}
        return self._floor.weigh(job.order.owner, line.sku, -line.qty, line.weigh_in, f"{shipment}/{line.order_line}")

    def _carrier(self) -> str:
        return next(iter(self._floor.stage.settings.carriers), "")

    def _sscc(self) -> str:
        """The next serial shipping container code, with its check digit."""
        self._packs += 1
        house = ord(self._floor.settings.letter) % 10
        digits = f"0{_COMPANY_PREFIX}{house}{self._packs:08d}"
        return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _line(line: AskedLine) -> Body:
    return {"order_line": line.order_line, "sku": line.sku, "qty": text(line.qty)}
