"""Short ways to speak to the ledger in tests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.inventory.guard.verify import Verification, verify
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.inventory.ledger.plan import Request
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.model.stock import (
    MoveRequest,
    PromiseRequest,
    ReleaseRequest,
    StockMoveLine,
    StockRequestLine,
    SupplyLine,
    SupplyRequest,
)
from crossdock.model.stock_policy import StockPolicies
from crossdock.store import Store

AT = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)
COMPANY = "albion_uk"
MUG = "85123A"
_numbers = itertools.count(1)


def number() -> str:
    return str(next(_numbers))


def _promise(
    kind: str, quantity: int, item: str, locations: Sequence[str], name: str, **more: object
) -> PromiseRequest:
    return PromiseRequest(
        company_id=COMPANY,
        key=str(more.pop("key", "") or f"{name}:order"),
        subject=name,
        kind="asked" if kind == "asked" else "told",
        lines=(StockRequestLine("1", item, Decimal(quantity), tuple(locations)),),
        **more,  # type: ignore[arg-type]
    )


def ask(quantity: int, *locations: str, item: str = MUG, case: str = "", **more: object) -> PromiseRequest:
    return _promise("asked", quantity, item, locations or ("north",), case or f"sales_order/{number()}", **more)


def tell(quantity: int, *locations: str, item: str = MUG, case: str = "", **more: object) -> PromiseRequest:
    return _promise("told", quantity, item, locations or ("north",), case or f"sales_order/{number()}", **more)


def move(
    quantity: int,
    from_state: str,
    to_state: str,
    location: str = "north",
    *,
    item: str = MUG,
    document: str = "",
    **more: object,
) -> MoveRequest:
    document = document or f"document-{number()}"
    line = StockMoveLine("1", item, location, Decimal(quantity), from_state, to_state, **more)  # type: ignore[arg-type]
    return MoveRequest(COMPANY, f"move/{document}", f"goods_receipt/{document}", document, (line,), AT)


def receive(quantity: int, location: str = "north", **more: object) -> MoveRequest:
    return move(quantity, "supplier", "unrestricted", location, **more)


def pick(quantity: int, reservation: str, location: str = "north", **more: object) -> MoveRequest:
    return move(quantity, "unrestricted", "picked", location, reservation=reservation, **more)


def expect(
    quantity: int,
    day: int,
    location: str = "north",
    *,
    item: str = MUG,
    order: str = "4500001",
    line: str = "10",
    confidence: str = "ordered",
) -> SupplyRequest:
    source = f"purchase_order/{COMPANY}/{order}"
    supply = SupplyLine(source, line, item, location, Decimal(quantity), dt.date(2010, 12, day), confidence)  # type: ignore[arg-type]
    return SupplyRequest(COMPANY, f"supply/{number()}", source, (supply,))


def release(case: str = "", reservations: Sequence[str] = (), key: str = "", **more: object) -> ReleaseRequest:
    return ReleaseRequest(COMPANY, key or f"release/{number()}", case, tuple(reservations), **more)  # type: ignore[arg-type]


async def book(
    store: Store, *requests: Request, at: dt.datetime = AT, policies: StockPolicies | None = None
) -> list[LedgerOutcome]:
    """One batch, one transaction, run again whole where it must be; never because of a deadlock."""
    while True:
        try:
            async with store.transaction() as tx:
                batch = LedgerBatch(requests, at, policies=policies, network_version=7)
                await batch.claim(tx)
                return await batch.post(tx)
        except LedgerMoved:
            continue


async def answer(store: Store, *requests: Request) -> msgspec.Struct:
    """The one event a batch is answered with."""
    outcomes = await book(store, *requests)
    assert len(outcomes) == 1, outcomes
    return outcomes[0].body


class Levels(msgspec.Struct, frozen=True):
    on_hand: Decimal
    reserved: Decimal
    free: Decimal


async def levels(store: Store, location: str = "north", item: str = MUG, pool: str = "") -> Levels:
    async with store.transaction() as tx:
        row = await tx.fetchrow(
            "select on_hand, reserved, on_hand - safety - reserved - allocated from promise_position"
            " where item = $1 and location = $2 and pool = $3",
            item,
            location,
            pool,
        )
    return Levels(*row) if row else Levels(Decimal(0), Decimal(0), Decimal(0))


async def examine(store: Store) -> Verification:
    async with store.transaction() as tx:
        return await verify(tx)


async def holds(store: Store) -> Verification:
    """Every law of the ledger holds."""
    found = await examine(store)
    assert found.discrepancies == ()
    return found
