"""What customers used of goods of ours that lie with them: stated by a person, or by the customer's own system."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.events.consumption import GoodsConsumed
from crossdock.identity import Actor
from crossdock.log import uuid7
from crossdock.masterdata.one_item import companies_with
from crossdock.model.consumption import Consumption, ConsumptionLine
from crossdock.model.quantity import ZERO
from crossdock.operations import idempotency
from crossdock.operations.assemblies import NotThere, Place
from crossdock.operations.cases import ExceptionCase, Sent
from crossdock.operations.consigned import consigned
from crossdock.operations.context import Context
from crossdock.operations.deeds import address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.numbers import must_be_a_number, take_number
from crossdock.operations.orders import RECEIVED
from crossdock.operations.paging import Page
from crossdock.operations.placed import PlacedSummary, find_placed, list_placed
from crossdock.operations.places import customer_at, must_be_places, must_run_the_warehouses
from crossdock.operations.problems import Faults, Problem, must_say_why
from crossdock.operations.units import goods_asked
from crossdock.processes import PROCESSES
from crossdock.processes.consumption.v1 import ConsumptionData
from crossdock.store import Connection

SCOPE = "operations:write"


class Consumed(msgspec.Struct, frozen=True):
    """The case that was told. `not_there` is what by the books does not lie at the customer's: it is booked all the
    same, the stock falls below zero, and somebody asks."""

    subject: str
    customer: str
    status_url: str = ""
    not_there: tuple[NotThere, ...] = ()


class ConsumedView(msgspec.Struct, frozen=True):
    """What was used of one item, in its base unit, and the invoice that charges it; none while it has no price."""

    line: str
    item: str
    quantity: Decimal
    unit: str
    state: str
    invoice: str


class ConsumptionSummary(PlacedSummary, frozen=True):
    """A consumption in a list. `received`: it is safe with us and has not been looked at yet."""


class ConsumptionView(ConsumptionSummary, frozen=True):
    """A consumption as it was booked."""

    subject: str = ""
    customer: str = ""
    lines: tuple[ConsumedView, ...] = ()
    sent: tuple[Sent, ...] = ()
    exceptions: tuple[ExceptionCase, ...] = ()


async def state(
    context: Context,
    actor: Actor,
    place: Place,
    lines: Sequence[tuple[str, Decimal]],
    *,
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """A customer used (item, quantity in its base unit) each, of what lies with it at a location. Answers `Consumed`.

    Raises `Problem` for a company, location or items that we do not know, a location that is at no customer's,
    quantities that are not above zero or part of what is counted, or a number that was used.
    """
    must_run_the_warehouses(actor, SCOPE, place.company_id)
    if (said := await idempotency.said_before(context.store, use)) is not None:
        return said
    faults, customer = Faults("stated"), ""
    with faults.at("/reason"):
        must_say_why(reason)
    with faults.at("/number"):
        must_be_a_number(place.number)
    async with context.store.transaction(readonly=True) as tx:
        await must_be_places(tx, place.company_id)
        with faults.at("/location"):
            await must_be_places(tx, place.company_id, [place.location])
            customer = await customer_at(tx, place.company_id, place.location)
        items = {item: found for item, _ in lines for found in await companies_with(tx, item, [place.company_id])}
    if not lines:
        faults.add("/lines", Problem("malformed_request", "a consumption has lines", advice="Say what was used."))
    taken = tuple(ConsumptionLine(*line) for line in goods_asked(items, place.company_id, lines, faults, "used"))
    faults.must_be_none()
    number = place.number or f"CO-{uuid7().hex[-12:]}".upper()
    used = Consumption(place.company_id, place.location, customer, number, context.now(), taken)
    subject = f"consumption/{place.company_id}/{place.location}/{number}"
    shown = f"{address('consumptions', number)}?company={place.company_id}&location={place.location}"
    async with context.store.transaction() as tx:
        told = Consumed(subject, customer, shown, await _not_there(tx, used))
        answer = Answer(202, msgspec.json.encode(told).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        await take_number(tx, subject, place.location, number)
        await tell_case(tx, context, actor, SCOPE, "state_consumption", subject, GoodsConsumed(used), reason=reason)
    return answer


async def _not_there(tx: Connection, used: Consumption) -> tuple[NotThere, ...]:
    asked: dict[str, Decimal] = {}
    for line in used.lines:
        asked[line.item] = asked.get(line.item, ZERO) + line.quantity.amount
    there = await consigned(tx, used.company_id, used.location, used.customer, asked)
    return tuple(
        NotThere(item, used.location, quantity, there.get(item, ZERO))
        for item, quantity in asked.items()
        if quantity > there.get(item, ZERO)
    )


async def list_consumptions(
    context: Context, actor: Actor, *, company_id: str = "", location: str = "", cursor: str = "", limit: int = 100
) -> Page[ConsumptionSummary]:
    """Consumptions in a stable order, page by page. Raises `Problem` for a company or location that there is not."""
    return await list_placed(context, actor, "consumption", ConsumptionSummary, company_id, location, cursor, limit)


async def look_up_consumption(
    context: Context, actor: Actor, number: str, *, company_id: str = "", location: str = ""
) -> ConsumptionView:
    """One consumption. Company and location must be said where several have used the number. Raises `Problem` if there
    is none that the actor may see."""
    found = await find_placed(context, actor, "consumption", number, company_id, location)
    if found.row is None or found.view is None:
        return ConsumptionView(found.company, found.location, number, RECEIVED, subject=found.subject)
    data: ConsumptionData = PROCESSES["consumption"].decoder.decode(found.row["data"])
    lines = tuple(
        ConsumedView(key, line.item, line.quantity, line.unit, line.state, line.invoice)
        for key, line in data.lines.items()
    )
    return ConsumptionView(
        found.company, found.location, number, found.row["state"], found.row["opened_at"],
        subject=found.subject, customer=data.customer, lines=lines, sent=found.view.sent,
        exceptions=found.view.exceptions,
    )  # fmt: skip
