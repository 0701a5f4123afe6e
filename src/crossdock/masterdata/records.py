"""Master records that have no place among the business objects."""

from __future__ import annotations

import msgspec

from crossdock.model.handling_unit import HandlingUnit
from crossdock.model.masterdata import Customer, Item, KitComponent, Lot
from crossdock.model.packs import Pack


class CrossReference(msgspec.Struct, frozen=True):
    """A party's id of our item."""

    company_id: str
    party: str
    item: str
    their_item: str


MasterBody = Item | Customer | CrossReference | Pack | KitComponent | Lot | HandlingUnit
