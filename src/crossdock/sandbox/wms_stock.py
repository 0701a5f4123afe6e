"""What lies in one simulated warehouse, and how its parts tell each other and Crossdock."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.intake import text
from crossdock.sandbox.plan import Plan
from crossdock.sandbox.settings import WmsSettings
from crossdock.sandbox.stage import System
from crossdock.sandbox.webhooks import Webhooks
from crossdock.sandbox.wms_messages import BUCKETS, Messages

# Facts that bear a number of the warehouse's own, and where it stands: told under another one they count twice.
_NUMBERED = {"receipt.confirmed": "receipt", "stock.adjusted": "number"}


class Level(msgspec.Struct):
    """One owner's stock of one article. `on_hand` can be sold and includes what is allocated but not picked."""

    on_hand: Decimal = ZERO
    allocated: Decimal = ZERO
    picked: Decimal = ZERO
    packed: Decimal = ZERO
    quarantined: Decimal = ZERO
    damaged: Decimal = ZERO
    weight: Decimal = ZERO
    """What all of it weighs, of articles that are weighed."""

    @property
    def in_house(self) -> Decimal:
        """All of it, in whatever condition."""
        return self.on_hand + self.picked + self.packed + self.quarantined + self.damaged

    @property
    def available(self) -> Decimal:
        """What no order has been given."""
        return self.on_hand - self.allocated


class Stock:
    """Levels by owner and SKU."""

    def __init__(self, plan: Plan, site: str) -> None:
        self.levels: dict[tuple[str, str], Level] = defaultdict(Level)
        self._opening: list[Body] = []
        for (owner, sku), point in sorted(plan.stock.items()):
            if quantity := point.opening.get(site, ZERO):
                self.levels[owner, sku].on_hand = quantity
                self._opening.append({"owner": owner, "sku": sku, "qty": text(quantity)})

    def opening(self) -> list[Body]:
        """The levels before the first movement."""
        return self._opening

    def now(self) -> list[Body]:
        """All levels, zero ones too once something lay there."""
        return [
            {
                "owner": owner,
                "sku": sku,
                "on_hand": text(level.on_hand),
                "picked": text(level.picked),
                "packed": text(level.packed),
                "quarantined": text(level.quarantined),
                "damaged": text(level.damaged),
            }
            for (owner, sku), level in sorted(self.levels.items())
        ]


class Floor:
    """What the parts of a warehouse share."""

    def __init__(self, system: System, settings: WmsSettings) -> None:
        self.system = system
        self.settings = settings
        self.site = settings.site
        self.stage = system.stage
        self.stock = Stock(system.stage.plan, settings.site)
        self.webhooks: Webhooks = system.new_webhooks()
        self.messages = Messages()
        for shelf, level in self.stock.levels.items():
            self.messages.open(shelf, level.on_hand)
        self.goods_came: Callable[[dt.datetime], None] = lambda at: None
        """Called when something can be sold that could not before."""
        self._numbers: Counter[str] = Counter()

    def weigh(self, owner: str, sku: str, quantity: Decimal, unit: str, what: str) -> Body:
        """What comes (or, below zero, leaves) on the scale: no two weigh alike, and what leaves last takes all that is
        left of what came."""
        level = self.stock.levels[owner, sku]
        if quantity < 0 and level.weight > 0 and level.in_house <= 0:
            weight = level.weight
        else:
            grams = self.stage.chance.between(900, 1100, "weight", self.site, sku, what)
            weight = abs(quantity) * Decimal(grams) / 1000
        level.weight += weight if quantity > 0 else -weight
        return {"weight": text(weight), "weight_unit": unit}

    def number(self, prefix: str) -> str:
        """The next number of a kind, such as `SHN000012`."""
        self._numbers[prefix] += 1
        return f"{prefix}{self.settings.letter}{self._numbers[prefix]:06d}"

    def tell(self, event: str, key: str, owner: str, at: dt.datetime, data: Body, in_order_of: tuple[str, ...]) -> None:
        """Send a webhook; names in `in_order_of` keep the order."""
        told: Body = {"owner": owner, "site": self.site, "at": iso(at)} | data
        number = self.messages.count + 1
        message = self.webhooks.send(event, key, owner, iso(at), told, in_order_of, number)
        self.messages.add(message, owner, iso(at), self._levels(owner, data))
        if event in _NUMBERED and self.stage.faults.strikes("double_fact", self.system.name, key, 1):
            again = f"{key}-2"
            self.system.book.effect("fault.double_fact", again, owner, {"message": number} | message)
            self.webhooks.send(event, again, owner, iso(at), told | {_NUMBERED[event]: again}, (again,))

    def _levels(self, owner: str, data: Body) -> dict[tuple[str, str], dict[str, Decimal]]:
        """Levels of the articles that a message speaks of."""
        orders: Any = data.get("orders") or [data]
        skus = {line["sku"] for order in orders for line in order.get("lines", ())}
        return {
            (owner, sku): {bucket: getattr(self.stock.levels[owner, sku], bucket) for bucket in BUCKETS} for sku in skus
        }
