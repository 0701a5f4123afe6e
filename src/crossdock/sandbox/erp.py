"""The simulated ERP: master data, purchase orders by policy, returns, and postings of everything that happened."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import TypeVar

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import ZERO, Return
from crossdock.sandbox.erp_postings import (
    AdjustmentPosting,
    ConfirmationPosting,
    ConfirmedLine,
    InvoicePosting,
    MovementPosting,
    PurchaseOrderPosting,
    ReceiptPosting,
    SalesOrderPosting,
    by_invoice,
    by_number,
    by_order,
    by_po,
    by_receipt,
)
from crossdock.sandbox.erp_stock import OnHand, Posting
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import Intake, Operation, Refused, Taken, text
from crossdock.sandbox.plan import Item, site_of
from crossdock.sandbox.replenishment import Need, OrderedLine, Replenishment
from crossdock.sandbox.settings import ErpSettings
from crossdock.sandbox.stage import Stage, System

_OBJECTS = ("items", "customers", "purchase_orders", "returns")
_FIRST_ORDER = 4500001
_PREFIXES = {
    "sales_orders": "SO",
    "purchase_orders": "PO",
    "po_confirmations": "PC",
    "goods_receipts": "GR",
    "vendor_invoices": "VI",
    "customer_invoices": "CI",
    "credit_notes": "CN",
    "stock_adjustments": "SA",
    "goods_movements": "GM",
}
T = TypeVar("T")


class Erp(System):
    """Answers polls, books postings, and runs its purchasing policy on working days."""

    def __init__(self, name: str, stage: Stage, settings: ErpSettings) -> None:
        super().__init__(name, stage)
        self._settings = settings
        self.purchasing = Replenishment(stage.plan.items, stage.plan.stock, stage.calendar, settings.grace_days)
        self.stock = OnHand(name, stage.plan, stage.faults, stage.clock.now)
        self._changes: dict[str, list[Body]] = {name: [] for name in _OBJECTS}
        self._postings: Counter[str] = Counter()
        self._orders = 0
        self._records: dict[str, tuple[int, Body]] = {}
        self._dropped: set[str] = set()
        self._stopped = False
        self._publish_master_data()

    # what others ask and tell

    def intake(self) -> Intake:
        """Polls and postings."""
        intake = self.new_intake()
        intake.get("/api/v1/changes", self._page)
        intake.get("/api/v1/stock", self.stock.page)
        take = intake.take
        take(_posting("sales_orders", SalesOrderPosting, by_order, self._sold))
        take(_posting("purchase_orders", PurchaseOrderPosting, by_po, self._bought))
        take(_posting("po_confirmations", ConfirmationPosting, by_po, self._confirmed))
        take(_posting("goods_receipts", ReceiptPosting, by_receipt, self._received))
        for kind in ("vendor_invoices", "customer_invoices", "credit_notes"):
            take(_posting(kind, InvoicePosting, by_invoice, partial(self._invoiced, kind)))
        take(_posting("goods_movements", MovementPosting, by_number, self._moved))
        take(_posting("stock_adjustments", AdjustmentPosting, by_number, self._adjusted))
        return intake

    def _page(self, request: Request, parameters: tuple[str, ...]) -> Body:
        wanted = request.query.get("object", "")
        if wanted not in self._changes:
            raise Refused(404, f"no object {wanted!r}")
        try:
            cursor = int(request.query.get("cursor") or "0")
            limit = min(1000, max(1, int(request.query.get("limit") or "200")))
        except ValueError:
            raise Refused(400, "cursor and limit are numbers") from None
        records = self._changes[wanted]
        page = records[cursor : cursor + limit]
        after = min(len(records), cursor + len(page))
        return {"records": page, "cursor": str(max(cursor, after)), "more": after < len(records)}

    def _posting(self, kind: str, key: str, entity: str, taken: Taken) -> Body:
        self._postings[kind] += 1
        number = f"{_PREFIXES[kind]}{self._postings[kind]:06d}"
        self.book.effect(kind, key, entity, taken.raw, taken.idempotency_key)
        return {"posting": number}

    def _sold(self, body: SalesOrderPosting, taken: Taken) -> Body:
        for line in body.lines:
            self.purchasing.sell(body.entity, line.item, line.qty)
        return self._posting("sales_orders", body.order, body.entity, taken)

    def _bought(self, body: PurchaseOrderPosting, taken: Taken) -> Body:
        """The customer's order was told, too, as far as it needs nothing that lies in a warehouse."""
        self._dropped.add(body.po_number)
        for line in body.lines:
            self.purchasing.change(body.entity, line.item, line.qty)
        return self._posting("purchase_orders", body.po_number, body.entity, taken)

    def _confirmed(self, body: ConfirmationPosting, taken: Taken) -> Body:
        if body.po_number in self._dropped:
            return self._posting("po_confirmations", body.po_number, body.entity, taken)
        if body.po_number not in self._records:
            raise Refused(422, f"no purchase order {body.po_number}")
        if body.revision >= self._records[body.po_number][0]:
            answers: dict[str, list[ConfirmedLine]] = defaultdict(list)
            for line in body.lines:
                answers[line.line].append(line)
            for number, group in answers.items():
                total = sum((each.qty for each in group if each.answer != "rejected"), ZERO)
                latest = max((each.date for each in group if each.date and each.answer != "rejected"), default=None)
                self.purchasing.confirm(body.entity, body.po_number, number, total, latest)
        return self._posting("po_confirmations", body.po_number, body.entity, taken)

    def _on_hand(
        self, kind: str, key: str, body: ReceiptPosting | AdjustmentPosting | MovementPosting, taken: Taken
    ) -> Body | None:
        """Book goods; the answer alone if the posting is lost. The book says what struck: it is the test's oracle."""
        number = f"{_PREFIXES[kind]}{self._postings[kind] + 1:06d}"
        posting = Posting(kind, number, body.entity, body.site, taken.idempotency_key)
        fault = self.stock.book(posting, [(line.item, line.qty) for line in body.lines])
        if fault:
            self.book.effect(f"fault.{fault}", key, body.entity, taken.raw, taken.idempotency_key)
        if fault != "drop_posting":
            return None
        self._postings[kind] += 1
        return {"posting": number}

    def _received(self, body: ReceiptPosting, taken: Taken) -> Body:
        if lost := self._on_hand("goods_receipts", body.receipt, body, taken):
            return lost
        for line in body.lines:
            if line.condition == "good":
                self.purchasing.change(body.entity, line.item, line.qty)
            self.purchasing.receive(body.entity, line.po_number, line.po_line, line.qty, body.received_at.date())
        return self._posting("goods_receipts", body.receipt, body.entity, taken)

    def _invoiced(self, kind: str, body: InvoicePosting, taken: Taken) -> Body:
        return self._posting(kind, body.invoice, body.entity, taken)

    def _moved(self, body: MovementPosting, taken: Taken) -> Body:
        lost = self._on_hand("goods_movements", body.number, body, taken)
        return lost or self._posting("goods_movements", body.number, body.entity, taken)

    def _adjusted(self, body: AdjustmentPosting, taken: Taken) -> Body:
        if lost := self._on_hand("stock_adjustments", body.number, body, taken):
            return lost
        for line in body.lines:
            self.purchasing.change(body.entity, line.item, line.qty)
        return self._posting("stock_adjustments", body.number, body.entity, taken)

    # what it does by itself

    def play(self) -> None:
        """Plan the returns of the days and the first look of purchasing. The book remembers what kits consist of."""
        for item in self.stage.plan.items.values():
            if item.components:
                kit: Body = {"entity": item.entity, "code": item.code}
                self.book.effect("kit.stated", item.code, item.entity, kit | _components(item))
        for returned in self.stage.plan.returns:
            self.plan(returned.created_at, f"return/{returned.number}", partial(self._return, returned))
        self._plan_policy(self.stage.plan.begins_at)

    def satisfied(self, now: dt.datetime) -> bool:
        """Nothing is below its point, or purchasing has stopped."""
        return self._stopped or self.purchasing.satisfied(now.date())

    def status(self) -> Body:
        """Orders and postings."""
        return super().status() | {
            "purchase_orders": self._orders,
            "changed_orders": sum(revision > 0 for revision, _ in self._records.values()),
            "postings": dict(self._postings),
            "returns": len(self._changes["returns"]),
        }

    def _publish(self, kind: str, action: str, record: Body) -> None:
        changes = self._changes[kind]
        changes.append({"seq": len(changes) + 1, "action": action, "record": record})

    def _publish_master_data(self) -> None:
        for item in self.stage.plan.items.values():
            self._publish(
                "items",
                "create",
                {
                    "entity": item.entity,
                    "code": item.code,
                    "name": item.name,
                    "uom": "EA",
                    "type": "CHARGE" if item.charge else "STOCK",
                    "vendor": item.vendor,
                    "vendor_code": item.vendor_code,
                    "cost": text(item.cost),
                    "list_price": text(item.list_price),
                    "currency": self._currency(item.entity),
                    "default_site": item.site,
                    "barcode": "",
                }
                | _components(item)
                | _packs(item),
            )
        for customer in self.stage.plan.customers.values():
            limit = customer.credit_limit
            record: Body = {"entity": customer.entity, "code": customer.code, "name": customer.name}
            record |= {"country": customer.country, "credit_limit": None if limit is None else text(limit)}
            self._publish("customers", "create", record | {"blocked": False})

    def _currency(self, entity: str) -> str:
        return self.stage.settings.companies[entity].currency

    def _return(self, returned: Return, at: dt.datetime) -> None:
        settings = self.stage.settings
        entity = settings.entity_of(returned.country)
        site = site_of(returned.lines[0].item, settings)
        lines = [
            {
                "line": line.line,
                "item": line.item,
                "qty": text(line.quantity),
                "price": text(line.price),
                "order": line.order,
                "order_line": line.order_line,
                "reason": "",
            }
            for line in returned.lines
        ]
        record: Body = {"entity": entity, "rma": returned.number, "customer": returned.customer, "site": site}
        record |= {"channel": returned.channel, "created_at": iso(returned.created_at)}
        record |= {"currency": self._currency(entity), "lines": lines}
        self.book.effect("return.created", returned.number, entity, record)
        self._publish("returns", "create", record)
        self.stage.played["returns"] += 1
        self.stage.situations.lines["returned"] += len(lines)

    def _plan_policy(self, after: dt.datetime) -> None:
        when = self.stage.calendar.next_of(after, self._settings.policy_at)
        self.plan(when, f"policy/{iso(when)}", self._run_policy, background=True)

    def _run_policy(self, at: dt.datetime) -> None:
        """Order what is short; stop for good some days after the last customer order."""
        if at > self.stage.plan.ends_at + dt.timedelta(days=self._settings.quiet_days):
            self._stopped = True
            return
        for (entity, vendor, site), needs in self.purchasing.needs(at.date()).items():
            self._place(entity, vendor, site, needs, at)
        self._plan_policy(at + dt.timedelta(minutes=1))

    def _place(self, entity: str, vendor: str, site: str, needs: list[Need], at: dt.datetime) -> None:
        number = str(_FIRST_ORDER + self._orders)
        self._orders += 1
        required = self.stage.calendar.next_working_day(at.date(), self._settings.lead_days)
        lines = [
            OrderedLine((entity, need.item.code), str(position * 10), need.quantity, need.item.cost, required)
            for position, need in enumerate(needs, 1)
        ]
        self.purchasing.place(entity, number, lines)
        head: Body = {"entity": entity, "po_number": number, "vendor": vendor, "site": site}
        head |= {"order_date": at.date().isoformat(), "required_date": required.isoformat()}
        self._send(head, lines, 0, "create")
        if self.stage.chance.happens(self._settings.changes, "change", number):
            later = self.stage.calendar.add(at, self.stage.chance.minutes(120, 210, "change-at", number))
            self.plan(later, f"change/{number}", partial(self._change, head, lines))

    def _change(self, head: Body, lines: list[OrderedLine], at: dt.datetime) -> None:
        """Purchasing thinks again about one line."""
        number, chance = str(head["po_number"]), self.stage.chance
        line = lines[chance.between(0, len(lines) - 1, "changed-line", number)]
        kind = ("up", "down", "cancel")[chance.between(0, 2, "changed-how", number)]
        if kind == "cancel" and len(lines) > 1:
            line.cancelled = True
        elif kind == "down" and line.quantity > 2:
            line.quantity -= line.quantity // 3
        else:
            line.quantity += max(Decimal(1), line.quantity // 4)
        line.confirmed = None
        self._send(head, lines, 1, "change")

    def _send(self, head: Body, lines: list[OrderedLine], revision: int, action: str) -> None:
        entity, number = str(head["entity"]), str(head["po_number"])
        record = head | {"revision": revision, "currency": self._currency(entity), "lines": list(self._lines(lines))}
        self._records[number] = (revision, record)
        self.book.effect(f"purchase_order.{action}", number, entity, record)
        self._publish("purchase_orders", action, record)

    def _lines(self, lines: list[OrderedLine]) -> Iterator[Body]:
        for line in lines:
            entity, code = line.key
            yield {
                "line": line.line,
                "item": code,
                "vendor_item": self.stage.plan.items[entity, code].vendor_code,
                "qty": text(line.quantity),
                "uom": "EA",
                "unit_cost": text(line.cost),
                "status": "CANCELLED" if line.cancelled else "OPEN",
            }


def _components(item: Item) -> Body:
    """What a kit consists of, so many of each in one; nothing for what is no kit."""
    parts = [{"item": part, "qty": text(per)} for part, per in item.components]
    return {"components": parts} if parts else {}


def _packs(item: Item) -> Body:
    """What packs of an item hold; nothing where there are none."""
    packs = [{"uom": unit, "holds": str(holds)} for unit, holds in item.packs]
    return {"packs": packs} if packs else {}


def _posting(
    kind: str,
    body: type[T],
    key: Callable[[T, tuple[str, ...]], tuple[str, str]],
    handle: Callable[[T, Taken], Body],
) -> Operation[T]:
    return Operation("POST", f"/api/v1/postings/{kind}", kind, body, key, handle)
