"""Conditions made ready: expressions in CEL for codes, texts and dates, comparisons in decimals for all that counts.

CEL turns decimals into binary fractions, so no quantity and no money ever gets there: a condition that names one is
refused when it is read. Places are texts (`BEG.02`), or dates where the expression says `date(BEG.05)`. Every
expression is compiled once, and what it says of the same values is remembered.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from crossdock.edi.guidelines import amounts
from crossdock.edi.guidelines.amounts import Amount, Ask, AskAll, Day, as_it_is
from crossdock.edi.guidelines.form import Condition
from crossdock.edi.guidelines.overlay import Overlay
from crossdock.edi.guidelines.places import PLACE, Place, of_match, place
from crossdock.edi.x12.envelope import as_date

if TYPE_CHECKING:
    import cel

_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_TOKEN = re.compile(
    rf"(?P<quoted>{_QUOTED})|(?P<date>\bdate\(\s*(?P<inner>{PLACE.pattern})\s*\))|(?P<place>{PLACE.pattern})"
)
_REMEMBERED = 1 << 14
_ANY_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# What expressions raise that cannot be worked out, such as a comparison of a text with a date.
_FAILED = (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)
_NUMERIC = re.compile(r"\b(?:double|int|uint)\s*\(|(?<![\w.\"'])[0-9]+\.[0-9]")


@dataclass(frozen=True, slots=True)
class Expression:
    """One CEL expression: the places it asks for (True: as a date), and what it says of their values."""

    text: str
    places: tuple[tuple[Place, bool], ...]
    verdict: Callable[[tuple[str, ...]], bool | None]
    """None: a date is none, so there is nothing to judge."""


@dataclass(frozen=True, slots=True)
class Ready:
    """One condition made ready."""

    form: Condition
    where: tuple[str, ...]
    at: Place
    when: Expression | None
    must: Expression | None
    amount: Amount | None

    @property
    def places(self) -> list[Place]:
        """Every place it asks for, but those it counts or adds up."""
        named = [one for each in (self.when, self.must) if each for one, _ in each.places]
        return list(dict.fromkeys([*named, *(self.amount.places if self.amount else ())]))

    @property
    def number(self) -> int:
        """Which one it is in its file, from 1."""
        return int(self.where[-1]) + 1

    @property
    def alone(self) -> bool:
        """Does the segment itself say everything that it asks for?"""
        if self.amount is not None and self.amount.wide:
            return False
        return all(own(one, self.at) for one in self.places)

    @property
    def element(self) -> int:
        """The element that a fault is told at: the first of its own segment that is named."""
        checked = self.amount.places if self.amount else [one for one, _ in self.must.places] if self.must else ()
        return next((one.element for one in checked if own(one, self.at)), 0)

    @property
    def words(self) -> str:
        """What it asks for, as the guideline says it."""
        rule = self.form.must or self.form.amount
        given = f" where {self.form.when}" if self.form.when else ""
        return f"{self.form.says} ({rule}{given})" if self.form.says else f"the partner wants {rule}{given}"


def holds_by(each: Ready, ask: Ask, everything: AskAll) -> bool:
    """Does a condition hold, by what stands at the places it names?"""
    for expression, wanted in ((each.when, False), (each.must, True)):
        if expression is None:
            continue
        verdict = expression.verdict(tuple(ask(one) for one, _ in expression.places))
        if not wanted and not verdict:
            return True
        if wanted and verdict is False:
            return False
    return each.amount is None or each.amount.holds(ask, everything)


def own(one: Place, at: Place) -> bool:
    """Does a condition at `at` mean the segment itself by this place?"""
    return one.tag == at.tag and (not one.tests or one.tests == at.tests)


def ready(
    form: Condition, where: tuple[str, ...], kind_of: Callable[[Place], str], overlay: Overlay | None = None
) -> Ready:
    """A condition made ready. `kind_of` tells the type of what stands at a place, `overlay` in which form days and
    numbers are written. Raises ValueError with words."""
    if bool(form.must) == bool(form.amount):
        raise ValueError("a condition has either `must` or `amount`")
    at = place(form.at)
    if at.element:
        raise ValueError(f"`at` names a segment, not an element: `{at.tag}`")
    said = overlay or Overlay()

    def implied(one: Place) -> int:
        agreed = said.form_of("decimals", one, at)
        return agreed.places if agreed else 2 if kind_of(one) == "N2" else 0

    def day(one: Place) -> Day:
        agreed = said.form_of("date", one, at)
        return partial(_day_of, agreed.inward) if agreed else as_it_is

    return Ready(
        form,
        where,
        at,
        _expression(form.when, kind_of, day) if form.when else None,
        _expression(form.must, kind_of, day) if form.must else None,
        amounts.parse(form.amount, implied, day) if form.amount else None,
    )


def _day_of(inward: Day, value: str) -> str:
    """What is no day in the form that is agreed is none: six digits are in no other."""
    read = inward(value)
    return read if len(read) >= 8 else ""


def _expression(text: str, kind_of: Callable[[Place], str], day: Callable[[Place], Day]) -> Expression:
    asked: dict[tuple[Place, bool], str] = {}

    def named(found: re.Match[str]) -> str:
        if found["quoted"]:
            return found.group()
        inside = PLACE.fullmatch(found["inner"] or found["place"])
        assert inside is not None
        one, as_day = of_match(inside), found["date"] is not None
        if not one.element:
            return found.group()
        if kind_of(one) in ("R", "N0", "N2"):
            raise ValueError(f"{one} is a quantity or money, which `amount` compares exactly")
        return asked.setdefault((one, as_day), f"v{len(asked)}")

    source = _TOKEN.sub(named, text)
    if _NUMERIC.search(re.sub(_QUOTED, "''", source)):
        raise ValueError("numbers with decimals do not belong in an expression; `amount` compares them exactly")
    # Imported for the first expression: the package brings its interactive shell, and most guidelines have none.
    import cel

    try:
        program = cel.compile(source)
    except ValueError as problem:
        raise ValueError(f"`{text}` is no CEL: {_told(str(problem), source, asked)}") from None
    places = tuple(asked)
    _tried(program, places, text)
    return Expression(text, places, _verdict(program, [day(one) if as_day else None for one, as_day in places]))


_SLIPS = (
    (re.compile(r"=>"), "at least is written `>=`"), (re.compile(r"=<"), "at most is written `<=`"),
    (re.compile(r"<>"), "other than is written `!=`"), (re.compile(r"(?<![=!<>])=(?!=)"), "equal is written `==`"),
    (re.compile(r"\band\b", re.IGNORECASE), "and is written `&&`"),
    (re.compile(r"\bor\b", re.IGNORECASE), "or is written `||`"), (re.compile(r"\bnot\b", re.IGNORECASE), "not is `!`"),
)  # fmt: skip


def _told(problem: str, source: str, asked: dict[tuple[Place, bool], str]) -> str:
    """What is wrong with an expression, in the words of who wrote it."""
    bare = re.sub(_QUOTED, "''", source)
    for slip, words in _SLIPS:
        if slip.search(bare):
            return words
    said = problem.splitlines()[0].partition("Syntax error: ")[2] or problem.splitlines()[0]
    for (one, as_day), name in asked.items():
        said = re.sub(rf"\b{name}\b", f"date({one})" if as_day else str(one), said)
    return said


def _tried(program: cel.Program, places: tuple[tuple[Place, bool], ...], text: str) -> None:
    """Run it once: names that are none, and what is neither true nor false, show at once."""
    trial = {f"v{number}": _ANY_DAY if as_day else "" for number, (_, as_day) in enumerate(places)}
    try:
        found = program.execute(trial)
    except _FAILED as problem:
        raise ValueError(f"`{text}` cannot be worked out: {problem}") from None
    if not isinstance(found, bool):
        raise ValueError(f"`{text}` is neither true nor false")


def _verdict(program: cel.Program, days: Sequence[Day | None]) -> Callable[[tuple[str, ...]], bool | None]:
    names = [f"v{number}" for number in range(len(days))]

    @lru_cache(maxsize=_REMEMBERED)
    def verdict(values: tuple[str, ...]) -> bool | None:
        given: dict[str, object] = {}
        for name, value, as_day in zip(names, values, days, strict=True):
            day = as_date(as_day(value)[:8]) if as_day else None
            if as_day and day is None:
                return None
            given[name] = dt.datetime.combine(day, dt.time(), dt.UTC) if day else value
        try:
            return bool(program.execute(given))
        except _FAILED:
            # It was worked out once; values that it cannot take do not keep to it.
            return False

    return verdict
