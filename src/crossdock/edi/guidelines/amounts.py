"""Comparisons of quantities, money and days, in exact decimals. The whole table:

`A > B`, `>=`, `<`, `<=`, `==`, `!=`; `A within 2 % of B`; `A within 3 days of B`; `A is whole`; `A is multiple of 6`
or of a place; `A has at most 2 decimals`. A and B are numbers, places, `2 % of PLACE`, `count(PLACE)`, `sum(PLACE)`,
`sum(IT1.02 * IT1.04)`, joined by `+`, `-` and `*`. What is empty is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crossdock.edi.guidelines.places import PLACE, Place, of_match
from crossdock.edi.x12.envelope import as_date

Ask = Callable[[Place], str]
"""What stands at a place; empty if nothing does."""
AskAll = Callable[[Place], Sequence[Ask]]
"""One asker for every segment at a place within reach."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<word>count|sum|within|days?|of|is|whole|multiple|has|at|most|decimals?)\b"
    r"|(?P<place>" + PLACE.pattern + r")|(?P<sign>>=|<=|==|!=|[><%()*+-]))"
)
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
_LONGEST = 40
_NUMBER = re.compile(r"[+-]?[0-9]*(?:[.,][0-9]*)?")
_HUNDREDTH = Decimal("0.01")


class Nothing(Exception):
    """A place is empty or holds no number, so there is nothing to compare."""


Day = Callable[[str], str]
"""A day as the partner writes it, in our form."""
Value = Callable[[Ask, AskAll], Decimal]
Verdict = Callable[[Ask, AskAll], bool]
Nearest = Callable[[Decimal, Ask, AskAll], Decimal]


@dataclass(frozen=True, slots=True)
class Amount:
    """A comparison made ready. `places` are those it asks for itself; `wide` says that it counts or adds up."""

    text: str
    places: tuple[Place, ...]
    wide: bool
    verdict: Verdict
    counted: tuple[Place, ...] = ()
    """What it counts and adds up."""
    left: Place | None = None
    """The place on the left, where nothing else stands there."""
    sign: str = ""
    right: Value | None = None
    nearest: Nearest | None = None
    """Of a comparison without a right side: the next number for which it holds."""
    day: Place | None = None
    """Of days: the place whose day the left one is to be near."""

    def holds(self, ask: Ask, ask_all: AskAll) -> bool:
        """Does it hold? So it does where there is nothing to compare."""
        try:
            return self.verdict(ask, ask_all)
        except Nothing:
            return True


def parse(text: str, implied: Callable[[Place], int], day: Callable[[Place], Day]) -> Amount:
    """A comparison. `implied` says how many of the last digits at a place are decimals, `day` in which form a day
    stands there. Raises ValueError with words."""
    return _Parser(text, implied, day).amount()


def as_it_is(text: str) -> str:
    """What is in our form already."""
    return text


def number(text: str, implied: int = 0) -> Decimal:
    """The number that a value is, where so many of its last digits are decimals. Raises `Nothing`."""
    if not text or len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise Nothing
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise Nothing from None
    return found.scaleb(-implied) if implied and "." not in text else found


class _Parser:
    """Reads one comparison, a token at a time."""

    def __init__(self, text: str, implied: Callable[[Place], int], day_of: Callable[[Place], Day]) -> None:
        self.text = text
        self.implied = implied
        self.day_of = day_of
        self.tokens = self._tokens()
        self.at = 0
        self.places: list[Place] = []
        self.wide = False
        self.right: Value | None = None
        self.nearest: Nearest | None = None
        self.counted: list[Place] = []
        self.day: Place | None = None

    def _tokens(self) -> list[tuple[str, str, Place | None]]:
        found, at = [], 0
        text = self.text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"`{text[at:].strip()}` is not understood")
            kind = next(name for name in ("number", "word", "place", "sign") if match.group(name))
            named = PLACE.fullmatch(match.group(kind)) if kind == "place" else None
            found.append((kind, match.group(kind), of_match(named) if named else None))
            at = match.end()
        return found

    def amount(self) -> Amount:
        """The whole."""
        left = self._sum()
        alone = self.places[0] if len(self.places) == self.at == 1 else None
        sign = self._peek()
        verdict = self._rest(left)
        if self.at < len(self.tokens):
            raise ValueError(f"`{self.tokens[self.at][1]}` is too much")
        return Amount(
            self.text,
            tuple(dict.fromkeys(self.places)),
            self.wide,
            verdict,
            tuple(self.counted),
            alone,
            sign,
            self.right,
            self.nearest,
            self.day,
        )

    def _rest(self, left: Value) -> Verdict:
        word = self._take()
        if word in _COMPARE:
            compare, right = _COMPARE[word], self._sum()
            self.right = right
            return lambda ask, everything: compare(left(ask, everything), right(ask, everything))
        if word == "is" and self._peek() == "whole":
            self._take()
            self.nearest = _next_whole
            return lambda ask, everything: _whole(left(ask, everything))
        if word == "is":
            self._expect("multiple", "of")
            return self._multiple(left)
        if word == "has":
            self._expect("at", "most")
            most = self._number()
            self._expect("decimals")
            self.nearest = _next_whole
            return lambda ask, everything: _decimals(left(ask, everything)) <= most
        if word == "within":
            return self._within(left)
        raise ValueError(f"`{word or 'the end'}` is no comparison; use one of {', '.join(_COMPARE)}, within, is, has")

    def _multiple(self, left: Value) -> Verdict:
        """Of a number, or of what stands at a place: the content of a case."""
        kind, text, named = self.tokens[self.at] if self.at < len(self.tokens) else ("", "the end", None)
        if kind not in ("number", "place"):
            raise ValueError(f"`multiple of` wants a number or a place before `{text}`")
        if named is None and not Decimal(text):
            raise ValueError("nothing is a multiple of zero")
        said = self._factor()

        def of(ask: Ask, everything: AskAll) -> Decimal:
            found = said(ask, everything)
            if not found:
                raise Nothing  # a case of nothing says nothing of what is in it
            return found

        self.nearest = lambda value, ask, everything: _next_multiple(of(ask, everything), value)
        return lambda ask, everything: left(ask, everything) % of(ask, everything) == 0

    def _within(self, left: Value) -> Verdict:
        size = self._number()
        if self._peek() == "%":
            self._take()
            self._expect("of")
            self.right = right = self._sum()
            return lambda ask, everything: (
                abs(left(ask, everything) - right(ask, everything)) <= abs(right(ask, everything)) * size * _HUNDREDTH
            )
        self._expect("days", "of")
        named = self.tokens[self.at][2] if self.at < len(self.tokens) else None
        if named is None or len(self.places) != 1:
            raise ValueError("`within N days of` stands between two places")
        self._take()
        one, other = self.places[0], named
        self.places.append(other)
        self.day = other
        first, second = self.day_of(one), self.day_of(other)
        return lambda ask, _: _days(first(ask(one)), second(ask(other))) <= size

    def _sum(self) -> Value:
        left = self._product()
        while (sign := self._peek()) in ("+", "-"):
            self._take()
            left = _added(left, self._product(), minus=sign == "-")
        return left

    def _product(self) -> Value:
        left = self._factor()
        while self._peek() == "*":
            self._take()
            left = _multiplied(left, self._factor())
        return left

    def _factor(self) -> Value:
        if self.at >= len(self.tokens):
            raise ValueError("something is missing at the end")
        kind, text, named = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            constant = Decimal(text)
            if self._peek() != "%":
                return lambda ask, everything: constant
            self._take()
            self._expect("of")
            of = self._factor()
            return lambda ask, everything: of(ask, everything) * constant * _HUNDREDTH
        if named is not None:
            if not named.element:
                raise ValueError(f"`{text}` names a segment; name an element, such as `{text}.02`")
            self.places.append(named)
            implied = self.implied(named)
            return lambda ask, everything: number(ask(named), implied)
        if text in ("count", "sum"):
            return self._wide(text)
        raise ValueError(f"`{text}` is neither number nor place")

    def _wide(self, what: str) -> Value:
        self._expect("(")
        before, self.places = self.places, []
        self.wide = True
        if what == "count":
            named = self.tokens[self.at][2] if self.at < len(self.tokens) else None
            if named is None:
                raise ValueError("`count` wants a place, such as `count(PO1)`")
            self._take()
            counted = named
            self.counted.append(named)
            self.places = before
            self._expect(")")
            return lambda ask, everything: Decimal(len(everything(counted)))
        inner = self._sum()
        self._expect(")")
        inside, self.places = self.places, before
        self.counted += inside
        first = inside[0] if inside else None
        if first is None or any((each.tag, each.tests) != (first.tag, first.tests) for each in inside):
            raise ValueError("`sum` adds up elements of one segment")
        of = Place(first.tag, first.tests)
        return lambda ask, everything: sum((_or_zero(inner, one, everything) for one in everything(of)), Decimal(0))

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        found = self._peek()
        self.at += 1
        return found

    def _expect(self, *words: str) -> None:
        for word in words:
            if (found := self._take()).rstrip("s") != word.rstrip("s"):
                raise ValueError(f"`{word}` is missing before `{found or 'the end'}`")

    def _number(self) -> Decimal:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != "number":
            raise ValueError("a number is missing")
        return Decimal(self._take())


def _or_zero(inner: Value, ask: Ask, everything: AskAll) -> Decimal:
    try:
        return inner(ask, everything)
    except Nothing:
        return Decimal(0)


def _added(left: Value, right: Value, *, minus: bool) -> Value:
    if minus:
        return lambda ask, everything: left(ask, everything) - right(ask, everything)
    return lambda ask, everything: left(ask, everything) + right(ask, everything)


def _multiplied(left: Value, right: Value) -> Value:
    return lambda ask, everything: left(ask, everything) * right(ask, everything)


def _next_multiple(of: Decimal, value: Decimal) -> Decimal:
    at_least = max(value, of)
    over = at_least % of
    return at_least - over + of if over else at_least


def _next_whole(value: Decimal, ask: Ask, everything: AskAll) -> Decimal:
    return _next_multiple(Decimal(1), value)


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _days(one: str, other: str) -> Decimal:
    first, second = as_date(one[:8]), as_date(other[:8])
    if first is None or second is None:
        raise Nothing
    return Decimal(abs((first - second).days))
