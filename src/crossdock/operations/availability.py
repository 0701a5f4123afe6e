"""What may be promised, as callers and people ask for it: now, by date, at any past moment, and what changed since."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.engine.clock import read_clock
from crossdock.identity import Actor, Denied
from crossdock.inventory.availability import AvailableOn, AvailableToPromise, Detail, Question, available_to_promise
from crossdock.inventory.availability.difference import Mark, difference
from crossdock.inventory.availability.terms import Difference, DropShipTerms, Freshness
from crossdock.operations import paging
from crossdock.operations.availability_seen import difference_for, terms_for
from crossdock.operations.context import Context
from crossdock.operations.items import KnownItems
from crossdock.operations.places import places_of
from crossdock.operations.problems import FieldError, Problem
from crossdock.ports.clock import BusinessClock
from crossdock.project.network import Network
from crossdock.project.versions import Governing, governing, governing_at
from crossdock.store import Connection

_MOVEMENTS = 3
_TIME = "%Y-%m-%dT%H:%M"


class Availability(msgspec.Struct, frozen=True):
    """What may be promised: at once, by which dates more, for the date asked about, and when the quantity asked about
    can be had. `freshness` says when the systems that state the facts last said anything, `drop_ship` which supplier
    ships it straight to the customer, and what that said it has. `terms` and `difference` are told where the question
    asks for them."""

    company: str
    item: str
    channel: str
    customer: str
    locations: tuple[str, ...]
    as_of: dt.datetime
    quantity: Decimal
    by_date: tuple[AvailableOn, ...]
    by: dt.date | None
    quantity_by: Decimal | None
    asked: Decimal | None
    possible_on: dt.date | None
    freshness: tuple[Freshness, ...]
    drop_ship: DropShipTerms | None
    terms: AvailableToPromise | None
    difference: Difference | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question: `quantity` asks when so much can be had, `by` how much can be had for a date, `as_of` what was known
    at a past moment (business time), `compare_to` what changed since an earlier one, `explain` for all terms. `cursor`
    and `limit` page through the movements between two moments."""

    company_id: str
    item: str
    locations: tuple[str, ...] = ()
    channel: str = ""
    customer: str = ""
    quantity: Decimal | None = None
    by: dt.date | None = None
    as_of: dt.datetime | None = None
    compare_to: dt.datetime | None = None
    explain: bool = False
    cursor: str = ""
    limit: int = 100


class Found(NamedTuple):
    """The answer for one company."""

    terms: AvailableToPromise
    difference: Difference | None
    locations: tuple[str, ...]


async def availability(
    context: Context, actor: Actor, network: Network, items: KnownItems, asked: Asked
) -> Availability:
    """What may be promised of an item; from one snapshot.

    Raises `Problem` for an item that there is not (zero would say that there is none left), for a channel or customer
    that there is not, and for a moment that has not come.
    """
    actor.must("stock:read")
    places_of(actor, network, asked.company_id, asked.locations)
    asked = msgspec.structs.replace(asked, channel=_channel(actor, network, asked.channel))
    now = context.now()
    must_have_come(asked, now)
    await items.must_know(asked.company_id, asked.item, "item")
    if asked.customer:
        await items.must_know_customer(asked.company_id, asked.customer, network.policies.stock, "customer")
    detail = Detail(_MOVEMENTS, physical=True, sourcing=True) if asked.explain else Detail()
    # What is now is one statement; anything else needs one snapshot for several.
    governs = governing(network, asked.company_id, asked.channel)
    question = _question(asked, now, governs, ())
    more = question.asker.is_fussy or question.arrives_on is not None
    single = asked.as_of is None and asked.compare_to is None and not more
    reading = context.store.connection() if single else context.store.transaction(readonly=True, snapshot=True)
    async with reading as tx:
        found = await find(tx, asked, now, detail, governs)
    seen = Found(terms_for(actor, found.terms), difference_for(actor, found.difference), found.locations)
    return _said(asked, asked.as_of or now, seen)


async def find(tx: Connection, asked: Asked, now: dt.datetime, detail: Detail, governs: Governing) -> Found:
    """The answer by the books and by what governs now, or by both as they were at `asked.as_of`. A network that was
    never put in force is taken to have governed before, too."""
    clock, at, moment = None, None, asked.as_of or now
    if asked.as_of or asked.compare_to:
        clock = await read_clock(tx)
    if clock is not None and asked.as_of is not None:
        at = clock.technical(asked.as_of)
        governs = await governing_at(tx, at, asked.company_id, asked.channel) or governs
    # Nothing is filled in the past; and what master data prefer is known for today alone.
    detail = msgspec.structs.replace(detail, sourcing=detail.sourcing and at is None)
    locations = _locations(asked, governs)
    terms = await available_to_promise(tx, _question(asked, moment, governs, locations), detail, at=at)
    changed = None
    if clock is not None and asked.compare_to is not None:
        changed = await _changed(tx, asked, terms, clock, governs, locations, moment)
    return Found(terms, changed, locations)


async def _changed(
    tx: Connection,
    asked: Asked,
    after: AvailableToPromise,
    clock: BusinessClock,
    governs: Governing,
    locations: tuple[str, ...],
    moment: dt.datetime,
) -> Difference:
    """What led from the answer of an earlier moment, over the same locations, to this one."""
    assert asked.compare_to is not None
    at = clock.technical(asked.compare_to)
    then = await governing_at(tx, at, asked.company_id, asked.channel) or governs
    before = await available_to_promise(tx, _question(asked, asked.compare_to, then, locations), at=at)
    behind = _mark(asked.cursor) if asked.cursor else None
    found, more = await difference(
        tx, before, after, (asked.compare_to, moment), behind=behind, limit=asked.limit
    )  # fmt: skip
    return msgspec.structs.replace(found, next=_cursor(more)) if more else found


def _question(asked: Asked, moment: dt.datetime, governs: Governing, locations: tuple[str, ...]) -> Question:
    question = Question(
        company_id=asked.company_id,
        item=asked.item,
        locations=locations,
        channel=asked.channel,
        customer=asked.customer,
        quantity=asked.quantity,
        on=moment.date(),
        policies=governs.stock,
        version=governs.version,
        sources={place: name for place, name in governs.sources.items() if place in locations},
        moment=moment,
    )
    # What suppliers have is known of today alone, and no movements lead from one number of theirs to another.
    if asked.as_of or asked.compare_to:
        return question
    rule = question.asker.drop_ship(asked.item)
    lead = governs.leads.get(rule.supplier) if rule else None
    return msgspec.structs.replace(question, arrives_on=lead.arrives_on(question.on) if lead else None)


def _locations(asked: Asked, governs: Governing) -> tuple[str, ...]:
    """Those asked for; else those of which the channel's orders are filled; else all where the company has stock."""
    return tuple(dict.fromkeys(asked.locations)) or governs.sales.locations or governs.places


def has_passed(day: dt.date, today: dt.date) -> bool:
    """Is a day over wherever one may be? `today` is that of UTC; in the west it may still be the day before."""
    return (today - day).days > 1


def must_have_come(asked: Asked, now: dt.datetime) -> None:
    """Raise `Problem` for moments of which nothing is known yet, or that come in the wrong order, and for a day by
    which nothing can be had any more."""
    today = (asked.as_of or now).date()
    if asked.by is not None and has_passed(asked.by, today):
        fault = FieldError("by", f"{asked.by} has passed; today is {today}")
        raise Problem("malformed_request", "the question makes no sense", [fault])
    for name, moment, latest, words in (
        ("as_of", asked.as_of, now, "has not come; now is"),
        ("compare_to", asked.compare_to, asked.as_of or now, "is not before the moment it is compared with,"),
    ):
        if moment is not None and moment > latest:
            fault = FieldError(name, f"{moment:{_TIME}} {words} {latest:{_TIME}}")
            raise Problem("malformed_request", "the question makes no sense", [fault])


def _said(asked: Asked, moment: dt.datetime, found: Found) -> Availability:
    terms = found.terms
    return Availability(
        company=asked.company_id,
        item=asked.item,
        channel=asked.channel,
        customer=asked.customer,
        locations=found.locations,
        as_of=moment,
        quantity=terms.now,
        by_date=terms.by_date,
        by=asked.by,
        quantity_by=terms.on(asked.by) if asked.by is not None else None,
        asked=asked.quantity,
        possible_on=terms.when(asked.quantity, moment.date()) if asked.quantity is not None else None,
        freshness=terms.freshness,
        drop_ship=terms.drop_ship,
        terms=terms if asked.explain else None,
        difference=found.difference,
    )


def _channel(actor: Actor, network: Network, channel: str) -> str:
    """For which channel: the one named, which must be the caller's where it speaks for one, else the caller's own."""
    if channel and channel not in network.channels:
        known = ", ".join(sorted(network.channels)) or "none"
        words = f"there is no channel {channel!r}; there are: {known}"
        raise Problem("malformed_request", words, [FieldError("channel", "names no channel")])
    if channel and actor.channel and channel != actor.channel:
        raise Denied(f"the channel {channel!r} is not yours")
    return channel or actor.channel


def _cursor(mark: Mark) -> str:
    return paging.cursor_of(msgspec.json.encode(mark).decode())


def _mark(cursor: str) -> Mark:
    try:
        return msgspec.json.decode(paging.start(cursor), type=tuple[tuple[str, str, str], int])
    except msgspec.DecodeError:
        raise paging.unknown() from None
