"""What an agreement says of the UBL it writes: plain UBL 2.1, or the Peppol BIS 3 of a document.

Sources: OpenPeppol, Peppol BIS Post-Award (docs.peppol.eu/poacc/upgrade-3) and Billing 3.0
(docs.peppol.eu/poacc/billing/3.0), their identifiers of transactions and processes; Peppol Logistics BIS
(docs.peppol.eu/logistics) for the receipt advice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.edi.kernel.writing import CannotWrite

Profile = Literal["", "ordering", "order_only", "advanced_ordering", "despatch", "receipt", "billing", "catalogue"]

_TRANSACTION = "urn:fdc:peppol.eu:poacc:trns:"
_PROCESS = "urn:fdc:peppol.eu:poacc:bis:"
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
CUSTOMIZATIONS = {
    "Order": _TRANSACTION + "order:3",
    "OrderResponse": _TRANSACTION + "order_response:3",
    "OrderChange": _TRANSACTION + "order_change:3",
    "OrderCancellation": _TRANSACTION + "order_cancellation:3",
    "DespatchAdvice": _TRANSACTION + "despatch_advice:3",
    "ReceiptAdvice": "urn:fdc:peppol.eu:logistics:trns:receipt_advice:1",
    "Invoice": _BILLING,
    "CreditNote": _BILLING,
    "Catalogue": _TRANSACTION + "catalogue:3",
}
"""What a document says it follows (`cbc:CustomizationID`)."""

PROFILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "order_only": (_PROCESS + "order_only:3", ("Order",)),
    "ordering": (_PROCESS + "ordering:3", ("Order", "OrderResponse")),
    "advanced_ordering": (
        _PROCESS + "advanced_ordering:3", ("Order", "OrderResponse", "OrderChange", "OrderCancellation"),
    ),
    "despatch": (_PROCESS + "despatch_advice:3", ("DespatchAdvice",)),
    "receipt": ("urn:fdc:peppol.eu:logistics:bis:despatch_advice_w_receipt_advice:1", ("ReceiptAdvice",)),
    "billing": ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", ("Invoice", "CreditNote")),
    "catalogue": (_PROCESS + "catalogue_only:3", ("Catalogue",)),
}  # fmt: skip
"""Our name of a process -> its `cbc:ProfileID`, and the documents that are exchanged in it."""


class Endpoint(msgspec.Struct, frozen=True):
    """An electronic address (`cbc:EndpointID`): `scheme` is a code of Peppol's list, `0088` for a GLN."""

    id: str
    scheme: str


class UblOptions(msgspec.Struct, frozen=True):
    """Without `profile` plain UBL 2.1 is written. Each profile needs both endpoints; billing needs tax besides: the
    category and rate of lines and charges that say none are said here."""

    profile: Profile = ""
    buyer_endpoint: Endpoint | None = None
    supplier_endpoint: Endpoint | None = None
    tax_category: str = ""
    """A code of UN/CEFACT 5305: `S` standard rate, `Z` zero rated, `E` exempt."""
    tax_percent: Decimal | None = None
    tax_exemption: str = ""
    """Why goods of that category are not taxed, for those that need a reason (all but `S` and `Z`)."""
    buyer_tax_id: str = ""
    supplier_tax_id: str = ""


def identified(kind: str, options: UblOptions) -> tuple[str, str]:
    """CustomizationID and ProfileID of a document; empty for plain UBL. Raises `CannotWrite` for a document that is
    not part of the process."""
    if not options.profile:
        return "", ""
    process, kinds = PROFILES[options.profile]
    if kind not in kinds:
        raise CannotWrite(f"{options.profile} of Peppol has no {kind}; it has {' and '.join(kinds)}")
    customization = CUSTOMIZATIONS[kind]
    if options.profile == "advanced_ordering" and kind == "OrderResponse":
        customization = _TRANSACTION + "order_response_advanced:3"
    return customization, process
