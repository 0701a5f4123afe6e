"""An item as master data know it: packs with who says so and since when, kit, lots; and what a quantity is in another
unit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.identity import Actor
from crossdock.masterdata import CrossReference, lots
from crossdock.masterdata.one_item import companies_with, kits_with, masterdata_of, references_of
from crossdock.model.masterdata import Item, Lot
from crossdock.model.packs import Conversion, Pack, in_force
from crossdock.model.quantity import DECIMAL_RULE, NoDecimal, Quantity, stated
from crossdock.model.units import ConversionRefused, known
from crossdock.operations.context import Context
from crossdock.operations.items import SQL, no_item
from crossdock.operations.places import must_be_places
from crossdock.operations.policies import in_force_if_any
from crossdock.operations.problems import Problem, not_found
from crossdock.store import Connection


class StatedPack(msgspec.Struct, frozen=True):
    """What somebody says one unit holds; `holds` is whether that counts on the day asked about."""

    unit: str
    name: str
    contains: str
    level: str
    party: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    source: str
    document: str
    version: int
    holds: bool


class ItemSheet(msgspec.Struct, frozen=True):
    """An item of one company, as master data know it on a day."""

    item: Item
    on: dt.date
    packs: tuple[StatedPack, ...]
    components: tuple[tuple[str, Decimal], ...]
    component_of: tuple[str, ...]
    lots: tuple[Lot, ...]
    cross_references: tuple[CrossReference, ...]


class Converted(msgspec.Struct, frozen=True):
    """A quantity in another unit, with the conversions it went by: into base units, and out of them."""

    company: str
    item: str
    on: dt.date
    party: str
    quantity: Quantity
    base: Quantity
    result: Quantity
    into_base: Conversion
    out_of_base: Conversion


async def show_item(
    context: Context, actor: Actor, item: str, company_id: str = "", on: dt.date | None = None
) -> tuple[ItemSheet, ...]:
    """The item in each company that has it. Raises `Problem` for one that none of the actor's companies knows."""
    actor.must("stock:read")
    day = on or context.now().date()
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        sheets = []
        for one in await companies_with(tx, item, await _companies(tx, actor, item, company_id)):
            masterdata = await masterdata_of(tx, one)
            packs = masterdata.packs(one.company_id, one.id)
            holding = {id(pack) for unit in {p.unit for p in packs} for pack in _holding(packs, unit, day)}
            sheets.append(
                ItemSheet(
                    item=one,
                    on=day,
                    packs=tuple(_stated(pack, id(pack) in holding) for pack in packs),
                    components=masterdata.components(one.company_id, one.id, day),
                    component_of=tuple(await kits_with(tx, one)),
                    lots=tuple(await lots(tx, one.company_id, one.id)),
                    cross_references=tuple(await references_of(tx, one)),
                )
            )
    if not sheets:
        raise no_item(item, company_id)
    return tuple(sheets)


async def convert_quantity(
    context: Context,
    actor: Actor,
    item: str,
    amount: str,
    unit: str,
    *,
    to: str = "",
    company_id: str = "",
    party: str = "",
    on: dt.date | None = None,
) -> Converted:
    """A quantity of an item in another unit (in base units if none is named), as a document of a day would be read.

    Raises `Problem` for an item in several companies, for what is no number, and for a conversion that is refused.
    """
    actor.must("stock:read")
    said, day = Quantity(_number(amount), unit), on or context.now().date()
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        found = await companies_with(tx, item, await _companies(tx, actor, item, company_id))
        if not found:
            raise no_item(item, company_id)
        if len(found) > 1:
            names = ", ".join(one.company_id for one in found)
            raise Problem("conflict", f"several companies have an item {item}: {names}", advice="Name one: --company.")
        if party:
            await _must_be_party(tx, party, found[0].company_id)
        masterdata = await masterdata_of(tx, found[0])
    one = found[0]
    try:
        into_base = masterdata.conversion(one.company_id, one.id, unit, day, party)
        out_of_base = masterdata.conversion(one.company_id, one.id, to or one.unit, day, party)
        base = into_base.to_base(said)
        result = out_of_base.from_base(base)
    except ConversionRefused as refusal:
        raise Problem("conversion_refused", str(refusal)) from refusal
    return Converted(one.company_id, one.id, day, party, said, base, result, into_base, out_of_base)


async def _companies(tx: Connection, actor: Actor, item: str, company_id: str) -> list[str] | None:
    if company_id and not actor.sees(company_id):
        raise no_item(item, company_id)
    if company_id:
        await must_be_places(tx, company_id)
    return [company_id] if company_id else actor.visible()


async def _must_be_party(tx: Connection, party: str, company_id: str) -> None:
    """Raise `Problem` for what is neither a trading partner nor a customer: nobody would read a document so."""
    network = await in_force_if_any(tx)
    if network is None or party in network.partners:
        return
    if not await tx.fetchval(SQL.customer, party, [company_id]):
        names = f"The partners are {', '.join(sorted(network.partners))}. " if network.partners else ""
        advice = f"{names}A customer is known once the ERP has told of it."
        raise not_found(f"partner or customer {party!r}", advice)


def _holding(packs: tuple[Pack, ...], unit: str, day: dt.date) -> list[Pack]:
    return in_force([pack for pack in packs if pack.unit == unit], day)


def _stated(pack: Pack, holds: bool) -> StatedPack:
    unit = known(pack.unit)
    return StatedPack(
        *(pack.unit, unit.name if unit else "", str(pack.contains), pack.level, pack.party, pack.valid_from),
        *(pack.valid_until, pack.source, pack.document, pack.version, holds),
    )


def _number(text: str) -> Decimal:
    try:
        value = stated(text)
    except NoDecimal as error:
        kind = "is too long" if error.too_long else "is no quantity"
        advice = "Give a decimal number, such as 2.5."
        raise Problem("malformed_request", f"{text!r} {kind}: it {DECIMAL_RULE}", advice=advice) from None
    if value <= 0:
        raise Problem("malformed_request", f"the quantity is {text}", advice="Give a number above zero, such as 2.5.")
    return value
