"""Whose number of an item a qualifier of data element 235 says it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from crossdock.edi.guidelines.form import Guideline, Segment
from crossdock.edi.maps.context import GTIN_BY_LENGTH, MapOptions

# Where a partner uses another qualifier than agreed, these are tried, in this order.
BUYER_QUALIFIERS = ("IN", "BP", "CB", "PI", "SK", "PN", "IT")
SUPPLIER_QUALIFIERS = ("VN", "VP", "VC", "VA", "VS", "SK", "MG", "MF")
GTIN_QUALIFIERS = ("UK", "UP", "EN", "UA", "EO", "UI", "UD", "UX")
ANYBODYS_QUALIFIERS = ("IB", "ND", "N4", "N1", "N2", "N3", "MN", "ZZ")
"""Numbers that are nobody's own, such as ISBN and NDC: by them an item goes that has no other number."""
NO_ITEMS = frozenset(
    ("BL", "BO", "C3", "CG", "CH", "CL", "CM", "DR", "EC", "GC", "IZ", "LT", "ON", "PD", "PL", "PO", "PR", "RC", "RN")
) | {"RS", "SE", "SM", "SN", "SZ", "TP"}  # fmt: skip
"""Numbers of data element 235 that are no item's: of a lot, a piece, an order, a change; colour, size, origin."""
ITEM_QUALIFIERS = frozenset((*BUYER_QUALIFIERS, *SUPPLIER_QUALIFIERS, *GTIN_QUALIFIERS, *ANYBODYS_QUALIFIERS))
"""All by which an item may go."""
_BY_LENGTH = ("UK", "UP", "EN", "EO")
"""Those a GTIN is written under where none is agreed."""


def as_described(options: MapOptions, guideline: Guideline) -> MapOptions:
    """The options with the qualifiers that a guideline lists for numbers of an item, where it does not list those
    agreed."""
    listed = {qualifier for pairs in _pairs(guideline.segments) for qualifier in pairs}
    if not listed:
        return options
    return msgspec.structs.replace(
        options,
        buyer_item_qualifier=_listed(options.buyer_item_qualifier, BUYER_QUALIFIERS, listed),
        supplier_item_qualifier=_listed(options.supplier_item_qualifier, SUPPLIER_QUALIFIERS, listed),
        gtin_qualifier=options.gtin_qualifier
        if options.gtin_qualifier == GTIN_BY_LENGTH and not listed.isdisjoint(_BY_LENGTH)
        else _listed(options.gtin_qualifier, GTIN_QUALIFIERS, listed),
    )


def _pairs(segments: tuple[Segment, ...]) -> Iterator[Collection[str]]:
    for segment in segments:
        if segment.pairs is not None:
            yield segment.pairs.ids
        yield from _pairs(segment.segments)


def _listed(agreed: str, known: tuple[str, ...], listed: set[str]) -> str:
    return agreed if agreed in listed else next((each for each in known if each in listed), agreed)
