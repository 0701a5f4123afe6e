"""Which supplier ships an item straight to the customer, and what the purchase order for it is called."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence

from crossdock.model.masterdata import Item
from crossdock.model.stock_policy import DropShipRule
from crossdock.rules.stock_policy import Subject, first

_DIGEST_BYTES = 10
_PREFIX = "DS"


def rule_for(
    rules: Sequence[DropShipRule], item: Item, subject: Subject, on: dt.date, *, is_kit: bool
) -> DropShipRule | None:
    """The rule by which an item is drop-shipped, if one holds. Charges are nothing to ship; kits may lie with us in
    parts, and what goods weigh is known where they are weighed: none of them is drop-shipped, whatever a rule names."""
    if is_kit or item.kind != "stock" or item.second_unit:
        return None
    return first(rules, subject, on)


def order_number(company_id: str, channel: str, order: str, supplier: str, currency: str) -> str:
    """The number of the purchase order that has a supplier ship lines of a sales order, in one currency.

    Always the same for the same order, and of 18 characters whatever the order is called: a partner takes 22 (X12
    BEG03), and the shipments that are named after it fit into 30 (BSN02).
    """
    named = "\0".join((company_id, channel, order, supplier, currency))
    digest = hashlib.blake2b(named.encode(), digest_size=_DIGEST_BYTES).digest()
    return _PREFIX + base64.b32encode(digest).decode()
