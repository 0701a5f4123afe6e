"""Codes of charges and allowances that the lists of X12, EDIFACT and UBL share: a document's own stays in its object,
and is written as the list of the target names it.

Sources: X12 data element 1300 as public partner guides give it; UNCL 7161 (special services) and 5189 (allowances) of
UN/EDIFACT D.16B, as Peppol BIS Billing 3 lists them.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.model.purchase_order import Charge

_SERVICES = {
    "A990": "CA", "C040": "DL", "C680": "AEV", "D240": "FC", "D500": "HD", "F190": "PL", "G360": "RAB", "G470": "RAF",
    "G830": "SAA", "G870": "SG", "G970": "AEL", "H090": "SH",
}  # fmt: skip
"""Cataloguing, delivery, environmental protection, freight, handling, palletizing, repacking, restocking, shipping and
handling, shrink wrap, small order, special handling."""
_ALLOWANCES = {"C310": "95"}
"""Discount."""
_OF_X12 = {theirs: ours for ours, theirs in (_SERVICES | _ALLOWANCES).items()}


def service(code: str) -> str:
    """The code of 7161 for one of X12; any other as it is."""
    return _SERVICES.get(code, code)


def reason(code: str, *, allowance: bool) -> str:
    """The code that UBL gives as the reason: of 5189 for an allowance, of 7161 for a charge."""
    return _ALLOWANCES.get(code, code) if allowance else service(code)


def of_x12(code: str) -> str:
    """The code of X12 for one of 7161 or 5189; any other as it is."""
    return _OF_X12.get(code, code)


Pair = tuple[Charge | None, Charge | None]
"""A charge of one document and that of another which is the same; None where one lacks it."""


def paired(first: Sequence[Charge], second: Sequence[Charge]) -> list[Pair]:
    """The charges of two documents by what they are for: where several are for one thing, by how much as well. Where
    each stands says nothing."""
    found: dict[int, Charge] = {}
    left = list(second)
    for key in (_exactly, _kind):
        for at, one in enumerate(first):
            same = next((each for each in left if at not in found and key(each) == key(one)), None)
            if same is not None:
                left.remove(same)
                found[at] = same
    return [*((one, found.get(at)) for at, one in enumerate(first)), *((None, other) for other in left)]


def _kind(charge: Charge) -> tuple[object, ...]:
    return of_x12(charge.code), charge.line


def _exactly(charge: Charge) -> tuple[object, ...]:
    return *_kind(charge), charge.amount, charge.description
