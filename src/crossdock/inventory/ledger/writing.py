"""Stores what a batch decided, set-wise: one statement per table, positions in key order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import StockWentNegative
from crossdock.inventory.ledger.books import ZERO, Books, Fact, Promise, Supply
from crossdock.inventory.ledger.reading import SQL, LedgerMoved, Reader
from crossdock.model.stock import PHYSICAL_STATES
from crossdock.store import Connection
from crossdock.store.arrays import columns, numbers, octets, texts, times

StockKey = tuple[str, str, str, str, str]
"""Company, item, location, owner, lot."""
Row = tuple[object, ...]

# How the columns of the statements travel.
_POSITION = (texts,) * 4 + (numbers,) * 4
_PROMISE = (
    (texts,) * 9
    + (numbers,) * 2
    + (texts, texts, octets, numbers, numbers)
    + (texts, times, times, texts, numbers, texts, times)
)
_ENDING = (texts, numbers, texts, numbers, numbers, numbers)
_ANSWER = (octets, texts)
_SUPPLY = (texts,) * 5 + (numbers,) * 3 + (times, texts, numbers, octets, numbers, numbers)
_SUPPLY_MOVEMENT = (texts,) * 3 + (numbers, texts, texts) + (numbers,) * 3 + (times, texts, octets)
_SET = (texts,) * 4 + (numbers, texts)
_KEPT = (texts,) * 6 + (numbers, texts, octets)
_PEG = (texts,) * 4 + (numbers,)
_PROMISE_MOVEMENT = (numbers, numbers, texts, texts, numbers, numbers, numbers, numbers, octets, texts)
_STOCK = (texts,) * 5 + (numbers,) * 8
_STOCK_MOVEMENT = (numbers,) * 4 + (texts, texts, numbers, numbers, texts, texts, texts, octets)

_COLUMN = {state: index for index, state in enumerate(PHYSICAL_STATES)}


class _Change(msgspec.Struct):
    """What a batch adds to a physical position; then where its numbering stands."""

    states: list[Decimal]
    movements: int = 0
    id: int = 0
    number: int = 0


class Negative(msgspec.Struct, frozen=True):
    """A fact that left a state of a position below zero: which request, and what its case is told."""

    request: int
    body: StockWentNegative


async def write_positions(tx: Connection, books: Books, reader: Reader) -> None:
    """Correct the positions whose guess was wrong."""
    wrong = []
    for key, position in books.positions.items():
        now = (position.on_hand, position.reserved, position.safety, position.counter)
        if now != reader.stored[key]:
            wrong.append((*key, *now))
    if wrong:
        await tx.execute(SQL.set_positions, *columns(wrong, _POSITION))


async def write_record(
    tx: Connection, books: Books, reader: Reader, journal: Sequence[Row], answers: Sequence[Row]
) -> None:
    """What became of promises, what was answered, and the journals of both books. Raises `LedgerMoved`."""
    ended = [
        (p.id, p.remaining, p.state, p.waiting, p.fills, reader.early.get(p.id))
        for p in books.changed_promises.values()
        if not p.new
    ]
    moved = [
        (m.position, m.number, m.kind, m.reservation, m.on_hand, m.reserved, m.safety, m.free_after, m.entry, m.rule)
        for m in books.movements
    ]
    if not (ended or answers or journal or moved):
        return
    done = await tx.fetchval(
        SQL.record,
        *columns(ended, _ENDING),
        *columns(answers, _ANSWER),
        *columns(journal, _STOCK_MOVEMENT),
        *columns(moved, _PROMISE_MOVEMENT),
    )
    if done != len(ended):
        raise LedgerMoved("a promise was filled or ended by somebody else meanwhile")


async def write_promise_book(tx: Connection, books: Books) -> None:
    """New promises, supply and pegs. After `write_record`, which notices that a promise is no longer what was read;
    an insert would only trip over it. Raises `LedgerMoved`."""
    await _insert_promises(tx, [promise for promise in books.changed_promises.values() if promise.new])
    await _write_sets(tx, [promise for promise in books.changed_promises.values() if promise.together])
    supplies = sorted(books.changed_supplies.values(), key=lambda supply: supply.key)
    for supply in supplies:
        supply.changes += 1
    await _write_supplies(tx, SQL.insert_supplies, "INSERT 0", [supply for supply in supplies if supply.new])
    await _write_supplies(tx, SQL.update_supplies, "UPDATE", [supply for supply in supplies if not supply.new])
    await _journal_supplies(tx, books, supplies)
    await _write_pegs(tx, books)


async def write_kept(tx: Connection, books: Books, at: dt.datetime) -> None:
    """What is kept back of positions, and why. The positions' locks guard these rows."""
    kept, dropped = [], []
    for key in sorted(books.changed_kept):
        position, reason, source = key
        row = books.kept[key]
        if row.quantity or row.marked:
            kept.append((*position, reason, source, row.quantity, row.rule, row.entry))
        else:
            dropped.append((*position, reason, source))
    if dropped:
        await tx.execute(SQL.drop_kept, *columns(dropped, _KEPT[:6]))
    if kept:
        await tx.execute(SQL.put_kept, *columns(kept, _KEPT), at)


async def write_fallen(tx: Connection, books: Books, subjects: Mapping[bytes, str]) -> None:
    """Where facts left less than was promised, remember it for whoever makes promises again (`withdrawing`)."""
    fallen = {
        key[:3]: (*key[:3], subjects.get(entry, ""), entry)
        for key, entry in books.fell.items()
        if books.positions[key].free < 0
    }
    if fallen:
        rows = [fallen[key] for key in sorted(fallen)]
        await tx.execute(SQL.put_fallen, *columns(rows, (texts, texts, texts, texts, octets)))


async def _journal_supplies(tx: Connection, books: Books, supplies: Sequence[Supply]) -> None:
    rows = [
        (*s.key, s.changes, s.item, s.location, s.quantity, s.received, s.pegged, s.expected_on, s.confidence,
         books.supply_entries[s.key])
        for s in supplies
    ]  # fmt: skip
    if rows:
        await tx.execute(SQL.journal_supplies, *columns(rows, _SUPPLY_MOVEMENT))


async def _insert_promises(tx: Connection, promises: Sequence[Promise]) -> None:
    new = [
        (
            p.id,
            p.company_id,
            p.subject,
            p.kind,
            p.request,
            p.line,
            p.item,
            p.location,
            p.pool,
            p.quantity,
            p.remaining,
            p.state,
            "\x1f".join(p.candidates),
            p.entry,
            p.waiting,
            p.whole,
            p.source,
            p.expires_at,
            p.due_on,
            p.backorder,
            p.fills,
            p.customer,
            p.keeps_until,
        )
        for p in promises
    ]
    if new:
        await tx.execute(SQL.insert_promises, *columns(new, _PROMISE))


async def _write_sets(tx: Connection, promises: Sequence[Promise]) -> None:
    begun = [
        (p.id, p.company_id, p.item, p.together, p.per, "\x1f".join(p.beside))
        for p in promises
        if p.new and p.waiting
    ]  # fmt: skip
    over = [p.id for p in promises if not p.new and not p.waiting]
    if begun:
        await tx.execute(SQL.put_sets, *columns(begun, _SET))
    if over:
        await tx.execute(SQL.drop_sets, texts(over))


async def _write_supplies(tx: Connection, statement: str, done: str, supplies: Sequence[Supply]) -> None:
    rows = [
        (*s.key, s.item, s.location, s.quantity, s.received, s.pegged, s.expected_on, s.confidence, s.open > 0, s.entry,
         s.changes, s.most)
        for s in supplies
    ]  # fmt: skip
    if rows and await tx.execute(statement, *columns(rows, _SUPPLY)) != f"{done} {len(rows)}":
        raise LedgerMoved("a supply line was stated by somebody else meanwhile")


async def _write_pegs(tx: Connection, books: Books) -> None:
    kept, dropped = [], []
    for reservation, key in sorted(books.changed_pegs):
        quantity = books.pegs[reservation].get(key, ZERO)
        if quantity:
            kept.append((reservation, *key, quantity))
        else:
            dropped.append((reservation, key[1], key[2]))
    if dropped:
        await tx.execute(SQL.drop_pegs, *columns(dropped, _PEG[:3]))
    if kept:
        await tx.execute(SQL.put_pegs, *columns(kept, _PEG))


async def write_facts(tx: Connection, facts: Sequence[Fact]) -> tuple[list[Negative], list[Row]]:
    """Physical positions. Returns which facts took a state below zero, and the rows of the journal, not yet written."""
    if not facts:
        return [], []
    changes = _changes(facts)
    rows = [(*key, *change.states, change.movements) for key, change in sorted(changes.items())]
    before: dict[StockKey, list[Decimal]] = {}
    for row in await tx.fetch(SQL.move_stock, *columns(rows, _STOCK)):
        key = (row[0], row[1], row[2], row[3], row[4])
        change = changes[key]
        change.id, change.number = row[5], row[6] - change.movements
        if row[7]:
            before[key] = [total - moved for total, moved in zip(row[7], change.states, strict=True)]
    if any(fact.line.second_quantity is not None for fact in facts):
        await _write_weights(tx, facts, changes)
    return _negatives(facts, before) if before else [], _journal(facts, changes)


async def _write_weights(tx: Connection, facts: Sequence[Fact], changes: Mapping[StockKey, _Change]) -> None:
    """What positions hold of catch weight goods, where movements say what they weighed. The position locks guard it."""
    rows: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    for fact in facts:
        told = fact.line.second_quantity
        for key, _, quantity in _ends(fact) if told is not None else ():
            at = (changes[key].id, fact.line.second_unit)
            second, weighed = rows.get(at, (ZERO, ZERO))
            rows[at] = (second + (told or ZERO) * (1 if quantity > 0 else -1), weighed + quantity)
    if rows:
        found = [(*at, *both) for at, both in sorted(rows.items())]
        await tx.execute(SQL.weigh, *columns(found, (numbers, texts, numbers, numbers)))


def _ends(fact: Fact) -> list[tuple[StockKey, int, Decimal]]:
    """What a fact does to physical states: (position, column, quantity)."""
    line = fact.line
    ends = []
    if line.from_state in _COLUMN:
        ends.append((_origin(fact), _COLUMN[line.from_state], -line.quantity))
    if line.to_state in _COLUMN:
        ends.append((_target(fact), _COLUMN[line.to_state], line.quantity))
    return ends


def _origin(fact: Fact) -> StockKey:
    return (fact.company_id, fact.line.item, fact.line.location, fact.line.owner, fact.line.lot)


def _target(fact: Fact) -> StockKey:
    line = fact.line
    return (fact.company_id, line.item, line.arrives_at, line.belongs_to, line.lot)


def _changes(facts: Sequence[Fact]) -> dict[StockKey, _Change]:
    changes: dict[StockKey, _Change] = {}
    for fact in facts:
        for key in {_origin(fact), _target(fact)}:
            if key not in changes:
                changes[key] = _Change([ZERO] * len(PHYSICAL_STATES))
            changes[key].movements += 1
        for key, column, quantity in _ends(fact):
            changes[key].states[column] += quantity
    return changes


def _journal(facts: Sequence[Fact], changes: Mapping[StockKey, _Change]) -> list[Row]:
    """Movement rows, numbered in the order of the facts."""
    rows: list[Row] = []
    for fact in facts:
        line = fact.line
        origin, target = changes[_origin(fact)], changes[_target(fact)]
        origin.number += 1
        elsewhere = target is not origin
        if elsewhere:
            target.number += 1
        rows.append(
            (
                origin.id,
                origin.number,
                target.id if elsewhere else None,
                target.number if elsewhere else None,
                line.from_state,
                line.to_state,
                line.quantity,
                line.second_quantity,
                line.second_unit,
                line.line,
                line.reservation,
                fact.entry,
            )
        )
    return rows


def _negatives(facts: Sequence[Fact], before: dict[StockKey, list[Decimal]]) -> list[Negative]:
    """Walk through the facts once more; whatever a request as a whole took further below zero, as it then stands. Its
    facts are one entry: what stands between two of them nobody ever sees."""
    found: dict[tuple[int, StockKey, int], tuple[Decimal, Decimal, bytes]] = {}
    for fact in facts:
        for key, column, quantity in _ends(fact):
            if key not in before:
                continue
            before[key][column] += quantity
            taken, _, _ = found.get((fact.request, key, column), (ZERO, ZERO, b""))
            found[(fact.request, key, column)] = (taken + quantity, before[key][column], fact.entry)
    return [
        Negative(request, StockWentNegative(key[1], key[2], level, _in_state(entry, column)))
        for (request, key, column), (taken, level, entry) in found.items()
        if taken < 0 and level < 0
    ]


def _in_state(entry: bytes, column: int) -> str:
    return entry.hex() if column == 0 else f"{entry.hex()}:{PHYSICAL_STATES[column]}"
