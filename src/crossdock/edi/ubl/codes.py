"""Code lists that UBL documents name, and what they are with us."""

from __future__ import annotations

from crossdock.edi.identifiers import duns
from crossdock.model.invoice import PREPAID_CHARGE, ROUNDING_CHARGE
from crossdock.model.purchase_order import AnswerKind
from crossdock.model.tax import TAX_CHARGE

# ISO 6523 ICD codes as Peppol writes them (`schemeID`), beside the names that older documents use. Ours are those of
# `PartyRef.qualifier`.
GLN, DUNS = "0088", "0060"
QUALIFIERS = {GLN: "UL", "GLN": "UL", "EAN": "UL", "GS1": "UL", DUNS: "1", "DUNS": "1"}
SCHEMES = {"UL": GLN, "1": DUNS, "9": DUNS}
ENDPOINTS = ("UL", "1")
"""Of these, those whose numbers an electronic address of Peppol may be."""
GTIN = "0160"
SSCC = "SSCC"

# Data element 1229 of UN/EDIFACT (action code), as Peppol's order messages use it.
LINE_CHANGES = {"1": "add", "2": "cancel", "3": "change"}
LINE_ANSWERS: dict[str, AnswerKind] = {
    "1": "changed", "3": "changed", "5": "accepted", "7": "rejected", "42": "accepted",
}  # fmt: skip
# Data element 4343 (response type code), and the codes of 1225 that were written before it.
OF_ALL: dict[str, AnswerKind] = {
    "": "accepted", "AP": "accepted", "CA": "accepted", "29": "accepted", "30": "accepted", "RE": "rejected",
    "27": "rejected",
}  # fmt: skip

# Data element 1001: kinds of documents that an Invoice may be although they give money back.
CREDITS = ("381", "83", "261", "262", "308", "396", "420", "458", "532")
# Those that are plain invoices: commercial, metered, partial, corrected, tax, factored, consignment, of works.
PLAIN = ("", "380", "82", "326", "384", "388", "393", "395", "751", "875", "876", "877")

# Data element 5305 (tax category code).
NOT_TAXED = "O"

# Charges of ours that UBL has elements of its own for.
TAX, PREPAID, ROUNDING = TAX_CHARGE, PREPAID_CHARGE, ROUNDING_CHARGE


def qualifier_of(scheme: str, number: str) -> str:
    """Ours for the scheme of a number; that of others is their name."""
    found = QUALIFIERS.get(scheme, scheme)
    return duns(number) if found == QUALIFIERS[DUNS] else found
