"""What documents tell of lots and handling units besides their own business: kept beside master data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from crossdock.events.supplier_documents import GoodsReceiptPosted, ShipNoticeReceived
from crossdock.masterdata.records import MasterBody
from crossdock.model.handling_unit import HandlingUnit, HandlingUnitLine, sscc_fault
from crossdock.model.masterdata import Lot
from crossdock.model.ship_notice import GoodsReceiptLine, ShipNoticeLine


def described(body: msgspec.Struct, company_id: str) -> Iterator[MasterBody]:
    """The lots and handling units that a ship notice or a receipt speaks of, once its quantities are in base units.

    A pack whose number is no sound SSCC-18 is the sender's own mark: it is no handling unit.
    """
    match body:
        case ShipNoticeReceived(notice):
            yield from _of_lines(company_id, notice.supplier.id, f"ship_notice {notice.number}", notice.lines)
        case GoodsReceiptPosted(receipt):
            yield from _of_lines(company_id, receipt.supplier, f"goods_receipt {receipt.number}", receipt.lines)


def _of_lines(
    company_id: str, party: str, document: str, lines: Iterable[ShipNoticeLine | GoodsReceiptLine]
) -> Iterator[MasterBody]:
    units: dict[str, list[HandlingUnitLine]] = {}
    for line in lines:
        if line.item and line.lot:
            yield Lot(company_id, line.item, line.lot, line.expires_on, None, party, document)
        if line.pack and not sscc_fault(line.pack):
            held = HandlingUnitLine(line.item, line.quantity, line.lot, line.serials)
            units.setdefault(line.pack, []).append(held)
    for sscc, held_lines in units.items():
        yield HandlingUnit(company_id, sscc, document, tuple(held_lines), party)
