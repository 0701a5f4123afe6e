"""Kits: what one consists of, as the ERP says, and how many whole ones goods make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from crossdock.testing.checker.books import Books, number

ZERO = Decimal(0)
Goods = Mapping[str, Decimal]
"""Item -> quantity."""


class Kits:
    """The kits of all companies."""

    def __init__(self, books: Books) -> None:
        self._parts: dict[tuple[str, str], dict[str, Decimal]] = {}
        for entry in books.effects("kit.stated"):
            parts = {part["item"]: number(part["qty"]) for part in entry.body["components"]}
            self._parts[entry.body["entity"], entry.body["code"]] = parts

    def parts(self, company: str, item: str) -> Goods:
        """So many of each component in one; empty for what is no kit."""
        return self._parts.get((company, item), {})

    def whole(self, company: str, item: str, goods: Goods) -> Decimal:
        """How much of an item these goods are: of a kit, those that are there as such and whole ones of components.
        Goods that are neither count as they are."""
        parts = self.parts(company, item)
        if not parts:
            return sum(goods.values(), ZERO)
        made = min(goods.get(part, ZERO) // per for part, per in parts.items())
        return made + sum((quantity for each, quantity in goods.items() if each not in parts), ZERO)

    def rest(self, company: str, item: str, goods: Goods) -> dict[str, Decimal]:
        """Components among these goods that make no whole kit."""
        parts = self.parts(company, item)
        if not parts:
            return {}
        made = min(goods.get(part, ZERO) // per for part, per in parts.items())
        rest = {part: goods.get(part, ZERO) - made * per for part, per in parts.items()}
        return {part: quantity for part, quantity in rest.items() if quantity}

    def apart(self, company: str, item: str, quantity: Decimal) -> dict[str, Decimal]:
        """What so much of an item is as goods: of a kit its components."""
        return {part: per * quantity for part, per in self.parts(company, item).items()} or {item: quantity}


def by_item(goods: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Goods summed up."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for item, quantity in goods:
        total[item] += quantity
    return total
