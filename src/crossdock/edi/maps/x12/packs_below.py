"""Packs below their item in an 856: found while the levels are read, and put into the lines when all were."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from crossdock.edi.maps.packing import Held, differing, packed
from crossdock.edi.maps.x12.reading import Reading, Row, at, quantity_of
from crossdock.model.quantity import EACH
from crossdock.model.ship_notice import ShipNoticeLine

_LAST = ("CTT", "SE")


@dataclass(frozen=True, slots=True)
class PackLevel:
    """A level that names no item, below one that does."""

    number: str
    parent: str
    pack: str
    pallet: str
    shipped: Row | None
    lot: str
    expires_on: dt.date | None

    def held(self) -> Held:
        """What it says of itself."""
        row = self.shipped
        said = quantity_of(at(row, 2), at(row, 3) or EACH) if row is not None and at(row, 2) else None
        return Held(self.pack, self.pallet, said, self.lot, self.expires_on)


def in_packs(reading: Reading, lines: list[ShipNoticeLine], levels: dict[int, PackLevel]) -> list[ShipNoticeLine]:
    """The lines, each with the packs below its item; `levels` by the index of their rows."""
    packs, began = _by_line(reading.rows, levels)
    above = {each.parent for each in levels.values()}
    found: list[ShipNoticeLine] = []
    for index, line in enumerate(lines):
        held = [each.held() for each in packs.get(index, ()) if each.number not in above]
        if held and (words := differing(line, held)):
            quantity_at = next(row for row in range(began[index], len(reading.rows)) if reading.rows[row][0] == "SN1")
            reading.fault("count_mismatch", quantity_at + 1, 2, words)
        found += packed(line, held) if held else (line,)
    return found


def _by_line(rows: list[Row], levels: dict[int, PackLevel]) -> tuple[dict[int, list[PackLevel]], list[int]]:
    """The packs below each line, and the row that each line begins with."""
    packs: dict[int, list[PackLevel]] = defaultdict(list)
    began: list[int] = []
    line_of: dict[str, int] = {}
    number, done = "", True
    for index, row in enumerate(rows):
        tag = row[0]
        if tag == "HL":
            number, done = row[1] if len(row) > 1 else "", index in levels
            if done and (line := line_of.get(levels[index].parent)) is not None:
                line_of[number] = line
                packs[line].append(levels[index])
        elif tag in _LAST:
            done = True
        elif not done and tag in ("LIN", "SN1"):
            line_of[number] = len(began)
            began.append(index)
            done = True
    return packs, began
