"""A simulated warehouse management system: one site, stock of several owners."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import ZERO, Adjustment, AdjustmentLine
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import Intake, Operation, text
from crossdock.sandbox.plan import site_of
from crossdock.sandbox.settings import WmsSettings
from crossdock.sandbox.stage import Stage, System
from crossdock.sandbox.wms_holds import Hold, Holds, by_hold
from crossdock.sandbox.wms_inbound import Inbound, InboundAdvice, by_advice
from crossdock.sandbox.wms_messages import number_of
from crossdock.sandbox.wms_outbound import Outbound, ShippingOrder, by_order_ref
from crossdock.sandbox.wms_returns import ReturnAdvice, Returns, by_rma
from crossdock.sandbox.wms_stock import Floor
from crossdock.sandbox.wms_transfers import TransferAdvice, TransferOrder, Transfers, by_shipment, by_transfer


class Wms(System):
    """Takes advices and orders, moves goods in working hours, tells by webhook."""

    def __init__(self, name: str, stage: Stage, settings: WmsSettings) -> None:
        super().__init__(name, stage)
        self.floor = Floor(self, settings)
        self.outbound = Outbound(self.floor)
        self.inbound = Inbound(self.floor)
        self.returns = Returns(self.floor)
        self.transfers = Transfers(self.floor)
        self.holds = Holds(self.floor)

    def intake(self) -> Intake:
        """Advices, orders, and stock levels."""
        intake, base = self.new_intake(), "/wms/v1/"
        advise, ship, back = self.inbound.advise, self.outbound.take, self.returns.advise
        intake.take(Operation("POST", base + "inbound-advices", "inbound_advices", InboundAdvice, by_advice, advise))
        intake.take(Operation("POST", base + "shipping-orders", "shipping_orders", ShippingOrder, by_order_ref, ship))
        intake.take(Operation("POST", base + "return-advices", "return_advices", ReturnAdvice, by_rma, back))
        send, expect = self.transfers.take, self.transfers.advise
        intake.take(Operation("POST", base + "transfer-orders", "transfer_orders", TransferOrder, by_transfer, send))
        intake.take(
            Operation("POST", base + "transfer-advices", "transfer_advices", TransferAdvice, by_shipment, expect)
        )
        intake.take(Operation("POST", base + "holds", "holds", Hold, by_hold, self.holds.take))
        intake.get(base + "stock", self._stock)
        intake.get(base + "messages", self.floor.messages.page)
        return intake

    def _stock(self, request: Request, parameters: tuple[str, ...]) -> Body:
        site = self.floor.site
        if request.query.get("report") == "opening":
            return self._opening()
        now = iso(self.stage.clock.now())
        told = self.floor.messages
        stated: Body = {"at": now, "site": site, "report": f"NOW-{site}-{now}", "levels": self.floor.stock.now()}
        return stated | {"messages": told.count, "changes": told.changes(number_of(request, "after"))}

    def _opening(self) -> Body:
        site, opened = self.floor.site, iso(self.stage.plan.begins_at)
        return {"at": opened, "site": site, "report": f"OPEN-{site}", "levels": self.floor.stock.opening()}

    def play(self) -> None:
        """Write down what lies here; plan the counts and corrections of the days that fall to this site."""
        self.book.effect("stock.opening", self.floor.site, "", self._opening())
        for adjustment in self.stage.plan.adjustments:
            if self._mine(adjustment):
                what = f"adjust/{adjustment.invoice}"
                self.plan(adjustment.at, what, partial(self._adjust, adjustment))

    def _mine(self, adjustment: Adjustment) -> list[AdjustmentLine]:
        settings = self.stage.settings
        return [line for line in adjustment.lines if site_of(line.item, settings) == self.floor.site]

    def _adjust(self, adjustment: Adjustment, at: dt.datetime) -> None:
        owner = self.stage.settings.entity_of(adjustment.country)
        lines: list[Body] = []
        for line in self._mine(adjustment):
            self.floor.stock.levels[owner, line.item].on_hand += line.quantity
            told: Body = {"line": line.line, "sku": line.item, "qty": text(line.quantity)}
            lines.append(told | {"reason": line.reason or "count"})
        number = self.floor.number("ADJ")
        self.floor.tell("stock.adjusted", number, owner, at, {"number": number, "lines": lines}, (number,))
        self.stage.played["adjustments"] += 1
        self.stage.situations.lines["adjusted"] += len(lines)
        self.floor.goods_came(at)

    def status(self) -> Body:
        """Counts, stock in total, and what waits."""
        levels = self.floor.stock.levels.values()
        totals = {
            bucket: text(sum((getattr(level, bucket) for level in levels), ZERO))
            for bucket in ("on_hand", "picked", "packed", "quarantined", "damaged")
        }
        below_zero = sum(min(level.on_hand, level.picked, level.packed) < Decimal(0) for level in levels)
        return super().status() | {
            "outbound": dict(self.outbound.counts),
            "waiting_for_goods": self.outbound.waiting[:20],
            "inbound": self.inbound.status(),
            "stock": totals,
            "levels_below_zero": below_zero,
        }
