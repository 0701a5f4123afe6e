"""Taxes on goods, as documents tell them: which tax, of which category, at which rate."""

from __future__ import annotations

from decimal import Decimal

import msgspec

TAX_CHARGE = "VAT"
"""The code of the charge that is all of a document's tax, of whatever kind."""


class TaxRate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goods, a charge or an allowance are taxed at. `category` is a code of UN/CEFACT 5305 (`S` standard rate, `Z`
    zero rated, `E` exempt, `AE` reverse charge, `K` within the EU, `G` export, `O` not taxed), `kind` one of 5153
    (`VAT`, `GST`), or the partner's own."""

    category: str = ""
    percent: Decimal | None = None
    kind: str = "VAT"


class Tax(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tax of a document: what it comes to at one rate, and what that is of. `exemption` says why there is none."""

    rate: TaxRate
    amount: Decimal
    taxable: Decimal | None = None
    exemption: str = ""
    exemption_code: str = ""
