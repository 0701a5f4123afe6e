"""What despatch and receipt advices share: lots, serial numbers, packs and which order line goods are of."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import SSCC
from crossdock.edi.ubl.reading import Node, Reading
from crossdock.edi.ubl.writing import day
from crossdock.model.handling_unit import sscc_fault

_LOT = "cac:ItemInstance/cac:LotIdentification/"


class Instances(NamedTuple):
    """What `cac:ItemInstance` says of goods."""

    lot: str
    expires_on: dt.date | None
    serials: tuple[str, ...]


def instances(reading: Reading, item: Node | None) -> Instances:
    """Lot, its expiry date (or best-before date) and serial numbers of a `cac:Item`."""
    serials = (reading.take(node) for node in reading.all(item, "cac:ItemInstance/cbc:SerialID"))
    expires_on = reading.date(item, _LOT + "cbc:ExpiryDate", "cac:ItemInstance/cbc:BestBeforeDate")
    return Instances(reading.text(item, _LOT + "cbc:LotNumberID"), expires_on, tuple(each for each in serials if each))


def built(lot: str, expires_on: dt.date | None, serials: tuple[str, ...]) -> tuple[Maybe, ...]:
    """The `cac:ItemInstance` of goods: one for the lot, one for each serial number."""
    of_lot = aggregate("LotIdentification", leaf("LotNumberID", lot), day("ExpiryDate", expires_on))
    return (
        aggregate("ItemInstance", of_lot),
        *(aggregate("ItemInstance", leaf("SerialID", serial)) for serial in serials),
    )


def pack(reading: Reading, line: Node) -> str:
    """The pallet or carton that the goods of a line are in."""
    return reading.text(
        line,
        "cac:Shipment/cac:TransportHandlingUnit/cbc:ID",
        "cac:Shipment/cac:TransportHandlingUnit/cac:ActualPackage/cbc:ID",
    )


def in_pack(number: str) -> Maybe:
    """The pallet or carton that goods are in; one that is no SSCC is the sender's own number."""
    if not number:
        return None
    unit = aggregate("TransportHandlingUnit", leaf("ID", number, schemeID="" if sscc_fault(number) else SSCC))
    return aggregate("Shipment", leaf("ID", number), unit)


def order_line(reading: Reading, line: Node) -> tuple[str, str]:
    """The order and the line of it that goods are of; the order of the document where the line names none."""
    reference = reading.one(line, "cac:OrderLineReference")
    found = reading.text(reference, "cac:OrderReference/cbc:ID")
    found = found or reading.text(reading.root, "cac:OrderReference/cbc:ID")
    of_line = reading.text(reference, "cbc:LineID")
    if not found:
        reading.fault("order_reference_missing", line)
    if not of_line:
        reading.fault("line_reference_missing", line)
    return found, of_line
