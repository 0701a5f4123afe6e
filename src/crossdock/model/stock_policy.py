"""How stock may be promised, as tables of rules: who is protected, what is kept back, from where it is taken.

Each rule says where it holds (`Scope`), from when until when, and what it sets. Of several that fit, the highest
`precedence` wins, then the one whose scope says more, then the one that names the nearest location (a bin before its
warehouse), then the first by name; `crossdock.rules.stock_policy` decides.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

Latency = Literal["seconds", "minutes", "nightly"]
SourcingPreference = Literal["listed", "cost", "distance", "whole_order"]
FillOrder = Literal["first_come", "channel", "due_date"]


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a rule holds. An empty field is no condition; an item may end in `*`, which stands for any ending."""

    companies: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()

    @property
    def said(self) -> int:
        """How much it says: a condition more is worth more, an exact item more than a beginning."""
        conditions = sum(1 for values in (self.companies, self.locations, self.channels, self.customers) if values)
        exact = bool(self.items) and not any(one.endswith("*") for one in self.items)
        return conditions * 4 + 2 * bool(self.items) + exact

    def steps_to(self, location: str) -> int | None:
        """How many levels above a location the one is that the scope names: 0 for itself, or if it names none. None
        where the scope does not include it."""
        return 0 if not self.locations or location in self.locations else None


class PlacedScope(Scope, frozen=True, omit_defaults=True):
    """A scope that knows what its locations consist of (`crossdock.model.places`), and includes all of it."""

    parts: dict[str, int] = {}
    """Each place that is part of one of the locations, with how many levels it is below the nearest."""

    def steps_to(self, location: str) -> int | None:
        """As of every scope; a location further down is as many steps away as it is below."""
        found = super().steps_to(location)
        return self.parts.get(location) if found is None else found


class StockRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all rules have: a name, a scope, the days on which it holds (both included), and its precedence."""

    name: str
    scope: Scope = Scope()
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    precedence: int = 0


class SafetyRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """So much is never promised, in the item's base unit."""

    quantity: Decimal


class PoolRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """Stock set aside in `pool` for the channels and customers of the scope: at least `floor`, and `share_percent` of
    what is on hand, whichever is more. Pools are served in the order of precedence.

    Nobody else is promised of it, unless it `lends`: then others get what nobody holds once shared stock is used up,
    and receipts give it back.
    """

    pool: str
    floor: Decimal = Decimal(0)
    share_percent: Decimal = Decimal(0)
    lends: bool = False


class HaircutRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """While a location's source has said nothing for `after_minutes` (business time), or a fact about an item is held
    for a person, `percent` of what is on hand is kept back."""

    percent: Decimal
    after_minutes: int = 60


class SourcingRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """From which location an order is filled. `listed`: in the order of `locations`. `cost` and `distance`: the lowest
    figure first (`figures` by location; what is not named comes last). `whole_order`: a location that has all of it
    before any split, then as listed."""

    prefer: SourcingPreference = "listed"
    locations: tuple[str, ...] = ()
    figures: dict[str, Decimal] = {}


class FillRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """Who waits gets stock in this order: who came first; whose channel is named first; who is due first. What is told
    goes before what was asked in any of them.

    At the locations of `cross_dock`, goods of a purchase order that are pegged to orders which wait for them are not
    put away: they go from the receipt straight to packed, for those orders."""

    order: FillOrder = "first_come"
    channels: tuple[str, ...] = ()
    cross_dock: tuple[str, ...] = ()


class ShelfLifeRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """Goods must keep for at least so many days after they are promised to these customers or channels."""

    days: int


class SubstituteRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """What may be offered in place of the items of the scope, best first; `ratio` of it stand for one."""

    substitutes: tuple[str, ...]
    ratio: Decimal = Decimal(1)


class DropShipRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """Orders for these items are filled by the `supplier`, which ships straight to the customer: nothing that lies with
    us is promised for them."""

    supplier: str


class PublicationRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """How soon a channel is told: within `every_seconds` of technical time (seconds), `every_minutes` of business time
    (minutes), or at the close of the day (nightly). `hold_back` is never shown to it; `read_back_percent` of what it
    was told is read again from it."""

    latency: Latency = "seconds"
    every_seconds: Decimal = Decimal("0.5")
    every_minutes: int = 5
    hold_back: Decimal = Decimal(0)
    read_back_percent: Decimal = Decimal(5)


class DriftRule(StockRule, frozen=True, kw_only=True, omit_defaults=True):
    """When two systems differ: how long a difference may be explained by what is under way (`window_minutes` of
    business time), and up to which units and money a correction is applied without asking. Zero asks always."""

    against: str = ""
    window_minutes: int = 60
    apply_units: Decimal = Decimal(0)
    apply_money: Decimal = Decimal(0)


class StockPolicies(msgspec.Struct, frozen=True, omit_defaults=True):
    """All tables of a network, each in the order of the file."""

    safety: tuple[SafetyRule, ...] = ()
    pools: tuple[PoolRule, ...] = ()
    haircuts: tuple[HaircutRule, ...] = ()
    sourcing: tuple[SourcingRule, ...] = ()
    filling: tuple[FillRule, ...] = ()
    shelf_life: tuple[ShelfLifeRule, ...] = ()
    substitutes: tuple[SubstituteRule, ...] = ()
    drop_ship: tuple[DropShipRule, ...] = ()
    publication: tuple[PublicationRule, ...] = ()
    drift: tuple[DriftRule, ...] = ()
