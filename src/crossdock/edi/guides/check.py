"""Holds a transaction set against its guide.

The guide is compiled into one regular expression of a whole set. A set that matches it is faultless, in one call; only
a set that does not is walked segment by segment to say what is wrong and where. What the expression does not see
(codes) the maps find when they read the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from crossdock.edi.guides import ElementRule, Guide, SegmentRule, Use, guides
from crossdock.edi.kernel.calendar import MONTH_AND_DAY
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import Delimiters, TransactionSet, as_date

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\Z")
_WHOLE = re.compile(r"-?[0-9]+\Z")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?\Z")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_MOST_FAULTS = 100
"""Per set; who sends more than that is not helped by more."""


def check(ts: TransactionSet, guide: Guide) -> list[Fault]:
    """The faults of a set against its guide, in order."""
    header = ts.interchange
    marks, encoding = header.delimiters, header.encoding
    whole = _faultless(guide.type, marks.element, marks.terminator, marks.suffix, encoding)
    if ts.raw.isascii() and whole.fullmatch(ts.raw):
        ts.split_plainly()
        return []
    # Indented or blank lines do no harm, and a letter beyond ASCII is one letter, however many bytes it takes.
    texts = ts.texts if ts.raw.isascii() else [_BEYOND_ASCII.sub("x", text) for text in ts.texts]
    plain = (marks.terminator.join(texts) + marks.terminator).encode(encoding, "replace")
    if _faultless(guide.type, marks.element, marks.terminator, "", encoding).fullmatch(plain):
        return []
    found: list[Fault] = []
    for each in _walk(ts, guide):
        found.append(each)
        if len(found) == _MOST_FAULTS:
            break
    return found


@lru_cache(maxsize=64)
def _faultless(kind: str, separator: str, terminator: str, suffix: str, encoding: str) -> re.Pattern[bytes]:
    guide = guides()[kind]
    marks = Delimiters(element=separator, terminator=terminator, suffix=suffix)
    areas = [_area_pattern(area, guide.segments, marks) for area in guide.areas]
    start = _segment_pattern(guide.segments["ST"], marks)
    end = _segment_pattern(guide.segments["SE"], Delimiters(element=separator, terminator=terminator))
    return re.compile((start + "".join(areas) + end).encode(encoding))


def _area_pattern(area: dict[str, Use], rules: dict[str, SegmentRule], marks: Delimiters) -> str:
    """An area begins with its only mandatory segment, where it has one. A segment that may occur once is allowed behind
    that alone, and left out of the repeated ones: what says it elsewhere is walked."""
    first = [tag for tag, use in area.items() if use.mandatory]
    # Those we describe are those that occur most: the expression tries its branches in order.
    repeated = sorted((tag for tag, use in area.items() if not use.once), key=lambda tag: (tag not in rules, tag))
    start = "".join(_of(tag, rules, marks) for tag in first)
    single = "".join(f"(?:{_of(tag, rules, marks)})?+" for tag, use in area.items() if use.once and not use.mandatory)
    # Possessive: a segment matches in one way only, so there is nothing to go back to.
    return (
        f"{start}{single}(?:{'|'.join(_of(tag, rules, marks) for tag in repeated)})*+" if repeated else start + single
    )


def _of(tag: str, rules: dict[str, SegmentRule], marks: Delimiters) -> str:
    rule = rules.get(tag)
    if rule is not None:
        return _segment_pattern(rule, marks)
    return f"{tag}(?:{re.escape(marks.element)}[^{_class(marks.terminator)}]*+){_end(marks)}"


def _segment_pattern(rule: SegmentRule, marks: Delimiters) -> str:
    """Elements up to the last mandatory one, then each further one only behind the one before it."""
    mark = re.escape(marks.element)
    needed = max((at for at, each in enumerate(rule.elements, 1) if each.mandatory), default=1)
    parts = [mark + _element_pattern(each, marks) for each in rule.elements]
    tail = f"(?:{mark}[^{_class(marks.terminator)}]*+)?+" if rule.open else ""
    if rule.pairs:
        character = _character(marks)
        pair = f"(?:{mark}{character}{{2}}{mark}{character}{{1,48}}+)"
        # What an open segment holds beyond its pairs stands behind the last of them: half a pair is none of it.
        tail = (
            f"(?:{pair}{{{rule.pairs}}}+{tail}|{pair}{{0,{rule.pairs - 1}}}+)"
            if tail
            else pair + f"{{0,{rule.pairs}}}+"
        )
    for part in reversed(parts[needed:]):
        tail = f"(?:{part}{tail})?+"
    return rule.id + "".join(parts[:needed]) + tail + _end(marks)


def _end(marks: Delimiters) -> str:
    return re.escape(marks.terminator + marks.suffix)


def _character(marks: Delimiters) -> str:
    return f"[^{_class(marks.element + marks.terminator)}\\x00-\\x1f]"


def _class(characters: str) -> str:
    """Characters for use within brackets. Beyond ASCII they are several bytes, each of which is excluded."""
    return "".join(re.escape(each) for each in characters)


def _element_pattern(rule: ElementRule, marks: Delimiters) -> str:
    character = _character(marks)
    content = {
        "N0": f"-?+[0-9]{{{rule.shortest},{rule.longest}}}+",
        "N2": f"-?+[0-9]{{{rule.shortest},{rule.longest}}}+",
        # A subset of what the walk allows: digits and point stay within the length in every case.
        "R": f"-?+[0-9]{{1,{max(1, rule.longest - 4)}}}+(?:\\.[0-9]{{1,4}}+)?+",
        "DT": "[12][0-9]{3}" + MONTH_AND_DAY,
        "TM": "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2}+)?+)?+",
    }.get(rule.type, f"{character}{{{rule.shortest},{rule.longest}}}+")
    if rule.mandatory:
        # Blanks alone say nothing.
        said = f"(?! +[{_class(marks.element + marks.terminator)}])" if rule.type in ("AN", "ID", "C") else ""
        return said + content
    if rule.type in ("AN", "ID", "C") and rule.shortest == 1:
        return f"{character}{{0,{rule.longest}}}+"
    return f"(?:{content})?+"


def _walk(ts: TransactionSet, guide: Guide) -> Iterator[Fault]:
    """Everything that is wrong, segment by segment."""
    rows = ts.rows
    area = 0
    seen: dict[tuple[int, str], int] = {}
    for position, row in enumerate(rows, 1):
        tag = row[0]
        if position not in (1, len(rows)) or tag not in ("ST", "SE"):
            area = max(area, guide.opens.get(tag, 0))
            yield from _placed(ts, guide, area, tag, position, seen)
        rule = guide.segments.get(tag)
        if len(row) == 1:
            yield ts.fault("segment_empty", position)
        if rule is not None:
            yield from elements(ts, rule, row, position)
    for index, uses in enumerate(guide.areas):
        for tag, use in uses.items():
            if use.mandatory and not seen.get((index, tag)):
                words = f"a mandatory segment is missing before {rows[-1][0]}: {tag}"
                missing = ts.fault("segment_missing", len(rows), detail=words)
                yield replace(missing, segment_id=tag)


def _placed(
    ts: TransactionSet, guide: Guide, area: int, tag: str, position: int, seen: dict[tuple[int, str], int]
) -> Iterator[Fault]:
    use = guide.areas[area].get(tag)
    if use is None:
        if not _TAG.match(tag):
            small = any(tag.upper() in other for other in guide.areas)
            yield small_tag(ts, tag, position) if small else ts.fault("segment_id_invalid", position)
        elif any(tag in other for other in guide.areas):
            yield ts.fault("segment_out_of_order", position)
            area = next(index for index, other in enumerate(guide.areas) if tag in other)
        else:
            yield ts.fault("segment_unexpected", position)
    seen[area, tag] = seen.get((area, tag), 0) + 1
    if use is not None and use.once and seen[area, tag] > 1:
        yield ts.fault("segment_repeated", position)


def small_tag(ts: TransactionSet, tag: str, position: int) -> Fault:
    """A tag in small letters refuses its set: read over, a line could be lost."""
    return ts.fault("segment_id_invalid", position, 0, f"the tag {tag} is in small letters", "error")


def elements(ts: TransactionSet, rule: SegmentRule, row: list[str], position: int) -> Iterator[Fault]:
    """What is wrong with the elements of one segment, by its description."""
    for element, each in enumerate(rule.elements, 1):
        if each.mandatory and (element >= len(row) or not row[element].strip()):
            yield ts.fault("element_missing", position, element, f"{each.name} is missing")
    for element, value in enumerate(row[1:], 1):
        if not value:
            continue
        found = rule.rule(element)
        if found is None:
            if not rule.open:
                yield ts.fault("element_surplus", position, element)
                return
            continue
        code = "" if found.mandatory and value.isspace() else _content(found, value)
        if code and not (code == "element_too_long" and _grown(ts, found, value)):
            yield ts.fault(code, position, element, f"{found.name}: {value[:40]!r} is not {_wanted(found)}")
    yield from _half_pairs(ts, rule, row, position)


def _half_pairs(ts: TransactionSet, rule: SegmentRule, row: list[str], position: int) -> Iterator[Fault]:
    first = len(rule.elements) + 1
    for element in range(first, min(len(row), first + 2 * rule.pairs), 2):
        qualifier, value = row[element], row[element + 1] if element + 1 < len(row) else ""
        if bool(qualifier.strip()) != bool(value.strip()):
            # Many partners leave a qualifier without id; nothing is lost by reading on.
            yield ts.fault("element_condition", position, element, "an item id and its kind come together", "warning")


def _grown(ts: TransactionSet, rule: ElementRule, value: str) -> bool:
    """Has the version of a set room for a text that earlier ones had none for? References and numbers of items grew
    from 30 and 48 characters to 50 in 005010 and to 80 after it."""
    room = 0 if ts.group.version < "005010" else 50 if ts.group.version < "006" else 80
    return rule.type == "AN" and rule.longest in (30, 48) and len(value) <= room


def _content(rule: ElementRule, value: str) -> str:
    """The code of what is wrong with a value, or nothing."""
    if rule.type == "C":
        return ""
    if value.isspace() and rule.type not in ("AN", "ID"):
        return "element_character"  # blanks say nothing: what is no number is none
    if rule.type in ("N0", "N2"):
        return _number(_WHOLE.match(value) is not None, _NUMBER.match(value) is not None, rule, value)
    if rule.type == "R":
        return _number(_NUMBER.match(value) is not None, False, rule, value)
    if rule.type == "DT":
        return "" if as_date(value) else "date_invalid"
    if rule.type == "TM":
        return "" if _TIME.match(value) else "time_invalid"
    if any(character < " " for character in value):
        return "element_character"
    return (
        "element_too_long" if len(value) > rule.longest else "element_too_short" if len(value) < rule.shortest else ""
    )


def _number(good: bool, tolerable: bool, rule: ElementRule, value: str) -> str:
    if not good:
        return "element_character" if tolerable else "number_invalid"
    digits = len(value.replace("-", "").replace(".", ""))
    return "element_too_long" if digits > rule.longest else "element_too_short" if digits < rule.shortest else ""


def _wanted(rule: ElementRule) -> str:
    kinds = {"DT": "a date", "TM": "a time", "R": "a number", "N0": "a whole number", "N2": "a whole number"}
    size = f"{rule.shortest}" if rule.shortest == rule.longest else f"{rule.shortest} to {rule.longest}"
    return f"{kinds.get(rule.type, 'text')} of {size} characters"
