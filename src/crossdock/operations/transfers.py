"""Transfers between our locations: order one, take it back, say what arrived where no system tells, give up the rest.
`transfers_seen` shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.events.transfer import TransferCancelled, TransferOrdered, TransferReceived, TransferWrittenOff
from crossdock.identity import Actor
from crossdock.log import uuid7
from crossdock.masterdata.one_item import companies_with
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.transfer import LossAccount, TransferLine, TransferOrder, TransferReceipt, TransferReceiptLine
from crossdock.operations import idempotency
from crossdock.operations.audit import trail
from crossdock.operations.availability import has_passed
from crossdock.operations.cases import SQL, find_case
from crossdock.operations.consigned import consigned
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.numbers import must_be_a_number, take_number
from crossdock.operations.places import (
    must_be_ends_of_a_transfer,
    must_be_places,
    must_be_told_of,
    must_run_the_warehouses,
)
from crossdock.operations.problems import Faults, Problem, must_say_why
from crossdock.operations.quantities import tidied
from crossdock.operations.units import Goods, goods_asked, must_be_whole
from crossdock.processes import PROCESSES
from crossdock.processes.transfer.v1_data import TransferData
from crossdock.project.versions import consignees_in_force
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import texts

SCOPE = "operations:write"
CREATE = "create_transfer"
RECEIVE = "receive_transfer"
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


class MoreCame(msgspec.Struct, frozen=True):
    """Of a line so much arrived, and by the books only so much was under way, in the item's base unit."""

    line: str
    item: str
    received: Decimal
    under_way: Decimal


class Arrived(Accepted, frozen=True):
    """What arrived is safe with us. `more_than_under_way`: it is booked all the same, for the goods are there, and a
    `transfer_over` is opened. `already_counted`: that receipt was stated before, and counts once."""

    more_than_under_way: tuple[MoreCame, ...] = ()
    already_counted: bool = False


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
    use: KeyUse | None = None,
) -> Answer:
    """Order a transfer of (item, quantity in its base unit) each; its number is made up unless one is given. Answers
    `Ordered`.

    Raises `Problem` for a company, locations or items that we do not know, locations that no transfer leaves or
    reaches, quantities that are not above zero or part of what is counted, a day that has passed, or a number that was
    used.
    """
    must_run_the_warehouses(actor, SCOPE, company_id)
    if (said := await idempotency.said_before(context.store, use)) is not None:
        return said
    faults = Faults("ordered")
    with faults.at("/reason"):
        must_say_why(reason)
    with faults.at("/number"):
        must_be_a_number(number)
    today = context.now().date()
    if arrives_on is not None and has_passed(arrives_on, today):
        advice = "Say when it should be there; left out, it is the days that goods travel."
        words = f"nothing arrives on {arrives_on}, which has passed; today is {today}"
        faults.add("/arrives_on", Problem("malformed_request", words, advice=advice))
    async with context.store.transaction(readonly=True) as tx:
        await must_be_places(tx, company_id)
        await _must_be_ends(tx, company_id, from_location, to_location, faults)
        items = {item: found for item, _ in lines for found in await companies_with(tx, item, [company_id])}
    if not lines:
        faults.add("/lines", Problem("malformed_request", "a transfer has lines", advice="Say what is to move."))
    moved = tuple(TransferLine(*line) for line in goods_asked(items, company_id, lines, faults, "moved"))
    faults.must_be_none()
    number = number or f"TR-{uuid7().hex[-12:]}".upper()
    subject = f"transfer/{company_id}/{number}"
    order = TransferOrder(company_id, number, from_location, to_location, context.now(), moved, arrives_on)
    async with context.store.transaction() as tx:
        told = Ordered(subject, f"{address('transfers', number)}?company={company_id}", await _not_free(tx, order))
        answer = Answer(202, msgspec.json.encode(told).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        await take_number(tx, subject, company_id, number)
        await tell_case(tx, context, actor, SCOPE, CREATE, subject, TransferOrdered(order), reason=reason)
    return answer


async def _not_free(tx: Connection, order: TransferOrder) -> tuple[NotFree, ...]:
    """What the origin has too little of for everybody; pools are for others than transfers. Of a place at a customer's,
    what does not lie there."""
    asked: dict[str, Decimal] = {}
    for line in order.lines:
        asked[line.item] = asked.get(line.item, ZERO) + line.quantity.amount
    consignees = await consignees_in_force(tx, order.company_id) or {}
    if customer := consignees.get(order.from_location):
        free = await consigned(tx, order.company_id, order.from_location, customer, asked)
    else:
        rows = await tx.fetch(STOCK.free, order.company_id, order.from_location, texts(list(asked)))
        free = {row["item"]: row["free"] for row in rows}
    return tuple(
        NotFree(item, quantity, free.get(item, ZERO))
        for item, quantity in asked.items()
        if quantity > free.get(item, ZERO)
    )


async def cancel(
    context: Context, actor: Actor, number: str, *, company_id: str = "", reason: str, use: KeyUse | None = None
) -> Answer:
    """Take back a transfer of which nothing has left: what it holds at its origin is free again. Answers `Accepted`.

    Raises `Problem` where goods left or arrived, it is over, or its warehouse was asked to ship it: no message takes
    that back. Should it be asked in this very moment, the case opens `transfer_not_cancelled`.
    """
    must_run_the_warehouses(actor, SCOPE, company_id)
    must_say_why(reason)
    async with context.store.transaction() as tx:
        if company_id:
            await must_be_places(tx, company_id)
        subject = await find_case(tx, actor, ["transfer"], number, company_id or None)
        told = Accepted(subject, f"{address('transfers', number)}?company={subject.split('/')[1]}")
        answer = Answer(202, msgspec.json.encode(told).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        data = await _data(tx, subject)
        skipped = data.sent and await tx.fetchval(STOCK.order_skipped, subject)
        _must_be_cancellable(number, data, told=data.sent and not skipped)
        body = TransferCancelled(reason, order_skipped=bool(skipped))
        await tell_case(tx, context, actor, SCOPE, "cancel_transfer", subject, body)
    return answer


def _must_be_cancellable(number: str, data: TransferData, *, told: bool) -> None:
    moved = any(line.shipped or line.good or line.damaged or line.quarantined for line in data.lines.values())
    if moved:
        advice = (
            "What does not arrive is given up: `crossdock transfer write-off` (POST /process/v1/transfers/N/write-off)."
        )
        raise Problem("conflict", f"goods of transfer {number} have left", advice=advice)
    if data.cancelled or data.all_shipped:
        words = (
            f"transfer {number} was cancelled" if data.cancelled else f"nothing of transfer {number} leaves any more"
        )
        raise Problem("conflict", f"{words}: it is over", advice="Nothing is left to do.")
    if told:
        origin = data.head.from_location
        advice = (
            f"Ask {origin} to ship nothing: once it says that it shipped all and nothing left, the transfer is over. Is"
            " its transfer order a dead letter, skip that first; then the transfer can be cancelled."
        )
        words = f"{origin} was asked to ship transfer {number}, and no message takes that back"
        raise Problem("conflict", words, advice=advice)


async def write_off(
    context: Context,
    actor: Actor,
    number: str,
    *,
    company_id: str = "",
    account: LossAccount,
    lines: Sequence[tuple[str, Decimal]] = (),
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Give up what left and did not arrive: (line, quantity) each, or all of it. Answers `Accepted`.

    Raises `Problem` where so much is not under way, and for a part of what is counted.
    """
    must_run_the_warehouses(actor, SCOPE, company_id)
    async with context.store.transaction() as tx:
        if company_id:
            await must_be_places(tx, company_id)
        subject = await find_case(tx, actor, ["transfer"], number, company_id or None)
        told = Accepted(subject, f"{address('transfers', number)}?company={subject.split('/')[1]}")
        answer = Answer(202, msgspec.json.encode(told).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        data = await _data(tx, subject)
        under_way = {key: line.booked(data.all_shipped).under_way for key, line in data.lines.items()}
        if len({line_id for line_id, _ in lines}) < len(lines):
            raise Problem("malformed_request", "a line is named twice", advice="Name each line once.")
        if not any(under_way.values()):
            raise Problem("conflict", f"nothing of transfer {number} is under way")
        faults = Faults("given up")
        for n, (line_id, quantity) in enumerate(lines):
            if not ZERO < quantity <= under_way.get(line_id, ZERO):
                left = under_way.get(line_id, ZERO)
                words = f"line {line_id}: {left} is under way, so {quantity} cannot be given up"
                faults.add(f"/lines/{n}/quantity", Problem("conflict", words))
        faults.must_be_none()
        must_be_whole(
            (
                _goods(n, data.lines[key].item, Quantity(quantity, data.lines[key].unit))
                for n, (key, quantity) in enumerate(lines)
            ),
            "written off",
        )
        body = TransferWrittenOff(account, must_say_why(reason), tuple(lines))
        await tell_case(tx, context, actor, SCOPE, "write_off_transfer", subject, body)
    return answer


async def receive(
    context: Context,
    actor: Actor,
    number: str,
    *,
    company_id: str = "",
    lines: Sequence[tuple[str, Decimal]] = (),
    receipt: str = "",
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Goods arrived in good order where no warehouse system tells of it: (line, quantity) each, or all that is under
    way. Answers `Arrived`; a receipt that was stated before changes nothing.

    Raises `Problem` where a system tells of the destination, nothing is under way and no lines are named, a line is
    not of the transfer, or a quantity is not above zero or part of what is counted.
    """
    must_run_the_warehouses(actor, SCOPE, company_id)
    must_be_a_number(receipt)
    must_say_why(reason)
    if (said := await idempotency.said_before(context.store, use)) is not None:
        return said
    async with context.store.transaction() as tx:
        if company_id:
            await must_be_places(tx, company_id)
        subject = await find_case(tx, actor, ["transfer"], number, company_id or None)
        data = await _data(tx, subject)
        if data.order is None:
            raise Problem("conflict", f"transfer {number} has not been looked at yet", advice="Try again in a moment.")
        await must_be_told_of(tx, data.order.company_id, data.order.to_location)
        again = bool(receipt) and await _is_counted(tx, subject, data, receipt)
        if not again:
            _must_be_receivable(number, data, lines)
        shown = f"{address('transfers', number)}?company={data.order.company_id}"
        told = Arrived(subject, shown, () if again else _beyond(data, lines), already_counted=again)
        answer = Answer(202, msgspec.json.encode(told).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        if again:
            return answer
        counted = tuple(
            TransferReceiptLine(key, data.lines[key].item, Quantity(quantity, data.lines[key].unit))
            for key, quantity in lines
        )
        must_be_whole((_goods(n, line.item, line.quantity) for n, line in enumerate(counted)), "received")
        came = TransferReceipt(
            data.order.company_id,
            data.order.number,
            receipt or f"RC-{uuid7().hex[-12:]}".upper(),
            data.order.to_location,
            context.now(),
            counted,
            all_of_it=not lines,
        )
        await tell_case(tx, context, actor, SCOPE, RECEIVE, subject, TransferReceived(came), reason=reason)
    return answer


async def _data(tx: Connection, subject: str) -> TransferData:
    row = await tx.fetchrow(SQL.find, subject)
    data: TransferData = PROCESSES["transfer"].decoder.decode((row and row["data"]) or "{}")
    return data


async def _is_counted(tx: Connection, subject: str, data: TransferData, receipt: str) -> bool:
    """Did somebody state that receipt, or a warehouse send it?"""
    if f"received {receipt}" in data.seen:
        return True
    stated = [deed for deed in await trail(tx, subject) if deed.action == RECEIVE]
    return any(msgspec.json.decode(deed.detail, type=TransferReceived).receipt.receipt == receipt for deed in stated)


def _beyond(data: TransferData, lines: Sequence[tuple[str, Decimal]]) -> tuple[MoreCame, ...]:
    """What the case will find to be more than left."""
    more = []
    for key, quantity in lines:
        line = data.lines[key]
        before = line.booked(data.all_shipped)
        after = msgspec.structs.replace(line, good=line.good + quantity).booked(data.all_shipped)
        if after.surplus > before.surplus:
            more.append(tidied(MoreCame(key, line.item, quantity, before.under_way)))
    return tuple(more)


def _must_be_receivable(number: str, data: TransferData, lines: Sequence[tuple[str, Decimal]]) -> None:
    """Raise `Problem` for lines that make no receipt. Without any, the case itself knows what is under way when it is
    told: two who say so at the same time say it once."""
    if len({line_id for line_id, _ in lines}) < len(lines):
        raise Problem("malformed_request", "a line is named twice", advice="Name each line once.")
    if not lines and not any(line.booked(data.all_shipped).under_way for line in data.lines.values()):
        words = f"nothing of transfer {number} is under way"
        raise Problem("conflict", words, advice="If goods came that nobody said had left, name lines and quantities.")
    faults = Faults("received")
    for n, (line_id, quantity) in enumerate(lines):
        if line_id not in data.lines or quantity <= ZERO:
            advice = f"Its lines are {', '.join(data.lines)}; state more than nothing of each."
            words = f"{quantity} of line {line_id} of transfer {number}"
            faults.add(f"/lines/{n}", Problem("malformed_request", words, advice=advice))
    faults.must_be_none()


async def _must_be_ends(tx: Connection, company_id: str, from_location: str, to_location: str, faults: Faults) -> None:
    """Places of the company, which a transfer can leave and reach, and not the same."""
    for pointer, location in (("/from_location", from_location), ("/to_location", to_location)):
        with faults.at(pointer):
            await must_be_places(tx, company_id, [location])
    if faults.found_at("/from_location") or faults.found_at("/to_location"):
        return
    with faults.at("/from_location"):
        await must_be_ends_of_a_transfer(tx, company_id, from_location, to_location)
    if from_location == to_location:
        words = f"a transfer goes from one location to another, not from {from_location} to itself"
        advice = "Name two locations."
        faults.add("/to_location", Problem("malformed_request", words, advice=advice))


def _goods(place: int, item: str, quantity: Quantity) -> Goods:
    return Goods(f"/lines/{place}/quantity", item, quantity)
