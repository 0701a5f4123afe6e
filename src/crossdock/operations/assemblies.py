"""Assembling kits, taking them apart, and packing goods anew: what a person did in a warehouse, stated here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from crossdock.events.assembly import GoodsAssembled
from crossdock.identity import Actor, Denied
from crossdock.log import uuid7
from crossdock.masterdata import KitRefused, Masterdata
from crossdock.model.assembly import Assembly, AssemblyKind, AssemblyLine, BillLine
from crossdock.model.masterdata import Item
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.units import exactly, is_counted
from crossdock.operations.cases import SQL
from crossdock.operations.context import Context
from crossdock.operations.deeds import tell_case
from crossdock.operations.places import must_be_places
from crossdock.operations.problems import Problem, must_say_why
from crossdock.rules.bill import Side, bill_of, repacked

SCOPE = "operations:write"


class Stated(msgspec.Struct, frozen=True):
    """The case that was told, and what goes in and comes out."""

    subject: str
    consumed: tuple[AssemblyLine, ...]
    produced: tuple[AssemblyLine, ...]


class Place(msgspec.Struct, frozen=True):
    """Where it was done, and whose goods they are. `number` names it; made up if empty."""

    company_id: str
    location: str
    number: str = ""


async def assemble(
    context: Context, actor: Actor, place: Place, kit: str, quantity: Decimal, *, apart: bool = False, reason: str
) -> Stated:
    """Kits were made of their components, or taken `apart` into them. Raises `Problem` for what is no kit."""
    books = await _Books.of(context, actor, place, quantity, reason)
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
    context: Context, actor: Actor, place: Place, item: str, quantity: Decimal, into: str, *, reason: str
) -> Stated:
    """Goods of one item were packed as another that consists of the same: a case broken, units boxed.

    Raises `Problem` where the two do not consist of the same, or so many make no exact number of the other.
    """
    books = await _Books.of(context, actor, place, quantity, reason)
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


class _Books:
    """What one statement needs: master data of the day, and where it is to be written."""

    def __init__(self, context: Context, actor: Actor, place: Place, masterdata: Masterdata) -> None:
        self.context, self.actor, self.place, self.masterdata = context, actor, place, masterdata

    @classmethod
    async def of(cls, context: Context, actor: Actor, place: Place, quantity: Decimal, reason: str) -> _Books:
        actor.must(SCOPE)
        if actor.partner or actor.channel or not actor.sees(place.company_id):
            raise Denied("this is for those to decide who run the warehouses")
        must_say_why(reason)
        if quantity <= ZERO:
            advice = "State how much was made, such as GIFTSET:10."
            raise Problem("malformed_request", f"a quantity of {quantity} makes nothing", advice=advice)
        async with context.store.transaction(readonly=True) as tx:
            await must_be_places(tx, place.company_id, [place.location])
        return cls(context, actor, place, await Masterdata.load(context.store))

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

    async def state(self, kind: AssemblyKind, consumed: list[Side], produced: list[Side], reason: str) -> Stated:
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
        subject = f"assembly/{place.company_id}/{place.location}/{number}"
        async with self.context.store.transaction() as tx:
            if await tx.fetchrow(SQL.find, subject) is not None:
                raise Problem("conflict", f"{subject} exists", advice="Give it another number.")
            await tell_case(
                tx, self.context, self.actor, SCOPE, f"state_{kind}", subject, GoodsAssembled(made), reason=reason
            )
        return Stated(subject, made.consumed, made.produced)

    def _lines(self, sides: Iterable[Side], name: str) -> tuple[AssemblyLine, ...]:
        return tuple(
            AssemblyLine(f"{name}-{n}", side.item, Quantity(side.quantity, self.item(side.item).unit))
            for n, side in enumerate(sides, start=1)
        )
