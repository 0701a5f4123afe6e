"""Moments of documents: in the zone that they name, else in the one agreed on."""

from __future__ import annotations

import datetime as dt

import pytest

from crossdock.edi import maps
from tests.unit.edi.samples import BUYING, interchange, sets

# Data element 623, and when 12:30 of that zone is in UTC, in winter and in summer.
ZONES = {
    "UT": ("12:30", "12:30"), "GM": ("12:30", "12:30"), "01": ("11:30", "11:30"), "12": ("00:30", "00:30"),
    "24": ("13:30", "13:30"), "20": ("17:30", "17:30"), "27": ("07:00", "07:00"), "ET": ("17:30", "16:30"),
    "ES": ("17:30", "17:30"), "ED": ("16:30", "16:30"), "CT": ("18:30", "17:30"), "MT": ("19:30", "18:30"),
    "PT": ("20:30", "19:30"), "AT": ("21:30", "20:30"), "AS": ("21:30", "21:30"), "AD": ("20:30", "20:30"),
    "HT": ("22:30", "22:30"), "HS": ("22:30", "22:30"), "TT": ("16:30", "15:30"), "TS": ("16:30", "16:30"),
    "TD": ("15:30", "15:30"), "NT": ("16:00", "15:00"), "NS": ("16:00", "16:00"),
}  # fmt: skip


def shipped(*dtm: str, context: maps.MapContext = BUYING) -> dt.datetime:
    """When the goods of a ship notice left, by its DTM*011."""
    rows = ("BSN*00*N1*20101201*0800*0004", "*".join(("DTM*011", *dtm)), "HL*1**S", "N1*SU*X*92*S1")
    order = ("HL*2*1*O", "PRF*PO1", "HL*3*2*I", "LIN*1*VN*A", "SN1**1*EA")
    (ts,) = sets(
        interchange("ST*856*0001", *rows, *order, "CTT*3", f"SE*{len(rows) + len(order) + 3}*0001", group="SH")
    )
    mapped = maps.read_document(ts, context)
    assert mapped.body is not None, mapped.faults
    return mapped.body.shipped_at  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_that_is_named_is_what_the_list_of_x12_says(zone: str) -> None:
    winter, summer = ZONES[zone]
    assert f"{shipped('20240115', '1230', zone):%H:%M}" == winter
    assert f"{shipped('20240715', '1230', zone):%H:%M}" == summer
