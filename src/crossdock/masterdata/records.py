"""Master records that have no place among the business objects."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from crossdock.model.masterdata import Customer, Item


class CrossReference(msgspec.Struct, frozen=True):
    """A party's id of our item."""

    company_id: str
    party: str
    item: str
    their_item: str


class Pack(msgspec.Struct, frozen=True):
    """One `unit` of an item (a case, a pallet) holds so many of the item's base unit, as an exact ratio."""

    company_id: str
    item: str
    unit: str
    contains_numerator: int
    contains_denominator: int = 1

    @property
    def contains(self) -> Fraction:
        """Base units in one pack."""
        return Fraction(self.contains_numerator, self.contains_denominator)


MasterBody = Item | Customer | CrossReference | Pack
