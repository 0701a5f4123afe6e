"""Setting stock aside for pools, and taking it back.

What is set aside leaves the shared position, so the guard of each row is enough: nobody else can be promised of it.
What is promised or kept back in a pool stays there; only what nobody holds is moved.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal

from crossdock.inventory.ledger.books import ZERO, Books, Position
from crossdock.inventory.ledger.keys import ItemKey
from crossdock.inventory.ledger.pools import SHARED
from crossdock.model.stock_policy import PoolRule


def rebalance(books: Books, item: ItemKey, entry: bytes) -> None:
    """Make the pools of an item what the rules of the day say, as far as stock that nobody holds allows.

    All positions of the item must be held. First pools give back what is above their target, and what shared stock
    lacks because less is there than was set aside; then they are filled from shared stock, in the order of precedence.
    """
    rows: dict[str, dict[str, Position]] = defaultdict(dict)
    for position in books.of_item[item]:
        rows[position.key[2]][position.key[3]] = position
    for location, pools in rows.items():
        if len(pools) > 1 and SHARED in pools:
            _Location(books, pools, books.pools.at(*item, location), entry).rebalance()


def target(rule: PoolRule, on_hand: Decimal) -> Decimal:
    """How much a pool shall have of what is on hand in all pools together. A share is rounded down to the digits that
    the stock is counted in."""
    total = max(on_hand, ZERO)
    share = total * rule.share_percent / 100
    digits = Decimal(1).scaleb(min(int(total.normalize().as_tuple().exponent), 0))
    return max(rule.floor, share.quantize(digits, rounding=ROUND_FLOOR))


class _Location:
    """The pools of one item at one location."""

    def __init__(self, books: Books, rows: dict[str, Position], rules: list[PoolRule], entry: bytes) -> None:
        self.books = books
        self.shared = rows[SHARED]
        self.rules = {rule.pool: rule for rule in rules}
        self.entry = entry
        # In the order in which they are served; a pool that has no rule any more comes last.
        names = [*self.rules, *sorted(rows.keys() - self.rules.keys() - {SHARED})]
        self.pools = [rows[name] for name in names if name in rows]
        total = sum((row.on_hand for row in rows.values()), ZERO)
        self.targets = {pool: target(rule, total) for pool, rule in self.rules.items()}

    def rebalance(self) -> None:
        for row in reversed(self.pools):
            self._set_aside(row, -min(row.on_hand - self._target(row), row.free))
        for row in reversed(self.pools):
            self._set_aside(row, -min(-self.shared.on_hand, row.free))
        for row in self.pools:
            self._set_aside(row, min(self._target(row) - row.on_hand, self.shared.free), fill=True)

    def _target(self, row: Position) -> Decimal:
        return self.targets.get(row.key[3], ZERO)

    def _set_aside(self, row: Position, quantity: Decimal, fill: bool = False) -> None:
        """Move a quantity into a pool (`fill`), or out of it; what points the other way is none."""
        if (quantity > 0) is not fill or not quantity:
            return
        rule = self.rules.get(row.key[3])
        label = self.books.pools.label(rule) if rule else f"no rule for pool {row.key[3]}"
        self.books.book(self.shared, "allot", self.entry, on_hand=-quantity, rule=label)
        self.books.book(row, "allot", self.entry, on_hand=quantity, rule=label)
