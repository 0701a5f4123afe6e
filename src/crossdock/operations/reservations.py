"""Reservations: stock that a caller holds for itself until it gives it back, an order takes it over, or time is up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from crossdock.events.envelope import NewEvent
from crossdock.identity import Actor
from crossdock.inventory.desk.desk import Granted, ReservationDesk
from crossdock.inventory.desk.requests import (
    Component,
    DeskLine,
    DeskRequest,
    Missing,
    Mode,
    ReservationAnswer,
    Waiting,
    desk_lines_request,
    desk_request,
)
from crossdock.inventory.desk.terms import NewTerms, NoLater, NotOpen, Terms
from crossdock.inventory.desk.view import ReservationView, find
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.log import append
from crossdock.masterdata import KitRefused
from crossdock.model.quantity import ZERO, Quantity, tidy
from crossdock.operations.context import Context
from crossdock.operations.items import KnownItems
from crossdock.operations.places import places_of
from crossdock.operations.problems import Faults, FieldError, Problem, not_found
from crossdock.operations.units import Goods, must_be_whole
from crossdock.project.network import Network
from crossdock.rules import drop_ship
from crossdock.rules.stock_policy import Subject
from crossdock.store import Connection

_ROUNDS = 8
"""So often what became of a reservation meanwhile is given back, too."""
Kits = Callable[[str, str, dt.date], Sequence[Component]]
"""What an item of a company consists of on a day; nothing if it is no kit."""


@dataclass(frozen=True)
class Means:
    """What reserving takes beside the store."""

    desk: ReservationDesk
    network: Network
    items: KnownItems
    kits: Kits


class AskedLine(msgspec.Struct, frozen=True):
    """So much of one item, from these locations or, if none is named, from all of the company's."""

    line: str
    item: str
    quantity: Decimal
    locations: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller wants reserved; `several` if it said so line by line."""

    company_id: str
    key: str
    lines: tuple[AskedLine, ...]
    several: bool = False
    mode: Mode = "whole"
    expires_at: dt.datetime | None = None
    reference: str = ""
    customer: str = ""


class Reserved(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was reserved, in the pieces it stands in, and what was not there. `reservation` names all of it; each piece
    has a name of its own. Of one item asked for, `item` and `quantity` are told again."""

    reservation: str
    company: str
    granted: tuple[Granted, ...]
    expires_at: dt.datetime | None
    item: str = ""
    quantity: Decimal | None = None
    missing: tuple[Missing, ...] = ()
    waiting: tuple[Waiting, ...] = ()


class Released(msgspec.Struct, frozen=True):
    """How much ended now; zero if nothing of it was held any more."""

    reservation: str
    quantity: Decimal


class Changed(msgspec.Struct, frozen=True):
    """What holds of a reservation from now on: so much of it, until then; without an end if it is confirmed."""

    reservation: str
    quantity: Decimal
    expires_at: dt.datetime | None


async def reserve(context: Context, means: Means, actor: Actor, asked: Asked) -> Reserved:
    """Reserve as the mode says; the same key again gets the first answer, even when its time is over by then.

    Raises `Problem` if there is too little, or if `expires_at` is over. The ledger keeps who asked, so the key is the
    caller's own and no other's. An item that there is not, or part of one that is counted, never gets to the
    ledger: its key is free for the call that says the right one.
    """
    actor.must("stock:reserve")
    request = await _request(context, means, actor, asked)
    refused = _refused_unless_answered_before(context, means, actor, asked, request)
    try:
        answer = await (means.desk.recall(request) if refused else means.desk.grant(request))
    except LedgerConflict:
        raise _reused(asked.key) from None
    if answer is None:
        assert refused is not None, "the desk answers"
        raise refused
    if not answer.held:
        raise _too_little(asked, answer)
    line = asked.lines[0]
    return Reserved(
        reservation=answer.stem,
        company=asked.company_id,
        granted=tuple(replace(piece, quantity=tidy(piece.quantity)) for piece in answer.granted),
        expires_at=asked.expires_at,
        item="" if asked.several else line.item,
        quantity=None if asked.several else tidy(line.quantity),
        missing=tuple(replace(one, quantity=tidy(one.quantity), free=tidy(one.free)) for one in answer.missing),
        waiting=answer.waiting,
    )


async def _request(context: Context, means: Means, actor: Actor, asked: Asked) -> DeskRequest:
    lines = await _lines(context, means, actor, asked)
    key = f"{actor.name}/{asked.key}"
    if asked.several:
        return desk_lines_request(
            asked.company_id, key, lines, asked=[line.locations for line in asked.lines], mode=asked.mode,
            expires_at=asked.expires_at, reference=asked.reference, source=actor.name, channel=actor.channel,
            customer=asked.customer,
        )  # fmt: skip
    return desk_request(
        asked.company_id, key, lines[0].item, lines[0].locations, lines[0].quantity,
        expires_at=asked.expires_at, reference=asked.reference, source=actor.name, asked=asked.lines[0].locations,
        components=lines[0].components, channel=actor.channel, customer=asked.customer,
    )  # fmt: skip


async def _lines(context: Context, means: Means, actor: Actor, asked: Asked) -> list[DeskLine]:
    """What the desk is asked for. Raises `Problem` with all that is wrong with it."""
    on, faults = context.now().date(), Faults("reserved")
    if asked.company_id not in means.network.companies:
        places_of(actor, means.network, asked.company_id, ())
    lines: list[DeskLine] = []
    named: list[int] = []
    for n, line in enumerate(asked.lines):
        where = f"/lines/{n}" if asked.several else ""
        locations: tuple[str, ...] = ()
        kit: Sequence[Component] = ()
        try:
            locations = places_of(actor, means.network, asked.company_id, line.locations)
        except Problem as problem:
            faults.add(f"{where}/locations", problem)
        try:
            await means.items.must_know(asked.company_id, line.item, f"{where}/item")
            kit = means.kits(asked.company_id, line.item, on)
        except Problem as problem:
            faults.add(f"{where}/item", problem)
            continue
        except KitRefused as refused:
            advice = "The operator must mend the kit first."
            faults.add(f"{where}/item", Problem("conflict", str(refused), advice=advice))
            continue
        lines.append(DeskLine(line.line, line.item, line.quantity, locations, tuple(kit)))
        named.append(n)
    try:
        must_be_whole(_parts(means.items, asked, zip(named, lines, strict=True)), "reserved")
    except Problem as problem:
        faults.add("/lines", problem)
    if asked.customer:
        stock = means.network.policies.stock
        with faults.at("/customer"):
            await means.items.must_know_customer(asked.company_id, asked.customer, stock, "/customer")
    faults.must_be_none()
    return lines


def _refused_unless_answered_before(
    context: Context, means: Means, actor: Actor, asked: Asked, request: DeskRequest
) -> Problem | None:
    """Why a new call gets nothing; the same key again is answered as it was."""
    faults = Faults("reserved")
    if asked.expires_at is not None and asked.expires_at <= context.now():
        fault = FieldError("/expires_at", "is over")
        faults.add(fault.pointer, Problem("invalid_body", "the request breaks rules; nothing was reserved", [fault]))
    rules = means.network.policies.stock.drop_ship
    for line in request.lines if rules else ():
        known = means.items.known_to_masterdata(asked.company_id, line.item)
        subject = Subject(asked.company_id, line.item, channel=actor.channel, customer=asked.customer)
        on, is_kit = context.now().date(), bool(line.components)
        if known is not None and drop_ship.rule_for(rules, known, subject, on, is_kit=is_kit) is not None:
            words = (
                f"{line.item} is shipped straight to the customer by its supplier: no stock of ours is reserved for it"
            )
            place = next(n for n, each in enumerate(asked.lines) if each.line == line.line)
            advice = "Place the order; availability says how many can be had, and when."
            pointer = f"/lines/{place}/item" if asked.several else "/item"
            faults.add(pointer, Problem("conflict", words, advice=advice))
    return faults.problem()


def _parts(items: KnownItems, asked: Asked, lines: Iterable[tuple[int, DeskLine]]) -> Iterator[Goods]:
    """What is asked for, each with its place, and what kits take for it, as far as it is no whole number: that alone
    needs its unit."""
    for n, line in lines:
        taken = [(line.item, line.quantity), *((each.item, line.quantity * each.per) for each in line.components)]
        for item, quantity in taken:
            if quantity != quantity.to_integral_value():
                pointer = f"/lines/{n}/quantity" if asked.several else "/quantity"
                yield Goods(pointer, item, Quantity(quantity, items.unit(asked.company_id, item)))


def _too_little(asked: Asked, answer: ReservationAnswer) -> Problem:
    if not asked.several:
        (line,) = asked.lines
        detail = f"{tidy(line.quantity)} of {line.item} cannot be reserved: {tidy(answer.free or ZERO)} is free"
        return Problem("not_available", detail)
    place = {line.line: n for n, line in enumerate(asked.lines)}
    faults = [
        FieldError(
            f"/lines/{place[short.line]}",
            f"{tidy(short.quantity + short.free)} of {short.item}: {tidy(short.free)} is free",
        )
        for short in answer.missing
    ]
    detail = f"{len(faults)} of {len(asked.lines)} lines cannot be reserved; nothing was reserved"
    return Problem("not_available", detail, faults)


async def show(context: Context, actor: Actor, reservation: str) -> ReservationView:
    """A reservation, whole or one piece, as it stands now and how its pieces ended. Raises `Problem` for one that the
    actor did not make, unless it may see all operations."""
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        found = await find(tx, reservation)
    theirs = found is not None and found.held_by == actor.name
    if not theirs:
        actor.must("stock:reserve")
    if found is None or not actor.sees(found.company) or not (theirs or "operations:read" in actor.scopes):
        raise unknown(reservation)
    return found


async def release(
    context: Context, desk: ReservationDesk, actor: Actor, reservation: str, reason: str = "released by its holder"
) -> Released:
    """Give a reservation back, whole or one piece. Raises `Problem` for one that the actor did not make."""
    actor.must("stock:reserve")
    quantity = Decimal(0)
    for _ in range(_ROUNDS):
        held = await _own(context, actor, reservation)
        ended = await desk.give_back(held.company, held.open, reason) if held.open else Decimal(0)
        quantity += ended
        if ended == held.remaining:
            return Released(reservation, quantity)
        # What waited was filled meanwhile, so it stands in pieces that were not there to be given back.
    raise Problem("unavailable", f"reservation {reservation!r} changes too fast", retry_after_seconds=1)


async def extend(
    context: Context, desk: ReservationDesk, actor: Actor, reservation: str, key: str, expires_at: dt.datetime
) -> Changed:
    """Hold what is open of a reservation until later. Raises `Problem` for one that has ended, holds longer already,
    or never ends."""
    actor.must("stock:reserve")
    held = await _own(context, actor, reservation)
    wanted = NewTerms(
        held.company, f"{actor.name}/{key}", reservation, "extend", expires_at=expires_at, source=actor.name
    )
    over = expires_at <= context.now()
    return await agreed(desk.recall_terms(wanted) if over else desk.change_terms(wanted), reservation, key)


async def confirm(
    context: Context, desk: ReservationDesk, actor: Actor, reservation: str, key: str, reference: str = ""
) -> Changed:
    """Hold what is open of a reservation for good. Raises `Problem` for one that has ended."""
    actor.must("stock:reserve")
    held = await _own(context, actor, reservation)
    wanted = NewTerms(
        held.company, f"{actor.name}/{key}", reservation, "confirm", reference=reference, source=actor.name
    )
    return await agreed(desk.change_terms(wanted), reservation, key)


async def agreed(change: Awaitable[Terms | None], reservation: str, key: str) -> Changed:
    """What a change came to. Raises `Problem` in place of what the ledger raises; None says that the time is over."""
    try:
        terms = await change
    except LedgerConflict:
        raise _reused(key) from None
    except NotOpen:
        words = f"nothing of reservation {reservation} is held any more"
        show = f"`crossdock reservation show {reservation}` (GET /process/v1/reservations/{reservation})"
        advice = f"{show} says how it ended; reserve anew if it is needed."
        raise Problem("conflict", words, advice=advice) from None
    except NoLater as present:
        words = f"until {present.until:%Y-%m-%dT%H:%M:%SZ}" if present.until else "without an end"
        raise Problem("conflict", f"reservation {reservation} holds {words} already") from None
    if terms is None:
        fault = FieldError("/expires_at", "is over")
        raise Problem("invalid_body", "the request breaks rules; nothing was changed", [fault])
    return Changed(reservation, terms.quantity, terms.expires_at)


async def own_pieces(context: Context, actor: Actor, company_id: str, reservations: Sequence[str]) -> tuple[str, ...]:
    """The pieces of reservations that an order is to take over. Raises `Problem` for one that the actor did not make
    for this company; what has ended is no problem: the order then gets its stock like any other."""
    pieces: list[str] = []
    faults: list[FieldError] = []
    async with context.store.transaction(readonly=True) as tx:
        for n, name in enumerate(reservations):
            found = await find(tx, name)
            if found is None or found.held_by != actor.name or found.company != company_id:
                faults.append(FieldError(f"/reservations/{n}", f"{name!r} is no reservation of yours"))
            else:
                pieces += [piece.reservation for piece in found.pieces]
    if faults:
        raise Problem("invalid_body", "the order breaks rules; nothing was accepted", faults)
    return tuple(dict.fromkeys(pieces))


async def _own(context: Context, actor: Actor, reservation: str) -> ReservationView:
    async with context.store.transaction(readonly=True) as tx:
        found = await find(tx, reservation)
    if found is None or not actor.sees(found.company) or found.held_by != actor.name:
        raise unknown(reservation)
    return found


def unknown(reservation: str) -> Problem:
    """There is no such reservation, or it is another's."""
    return not_found(
        f"reservation {reservation!r}",
        "Its name is what the answer to the reservation said; `crossdock reservation list --all` names what is held.",
    )


def _reused(key: str) -> Problem:
    return Problem("idempotency_key_reused", f"the key {key!r} came before with another request")


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
