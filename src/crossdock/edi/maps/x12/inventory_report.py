"""846 <-> `InventoryReport`.

BIA header (BIA03 the report's number), DTM*007 the moment it speaks of (else DTM*366, else BIA04 and BIA05), item
loops: LIN the item and perhaps its lot (LT), QTY a quantity with its unit there or in the UIT that follows. Two kinds
of quantity are stock: 33 what is available for sale, 17 all that is on hand. Others, such as what is on order, are left
out. What stands for an item that nobody here knows keeps an empty item.
"""

from __future__ import annotations

import datetime as dt

from crossdock.edi.maps.x12.reading import Reading, at
from crossdock.edi.maps.x12.writing import Writing, moment, number
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.fulfillment import InventoryReport, StockLevel
from crossdock.model.quantity import EACH, Quantity
from crossdock.model.reconciliation import BOOK

CONDITIONS = {"33": "unrestricted", "17": BOOK}
"""QTY01 and the condition of the goods it speaks of."""
_KINDS = {condition: kind for kind, condition in CONDITIONS.items()}
_TAKEN_PURPOSES = ("00", "05", "07", "18", "22", "25", "")
_EFFECTIVE = ("007", "366")
_LOT = "LT"


def read(reading: Reading) -> InventoryReport | None:
    """The report, or None with faults."""
    begin = reading.heading("BIA")
    reading.purpose(begin[1], taken=_TAKEN_PURPOSES)
    stated: dict[str, dt.datetime] = {}
    levels: list[StockLevel] = []
    item = lot = ""
    inside = False
    for index, row in enumerate(reading.rows):
        position = index + 1
        if row[0] == "LIN":
            inside, pairs = True, row[2:]
            item, _, _ = reading.items(pairs, position)
            lot = dict(zip(pairs[::2], pairs[1::2], strict=False)).get(_LOT, "")
        elif row[0] == "QTY" and inside and at(row, 1) in CONDITIONS:
            quantity = Quantity(reading.number(at(row, 2), position, 2), _unit(reading, index))
            levels.append(StockLevel(item, quantity, CONDITIONS[at(row, 1)], lot))
        elif row[0] == "DTM" and not inside and at(row, 1) in _EFFECTIVE:
            if (said := reading.instant(row, 2, 3, 4, position)) is not None:
                stated.setdefault(at(row, 1), said)
        elif row[0] == "CTT":
            inside = False
    when = next((stated[kind] for kind in _EFFECTIVE if kind in stated), None) or reading.instant(begin, 4, 5, 0, 2)
    if when is None:
        when = dt.datetime.combine(reading.needed_date(begin[4], 2, 4), dt.time(), dt.UTC)
    return InventoryReport(reading.context.company_id, reading.context.partner.id, begin[3], when, tuple(levels))


def _unit(reading: Reading, index: int) -> str:
    """QTY03, or the UIT that follows; each where neither says."""
    said = at(reading.rows[index], 3)
    following = reading.rows[index + 1] if index + 1 < len(reading.rows) else []
    if not said and following and following[0] == "UIT":
        said = at(following, 1)
    return said.split(reading.ts.interchange.delimiters.component)[0] or EACH


def write(report: InventoryReport, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the report; one item loop per level."""
    date, clock, zone = moment(report.at)
    rows: list[OutgoingSegment] = [("BIA", "00", "SI", report.number, date, clock), ("DTM", "007", date, clock, zone)]
    for line, level in enumerate(report.levels, 1):
        lot = (_LOT, level.lot) if level.lot else ()
        rows.append(("LIN", str(line), *writing.ids(level.item), *lot))
        rows.append(("QTY", _KINDS[level.condition], number(level.quantity.amount), level.quantity.unit))
    return [*rows, ("CTT", str(len(report.levels)))]
