"""Transfers between sites in the WMS's own words."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.connectors._kit.reading import Instant, code, decode, number, positive_quantity, utc
from crossdock.connectors._kit.webhooks import Webhook
from crossdock.connectors._kit.writing import VendorCall, plain
from crossdock.connectors.sandbox_wms.parts.site import CONDITIONS, Site
from crossdock.events.transfer import TransferReceived, TransferShipped
from crossdock.model.transfer import (
    TransferAdvice,
    TransferLine,
    TransferOrder,
    TransferReceipt,
    TransferReceiptLine,
)
from crossdock.ports.connector import Record, Route


class MovedLine(msgspec.Struct):
    """Goods of one line of a transfer."""

    line: str
    sku: str
    qty: str
    condition: str = "OK"


class Shipped(msgspec.Struct):
    """What left for another site."""

    owner: str
    site: str
    at: Instant
    transfer: str
    to_site: str
    shipment: str
    lines: list[MovedLine]
    final: bool = True


class Received(msgspec.Struct):
    """What was counted in from another site."""

    owner: str
    site: str
    at: Instant
    transfer: str
    receipt: str
    lines: list[MovedLine]
    final: bool = False


def transfer_shipped(message: Webhook, site: Site) -> Record:
    """The first leg: goods left here."""
    data = decode(message.data, Shipped)
    company = site.check(data.owner, data.site)
    advice = TransferAdvice(
        company_id=company,
        number=number(data.transfer),
        shipment=number(data.shipment),
        from_location=data.site,
        to_location=data.to_site,
        shipped_at=utc(data.at),
        lines=tuple(TransferLine(line.line, line.sku, positive_quantity(line.qty)) for line in data.lines),
        final=data.final,
    )
    return Record(
        body=TransferShipped(advice),
        company_id=company,
        occurred_at=advice.shipped_at,
        subject=f"transfer/{company}/{advice.number}",
        identity=("transfer_shipment", site.system, advice.shipment, ""),
        keys=(Route("transfer_shipment", data.site, advice.shipment),),
        pointer="/data",
    )


def transfer_received(message: Webhook, site: Site) -> Record:
    """The second leg: goods were counted in here."""
    data = decode(message.data, Received)
    company = site.check(data.owner, data.site)
    receipt = TransferReceipt(
        company_id=company,
        number=number(data.transfer),
        receipt=number(data.receipt),
        warehouse=data.site,
        received_at=utc(data.at),
        lines=tuple(
            TransferReceiptLine(
                line.line, line.sku, positive_quantity(line.qty), code(CONDITIONS, line.condition, "condition")
            )
            for line in data.lines
        ),
        final=data.final,
    )
    return Record(
        body=TransferReceived(receipt),
        company_id=company,
        occurred_at=receipt.received_at,
        subject=f"transfer/{company}/{receipt.number}",
        identity=("transfer_receipt", site.system, receipt.receipt, ""),
        keys=(Route("transfer_receipt", data.site, receipt.receipt),),
        pointer="/data",
    )


def transfer_order(order: TransferOrder) -> VendorCall:
    """Goods that are to go to another site."""
    payload: dict[str, Any] = {
        "owner": order.company_id,
        "transfer": order.number,
        "to_site": order.to_location,
        "lines": _lines(order.lines),
    }
    return VendorCall("/wms/v1/transfer-orders", payload)


def transfer_advice(advice: TransferAdvice) -> VendorCall:
    """Goods that come from another site."""
    payload: dict[str, Any] = {
        "owner": advice.company_id,
        "transfer": advice.number,
        "shipment": advice.shipment,
        "from_site": advice.from_location,
        "eta": advice.expected_on,
        "lines": _lines(advice.lines),
    }
    return VendorCall("/wms/v1/transfer-advices", payload)


def _lines(lines: tuple[TransferLine, ...]) -> list[dict[str, str]]:
    return [{"line": line.line, "sku": line.item, "qty": plain(line.quantity.amount)} for line in lines]
