"""Values made up to a rule."""

from __future__ import annotations

import datetime as dt

from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.tree import Rule
from crossdock.edi.identifiers import with_check_digit

_WORDS = ("NORTH", "HARBOUR", "MILL", "LANE", "BRIGHT", "STONE", "MARKET", "HOUSE", "QUAY", "FIELD")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = {"gtin": (14, 13, 12, 8), "gln": (13,), "sscc": (18, 20), "upc": (12, 8)}


def made_up(rule: Rule, chance: Chance, day: dt.date, dialect: str) -> str:
    """A value that keeps to a rule. Of a format only the example is known."""
    if rule.value:
        return rule.value
    if rule.example:
        return rule.example
    if rule.check and rule.check != "unit" and not rule.codes:
        return identifier(rule, chance)
    if rule.codes:
        return chance.choice(list(rule.codes))
    if rule.check == "unit":
        return "EA" if dialect == "x12" else "PCE"
    return _typed(rule, chance, day)


def identifier(rule: Rule, chance: Chance) -> str:
    """A GS1 number with its check digit, of a length that the rule takes."""
    lengths = _DIGITS[rule.check]
    size = next((each for each in lengths if rule.shortest <= each <= rule.longest), lengths[0])
    if rule.check == "upc" and size == 8:
        return "04252614"
    prefix = "00" if size == 20 else ""
    body = "".join(chance.choice("0123456789") for _ in range(size - len(prefix) - 1))
    return prefix + with_check_digit(("4" if rule.check != "upc" else "0") + body[1:])


def _typed(rule: Rule, chance: Chance, day: dt.date) -> str:
    if rule.type == "DT":
        return f"{day:%Y%m%d}" if rule.longest >= 8 else f"{day:%y%m%d}"
    if rule.type == "TM":
        return "0830"
    if rule.type in ("N0", "N2", "R"):
        return _number(rule, chance)
    size = min(rule.longest, 12)
    if rule.shortest <= 2 <= rule.longest < 6 or rule.type == "ID":
        return "".join(chance.choice(_LETTERS) for _ in range(max(rule.shortest, min(rule.longest, 2))))
    text = f"{chance.choice(_WORDS)} {chance.between(1, 99)}"[:size].strip()
    return text.ljust(rule.shortest, "0")


def _number(rule: Rule, chance: Chance) -> str:
    if rule.type == "N2":
        return str(chance.between(100, 9999)).zfill(rule.shortest)[: max(rule.longest, 1)]
    most = 10 ** min(rule.longest, 2) - 1
    return str(chance.between(1, most)).zfill(rule.shortest)
