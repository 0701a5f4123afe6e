"""Packs that stand below their item: levels that name none, below one that does."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Any

from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Source
from crossdock.edi.maps.packing import Held, add_up, packed
from crossdock.model.quantity import EACH, Quantity
from crossdock.model.ship_notice import ShipNoticeLine

_LINES = "lines"
_SAID_BY_ITEM = frozenset(("lot", "expires_on"))
"""What a pack says only of an item that does not."""
_OF_PACKS = frozenset(("pack", "pallet")) | _SAID_BY_ITEM
_QUANTITY = frozenset(("@held", "@held_in"))


class PacksBelow:
    """Collects them while levels are read; their items are put into them when all were."""

    def __init__(self, source: Source, places: dict[int, str]) -> None:
        self.source = source
        self.places = places
        self._items: dict[int, Scope] = {}
        """By what it is known as (`id`): the level above it that is an item."""
        self._below: dict[int, list[Scope]] = defaultdict(list)
        self._bodies: dict[int, tuple[list[Any], Any]] = {}

    def holds(self, scope: Scope) -> bool:
        """Is a level that was read one of the packs below an item?"""
        above = scope.level
        if above is None or scope.waiting or scope.loop is None or scope.loop.start.tag != "HL":
            return False
        item = self._items.get(id(above)) or (above if id(above) in self._bodies else None)
        if item is None:
            return False
        self._items[id(scope)] = item
        scope.place = item.place
        self._below[id(item)].append(scope)
        return True

    def keep(self, scope: Scope) -> None:
        """Note the item that was made of a level; in levels there is one in each."""
        if scope.waiting and scope.waiting[-1].loop is not None:
            kept = scope.waiting[-1].owner.lists.get(scope.waiting[-1].path, [])
            if kept and isinstance(kept[-1], ShipNoticeLine):
                self._bodies[id(scope)] = (kept, kept[-1])
                scope.place = f"{_LINES}[{len(kept)}]"

    def settled(self, scope: Scope) -> bool:
        """Is it one of the packs?"""
        return id(scope) in self._items

    def close(self) -> None:
        """Put the items into the packs below them, and give back what these say that no line has."""
        inner = {id(each.level) for packs in self._below.values() for each in packs}
        pieces: dict[int, tuple[ShipNoticeLine, ...]] = {}
        lists: dict[int, list[Any]] = {}
        for item, packs in self._below.items():
            kept, body = self._bodies[item]
            leaves = [_held(each) for each in packs if id(each) not in inner]
            pieces[id(body)], lists[id(kept)] = packed(body, leaves), kept
            in_use = _in_use(body, leaves, len(pieces[id(body)]))
            for each in packs:
                self._settle(each, in_use - _told(body))
        for kept in lists.values():
            self._move([len(pieces.get(id(each), (each,))) for each in kept])
            kept[:] = [piece for each in kept for piece in pieces.get(id(each), (each,))]

    def _move(self, sizes: list[int]) -> None:
        """What stands beside a line stands beside the first one of its item; `sizes`: how many each line became."""
        first = [1, *(before + 1 for before in accumulate(sizes))]
        named = {f"{_LINES}[{number}]": f"{_LINES}[{now}]" for number, now in enumerate(first, 1)}
        for position, place in self.places.items():
            self.places[position] = named.get(place, place)

    def _settle(self, scope: Scope, in_use: frozenset[str]) -> None:
        """What a pack says is taken where a line has it, and kept beside where none does."""
        for path, (_, _, took) in scope.said.items():
            if took and path in _QUANTITY:  # which nothing took so far
                self.source.taken.update(took if path in in_use else ())
            elif took and path not in in_use:
                self.source.untake(took)
                self.source.untake_code(took)


def _held(scope: Scope) -> Held:
    """What a pack says of itself."""
    values = scope.values
    own = bool(scope.said.get("@held", (0, 0, []))[2])
    said = Quantity(values["@held"], values.get("@held_in") or EACH) if own else None
    return Held(values.get("pack", ""), values.get("pallet", ""), said, values.get("lot", ""), values.get("expires_on"))


def _in_use(body: ShipNoticeLine, leaves: list[Held], pieces: int) -> frozenset[str]:
    """The fields of packs that are in the lines made of an item."""
    if pieces < len(leaves):
        return frozenset()
    return _OF_PACKS | _QUANTITY if add_up(body, leaves) else _OF_PACKS


def _told(body: ShipNoticeLine) -> frozenset[str]:
    return frozenset(name for name in _SAID_BY_ITEM if getattr(body, name))
