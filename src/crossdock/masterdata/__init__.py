"""Master data: items, customers, cross-references, packs, kits, lots; in the store, and in memory for the processes."""

from crossdock.masterdata.reads import NetworkReads
from crossdock.masterdata.records import CrossReference, MasterBody
from crossdock.masterdata.snapshot import KitRefused, Masterdata, bodies_of, handling_units, lots, upsert

__all__ = [
    "CrossReference",
    "KitRefused",
    "MasterBody",
    "Masterdata",
    "NetworkReads",
    "bodies_of",
    "handling_units",
    "lots",
    "upsert",
]
