"""Stock as callers and people ask for it: what may be promised, and positions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.identity import Actor
from crossdock.inventory.availability import AvailableToPromise, Detail
from crossdock.inventory.availability.terms import Difference, Freshness, SecondQuantity
from crossdock.inventory.guard.verify import Verification, verify
from crossdock.model.masterdata import SalesPolicy
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations.availability import Asked, Found, find, must_have_come
from crossdock.operations.context import Context
from crossdock.operations.items import must_be_a_customer, must_be_an_item, no_item, without_master_data
from crossdock.operations.places import must_be_places
from crossdock.operations.policies import in_force_if_any
from crossdock.operations.promises import Promise, promises_of
from crossdock.operations.quantities import tidied
from crossdock.project.versions import Governing, governing_at
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("stock.sql"))


class PhysicalPosition(msgspec.Struct, frozen=True):
    """What lies in one place."""

    company_id: str
    location: str
    owner: str
    lot: str
    unrestricted: Decimal
    picked: Decimal
    packed: Decimal
    in_transfer: Decimal
    quarantined: Decimal
    damaged: Decimal
    expired: Decimal
    seconds: tuple[SecondQuantity, ...] = ()
    """Catch weight: what it weighs, as far as somebody said it; of this moment only."""
    promisable: bool = True
    """May goods of this owner be promised, as far as they are unrestricted? Ours at a customer's and a customer's own
    never are."""

    def not_weighed(self, second: SecondQuantity) -> Decimal:
        """Of how many of the goods there nobody said what they weigh."""
        states = (self.unrestricted, self.picked, self.packed, self.in_transfer, self.quarantined, self.damaged)
        return sum(states, self.expired) - second.weighed


class Balance(msgspec.Struct, frozen=True):
    """One item at one place: the physical book over all owners and lots, and what of it is promised, over all pools.

    `on_hand` is what of `unrestricted` may be promised, and `not_promised` the rest: goods of owners that nobody may
    promise. `free` is what is on hand less `kept_back` and `reserved`; below zero, more is promised than is there."""

    company: str
    item: str
    location: str
    unrestricted: Decimal
    picked: Decimal
    packed: Decimal
    in_transfer: Decimal
    quarantined: Decimal
    damaged: Decimal
    expired: Decimal
    on_hand: Decimal
    not_promised: Decimal
    kept_back: Decimal
    reserved: Decimal
    free: Decimal


class ItemStock(msgspec.Struct, frozen=True):
    """Both books of one item: what physically is, and what is promised, with its terms."""

    item: str
    as_of: dt.datetime
    positions: tuple[PhysicalPosition, ...]
    available: tuple[AvailableToPromise, ...]
    promises: tuple[Promise, ...]
    without_master_data: tuple[str, ...] = ()
    """Companies that have or expect stock of it although their master data do not know it."""
    freshness: tuple[Freshness, ...] = ()
    differences: tuple[Difference, ...] = ()
    """What changed since the moment it was compared with, company by company."""
    elsewhere: tuple[str, ...] = ()
    """Where it is or was, if it is at none of the locations asked about."""


async def show_stock(
    context: Context, actor: Actor, item: str, company_id: str = "", asked: Asked | None = None
) -> ItemStock:
    """Both books of an item, also of one that never had stock. `asked` says for whom, where, as of which moment, and
    compared with which; to whom it is promised is told for now only. Raises `Problem` for an item that there is not."""
    actor.must("stock:read")
    if company_id and not actor.sees(company_id):
        raise no_item(item, company_id)
    asked, now = asked or Asked(company_id=company_id, item=item), context.now()
    must_have_come(asked, now)
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        if company_id:
            await must_be_places(tx, company_id)
        owners = await must_be_an_item(tx, item, companies)
        await _must_be_known(tx, asked, owners)
        found = [await _found(tx, msgspec.structs.replace(asked, company_id=owner), now) for owner in owners]
        promises = [
            promise
            for owner in owners
            for promise in await promises_of(tx, owner, item)
            if not asked.locations or promise.location in asked.locations
        ]
        strange = await without_master_data(tx, item, owners)
        lies = any(each.terms.physical for each in found)
        places = [] if lies or not asked.locations else await tx.fetch(SQL.places, item, owners)
    positions = [
        PhysicalPosition(
            each.terms.company_id, *(getattr(row, name) for name in PhysicalPosition.__struct_fields__[1:])
        )
        for each in found
        for row in each.terms.physical
    ]
    stock = ItemStock(
        item,
        asked.as_of or now,
        tuple(positions),
        tuple(each.terms for each in found),
        () if asked.as_of else tuple(promises),
        strange,
        tuple(fresh for each in found for fresh in each.terms.freshness),
        tuple(each.difference for each in found if each.difference),
        tuple(sorted({row["location"] for row in places} - set(asked.locations))),
    )
    return tidied(stock)


async def _must_be_known(tx: Connection, asked: Asked, owners: list[str]) -> None:
    """Raise `Problem` for a location, channel or customer that there is not: a typing error would read as sold out."""
    network = await in_force_if_any(tx)
    if network is not None:
        old = [row["location"] for row in await tx.fetch(SQL.places, asked.item, owners)] if asked.locations else []
        network.must_have(owners, asked.locations, asked.channel, also=old)
    if asked.customer:
        await must_be_a_customer(tx, asked.customer, owners, network.policies.stock if network else StockPolicies())


async def _found(tx: Connection, asked: Asked, now: dt.datetime) -> Found:
    """By the network in force, wherever the item is or was."""
    technical: dt.datetime = await tx.fetchval("select clock_timestamp()")
    governs = await governing_at(tx, technical, asked.company_id, asked.channel) or _NOTHING
    if not asked.locations:
        rows = await tx.fetch(SQL.places, asked.item, [asked.company_id])
        places = tuple(sorted({row["location"] for row in rows}))
        chosen = governs.sales.locations if asked.channel else places
        asked = msgspec.structs.replace(asked, locations=chosen or places)
    return await find(tx, asked, now, Detail(10, physical=True, sourcing=True), governs)


_NOTHING = Governing(0, StockPolicies(), (), SalesPolicy(), {})
"""Where no network was ever put in force."""


async def list_stock(
    context: Context, actor: Actor, after: tuple[str, str, str] = ("", "", ""), limit: int = 500
) -> list[Balance]:
    """Balances in the order of company, item and place, behind `after`."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.balances, actor.visible(), *after, limit)
    return [tidied(Balance(**dict(row))) for row in rows]


async def verify_stock(context: Context, actor: Actor) -> Verification:
    """Prove both books: movements, balances, promises and pegs agree, by two ways of adding up."""
    actor.must("stock:read")
    async with context.store.transaction(snapshot=True) as tx:
        await tx.execute("set local transaction_timeout = 0")
        return await verify(tx)
