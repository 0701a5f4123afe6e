"""The simulated marketplace: it has promised the goods already; we fetch its orders from a feed."""

from __future__ import annotations

import datetime as dt
from functools import partial

from crossdock.sandbox.books import Body
from crossdock.sandbox.channel import Channel
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import Order
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import Intake, Refused, text
from crossdock.sandbox.stage import Stage

_ORDER_FAULTS = ("drop_order", "reorder_order", "double_order")


class Marketplace(Channel):
    """An append-only feed of orders, in the order they were placed."""

    def __init__(self, name: str, stage: Stage) -> None:
        super().__init__(name, stage, "/mp/v1/offers/stock", "/mp/v1/orders/{}/updates")
        self._feed: list[Body] = []
        self._held: list[Body] = []

    def intake(self) -> Intake:
        """The feed beside what every channel takes."""
        intake = super().intake()
        intake.get("/mp/v1/orders", self._page)
        return intake

    def play(self) -> None:
        """Plan when each order shows up in the feed."""
        for position, order in enumerate(self.orders, 1):
            self.plan(order.placed_at, f"order/{position:06d}", partial(self._place, order))

    def _place(self, order: Order, at: dt.datetime) -> None:
        items = [
            {
                "line": line.line,
                "sku": line.item,
                "qty": text(line.quantity),
                "price": text(line.price),
                "title": line.description,
            }
            for line in order.lines
        ]
        fees = [{"code": charge.code, "amount": text(charge.amount)} for charge in order.charges]
        body: Body = {"id": order.number, "entity": self.entity_of(order)}
        body |= {"buyer": order.customer, "country": order.country, "placed_at": iso(order.placed_at)}
        body |= {"currency": self.currency_of(order), "items": items, "fees": fees}
        self._tell(body, order.number)
        self.sold(order)
        self.book.effect("order.placed", order.number, self.entity_of(order), body)
        self.stage.played["orders"] += 1

    def _tell(self, body: Body, number: str) -> None:
        """Put an order into the feed, and behind it what was held back. The book says what struck: it is the oracle of
        tests."""
        struck = [kind for kind in _ORDER_FAULTS if self.stage.faults.strikes(kind, self.name, number, 1)][:1]
        for kind in struck:
            self.book.effect(f"fault.{kind}", number, str(body["entity"]), body)
        match struck:
            case ["drop_order"]:
                return
            case ["reorder_order"]:
                self._held.append(body)
                return
        told = [body, body] if struck else [body]
        for each in (*told, *self._held):
            self._feed.append({"seq": len(self._feed) + 1} | each)
        self._held = []

    def _page(self, request: Request, parameters: tuple[str, ...]) -> Body:
        try:
            cursor = int(request.query.get("cursor") or "0")
            limit = min(500, max(1, int(request.query.get("limit") or "100")))
        except ValueError:
            raise Refused(400, "cursor and limit are numbers") from None
        page = self._feed[cursor : cursor + limit]
        after = max(cursor, min(len(self._feed), cursor + len(page)))
        return {"orders": page, "cursor": str(after), "more": after < len(self._feed)}
