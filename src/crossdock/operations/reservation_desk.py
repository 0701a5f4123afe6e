"""Callers' reservations for people: which there are, and giving back or extending one that is not one's own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec.structs import replace

from crossdock.identity import Actor, Denied
from crossdock.inventory.desk.endings import release_requests
from crossdock.inventory.desk.terms import NewTerms, Terms, change_terms_in
from crossdock.inventory.desk.view import ReservationView, find, holders_of
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations import audit
from crossdock.operations.context import Context
from crossdock.operations.items import must_be_an_item
from crossdock.operations.policies import in_force_if_any
from crossdock.operations.problems import Problem, must_say_why
from crossdock.operations.promises import promises_of
from crossdock.operations.reservations import Changed, Released, agreed, publish_outcomes, unknown
from crossdock.project.versions import governing_at
from crossdock.store import Connection, load_queries, run_again

SQL = load_queries(Path(__file__).with_name("reservation_desk.sql"))
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class Held(msgspec.Struct, frozen=True):
    """One piece that a caller holds, or waits for."""

    reservation: str
    company: str
    held_by: str
    reference: str
    item: str
    location: str
    remaining: Decimal
    state: str
    expires_at: dt.datetime | None


async def list_reservations(
    context: Context, actor: Actor, *, item: str = "", company_id: str = "", limit: int = 100, everything: bool = False
) -> list[Held]:
    """What callers hold, the next deadline first: of an item, what has none last; else what has a deadline, and with
    `everything` what has none after it.

    Raises `Problem` for an item or company that there is not.
    """
    actor.must("operations:read")
    companies = _companies(actor, company_id)
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        if company_id and (network := await in_force_if_any(tx)):
            network.companies_of(actor, company_id)
        if not item:
            query = SQL.lasting if everything else SQL.timed
            return await _by_their_holders(tx, [Held(**dict(row)) for row in await tx.fetch(query, companies, limit)])
        await must_be_an_item(tx, item, companies)
        found = []
        for row in await tx.fetch(SQL.companies, item, companies):
            found += [
                Held(p.id, p.company_id, p.source, p.reference, item, p.location, p.remaining, p.state, p.expires_at)
                for p in await promises_of(tx, row["company_id"], item)
                if not p.subject
            ]
    return sorted(found, key=_by_deadline)[:limit]


def _by_deadline(held: Held) -> tuple[bool, dt.datetime, str]:
    return held.expires_at is None, held.expires_at or _NEVER, held.reservation


async def without_deadline(context: Context, actor: Actor, company_id: str = "") -> int:
    """How many pieces callers hold until somebody ends them."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        companies = _companies(actor, company_id)
        count: int = await tx.fetchval(SQL.without_deadline, companies)
    return count


def _companies(actor: Actor, company_id: str) -> list[str] | None:
    if company_id and not actor.sees(company_id):
        raise Denied(f"the company {company_id!r} is not one of yours")
    return [company_id] if company_id else actor.visible()


async def _by_their_holders(tx: Connection, found: list[Held]) -> list[Held]:
    """What may wait is booked for its channel, which decides about pools; who holds it stands in the entry."""
    holders = await holders_of(tx, [one.reservation for one in found])
    return [replace(one, held_by=holders.get(one.reservation, one.held_by)) for one in found]


async def release_for_caller(context: Context, actor: Actor, reservation: str, reason: str) -> Released:
    """Give a caller's reservation back for it; what that frees goes to who waits. Raises `Problem` if there is none."""
    actor.must("operations:write")
    must_say_why(reason)

    async def once() -> Released:
        async with context.store.transaction() as tx:
            held = await _theirs(tx, actor, reservation)
            await audit.record(
                tx, actor, "operations:write", "release_reservation", held.company, f"reservation/{reservation}",
                reason=reason,
            )  # fmt: skip
            now: dt.datetime = await tx.fetchval("select clock_timestamp()")
            governs = await governing_at(tx, now, held.company)
            policies, version = (governs.stock, governs.version) if governs else (StockPolicies(), 0)
            requests = release_requests(held.company, held.open, reason)
            batch = LedgerBatch(requests, context.now(), actor.name, policies, version)
            await batch.claim(tx)
            await publish_outcomes(tx, await batch.post(tx))
            ended = sum((batch.ended(place) for place in range(len(requests))), Decimal(0))
            if ended != held.remaining:
                raise LedgerMoved(f"{reservation} was filled or ended meanwhile")
        return Released(reservation, ended)

    return await run_again(once)


async def extend_for_caller(
    context: Context, actor: Actor, reservation: str, expires_at: dt.datetime, reason: str
) -> Changed:
    """Hold a caller's reservation until later. Raises `Problem` for one that has ended, or holds longer already."""
    actor.must("operations:write")
    must_say_why(reason)
    if expires_at <= context.now():
        words = f"{expires_at:%Y-%m-%dT%H:%M:%SZ} is over: it is {context.now():%Y-%m-%dT%H:%M:%SZ}"
        raise Problem("malformed_request", words, advice="Say a later time with --until.")
    key = f"{actor.name}/extend/{reservation}/{expires_at.isoformat()}"

    async def once() -> Terms:
        async with context.store.transaction() as tx:
            held = await _theirs(tx, actor, reservation)
            wanted = NewTerms(held.company, key, reservation, "extend", expires_at=expires_at, source=actor.name)
            terms = await change_terms_in(tx, wanted)
            await audit.record(
                tx, actor, "operations:write", "extend_reservation", held.company, f"reservation/{reservation}",
                expires_at=expires_at.isoformat(), reason=reason,
            )  # fmt: skip
        return terms

    return await agreed(run_again(once), reservation, key)


async def _theirs(tx: Connection, actor: Actor, reservation: str) -> ReservationView:
    found = await find(tx, reservation)
    if found is None or not actor.sees(found.company):
        raise unknown(reservation)
    return found
