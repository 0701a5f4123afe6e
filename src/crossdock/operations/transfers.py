"""Transfers between our own locations: order one, and give up what did not arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from crossdock.events.transfer import TransferOrdered, TransferWrittenOff
from crossdock.identity import Actor, Denied
from crossdock.log import uuid7
from crossdock.masterdata import Masterdata
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.transfer import LossAccount, TransferLine, TransferOrder
from crossdock.operations.cases import SQL, find_case
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, tell_case
from crossdock.operations.problems import Problem, must_say_why
from crossdock.processes import PROCESSES
from crossdock.processes.transfer.v1_data import TransferData

SCOPE = "operations:write"


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
) -> Accepted:
    """Order a transfer of (item, quantity in its base unit) each; its number is made up unless one is given.

    Raises `Problem` for items that we do not know, quantities that are not above zero, or a number that was used.
    """
    _must_be_ours(actor, company_id)
    must_say_why(reason)
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
    if not order.lines or from_location == to_location:
        raise Problem("malformed_request", "a transfer has lines, and goes from one location to another")
    async with context.store.transaction() as tx:
        if await tx.fetchrow(SQL.find, subject) is not None:
            raise Problem("conflict", f"transfer {number} of {company_id} exists", advice="Give it another number.")
        await tell_case(tx, context, actor, SCOPE, "create_transfer", subject, TransferOrdered(order))
    return Accepted(subject)


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
        raise Problem("malformed_request", f"{quantity} of {item}: a transfer moves more than nothing")
    return TransferLine(line, item, Quantity(quantity, known.unit))


def _must_be_ours(actor: Actor, company_id: str) -> None:
    """Stock is our own affair: no partner or channel moves it."""
    actor.must(SCOPE)
    if actor.partner or actor.channel or (company_id and not actor.sees(company_id)):
        raise Denied("this is for those to decide who run the warehouses")
