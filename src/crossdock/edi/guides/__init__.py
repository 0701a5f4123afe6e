"""Guides: what a partner's implementation guide says about a transaction set, as data (`*.toml` beside this file)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class ElementRule:
    """One element: `M ID 2/2 Purpose`."""

    mandatory: bool
    type: str
    shortest: int
    longest: int
    name: str


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """One segment; after `elements` come up to `pairs` pairs of qualifier and id, then, where `open`, anything."""

    id: str
    name: str
    elements: tuple[ElementRule, ...]
    pairs: int = 0
    open: bool = False

    def rule(self, element: int) -> ElementRule | None:
        """The rule for element number `element` (from 1), None beyond the definition."""
        if element <= len(self.elements):
            return self.elements[element - 1]
        beyond = element - len(self.elements) - 1
        if beyond >= 2 * self.pairs:
            return None
        return _ID_OF_PAIR if beyond % 2 else _QUALIFIER_OF_PAIR


_QUALIFIER_OF_PAIR = ElementRule(False, "ID", 2, 2, "Item id kind")
_ID_OF_PAIR = ElementRule(False, "AN", 1, 48, "Item id")


@dataclass(frozen=True, slots=True)
class Use:
    """How a set uses a segment in one area."""

    mandatory: bool
    once: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """One transaction set: its areas (heading, detail, summary) in order, and what opens the later ones."""

    type: str
    name: str
    document: str
    functional_id: str
    areas: tuple[dict[str, Use], dict[str, Use], dict[str, Use]]
    opens: dict[str, int]
    segments: dict[str, SegmentRule]


@cache
def segment_rules() -> dict[str, SegmentRule]:
    """All described segments by id."""
    return {
        tag: SegmentRule(
            tag,
            row["name"],
            tuple(_element(text) for text in row["elements"]),
            row.get("pairs", 0),
            row.get("open", False),
        )
        for tag, row in _data("segments").items()
    }


@cache
def guides() -> dict[str, Guide]:
    """All transaction sets that maps exist for, by type."""
    return {kind: _guide(kind, row) for kind, row in _data("sets").items()}


@cache
def codes(name: str) -> dict[str, str]:
    """A code list of `codes.toml`."""
    found: dict[str, str] = _data("codes")[name]
    return found


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text())


def _element(text: str) -> ElementRule:
    presence, kind, lengths, name = text.split(" ", 3)
    shortest, longest = lengths.split("/")
    return ElementRule(presence == "M", kind, int(shortest), int(longest), name)


def _area(text: str) -> dict[str, Use]:
    return {word.rstrip("=?+"): Use(mandatory=word[-1] in "=+", once=word[-1] in "=?") for word in text.split()}


def _guide(kind: str, row: dict[str, str]) -> Guide:
    opens = dict.fromkeys(row["detail_starts"].split(), 1) | dict.fromkeys(row["summary_starts"].split(), 2)
    areas = (_area(row["heading"]), _area(row["detail"]), _area(row["summary"]))
    return Guide(kind, row["name"], row["document"], row["functional_id"], areas, opens, segment_rules())
