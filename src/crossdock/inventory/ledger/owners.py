"""Whose the goods are that lie in our warehouses, and which of them may be promised.

An owner is `own`, or a kind and a party: `consignment_in:<supplier>` and `vendor_managed:<supplier>` are a supplier's
goods until we use them, `consignment_out:<customer>` ours at a customer's, `customer_owned:<customer>` not ours.
"""

from __future__ import annotations

from crossdock.model.stock import OWN, StockMoveLine

SUPPLIERS = ("consignment_in", "vendor_managed")
NEVER_PROMISED = ("consignment_out", "customer_owned")

# Where goods go when they are used; back to the supplier, into a correction or a claim they stay the supplier's.
_USED = frozenset(("customer", "scrap", "own_use", "assembly"))


def promisable(owner: str) -> bool:
    """May goods of this owner be promised to customers?"""
    return owner == OWN or _kind(owner) in SUPPLIERS


def known_owner(owner: str) -> bool:
    """Is it written as an owner is: `own`, or a kind and a party?"""
    kind, _, party = owner.partition(":")
    return owner == OWN or (kind in SUPPLIERS + NEVER_PROMISED and bool(party))


def passes_to(line: StockMoveLine) -> str | None:
    """Who owns a supplier's goods after this movement, if that is somebody else than before."""
    if _kind(line.owner) not in SUPPLIERS or line.to_state not in _USED:
        return None
    return "customer" if line.to_state == "customer" else OWN


def _kind(owner: str) -> str:
    return owner.partition(":")[0]
