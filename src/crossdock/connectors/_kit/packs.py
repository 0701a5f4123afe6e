"""What vendors tell of packs and kits with an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from crossdock.connectors._kit.reading import Refused, amount
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
