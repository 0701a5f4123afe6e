"""A guideline as one regular expression of a whole set: what matches it is faultless in its form, in one call.

What an expression cannot say (check digits, most formats, conditions) is asked of the values afterwards. Where an
expression is narrower than the rule, the walk has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Group, Level, Node, Rule, apart
from crossdock.edi.guidelines.walk import NOTHING, wrong_with
from crossdock.edi.kernel.calendar import MONTH_AND_DAY

_ENVELOPE = {"x12": ("ST", "SE"), "edifact": ("UNH", "UNT")}
# Formats that mean the same within a larger expression: letters, digits and classes of them, and how often each comes.
_PLAIN = re.compile(r"(?:(?:\[[A-Za-z0-9-]+\]|[A-Za-z0-9])(?:\{[0-9]+(?:,[0-9]*)?\}|[?*+])?)+")
_PART = re.compile(r"(?:\[[A-Za-z0-9-]+\]|[A-Za-z0-9])(?:\{([0-9]+)(,?)([0-9]*)\}|([?*+]))?")
_ENDLESS = 1 << 30
_TIMES = {"?": (0, 1), "*": (0, _ENDLESS), "+": (1, _ENDLESS)}
_TEXTS = ("", "AN", "ID")
_NEVER = "(?!)"


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators that an expression is made for."""

    element: str
    component: str
    terminator: str
    suffix: str = ""
    ascii: bool = False
    """Only texts of ASCII are held against it."""

    @property
    def end(self) -> str:
        """How a segment ends."""
        return re.escape(self.terminator + self.suffix)

    @property
    def last(self) -> str:
        """How the last segment ends."""
        return f"{re.escape(self.terminator)}(?:{re.escape(self.suffix)})?" if self.suffix else self.end

    @property
    def character(self) -> str:
        """One of an element."""
        return self._other_than(self.element + self.terminator)

    @property
    def within(self) -> str:
        """One of a component."""
        return self._other_than(self.element + self.terminator + self.component)

    def first(self, character: str) -> str:
        """The same, if it is no blank: what an element or component begins with."""
        return self._other_than(self.element + self.terminator + " " + self.component * (character == self.within))

    def _other_than(self, marks: str) -> str:
        return _printed(marks) if self.ascii else f"[^{_class(marks)}\\x00-\\x1f\\x7f]"

    @property
    def mark(self) -> str:
        """The element separator."""
        return re.escape(self.element)


@lru_cache(maxsize=64)
def _printed(but: str) -> str:
    """The same letters within ASCII: those that may stand there are looked up at once, all others are gone through."""
    runs = [[ord(" "), ord(" ") - 1]]
    for code in range(ord(" "), 0x7F):
        if chr(code) in but:
            runs.append([code + 1, code])
        else:
            runs[-1][1] = code
    drawn = "".join(f"\\x{first:02x}-\\x{last:02x}" for first, last in runs if first <= last)
    return f"[{drawn}\\x80-\\xff]"


def _class(characters: str) -> str:
    return "".join(re.escape(each) for each in characters)


class Drawing:
    """Draws the expression of one guideline for one set of separators."""

    def __init__(self, marks: Marks, dialect: str, others: bool) -> None:
        self.marks = marks
        self.dialect = dialect
        self.ends = _ENVELOPE[dialect]
        """The tags of the envelope."""
        self.others = others
        """Are segments that nobody describes passed over?"""

    def whole(self, level: Level) -> str:
        """A whole set, from header to trailer."""
        start, end = self.ends
        rest = f"{self.marks.mark}[^{_class(self.marks.terminator)}]*+"
        return f"{start}{rest}{self.marks.end}{self.level(level, level)}{end}{rest}{self.marks.last}"

    def level(self, level: Level, top: Level) -> str:
        """Everything that may follow one another."""
        passed = self._passed(top) if self.others else ""
        return passed + "".join(self._group(group, top) + passed for group in level.groups)

    def _passed(self, top: Level) -> str:
        known = "|".join(sorted({node.tag for node in top.nodes()} | {self.ends[1]}))
        marks = self.marks
        tag = f"(?!(?:{known}){marks.mark})[A-Z][A-Z0-9]{{1,2}}"
        return f"(?:{tag}{marks.mark}[^{_class(marks.terminator)}]*+{marks.end})*+"

    def _group(self, group: Group, top: Level) -> str:
        used = [node for node in group.nodes if not node.never]
        if not used:
            return ""
        drawn = [self.node(node, top) for node in used]
        one = "|".join(drawn)
        codes = "".join(self._codes(node, one) for node in used)
        if len(group.nodes) == 1:
            return codes + _times(one, int(used[0].mandatory), used[0].most)
        once = _once(used)
        needs = codes + "".join(self._needs(node, one) for node in used if node is not once)
        if once is None:
            return f"{needs}(?:{one})*+"
        others = [each for node, each in zip(used, drawn, strict=True) if node is not once]
        around = f"(?:{'|'.join(others)})*+" if others else ""
        return needs + around + _times(drawn[used.index(once)], int(once.mandatory), 1) + around

    def _needs(self, node: Node, one: str) -> str:
        """Of one among several: that it is ahead if it must be, and not too often."""
        start = self._start(node)
        found = f"(?=(?:{one})*?{start})" if node.mandatory else ""
        if node.form.max:
            # Atomic: the earliest ones are the ones to count, so there is nothing to try again.
            found += f"(?!(?>(?:{one})*?(?={start})(?:{one})){{{node.most + 1}}})"
        return found

    def _codes(self, node: Node, one: str) -> str:
        """That each code which must occur is ahead."""
        found = ""
        for rule in node.rules:
            for code in rule.require:
                before = f"{self.marks.mark}{self.marks.character}*+" * (rule.number - 1) + self.marks.mark
                found += f"(?=(?:{one})*?{node.tag}{before}{re.escape(code)}(?:{self.marks.mark}|{self.marks.end}))"
        return found

    def _start(self, node: Node) -> str:
        return node.tag + tests(node.place, self.marks)

    def node(self, node: Node, top: Level) -> str:
        """A segment and what is below it."""
        below = self.level(node.level, top) if node.level is not None else ""
        return self._segment(node) + below

    def _segment(self, node: Node) -> str:
        marks, rules = self.marks, node.rules
        needed = max((each.number for each in rules if each.mandatory), default=1)
        parts = [marks.mark + self._element(rule, node) for rule in rules]
        tail, required = self._behind(node)
        if node.pairs or (node.base is not None and node.base.pairs):
            # Ids stand at fixed places: if they come, so do the elements before them.
            needed = max(needed, len(parts)) if required else needed
        for part in reversed(parts[needed:]):
            tail = f"(?:{part}{tail})?+"
        wanted = ahead(node.place, marks) or ("" if rules else f"(?={marks.mark})")
        return node.tag + wanted + "".join(parts[:needed]) + required + tail + marks.end

    def _behind(self, node: Node) -> tuple[str, str]:
        """What may come behind the described elements, and what must be ahead of them."""
        marks, form = self.marks, node.form
        rest = f"(?:{marks.mark}[^{_class(marks.terminator)}]*+)?+"
        if form.pairs is not None:
            ids = "|".join(
                f"{re.escape(code)}{marks.mark}{self._content(rule)}"
                for code, rule in sorted(node.pairs.items(), key=lambda each: -len(each[0]))
            )
            return self._pairs(f"{marks.mark}(?:{ids})", node)
        if node.base is None:
            return rest, ""
        if node.base.pairs and len(node.rules) == len(node.base.elements):
            pair = f"(?:{marks.mark}{marks.character}{{2}}{marks.mark}{marks.character}{{1,48}}+)"
            return f"{pair}{{0,{node.base.pairs}}}+", ""
        return (rest if node.base.open else ""), ""

    def _pairs(self, one: str, node: Node) -> tuple[str, str]:
        """Pairs of qualifier and id, where `one` draws any of them."""
        marks, form = self.marks, node.form
        assert form.pairs is not None  # asked of nodes with pairs only
        most = form.pairs.most
        wanted = [
            (f"{marks.mark}{re.escape(code)}{marks.mark}", rule) for code, rule in node.pairs.items() if rule.mandatory
        ]
        if not wanted:
            return f"(?:{one}){{0,{most}}}+", ""
        # As they are described is how they mostly come; only then in any other order.
        in_order = "".join(start + self._content(rule) for start, rule in wanted)
        pair = f"{marks.mark}{marks.character}*+{marks.mark}{marks.character}*+"
        anywhere = "".join(f"(?=(?:{pair})*?{start})" for start, _ in wanted)
        rest = max(0, most - len(wanted))
        return "", f"(?:{in_order}(?:{one}){{0,{rest}}}+|{anywhere}(?:{one}){{0,{most}}}+)"

    def _element(self, rule: Rule, node: Node) -> str:
        if rule.unused:
            return ""
        if rule.components:
            something = f"(?=[^ {_class(self.marks.element + self.marks.terminator)}])"
            content = (something if rule.mandatory else "") + self._composite(rule)
        else:
            content = self._content(rule)
        return content if rule.mandatory else f"(?:{content})?+"

    def _composite(self, rule: Rule) -> str:
        mark = re.escape(self.marks.component)
        more = f"(?:{mark}{self.marks.within}*+)*+"
        parts, last = [], 0
        for each in rule.components:
            parts += [f"{self.marks.within}*+"] * (each.number - last - 1)
            content = "" if each.unused else self._content(each, self.marks.within)
            parts.append(content if each.mandatory else f"(?:{content})?+")
            last = each.number
        needed = max((each.number for each in rule.components if each.mandatory), default=1)
        tail = more
        for part in reversed(parts[needed:]):
            tail = f"(?:{mark}{part}{tail})?+"
        return mark.join(parts[:needed]) + tail

    def _content(self, rule: Rule, character: str = "") -> str:
        listed = [rule.value] if rule.value else rule.codes
        if listed:
            good = [each for each in listed if wrong_with(rule, each, self.dialect) == NOTHING]
            # The longer first: what has matched is not given back.
            return f"(?:{'|'.join(map(re.escape, sorted(good, key=len, reverse=True)))})" if good else _NEVER
        if not rule.described and not rule.name:
            return f"{self.marks.character}*+"
        character = character or self.marks.character
        if rule.reformed:
            # The value is judged by how it is read; where only some segments are in that form, the walk tells which.
            return _NEVER if any(each.at.tests for each in rule.agreed) else f"(?! ){character}++"
        content = self._typed(rule, character)
        if rule.format is None or not _PLAIN.fullmatch(rule.format.pattern):
            return content
        behind = f"(?!{character})"
        if rule.type in _TEXTS and _is_within(rule.format.pattern, rule.shortest, rule.longest):
            return _straight(rule.format.pattern) or f"(?>{rule.format.pattern}{behind})"
        return f"(?={content}{behind})(?>{rule.format.pattern} *+{behind})"

    def _typed(self, rule: Rule, character: str) -> str:
        whole = f"-?+[0-9]{{{rule.shortest},{rule.longest}}}+"
        return {
            "N0": whole,
            "N2": whole,
            "R": f"-?+[0-9]{{{rule.shortest},{max(rule.shortest, rule.longest - 4)}}}+(?:\\.[0-9]{{1,4}}+)?+",
            "DT": _date(rule),
            "TM": "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2}+)?+)?+",
        }.get(rule.type) or self._text(rule, character)

    def _text(self, rule: Rule, character: str) -> str:
        if not 1 <= rule.shortest <= rule.longest:
            return f"(?! ){character}{{{rule.shortest},{rule.longest}}}+"
        more = f"{character}{{{rule.shortest - 1},{rule.longest - 1}}}+" if rule.longest > 1 else ""
        return self.marks.first(character) + more


def _is_within(plain: str, shortest: int, longest: int) -> bool:
    """Is what keeps to a plain format sure to have a length?"""
    least = most = 0
    for number, comma, upper, sign in _PART.findall(plain):
        low, high = _TIMES.get(
            sign, (int(number or 1), int(upper) if upper else _ENDLESS if comma else int(number or 1))
        )
        least, most = least + low, most + high
    return shortest <= least and most <= longest


def _straight(plain: str) -> str:
    """A plain format that takes all it can in one go, where only its last part has no fixed length; empty for others,
    that may have to try again."""
    parts = list(_PART.finditer(plain))
    if any(each[2] or each[4] for each in parts[:-1]):
        return ""
    return plain + "+" * bool(parts[-1][2] or parts[-1][4])


def says_all(rule: Rule) -> bool:
    """Does the expression say everything of a value?"""
    if rule.value or rule.codes:
        return True
    return not (rule.check or rule.reformed) and (
        rule.format is None or _PLAIN.fullmatch(rule.format.pattern) is not None
    )


def _once(nodes: Sequence[Node]) -> Node | None:
    """The one of several that may come once while all others may come as often as they like, if there is such a one
    and nothing can be taken for it and for another."""
    limited = [node for node in nodes if node.form.max]
    if len(limited) != 1 or limited[0].most != 1:
        return None
    once = limited[0]
    return once if all(apart(once.place, node.place) for node in nodes if node is not once) else None


def _date(rule: Rule) -> str:
    if rule.shortest <= 8 <= rule.longest:
        return "[12][0-9]{3}" + MONTH_AND_DAY
    return "[0-9]{2}" + MONTH_AND_DAY if rule.shortest <= 6 <= rule.longest else _NEVER


def _times(drawn: str, least: int, most: int) -> str:
    if most == 1:
        return f"(?:{drawn})" if least else f"(?:{drawn})?+"
    return f"(?:{drawn}){{{least},{most}}}+"


def tests(place: Place, marks: Marks) -> str:
    """What must stand behind the tag for the tests of a place, up to the last tested element."""
    if not place.tests:
        return f"(?=[{_class(marks.element + marks.terminator)}])"
    found = ""
    for test in place.tests:
        before = f"{marks.mark}{marks.character}*+" * (test.element - 1) + marks.mark
        component = f"{marks.within}*+{re.escape(marks.component)}" * (max(test.component, 1) - 1)
        behind = f"(?=[{_class(marks.element + marks.component + marks.terminator)}])"
        found += f"(?={before}{component}{re.escape(test.value)}{behind})"
    return found


def ahead(place: Place, marks: Marks) -> str:
    """The tests of a place, none where it has none."""
    return tests(place, marks) if place.tests else ""


def pair_finder(node: Node, qualifier: str, marks: Marks) -> str:
    """An expression that captures the ids behind a qualifier, in every segment at a place."""
    anything = f"[^{_class(marks.terminator)}]*?"
    start = f"{marks.end}{node.tag}{ahead(node.place, marks)}"
    return f"{start}{marks.mark}{anything}{marks.mark}{re.escape(qualifier)}{marks.mark}({marks.character}*+)"
