"""What a buyer and accounts payable decide: accept an answer outside the terms, take in goods that nobody had asked for
or send them back, approve an invoice as it is."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from crossdock.events.purchase_order import AcknowledgementAccepted
from crossdock.events.supplier_documents import HeldGoodsDecided, SupplierInvoiceApproved
from crossdock.identity import Actor, Denied
from crossdock.operations import idempotency
from crossdock.operations.cases import SQL, find_case
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.problems import Problem, must_say_why
from crossdock.processes import PROCESSES
from crossdock.store import Connection

SCOPE = "purchasing:write"


async def accept_acknowledgement(
    context: Context,
    actor: Actor,
    number: str,
    *,
    company_id: str = "",
    lines: tuple[str, ...] = (),
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Accept what the supplier answered outside the terms: to these lines of the order, or to all it disputes.

    Raises `Problem` where nothing is disputed, or where an answer cannot be agreed to as it stands.
    """
    _must_be_ours(actor)
    async with context.store.transaction() as tx:
        subject = await find_case(tx, actor, ["purchase_order"], number, company_id or None)
        granted = _granted(subject, f"{address('purchase-orders', number)}?company={subject.split('/')[1]}")
        if use is not None and (said := await idempotency.once(tx, use, granted)) is not None:
            return said
        known = (await _data(tx, subject)).lines
        wanted = lines or tuple(line_id for line_id, line in known.items() if line.disputed)
        if not wanted:
            raise Problem("conflict", f"no answer to purchase order {number} is disputed")
        for line_id in wanted:
            objections = known[line_id].objections() if line_id in known else ("the order has no such line",)
            if objections:
                advice = "Change or cancel the line in the ERP, or ask the supplier for another answer."
                raise Problem("conflict", f"line {line_id} cannot be accepted: {'; '.join(objections)}", advice=advice)
        body = AcknowledgementAccepted(wanted, must_say_why(reason))
        await tell_case(tx, context, actor, SCOPE, "accept_acknowledgement", subject, body)
    return granted


async def approve_supplier_invoice(
    context: Context,
    actor: Actor,
    number: str,
    *,
    company_id: str = "",
    supplier: str = "",
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Have a supplier's invoice paid as it is, although it does not match.

    Raises `Problem` where it was approved before, or where its orders may still answer.
    """
    _must_be_ours(actor)
    async with context.store.transaction() as tx:
        subject = await find_case(tx, actor, ["supplier_invoice"], number, company_id or None, of=supplier)
        granted = _granted(subject, address("timeline", *subject.split("/")))
        if use is not None and (said := await idempotency.once(tx, use, granted)) is not None:
            return said
        if objections := (await _data(tx, subject)).objections():
            raise Problem("conflict", f"invoice {number} cannot be approved: {'; '.join(objections)}")
        body = SupplierInvoiceApproved(must_say_why(reason))
        await tell_case(tx, context, actor, SCOPE, "approve_supplier_invoice", subject, body)
    return granted


async def decide_held_goods(
    context: Context,
    actor: Actor,
    number: str,
    *,
    decision: Literal["accepted", "refused"],
    to: Literal["supplier", "claim"] = "supplier",
    company_id: str = "",
    warehouse: str = "",
    lines: tuple[str, ...] = (),
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Take in goods of a receipt that nobody had asked for, or do not: these lines of it, or all that are held.

    Accepted goods can be promised at once. Refused ones leave our stock, back to the supplier or to a claim against it.
    Raises `Problem` where nothing is held.
    """
    _must_be_ours(actor)
    async with context.store.transaction() as tx:
        subject = await find_case(tx, actor, ["goods_receipt"], number, company_id or None, of=warehouse)
        granted = _granted(subject, address("timeline", *subject.split("/")))
        if use is not None and (said := await idempotency.once(tx, use, granted)) is not None:
            return said
        held = (await _data(tx, subject)).held()
        unknown = [line for line in lines if line not in held]
        if unknown or not held:
            what = f"line {unknown[0]}" if unknown else "nothing"
            advice = f"`crossdock case show {subject}` shows what is held, and what was decided."
            raise Problem(
                "conflict", f"{what} of goods receipt {number} is {'not ' * bool(unknown)}held", advice=advice
            )
        body = HeldGoodsDecided(decision, lines or tuple(held), to, must_say_why(reason))
        await tell_case(tx, context, actor, SCOPE, "decide_held_goods", subject, body)
    return granted


def _must_be_ours(actor: Actor) -> None:
    """A supplier must not accept its own answers."""
    actor.must(SCOPE)
    if actor.partner:
        raise Denied("this is for the buyer's side to decide")


def _granted(subject: str, url: str) -> Answer:
    return Answer(202, msgspec.json.encode(Accepted(subject, url)).decode())


async def _data(tx: Connection, subject: str) -> Any:
    """What the case holds at this moment. A hint for the caller: the case itself decides when it hears of the deed."""
    row = await tx.fetchrow(SQL.find, subject)
    if row is None or not row["data"]:
        raise Problem("conflict", f"{subject} has not been worked on yet", advice="Try again in a moment.")
    return PROCESSES[row["process"]].decoder.decode(row["data"])
