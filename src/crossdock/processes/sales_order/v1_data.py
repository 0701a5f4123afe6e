"""What a sales order case holds: lines with quantities per bucket, and the shipping orders that carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from crossdock.events.sales_order import DropShipLine
from crossdock.model.packs import Stated
from crossdock.model.quantity import EACH, ZERO, Price, Quantity
from crossdock.model.restating import amount_as_stated
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.stock import OWN
from crossdock.processes._kit import Case, CaseData, Line
from crossdock.rules import goods_flow

# Lines that ask nothing of us any more, or never did.
DEAD = frozenset({"rejected", "refused", "cancelled", "charge", "unordered"})


class Steps(msgspec.Struct, omit_defaults=True):
    """What a warehouse said of goods that are not our own, of one owner."""

    picked: Decimal = ZERO
    packed: Decimal = ZERO
    shipped: Decimal = ZERO


class Part(msgspec.Struct, omit_defaults=True):
    """What one shipping order carries of a line: the promises behind it, and what the warehouse said of each step."""

    grants: list[tuple[str, Decimal]] = []
    """(reservation, quantity)."""
    allocated: Decimal = ZERO
    picked: Decimal = ZERO
    packed: Decimal = ZERO
    shipped: Decimal = ZERO
    straight: Decimal = ZERO
    """So much was booked as packed when it was received, before the warehouse did anything: the first of `grants`."""
    shelved: int = 0
    """How many pieces of that turned out to lie on a shelf."""
    others: dict[str, Steps] = {}
    """By owner, how much of each step was goods of others that lie with us."""

    @property
    def promised(self) -> Decimal:
        """What the warehouse was asked to ship."""
        return sum((quantity for _, quantity in self.grants), ZERO)

    def give_up_rest(self) -> tuple[Decimal, list[str]]:
        """Ask no more than was picked: the quantity given up, and the promises behind it."""
        picked = self.booked().picked
        given_up = max(self.promised - picked, ZERO)
        kept: list[tuple[str, Decimal]] = []
        freed: list[str] = []
        for reservation, quantity in self.grants:
            here = min(quantity, picked)
            picked -= here
            if here:
                kept.append((reservation, here))
            if here < quantity:
                freed.append(reservation)
        self.grants = kept
        return given_up, freed

    def call_promise(self, before: str, now: str, quantity: Decimal) -> bool:
        """So much of what one promise stood for stands under another one now. The warehouse was asked for the same."""
        for place, (reservation, granted) in enumerate(self.grants):
            if reservation == before:
                rest = granted - quantity
                kept = [(before, rest)] if rest > ZERO else []
                self.grants[place : place + 1] = [*kept, (now, min(granted, quantity))]
                return True
        return False

    def booked(self) -> goods_flow.Outbound:
        """What has been booked, given what was said: a later step includes the earlier ones."""
        return self._with_straight(self.picked, self.packed, self.shipped)

    def _with_straight(self, picked: Decimal, packed: Decimal, shipped: Decimal) -> goods_flow.Outbound:
        """What went straight is packed, and none of it is what was picked."""
        said = goods_flow.outbound(picked, packed, shipped)
        if not self.straight:
            return said
        return goods_flow.Outbound(
            max(said.picked, picked + self.straight), max(said.packed, self.straight), said.shipped
        )

    def put_away(self) -> Decimal:
        """What went straight to packed and the warehouse did nothing with: from now on it is no part of this."""
        done = goods_flow.outbound(self.picked, self.packed, self.shipped).picked
        left = max(self.straight - done, ZERO)
        self.straight -= left
        return left

    def find_on_shelf(self) -> list[tuple[str, str, Decimal]]:
        """What a warehouse allocates or picks lies on its shelves. So much of what went straight to packed did not, and
        is promised anew: (the promise that ended with it, its name now, quantity) each."""
        left = max(self.promised - max(self.allocated, self.picked), ZERO)
        if self.straight <= left:
            return []
        before, self.straight = self.straight, left
        found: list[tuple[str, str, Decimal]] = []
        kept: list[tuple[str, Decimal]] = []
        end = ZERO
        for reservation, granted in self.grants:
            start, end = end, end + granted
            here = max(min(end, before) - max(start, self.straight), ZERO)
            if here < granted:
                kept.append((reservation, granted - here))
            if here:
                self.shelved += 1
                found.append((reservation, f"{reservation}.s{self.shelved}", here))
                kept.append(found[-1][1:])
        self.grants = kept
        return found

    def enter(self, step: str, quantity: Decimal, owner: str) -> None:
        """The warehouse said so much of a step, of goods of this owner."""
        setattr(self, step, getattr(self, step) + quantity)
        if owner != OWN and step != "allocated":
            steps = self.others.setdefault(owner, Steps())
            setattr(steps, step, getattr(steps, step) + quantity)

    def booked_by_owner(self) -> dict[str, goods_flow.Outbound]:
        """What must be booked, owner by owner; our own goods are what is nobody else's."""
        if not self.others:
            return {OWN: self.booked()}
        found = {owner: goods_flow.outbound(s.picked, s.packed, s.shipped) for owner, s in self.others.items()}
        picked = self.picked - sum((s.picked for s in self.others.values()), ZERO)
        packed = self.packed - sum((s.packed for s in self.others.values()), ZERO)
        shipped = self.shipped - sum((s.shipped for s in self.others.values()), ZERO)
        return {OWN: self._with_straight(picked, packed, shipped), **found}


class DropShipped(msgspec.Struct, omit_defaults=True):
    """Who ships a line straight to the customer, at which price and under which id of its own we buy it there, and what
    it answered last. As it was when the order came."""

    supplier: str
    price: Price
    supplier_item: str = ""
    answer: DropShipLine | None = None


class Made(msgspec.Struct, omit_defaults=True):
    """How many whole kits the components of a kit's line make at each step."""

    allocated: Decimal = ZERO
    picked: Decimal = ZERO
    packed: Decimal = ZERO
    shipped: Decimal = ZERO
    delivered: Decimal = ZERO
    returned: Decimal = ZERO


class SalesLine(Line, omit_defaults=True, kw_only=True):
    """An order line. Promised, allocated, picked, packed and shipped quantities stand in `parts`, by shipping order."""

    item: str
    ordered: Decimal
    price: Price
    unit: str = EACH
    their_line: str = ""
    their_item: str = ""
    due_on: dt.date | None = None
    sample: bool = False
    parts: dict[str, Part] = {}
    backordered: Decimal = ZERO
    pegged: Decimal = ZERO
    """Part of `backordered` that is tied to expected supply."""
    expected_on: dt.date | None = None
    waiting: list[str] = []
    """Reservations of what is backordered."""
    given_back: list[str] = []
    """Reservations of which we gave up what was not picked."""
    short: Decimal = ZERO
    """Part of `backordered` that a channel promised beyond stock."""
    refused: Decimal = ZERO
    cancelled: Decimal = ZERO
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    returned: dict[str, Decimal] = {}
    """By return."""
    stated: Stated | None = None
    """What the order said, where that was in another unit than the item's."""
    made_of: list[tuple[str, Decimal]] = []
    """Of a kit: what one of it consists of, as it was on the day of the order. `parts` are kits that were in stock as
    such; components have lines of their own, and how many waits, and is `made`, follows from those (`v1_kits`)."""
    made: Made | None = None
    of_kit: str = ""
    """Of a component: the line of its kit, and so many in one."""
    per: Decimal = ZERO
    drop_ship: DropShipped | None = None
    second_unit: str = ""
    """Catch weight: the unit in which it is weighed as it leaves, and which its price is for."""

    @property
    def wanted(self) -> Decimal:
        """What the customer still gets or has got."""
        return self.ordered - self.refused - self.cancelled

    @property
    def missing(self) -> Decimal:
        """What no warehouse has taken from its shelves for it."""
        picked = sum((part.booked().picked for part in self.parts.values()), ZERO)
        return self.wanted - picked - (self.made.picked if self.made else ZERO)

    @property
    def shipped(self) -> Decimal:
        """What left; of a kit whole ones."""
        return self.total("shipped") + (self.made.shipped if self.made else ZERO)

    @property
    def waits_for_stock(self) -> bool:
        """Is it goods of its own that it waits for? A kit's components have lines of theirs, a drop-ship has none."""
        return not self.made_of and self.drop_ship is None

    @property
    def was_sent(self) -> bool:
        """Was a warehouse asked to ship some of it, or did it all the same?"""
        return bool(self.parts) or self.made is not None

    def total(self, bucket: str) -> Decimal:
        """`promised`, `allocated`, `picked`, `packed` or `shipped`, over all shipping orders."""
        return sum((getattr(part, bucket) for part in self.parts.values()), ZERO)

    def waits_for_less(self, quantity: Decimal) -> None:
        """So much of what is backordered came."""
        self.backordered = max(ZERO, self.backordered - quantity)
        self.pegged = min(self.pegged, self.backordered)
        self.short = min(self.short, self.backordered)

    def follow_supplier(self, n: str) -> None:
        """Of a drop-ship: what waits, and what the supplier has in hand in the `n`-th shipping order, follows from its
        last answer and all that it shipped. What nobody wants any more is part of what it refused."""
        if self.drop_ship is None or self.drop_ship.answer is None:
            return
        answer, part = self.drop_ship.answer, self.parts[n]
        still_open = max(self.wanted - self.total("shipped"), ZERO)
        refused = min(max(answer.refused - self.cancelled, ZERO), still_open)
        self.pegged = min(answer.later, still_open - refused)
        self.backordered = self.pegged + refused
        self.expected_on = answer.expected_on if self.pegged else None
        shipped_by_others = self.total("shipped") - part.shipped
        in_hand = max(self.wanted - self.backordered - shipped_by_others, ZERO)
        part.grants = [(name, in_hand) for name, _ in part.grants]
        part.allocated = min(answer.accepted, in_hand)

    def counts_on(self, reservation: str) -> bool:
        """Is this promise one that the line waits for, or that a shipping order was made from?"""
        if reservation in self.given_back:
            return False
        granted = (name for part in self.parts.values() for name, _ in part.grants)
        return reservation in self.waiting or reservation in granted

    def quantity(self, amount: Decimal) -> Quantity:
        """An amount in the unit of this line."""
        return Quantity(amount, self.unit)

    def in_their_unit(self, amount: Decimal) -> Decimal:
        """An amount in the unit of the order, where it is so many of those."""
        if self.stated is None:
            return amount
        return amount_as_stated(self.quantity(amount), self.stated.conversion).amount

    def standing(self) -> str:
        """The state that follows from the quantities: how far all that is wanted has come."""
        wanted = self.wanted
        if wanted <= ZERO:
            return "refused" if self.refused else "cancelled"
        made = self.made or _NOTHING_MADE
        if (self.returned or made.returned) and sum(self.returned.values(), made.returned) >= wanted:
            return "returned"
        if self.delivered + made.delivered >= wanted:
            return "delivered"
        return self._on_its_way(wanted, made)

    def _on_its_way(self, wanted: Decimal, made: Made) -> str:
        allocated, picked, packed, shipped = made.allocated, made.picked, made.packed, made.shipped
        for part in self.parts.values():
            booked = part.booked()
            shipped += booked.shipped
            packed += booked.packed
            picked += booked.picked
            allocated += max(part.allocated + part.straight, booked.picked)
        if shipped >= wanted:
            return "shipped"
        if self.backordered > ZERO:
            return "backordered"
        if packed >= wanted:
            return "packed"
        if picked >= wanted:
            return "picked"
        return "allocated" if allocated >= wanted else "released"


_NOTHING_MADE = Made()


class ShippingOrder(msgspec.Struct, omit_defaults=True):
    """What one warehouse was asked to ship at one time; the `n`-th of its order. With `by_supplier` it is a purchase
    order: the supplier at this `location`, which is none of ours, ships it straight to the customer."""

    n: str
    location: str
    seen: list[int] = []
    """Sequences of the warehouse's messages."""
    shipments: list[str] = []
    done: bool = False
    """All that it asked for has left."""
    late: bool = False
    """It did not leave in time, and a person was told."""
    receipt: str = ""
    """The receipt that its goods go straight from, if they do."""
    came_at: dt.datetime | None = None
    """When those were received."""
    by_supplier: bool = False


class Unweighed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Catch weight goods that left without a weight: booked, and invoiced once somebody says what they weighed."""

    shipment: str
    shipping_order: str
    line: str
    quantity: Decimal
    owner: str = OWN


class SalesOrderData(CaseData, omit_defaults=True, kw_only=True):
    """`order` is the order without its lines, which stand in `lines` by our line id."""

    order: SalesOrder | None = None
    lines: dict[str, SalesLine] = {}
    shipping_orders: dict[str, ShippingOrder] = {}
    holds: list[str] = []
    """Exception codes for which the order waits."""
    problems: list[str] = []
    """Codes of open exception cases about the order as a whole."""
    answered: bool = False
    """The ledger answered our question for stock."""
    delivered: list[str] = []
    """Shipments that arrived."""
    invoices: int = 0
    unweighed: list[Unweighed] = []
    weighings: int = 0
    """How often somebody said what had left without a weight."""
    reported: str = ""
    """The state the channel was told last."""
    reported_shipments: list[str] = []
    """Shipments the channel was told of while the order was incomplete."""
    reports: int = 0
    digest: str = ""
    """Of the order as it was placed, to know it when it comes again."""

    @property
    def head(self) -> SalesOrder:
        """The order without lines; every handler but the first may rely on it."""
        if self.order is None:
            raise LookupError("the order has not begun")
        return self.order

    def in_order(self) -> Iterator[tuple[str, SalesLine]]:
        """The lines as a person numbers them: 2 before 10. Components are no lines of the order."""
        for key, line in self.with_components():
            if not line.of_kit:
                yield key, line

    def with_components(self) -> Iterator[tuple[str, SalesLine]]:
        """The lines in that order, and those of components."""
        for key in sorted(self.lines, key=lambda key: (len(key), key)):
            yield key, self.lines[key]

    def named(self, line_ids: Iterable[str]) -> list[str]:
        """Lines as people know them: a component is named by its kit's."""
        return list(dict.fromkeys(self.lines[line_id].of_kit or line_id for line_id in line_ids))

    def alive(self) -> dict[str, SalesLine]:
        """The lines of which the customer still gets something or has got it, in order."""
        return {key: line for key, line in self.in_order() if line.state not in DEAD}


SalesOrderCase = Case[SalesOrderData]


def new_line(line: SalesOrderLine, second_unit: str = "") -> SalesLine:
    """A line as ordered; of catch weight goods with the unit in which they are weighed."""
    return SalesLine(
        item=line.item,
        ordered=line.quantity.amount,
        price=line.price,
        unit=line.quantity.unit,
        their_line=line.their_line,
        their_item=line.their_item,
        due_on=line.due_on,
        sample=line.sample,
        stated=line.stated,
        second_unit=second_unit,
    )


def header(data: SalesOrderData) -> str:
    """The order's state: that of its hold, or of the goods that have come least far."""
    if data.holds:
        return "held"
    states = {line.state for line in data.lines.values() if not line.of_kit} - DEAD
    if not states:
        return "cancelled" if any(line.state != "charge" for line in data.lines.values()) else "invoiced"
    if "requested" in states:
        return "requested"
    for done in ("returned", "delivered", "shipped"):
        states.discard(done)
        if not states:
            return done
    if any(line.shipped for line in data.lines.values() if line.state not in DEAD):
        return "partially_shipped"
    return "backordered" if "backordered" in states else "promised"


def finished(data: SalesOrderData) -> bool:
    """Nothing more is to be done; returns may still come."""
    return data.state in {"delivered", "returned", "cancelled", "invoiced"}
