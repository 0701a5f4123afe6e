"""The simulated web shop: it places its orders at our API and does not let go before it has an answer."""

from __future__ import annotations

import datetime as dt
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.channel import Channel
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import Order
from crossdock.sandbox.intake import text
from crossdock.sandbox.stage import Stage

_TRY_AGAIN = (408, 425, 429)


class Shop(Channel):
    """Plays its customers' orders at their time."""

    def __init__(self, name: str, stage: Stage) -> None:
        super().__init__(name, stage, "/shop/v1/stock-levels", "/shop/v1/orders/{}/updates")

    def play(self) -> None:
        """Plan all orders."""
        for order in self.orders:
            self.plan(order.placed_at, f"order/{order.number}", partial(self._place, order))

    def _place(self, order: Order, at: dt.datetime) -> None:
        body = self.order_body(order)
        self.sold(order)
        self.book.effect("order.placed", order.number, self.entity_of(order), body, f"shop-{order.number}")
        self.stage.played["orders"] += 1
        self.stage.caller.spawn(self._post(order, msgspec.json.encode(body)))

    async def _post(self, order: Order, body: bytes) -> None:
        headers = {
            "authorization": f"Bearer {self.stage.secrets.shop_api_key}",
            "idempotency-key": f"shop-{order.number}",
            "content-type": "application/json",
        }
        path, key = "/process/v1/orders", order.number
        response = await self.stage.caller.post(self.name, path, key, body, lambda: headers, is_final)
        outcome = "accepted" if response.status_code < 400 else "refused"
        self.counts[f"orders_{outcome}"] += 1
        told: Body = {"status": response.status_code, "answer": response.text[:2000]}
        self.book.effect(f"order.{outcome}", order.number, self.entity_of(order), told, f"shop-{order.number}")
        await self.stage.journal.durable()

    def order_body(self, order: Order) -> Body:
        """An order as our API takes it."""
        lines = []
        for line in order.lines:
            told: Body = {"line": line.line, "item": line.item, "quantity": text(line.quantity)}
            told |= {"price": text(line.price), "description": line.description}
            lines.append(told | {"sample": True} if line.sample else told)
        charges = [
            {"code": each.code, "amount": text(each.amount), "description": each.description} for each in order.charges
        ]
        return {
            "company": self.entity_of(order),
            "number": order.number,
            "customer": order.customer,
            "country": order.country,
            "ordered_at": iso(order.placed_at),
            "currency": self.currency_of(order),
            "lines": lines,
            "charges": charges,
        }


def is_final(status: int) -> bool:
    """Taken, or refused for good. Being asked to slow down is neither."""
    return 200 <= status < 300 or (400 <= status < 500 and status not in _TRY_AGAIN)
