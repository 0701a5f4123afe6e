"""Which functional group (GS01) a transaction set belongs into; of the sets that trade and transport use."""

from __future__ import annotations

FUNCTIONAL_IDS: dict[str, str] = {
    "180": "AN", "204": "SM", "210": "IM", "214": "QM", "753": "RF", "754": "RG", "810": "IN", "812": "CD",
    "816": "OR", "820": "RA", "824": "AG", "830": "PS", "832": "SC", "846": "IB", "850": "PO", "852": "PD",
    "855": "PR", "856": "SH", "860": "PC", "861": "RC", "862": "SS", "864": "TX", "865": "CA", "867": "PT",
    "869": "RS", "870": "RS", "875": "OG", "880": "GP", "940": "OW", "943": "AR", "944": "RE", "945": "SW",
    "947": "AW", "990": "GF", "997": "FA", "999": "FA",
}  # fmt: skip
