"""Whose the goods are that lie in our warehouses, and which of them may be promised.

An owner is `own`, or a kind and a party: `consignment_in:<supplier>` and `vendor_managed:<supplier>` are a supplier's
goods until we use them, `consignment_out:<customer>` ours at a customer's, `customer_owned:<customer>` not ours.
"""

from __future__ import annotations

from crossdock.model.stock import CONSIGNMENT_OUT, OWN, StockMoveLine

SUPPLIERS = ("consignment_in", "vendor_managed")
NEVER_PROMISED = (CONSIGNMENT_OUT, "customer_owned")

UNRESTRICTED = "unrestricted"

# Where goods go when they are used; back to the supplier, into a correction or a claim they stay the supplier's.
_USED = frozenset(("customer", "scrap", "own_use", "assembly"))


def promisable(owner: str) -> bool:
    """May goods of this owner be promised to customers?"""
    return owner == OWN or _kind(owner) in SUPPLIERS


def known_owner(owner: str) -> bool:
    """Is it written as an owner is: `own`, or a kind and a party?"""
    kind, _, party = owner.partition(":")
    return owner == OWN or (kind in SUPPLIERS + NEVER_PROMISED and bool(party))


def leaves_stock(line: StockMoveLine) -> bool:
    """Does it take from what may be promised?"""
    return line.from_state == UNRESTRICTED and promisable(line.owner)


def enters_stock(line: StockMoveLine) -> bool:
    """Does it bring what may be promised?"""
    return line.to_state == UNRESTRICTED and promisable(line.belongs_to)


def passes_to(line: StockMoveLine) -> str | None:
    """Who owns goods after they were used, if that is somebody else than before: a supplier's that lay with us become
    ours or our customer's, ours that lay with a customer become the customer's."""
    kind = _kind(line.owner)
    if kind in SUPPLIERS and line.to_state in _USED:
        return "customer" if line.to_state == "customer" else OWN
    return "customer" if kind == CONSIGNMENT_OUT and line.to_state == "customer" else None


def _kind(owner: str) -> str:
    return owner.partition(":")[0]
