"""What a map must know about the agreement, and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal

import msgspec

from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.maps.places import NOWHERE, Place
from crossdock.model.party import PartyRef


def same_item(item: str) -> str | None:
    """The cross-reference of those who share item ids."""
    return item


def no_item(item: str) -> str | None:
    """The cross-reference of those who exchange only their own ids."""
    return None


GTIN_BY_LENGTH = "UK"
"""The qualifier of a GTIN of fourteen digits; where it is agreed, shorter ones have that of their length."""


class MapOptions(msgspec.Struct, frozen=True):
    """Per agreement: where the item ids of both sides stand, and what is assumed where documents say nothing."""

    buyer_item_qualifier: str = "IN"
    supplier_item_qualifier: str = "VN"
    gtin_qualifier: str = GTIN_BY_LENGTH
    currency: str = ""
    """Assumed where a document has no CUR."""
    version: str = "004010"
    zone: dt.tzinfo | None = None
    """Of times that name none, read and written; None: they are taken for UTC."""


class MapContext(msgspec.Struct, frozen=True):
    """Who we are in this exchange. `role` is ours: `buyer` towards suppliers, `supplier` towards retail customers.

    Reading, `our_item` turns the partner's item id into ours, None where it is unknown (fault `item_unknown`); it is
    only asked when the document does not name our own id. Writing, `their_item` gives the partner's id for ours where
    the object carries none, None to leave it out.
    """

    company_id: str
    us: PartyRef
    partner: PartyRef
    role: Literal["buyer", "supplier"]
    our_item: Callable[[str], str | None] = same_item
    their_item: Callable[[str], str | None] = no_item
    options: MapOptions = MapOptions()
    place: Place = NOWHERE
    """Where the ship-to of an order is, written behind who it is."""
    guidelines: Guidelines | None = None
    """What the partner says of its documents; None: the base guides alone hold."""

    def own_number(self, item: str, theirs: str, gtin: str = "") -> str:
        """The number of an item that is ours to write. Of those who share item ids an item goes by the partner's
        number, or the GTIN, where it has no other: that is whose it is, and nobody's else."""
        return "" if item == (theirs or gtin) and self.our_item is same_item else item

    @property
    def buyer(self) -> PartyRef:
        """The side that orders."""
        return self.us if self.role == "buyer" else self.partner

    @property
    def supplier(self) -> PartyRef:
        """The side that delivers."""
        return self.partner if self.role == "buyer" else self.us


class MappedDocument(msgspec.Struct, frozen=True):
    """What a transaction set says. `document` is the name of the object (`purchase_order`, `ship_notice`, ...) or empty
    where the set type is unknown; `body` is None exactly when a fault of severity `error` refuses it."""

    document: str
    body: msgspec.Struct | None
    faults: tuple[Fault, ...] = ()
