"""What the books tell of goods: the stock that follows from everything a warehouse did."""

from __future__ import annotations

import json
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crossdock.testing.checker.books import Body, Books, BooksBroken, Entry, number

CONDITIONS = ("unrestricted", "picked", "packed", "quarantined", "damaged")
_COUNTED_AS = {"OK": "unrestricted", "DMG": "damaged", "QUA": "quarantined"}
POSTED_AS = {"OK": "good", "DMG": "damaged", "QUA": "quarantined"}
"""A warehouse's words for the condition of received goods, in those of the ERP."""

Shelf = tuple[str, str, str]
"""Company, item, location."""
Level = tuple[str, str, str, str]
"""Company, item, location, condition."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one level."""

    level: Level
    quantity: Decimal


class Warehouses:
    """All warehouses of the books. `asked` names those whose own answers are at hand."""

    def __init__(self, books: Books, asked: Mapping[str, Asked] | None = None) -> None:
        self._books = books
        self.asked = dict(asked or {})
        self.sites = _sites(books, self.asked)

    @property
    def names(self) -> list[str]:
        """The systems."""
        return sorted(self.sites)

    def opening(self, name: str) -> dict[Shelf, Decimal]:
        """What lay there before the first movement."""
        levels = [level for entry in self._books.effects("stock.opening") for level in _levels_of(entry, name)]
        if not levels and name in self.asked:
            levels = self.asked[name].opening["levels"]
        found: dict[Shelf, Decimal] = defaultdict(Decimal)
        for level in levels:
            found[level["owner"], level["sku"], self.sites[name]] += number(level["qty"])
        return found

    def fold(self) -> dict[Level, Decimal]:
        """What must lie where now, by everything the warehouses opened with and did."""
        levels: dict[Level, Decimal] = defaultdict(Decimal)
        for name in self.names:
            for shelf, quantity in self.opening(name).items():
                levels[(*shelf, "unrestricted")] += quantity
            for entry in self._books.effects_of(name):
                for step in steps(entry):
                    levels[step.level] += step.quantity
        return levels

    def told_now(self) -> dict[Level, Decimal]:
        """What those that were asked say lies there now."""
        levels: dict[Level, Decimal] = defaultdict(Decimal)
        for name, asked in self.asked.items():
            for row in asked.now["levels"]:
                shelf = (row["owner"], row["sku"], self.sites[name])
                for condition in CONDITIONS:
                    vendors_word = "on_hand" if condition == "unrestricted" else condition
                    levels[(*shelf, condition)] += number(row[vendors_word])
        return levels


@dataclass(frozen=True, slots=True)
class Asked:
    """A warehouse's own answers: the stock before the first movement, and now."""

    opening: Body
    now: Body

    @classmethod
    def from_url(cls, url: str, token: str) -> Asked:
        """Ask it over HTTP."""
        return cls(_get(f"{url.rstrip('/')}/wms/v1/stock?report=opening", token), _get(f"{url}/wms/v1/stock", token))


def _get(url: str, token: str) -> Body:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - the caller's URL
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            body: Any = json.loads(answer.read(), parse_float=Decimal)
    except (OSError, ValueError) as fault:
        raise BooksBroken(f"GET {url}: {fault}") from fault
    if not isinstance(body, dict):
        raise BooksBroken(f"GET {url} was answered with {body!r}")
    return body


def _sites(books: Books, asked: Mapping[str, Asked]) -> dict[str, str]:
    """Systems that run a warehouse, and where: they say so in whatever they tell."""
    sites = {name: answer.now["site"] for name, answer in asked.items()}
    for entry in books.effects("stock.opening"):
        sites[entry.system] = entry.body["site"]
    for entry in books.effects(*_FOLDED):
        sites.setdefault(entry.system, entry.body["data"]["site"])
    return sites


def _levels_of(entry: Entry, name: str) -> list[Body]:
    return list(entry.body["levels"]) if entry.system == name else []


def steps(entry: Entry) -> Iterator[Step]:
    """What one thing a warehouse did means for its stock."""
    changes = _FOLDED.get(entry.kind)
    if changes is None:
        return
    data = entry.body["data"]
    for line in _lines(data):
        place = (data["owner"], line["sku"], data["site"])
        quantity = number(line["qty"])
        for condition, sign in changes(line | {"action": data.get("action", "")}):
            yield Step((*place, condition), quantity * sign)


def _lines(data: Body) -> list[Body]:
    return [line for carried in data["orders"] for line in carried["lines"]] if "orders" in data else data["lines"]


def _received(line: Body) -> list[tuple[str, int]]:
    return [(_COUNTED_AS[line["condition"]], 1)]


def _inspected(line: Body) -> list[tuple[str, int]]:
    restocked = [("unrestricted", 1)] if line["verdict"] == "RESTOCK" else []
    return [("quarantined", -1), *restocked]


_HELD: dict[str, list[tuple[str, int]]] = {
    "HOLD": [("unrestricted", -1), ("quarantined", 1)],
    "RELEASE": [("quarantined", -1), ("unrestricted", 1)],
    "REMOVE": [("quarantined", -1)],
}

_FOLDED: dict[str, Callable[[Body], list[tuple[str, int]]]] = {
    "sent.receipt.confirmed": _received,
    "sent.order.picked": lambda line: [("unrestricted", -1), ("picked", 1)],
    "sent.order.packed": lambda line: [("picked", -1), ("packed", 1)],
    "sent.order.cross_docked": lambda line: [("unrestricted", -1), ("packed", 1)],
    "sent.shipment.dispatched": lambda line: [("packed", -1)],
    "sent.return.received": lambda line: [("quarantined", 1)],
    "sent.return.inspected": _inspected,
    "sent.stock.adjusted": lambda line: [("unrestricted", 1)],
    "sent.stock.held": lambda line: _HELD[line["action"]],
}
