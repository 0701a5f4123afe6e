"""What may be promised, as callers and people ask for it: now, by date, at any past moment, and what changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.engine.clock import read_clock
from crossdock.identity import Actor, Denied
from crossdock.inventory.availability import AvailableOn, AvailableToPromise, Detail, Question, available_to_promise
from crossdock.operations.context import Context
from crossdock.operations.items import KnownItems
from crossdock.operations.places import places_of
from crossdock.operations.problems import FieldError, Problem
from crossdock.project.network import Network
from crossdock.project.versions import PoliciesInForce, policies_at
from crossdock.store import Connection

_MOVEMENTS = 3


class Availability(msgspec.Struct, frozen=True):
    """What may be promised: at once, by which dates more, for the date asked about, and when the quantity asked about
    can be had. `terms` are told where the question asks for them."""

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
    terms: AvailableToPromise | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question: `quantity` asks when so much can be had, `by` how much can be had for a date, `as_of` what was known
    at a past moment (business time), `explain` for all terms."""

    company_id: str
    item: str
    locations: tuple[str, ...] = ()
    channel: str = ""
    customer: str = ""
    quantity: Decimal | None = None
    by: dt.date | None = None
    as_of: dt.datetime | None = None
    explain: bool = False


async def availability(
    context: Context, actor: Actor, network: Network, items: KnownItems, asked: Asked
) -> Availability:
    """What may be promised of an item; from one snapshot.

    Raises `Problem` for an item that there is not (zero would say that there is none left), for a channel that there is
    not, and for a moment that has not come.
    """
    actor.must("stock:read")
    places = places_of(actor, network, asked.company_id, asked.locations)
    asked = msgspec.structs.replace(asked, channel=_channel(actor, network, asked.channel))
    now = context.now()
    must_have_come(asked.as_of, now, "as_of")
    await items.must_know(asked.company_id, asked.item, "item")
    detail = Detail(_MOVEMENTS, physical=True) if asked.explain else Detail()
    async with context.store.transaction(readonly=True) as tx:
        policies = PoliciesInForce(network.version, network.policies.stock)
        terms = await answer(tx, asked, places, now, policies, detail)
    return _said(asked, places, asked.as_of or now, terms)


async def answer(
    tx: Connection, asked: Asked, places: Sequence[str], now: dt.datetime, policies: PoliciesInForce, detail: Detail
) -> AvailableToPromise:
    """The terms of an answer: by the books and these policies, or as they were at `asked.as_of`. Policies that were
    never put in force are taken to have held before, too."""
    at = None
    if asked.as_of is not None:
        at = (await read_clock(tx)).technical(asked.as_of)
        policies = await policies_at(tx, at) or policies
    question = Question(
        company_id=asked.company_id,
        item=asked.item,
        locations=tuple(places),
        channel=asked.channel,
        customer=asked.customer,
        on=(asked.as_of or now).date(),
        policies=policies.stock,
        version=policies.version,
    )
    return await available_to_promise(tx, question, detail, at=at)


def must_have_come(moment: dt.datetime | None, now: dt.datetime, parameter: str) -> None:
    """Raise `Problem` for a moment in the future."""
    if moment is not None and moment > now:
        words = "what will be known then is not known yet"
        raise Problem("malformed_request", words, [FieldError(parameter, "has not come")])


def _said(asked: Asked, places: tuple[str, ...], moment: dt.datetime, terms: AvailableToPromise) -> Availability:
    return Availability(
        company=asked.company_id,
        item=asked.item,
        channel=asked.channel,
        customer=asked.customer,
        locations=places,
        as_of=moment,
        quantity=terms.now,
        by_date=terms.by_date,
        by=asked.by,
        quantity_by=terms.on(asked.by) if asked.by is not None else None,
        asked=asked.quantity,
        possible_on=terms.when(asked.quantity, moment.date()) if asked.quantity is not None else None,
        terms=terms if asked.explain else None,
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
