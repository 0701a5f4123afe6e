"""Everything of some items at one moment: both books, the promises, what is kept back, and supply."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg

from crossdock.inventory.guard import laws
from crossdock.inventory.guard.findings import SPACING, SQL, Checkpoint, Slice
from crossdock.inventory.guard.laws import COLUMNS, Court, Fold
from crossdock.inventory.ledger.books import ZERO
from crossdock.inventory.ledger.owners import promisable
from crossdock.store import Connection

ItemKey = tuple[str, str]
Folds = dict[tuple[str, int], Fold]
"""Where folds stand that go over several slices, by book and position."""
_SHORT_HISTORY = 2_000
_NAMES = {"promise": ("company_id", "item", "location", "pool"),
          "physical": ("company_id", "item", "location", "owner", "lot")}  # fmt: skip


@dataclass
class _Item:
    """One item under examination."""

    key: ItemKey
    court: Court = field(default_factory=Court)
    positions: list[tuple[Fold, int, asyncpg.Record]] = field(default_factory=list)
    """Fold, where it began, and the row as it stands."""
    sound: dict[int, bool] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    """Positions of which more movements may be there than were read."""

    @property
    def place(self) -> str:
        return "/".join(self.key)

    @property
    def complete(self) -> bool:
        """Were all movements read?"""
        return not self.cut

    @property
    def behind(self) -> int:
        """How many movements there are to read."""
        return sum(max(row["counter"] - fold.number, 0) for fold, _, row in self.positions)


class Examination:
    """Judges items. With `from_the_beginning` no checkpoint is believed; `folds` carries what is not finished."""

    def __init__(self, processes: Sequence[str], *, from_the_beginning: bool = False, histories: bool = False) -> None:
        self._processes = list(processes)
        self._from_the_beginning = from_the_beginning
        self._histories = histories
        self._folds: Folds = {}

    async def look(self, tx: Connection, keys: Sequence[ItemKey], most: int, found: Slice) -> int:
        """Judge the first of these items that hold no more than `most` unread movements together, at least one; returns
        how many were wholly judged. An item with more is read in part: what was verified of it becomes a checkpoint,
        and the next look goes on there."""
        items = await self._load(tx, keys)
        taken = _first(items, most)
        for book in ("promise", "physical"):
            await self._read(tx, book, taken, most, found)
        whole = [item for item in taken if item.complete]
        await self._judge(tx, whole)
        for item in taken:
            self._remember(item)
            found.take(item.court, "item", item.place, item.key[0], whole=item.complete)
        return len(whole)

    async def _load(self, tx: Connection, keys: Sequence[ItemKey]) -> list[_Item]:
        items = {key: _Item(key) for key in keys}
        asked = [list(column) for column in zip(*keys, strict=True)]
        for book, statement in (("promise", SQL.promise_positions), ("physical", SQL.stock_positions)):
            for row in await tx.fetch(statement, *asked):
                fold = self._folds.get((book, row["id"])) or self._begin(book, row)
                items[row["company_id"], row["item"]].positions.append((fold, fold.number, row))
        return list(items.values())

    def _begin(self, book: str, row: asyncpg.Record) -> Fold:
        if self._from_the_beginning or row["checked"] is None or row["checked"] > row["counter"]:
            fold = Fold(book)
        else:
            seconds = laws.seconds_of(row["c_seconds"]) if book == "physical" else None
            fold = Fold(book, row["checked"], {name: row[f"c_{name}"] for name in COLUMNS[book]}, seconds)
            fold.recorded_at = row["recorded_at"]
        return fold

    def _remember(self, item: _Item) -> None:
        """Of an item that was read in part, where its folds stand."""
        for fold, _, row in item.positions:
            if item.complete:
                self._folds.pop((fold.book, row["id"]), None)
            else:
                self._folds[fold.book, row["id"]] = fold

    async def _read(self, tx: Connection, book: str, items: Iterable[_Item], most: int, found: Slice) -> None:
        """Fold what lies behind, and remember the balances now and then, as long as all was right."""
        here = {row["id"]: (item, fold, row) for item in items for fold, _, row in item.positions if fold.book == book}
        asked = {id_: fold.number for id_, (_, fold, row) in here.items() if fold.number < row["counter"]}
        if not asked:
            return
        statement = SQL.promise_movements if book == "promise" else SQL.stock_movements
        last = dict(asked)
        count: Counter[int] = Counter()
        rows = await tx.fetch(statement, list(asked), list(asked.values()), most, self._processes)
        for row in rows:
            item, fold, position = here[row["position_id"]]
            where, wrong = _where(position, book), len(item.court.discrepancies)
            fold.promise(item.court, where, row) if book == "promise" else fold.physical(item.court, where, row)
            laws.entry(item.court, where, row)
            count[row["position_id"]] += 1
            if row["recorded_at"] is not None:
                fold.recorded_at = max(fold.recorded_at, row["recorded_at"])
            if len(item.court.discrepancies) > wrong:
                item.sound[id(fold)] = False
            if fold.number - last[row["position_id"]] >= SPACING and item.sound.get(id(fold), True):
                last[row["position_id"]] = fold.number
                found.checkpoints.append(Checkpoint.of(row["position_id"], fold))
        for position_id, many in count.items():
            if many == most:
                here[position_id][0].cut.add(position_id)
        found.movements += len(rows)

    async def _judge(self, tx: Connection, items: Sequence[_Item]) -> None:
        if not items:
            return
        asked = [list(column) for column in zip(*(item.key for item in items), strict=True)]
        promised = _by_position(await tx.fetch(SQL.promised, *asked))
        kept = _by_position(await tx.fetch(SQL.kept_back, *asked))
        courts = {item.key: item.court for item in items}
        for item in items:
            for fold, since, row in item.positions:
                fold.is_position(item.court, _where(row, fold.book), row, since)
            _shelves(item)
            _promises(item, promised.pop(item.key, {}), kept.pop(item.key, {}))
            if self._histories and sum(row["counter"] for _, _, row in item.positions) <= _SHORT_HISTORY:
                for row in await tx.fetch(
                    SQL.booked, [row["id"] for f, _, row in item.positions if f.book == "promise"]
                ):
                    laws.booked(item.court, row)
        for row in await tx.fetch(SQL.promises_of, *asked):
            laws.promise(courts[row["company_id"], row["item"]], row)
        for row in await tx.fetch(SQL.supplies_of, *asked):
            laws.supply(courts[row["company_id"], row["item"]], row)


def _first(items: Sequence[_Item], most: int) -> list[_Item]:
    taken: list[_Item] = []
    sum_ = 0
    for item in items:
        sum_ += item.behind
        if taken and sum_ > most:
            break
        taken.append(item)
    return taken


def _where(row: asyncpg.Record, book: str) -> str:
    return "/".join(row[name] for name in _NAMES[book])


def _by_position(rows: Iterable[asyncpg.Record]) -> dict[ItemKey, dict[tuple[str, str], Decimal]]:
    found: dict[ItemKey, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in rows:
        found[row["company_id"], row["item"]][row["location"], row["pool"]] = row["quantity"]
    return found


def _shelves(item: _Item) -> None:
    """Per location: all pools together have on hand what may be promised of the physical stock."""
    on_hand: dict[str, Decimal] = defaultdict(Decimal)
    unrestricted: dict[str, Decimal] = defaultdict(Decimal)
    for fold, _, row in item.positions:
        if fold.book == "promise":
            on_hand[row["location"]] += row["on_hand"]
        elif promisable(row["owner"]):
            unrestricted[row["location"]] += row["unrestricted"]
    for location in sorted(on_hand.keys() | unrestricted.keys()):
        where = f"{item.place}/{location}"
        item.court.equal("on_hand_is_unrestricted", where, unrestricted[location], on_hand[location])


def _promises(item: _Item, promised: dict[tuple[str, str], Decimal], kept: dict[tuple[str, str], Decimal]) -> None:
    """Per position: what is reserved is what live promises hold, what is kept back has its reasons."""
    for fold, _, row in item.positions:
        if fold.book == "promise":
            at, where = (row["location"], row["pool"]), _where(row, "promise")
            item.court.equal("reserved_is_reservations", where, promised.pop(at, ZERO), row["reserved"])
            item.court.equal("safety_is_kept_back", where, kept.pop(at, ZERO), row["safety"])
    for (location, pool), quantity in sorted(promised.items()):
        item.court.equal("reserved_is_reservations", f"{item.place}/{location}/{pool}", quantity, ZERO)
    for (location, pool), quantity in sorted(kept.items()):
        item.court.equal("safety_is_kept_back", f"{item.place}/{location}/{pool}", quantity, ZERO)
