"""Breaks the conditions of a guideline, one at a time, by changing a sound document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product

from crossdock.edi.guidelines.conditions import Ready
from crossdock.edi.guidelines.draft import Draft, Line
from crossdock.edi.guidelines.generate import kept
from crossdock.edi.guidelines.overlay import get, put, stands
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Rule

_MOST = 600
"""So many documents are tried for one condition."""
_MOST_SPOTS = 12
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_NUMBER = re.compile(r"-?[0-9]*[.,]?[0-9]+\Z")
Spot = tuple[int, Place, tuple[str, ...]]
"""A segment of the document, a place in it, and what may be written there."""


def broken(sound: Draft, each: Ready) -> Draft | None:
    """A document that breaks a condition, if possible nothing else; None if none was found."""
    first: Draft | None = None
    tried = 0
    for draft in _changed(sound, list(_spots(sound, each))):
        tried += 1
        if tried > _MOST:
            break
        if kept(draft, each):
            continue
        if len(draft.compiled.faults(draft.item())) == 1:
            return draft
        first = first or draft
    return first


def why_not(sound: Draft, each: Ready) -> str:
    """Why no document was found that breaks it."""
    if not any(stands(line.cells, each.at) for line in sound.lines):
        return f"no made-up document has {each.at}"
    return "no value was found that breaks it"


def _changed(sound: Draft, spots: Sequence[Spot]) -> Iterator[Draft]:
    """The document with one value changed, then with two, then with three."""
    for count in (1, 2, 3):
        for some in combinations(spots, count):
            for values in product(*(each[2] for each in some)):
                draft = sound.copy()
                for (number, one, _), value in zip(some, values, strict=True):
                    put(draft.lines[number].cells, one.element, one.component, value)
                yield draft


def _spots(sound: Draft, each: Ready) -> Iterator[Spot]:
    """Where something may be changed: in the segments that the condition is about, then in those it looks at."""
    quoted = tuple(a or b for a, b in _QUOTED.findall(f"{each.form.when} {each.form.must}"))
    counted = each.amount.counted if each.amount else ()
    given = {one for one, _ in each.when.places} if each.when else set[Place]()
    # What is to hold comes before that on which it depends, so that a single change may do.
    places = [*(one for one in each.places if one not in given), *(one for one in each.places if one in given)]
    found = 0
    for one in dict.fromkeys(chain(places, (each for each in counted if each.element))):
        for number, line in enumerate(sound.lines):
            if line.tag == one.tag and stands(line.cells, Place(one.tag, one.tests)):
                values = tuple(dict.fromkeys(_candidates(line, one, quoted)))
                yield number, one, values
                found += 1
                if found >= _MOST_SPOTS:
                    return
                break


def _candidates(line: Line, one: Place, quoted: tuple[str, ...]) -> Iterator[str]:
    """Values that may break a condition: those of the rule, those it names, and far-off ones."""
    was = get(line.cells, one)
    rule = _rule_at(line, one)
    if rule is not None and rule.codes:
        yield from (code for code in rule.codes if code != was)
    elif rule is not None and rule.type == "DT":
        yield from map(rule.written, ("20250101", "20991231"))
    elif _NUMBER.match(was):
        yield from ("0", "-1", "999999", "1.5", "0.0001", "1")
        if len(was) in (8, 12):
            yield from ("20250101"[: len(was)] + was[8:], "20991231"[: len(was)] + was[8:])
    yield from (each for each in quoted if each != was)
    if was:
        yield ""
    else:
        yield rule.example if rule is not None and rule.example else "1"
    yield "X" * max(1, len(was))


def _rule_at(line: Line, one: Place) -> Rule | None:
    if line.node is None:
        return None
    for rule in line.node.rules:
        if rule.number == one.element:
            return next((each for each in rule.components if each.number == one.component), rule)
    return None
