"""Catch weight in the WMS's words: what a line weighs, and in which unit it is asked to be weighed."""

from __future__ import annotations

from typing import Protocol

from crossdock.connectors._kit.reading import quantity
from crossdock.model.quantity import Quantity


class Weighable(Protocol):
    """A line that may say what it weighs; empty where nobody weighed it."""

    weight: str
    weight_unit: str


def weight(line: Weighable) -> Quantity | None:
    """What was weighed. A weight without its unit is refused: it would be a guess."""
    return quantity(line.weight, line.weight_unit) if line.weight or line.weight_unit else None


def weigh_in(unit: str) -> dict[str, str]:
    """Asks for goods to be weighed, where they are invoiced by weight."""
    return {"weigh_in": unit} if unit else {}
