"""846 <-> `InventoryReport`.

BIA header (BIA03 the report's number), DTM*007 the moment it speaks of (else DTM*366, else BIA04 and BIA05; of a
day alone BIA05 is the time, if BIA04 is that day), N1*WH the
warehouse (else it is the partner's own), in the head or in each item loop; item loops: LIN the item and perhaps its lot
(LT, else REF*LT), QTY a quantity with its unit there or in the UIT that follows. Two kinds
of quantity are stock: 33 what is available for sale, 17 all that is on hand. Others, such as what is on order, are left
out. What stands for an item that nobody here knows keeps an empty item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from crossdock.edi.maps.x12.reading import Reading, at, has_time
from crossdock.edi.maps.x12.writing import Writing, moment, number
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.fulfillment import InventoryReport, StockLevel
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, Quantity
from crossdock.model.reconciliation import BOOK

CONDITIONS = {"33": "unrestricted", "17": BOOK}
"""QTY01 and the condition of the goods it speaks of."""
_KINDS = {condition: kind for kind, condition in CONDITIONS.items()}
_TAKEN_PURPOSES = ("00", "05", "07", "18", "22", "25", "")
_EFFECTIVE = ("007", "366")
_LOT, _PLACE = "LT", "WH"


def read(reading: Reading) -> InventoryReport | None:
    """The report, or None with faults."""
    begin = reading.heading("BIA")
    reading.purpose(begin[1], taken=_TAKEN_PURPOSES)
    rows = reading.rows
    end = next((index for index, row in enumerate(rows) if row[0] == "CTT"), len(rows) - 1)
    starts = [index for index, row in enumerate(rows[:end]) if row[0] == "LIN"]
    head = starts[0] if starts else end
    stated = _stated(reading, head)
    levels = [level for start, stop in pairwise((*starts, end)) for level in _levels(reading, start, stop)]
    said = dict.fromkeys(at(row, 1) for row in rows if row[0] == "QTY") if not levels else {}
    if said:
        words = f"none of its quantities ({', '.join(said)}) is stock that we know: {', '.join(CONDITIONS)}"
        reading.fault("lines_missing", head + 1, detail=words)
    when = next((stated[kind] for kind in _EFFECTIVE if kind in stated), None) or reading.instant(begin, 4, 5, 0, 2)
    if when is None:
        when = dt.datetime.combine(reading.needed_date(begin[4], 2, 4), dt.time(), dt.UTC)
    warehouse = _warehouse(reading) or reading.context.partner.id
    return InventoryReport(reading.context.company_id, warehouse, begin[3], when, tuple(levels))


def _stated(reading: Reading, end: int) -> dict[str, dt.datetime]:
    """The moments that the head says, by qualifier."""
    stated: dict[str, dt.datetime] = {}
    begin = reading.heading("BIA")
    for position, row in enumerate(reading.rows[:end], 1):
        if row[0] != "DTM" or at(row, 1) not in _EFFECTIVE:
            continue
        if (said := reading.instant(row, 2, 3, 4, position)) is not None:
            timed = said if has_time(row, 3, 4) else reading.timed(said, begin, 4, 5)
            stated.setdefault(at(row, 1), timed or said)
    return stated


def _levels(reading: Reading, start: int, end: int) -> Iterator[StockLevel]:
    """What an item loop says: rows `start` to `end`."""
    loop = reading.rows[start:end]
    pairs = loop[0][2:]
    item, _, _ = reading.items(pairs, start + 1)
    said = next((at(row, 2) for row in loop if row[0] == "REF" and at(row, 1) == _LOT), "")
    lot = dict(zip(pairs[::2], pairs[1::2], strict=False)).get(_LOT, "") or said
    for index, row in enumerate(loop, start):
        if row[0] == "QTY" and at(row, 1) in CONDITIONS:
            quantity = Quantity(reading.number(at(row, 2), index + 1, 2), _unit(reading, index))
            yield StockLevel(item, quantity, CONDITIONS[at(row, 1)], lot)


def _warehouse(reading: Reading) -> str:
    """Where the goods lie, which the head says or each line; empty where none does. To one report belongs one place:
    taken together, what lies in two would be more than is in either."""
    places: dict[str, int] = {}
    for position, row in enumerate(reading.rows, 1):
        if row[0] == "N1" and at(row, 1) == _PLACE and (place := at(row, 4) or at(row, 2)):
            places.setdefault(place, position)
    if len(places) > 1:
        words = f"it speaks of several warehouses: {', '.join(places)}; to one report belongs one"
        reading.fault("document_inconsistent", list(places.values())[1], 4, words)
    return next(iter(places), "")


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
    day_said, clock_said, _ = moment(report.at, writing.context.options.zone)
    rows: list[OutgoingSegment] = [
        ("BIA", "00", "SI", report.number, day_said, clock_said),
        ("DTM", "007", date, clock, zone),
    ]
    if report.warehouse != writing.context.partner.id:
        rows.append(writing.party(_PLACE, PartyRef(report.warehouse)))
    for line, level in enumerate(report.levels, 1):
        lot = (_LOT, level.lot) if level.lot else ()
        rows.append(("LIN", str(line), *writing.ids(level.item), *lot))
        rows.append(("QTY", _KINDS[level.condition], number(level.quantity.amount), level.quantity.unit))
    return [*rows, ("CTT", str(len(report.levels)))]
