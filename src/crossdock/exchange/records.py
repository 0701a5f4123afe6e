"""What a partner's document means to us: which case it reaches, its identity, and the keys it brings."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from crossdock.events.purchase_order import FunctionalAcknowledgementReceived, PurchaseOrderAcknowledged
from crossdock.events.reconciliation import StockCounted, StockStated
from crossdock.events.sales_order import SalesOrderCancelled, SalesOrderPlaced
from crossdock.events.supplier_documents import ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.exchange.acknowledgements import DOCUMENT_OF_GROUP
from crossdock.exchange.agreements import Desk
from crossdock.exchange.envelopes import control_key
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.fulfillment import InventoryReport
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.reconciliation import BOOK, StatedLevel, StockStatement
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.ship_notice import ShipNotice
from crossdock.ports.connector import RawDocument, Record, Route
from crossdock.project.network import Agreement


class NotTaken(Exception):
    """A readable document that means nothing we can act on. Inside translation only: it becomes a fault."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Letter:
    """What stands around a document that came in."""

    desk: Desk
    agreement: Agreement
    raw: RawDocument
    pointer: str

    @property
    def company(self) -> str:
        """Our company it is addressed to."""
        return self.agreement.company

    @property
    def partner(self) -> str:
        """Who sent it."""
        return self.agreement.partner

    def record(
        self,
        body: msgspec.Struct,
        identity: tuple[str, str, str],
        *,
        subject: str = "",
        route: Route | None = None,
        keys: tuple[Route, ...] = (),
    ) -> Record:
        """A record of it. To us it happened when it came; `identity` is document type, number and revision."""
        document, number, revision = identity
        return Record(
            body=body,
            company_id=self.company,
            occurred_at=self.raw.received_at,
            subject=subject,
            route=route,
            identity=(document, self.partner, number, revision),
            keys=keys,
            pointer=self.pointer,
        )


def record_of(document: str, body: msgspec.Struct, letter: Letter) -> Record:
    """The record of a document; `NotTaken` if it means nothing to us."""
    reader = READERS.get(document)
    if reader is None:
        raise NotTaken("document_unknown", f"nothing is done with {document or 'documents of this kind'}")
    return reader(body, letter)


def business_number(text: str) -> str:
    """A number without the sign that separates the parts of a subject; a document without a number is not taken."""
    cleaned = text.strip().replace("/", "-")
    if not cleaned:
        raise NotTaken("number_missing", "the document has no number")
    return cleaned


def _functional_acknowledgement(body: FunctionalAcknowledgement, letter: Letter) -> Record:
    """The partner's syntax receipt: it names the group of ours by its control number, which leads to the document."""
    key = control_key(letter.agreement, body.group_id, body.group_control_number)
    received = FunctionalAcknowledgementReceived(
        partner=letter.partner,
        document=DOCUMENT_OF_GROUP.get(body.group_id, body.group_id),
        number="",
        acknowledgement=msgspec.structs.replace(body, company_id=letter.company),
    )
    record = letter.record(received, ("functional_acknowledgement", key.value, body.verdict), route=key)
    return msgspec.structs.replace(record, answers=True)


def _purchase_order_acknowledgement(body: PurchaseOrderAcknowledgement, letter: Letter) -> Record:
    """An order may be answered as often as there is news, so another answer is another document and only the same
    answer again is a repetition."""
    order = business_number(body.order_number)
    digest = hashlib.blake2b(msgspec.json.encode(body), digest_size=8).hexdigest()
    return letter.record(
        PurchaseOrderAcknowledged(msgspec.structs.replace(body, order_number=order)),
        ("purchase_order_acknowledgement", order, digest),
        subject=f"purchase_order/{letter.company}/{order}",
    )


def _ship_notice(body: ShipNotice, letter: Letter) -> Record:
    number = business_number(body.number)
    packs = dict.fromkeys(line.pack for line in body.lines if line.pack)
    keys = [Route("ship_notice", letter.partner, number)]
    if body.tracking:
        keys.append(Route("tracking_number", body.carrier or letter.partner, body.tracking))
    keys += [Route("pack", letter.partner, pack) for pack in packs]
    return letter.record(
        ShipNoticeReceived(msgspec.structs.replace(body, number=number)),
        ("ship_notice", number, ""),
        subject=f"ship_notice/{letter.company}/{letter.partner}/{number}",
        keys=tuple(keys),
    )


def _invoice(body: Invoice, letter: Letter) -> Record:
    """What a supplier asks for, or gives back: a credit note is told apart by its kind."""
    number = business_number(body.number)
    return letter.record(
        SupplierInvoiceReceived(msgspec.structs.replace(body, number=number)),
        ("supplier_invoice", number, ""),
        subject=f"supplier_invoice/{letter.company}/{letter.partner}/{number}",
        keys=(Route("supplier_invoice", letter.partner, number),),
    )


def _inventory_report(body: InventoryReport, letter: Letter) -> Record:
    """What a partner says it has. Of our goods, it is compared with our books, or it is a count where that was agreed;
    what a supplier has of its own is only kept."""
    stock, levels = letter.agreement.stock, body.levels
    unknown = sum(not level.item for level in levels)
    if stock is not None and unknown:
        words = f"{unknown} of its quantities are of items nobody here knows: name them among the partner's `items`"
        raise NotTaken("item_unknown", words)
    levels = tuple(level for level in levels if level.item)
    # Who says what may be sold says it of goods in one condition; else only one number per item is known.
    whole = all(level.condition == BOOK for level in levels)
    levels = levels if whole else tuple(level for level in levels if level.condition != BOOK)
    counts = stock is not None and stock.counts
    if counts and whole:
        raise NotTaken(
            "condition_unknown", "a count says how much can be sold (QTY*33); this says only what is on hand"
        )
    statement = StockStatement(
        company_id=letter.company,
        system=letter.partner,
        kind="warehouse" if stock is not None else "supplier",
        location=stock.location if stock is not None else letter.partner,
        number=f"{business_number(body.number)}@{body.at:%Y%m%dT%H%M%SZ}",
        stated_at=body.at,
        levels=tuple(StatedLevel(level.item, level.quantity, level.condition, level.lot) for level in levels),
        conditions=tuple(sorted({level.condition for level in levels})) or ("unrestricted",),
        complete=stock is not None and stock.complete,
        uncertainty_seconds=60 * stock.uncertainty_minutes if stock is not None else 0,
    )
    place = f"{letter.partner}.{statement.location}"
    record = letter.record(
        StockCounted(statement) if counts else StockStated(statement),
        ("stock_statement", f"{statement.location}.{statement.number}", ""),
        subject=f"stock_statement/{letter.company}/{place}/{statement.number}",
        keys=(Route("inventory_report", letter.partner, body.number),),
    )
    return msgspec.structs.replace(record, occurred_at=min(body.at, letter.raw.received_at))


def _purchase_order(body: PurchaseOrder, letter: Letter) -> Record:
    """A customer's purchase order is our sales order: what it ordered we have promised by our agreement."""
    order = _sales_order(body, letter)
    keys = (
        Route("sales_order", order.channel, order.number),
        Route("customer_reference", letter.partner, order.customer_reference),
    )
    record = letter.record(
        SalesOrderPlaced(order),
        ("purchase_order", order.number, str(body.revision)),
        subject=f"sales_order/{letter.company}/{order.channel}/{order.number}",
        keys=keys,
    )
    return _on(body.ordered_on, record, letter)


def _on(day: dt.date, record: Record, letter: Letter) -> Record:
    """The record of what the partner did on a day, without saying when: known to the day, where the partner lives."""
    at = letter.desk.instant_of(day, letter.raw.received_at)
    if at is None:
        return record
    zone = letter.desk.partner.zone
    return msgspec.structs.replace(record, occurred_at=at, occurred_precision="day", occurred_zone=zone)


def _sales_order(body: PurchaseOrder, letter: Letter) -> SalesOrder:
    channel = letter.desk.channel
    currency = body.currency or letter.agreement.currency
    return SalesOrder(
        company_id=letter.company,
        channel=channel.id if channel else letter.partner,
        number=business_number(body.number),
        customer=PartyRef(
            id=letter.agreement.customer or body.buyer.their_id or body.buyer.id,
            their_id=body.buyer.their_id,
            qualifier=body.buyer.qualifier,
            name=body.buyer.name or letter.desk.partner.name,
            country=body.buyer.country or letter.desk.partner.country,
        ),
        # Only the day is known, and the same order sent again must say the same.
        ordered_at=letter.desk.start_of(body.ordered_on),
        currency=currency,
        lines=tuple(
            SalesOrderLine(
                line=line.line,
                item=line.item,
                quantity=line.quantity,
                price=line.price,
                their_line=line.their_line,
                their_item=line.buyer_item,
                description=line.description,
                due_on=line.schedules[0].due_on if line.schedules else body.due_on,
                sample=not line.price.amount,
            )
            for line in body.lines
        ),
        ship_to=body.ship_to,
        promise=channel.promise if channel else "told",
        charges=body.charges,
        customer_reference=body.number,
    )


def _purchase_order_change(body: PurchaseOrderChange, letter: Letter) -> Record:
    """A customer may cancel lines; whatever else it wants to change, a person talks to it. A date in the head beside
    cancelled lines is that of the order, said again."""
    changed = any(line.action != "cancel" for line in body.lines)
    if changed or not (body.lines or body.whole_order):
        raise NotTaken("change_not_supported", f"order {body.number} is to be changed other than by cancelling lines")
    number = business_number(body.number)
    channel = letter.desk.channel
    return letter.record(
        SalesOrderCancelled(tuple(line.line for line in body.lines), reason=f"cancelled by {letter.partner}"),
        ("purchase_order_change", number, str(body.revision)),
        subject=f"sales_order/{letter.company}/{channel.id if channel else letter.partner}/{number}",
    )


READERS: dict[str, Callable[[Any, Letter], Record]] = {
    "functional_acknowledgement": _functional_acknowledgement,
    "purchase_order_acknowledgement": _purchase_order_acknowledgement,
    "ship_notice": _ship_notice,
    "invoice": _invoice,
    "inventory_report": _inventory_report,
    "purchase_order": _purchase_order,
    "purchase_order_change": _purchase_order_change,
}
"""By the name the maps give a document."""

AGREED_AS = {"invoice": "supplier_invoice"}
"""What an agreement calls a document that the maps name otherwise."""
