"""Assembling kits, taking them apart, and packing goods anew: what a person did in a warehouse, stated here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.events.assembly import GoodsAssembled
from crossdock.identity import Actor
from crossdock.log import uuid7
from crossdock.masterdata import KitRefused, Masterdata
from crossdock.masterdata.one_item import made_of
from crossdock.model.assembly import Assembly, AssemblyKind, AssemblyLine, BillLine
from crossdock.model.masterdata import Item
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.units import exactly, is_counted
from crossdock.operations import idempotency
from crossdock.operations.cases import ExceptionCase, Sent
from crossdock.operations.context import Context
from crossdock.operations.deeds import address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.numbers import must_be_a_number, take_number
from crossdock.operations.orders import RECEIVED
from crossdock.operations.paging import Page
from crossdock.operations.placed import PlacedSummary, find_placed, list_placed
from crossdock.operations.places import must_be_places, must_run_the_warehouses
from crossdock.operations.problems import Faults, Problem, must_say_why
from crossdock.operations.quantities import tidied
from crossdock.operations.units import Goods, must_be_whole
from crossdock.processes import PROCESSES
from crossdock.processes.assembly.v1 import AssemblyData
from crossdock.rules.bill import Side, bill_of, repacked
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import texts

SCOPE = "operations:write"
STOCK = load_queries(Path(__file__).with_suffix(".sql"))


class NotThere(msgspec.Struct, frozen=True):
    """So much of an item went in, and by the books only so much stands at the location, in its base unit: our own goods
    of no lot where it went into an assembly, which takes no others."""

    item: str
    location: str
    asked: Decimal
    there: Decimal


class Stated(msgspec.Struct, frozen=True):
    """The case that was told, and what goes in and comes out. `not_there` is what the books had too little of at that
    moment, where somebody insisted: it is booked all the same, the stock falls below zero, and the warehouse counts."""

    subject: str
    consumed: tuple[AssemblyLine, ...]
    produced: tuple[AssemblyLine, ...]
    status_url: str = ""
    not_there: tuple[NotThere, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where it was done, and whose goods they are. `number` names it; made up if empty."""

    company_id: str
    location: str
    number: str = ""


class AssembledView(msgspec.Struct, frozen=True):
    """What went in (below zero), came out, or was broken on the way, in the item's base unit."""

    line: str
    item: str
    quantity: Decimal
    scrapped: bool


class AssemblySummary(PlacedSummary, frozen=True):
    """An assembly in a list. `received`: it is safe with us and has not been looked at yet."""


class AssemblyView(AssemblySummary, frozen=True):
    """An assembly as it was booked."""

    subject: str = ""
    lines: tuple[AssembledView, ...] = ()
    sent: tuple[Sent, ...] = ()
    exceptions: tuple[ExceptionCase, ...] = ()


async def assemble(
    context: Context,
    actor: Actor,
    place: Place,
    kit: str,
    quantity: Decimal,
    *,
    apart: bool = False,
    reason: str,
    even_if_short: bool = False,
    use: KeyUse | None = None,
) -> Answer:
    """Kits were made of their components, or taken `apart` into them. Answers `Stated`.

    Raises `Problem` for what is no kit, for a company, location or item that we do not know, and where by the books
    less stands there than went in, unless the caller insists: what comes out may be promised at once.
    """
    must_run_the_warehouses(actor, SCOPE, place.company_id)
    if (said := await idempotency.said_before(context.store, use)) is not None:
        return said
    books = await _Books.of(context, actor, place, [kit], quantity, reason, use)
    books.even_if_short = even_if_short
    parts = books.components(kit)
    if not parts:
        words = f"{kit} is no kit: the master data name no components of it today"
        advice = f"`crossdock item show {kit}` tells what they say; the ERP must name its components."
        raise Problem("malformed_request", words, advice=advice)
    kits, components = [Side(kit, quantity)], [Side(each, quantity * of_one) for each, of_one in parts]
    if apart:
        return await books.state("disassembly", kits, components, reason)
    return await books.state("assembly", components, kits, reason)


async def repack(
    context: Context,
    actor: Actor,
    place: Place,
    item: str,
    quantity: Decimal,
    into: str,
    *,
    reason: str,
    even_if_short: bool = False,
    use: KeyUse | None = None,
) -> Answer:
    """Goods of one item were packed as another that consists of the same: a case broken, units boxed. Answers `Stated`.

    Raises `Problem` where the two do not consist of the same, are one, or so many make no exact number of the other,
    and where by the books less stands there, unless the caller insists.
    """
    must_run_the_warehouses(actor, SCOPE, place.company_id)
    if (said := await idempotency.said_before(context.store, use)) is not None:
        return said
    if item == into:
        advice = "Name the item that it was packed as."
        raise Problem("malformed_request", f"{item} cannot be packed as itself", advice=advice)
    books = await _Books.of(context, actor, place, [item, into], quantity, reason, use)
    books.even_if_short = even_if_short
    try:
        exact = repacked(quantity, item, into, bill_of((item, into), books.components))
    except ValueError as error:
        raise Problem("malformed_request", f"{item} cannot be packed as {into}: {error}") from error
    made, kept_in = exactly(exact), books.item(into).unit
    if made is None or (is_counted(kept_in) and exact.denominator != 1):
        raise Problem(
            "malformed_request", f"{quantity} of {item} make {exact} of {into}, which is no exact number of {kept_in}"
        )
    return await books.state("repack", [Side(item, quantity)], [Side(into, made)], reason)


async def list_assemblies(
    context: Context, actor: Actor, *, company_id: str = "", location: str = "", cursor: str = "", limit: int = 100
) -> Page[AssemblySummary]:
    """Assemblies in a stable order, page by page. Raises `Problem` for a company or location that there is not."""
    return await list_placed(context, actor, "assembly", AssemblySummary, company_id, location, cursor, limit)


async def look_up_assembly(
    context: Context, actor: Actor, number: str, *, company_id: str = "", location: str = ""
) -> AssemblyView:
    """One assembly. Company and location must be said where several have used the number. Raises `Problem` if there is
    none that the actor may see."""
    found = await find_placed(context, actor, "assembly", number, company_id, location)
    if found.row is None or found.view is None:
        return AssemblyView(found.company, found.location, number, RECEIVED, subject=found.subject)
    data: AssemblyData = PROCESSES["assembly"].decoder.decode(found.row["data"])
    lines = tuple(
        tidied(AssembledView(key, line.item, line.quantity, line.scrapped)) for key, line in data.lines.items()
    )
    return AssemblyView(
        found.company, found.location, number, found.row["state"], found.row["opened_at"],
        subject=found.subject, lines=lines, sent=found.view.sent, exceptions=found.view.exceptions,
    )  # fmt: skip


class _Books:
    """What one statement needs: master data of its items, and where it is to be written."""

    def __init__(
        self, context: Context, actor: Actor, place: Place, masterdata: Masterdata, use: KeyUse | None
    ) -> None:
        self.context, self.actor, self.place, self.masterdata = context, actor, place, masterdata
        self.use = use
        self.even_if_short = False

    @classmethod
    async def of(
        cls,
        context: Context,
        actor: Actor,
        place: Place,
        items: Sequence[str],
        quantity: Decimal,
        reason: str,
        use: KeyUse | None,
    ) -> _Books:
        faults = Faults("stated")
        with faults.at("/reason"):
            must_say_why(reason)
        with faults.at("/number"):
            must_be_a_number(place.number)
        if quantity <= ZERO:
            words, advice = f"a quantity of {quantity} makes nothing", "State how much was made, such as GIFTSET:10."
            faults.add("/quantity", Problem("malformed_request", words, advice=advice))
        async with context.store.transaction(readonly=True) as tx:
            await must_be_places(tx, place.company_id)
            with faults.at("/location"):
                await must_be_places(tx, place.company_id, [place.location])
            masterdata = await made_of(tx, place.company_id, items)
        books = cls(context, actor, place, masterdata, use)
        for pointer, item in zip(("/item", "/into"), items, strict=False):
            with faults.at(pointer):
                books.item(item)
        faults.must_be_none()
        return books

    def item(self, item: str) -> Item:
        found = self.masterdata.item(self.place.company_id, item)
        if found is None:
            words = f"{self.place.company_id} has no item {item!r}"
            raise Problem("malformed_request", words, advice="`crossdock stock list` has them.")
        return found

    def components(self, item: str) -> tuple[tuple[str, Decimal], ...]:
        self.item(item)
        try:
            return self.masterdata.components(self.place.company_id, item, self.context.now().date())
        except KitRefused as refused:
            raise Problem("conflict", str(refused)) from refused

    async def state(self, kind: AssemblyKind, consumed: list[Side], produced: list[Side], reason: str) -> Answer:
        place = self.place
        number = place.number or f"AS-{uuid7().hex[-12:]}".upper()
        bill: tuple[BillLine, ...] = bill_of([side.item for side in (*consumed, *produced)], self.components)
        made = Assembly(
            place.company_id,
            number,
            place.location,
            kind,
            self.context.now(),
            self._lines(consumed, "in"),
            self._lines(produced, "out"),
            bill,
        )
        moved = (*made.consumed, *made.produced)
        must_be_whole((Goods("/quantity", line.item, line.quantity) for line in moved), "put in or taken out")
        subject = f"assembly/{place.company_id}/{place.location}/{number}"
        shown = f"{address('assemblies', number)}?company={place.company_id}&location={place.location}"
        async with self.context.store.transaction() as tx:
            short = await _not_there(tx, made)
            told = Stated(subject, made.consumed, made.produced, shown, short)
            answer = Answer(202, msgspec.json.encode(told).decode())
            if self.use is not None and (said := await idempotency.once(tx, self.use, answer)) is not None:
                return said
            if short and not self.even_if_short:
                raise _too_little(short)
            await take_number(tx, subject, place.location, number)
            await tell_case(
                tx, self.context, self.actor, SCOPE, f"state_{kind}", subject, GoodsAssembled(made), reason=reason
            )
        return answer

    def _lines(self, sides: Iterable[Side], name: str) -> tuple[AssemblyLine, ...]:
        return tuple(
            AssemblyLine(f"{name}-{n}", side.item, Quantity(side.quantity, self.item(side.item).unit))
            for n, side in enumerate(sides, start=1)
        )


async def _not_there(tx: Connection, made: Assembly) -> tuple[NotThere, ...]:
    asked: dict[str, Decimal] = {}
    for line in made.consumed:
        asked[line.item] = asked.get(line.item, ZERO) + line.quantity.amount
    rows = await tx.fetch(STOCK.there, made.company_id, made.location, texts(list(asked)))
    there = {row["item"]: row["there"] for row in rows}
    return tuple(
        tidied(NotThere(item, made.location, quantity, there.get(item, ZERO)))
        for item, quantity in asked.items()
        if quantity > there.get(item, ZERO)
    )


def _too_little(short: Sequence[NotThere]) -> Problem:
    """What a slip would make of goods that are not there can be sold, so that it is asked about first."""
    words = "; ".join(f"{each.asked:f} of {each.item} went in, {_standing(each)}" for each in short)
    advice = (
        "State what was done; were the goods there after all, insist: `--even-if-short` (`even_if_short: true` in the"
        " request) takes the books below zero, and the warehouse counts."
    )
    return Problem("conflict", words, advice=advice)


def _standing(short: NotThere) -> str:
    return f"and {short.there:f} that are ours and of no lot stand at {short.location} by the books"
