"""What a simulated warehouse told, kept so that it can be asked again: every message with its number, and what it
changed of the stock."""

from __future__ import annotations

from decimal import Decimal

from crossdock.sandbox.books import Body
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import Refused, text

BUCKETS = ("on_hand", "picked", "packed", "quarantined", "damaged")
_PAGE = 1
Shelf = tuple[str, str]
Levels = dict[str, Decimal]


class Messages:
    """Numbered from 1 per site."""

    def __init__(self) -> None:
        self._told: list[Body] = []
        self._changes: list[Body] = []
        self._known: dict[Shelf, Levels] = {}

    @property
    def count(self) -> int:
        """The number of the latest message."""
        return len(self._told)

    def open(self, shelf: Shelf, on_hand: Decimal) -> None:
        """What lay there before the first message."""
        self._known[shelf] = dict.fromkeys(BUCKETS, ZERO) | {"on_hand": on_hand}

    def add(self, message: Body, owner: str, at: str, now: dict[Shelf, Levels]) -> None:
        """A message was told; `now` are the levels of the articles it speaks of."""
        self._told.append(message)
        for (_, sku), levels in sorted(now.items()):
            known = self._known.setdefault((owner, sku), dict.fromkeys(BUCKETS, ZERO))
            moved = {bucket: levels[bucket] - known[bucket] for bucket in BUCKETS if levels[bucket] != known[bucket]}
            if moved:
                change: Body = {"n": self.count, "event": message["event"], "owner": owner, "sku": sku, "at": at}
                self._changes.append(change | {bucket: text(quantity) for bucket, quantity in moved.items()})
            self._known[owner, sku] = dict(levels)

    def changes(self, after: int) -> list[Body]:
        """What messages behind a number changed, in order."""
        return [change for change in self._changes if isinstance(change["n"], int) and change["n"] > after]

    def page(self, request: Request, parameters: tuple[str, ...]) -> Body:
        """The next message behind a number, as it was sent."""
        after = number_of(request, "cursor")
        found = self._told[after : after + _PAGE]
        return {"messages": found, "cursor": str(after + len(found)), "more": after + len(found) < self.count}


def number_of(request: Request, name: str) -> int:
    """A number in the query; 0 where there is none."""
    try:
        return max(0, int(request.query.get(name) or "0"))
    except ValueError:
        raise Refused(400, f"{name} is a number") from None
