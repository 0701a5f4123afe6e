"""Master data: items, customers, cross-references, units and packs; in the store, and in memory for the processes."""

from crossdock.masterdata.reads import NetworkReads
from crossdock.masterdata.records import CrossReference, MasterBody, Pack
from crossdock.masterdata.snapshot import Masterdata, upsert
from crossdock.masterdata.units import ConversionRefused, convert

__all__ = [
    "ConversionRefused",
    "CrossReference",
    "MasterBody",
    "Masterdata",
    "NetworkReads",
    "Pack",
    "convert",
    "upsert",
]
