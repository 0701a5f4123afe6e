"""A simulated supplier: takes orders by X12, answers by its personality, really sends goods, and asks for money."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

import msgspec

from crossdock.edi import x12
from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import instant, iso
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.intake import text
from crossdock.sandbox.mailbox import Mailbox
from crossdock.sandbox.partner import Letter, Partner
from crossdock.sandbox.settings import SupplierSettings
from crossdock.sandbox.stage import Parcel, Stage, Truck
from crossdock.sandbox.supplier_documents import (
    Answer,
    AnsweredLine,
    AskedLine,
    AskedOrder,
    SentLine,
    plain_lines,
    read_order,
    total_of,
    write_answer,
    write_invoice,
    write_ship_notice,
)
from crossdock.sandbox.wms_outbound import check_digit

_CENT = Decimal("0.01")
_INVOICED_AT = dt.time(18, 30)
_MOODS = (
    "backorders",
    "late",
    "rejects",
    "reduces",
    "short_ships",
    "lies",
    "over_ships",
    "price_changes",
    "silent_price_changes",
)


class Part(msgspec.Struct):
    """A quantity of a line that leaves at one time: what is promised, announced, and really loaded."""

    code: str
    promised: Decimal
    announced: Decimal
    loaded: Decimal
    departs_at: dt.datetime
    gone: bool = False


class Line(msgspec.Struct):
    """An order line with what the supplier makes of it."""

    asked: AskedLine
    price: Decimal
    invoice_price: Decimal
    parts: list[Part]
    cancelled: bool = False


class Order(msgspec.Struct):
    """An order on the supplier's books."""

    asked: AskedOrder
    entity: str
    lines: dict[str, Line]
    answered_at: dt.datetime


class Shipment(msgspec.Struct, frozen=True):
    """What left under one ship notice, for the invoice."""

    notice: str
    lines: tuple[SentLine, ...]


class Supplier(Partner):
    """One supplier."""

    def __init__(self, name: str, stage: Stage, settings: SupplierSettings, mailbox: Mailbox) -> None:
        minutes, twice = settings.acknowledges_minutes, settings.sends_twice
        super().__init__(name, stage, mailbox, settings.edi_id, settings.style, minutes, twice)
        self._settings = settings
        self._orders: dict[tuple[str, str], Order] = {}
        self._sites = [each.site for each in stage.settings.warehouses.values()]
        self._moody: set[tuple[str, str]] = set()
        self._departures: set[tuple[dt.datetime, str, str]] = set()
        self._to_invoice: dict[str, list[Shipment]] = defaultdict(list)
        self._notices = 0
        self._invoices = 0
        self._packs = 0

    def take_set(self, item: x12.TransactionSet, entity: str, at: dt.datetime) -> tuple[str, str, Body]:
        """An order or a change of one."""
        asked = read_order(item, self._sites)
        if item.type not in ("850", "860") or not entity or not asked.number or not asked.lines:
            return asked.number, "refused", asked.plain()
        if item.type == "860":
            return self._take_change(asked, entity, at)
        if (entity, asked.number) in self._orders:
            self.book.effect("order.doubled", asked.number, entity, asked.plain())
            return asked.number, "number_repeated", asked.plain()
        self.book.effect("order.taken", asked.number, entity, asked.plain())
        lines = {line.line: self._plan_line(line, asked.number, entity, at) for line in asked.lines}
        answered_at = self._answer_time(asked, at)
        order = Order(asked, entity, lines, answered_at)
        self._orders[entity, asked.number] = order
        self._plan_answer(order, asked)
        self._plan_departures(order)
        return asked.number, "accepted", asked.plain()

    # what the supplier makes of a line

    def _departure(self, at: dt.datetime, extra_days: int = 0) -> dt.datetime:
        calendar, settings = self.stage.calendar, self._settings
        at = calendar.into_hours(at)
        early = at.time() < settings.closes_book_at
        day = calendar.next_working_day(at.date(), settings.lead_days + extra_days)
        return instant(day, settings.departs_at[0 if early else 1])

    def _arrival(self, departs_at: dt.datetime) -> dt.datetime:
        day = self.stage.calendar.next_working_day(departs_at.date(), self._settings.transit_days)
        return instant(day, self._settings.arrives_at)

    def _mood(self, line: AskedLine, order: str, entity: str) -> str:
        """What goes wrong with a line. The same item never goes wrong twice, so that every shortage ends."""
        drawn = self.stage.chance.share("mood", self.name, entity, order, line.line)
        for mood in _MOODS:
            rate: float = getattr(self._settings, mood)
            if drawn < rate:
                if (entity, line.item) in self._moody or line.quantity < 2:
                    return ""
                self._moody.add((entity, line.item))
                self.stage.situations.lines[f"supplier_{mood}"] += 1
                return mood
            drawn -= rate
        return ""

    def _plan_line(self, line: AskedLine, order: str, entity: str, at: dt.datetime) -> Line:
        mood, quantity, departs = self._mood(line, order, entity), line.quantity, self._departure(at)
        some = max(Decimal(1), quantity // 5)
        percent = Decimal(self.stage.chance.between(2, 8, "percent", self.name, entity, order, line.line))
        dearer = (line.price * (100 + percent) / 100).quantize(_CENT, ROUND_HALF_UP) + _CENT
        plan = Line(line, line.price, line.price, [Part("IA", quantity, quantity, quantity, departs)])
        part = plan.parts[0]
        if mood == "backorders":
            later = self._departure(at, self._settings.backorder_days)
            now = quantity // 2
            rest = quantity - now
            plan.parts = [Part("IA", now, now, now, departs), Part("IB", rest, rest, rest, later)]
        elif mood == "late":
            part.code, part.departs_at = "DR", self._departure(at, self._settings.late_days)
        elif mood == "rejects":
            plan.parts = []
        elif mood == "reduces":
            part.code = "IQ"
            part.promised = part.announced = part.loaded = quantity - some
        elif mood == "short_ships":
            part.announced = part.loaded = quantity - some
        elif mood == "lies":
            part.loaded = quantity - some
        elif mood == "over_ships":
            part.announced = part.loaded = quantity + some
        elif mood == "price_changes":
            part.code, plan.price, plan.invoice_price = "IP", dearer, dearer
        elif mood == "silent_price_changes":
            plan.invoice_price = dearer
        return plan

    # answers

    def _answer_time(self, asked: AskedOrder, at: dt.datetime) -> dt.datetime:
        key = ("answer", self.name, asked.number, asked.revision)
        return self.stage.calendar.add(at, self.stage.chance.minutes(*self._settings.answers_minutes, *key))

    def _plan_answer(self, order: Order, asked: AskedOrder) -> None:
        """The answer is made up now; what is changed until it leaves is answered by the next one."""
        lines = [self._answered(line) for line in order.lines.values() if not line.cancelled]
        if lines:
            what = f"855/{order.entity}/{asked.number}/{asked.revision}"
            self.plan(order.answered_at, what, partial(self._answer, order.entity, asked, lines))

    def _answered(self, line: Line) -> AnsweredLine:
        answers = tuple(Answer(part.code, part.promised, self._arrival(part.departs_at).date()) for part in line.parts)
        asked = line.asked
        answers = answers or (Answer("IR", asked.quantity, None),)
        return AnsweredLine(asked.line, asked.item, asked.supplier_item, line.price, answers)

    def _answer(self, entity: str, asked: AskedOrder, lines: list[AnsweredLine], at: dt.datetime) -> None:
        answers = [
            {"line": line.line, "code": answer.code, "qty": text(answer.quantity), "price": text(line.price)}
            for line in lines
            for answer in line.answers
        ]
        body: Body = {"order": asked.number, "revision": asked.revision, "answers": answers}
        key = f"{asked.number}.{asked.revision}" if asked.revision else asked.number
        self.send(Letter("855", key, entity, write_answer(asked, lines, at), body), at)

    def _take_change(self, asked: AskedOrder, entity: str, at: dt.datetime) -> tuple[str, str, Body]:
        key = f"{asked.number}.{asked.revision}"
        order = self._orders.get((entity, asked.number))
        if order is None:
            return key, "refused", asked.plain()
        self.book.effect("order.changed", key, entity, asked.plain())
        for change in asked.lines:
            self._change_line(order, change, at)
        answered_at = self._answer_time(asked, at)
        order.answered_at = max(answered_at, order.answered_at + dt.timedelta(minutes=10))
        self._plan_answer(order, asked)
        self._plan_departures(order)
        return key, "accepted", asked.plain()

    def _change_line(self, order: Order, change: AskedLine, at: dt.datetime) -> None:
        """What has left cannot be changed; of what has not, the last part takes the difference."""
        line = order.lines.get(change.line)
        if line is None:
            if change.change == "AI":
                order.lines[change.line] = self._plan_line(change, order.asked.number, order.entity, at)
            return
        waiting = [part for part in line.parts if not part.gone]
        if change.change == "DI":
            line.parts = [part for part in line.parts if part.gone]
            line.cancelled = not line.parts
            return
        difference = change.quantity - line.asked.quantity
        if not waiting or not difference or not change.quantity:
            return
        line.asked = msgspec.structs.replace(line.asked, quantity=change.quantity)
        last = waiting[-1]
        for amount in ("promised", "announced", "loaded"):
            setattr(last, amount, max(ZERO, getattr(last, amount) + difference))

    # goods

    def _plan_departures(self, order: Order) -> None:
        site = order.asked.ship_to
        for line in order.lines.values():
            for part in line.parts:
                departure = (part.departs_at, order.entity, site)
                if not part.gone and departure not in self._departures:
                    self._departures.add(departure)
                    what = f"depart/{order.entity}/{site}"
                    self.plan(part.departs_at, what, partial(self._depart, order.entity, site))

    def _depart(self, entity: str, site: str, at: dt.datetime) -> None:
        """Everything due for one company and warehouse leaves under one ship notice, whatever order it is of."""
        announced: list[SentLine] = []
        loaded: list[Parcel] = []
        number = self._number("N", self._notices + 1)
        for (owner, name), order in sorted(self._orders.items()):
            if owner != entity or order.asked.ship_to != site:
                continue
            for line in order.lines.values():
                for part in line.parts:
                    if not part.gone and part.departs_at <= at:
                        part.gone = True
                        self._load(line, part, name, number, announced, loaded)
        if not announced:
            return
        self._notices += 1
        arrives_at = self._arrival(at)
        packs = {name: self._sscc() for name in dict.fromkeys(line.order for line in announced)}
        for name in packs:
            self.stage.situations.noticed(f"{self.name}/{number}", name)
        parcel = self._send_parcel(entity, number, site, loaded) if site not in self._sites else None
        if parcel is None:
            self._hand_over(Truck(self.name, entity, number, arrives_at, tuple(loaded)), site)
        segments = write_ship_notice(number, site, announced, packs, at, arrives_at, parcel)
        body: Body = {"notice": number, "ship_to": site, "arrives_at": iso(arrives_at), "lines": plain_lines(announced)}
        self.send(Letter("856", number, entity, segments, body), at)
        self._plan_invoice(entity, Shipment(number, tuple(announced)), at)

    def _load(
        self, line: Line, part: Part, order: str, notice: str, announced: list[SentLine], loaded: list[Parcel]
    ) -> None:
        asked = line.asked
        if part.announced:
            said = (order, asked.line, asked.item, asked.supplier_item, part.announced, line.invoice_price, notice)
            announced.append(SentLine(*said))
        if part.loaded:
            loaded.append(Parcel(order, asked.line, asked.item, part.loaded))

    def _send_parcel(self, entity: str, notice: str, customer: str, loaded: list[Parcel]) -> tuple[str, str] | None:
        """To a customer of the buyer, by a carrier; None where none works here. Which it was, and its number."""
        carrier, courier = next(iter(self.stage.couriers.items()), ("", None))
        if courier is None:
            return None
        tracking = courier(self.name, self.name, customer)
        self.stage.situations.lines["drop_shipped"] += len(loaded)
        body: Body = {"notice": notice, "ship_to": customer, "carrier": carrier, "tracking": tracking}
        self.book.effect("goods.dropped", notice, entity, body | {"parcels": _plain_parcels(loaded)})
        return carrier, tracking

    def _hand_over(self, truck: Truck, site: str) -> None:
        """The goods travel on their own way, whatever the papers say."""
        body: Body = {"notice": truck.notice, "ship_to": site, "arrives_at": iso(truck.arrives_at)}
        body |= {"parcels": _plain_parcels(truck.parcels)}
        self.book.effect("goods.sent", truck.notice, truck.entity, body)
        dock = self.stage.docks.get(site)
        if dock is not None:
            dock(truck)

    def _sscc(self) -> str:
        self._packs += 1
        digits = f"0501{sum(self.name.encode()) % 10000:04d}{self._packs:09d}"
        return digits + check_digit(digits)

    def _number(self, kind: str, count: int) -> str:
        return f"{self._settings.item_prefix}{kind}{count:06d}"

    # money

    def _plan_invoice(self, entity: str, shipment: Shipment, at: dt.datetime) -> None:
        if self._settings.invoices == "per_shipment":
            when = self.stage.calendar.add(
                at, self.stage.chance.minutes(60, 240, "invoice", self.name, shipment.notice)
            )
            self.plan(when, f"810/{entity}/{shipment.notice}", partial(self._invoice, entity, [shipment]))
            return
        if not self._to_invoice[entity]:
            when = max(at, instant(at.date(), _INVOICED_AT))
            self.plan(when, f"810/{entity}", partial(self._invoice_day, entity))
        self._to_invoice[entity].append(shipment)

    def _invoice_day(self, entity: str, at: dt.datetime) -> None:
        self._invoice(entity, self._to_invoice.pop(entity), at)

    def _invoice(self, entity: str, shipments: list[Shipment], at: dt.datetime) -> None:
        self._invoices += 1
        number = self._number("I", self._invoices)
        lines = [line for shipment in shipments for line in shipment.lines]
        currency = self.stage.settings.companies[entity].currency
        for shipment in shipments:
            self.stage.situations.invoiced(f"{self.name}/{number}", f"{self.name}/{shipment.notice}")
        body: Body = {"invoice": number, "currency": currency, "total": text(total_of(lines))}
        body |= {"lines": plain_lines(lines)}
        self.send(Letter("810", number, entity, write_invoice(number, currency, self.name, lines, at), body), at)

    def status(self) -> Body:
        """Orders, and parts that have not left."""
        waiting = sum(
            not part.gone for each in self._orders.values() for line in each.lines.values() for part in line.parts
        )
        return super().status() | {"orders": len(self._orders), "parts_waiting": waiting}


def _plain_parcels(parcels: Iterable[Parcel]) -> list[Body]:
    return [
        {"po": each.order, "po_line": each.order_line, "item": each.item, "qty": text(each.quantity)}
        for each in parcels
    ]
