"""What a caller at the desk gets of the positions that are held: pure, and in the order of arrival.

Who comes first in a batch is served first; who cannot be served is skipped, and takes nothing from whoever comes
behind. So who gets the last units is a function of the order of arrival alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.inventory.desk.requests import DeskLine, DeskRequest, Missing
from crossdock.inventory.ledger.keys import PositionKey
from crossdock.inventory.ledger.pools import SHARED, Pools

ZERO = Decimal(0)


class Shelf(msgspec.Struct):
    """A held position: what is free as decisions go on, and where its journal stands."""

    id: int
    free: Decimal
    counter: int
    level: Decimal
    """What is free after the last movement written."""
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    movements: int = 0


class Take(NamedTuple):
    """So much of an item is taken at a place; or lent, where a `rule` is named: it leaves the pool for what is
    everybody's at the same location."""

    line: DeskLine
    at: PositionKey
    quantity: Decimal
    rule: str = ""


class Decider:
    """Decides requests one after the other on the same shelves."""

    def __init__(self, shelves: Mapping[PositionKey, Shelf], pools: Pools) -> None:
        self.shelves = shelves
        self.pools = pools

    def decide(self, request: DeskRequest) -> tuple[list[Take], list[Missing]]:
        """What is taken, and what is missing. A whole request that misses anything takes nothing.

        Lines are served in their order. If not all of a whole request is there, those that may come from the fewest
        locations are tried first: what only they can use must not go to others.
        """
        taken, missing = self._serve(request, request.lines)
        if not missing or request.mode == "partial":
            return taken, missing
        self._undo(taken)
        if len(request.lines) > 1:
            scarce = sorted(request.lines, key=lambda line: len(line.locations))
            again, still = self._serve(request, scarce)
            if not still:
                return again, []
            self._undo(again)
        return [], missing

    def _serve(self, request: DeskRequest, lines: Iterable[DeskLine]) -> tuple[list[Take], list[Missing]]:
        taken: list[Take] = []
        missing: list[Missing] = []
        for line in lines:
            rest = self._line(request, line, taken)
            if rest:
                missing.append(Missing(line.line, line.item, rest, line.quantity - rest))
        return taken, missing

    def _line(self, request: DeskRequest, line: DeskLine, taken: list[Take]) -> Decimal:
        """What is left wanting of a line. Kits that are stocked go first, then they are made up of components."""
        rest = self._take(request, line, line.item, line.locations, line.quantity, taken)
        if not rest or not line.components:
            return rest
        for location in line.locations:
            kits = self._kits_at(request, line, location, rest)
            if kits > 0:
                for part in line.components:
                    self._take(request, line, part.item, (location,), kits * part.per, taken)
                rest -= kits
                if not rest:
                    break
        return rest

    def _kits_at(self, request: DeskRequest, line: DeskLine, location: str, wanted: Decimal) -> Decimal:
        """How many kits the components at one location make: all that are wanted, or as many whole ones as can be."""
        kits = wanted
        for part in line.components:
            free = self._free(request, part.item, location)
            if free < kits * part.per:
                kits = free // part.per
        return kits

    def _free(self, request: DeskRequest, item: str, location: str) -> Decimal:
        """What this caller could get of an item at one location."""
        of = (request.company_id, item)
        own = self.pools.places(of, (location,), request.channel, request.customer)
        found = sum((shelf.free for key in own if (shelf := self.shelves.get(key)) and shelf.free > 0), ZERO)
        return found + sum((shelf.free for shelf, _, _ in self._lenders(request, item, (location,))), ZERO)

    def _take(
        self,
        request: DeskRequest,
        line: DeskLine,
        item: str,
        locations: Sequence[str],
        wanted: Decimal,
        taken: list[Take],
    ) -> Decimal:
        """Take what is free, place by place, then what other pools lend; what is left wanting."""
        places = self.pools.places((request.company_id, item), locations, request.channel, request.customer)
        for key in places:
            shelf = self.shelves.get(key)
            if shelf is None or shelf.free <= 0:
                continue
            quantity = min(wanted, shelf.free)
            shelf.free -= quantity
            taken.append(Take(line, key, quantity))
            wanted -= quantity
            if not wanted:
                return wanted
        if self.pools:
            wanted -= self._borrow(request, line, item, locations, wanted, taken)
        return wanted

    def _borrow(
        self,
        request: DeskRequest,
        line: DeskLine,
        item: str,
        locations: Sequence[str],
        wanted: Decimal,
        taken: list[Take],
    ) -> Decimal:
        borrowed = ZERO
        for shelf, key, rule in self._lenders(request, item, locations):
            quantity = min(wanted - borrowed, shelf.free)
            if quantity > 0:
                # What is lent goes through what is everybody's, and on to this caller at once.
                shelf.free -= quantity
                taken.append(Take(line, key, quantity, rule))
                taken.append(Take(line, (*key[:3], SHARED), quantity))
                borrowed += quantity
        return borrowed

    def _lenders(
        self, request: DeskRequest, item: str, locations: Sequence[str]
    ) -> Iterable[tuple[Shelf, PositionKey, str]]:
        """Pools that lend and have something. Where shared stock is short, what is lent would only serve those who
        were promised beyond it."""
        of = (request.company_id, item)
        for key, rule in self.pools.lenders(of, locations, request.channel, request.customer):
            shelf, shared = self.shelves.get(key), self.shelves.get((*key[:3], SHARED))
            if shelf is not None and shared is not None and shelf.free > 0 and shared.free >= 0:
                yield shelf, key, self.pools.label(rule)

    def _undo(self, taken: Sequence[Take]) -> None:
        borrowed = False
        for take in taken:
            if take.rule:
                borrowed = True
            elif borrowed:
                borrowed = False  # it never left what is everybody's
                continue
            self.shelves[take.at].free += take.quantity


def first_place(request: DeskRequest, line: DeskLine, pools: Pools) -> PositionKey:
    """Where a line is taken from if there is enough."""
    if not pools:
        return (request.company_id, line.item, line.locations[0], SHARED)
    of = (request.company_id, line.item)
    return pools.places(of, line.locations[:1], request.channel, request.customer)[0]


def places_of(request: DeskRequest, pools: Pools) -> Iterable[PositionKey]:
    """Every position that a request may change."""
    company, channel, customer = request.company_id, request.channel, request.customer
    for line in request.lines:
        for item in (line.item, *(part.item for part in line.components)):
            yield from pools.places((company, item), line.locations, channel, customer)
            if pools:
                for key, _ in pools.lenders((company, item), line.locations, channel, customer):
                    yield key
                    yield (*key[:3], SHARED)
