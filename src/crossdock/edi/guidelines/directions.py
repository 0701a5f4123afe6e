"""Who sends which document, by the kind of partner: a customer orders of us, and we of a supplier."""

from __future__ import annotations

from crossdock.edi.guidelines.form import Direction

_BY_CUSTOMERS = frozenset((
    "850", "860", "875", "820", "830", "862", "852", "867", "869", "861", "754",
    "ORDERS", "ORDCHG", "REMADV", "DELFOR", "SLSRPT", "RECADV",
))  # fmt: skip
"""What who buys sends."""
_TO_CUSTOMERS = frozenset((
    "855", "865", "856", "810", "880", "832", "846", "870", "753",
    "ORDRSP", "DESADV", "INVOIC", "INVRPT", "PRICAT", "OSTRPT",
))  # fmt: skip
"""What who sells sends."""
_SENT: dict[str, frozenset[str]] = {
    "customer": _TO_CUSTOMERS,
    "marketplace": _TO_CUSTOMERS,
    "supplier": _BY_CUSTOMERS,
    "warehouse": frozenset(("940", "943")),
    "carrier": frozenset(("204", "IFTMIN")),
}
"""What we send, by the kind of partner."""


def direction_of(document: str, kind: str) -> Direction:
    """`out`: we send it; `in`: the partner does, and where both may or we know nothing of it."""
    return "out" if document in _SENT[kind] else "in"
