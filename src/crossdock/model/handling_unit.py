"""Handling units: pallets and cartons with a number of their own, and what they hold."""

from __future__ import annotations

import msgspec

from crossdock.model.quantity import Quantity


class HandlingUnitLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods in a handling unit: `serials` are the numbers of single pieces, where they have any."""

    item: str
    quantity: Quantity
    lot: str = ""
    serials: tuple[str, ...] = ()


class HandlingUnit(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a document says a pallet or carton holds. `party` is who packed it; `document` the document that says so."""

    company_id: str
    sscc: str
    document: str
    lines: tuple[HandlingUnitLine, ...]
    party: str = ""


def sscc_fault(text: str) -> str:
    """What is wrong with a Serial Shipping Container Code, in words; empty if nothing is.

    Eighteen digits, the last of which checks the others: GS1 General Specifications, section 7.9 (weights 3 and 1 from
    the right). The application identifier `00` before them is not part of it.
    """
    if len(text) != 18 or not (text.isascii() and text.isdigit()):
        return f"{text!r} is no SSCC: 18 digits"
    digit = check_digit(text[:-1])
    return "" if text[-1] == digit else f"SSCC {text} ends in {text[-1]}; its other digits call for {digit}"


def check_digit(digits: str) -> str:
    """The GS1 check digit behind these digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)
