from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.events.supplier_documents import GoodsReceiptPosted, ShipNoticeReceived
from crossdock.masterdata.described import described
from crossdock.model.handling_unit import HandlingUnit, HandlingUnitLine
from crossdock.model.masterdata import Lot
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, ShipNotice, ShipNoticeLine

UK, AT = "albion_uk", dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
SSCC = "376104250021234569"
SIX = Quantity(Decimal(6))


def line(pack: str = "", lot: str = "", item: str = "MUG", expires_on: dt.date | None = None) -> ShipNoticeLine:
    return ShipNoticeLine("4500001", "1", item, SIX, pack=pack, lot=lot, expires_on=expires_on, serials=("S1",))


def notice(*lines: ShipNoticeLine) -> ShipNoticeReceived:
    us = PartyRef(UK)
    return ShipNoticeReceived(ShipNotice(UK, "ASN-7", PartyRef("kilncraft"), us, AT, lines))


def test_a_ship_notice_tells_of_its_lots_and_of_what_each_handling_unit_holds() -> None:
    best_before = dt.date(2027, 1, 31)
    told = list(described(notice(line(SSCC, "L1", expires_on=best_before), line(SSCC, item="CUP")), UK))

    assert told == [
        Lot(UK, "MUG", "L1", best_before, None, "kilncraft", "ship_notice ASN-7"),
        HandlingUnit(
            UK,
            SSCC,
            "ship_notice ASN-7",
            (HandlingUnitLine("MUG", SIX, "L1", ("S1",)), HandlingUnitLine("CUP", SIX, "", ("S1",))),
            "kilncraft",
        ),
    ]


def test_a_pack_without_a_sound_number_is_no_handling_unit() -> None:
    assert list(described(notice(line("CARTON-1"), line("376104250021234560")), UK)) == []


def test_a_receipt_tells_of_lots_too() -> None:
    counted = GoodsReceiptLine("1", "4500001", "1", "MUG", SIX, lot="L1", pack=SSCC)
    lot, unit = described(GoodsReceiptPosted(GoodsReceipt(UK, "R-1", "york", AT, (counted,), "kilncraft")), UK)

    assert (lot.lot, lot.source) == ("L1", "goods_receipt R-1")  # type: ignore[union-attr]
    assert (unit.sscc, unit.document) == (SSCC, "goods_receipt R-1")  # type: ignore[union-attr]
