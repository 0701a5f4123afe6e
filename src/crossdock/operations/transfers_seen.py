"""Transfers between our locations as people and callers see them: listed, and one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.events.transfer import TransferOrdered
from crossdock.identity import Actor
from crossdock.operations.audit import trail
from crossdock.operations.cases import SQL as CASES
from crossdock.operations.cases import ExceptionCase, Sent, Waiting, find_case, show_case
from crossdock.operations.context import Context
from crossdock.operations.items import must_be_an_item
from crossdock.operations.paging import Page, cut, start
from crossdock.operations.places import must_be_places, must_run_the_warehouses
from crossdock.operations.quantities import tidied
from crossdock.operations.transfers import CREATE
from crossdock.processes import PROCESSES
from crossdock.processes.transfer.v1_data import TransferData, TransferGoods
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))
READS = "operations:read"
ACCEPTED = "accepted"
"""The state of a transfer that is safe with us and has not been looked at yet; `received` are its goods."""


class TransferLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a transfer, in the item's base unit. `promised`: what its origin had free. `under_way`: what left and
    neither arrived nor was given up (`scrapped`, `claimed`)."""

    line: str
    item: str
    unit: str
    state: str
    ordered: Decimal
    promised: Decimal
    shipped: Decimal
    good: Decimal
    damaged: Decimal
    quarantined: Decimal
    scrapped: Decimal
    claimed: Decimal
    under_way: Decimal

    @property
    def received(self) -> Decimal:
        """What arrived, in whatever condition."""
        return self.good + self.damaged + self.quarantined

    @property
    def lost(self) -> Decimal:
        """What left, did not arrive and was given up."""
        return self.scrapped + self.claimed


class TransferSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer in a list. `age_seconds`: how long ago it was ordered, in business time. `accepted`: it is safe with
    us and has not been looked at yet; looked up by its number, it shows what was asked."""

    company: str
    number: str
    state: str
    finished: bool
    opened_at: dt.datetime
    changed_at: dt.datetime
    age_seconds: int
    from_location: str = ""
    to_location: str = ""
    lines: tuple[TransferLineView, ...] = ()


class TransferView(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer as it stands. `accepted`: it is safe with us, shows what was asked, and has not been looked at yet."""

    company: str
    number: str
    subject: str
    state: str
    finished: bool = False
    from_location: str = ""
    to_location: str = ""
    opened_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    lines: tuple[TransferLineView, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    sent: tuple[Sent, ...] = ()
    exceptions: tuple[ExceptionCase, ...] = ()


async def list_transfers(
    context: Context,
    actor: Actor,
    *,
    company_id: str = "",
    state: str = "",
    location: str = "",
    item: str = "",
    open_only: bool = False,
    cursor: str = "",
    limit: int = 100,
) -> Page[TransferSummary]:
    """Transfers in a stable order, page by page; `location` is either end, `open_only` leaves out those that are over.
    Raises `Problem` for a company, location or item that there is not."""
    must_run_the_warehouses(actor, READS, company_id)
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True) as tx:
        if company_id:
            await must_be_places(tx, company_id, [location] if location else [])
        if item:
            await must_be_an_item(tx, item, companies)
        rows = await tx.fetch(
            SQL.list, start(cursor), companies, state or None, open_only, location or None, item or None, limit + 1
        )
    now = context.now()
    summaries = []
    for row in rows:
        data = _data(row["data"])
        summaries.append(
            TransferSummary(
                company=row["company_id"],
                number=row["id"].rsplit("/", 1)[-1],
                state=row["state"] or ACCEPTED,
                finished=row["finished"],
                opened_at=row["opened_at"],
                changed_at=row["changed_at"],
                age_seconds=max(int((now - row["opened_at"]).total_seconds()), 0),
                from_location=data.order.from_location if data.order else "",
                to_location=data.order.to_location if data.order else "",
                lines=_lines(data),
            )
        )
    return cut(summaries, [row["id"] for row in rows], limit)


async def look_up_transfer(context: Context, actor: Actor, number: str, company_id: str = "") -> TransferView:
    """One transfer as it stands. Raises `Problem` if there is none that the actor may see."""
    must_run_the_warehouses(actor, READS, company_id)
    async with context.store.transaction(readonly=True) as tx:
        if company_id:
            await must_be_places(tx, company_id)
        subject = await find_case(tx, actor, ["transfer"], number, company_id or None)
        company = subject.split("/")[1]
        row = await tx.fetchrow(CASES.find, subject)
        if row is None or not row["state"]:
            return await _accepted(tx, company, number, subject)
        view = await show_case(tx, actor, subject)
    data = _data(row["data"])
    return TransferView(
        company=company,
        number=number,
        subject=subject,
        state=view.case.state,
        finished=view.case.finished,
        from_location=data.order.from_location if data.order else "",
        to_location=data.order.to_location if data.order else "",
        opened_at=view.case.opened_at,
        changed_at=view.case.changed_at,
        lines=_lines(data),
        waiting=view.waiting,
        sent=view.sent,
        exceptions=view.exceptions,
    )


async def _accepted(tx: Connection, company: str, number: str, subject: str) -> TransferView:
    """What was asked for, by the deed that asked for it: there is no case yet that could say."""
    view = TransferView(company=company, number=number, subject=subject, state=ACCEPTED)
    deed = next((deed for deed in await trail(tx, subject) if deed.action == CREATE), None)
    if deed is None:
        return view
    order = msgspec.json.decode(deed.detail, type=TransferOrdered).order
    data = TransferData()
    asked = {
        line.line: TransferGoods(item=line.item, unit=line.quantity.unit, ordered=line.quantity.amount, state=ACCEPTED)
        for line in order.lines
    }
    return msgspec.structs.replace(
        view,
        from_location=order.from_location,
        to_location=order.to_location,
        lines=tuple(tidied(_seen(key, line, data)) for key, line in asked.items()),
    )


def _data(text: str) -> TransferData:
    data: TransferData = PROCESSES["transfer"].decoder.decode(text or "{}")
    return data


def _lines(data: TransferData) -> tuple[TransferLineView, ...]:
    """In the order in which a person numbers them: 2 before 10."""
    lines = sorted(data.lines.items(), key=lambda one: (len(one[0]), one[0]))
    return tuple(tidied(_seen(key, line, data)) for key, line in lines)


def _seen(line_id: str, line: TransferGoods, data: TransferData) -> TransferLineView:
    booked = line.booked(data.all_shipped)
    return TransferLineView(
        line=line_id,
        item=line.item,
        unit=line.unit,
        state=line.state,
        ordered=line.ordered,
        promised=line.promised,
        shipped=line.shipped,
        good=line.good,
        damaged=line.damaged,
        quarantined=line.quarantined,
        scrapped=booked.scrapped,
        claimed=booked.claimed,
        under_way=booked.under_way,
    )
