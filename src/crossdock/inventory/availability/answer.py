"""What may be promised: now, by date, and when so much; with the terms behind every number."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

import msgspec

from crossdock.inventory.availability import drop_ship
from crossdock.inventory.availability.filling import source
from crossdock.inventory.availability.pools import Asker, Outlook, Place, place_of
from crossdock.inventory.availability.reading import (
    Facts,
    PositionRow,
    Wanted,
    read_dropped,
    read_facts,
    read_keeping,
    read_keeping_then,
)
from crossdock.inventory.availability.sources import freshness
from crossdock.inventory.availability.terms import (
    AvailableOn,
    AvailableToPromise,
    Component,
    DropShipTerms,
    KeepsAt,
    Kit,
    KitAt,
    MovementTerms,
    PhysicalTerms,
    PositionTerms,
    ShelfLife,
    Substitute,
    SupplyTerms,
)
from crossdock.inventory.ledger.books import ZERO
from crossdock.inventory.ledger.lots import Keeping
from crossdock.inventory.ledger.owners import promisable
from crossdock.model.stock_policy import StockPolicies
from crossdock.rules import substitutes as rules
from crossdock.rules.bill import kits_in
from crossdock.rules.stock_policy import Subject
from crossdock.store import Connection

_ONE = Decimal(1)
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: an item over these locations, for this channel and customer, on a business day, by the policies of
    a version of the network."""

    company_id: str
    item: str
    locations: tuple[str, ...]
    channel: str = ""
    customer: str = ""
    quantity: Decimal | None = None
    """Also say from where so much would be filled now."""
    on: dt.date
    policies: StockPolicies = StockPolicies()
    version: int = 0
    sources: Mapping[str, str] = {}
    """Which system tells of which location: how fresh that is, at `moment` (business time), is told."""
    moment: dt.datetime | None = None
    arrives_on: dt.date | None = None
    """When comes what the supplier of a drop-ship rule is asked to ship now; None: of our own stock alone is asked."""

    @property
    def asker(self) -> Asker:
        """For whom, and by which policies."""
        return Asker(self.company_id, self.channel, self.customer, self.on, self.policies, self.version)


class Detail(msgspec.Struct, frozen=True):
    """How much of the terms to tell beside the promise book: the last `movements` of each position, ten at most; what
    lies where; from where the quantity asked about, or all there is, would be filled."""

    movements: int = 0
    physical: bool = False
    sourcing: bool = False


NUMBERS = Detail()
"""The promise book and supply, which the numbers follow from."""


async def available_to_promise(
    tx: Connection, question: Question, detail: Detail = NUMBERS, *, at: dt.datetime | None = None
) -> AvailableToPromise:
    """Answer for one item, from one snapshot; as it was known at `at` (technical time) if given, from movements alone.
    Cost does not grow with history; of goods that must keep for who asks, a past moment is read back to the oldest
    promise that was open then. An item nobody ever had is answered with zeros."""
    items = [question.item, *(substitute.item for substitute in _instead(question))]
    wanted = Wanted(
        question.company_id,
        items,
        question.locations,
        question.on,
        detail.movements,
        detail.physical,
        sorted(set(question.sources.values())),
    )
    facts = await read_facts(tx, wanted, at=at, moment=question.moment)
    keeping = await _keeping(tx, question, facts, at)
    said = answer(question, facts, detail.sourcing, keeping)
    dropped = await _dropped(tx, question) if said.kit is None and at is None else None
    return said if dropped is None else _by_supplier(said, dropped)


async def _keeping(tx: Connection, question: Question, facts: Facts, at: dt.datetime | None) -> dict[str, Keeping]:
    """The lots of all items, where one of them, or a kit made of them, must keep for who asks."""
    names = {*(row.item for row in facts.positions), *(part.kit for part in facts.components)}
    if not any(question.asker.shelf_life(item) for item in names):
        return {}
    if at is None:
        return await read_keeping(tx, question.company_id, {row.item for row in facts.positions})
    return await read_keeping_then(tx, question.company_id, facts.positions, question.locations, at)


async def _dropped(tx: Connection, question: Question) -> DropShipTerms | None:
    """What a supplier has of an item that it ships to the customers of who asks; None where none does. Goods that are
    weighed are never drop-shipped."""
    rule = question.asker.drop_ship(question.item)
    if rule is None or question.arrives_on is None:
        return None
    said = await read_dropped(tx, question.company_id, question.item, rule.supplier)
    if said.second_unit:
        return None
    label = question.asker.label(rule)
    return drop_ship.terms_of(rule.supplier, label, question.arrives_on, said, question.moment)


def _by_supplier(said: AvailableToPromise, dropped: DropShipTerms) -> AvailableToPromise:
    """The answer to who is served by a supplier: nothing of what lies with us, or comes to us, is for it."""
    return msgspec.structs.replace(
        said,
        now=ZERO,
        by_date=drop_ship.by_date(dropped),
        positions=drop_ship.for_others(said.positions),
        shelf_life=None,
        sourcing=None,
        drop_ship=dropped,
    )


def answer(
    question: Question, facts: Facts, sourcing: bool = False, keeping: Mapping[str, Keeping] | None = None
) -> AvailableToPromise:
    """The answer that follows from what was read: the same facts, the same answer. `keeping` are the lots of all
    items, where some must keep for who asks."""
    stock = _Stocks(question, facts, keeping or {})
    item = question.item
    places, kit = stock.places(item), stock.kit(item)
    now = stock.now(item, kit)
    wanted = now if question.quantity is None else question.quantity
    positions = _positions(places)
    sources = question.sources if question.moment else {}
    return AvailableToPromise(
        company_id=question.company_id,
        item=item,
        channel=question.channel,
        customer=question.customer,
        network_version=question.version,
        now=now,
        by_date=stock.by_date(item),
        positions=positions,
        freshness=freshness(question.company_id, sources, facts.heard, positions, question.moment or _NEVER),
        supply=stock.supply(item),
        shelf_life=_shelf_life(question, places),
        kit=kit,
        substitutes=_substitutes(question, stock),
        sourcing=source(question.asker, item, facts.preferred, places, kit, wanted) if sourcing else None,
        physical=_physical(question, facts.physical),
        movements=_movements(places, facts.movements),
    )


class _Stocks:
    """What was read, by item and location, as it is to the asker."""

    def __init__(self, question: Question, facts: Facts, keeping: Mapping[str, Keeping]) -> None:
        self._keeping = keeping
        self._question, self._asker = question, question.asker
        self._rows: dict[tuple[str, str], list[PositionRow]] = defaultdict(list)
        for row in facts.positions:
            self._rows[row.item, row.location].append(row)
        self._kept = facts.kept_back
        self._supply: dict[str, list[SupplyTerms]] = defaultdict(list)
        for line in sorted(facts.supply, key=lambda line: (line.expected_on, line.source, line.line)):
            self._supply[line.item].append(line)
        self._places: dict[tuple[str, str], list[Place]] = {}
        directly: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for part in facts.components:  # of several that hold, the one that began last
            directly[part.kit][part.component] = part.quantity
        self._per_kit = kits_in(directly)

    def places(self, item: str, kit: str = "") -> list[Place]:
        """The locations of the question, in their order, with what there is of an item, or of it for a kit."""
        if (item, kit) not in self._places:
            self._places[item, kit] = [
                place_of(
                    self._asker,
                    item,
                    location,
                    self._rows[item, location],
                    [kept for kept in self._kept if (kept.item, kept.location) == (item, location)],
                    self._that_keep(item, kit, location),
                )
                for location in self._question.locations
            ]
        return self._places[item, kit]

    def _that_keep(self, item: str, kit: str, location: str) -> Decimal | None:
        """What may be promised there of goods that keep. What a kit is made of must keep as long as that, for it
        alone."""
        if not self._keeping:
            return None
        days = [until for each in (item, kit) if each and (until := self._asker.keeps_until(each)) is not None]
        if not days:
            return None
        lots = self._keeping.get(item)
        return lots.free(location, max(days)) if lots else ZERO

    def supply(self, item: str) -> tuple[SupplyTerms, ...]:
        """What is expected, the earliest first."""
        return tuple(self._supply[item])

    def now(self, item: str, kit: Kit | None) -> Decimal:
        """What may be promised now, `kit` being what can be made of components."""
        return sum((place.now for place in self.places(item)), kit.kits if kit else ZERO)

    def kit(self, item: str) -> Kit | None:
        """What can be made of components, location by location; None for what is no kit."""
        needed = self._per_kit.get(item, {})
        if not needed:
            return None
        now = {part: {place.location: place.now for place in self.places(part, item)} for part in needed}
        made = [_made(location, needed, now) for location in self._question.locations]
        components = tuple(
            Component(
                part, per_kit, sum(now[part].values(), ZERO), _positions(self.places(part, item)), self.supply(part)
            )
            for part, per_kit in needed.items()
        )  # fmt: skip
        return Kit(sum((at.kits for at in made), ZERO), components, tuple(made))

    def by_date(self, item: str) -> tuple[AvailableOn, ...]:
        """The steps by which supply that nobody is tied to raises what may be promised: of the item, and of what it
        can be made of.

        What is pegged is spoken for, and so is the shortage it will make good; stock below zero for any other reason
        eats what comes first. What should have come before today does not come before tomorrow.
        """
        needed = self._per_kit.get(item, {})
        asked = {item: self.places(item)} | {part: self.places(part, item) for part in needed}
        outlooks = {each: {place.location: Outlook(place) for place in places} for each, places in asked.items()}
        coming = sorted(
            ((self._comes_on(line), each, line) for each in outlooks for line in self._supply[each]),
            key=lambda row: row[0],
        )
        steps: dict[dt.date, Decimal] = {}
        for day, each, line in coming:
            outlooks[each][line.location].come(line.open, line.pegged)
            levels = {part: {place: one.level() for place, one in outlooks[part].items()} for part in outlooks}
            made = [_made(place, needed, levels).kits for place in levels[item]] if needed else []
            steps[day] = sum(made, sum(levels[item].values(), ZERO))
        return tuple(AvailableOn(day, quantity) for day, quantity in steps.items())

    def _comes_on(self, line: SupplyTerms) -> dt.date:
        today = self._question.on
        return line.expected_on if line.expected_on >= today else today + dt.timedelta(days=1)


def _made(location: str, needed: Mapping[str, Decimal], levels: Mapping[str, Mapping[str, Decimal]]) -> KitAt:
    """How many kits can be made at a location: as many as the scarcest component allows."""
    possible = {part: _whole(levels[part][location] / per_kit) for part, per_kit in needed.items()}
    scarce = min(possible, key=lambda part: (possible[part], part))
    return KitAt(location, possible[scarce], scarce)


def _whole(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_FLOOR)


def _instead(question: Question) -> tuple[rules.Substitute, ...]:
    """What may be offered instead of one unit, by the rules."""
    subject = Subject(question.company_id, question.item, "", question.channel, question.customer)
    return rules.substitutes(question.policies.substitutes, subject, _ONE, question.on)


def _substitutes(question: Question, stocks: _Stocks) -> tuple[Substitute, ...]:
    found = []
    for item, ratio, rule in _instead(question):
        now = stocks.now(item, stocks.kit(item))
        label = f"{rule}@{question.version}"
        found.append(Substitute(item, ratio, label, now, _whole(now / ratio), stocks.by_date(item)))
    return tuple(found)


def _shelf_life(question: Question, places: Sequence[Place]) -> ShelfLife | None:
    rule, until = question.asker.shelf_life(question.item), question.asker.keeps_until(question.item)
    at = tuple(
        KeepsAt(place.location, place.keep, place.counted - place.now) for place in places if place.keep is not None
    )
    if rule is None or until is None or not at:
        return None
    return ShelfLife(question.asker.label(rule), rule.days, until, at)


def _positions(places: Sequence[Place]) -> tuple[PositionTerms, ...]:
    return tuple(position for place in places for position in place.positions)


def _physical(question: Question, rows: Sequence[PhysicalTerms]) -> tuple[PhysicalTerms, ...]:
    order = {location: place for place, location in enumerate(question.locations)}
    said = [msgspec.structs.replace(row, promisable=promisable(row.owner)) for row in rows]
    return tuple(sorted(said, key=lambda row: (order[row.location], row.owner, row.lot)))


def _movements(places: Sequence[Place], rows: Sequence[MovementTerms]) -> tuple[MovementTerms, ...]:
    """In the order of the positions, the newest of each first."""
    order = {(each.location, each.pool): place for place, each in enumerate(_positions(places))}
    return tuple(sorted(rows, key=lambda row: (order[row.location, row.pool], -row.number)))
