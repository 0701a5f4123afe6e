"""Kinds of X12 for weights and volumes, whose units are letters."""

from __future__ import annotations

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.declared.kinds import Cells, Place, Sheet, as_number, taken
from crossdock.edi.maps.declared.source import X12Source
from crossdock.edi.maps.x12.writing import unit_code
from crossdock.model.quantity import Quantity

# Elements 188 and 184 name units in one letter, which element 355 names in two.
_WEIGHTS = {"L": "LB", "K": "KG", "E": "MP", "S": "TN", "O": "OZ", "G": "GR"}
_VOLUMES = {"E": "CF", "X": "CR", "N": "CI", "G": "GA", "L": "LT"}


def read_weight(source: X12Source, place: Place) -> Quantity | None:
    """A weight, where its qualifier says that it is the one meant. One without unit has none."""
    qualifier_at, unit_at, *meant = place.cell.arguments
    kind = source.value(place.row, (int(qualifier_at), 0)) if qualifier_at != "0" else ""
    if meant and kind and kind not in meant:
        return None
    return _measured(source, place, (int(qualifier_at), int(unit_at)), _WEIGHTS)


def read_volume(source: X12Source, place: Place) -> Quantity | None:
    """A volume."""
    return _measured(source, place, (int(place.cell.arguments[0]),), _VOLUMES)


def _measured(source: X12Source, place: Place, beside: tuple[int, ...], units: dict[str, str]) -> Quantity | None:
    text = taken(source, place)
    amount = as_number(source, place, text) if text else None
    if amount is None:
        return None
    for element in beside:
        if element and source.value(place.row, (element, 0)):
            source.take(place.position, element)
    unit = source.value(place.row, (beside[-1], 0))
    return Quantity(amount, units.get(unit, unit))


def write_weight(value: Quantity, sheet: Sheet) -> Cells:
    """A weight with its qualifier and unit."""
    qualifier_at, unit_at, *meant = sheet.cell.arguments
    found = {sheet.cell.at: f"{value.amount:f}", (int(unit_at), 0): _letter(_WEIGHTS, value.unit, sheet)}
    return found | ({(int(qualifier_at), 0): meant[0]} if meant else {})


def write_volume(value: Quantity, sheet: Sheet) -> Cells:
    """A volume with its unit."""
    unit_at = int(sheet.cell.arguments[0])
    return {sheet.cell.at: f"{value.amount:f}", (unit_at, 0): _letter(_VOLUMES, value.unit, sheet)}


def _letter(units: dict[str, str], unit: str, sheet: Sheet) -> str:
    code = unit_code(unit) if unit else ""
    found = next((letter for letter, meant in units.items() if meant == code), "" if code else code)
    if code and not found:
        raise CannotWrite(f"{sheet.definition.type} has no code for {sheet.cell.path} in {unit}")
    return found
