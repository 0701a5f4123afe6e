"""Master data in memory, kept level with the store by its version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crossdock.masterdata.records import CrossReference, MasterBody
from crossdock.model import packs
from crossdock.model.handling_unit import HandlingUnit
from crossdock.model.masterdata import Customer, Item, KitComponent, Lot
from crossdock.model.packs import Conversion, Pack
from crossdock.model.units import ConversionRefused
from crossdock.ports.connector import MasterRecord
from crossdock.store import Connection, Store, load_queries

_SQL = load_queries(Path(__file__).with_name("masterdata.sql"))
_ITEM = msgspec.json.Decoder(Item)
_CUSTOMER = msgspec.json.Decoder(Customer)
_ALWAYS = dt.date.min
"""Stands in the store for a beginning nobody named."""


class KitRefused(ValueError):
    """A kit that consists of itself, directly or through its components: it can never be put together."""


class Masterdata:
    """All master data of one version. Reading is a dictionary look-up; nothing here waits."""

    def __init__(self, records: Iterable[MasterBody] = ()) -> None:
        self.version = 0
        self._items: dict[tuple[str, str], Item] = {}
        self._customers: dict[tuple[str, str], Customer] = {}
        self._cross_references: dict[tuple[str, str, str], str] = {}
        # Candidates only: what was once so. A look-up asks the other direction which of them still are.
        self._items_by_theirs: dict[tuple[str, str, str], set[str]] = {}
        self._items_by_supplier: dict[tuple[str, str, str], set[str]] = {}
        self._packs: dict[tuple[str, str], dict[str, dict[tuple[str, str, dt.date], Pack]]] = {}
        self._kits: dict[tuple[str, str], dict[tuple[str, dt.date], KitComponent]] = {}
        self._in_kits: set[tuple[str, str]] = set()
        for record in records:
            self._put(record)

    @classmethod
    async def load(cls, store: Store) -> Masterdata:
        """Everything there is."""
        masterdata = cls()
        async with store.transaction() as tx:
            await masterdata.refresh_if_changed(tx)
        return masterdata

    async def refresh_if_changed(self, tx: Connection) -> bool:
        """Take over what changed since; one cheap query where nothing did. Called as a batch begins, in it."""
        version: int = await tx.fetchval(_SQL.version)
        if version == self.version:
            return False
        known = self.version
        for row in await tx.fetch(_SQL.items, known):
            self._put(_ITEM.decode(row["body"]))
        for row in await tx.fetch(_SQL.customers, known):
            self._put(_CUSTOMER.decode(row["body"]))
        for row in await tx.fetch(_SQL.cross_references, known):
            self._put(CrossReference(*row))
        for row in await tx.fetch(_SQL.packs, known):
            self._put(pack_of(row))
        for row in await tx.fetch(_SQL.components, known):
            self._put(component_of(row))
        # Rows committed meanwhile may be among them; the next call reads those once more, which does no harm.
        self.version = version
        return True

    def with_news(self, records: Sequence[MasterBody]) -> Masterdata:
        """These records over what is known here: what a document says of an item counts for the orders in it."""
        return _News(self, records) if records else self

    async def upsert(self, tx: Connection, records: Sequence[MasterRecord]) -> None:
        """Store master records in the caller's transaction; this memory follows with the next refresh."""
        await upsert(tx, bodies_of(records))

    def item(self, company_id: str, item: str) -> Item | None:
        """The item, or None if we do not know it."""
        return self._items.get((company_id, item))

    def customer(self, company_id: str, customer: str) -> Customer | None:
        """The customer, or None if we do not know it."""
        return self._customers.get((company_id, customer))

    def their_item(self, company_id: str, party: str, item: str) -> str | None:
        """What a cross-reference, or else the item itself, says of a party's id for our item."""
        if (found := self._cross_references.get((company_id, party, item))) is not None:
            return found
        known = self._items.get((company_id, item))
        return (known.supplier_item or None) if known is not None and known.supplier == party else None

    def our_item(self, company_id: str, party: str, their_item: str) -> str | None:
        """What a cross-reference, or else an item, says of our id for a party's item.

        Of several the first by name: the answer must not depend on the order in which this memory learned of them.
        """
        for candidates in (self._items_by_theirs, self._items_by_supplier):
            items = sorted(candidates.get((company_id, party, their_item), ()))
            for item in items:
                if self.their_item(company_id, party, item) == their_item:
                    return item
        return None

    def packs(self, company_id: str, item: str) -> tuple[Pack, ...]:
        """Everything anybody states about the packs of an item, whenever it holds: sorted by unit, party, begin."""
        found = [pack for of_unit in self._packs.get((company_id, item), {}).values() for pack in of_unit.values()]
        return tuple(sorted(found, key=lambda p: (p.unit, p.party, p.valid_from or _ALWAYS, p.source)))

    def conversion(self, company_id: str, item: str, unit: str, on: dt.date, party: str = "") -> Conversion:
        """What one `unit` of an item is in the item's base unit on a day, for a trading partner.

        Raises `ConversionRefused`, with words for a person, where nobody or two say so differently.
        """
        known = self.item(company_id, item)
        if known is None:
            words = f"{item} is no item of {company_id}, so nothing says what one {unit} of it holds on {on}"
            raise ConversionRefused("missing", f"{words}. State the item in master data, then release the document")
        return packs.conversion(known, unit, self._stated(company_id, item, unit).values(), on, party)

    def _stated(self, company_id: str, item: str, unit: str) -> dict[tuple[str, str, dt.date], Pack]:
        return self._packs.get((company_id, item), {}).get(unit, {})

    def components(self, company_id: str, item: str, on: dt.date) -> tuple[tuple[str, Decimal], ...]:
        """What one `item` consists of on a day: (component, quantity in its base unit), sorted; empty if it is no kit.

        A component may be a kit itself and have components of its own. Raises `KitRefused` where following them leads
        back to a kit already open.
        """
        found = self._direct(company_id, item, on)
        if found:
            self._no_cycle(company_id, item, on, (item,))
        return found

    def in_kits(self, company_id: str, item: str) -> bool:
        """Is it, or was it ever, a component of a kit?"""
        return (company_id, item) in self._in_kits

    def in_packs(self, company_id: str, item: str) -> bool:
        """Did anybody ever state a pack of it?"""
        return bool(self._packs.get((company_id, item)))

    def loop_of(self, component: KitComponent) -> str:
        """How a component leads back to its kit on the day it begins, in words; empty if it does not."""
        try:
            self.components(component.company_id, component.kit, component.valid_from or _ALWAYS)
        except KitRefused as refusal:
            return str(refusal)
        return ""

    def _direct(self, company_id: str, item: str, on: dt.date) -> tuple[tuple[str, Decimal], ...]:
        stated = self._components_of(company_id, item)
        if not stated:
            return ()
        newest: dict[str, KitComponent] = {}
        for (component, begin), each in sorted(stated.items(), key=lambda entry: entry[0]):
            if begin <= on and (each.valid_until is None or on < each.valid_until):
                newest[component] = each
        return tuple((component, each.quantity) for component, each in newest.items())

    def _components_of(self, company_id: str, kit: str) -> dict[tuple[str, dt.date], KitComponent]:
        return self._kits.get((company_id, kit), {})

    def _no_cycle(self, company_id: str, item: str, on: dt.date, path: tuple[str, ...]) -> None:
        for component, _ in self._direct(company_id, item, on):
            if component in path:
                way = " > ".join((*path, component))
                words = f"kit {path[0]} consists of itself on {on}: {way}"
                raise KitRefused(f"{words}. End one of these components in the system that states the kit")
            self._no_cycle(company_id, component, on, (*path, component))

    def _put(self, record: MasterBody) -> None:
        match record:
            case Item():
                self._items[record.company_id, record.id] = record
                if record.supplier_item:
                    theirs = (record.company_id, record.supplier, record.supplier_item)
                    self._items_by_supplier.setdefault(theirs, set()).add(record.id)
            case Customer():
                self._customers[record.company_id, record.id] = record
            case CrossReference():
                self._cross_references[record.company_id, record.party, record.item] = record.their_item
                theirs = (record.company_id, record.party, record.their_item)
                self._items_by_theirs.setdefault(theirs, set()).add(record.item)
            case Pack():
                of_unit = self._packs.setdefault((record.company_id, record.item), {}).setdefault(record.unit, {})
                of_unit[record.party, record.source, record.valid_from or _ALWAYS] = record
            case KitComponent():
                of_kit = self._kits.setdefault((record.company_id, record.kit), {})
                of_kit[record.component, record.valid_from or _ALWAYS] = record
                self._in_kits.add((record.company_id, record.component))
            case Lot() | HandlingUnit():
                pass  # not held in memory: see `lots`, `handling_units`


class _News(Masterdata):
    """Records that are not stored yet, over those that are. Knows items, packs and kits."""

    def __init__(self, known: Masterdata, records: Iterable[MasterBody]) -> None:
        super().__init__(records)
        self._known = known

    def item(self, company_id: str, item: str) -> Item | None:
        return super().item(company_id, item) or self._known.item(company_id, item)

    def _stated(self, company_id: str, item: str, unit: str) -> dict[tuple[str, str, dt.date], Pack]:
        return {**self._known._stated(company_id, item, unit), **super()._stated(company_id, item, unit)}

    def _components_of(self, company_id: str, kit: str) -> dict[tuple[str, dt.date], KitComponent]:
        return {**self._known._components_of(company_id, kit), **super()._components_of(company_id, kit)}


async def lots(tx: Connection, company_id: str, item: str) -> list[Lot]:
    """The lots of an item, the earliest to expire first."""
    return [Lot(*row) for row in await tx.fetch(_SQL.lots, company_id, item)]


async def handling_units(tx: Connection, company_id: str, sscc: str) -> list[HandlingUnit]:
    """What documents say a handling unit holds, one of each document."""
    rows = await tx.fetch(_SQL.handling_units, company_id, sscc)
    return [msgspec.json.decode(row["body"], type=HandlingUnit) for row in rows]


def pack_of(row: asyncpg.Record) -> Pack:
    """A pack as it is stored."""
    company_id, item, unit, numerator, denominator, party, level, begin, end, source, document, changed = row
    return Pack(
        *(company_id, item, unit, numerator, denominator, party, level),
        *(_begin(begin), end, source, document, changed),
    )


def component_of(row: asyncpg.Record) -> KitComponent:
    """A component of a kit as it is stored."""
    company_id, kit, component, quantity, begin, end = row
    return KitComponent(company_id, kit, component, quantity, _begin(begin), end)


def _begin(stored: dt.date) -> dt.date | None:
    return None if stored == _ALWAYS else stored


async def upsert(tx: Connection, records: Sequence[MasterBody]) -> int:
    """Store master records and return how many of them were news. Of one key the last record counts.

    Saying the same again changes nothing. Keys are written in order, behind the one row all writers share.
    """
    if not records:
        return 0
    # Lots and handling units are in no memory: whoever writes nothing else holds nobody off, and nobody reads anew.
    remembered = any(not isinstance(record, Lot | HandlingUnit) for record in records)
    version: int = await tx.fetchval(_SQL.next_version if remembered else _SQL.version)
    changed = 0
    for form, statement in (
        (Item, _SQL.put_items),
        (Customer, _SQL.put_customers),
        (CrossReference, _SQL.put_cross_references),
        (Pack, _SQL.put_packs),
        (KitComponent, _SQL.put_components),
        (Lot, _SQL.put_lots),
        (HandlingUnit, _SQL.put_handling_units),
    ):
        rows = _rows([record for record in records if isinstance(record, form)])
        if rows:
            changed += len(await tx.fetch(statement, version, *(list(column) for column in zip(*rows, strict=True))))
    return changed


def bodies_of(records: Sequence[MasterRecord]) -> list[MasterBody]:
    """What master records say. Raises `TypeError` for what is no master data."""
    bodies = []
    for record in records:
        if not isinstance(record.body, MasterBody):
            raise TypeError(f"{type(record.body).__name__} is no master data")
        bodies.append(record.body)
    return bodies


def _rows(records: Sequence[MasterBody]) -> list[tuple[Any, ...]]:
    """Key and value columns, one row per key, sorted by key."""
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for record in records:
        match record:
            case Item() | Customer():
                rows[record.company_id, record.id] = (msgspec.json.encode(record, order="sorted").decode(),)
            case CrossReference():
                rows[record.company_id, record.party, record.item] = (record.their_item,)
            case Pack():
                pack, ratio, begin = record, record.contains, record.valid_from or _ALWAYS
                rows[pack.company_id, pack.item, pack.party, pack.unit, pack.source, begin] = (
                    *(pack.valid_until, pack.level, ratio.numerator, ratio.denominator),
                    pack.document,
                )
            case KitComponent():
                begin = record.valid_from or _ALWAYS
                rows[record.company_id, record.kit, record.component, begin] = (record.valid_until, record.quantity)
            case Lot():
                key = (record.company_id, record.item, record.lot)
                before = rows.get(key, (None, None, ""))
                told = (record.expires_on, record.made_on, record.supplier)
                known = (new or old for new, old in zip(told, before, strict=False))
                rows[key] = (*known, record.source)
            case HandlingUnit():
                body = msgspec.json.encode(record, order="sorted").decode()
                rows[record.company_id, record.sscc, record.document] = (record.party, body)
    return [(*key, *rows[key]) for key in sorted(rows)]
