"""Sales order: a customer ordered through a channel; the goods go out, the customer gets them and an invoice.

An order is judged (items, customer, prices, credit); what a person must look at holds it. Then stock is asked for, or
booked where the channel has promised it already. What is promised goes to its warehouses at once, in a shipping order
each, and the ERP and an EDI customer hear what they get; what is backordered waits and goes out in a shipment of its
own. Each shipment is invoiced. The channel is told whenever the state of the order changes.

- *Late*: a shipping order that does not leave in time is a problem of the warehouse until it does. A backorder that
  no expected supply covers is a buyer's, and so is a shortage behind a promise that the channel made.
- *Early, out of order or left out*: shipped proves packed, packed proves picked. What is booked follows from all that
  the warehouse said so far (`rules/goods_flow.py`), so the order of its messages does not matter. What comes before
  the order itself waits for it.
- *Duplicate*: a message of a warehouse is known by its shipping order and sequence, a shipment and a delivery by the
  shipment, a fill by its reservation, a return by its number. The second one changes nothing. The order itself, placed
  again with other content, changes nothing either, and is asked about.
- *Straight through*: goods pegged to a line that waits may go from the receipt straight to packed, where a rule says
  so; they are shipped from the dock in a shipping order of their own. What its warehouse allocates or picks lay on a
  shelf all the time: it is booked so, and stays promised to the order. What it leaves behind stays a problem of the
  warehouse, until it ships it or the line is cancelled: then it is put away.
- *Drop-ship*: what a supplier ships straight to the customer asks nothing of the ledger. The order buys it there; its
  purchase order stands as a warehouse's shipping order does, and moves no stock of ours. Answers and ship notices of
  the supplier may come in any order.
- *Too late*: what a warehouse or a supplier was asked to ship is not cancelled; customer service is told. What a
  shipment of a warehouse left behind can be: then the line is closed short. A promise that reaches a cancelled line is
  given back.
- *Kits*: one line, in kits. Kits in stock go out as such, the rest as components, all of a kit from one location. The
  customer, the ERP and the invoice hear of kits; what left of components and makes no whole kit is asked about.
- *Unforeseen*: goods that nobody asked for, or more of them than was asked for, moved all the same: booked, and asked
  about. What a line waits for is drawn on first, so that it is not shipped twice. Goods of a line that was rejected or
  cancelled are not invoiced.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import (
    BackorderExpected,
    BackorderFilled,
    GoodsCrossDocked,
    PromiseReleased,
    PromiseWithdrawn,
    StockPromised,
    StockWentNegative,
)
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived
from crossdock.events.sales_order import (
    DropShipAnswered,
    SalesOrderApproved,
    SalesOrderCancelled,
    SalesOrderLinesDelivered,
    SalesOrderLinesReturned,
    SalesOrderLinesShipped,
    SalesOrderPlaced,
    ShippedGoodsWeighed,
    ShippedLinesNamed,
    WarehouseProgressed,
)
from crossdock.processes._kit import (
    Commit,
    Effect,
    Emit,
    Lifecycle,
    Link,
    OpenExceptionCase,
    Reserve,
    StateTable,
    stock_negative,
)
from crossdock.processes.sales_order import v1_cross_dock as cross_dock
from crossdock.processes.sales_order import v1_documents as documents
from crossdock.processes.sales_order import v1_drop_ship as drop_ship
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order import v1_stock as stock
from crossdock.processes.sales_order import v1_warehouse as warehouse
from crossdock.processes.sales_order import v1_weights as weights
from crossdock.processes.sales_order.v1_cancel import cancel_lines
from crossdock.processes.sales_order.v1_checks import HOLDS, ask, judge, settle
from crossdock.processes.sales_order.v1_data import SalesOrderCase, SalesOrderData, finished, header
from crossdock.processes.sales_order.v1_repeated import differences, digest

_ON_ITS_WAY = ("released", "allocated", "picked", "packed", "shipped", "delivered", "returned")

TABLE = StateTable(
    {
        "": ("accepted", "requested", "rejected", "charge", "unordered"),
        "accepted": ("requested", "cancelled"),
        "requested": ("backordered", "refused", "cancelled", *_ON_ITS_WAY),
        "backordered": ("cancelled", *_ON_ITS_WAY),
        "released": ("backordered", "cancelled", *_ON_ITS_WAY[1:]),
        "allocated": ("backordered", "cancelled", *_ON_ITS_WAY[2:]),
        "picked": _ON_ITS_WAY[3:],
        # What was packed by its receipt may turn out to lie on a shelf.
        "packed": ("released", "allocated", "picked", *_ON_ITS_WAY[4:]),
        "shipped": _ON_ITS_WAY[5:],
        "delivered": ("returned",),
    },
    final=("returned", "cancelled", "refused", "rejected", "charge", "unordered"),
)

CODES = {
    "unknown_item": "Lines name items we do not know or cannot supply from anywhere; they were rejected.",
    "order_line_invalid": "Lines repeat a number, or their unit, quantity or price cannot be used; they were rejected.",
    "order_placed_again": "The same order came again with other content; nothing was changed.",
    "unknown_customer": "The order's customer is not in the master data; the order waits.",
    "price_outside_tolerance": "Prices differ from the list by more than agreed. Asked: the order waits. Told: a note.",
    "credit_hold": "The customer is on hold, or the order is worth more than its credit limit; the order waits.",
    "told_shortage": "A channel promised more than there is; a buyer finds the rest.",
    "drop_ship_refused": "A supplier will not ship straight to the customer what it was asked to; a buyer decides.",
    "backorder_without_supply": "No expected supply covers a backorder; a buyer says when it comes.",
    "order_not_shipped": "A shipping order did not leave its warehouse in time.",
    "cancel_too_late": "Lines were to be cancelled that a warehouse has already; somebody speaks with it.",
    "shipped_beyond_order": "A warehouse shipped more than it was asked to, or what was not ordered.",
    "shipped_without_weight": "Catch weight goods left without a weight; they are invoiced once somebody says it.",
    "returned_line_unknown": "A return names lines that the order does not have, or of which nothing was sent.",
    "kit_incomplete": "Components left that make no whole kit; a person decides what becomes of them.",
    "promise_lost": "A promise of this order ended although nobody cancelled it.",
    "stock_negative": "Picking took an item below zero; the warehouse counts.",
    "functional_acknowledgement_rejected": "An EDI customer's system refused a document of ours.",
}
"""Exception codes of this process and what each means."""

LIFECYCLE = Lifecycle(
    "sales_order",
    version="1",
    data=SalesOrderData,
    table=TABLE,
    starts=(SalesOrderPlaced,),
    header=header,
    finished=finished,
)


@LIFECYCLE.on(SalesOrderPlaced)
def take_order(case: SalesOrderCase, event: SalesOrderPlaced) -> Iterator[Effect]:
    """A customer ordered: judge it, then ask for stock unless a person must look at it first."""
    order = event.order
    case.data.digest = digest(order)
    yield Link(kind="sales_order", issuer=order.channel, value=order.number)
    if order.customer_reference:
        yield Link(kind="customer_reference", issuer=order.customer.id, value=order.customer_reference)
    yield from judge(case, order)
    if case.data.holds:
        for line_id, line in case.data.alive().items():
            case.move(line_id, line, "accepted")
    else:
        yield from go_on(case)


@LIFECYCLE.again(SalesOrderPlaced)
def meet_again(case: SalesOrderCase, event: SalesOrderPlaced) -> Iterator[Effect]:
    """The same order changes nothing; with other content a person asks the customer what it means."""
    if case.data.digest and digest(event.order) != case.data.digest:
        yield from ask(case, "order_placed_again", differences(case.data, event.order))


@LIFECYCLE.on(SalesOrderApproved)
def approve(case: SalesOrderCase, event: SalesOrderApproved) -> Iterator[Effect]:
    """A person lifted a hold. With the last one lifted the order goes on."""
    code = HOLDS.get(event.hold, event.hold)
    if code not in case.data.holds:
        return
    case.data.holds.remove(code)
    yield from settle(case, code, event.reason or "approved")
    if not case.data.holds:
        yield from go_on(case)


def go_on(case: SalesOrderCase) -> Iterator[Effect]:
    """Nothing stands against the order: ask for stock; what needs none is answered and invoiced at once."""
    asked = list(stock.ask_for_stock(case))
    yield from asked
    if any(isinstance(effect, Reserve | Commit) for effect in asked):
        return
    case.data.answered = True
    ordered = list(drop_ship.place_orders(case))
    stock.stand(case, case.data.lines)
    yield from documents.answer_partner(case)
    if case.data.alive() or header(case.data) == "invoiced":
        yield from documents.post_order(case)
    if header(case.data) == "invoiced":
        yield from documents.bill_charges(case)
    yield from ordered
    yield from documents.report(case)


@LIFECYCLE.on(StockPromised)
def record_promise(case: SalesOrderCase, event: StockPromised) -> Iterator[Effect]:
    """The ledger answered: tell the ERP and the customer what they get, and have the promised goods shipped."""
    if case.data.answered:
        return
    case.data.answered = True
    effects = [*stock.take_promise(case, event), *drop_ship.place_orders(case)]
    stock.stand(case, case.data.lines)
    yield from documents.post_order(case)
    yield from effects
    yield from documents.answer_partner(case)
    yield from stock.own_what_waits(case)
    yield from documents.report(case)


@LIFECYCLE.on(BackorderFilled)
def ship_backorder(case: SalesOrderCase, event: BackorderFilled) -> Iterator[Effect]:
    """Stock came for what waited: it goes out in a shipment of its own."""
    yield from stock.fill(case, event.lines)
    yield from stock.own_what_waits(case)
    yield from documents.report(case)


@LIFECYCLE.on(GoodsCrossDocked)
def ship_from_the_dock(case: SalesOrderCase, event: GoodsCrossDocked) -> Iterator[Effect]:
    """What waited came and lies packed already: its warehouse ships it straight from the dock."""
    yield from cross_dock.take(case, event)
    yield from stock.own_what_waits(case)
    yield from documents.report(case)


@LIFECYCLE.on(BackorderExpected)
def note_expected_supply(case: SalesOrderCase, event: BackorderExpected) -> Iterator[Effect]:
    """Backorders were tied to other supply, or lost theirs: then a buyer owns them."""
    for waiting in event.lines:
        line_id = kits.line_for(case, waiting.line, waiting.item)
        line = case.data.lines[line_id]
        line.pegged, line.expected_on = waiting.pegged, waiting.expected_on
        kits.refresh(case.data, (line_id,))
    yield from stock.own_what_waits(case)


@LIFECYCLE.on(DropShipAnswered)
def take_answer(case: SalesOrderCase, event: DropShipAnswered) -> Iterator[Effect]:
    """A supplier said what it ships straight to the customer, and when; a buyer owns what it will not."""
    yield from drop_ship.take_answer(case, event)
    yield from documents.report(case)


@LIFECYCLE.on(WarehouseProgressed)
def follow_warehouse(case: SalesOrderCase, event: WarehouseProgressed) -> Iterator[Effect]:
    """A warehouse allocated, picked or packed; picking ends the promise."""
    told = event.progress
    shipping = warehouse.shipping_order(case, told.shipping_order, told.warehouse)
    if told.sequence in shipping.seen:
        return
    shipping.seen.append(told.sequence)
    lines = (warehouse.Told(line.order_line, line.item, line.quantity.amount, line.owner) for line in told.lines)
    yield from warehouse.book(case, shipping, told.step, lines, f"{told.shipping_order}/{told.sequence}")


@LIFECYCLE.on(SalesOrderLinesShipped)
def record_shipment(case: SalesOrderCase, event: SalesOrderLinesShipped) -> Iterator[Effect]:
    """Goods left the house: book it with all the steps before, and invoice them."""
    shipping = warehouse.shipping_order(case, event.shipping_order, event.warehouse)
    if event.shipment in shipping.shipments:
        return
    shipping.shipments.append(event.shipment)
    lines = [
        warehouse.Told(
            warehouse.line_of(case, line.line, line.item), line.item, line.quantity.amount, line.owner, line.second
        )
        for line in event.lines
    ]
    yield from warehouse.book(case, shipping, "shipped", lines, f"{event.shipment}/{event.shipping_order}")
    yield from drop_ship.own_what_is_refused(case)
    sold = list(kits.sold(case, ((told.line, told.quantity) for told in lines)))
    if event.reply_to:
        named = tuple(kits.named(case, line_id, quantity) for line_id, quantity in sold)
        yield Emit(ShippedLinesNamed(event.shipping_order, named), subject=event.reply_to)
    billable = yield from weights.set_aside(case, event.shipment, event.shipping_order, lines, sold)
    yield from documents.bill_shipment(case, event.shipment, shipping, billable)
    yield from kits.ask_about_rests(case)
    yield from warehouse.finish(case, event.shipping_order, shipping)
    yield from documents.report(case, event.shipment)


@LIFECYCLE.on(ShippedGoodsWeighed)
def record_weights(case: SalesOrderCase, event: ShippedGoodsWeighed) -> Iterator[Effect]:
    """A person said what had left without a weight: book it, and invoice it."""
    yield from weights.take(case, event)


@LIFECYCLE.on(SalesOrderLinesDelivered)
def record_delivery(case: SalesOrderCase, event: SalesOrderLinesDelivered) -> Iterator[Effect]:
    """A shipment reached the customer."""
    if event.shipment in case.data.delivered:
        return
    case.data.delivered.append(event.shipment)
    for delivered in event.lines:
        line_id = warehouse.line_of(case, delivered.line, delivered.item)
        case.data.lines[line_id].delivered += delivered.quantity.amount
        stock.stand(case, (line_id,))
    yield from documents.report(case, event.shipment)


@LIFECYCLE.on(SalesOrderLinesReturned)
def record_return(case: SalesOrderCase, event: SalesOrderLinesReturned) -> Iterator[Effect]:
    """Goods came back. A return tells all that came back under its number so far, so telling it twice is harmless."""
    # Messages may overtake one another, so it is enough that a warehouse was asked to ship.
    sent = {line_id for line_id, line in case.data.lines.items() if line.was_sent}
    items = event.items or ("",) * len(event.lines)
    told = [
        (kits.line_of_item(case.data, line_id, item), quantity)
        for (line_id, quantity), item in zip(event.lines, items, strict=True)
    ]
    known = [(line_id, quantity) for line_id, quantity in told if line_id in sent]
    for line_id, quantity in known:
        returned = case.data.lines[line_id].returned
        returned[event.return_number] = max(quantity, returned.get(event.return_number, quantity))
    stock.stand(case, (line_id for line_id, _ in known))
    if len(known) < len(told):
        strange = [line_id for line_id, _ in told if line_id not in sent]
        detail = f"return {event.return_number} names lines of which this order sent nothing: {', '.join(strange)}"
        yield from ask(case, "returned_line_unknown", detail, strange)


@LIFECYCLE.on(SalesOrderCancelled)
def cancel(case: SalesOrderCase, event: SalesOrderCancelled) -> Iterator[Effect]:
    """Cancel what no warehouse was asked to ship, or what it left behind; for the rest it is too late.

    A partner whose order never went on has had no answer yet."""
    held = bool(case.data.holds)
    yield from cancel_lines(case, event)
    if held and not case.data.holds:
        case.data.answered = True
        yield from documents.answer_partner(case)
    yield from documents.report(case)


@LIFECYCLE.on(ExpectationMissed)
def miss_shipment(case: SalesOrderCase, event: ExpectationMissed) -> Iterator[Effect]:
    """A shipping order did not leave in time."""
    number = event.name.removeprefix("shipped ")
    shipping = case.data.shipping_orders.get(number)
    if shipping is None or shipping.done:
        return
    shipping.late = True
    waiting = tuple(case.data.named(key for key, line in case.data.lines.items() if shipping.n in line.parts))
    detail = f"{number} should have left {shipping.location} by {event.due_at:%Y-%m-%d %H:%M}"
    yield OpenExceptionCase("order_not_shipped", detail, key=number, lines=waiting, owner="warehouse")


@LIFECYCLE.on(PromiseReleased)
def lose_promise(case: SalesOrderCase, event: PromiseReleased) -> Iterator[Effect]:
    """A promise of ours ended. One that we gave back is expected to; any other leaves goods missing."""
    if any(line.counts_on(event.reservation) for line in case.data.lines.values()):
        detail = f"the promise of {event.quantity} {event.item} ended: {event.reason}"
        yield OpenExceptionCase("promise_lost", detail, key=event.reservation, owner="customer_service")


@LIFECYCLE.on(PromiseWithdrawn)
def wait_behind_a_shortage(case: SalesOrderCase, event: PromiseWithdrawn) -> Iterator[Effect]:
    """Less is there than was promised, and this order was the last in line: its shipping order waits for goods."""
    yield from stock.withdraw(case, event)


@LIFECYCLE.on(StockWentNegative)
def own_negative_stock(case: SalesOrderCase, event: StockWentNegative) -> Iterator[Effect]:
    """The warehouse shipped more than the books have there: somebody counts."""
    yield stock_negative(case, event)


@LIFECYCLE.on(FunctionalAcknowledgementReceived)
def read_functional_acknowledgement(case: SalesOrderCase, event: FunctionalAcknowledgementReceived) -> Iterator[Effect]:
    """An EDI customer's syntax receipt; only a refusal needs somebody."""
    if event.acknowledgement.verdict in ("rejected", "partially_accepted"):
        detail = f"{event.partner} could not read {event.document} {event.number}"
        yield OpenExceptionCase("functional_acknowledgement_rejected", detail, key=f"{event.document} {event.number}")
