"""What X12 asks of segments and the expressions of the base guides do not: an N1 has a name or the code of a number
(condition R0203), and dates have eight digits from version 004010 on.

Each is a warning and refuses nothing, since what is meant is read. It is asked by `edi validate` and `edi explain`
where no guideline is, not each time a map reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

from crossdock.edi.guides import segment_rules
from crossdock.edi.kernel.calendar import is_date
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import TransactionSet

_MOST_FAULTS = 100
_EIGHT_DIGITS = "004010"
"""The version from which dates say their century."""


def told_of_relations(ts: TransactionSet, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """What was found in a set, and behind it what it says against these rules where nothing was told yet. Of one that
    its envelope refuses nothing more is said."""
    if ts.refused:
        return faults
    told = {(each.position, each.element) for each in faults}
    found = (each for each in _wrong(ts) if (each.position, each.element) not in told)
    return faults + tuple(islice(found, _MOST_FAULTS))


def _wrong(ts: TransactionSet) -> Iterator[Fault]:
    separator = ts.interchange.delimiters.element
    dated = _dates() if ts.group.version >= _EIGHT_DIGITS else {}
    for position, text in enumerate(ts.texts, 1):
        tag = text[:3].rstrip(separator)
        if tag == "N1":
            row = text.split(separator)
            if len(row) > 1 and not any(each.strip() for each in row[2:4]):
                words = "a party needs its name (N102) or the code of its number (N103)"
                yield ts.fault("element_condition", position, 2, words, "warning")
        elif tag in dated:
            row = text.split(separator)
            for element, name in dated[tag]:
                if element < len(row) and len(row[element]) == 6 and is_date(row[element]):
                    words = f"{name}: {row[element]!r} does not say its century, as dates do from {_EIGHT_DIGITS} on"
                    yield ts.fault("element_too_short", position, element, words, "warning")


@cache
def _dates() -> dict[str, tuple[tuple[int, str], ...]]:
    """Where segments have dates: element and name."""
    found = {
        tag: tuple((number, each.name) for number, each in enumerate(rule.elements, 1) if each.type == "DT")
        for tag, rule in segment_rules().items()
    }
    return {tag: dates for tag, dates in found.items() if dates}
