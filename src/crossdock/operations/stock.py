"""Stock as callers and people ask for it: what may be promised, reservations, positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.identity import Actor
from crossdock.inventory.availability import AvailableToPromise, Detail
from crossdock.inventory.outcomes import LedgerConflict, LedgerOutcome
from crossdock.inventory.reservations import Granted, ReservationDesk, desk_request
from crossdock.inventory.verify import Verification, verify
from crossdock.log import append
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations.availability import Asked, answer, must_have_come
from crossdock.operations.context import Context
from crossdock.operations.items import KnownItems, no_item, without_master_data
from crossdock.operations.places import places_of
from crossdock.operations.problems import FieldError, Problem, not_found
from crossdock.operations.promises import Promise, promises_of
from crossdock.project.network import Network
from crossdock.project.versions import PoliciesInForce, policies_at
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("stock.sql"))


class Reserved(msgspec.Struct, frozen=True):
    """A granted reservation, in the pieces it stands in."""

    company: str
    item: str
    quantity: Decimal
    granted: tuple[Granted, ...]
    expires_at: dt.datetime | None


class Released(msgspec.Struct, frozen=True):
    """How much ended; zero if it had ended before."""

    reservation: str
    quantity: Decimal


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


class Balance(msgspec.Struct, frozen=True):
    """One item at one place: the physical book over all owners and lots, and what of it is promised."""

    company: str
    item: str
    location: str
    unrestricted: Decimal
    picked: Decimal
    packed: Decimal
    quarantined: Decimal
    damaged: Decimal
    on_hand: Decimal
    reserved: Decimal
    free: Decimal


class ItemStock(msgspec.Struct, frozen=True):
    """Both books of one item: what physically is, and what is promised, with its terms."""

    item: str
    positions: tuple[PhysicalPosition, ...]
    available: tuple[AvailableToPromise, ...]
    promises: tuple[Promise, ...]
    without_master_data: tuple[str, ...] = ()
    """Companies that have or expect stock of it although their master data do not know it."""


async def reserve(
    context: Context,
    desk: ReservationDesk,
    actor: Actor,
    network: Network,
    items: KnownItems,
    company_id: str,
    key: str,
    item: str,
    quantity: Decimal,
    *,
    locations: Sequence[str] = (),
    expires_at: dt.datetime | None = None,
    reference: str = "",
) -> Reserved:
    """Reserve all of it or nothing; the same key again gets the first answer, even when its time is over by then.

    Raises `Problem` if there is too little, or if `expires_at` is over. The ledger keeps who asked, so the key is the
    caller's own and no other's. An item that there is not never gets to the ledger: its key is free for the call that
    names the right one.
    """
    actor.must("stock:reserve")
    places = places_of(actor, network, company_id, locations)
    await items.must_know(company_id, item, "/item")
    request = desk_request(
        company_id, f"{actor.name}/{key}", item, places, quantity,
        expires_at=expires_at, reference=reference, source=actor.name, asked=locations,
    )  # fmt: skip
    over = expires_at is not None and expires_at <= context.now()
    try:
        answer = await (desk.recall(request) if over else desk.grant(request))
    except LedgerConflict:
        raise Problem("idempotency_key_reused", f"the key {key!r} came before with another request") from None
    if answer is None:
        fault = FieldError("/expires_at", "is over")
        raise Problem("invalid_body", "the request breaks rules; nothing was reserved", [fault])
    if not answer.granted:
        raise Problem("not_available", f"{quantity} of {item} cannot be reserved: {answer.free or 0} is free")
    return Reserved(company_id, item, quantity, answer.granted, expires_at)


async def release(
    context: Context, desk: ReservationDesk, actor: Actor, reservation: str, reason: str = "released by its holder"
) -> Released:
    """Give a reservation back. Raises `Problem` for one that the actor did not make."""
    actor.must("stock:reserve")
    async with context.store.transaction(readonly=True) as tx:
        row = await tx.fetchrow(SQL.reservation, reservation)
    if row is None or not actor.sees(row["company_id"]) or row["source"] != actor.name:
        raise not_found(f"reservation {reservation!r}", "Give the name that the answer to the reservation says.")
    ended = await desk.release(row["company_id"], f"{actor.name}/{reservation}", [reservation], reason)
    return Released(reservation, ended)


async def show_stock(
    context: Context, actor: Actor, item: str, company_id: str = "", asked: Asked | None = None
) -> ItemStock:
    """Both books of an item, also of one that never had stock. `asked` says for whom, where, and as of which moment;
    to whom it is promised is told for now only. Raises `Problem` for an item that there is not."""
    actor.must("stock:read")
    if company_id and not actor.sees(company_id):
        raise no_item(item, company_id)
    asked, now = asked or Asked(company_id=company_id, item=item), context.now()
    must_have_come(asked.as_of, now, "--as-of")
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        owners = [row["company_id"] for row in await tx.fetch(SQL.companies, item, companies)]
        if not owners:
            raise no_item(item, company_id)
        places = sorted({row["location"] for row in await tx.fetch(SQL.places, item, owners)})
        places = [place for place in places if not asked.locations or place in asked.locations]
        technical: dt.datetime = await tx.fetchval("select clock_timestamp()")
        policies = await policies_at(tx, technical) or PoliciesInForce(0, StockPolicies())
        questions = [msgspec.structs.replace(asked, company_id=owner) for owner in owners]
        detail = Detail(10, physical=True)
        available = [await answer(tx, question, places, now, policies, detail) for question in questions]
        promises = [promise for owner in owners for promise in await promises_of(tx, owner, item)]
        strange = await without_master_data(tx, item, owners)
    positions = [
        PhysicalPosition(terms.company_id, *msgspec.structs.astuple(row)[:-1])
        for terms in available
        for row in terms.physical
    ]
    return ItemStock(item, tuple(positions), tuple(available), () if asked.as_of else tuple(promises), strange)


async def list_stock(
    context: Context, actor: Actor, after: tuple[str, str, str] = ("", "", ""), limit: int = 500
) -> list[Balance]:
    """Balances in the order of company, item and place, behind `after`."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.balances, actor.visible(), *after, limit)
    return [Balance(**dict(row)) for row in rows]


async def verify_stock(context: Context, actor: Actor) -> Verification:
    """Prove both books: movements, balances, promises and pegs agree, by two ways of adding up."""
    actor.must("stock:read")
    async with context.store.transaction(snapshot=True) as tx:
        await tx.execute("set local transaction_timeout = 0")
        return await verify(tx)


async def publish_outcomes(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    """Tell cases, in the desk's own transaction, what a release meant for their backorders."""
    if not outcomes:
        return
    at = await tx.fetchval("select business_now()")
    await append(
        tx,
        [
            NewEvent(
                body=outcome.body,
                subject=outcome.subject,
                company_id=outcome.company_id,
                occurred_at=at,
                source="ledger",
            )
            for outcome in outcomes
        ],
    )
