"""Price catalogues (X12 832, EDIFACT PRICAT, UBL Catalogue)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, Price, Quantity

CatalogueAction = Literal["add", "change", "delete", "unchanged"]


class CataloguePrice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One price of an item: its kind as the seller calls it (`list`, `net`, `retail`), from a quantity on."""

    price: Price
    kind: str = "net"
    from_quantity: Quantity | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class CatalogueLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item as its seller offers it. `unit` is what it is ordered in, `pack` how much of it one of those holds."""

    line: str
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    description: str = ""
    action: CatalogueAction = "add"
    unit: str = EACH
    pack: Quantity | None = None
    minimum: Quantity | None = None
    prices: tuple[CataloguePrice, ...] = ()
    brand: str = ""


class PriceCatalogue(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a seller offers, at which prices, from when to when."""

    company_id: str
    number: str
    seller: PartyRef
    issued_on: dt.date
    currency: str
    lines: tuple[CatalogueLine, ...]
    buyer: PartyRef | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
