"""Transfers between our own locations: order one, and give up what did not arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.events.transfer import TransferOrdered, TransferWrittenOff
from crossdock.identity import Actor, Denied
from crossdock.log import uuid7
from crossdock.masterdata import Masterdata
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.transfer import LossAccount, TransferLine, TransferOrder
from crossdock.operations.cases import SQL, find_case
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, tell_case
from crossdock.operations.places import must_be_places
from crossdock.operations.problems import Problem, must_say_why
from crossdock.processes import PROCESSES
from crossdock.processes.transfer.v1_data import TransferData
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import texts

SCOPE = "operations:write"
STOCK = load_queries(Path(__file__).with_suffix(".sql"))


class NotFree(msgspec.Struct, frozen=True):
    """Of an item so much is to move, and only so much is free where it lies, in its base unit."""

    item: str
    asked: Decimal
    free: Decimal


class Ordered(Accepted, frozen=True):
    """A transfer is ordered. `not_free` is what its origin had too little of at that moment: the ledger decides when it
    is asked, and only what it grants moves."""

    not_free: tuple[NotFree, ...] = ()


async def create(
    context: Context,
    actor: Actor,
    company_id: str,
    from_location: str,
    to_location: str,
    lines: Sequence[tuple[str, Decimal]],
    *,
    number: str = "",
    arrives_on: dt.date | None = None,
    reason: str,
) -> Ordered:
    """Order a transfer of (item, quantity in its base unit) each; its number is made up unless one is given.

    Raises `Problem` for locations or items that we do not know, quantities that are not above zero, or a number that
    was used.
    """
    _must_be_ours(actor, company_id)
    must_say_why(reason)
    async with context.store.transaction(readonly=True) as tx:
        await must_be_places(tx, company_id, [from_location, to_location])
    number = number or f"TR-{uuid7().hex[-12:]}".upper()
    subject = f"transfer/{company_id}/{number}"
    masterdata = await Masterdata.load(context.store)
    order = TransferOrder(
        company_id,
        number,
        from_location,
        to_location,
        context.now(),
        tuple(_line(masterdata, company_id, str(n), *each) for n, each in enumerate(lines, start=1)),
        arrives_on,
    )
    if not order.lines:
        raise Problem("malformed_request", "a transfer has lines", advice="Say what is to move.")
    if from_location == to_location:
        words = f"a transfer goes from one location to another, not from {from_location} to itself"
        raise Problem("malformed_request", words, advice="Name two locations.")
    async with context.store.transaction() as tx:
        if await tx.fetchrow(SQL.find, subject) is not None:
            raise Problem("conflict", f"transfer {number} of {company_id} exists", advice="Give it another number.")
        short = await _not_free(tx, order)
        await tell_case(tx, context, actor, SCOPE, "create_transfer", subject, TransferOrdered(order), reason=reason)
    return Ordered(subject, not_free=short)


async def _not_free(tx: Connection, order: TransferOrder) -> tuple[NotFree, ...]:
    """What the origin has too little of for everybody; pools are for others than transfers."""
    asked: dict[str, Decimal] = {}
    for line in order.lines:
        asked[line.item] = asked.get(line.item, ZERO) + line.quantity.amount
    rows = await tx.fetch(STOCK.free, order.company_id, order.from_location, texts(list(asked)))
    free = {row["item"]: row["free"] for row in rows}
    return tuple(
        NotFree(item, quantity, free.get(item, ZERO))
        for item, quantity in asked.items()
        if quantity > free.get(item, ZERO)
    )


async def write_off(
    context: Context,
    actor: Actor,
    number: str,
    *,
    company_id: str = "",
    account: LossAccount,
    lines: Sequence[tuple[str, Decimal]] = (),
    reason: str,
) -> Accepted:
    """Give up what left and did not arrive: (line, quantity) each, or all of it.

    Raises `Problem` where so much is not under way.
    """
    _must_be_ours(actor, company_id)
    async with context.store.transaction() as tx:
        subject = await find_case(tx, actor, ["transfer"], number, company_id or None)
        row = await tx.fetchrow(SQL.find, subject)
        data: TransferData = PROCESSES["transfer"].decoder.decode((row and row["data"]) or "{}")
        under_way = {key: line.booked(data.all_shipped).under_way for key, line in data.lines.items()}
        if not any(under_way.values()):
            raise Problem("conflict", f"nothing of transfer {number} is under way")
        for line_id, quantity in lines:
            if not ZERO < quantity <= under_way.get(line_id, ZERO):
                left = under_way.get(line_id, ZERO)
                raise Problem("conflict", f"line {line_id}: {left} is under way, so {quantity} cannot be given up")
        body = TransferWrittenOff(account, must_say_why(reason), tuple(lines))
        await tell_case(tx, context, actor, SCOPE, "write_off_transfer", subject, body)
    return Accepted(subject)


def _line(masterdata: Masterdata, company_id: str, line: str, item: str, quantity: Decimal) -> TransferLine:
    known = masterdata.item(company_id, item)
    if known is None:
        raise Problem(
            "malformed_request", f"{company_id} has no item {item!r}", advice="`crossdock stock list` has them."
        )
    if quantity <= ZERO:
        raise Problem(
            "malformed_request", f"{quantity} of {item}: a transfer moves more than nothing", advice="Say how much."
        )
    return TransferLine(line, item, Quantity(quantity, known.unit))


def _must_be_ours(actor: Actor, company_id: str) -> None:
    """Stock is our own affair: no partner or channel moves it."""
    actor.must(SCOPE)
    if actor.partner or actor.channel or (company_id and not actor.sees(company_id)):
        raise Denied("this is for those to decide who run the warehouses")
