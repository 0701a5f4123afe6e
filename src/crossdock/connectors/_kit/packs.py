"""What vendors tell of packs and kits with an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from crossdock.connectors._kit.reading import Refused, amount
from crossdock.model import units
from crossdock.model.masterdata import Item, KitComponent
from crossdock.model.packs import Level, Pack


class ToldPack(msgspec.Struct):
    """One `uom` of an item holds so many of its base unit, for `partner` or for all, in a time; days are inclusive of
    `since` and exclusive of `until`."""

    uom: str
    holds: str
    level: Level = ""
    partner: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


class ToldComponent(msgspec.Struct):
    """A kit holds so many of an item, in a time."""

    item: str
    qty: str
    since: dt.date | None = None
    until: dt.date | None = None


def told_structure(
    item: Item, packs: Sequence[ToldPack], components: Sequence[ToldComponent], source: str, document: str
) -> list[Item | Pack | KitComponent]:
    """An item with its packs and components, as one record of a system tells them. Raises `Refused` for nonsense."""
    return [item, *_packs(item, packs, source, document), *_components(item, components)]


def catch_weight(item: str, unit: str, second: str, per: str) -> tuple[str, Decimal]:
    """The unit in which an item is weighed and what one base unit weighs on average, as a vendor tells them; empty and
    zero for all other items. Raises `Refused` for a unit that measures nothing, or without an average."""
    if not second:
        return "", Decimal(0)
    if second == unit or units.known(second) is None or units.is_counted(second):
        raise Refused("unit_invalid", f"{item} cannot be weighed in {second[:10]!r}")
    average = amount(per) if per else Decimal(0)
    if average <= 0:
        raise Refused(
            "unit_invalid", f"{item} is weighed in {second}, but nothing says what one {unit} weighs on average"
        )
    return second, average


def _packs(item: Item, told: Sequence[ToldPack], source: str, document: str) -> Iterator[Pack]:
    for each in told:
        size = amount(each.holds)
        _must_be_sound(size > 0, each.since, each.until, f"pack {each.uom} of {item.id}")
        numerator, denominator = size.as_integer_ratio()
        yield Pack(
            *(item.company_id, item.id, each.uom, numerator, denominator, each.partner, each.level),
            *(each.since, each.until, source, document),
        )


def _components(item: Item, told: Sequence[ToldComponent]) -> Iterator[KitComponent]:
    for each in told:
        quantity = amount(each.qty)
        _must_be_sound(
            quantity > 0 and each.item != item.id, each.since, each.until, f"component {each.item} of {item.id}"
        )
        yield KitComponent(item.company_id, item.id, each.item, quantity, each.since, each.until)


def _must_be_sound(sound: bool, since: dt.date | None, until: dt.date | None, what: str) -> None:
    if not sound or (until is not None and until <= (since or dt.date.min)):
        raise Refused("pack_invalid", f"{what}: holds nothing, or itself, or ends before it begins")
