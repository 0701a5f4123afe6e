"""The notation of places: `PO1.02` is the second element of PO1, `DTM.01.2` the second component of its first element,
`REF[01=DP].02` the second element of a REF whose first is DP. Several tests are joined: `N1[01=ST,03=92]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACE = re.compile(
    r"\b([A-Z][A-Z0-9]{1,2})"
    r"(?:\[([0-9]{1,2}(?:\.[0-9]{1,2})?=[^\],]+(?:,[0-9]{1,2}(?:\.[0-9]{1,2})?=[^\],]+)*)\])?"
    r"(?:\.([0-9]{1,2}))?(?:\.([0-9]{1,2}))?"
)


@dataclass(frozen=True, slots=True)
class Test:
    """What must stand in an element (or component) of a segment."""

    __test__ = False

    element: int
    component: int
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """A segment, one by what stands in it, an element or a component of one. 0: none is named."""

    tag: str
    tests: tuple[Test, ...] = ()
    element: int = 0
    component: int = 0

    def __str__(self) -> str:
        joined = ",".join(f"{_name(each.element, each.component)}={each.value}" for each in self.tests)
        named = f".{_name(self.element, self.component)}" if self.element else ""
        return f"{self.tag}{f'[{joined}]' if joined else ''}{named}"


def _name(element: int, component: int) -> str:
    return f"{element:02d}" + (f".{component}" if component else "")


def place(text: str) -> Place:
    """The place that a text names. Raises ValueError with words."""
    found = PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"`{text}` is no place")
    return of_match(found)


def of_match(found: re.Match[str]) -> Place:
    """The place of a match of `PLACE`."""
    tag, tests, element, component = found.groups()
    return Place(tag, _tests(tests or ""), int(element or 0), int(component or 0))


def _tests(text: str) -> tuple[Test, ...]:
    parts = (each.partition("=") for each in text.split(",") if each)
    return tuple(
        Test(int(where.partition(".")[0]), int(where.partition(".")[2] or 0), value) for where, _, value in parts
    )
