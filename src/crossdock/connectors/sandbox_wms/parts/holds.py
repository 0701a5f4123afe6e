"""Goods that are kept apart until somebody decides about them, in the WMS's own words."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.connectors._kit.reading import Instant, code, decode, number, positive_quantity, utc
from crossdock.connectors._kit.webhooks import Webhook
from crossdock.connectors._kit.writing import VendorCall, plain
from crossdock.connectors.sandbox_wms.parts.site import Site, stock_owner
from crossdock.events.supplier_documents import InventoryHoldCarriedOut
from crossdock.model.ship_notice import HoldAction, InventoryHold, InventoryHoldLine
from crossdock.ports.connector import Record

ACTIONS: dict[str, HoldAction] = {"HOLD": "hold", "RELEASE": "release", "REMOVE": "remove"}
_THEIRS = {ours: theirs for theirs, ours in ACTIONS.items()}


class HeldLine(msgspec.Struct):
    """So much of one article."""

    line: str
    sku: str
    qty: str
    stock_owner: str = "own"


class Held(msgspec.Struct):
    """What was put aside, let go or sent away, of which receipt."""

    owner: str
    site: str
    at: Instant
    hold: str
    receipt: str
    action: str
    lines: list[HeldLine]


def carried_out(message: Webhook, site: Site) -> Record:
    """The warehouse did it."""
    data = decode(message.data, Held)
    company = site.check(data.owner, data.site)
    receipt = number(data.receipt)
    hold = InventoryHold(
        company_id=company,
        number=number(data.hold),
        warehouse=data.site,
        receipt=receipt,
        action=code(ACTIONS, data.action, "action"),
        lines=tuple(
            InventoryHoldLine(line.line, line.sku, positive_quantity(line.qty), owner=stock_owner(line.stock_owner))
            for line in data.lines
        ),
    )
    return Record(
        body=InventoryHoldCarriedOut(hold),
        company_id=company,
        occurred_at=utc(data.at),
        subject=f"goods_receipt/{company}/{data.site}/{receipt}",
        identity=("inventory_hold", site.system, hold.number, ""),
        pointer="/data",
    )


def inventory_hold(hold: InventoryHold) -> VendorCall:
    """Goods to be put aside, let go or sent away."""
    payload: dict[str, Any] = {
        "owner": hold.company_id,
        "hold": hold.number,
        "receipt": hold.receipt,
        "action": _THEIRS[hold.action],
        "lines": [
            {"line": line.line, "sku": line.item, "qty": plain(line.quantity.amount), "stock_owner": line.owner}
            for line in hold.lines
        ],
    }
    return VendorCall("/wms/v1/holds", payload)
