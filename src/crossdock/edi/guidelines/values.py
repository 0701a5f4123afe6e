"""Values made up to a rule: what the cast of the document has for the place, where the rule takes that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from crossdock.edi.guidelines.cast import Cast, script
from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.overlay import Cells, get, stands
from crossdock.edi.guidelines.places import Place, place
from crossdock.edi.guidelines.tree import Rule
from crossdock.edi.guidelines.walk import wrong_with
from crossdock.edi.identifiers import with_check_digit

_WORDS = ("NORTH", "HARBOUR", "MILL", "LANE", "BRIGHT", "STONE", "MARKET", "HOUSE", "QUAY", "FIELD")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = {"gtin": (14, 13, 12, 8), "gln": (13,), "sscc": (18, 20), "upc": (12, 8)}


class Values:
    """Makes up values for one document."""

    def __init__(self, cast: Cast, chance: Chance, day: dt.date, dialect: str, *, usual: bool) -> None:
        self.cast = cast
        self._chance = chance
        self._day = day
        self._dialect = dialect
        self._usual = usual
        """Are codes taken that are usual, where the guideline leaves several?"""

    def made_up(self, rule: Rule, cells: Cells, at: Place) -> str:
        """A value for a place of a segment that keeps to a rule."""
        return rule.value or self._to(_here(rule, cells), self.known(cells, at))

    def id_of(self, rule: Rule, qualifier: str, cells: Cells) -> str:
        """An id that stands behind its qualifier."""
        return rule.value or self._to(rule, self.cast.item_id(qualifier, _asker(cells)))

    def _to(self, rule: Rule, known: str) -> str:
        """What is known, where it keeps to the rule; else something that does. Of a format the example is known."""
        if rule.example:
            fits = rule.format is not None and known and wrong_with(rule, known, self._dialect) == ("", "")
            return known if fits else rule.example
        if rule.codes:
            return self._code(rule, known)
        known = rule.written(known)
        if known and (fitting := _fitting(rule, known, self._dialect)):
            return fitting
        if rule.check and rule.check != "unit":
            return identifier(rule, self._chance)
        if rule.check == "unit":
            return rule.written(self.cast.unit)
        return self._typed(rule)

    def _code(self, rule: Rule, known: str) -> str:
        if self._usual and known in rule.codes:
            return known
        chosen = self._chance.choice(list(rule.codes))
        if known == self.cast.unit:
            self.cast.unit = chosen  # the partner counts in something else
        return chosen

    def known(self, cells: Cells, at: Place) -> str:
        """What the cast has for a place of a segment; empty where it has nothing."""
        # An element without components is the first of its own.
        said = _said(self._dialect)
        there = said.get((at.tag, at.element, at.component)) or said.get((at.tag, at.element, at.component ^ 1), [])
        for one, fact in there if at.component < 2 else said.get((at.tag, at.element, at.component), []):
            if stands(cells, Place(one.tag, one.tests)):
                return self.cast.fact(fact, _asker(cells))
        return ""

    def _typed(self, rule: Rule) -> str:
        if rule.type == "DT" and rule.reformed:
            return rule.written(f"{self._day:%Y%m%d}")
        if rule.type == "DT":
            return f"{self._day:%Y%m%d}" if rule.longest >= 8 else f"{self._day:%y%m%d}"
        if rule.type == "TM":
            return "0830"
        if rule.type in ("N0", "N2", "R"):
            return _number(rule, self._chance)
        size = min(rule.longest, 12)
        if rule.shortest <= 2 <= rule.longest < 6 or rule.type == "ID":
            return "".join(self._chance.choice(_LETTERS) for _ in range(max(rule.shortest, min(rule.longest, 2))))
        text = f"{self._chance.choice(_WORDS)} {self._chance.between(1, 99)}"[:size].strip()
        return text.ljust(rule.shortest, "0")


def _here(rule: Rule, cells: Cells) -> Rule:
    """The rule with those forms only that are agreed for this segment."""
    if not any(each.at.tests for each in rule.agreed):
        return rule
    return replace(rule, agreed=tuple(each for each in rule.agreed if stands(cells, Place(each.at.tag, each.at.tests))))


@cache
def _said(dialect: str) -> dict[tuple[str, int, int], list[tuple[Place, str]]]:
    """By place: what is known there, of places with tests first."""
    found: dict[tuple[str, int, int], list[tuple[Place, str]]] = {}
    for text, fact in script()[dialect]["says"].items():
        one = place(text)
        found.setdefault((one.tag, one.element, one.component), []).append((one, fact))
    for each in found.values():
        each.sort(key=lambda known: -len(known[0].tests))
    return found


def _asker(cells: Cells) -> Callable[[str], str]:
    def asked(where: str) -> str:
        if not where[0].isdigit():
            return where  # a qualifier that the segment does not name
        element, _, component = where.partition(".")
        return get(cells, Place(cells[0][0], (), int(element), int(component or 0)))

    return asked


def _fitting(rule: Rule, known: str, dialect: str) -> str:
    """What is known, cut or filled up to the lengths of a rule; empty where the rule takes nothing of it."""
    cut = known[: rule.longest].rstrip()
    filled = cut.zfill(rule.shortest) if cut.isdigit() else cut.ljust(rule.shortest, "X")
    numeric = rule.type in ("N0", "N2", "R", "DT", "TM")
    for each in (known,) if numeric or rule.check else (known, cut, filled):
        if wrong_with(rule, each, dialect) == ("", ""):
            return each
    return ""


def identifier(rule: Rule, chance: Chance) -> str:
    """A GS1 number with its check digit, of a length that the rule takes."""
    lengths = _DIGITS[rule.check]
    size = next((each for each in lengths if rule.shortest <= each <= rule.longest), lengths[0])
    if rule.check == "upc" and size == 8:
        return "04252614"
    prefix = "00" if size == 20 else ""
    body = "".join(chance.choice("0123456789") for _ in range(size - len(prefix) - 1))
    return prefix + with_check_digit(("4" if rule.check != "upc" else "0") + body[1:])


def _number(rule: Rule, chance: Chance) -> str:
    if rule.type == "N2":
        return str(chance.between(100, 9999)).zfill(rule.shortest)[: max(rule.longest, 1)]
    most = 10 ** min(rule.longest, 2) - 1
    return str(chance.between(1, most)).zfill(rule.shortest)
