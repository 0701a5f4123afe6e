"""A transfer: goods go from one of our locations to another, in two legs.

Stock is promised at the origin, so that nobody else is promised it meanwhile, and the sending warehouse is asked to
ship what was granted. When goods leave they go from unrestricted to in transfer and end their promise in the same
transaction; they stay at the *origin's* position until they arrive, for the origin is what lost them if they never do,
and a destination that does not have them cannot promise them. The destination sees them as expected supply, which is
pegged like any other. When they arrive they go from in transfer at the origin to the destination, in the condition in
which they were counted. So they are promised once at any moment: at the origin, as supply, or at the destination.

A location may be at a customer's. Goods that arrive there stay ours, on consignment, and nobody is promised them; the
customer pays for what it uses (`processes.consumption`). What comes back from there is asked of no warehouse and
promised to nobody: it moves when it arrives.

*Early*: goods that arrive before anybody told that they left had left; the sender's message then adds nothing (see
`rules.goods_flow.between`). What comes before the order waits for it.
*Late*: a transfer that does not leave is a question for the sending warehouse. What has not arrived by its date, or is
missing when the receiver says that it expects nothing more, is a shortage with money at risk, owned by a person, who
may give it up (scrap or claim). Goods that come after that were not lost.
*Duplicate*: a message counts once, by the warehouse's own number of it.
*Too late*: a transfer is cancelled only while the sending warehouse does not have it, for no message takes its order
back; else somebody speaks with it. What comes all the same of one that was cancelled is booked: goods move as they do.
*Repeated*: further shipments and receipts add up.
*Unforeseen*: more than left, or goods that were not ordered, are booked as counted, and asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import StockPromised, StockWentNegative
from crossdock.events.transfer import (
    TransferCancelled,
    TransferOrdered,
    TransferReceived,
    TransferShipped,
    TransferWrittenOff,
)
from crossdock.model.quantity import ZERO
from crossdock.model.stock import OWN, StockRequestLine, consigned_to
from crossdock.processes._kit import Effect, Lifecycle, Link, Release, Reserve, StateTable, below_zero, missed, tell
from crossdock.processes.transfer.v1_book import Change, book, expected_on, order_for_warehouse, settle, what_is_wrong
from crossdock.processes.transfer.v1_data import OVER, TransferCase, TransferData, TransferGoods, header

_MOVING = ("in_transfer", "partly_received", "received", "lost", "closed")
TABLE = StateTable(
    {
        "": ("ordered", "invalid", *_MOVING),
        "ordered": _MOVING,
        "invalid": _MOVING,
        **{state: ("ordered", *(other for other in _MOVING if other != state)) for state in _MOVING},
    },
    final=(),
)

CODES = {
    "transfer_invalid": "A transfer names an item, a unit or a location that we do not know; nothing was asked.",
    "transfer_not_backed": "The origin has less free stock than is to be transferred; the rest was not asked for.",
    "transfer_not_cancelled": "A transfer was to be cancelled that its warehouse has already; somebody speaks with it.",
    "transfer_not_shipped": "The sending warehouse has not let the goods of a transfer go in time.",
    "transfer_short": "Goods of a transfer left and did not arrive.",
    "transfer_over": "More of a transfer arrived than left.",
    "transfer_line_unknown": "A warehouse moved goods under a transfer that nobody ordered there.",
    "stock_negative": "Booking a transfer took an item below zero; the warehouse counts.",
}
"""Exception codes of this process and what each means."""

LIFECYCLE = Lifecycle(
    "transfer",
    version="1",
    data=TransferData,
    table=TABLE,
    starts=(TransferOrdered,),
    header=header,
    finished=lambda data: header(data) in OVER,
)


@LIFECYCLE.on(TransferOrdered)
def order(case: TransferCase, event: TransferOrdered) -> Iterator[Effect]:
    """Goods are to move: promise them where they lie, before anybody else is promised them."""
    data = case.data
    data.order = msgspec.structs.replace(event.order, lines=())
    for line in event.order.lines:
        goods = TransferGoods(item=line.item, unit=line.quantity.unit, ordered=line.quantity.amount)
        data.lines[line.line] = goods
    data.from_owner, data.to_owner = (
        consigned_to(customer) if (customer := case.reads.consignee(place)) else OWN
        for place in (event.order.from_location, event.order.to_location)
    )
    data.invalid = what_is_wrong(case, event.order)
    for line_id, goods in data.lines.items():
        case.move(line_id, goods, "invalid" if data.invalid else "ordered")
    yield Link(kind="transfer", issuer=case.company_id, value=case.key)
    if not data.invalid and not data.comes_back:
        here = (event.order.from_location,)
        asked = tuple(StockRequestLine(key, goods.item, goods.ordered, here) for key, goods in data.lines.items())
        yield Reserve(asked, request="transfer", source="transfer", backorder=False)
    yield from settle(case, "it was ordered")


@LIFECYCLE.on(StockPromised)
def take_promise(case: TransferCase, event: StockPromised) -> Iterator[Effect]:
    """The ledger granted what is free at the origin: ask the sending warehouse for that much."""
    data = case.data
    for grant in event.promised:
        data.lines[grant.line].grants.append((grant.reservation, grant.quantity))
    data.refused = dict(event.refused)
    if data.all_shipped:
        # The goods left, or it was cancelled, before the ledger could answer: what it holds for them belongs to nobody.
        granted = tuple(grant.reservation for grant in event.promised)
        if granted:
            yield Release("left before", reservations=granted, reason="not_shipped")
    elif asked := order_for_warehouse(case):
        data.sent = True
        yield from tell(case, "wms", "transfer_order", asked, case.key, of=data.head.from_location)
    else:
        # Nothing will leave; what arrived all the same was never stock of the sender, as far as it says so itself.
        yield from book(case, "not shipped", (), all_shipped=True)
    yield from settle(case, "stock was asked for")


@LIFECYCLE.on(TransferShipped)
def ship(case: TransferCase, event: TransferShipped) -> Iterator[Effect]:
    """Goods left: they are under way, and nobody else's. What was promised and stays is given back."""
    advice, data = event.advice, case.data
    if not data.first_time(f"shipped {advice.shipment}"):
        return
    changes = [
        Change(data.line_of(line.line, line.item, line.quantity.unit), "shipped", line.quantity.amount)
        for line in advice.lines
    ]
    data.left_on = data.left_on or case.on()
    yield from book(case, f"shipped {advice.shipment}", changes, all_shipped=data.all_shipped or advice.final)
    kept = [reservation for line in data.lines.values() for reservation, _ in line.grants]
    if advice.final and kept:
        yield Release("not shipped", reservations=tuple(kept), reason="not_shipped")
    announced = msgspec.structs.replace(advice, expected_on=expected_on(case))
    number = f"{case.key}.{advice.shipment}"
    yield from tell(case, "wms", "transfer_advice", announced, number, of=data.head.to_location)
    yield from settle(case, f"{advice.shipment} left")


@LIFECYCLE.on(TransferReceived)
def receive(case: TransferCase, event: TransferReceived) -> Iterator[Effect]:
    """Goods arrived: they are stock of the destination, in the condition in which they were counted."""
    receipt, data = event.receipt, case.data
    if not data.first_time(f"received {receipt.receipt}"):
        return
    changes = [
        Change(data.line_of(line.line, line.item, line.quantity.unit), line.condition, line.quantity.amount)
        for line in receipt.lines
    ]
    if receipt.all_of_it:
        under_way = ((key, line.booked(data.all_shipped).under_way) for key, line in data.lines.items())
        changes = [Change(key, "good", left) for key, left in under_way if left]
    data.all_received = data.all_received or receipt.final
    # Of what comes back from a customer nobody tells that it left: cancelled or not, what is here has.
    all_shipped = data.all_shipped and not (data.cancelled and data.comes_back)
    yield from book(case, f"received {receipt.receipt}", changes, all_shipped=all_shipped)
    yield from settle(case, f"{receipt.receipt} arrived")


@LIFECYCLE.on(TransferCancelled)
def cancel(case: TransferCase, event: TransferCancelled) -> Iterator[Effect]:
    """A person takes it back: what was promised to it is free again, and nothing of it is expected any more."""
    data = case.data
    asked = data.sent and not event.order_skipped
    if asked or data.all_shipped or any(_began(line) for line in data.lines.values()):
        data.too_late = event.reason
        yield from settle(case, "it was to be cancelled")
        return
    data.cancelled = True
    kept = tuple(reservation for line in data.lines.values() for reservation, _ in line.grants)
    for line in data.lines.values():
        line.grants = []
    if kept:
        yield Release("cancelled", reservations=kept)
    yield from book(case, "cancelled", (), all_shipped=True)
    yield from settle(case, f"cancelled: {event.reason}")


def _began(line: TransferGoods) -> bool:
    return bool(line.shipped or line.good or line.damaged or line.quarantined)


@LIFECYCLE.on(TransferWrittenOff)
def write_off(case: TransferCase, event: TransferWrittenOff) -> Iterator[Effect]:
    """A person gives up what did not arrive: it is a loss, or somebody else's debt."""
    data = case.data
    under_way = {key: line.booked(data.all_shipped).under_way for key, line in data.lines.items()}
    given_up: dict[str, Decimal] = dict(event.lines) or {key: left for key, left in under_way.items() if left}
    known = {key: min(quantity, under_way.get(key, ZERO)) for key, quantity in given_up.items()}
    changes = [Change(key, event.account, quantity) for key, quantity in known.items() if quantity]
    document = f"written off {len(data.seen) + 1}"
    data.first_time(document)
    yield from book(case, document, changes, all_shipped=data.all_shipped)
    yield from settle(case, f"given up: {event.reason}")


@LIFECYCLE.on(ExpectationMissed)
def miss(case: TransferCase, event: ExpectationMissed) -> Iterator[Effect]:
    """Goods did not leave, or did not arrive, in time: a person owns that."""
    missed(case.data, event.name)
    yield from settle(case, f"the {event.name} was late")


@LIFECYCLE.on(StockWentNegative)
def own_negative_stock(case: TransferCase, event: StockWentNegative) -> Iterator[Effect]:
    """The fact stands; a person finds out where the goods were."""
    case.data.negatives[f"{event.item}/{event.location}"] = below_zero(event)
    yield from settle(case, "stock was booked")
