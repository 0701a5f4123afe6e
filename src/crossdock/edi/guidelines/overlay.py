"""The overlay of a guideline: in what the partner's documents differ from those of the base map.

It is a list of changes to the segments of a set, made one after the other before the base map reads, and taken back in
the opposite order after the base map has written. Segments keep their number, so a fault still stands where it stood.
What a document would not say in the same way when it is read again is refused before it leaves: reading what was
written gives it back, for every overlay and every document.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from crossdock.edi.guidelines.form import Change, Guideline
from crossdock.edi.guidelines.places import Place, Test, place
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.x12.envelope import as_date
from crossdock.model.units import known

Cells = list[list[str]]
"""A segment: its elements as components, the tag first."""
VERBS = ("move", "lookup", "units", "assume", "state", "date", "decimals", "insert", "trim")
FORMS = ("date", "decimals", "units")
"""Those that say the same value in another form."""
BLANK: Cells = [[""]]
"""Stands where a segment was that says nothing to the base map."""
_DIGITS = re.compile(r"[0-9]+\Z")
_POINTED = re.compile(r"-?[0-9]*(?:\.[0-9]+)?\Z")


def get(row: Cells, at: Place) -> str:
    """What stands at a place of a segment; empty where nothing does."""
    element = row[at.element] if at.element < len(row) else []
    number = max(at.component, 1) - 1
    return element[number] if number < len(element) else ""


def put(row: Cells, element: int, component: int, value: str) -> None:
    """Set an element or component; what becomes empty at the end falls away."""
    row.extend([""] for _ in range(element + 1 - len(row)))
    parts, number = row[element], max(component, 1) - 1
    parts.extend("" for _ in range(number + 1 - len(parts)))
    parts[number] = value
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    while len(row) > 1 and row[-1] == [""]:
        row.pop()


def stands(row: Cells, at: Place) -> bool:
    """Is this a segment that a place names?"""
    return row[0][0] == at.tag and all(
        get(row, Place(at.tag, (), test.element, test.component)) == test.value for test in at.tests
    )


class Step(ABC):
    """One change. `read_only` ones are not taken back."""

    read_only = False

    @abstractmethod
    def read(self, rows: list[Cells]) -> None:
        """From the partner's way to ours."""

    @abstractmethod
    def write(self, rows: list[Cells]) -> None:
        """From our way to the partner's. Raises `CannotWrite` for what the partner's way cannot say."""

    def settle(self, rows: list[Cells]) -> None:  # noqa: B027 - most say a thing in one way only
        """Write what can be written in several ways as `read` does: 2.50 as 2.5."""


@dataclass(frozen=True)
class Value(Step):
    """Changes what stands at a place. `verb` is how the guideline names the change."""

    at: Place
    inward: Callable[[str], str]
    outward: Callable[[str], str] | None
    same: Callable[[str], str] | None = None
    verb: str = ""
    places: int = 0
    """With `decimals`: how many of the last digits are."""

    @property
    def read_only(self) -> bool:  # type: ignore[override]
        """Cannot what was read be told from what it became?"""
        return self.outward is None

    def read(self, rows: list[Cells]) -> None:  # noqa: D102 - as `Step` says
        self._change(rows, self.inward)

    def write(self, rows: list[Cells]) -> None:  # noqa: D102
        if self.outward is not None:
            self._change(rows, self.outward)

    def settle(self, rows: list[Cells]) -> None:  # noqa: D102
        if self.same is not None:
            self._change(rows, self.same)

    def means(self, one: Place, tests: tuple[Test, ...]) -> bool:
        """Is it about what stands at a place of segments that pass these tests?"""
        same = (self.at.tag, self.at.element, max(self.at.component, 1)) == (
            one.tag,
            one.element,
            max(one.component, 1),
        )
        return same and set(self.at.tests) <= set(tests)

    def _change(self, rows: list[Cells], change: Callable[[str], str]) -> None:
        for row in rows:
            if stands(row, self.at):
                before = get(row, self.at)
                after = change(before)
                if after != before:
                    put(row, self.at.element, self.at.component, after)


@dataclass(frozen=True)
class _Move(Step):
    """The partner writes at one place what the base map looks for at another."""

    theirs: Place
    ours: Place
    before: str
    after: str

    def read(self, rows: list[Cells]) -> None:
        size = len(self.before) + len(self.after)
        for row in rows:
            value = get(row, self.theirs)
            if stands(row, self.theirs) and len(value) > size and self._framed(value):
                _moved(row, self.theirs, self.ours, value[len(self.before) : len(value) - len(self.after)])

    def write(self, rows: list[Cells]) -> None:
        for row in rows:
            value = get(row, self.ours)
            if stands(row, self.ours) and value:
                _moved(row, self.ours, self.theirs, self.before + value + self.after)

    def _framed(self, value: str) -> bool:
        return value.startswith(self.before) and value.endswith(self.after)


def _moved(row: Cells, source: Place, target: Place, value: str) -> None:
    """Within a segment the value changes its element; else the segment becomes another one."""
    if (source.tag, source.tests) == (target.tag, target.tests):
        put(row, source.element, source.component, "")
        put(row, target.element, target.component, value)
        return
    if source.tag != target.tag:
        row[:] = [[target.tag]]
    else:
        for test in source.tests:
            put(row, test.element, test.component, "")
        put(row, source.element, source.component, "")
    for test in target.tests:
        put(row, test.element, test.component, test.value)
    put(row, target.element, target.component, value)


@dataclass(frozen=True)
class _Insert(Step):
    """A segment that the partner wants to see and that says nothing to us."""

    segment: tuple[tuple[str, ...], ...]
    after: Place

    def read(self, rows: list[Cells]) -> None:
        wanted = [list(each) for each in self.segment]
        for row in rows:
            if row == wanted:
                row[:] = [[""]]

    def write(self, rows: list[Cells]) -> None:
        for number, row in enumerate(rows):
            if stands(row, self.after):
                rows.insert(number + 1, [list(each) for each in self.segment])
                return


@dataclass(frozen=True)
class Overlay:
    """All changes of a guideline, in order."""

    steps: tuple[Step, ...] = ()

    @cached_property
    def forms(self) -> tuple[Value, ...]:
        """The changes that say the same value in another form."""
        return tuple(each for each in self.steps if isinstance(each, Value) and each.verb in FORMS)

    def form_of(self, verb: str, one: Place, at: Place) -> Value | None:
        """The form that is agreed for what a condition at `at` means by a place; None where there is none."""
        tests = one.tests or (at.tests if one.tag == at.tag else ())
        return next((each for each in self.forms if each.verb == verb and each.means(one, tests)), None)

    def read(self, rows: list[Cells]) -> list[Cells]:
        """The segments as the base map expects them. The number of segments stays."""
        found = [[list(parts) for parts in row] for row in rows]
        for step in self.steps:
            step.read(found)
        return found

    def write(self, rows: list[Cells]) -> list[Cells]:
        """The segments as the partner expects them. Raises `CannotWrite` for what would be read as something else."""
        plain = [_plain(row) for row in rows]
        for step in self.steps:
            step.settle(plain)
        found = [[list(parts) for parts in row] for row in plain]
        for step in reversed(self.steps):
            if not step.read_only:
                step.write(found)
        again = [row for row in self.read(found) if row != BLANK]
        if again != plain:
            odd = next(
                (row for row, other in zip(plain, again, strict=False) if row != other), plain[-1] if plain else BLANK
            )
            words = "*".join(">".join(parts) for parts in odd)
            raise CannotWrite(f"the partner's way to write has no way to say {words}")
        return found


def _plain(row: Cells) -> Cells:
    """Without what is empty at the end."""
    found = [list(parts) for parts in row]
    for parts in found:
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
    while len(found) > 1 and found[-1] in ([""], []):
        found.pop()
    return [parts or [""] for parts in found]


def overlay_of(form: Guideline, problem: Callable[[tuple[str, ...], str, str], None]) -> Overlay:
    """The overlay of a guideline; a change that cannot be made is told to `problem` and left out."""
    steps = []
    for number, change in enumerate(form.overlay):
        try:
            steps.append(_step(change, form.dialect))
        except ValueError as error:
            problem(("overlay", str(number)), str(error), "correct the change")
    return Overlay(tuple(steps))


def _step(change: Change, dialect: str) -> Step:
    verbs = [verb for verb in VERBS if getattr(change, verb)]
    if len(verbs) != 1:
        raise ValueError(f"a change says exactly one of {', '.join(VERBS)}, not {', '.join(verbs) or 'none'}")
    verb = verbs[0]
    if verb == "insert":
        return _inserted(change, dialect)
    at = place(getattr(change, verb))
    if not at.element:
        raise ValueError(f"`{at}` names a segment; a change is made to an element, such as `{at.tag}.02`")
    made = _MAKERS[verb](at, change)
    return replace(made, verb=verb, places=change.places) if isinstance(made, Value) else made


def _move(at: Place, change: Change) -> Step:
    if not change.to:
        raise ValueError("`move` wants to know where `to`")
    to = place(change.to)
    if not to.element:
        raise ValueError(f"`{to}` names a segment; name an element, such as `{to.tag}.02`")
    before, mark, after = (change.text or "{}").partition("{}")
    if not mark:
        raise ValueError("`text` does not say where the value stands: write `{}` once in it")
    if _overlaps(at, to):
        raise ValueError(f"`{at}` and `{to}` are the same place")
    return _Move(at, to, before, after)


def _overlaps(one: Place, other: Place) -> bool:
    return one == other or (
        one.tag == other.tag and any(_tested(each, other) for each in one.tests) and not other.tests
    )


def _tested(test: Test, at: Place) -> bool:
    return (test.element, test.component) == (at.element, at.component)


def _lookup(at: Place, change: Change) -> Step:
    if not change.table:
        raise ValueError("there is no `table`")
    back = {ours: theirs for theirs, ours in change.table.items()}
    if len(back) < len(change.table):
        raise ValueError("two codes of the partner stand for the same one of ours: nobody could tell which to write")
    return Value(at, lambda value: change.table.get(value, value), lambda value: back.get(value, value))


def _units(at: Place, change: Change) -> Step:
    unknown = [code for code in change.table.values() if known(code) is None]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no unit that we know")
    return _lookup(at, change)


def _assume(at: Place, change: Change) -> Step:
    wanted = _wanted(change)
    return Value(at, lambda value: value or wanted, lambda value: "" if value == wanted else value)


def _state(at: Place, change: Change) -> Step:
    wanted = _wanted(change)
    return Value(at, lambda value: "" if value == wanted else value, lambda value: value or wanted)


def _wanted(change: Change) -> str:
    if not change.value:
        raise ValueError("there is no `value`")
    return change.value


def _date(at: Place, change: Change) -> Step:
    """Two digits of a year are of 1950 to 2049, as everywhere."""
    parts = re.fullmatch(r"(YYYY|YY|MM|DD)([^A-Z]?)(YYYY|YY|MM|DD)([^A-Z]?)(YYYY|YY|MM|DD)", change.form)
    if parts is None or {each[0] for each in parts.group(1, 3, 5)} != {"Y", "M", "D"}:
        raise ValueError(f"`{change.form}` is no form of a date; write one such as `MMDDYY`")
    names = parts.group(1, 3, 5)
    pattern = re.compile(
        "".join(
            f"(?P<{piece[0]}>[0-9]{{{len(piece)}}})" if piece in names and piece else re.escape(piece)
            for piece in parts.groups()
        )
    )
    short = "YYYY" not in names

    def inward(value: str) -> str:
        found = pattern.fullmatch(value)
        if found is None:
            return value
        year = found["Y"] if not short else ("19" if found["Y"] >= "50" else "20") + found["Y"]
        day = year + found["M"] + found["D"]
        return day if as_date(day) else value

    def outward(value: str) -> str:
        if not value:
            return value
        if len(value) != 8 or not as_date(value):
            raise CannotWrite(f"{value!r} at {at} is no date that could be written as {change.form}")
        said = {"YYYY": value[:4], "YY": value[2:4], "MM": value[4:6], "DD": value[6:]}
        return "".join(said.get(piece, piece) for piece in parts.groups())

    return Value(at, inward, outward)


def _decimals(at: Place, change: Change) -> Step:
    places = change.places
    if not 0 < places <= 9:
        raise ValueError("`places` is 1 to 9")

    def inward(value: str) -> str:
        sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
        if not _DIGITS.match(digits):
            return value
        digits = digits.rjust(places + 1, "0")
        whole, part = digits[:-places].lstrip("0") or "0", digits[-places:].rstrip("0")
        return sign + whole + (f".{part}" if part else "")

    def outward(value: str) -> str:
        if not value:
            return value
        sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
        whole, _, part = digits.partition(".")
        if not _POINTED.match(value) or len(part) > places:
            raise CannotWrite(f"{value!r} at {at} is no number of {places} decimals")
        return sign + ((whole + part.ljust(places, "0")).lstrip("0") or "0")

    return Value(at, inward, outward, _settled)


def _settled(value: str) -> str:
    """A number without zeros that say nothing."""
    if not value or not _POINTED.match(value):
        return value
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, _, part = digits.partition(".")
    part = part.rstrip("0")
    return sign + (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def _trim(at: Place, change: Change) -> Step:
    wanted = _wanted(change)
    return Value(at, lambda value: value.lstrip(wanted) or value, None)


def _inserted(change: Change, dialect: str) -> Step:
    if not change.after:
        raise ValueError("`insert` wants to know `after` which segment")
    element, component = ("*", ">") if dialect == "x12" else ("+", ":")
    parts = tuple(tuple(each.split(component)) for each in change.insert.split(element))
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", parts[0][0]) or len(parts) < 2:
        raise ValueError(f"`{change.insert}` is no segment; write one such as `REF{element}IA{element}12345`")
    return _Insert(parts, place(change.after))


_MAKERS: dict[str, Callable[[Place, Change], Step]] = {
    "move": _move,
    "lookup": _lookup,
    "units": _units,
    "assume": _assume,
    "state": _state,
    "date": _date,
    "decimals": _decimals,
    "trim": _trim,
}
