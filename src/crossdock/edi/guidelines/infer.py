"""Proposes a guideline from samples, and says how sure it is of each line.

Structure is read off the samples: what opens a loop is known of the field's usual segments, and the order of the rest
is the shortest that all samples follow. `M` is what came every time; codes are those that were seen. How sure that is
follows from how often it was seen: the lower end of Wilson's interval at 95 % for "came every time", and for a list of
codes the same for "the next value is one of these", where a value seen once counts as one that was new (Good and
Turing). Three samples are not many: 3 of 3 is 43 % sure.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from crossdock.edi import edifact, x12
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.compiled import AMOUNTS
from crossdock.edi.guidelines.conclusions import conclusions
from crossdock.edi.guidelines.directions import direction_of
from crossdock.edi.guidelines.packs import read_guideline
from crossdock.edi.guidelines.tree import Rule
from crossdock.edi.guidelines.view import View, view
from crossdock.edi.guidelines.walk import NOTHING, wrong_with
from crossdock.edi.guidelines.yaml_text import Value, block
from crossdock.edi.guides import ElementRule, SegmentRule, segment_rules
from crossdock.edi.guides.edifact import segment_forms
from crossdock.edi.identifiers import Kind, fault_of
from crossdock.edi.kernel.syntax import EDIFACT, syntax_of
from crossdock.edi.x12.envelope import TransactionSet

Item = TransactionSet | Message
_BY_KIND = ("DTM", "QTY", "MOA", "CNT")
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_QUALIFIER = re.compile(r"[A-Z0-9]{1,3}\Z")
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_WRONG_FORM = frozenset(("date_invalid", "time_invalid", "number_invalid", "element_character"))
_MOST_CODES = 12
_NUMBERED = ("LIN", "CPS", "GID", "CNI", "SEQ")
"""Their first element counts."""
_PLACES = (("N4", 2), ("N4", 3), ("N4", 4))
"""State, postal code and country: the base guide calls them codes, and the next order goes somewhere else."""
_EDIFACT_PLACES = ("3207", "3229")
"""Countries and regions."""
_PARTIES = ("N1", "NAD", "LOC")
_LONGEST = 4096
_Z_SQUARED = Decimal("1.96") ** 2
_MANY = 5
"""So often or more: any number of times."""
# What opens a loop, and what may stand in it; None: everything up to the summary.
_X12_LOOPS: dict[str, frozenset[str] | None] = {
    "N1": frozenset(("N2", "N3", "N4", "NX2", "REF", "PER", "SI", "FOB", "TD1", "TD5", "DMG")),
    "N9": frozenset(("MSG", "DTM", "MTX")), "SAC": frozenset(("CUR", "TXI")), "ACK": frozenset(("DTM",)),
    "SCH": frozenset(("TD5", "REF")), "AK2": None, "AK3": frozenset(("AK4", "IK4", "CTX")), "PO1": None, "POC": None,
    "IT1": None, "LIN": None, "HL": None, "W01": None, "W04": None, "W07": None, "W12": None, "LX": None, "S5": None,
    "RCD": None, "CID": frozenset(("MEA", "PSD", "STA", "TMD")),
}  # fmt: skip
_EDIFACT_LOOPS: dict[str, frozenset[str] | None] = {
    "NAD": frozenset(("LOC", "FII", "RFF", "DTM", "CTA", "COM", "DOC")), "RFF": frozenset(("DTM",)),
    "CTA": frozenset(("COM",)), "TAX": frozenset(("MOA", "LOC")), "CUX": frozenset(("PCD", "DTM")),
    "PAT": frozenset(("DTM", "PCD", "MOA")), "TDT": frozenset(("LOC", "DTM")), "TOD": frozenset(("LOC",)),
    "ALC": frozenset(("ALI", "QTY", "PCD", "MOA", "RTE", "TAX", "DTM")),
    "PAC": frozenset(("MEA", "QTY", "PCI", "GIN", "RFF", "DTM")),
    "PCI": frozenset(("RFF", "DTM", "GIN", "GIR")), "LIN": None, "CPS": None, "CNI": None, "STS": None,
    "LOC": frozenset(("QTY", "DTM")), "GID": None, "DOC": None,
}  # fmt: skip
# What may not stand in a loop of the heading that is open to anything.
_LINE_LOOPS = (
    "PO1", "POC", "IT1", "LIN", "HL", "CPS", "LX", "W01", "W04", "W07", "W12", "AK2", "RCD", "CNI", "GID",
)  # fmt: skip
_LEVELS = ("HL", "CPS", "LX")
"""Loops of which such lines are a part."""
_SUMMARY = frozenset(("CTT", "TDS", "UNS", "CNT", "W03", "W14", "W76", "W08", "AK9", "AK5", "ISS", "L3", "SE", "UNT"))
_CHECKED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("sscc", re.compile(r"(?:00)?[0-9]{18}\Z")),
    ("gtin", re.compile(r"[0-9]{12,14}\Z")),
)
_BY_QUALIFIER: dict[str, Kind] = {
    "UP": "upc", "UA": "gtin", "UK": "gtin", "EN": "gtin", "EO": "gtin", "UI": "upc", "UD": "upc", "U2": "upc",
}  # fmt: skip


class NothingToInfer(ValueError):
    """No document is in the samples, or several kinds; the message says which."""


@dataclass(frozen=True)
class Proposal:
    """A proposed guideline as YAML, with its comments; `lines` say of each path what is known."""

    document: str
    documents: int
    text: str
    lines: dict[str, str]


@dataclass
class _Seen:
    """A segment of one sample, with what stands in its loop."""

    row: list[str]
    view: View
    below: list[_Seen] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return self.row[0]

    @property
    def kind(self) -> tuple[str, str]:
        """What tells it from its neighbours: levels go by their code, dates and amounts of EDIFACT by their kind."""
        if self.tag == "HL":
            return self.tag, self.view.value(self.row, 3)
        if self.tag in _BY_KIND and isinstance(self.view.item, Message):
            said = self.view.value(self.row, 1, 1)
            return self.tag, said if _QUALIFIER.match(said) else ""
        return self.tag, ""


def sure(seen: int, of: int) -> int:
    """The lower end of Wilson's interval at 95 %, in per cent: how sure it is that what came `seen` of `of` times
    comes again."""
    if not of:
        return 0
    times, count = Decimal(seen), Decimal(of)
    spread = (_Z_SQUARED * (_Z_SQUARED + 4 * times * (count - times) * (Decimal(1) / count))).sqrt()
    lower = (2 * times + _Z_SQUARED - spread) / Decimal(2 * (of + _Z_SQUARED))
    return max(0, int(lower * 100))


def proposed(data: Sequence[bytes], partner: str, document: str = "", kind: str = "customer") -> Proposal:
    """A guideline that every document in the samples of a kind of partner keeps to. Raises `NothingToInfer`."""
    items = [item for each in data for item in items_of(each)]
    kinds = Counter(item.type for item in items)
    if not kinds:
        raise NothingToInfer("the samples hold no document")
    if not document and len(kinds) > 1:
        raise NothingToInfer(f"the samples hold {', '.join(sorted(kinds))}: say which with --document")
    document = document or next(iter(kinds))
    items = [item for item in items if item.type == document]
    if not items:
        raise NothingToInfer(f"the samples hold no {document}, but {', '.join(sorted(kinds))}")
    return _Proposing(items, partner, kind).made()


def items_of(data: bytes) -> list[Item]:
    """The sets or messages of an input."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    if syntax_of(head) == EDIFACT:
        return [item for item in edifact.read(data) if isinstance(item, Message)]
    return [item for item in x12.read(data) if isinstance(item, TransactionSet)]


class _Proposing:
    """Makes the proposal from documents of one kind."""

    def __init__(self, items: Sequence[Item], partner: str, kind: str) -> None:
        self.items = items
        self.partner = partner
        self.kind = kind
        self.edifact = isinstance(items[0], Message)
        self.lines: dict[str, str] = {}
        self.loops = _EDIFACT_LOOPS if self.edifact else _X12_LOOPS

    def made(self) -> Proposal:
        first = self.items[0]
        versions = {_version(item) for item in self.items}
        documents = [_nested(item, self.loops) for item in self.items]
        segments = self._level(documents, "/segments")
        head: dict[str, Value] = {
            "partner": self.partner,
            "dialect": "edifact" if self.edifact else "x12",
            "document": first.type,
            "version": _common(versions),
            "directions": [direction_of(first.type, self.kind)],
            "source": {"title": f"Proposed from {len(self.items)} sample{'s' if len(self.items) > 1 else ''}"},
            "segments": segments,
        }
        conditions = self._conditions(head)
        if conditions:
            head["conditions"] = conditions
        intro = (
            f"# Proposed from {len(self.items)} documents; read each line before you rely on it. `sure` is how far\n"
            "# the "
            "samples bear a line out: the lower end of Wilson's interval at 95 %.\n"
        )
        return Proposal(first.type, len(self.items), intro + "\n".join(block(head, 0, self.lines)) + "\n", self.lines)

    def _level(self, instances: Sequence[list[_Seen]], path: str) -> list[Value]:
        order = _in_order([_runs(each) for each in instances])
        found: list[Value] = []
        slots: list[list[list[_Seen]]] = [[[] for _ in instances] for _ in order]
        for number, instance in enumerate(instances):
            at = 0
            for seen in instance:
                while order[at] != seen.kind:
                    at += 1
                slots[at][number].append(seen)
        for kind, slot in _gathered(order, slots):
            if any(slot):  # else all that could be here stands further on
                found.append(self._segment(kind, slot, f"{path}/{len(found)}"))
        return found

    def _segment(self, kind: tuple[str, str], slot: list[list[_Seen]], path: str) -> dict[str, Value]:
        tag, level = kind
        there = [each for each in slot if each]
        rows = [seen for each in there for seen in each]
        base = None if self.edifact else segment_rules().get(tag)
        made: dict[str, Value] = {"segment": f"{tag}[{'03' if tag == 'HL' else '01.1'}={level}]" if level else tag}
        if base is not None:
            made["name"] = base.name
        made["use"] = "M" if len(there) == len(slot) else "O"
        most = max(len(each) for each in there)
        if most > 1:
            made["max"] = 0 if most >= _MANY or tag in _LINE_LOOPS else most
        elif tag in _LINE_LOOPS:
            made["max"] = 0
        where = "loops" if path.count("segments") > 1 else "documents"
        self.lines[f"{path}/segment"] = (
            f"in {len(there)} of {len(slot)} {where}, sure {sure(len(there), len(slot))} %"
            + (f"; {most} at most" if most > 1 else "")
        )
        self._describe(made, base, rows, path)
        if made["use"] == "M" and most > 1:
            self._required(made, slot, path)
        below = [seen.below for seen in rows]
        if any(below):
            made["segments"] = self._level(below, f"{path}/segments")
        return made

    def _required(self, made: dict[str, Value], slot: list[list[_Seen]], path: str) -> None:
        """Codes that came every time, each in one of several segments of a kind."""
        elements = made.get("elements")
        first = elements.get("01") if isinstance(elements, dict) else None
        codes = first.get("codes") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(codes, dict) or len(codes) < 2:
            return
        always = [
            code for code in codes if all(any(seen.view.value(seen.row, 1) == code for seen in each) for each in slot)
        ]
        if always:
            first["require"] = always
            self.lines[f"{path}/elements/01"] += f"; {', '.join(always)} in {len(slot)} of {len(slot)}"

    def _describe(self, made: dict[str, Value], base: SegmentRule | None, rows: list[_Seen], path: str) -> None:
        """The elements of a segment, and its pairs of qualifier and id."""
        first = len(base.elements) + 1 if base is not None and base.pairs else 0
        last = max(len(seen.row) - 1 for seen in rows)
        elements: dict[str, Value] = {}
        for number in range(1, min(last, first - 1) + 1 if first else last + 1):
            here = f"{path}/elements/{number:02d}"
            if (element := self._element(number, base, rows, here)) is not None:
                elements[f"{number:02d}"] = element
        if elements:
            made["elements"] = elements
        if first and last >= first:
            ids = self._ids(rows, first, f"{path}/pairs/ids")
            if ids:
                made["pairs"] = {"first": first, "ids": ids}

    def _element(self, number: int, base: SegmentRule | None, rows: list[_Seen], path: str) -> dict[str, Value] | None:
        rule = base.elements[number - 1] if base is not None and number <= len(base.elements) else None
        tag = rows[0].tag
        parts = max(seen.view.components(seen.row, number) for seen in rows)
        if parts > 1:
            components: dict[str, Value] = {}
            for component in range(1, parts + 1):
                values = [seen.view.value(seen.row, number, component) for seen in rows]
                inner = self._value(
                    tag, values, *self._known(tag, number, component), f"{path}/components/{component:02d}"
                )
                if inner is not None:
                    components[f"{component:02d}"] = inner
            whole = [seen.view.value(seen.row, number) for seen in rows]
            made: dict[str, Value] = {"use": "M" if all(whole) else "O", "components": components}
            return made if components else None
        values = [seen.view.value(seen.row, number) for seen in rows]
        if self.edifact:
            return self._value(tag, values, *self._known(tag, number, 1), path)
        coded = number == 1 and tag not in _NUMBERED if rule is None else rule.type == "ID"
        return self._value(tag, values, rule, coded and (tag, number) not in _PLACES, path)

    def _known(self, tag: str, number: int, component: int) -> tuple[ElementRule | None, bool]:
        """What the directory of the United Nations says of a component, and whether it is a code. Elements that hold
        codes have odd numbers there."""
        form = segment_forms().get(tag) if self.edifact else None
        place = form.places[number - 1] if form is not None and number <= len(form.places) else None
        if place is None or component > len(place.components):
            return None, number == component == 1 and tag not in _NUMBERED
        said = place.components[component - 1].element
        kind = "R" if said.type == "n" or (tag, number, component) in AMOUNTS else "AN"
        coded = int(said.number) % 2 == 1 and said.number not in _EDIFACT_PLACES
        return ElementRule(False, kind, 1, _LONGEST, said.name), coded

    def _value(
        self, tag: str, values: list[str], rule: ElementRule | None, coded: bool, path: str
    ) -> dict[str, Value] | None:
        """What is said of the values of one element; `coded` where it holds codes by its kind."""
        there = [each for each in values if each]
        if not there:
            return None
        always = len(there) == len(values)
        made: dict[str, Value] = {"use": "M" if always else "O"}
        if rule is not None:
            made["name"] = rule.name
        distinct = Counter(there)
        words = f"in {len(there)} of {len(values)}, sure {sure(len(there), len(values))} %"
        sizes = sorted({len(each) for each in there})
        if coded and self._coded(distinct, len(there), rule):
            new = sum(1 for times in distinct.values() if times == 1)
            made["codes"] = dict.fromkeys(sorted(distinct), "")
            words += f"; {_times(len(distinct), 'code')} in {len(there)}, sure {sure(len(there) - new, len(there))} %"
        else:
            check = _check(there, tag in _PARTIES)
            if check:
                made["check"] = check
                words += f"; all {len(there)} have a right check digit, sure {sure(len(there), len(there))} %"
            elif rule is None:
                self._as_seen(made, there)
            elif rule is not None and self.edifact:
                self._as_directory(made, rule, there)
            elif rule is not None:
                self._as_base(made, rule, there, sizes)
            words += f"; {_times(len(distinct), 'value')}, {sizes[0]} to {sizes[-1]} characters"
        self.lines[path] = words
        return made

    def _as_base(self, made: dict[str, Value], rule: ElementRule, there: list[str], sizes: list[int]) -> None:
        """Form and length of the base guide, wider where the samples are."""
        judged = Rule(0, rule.name, type=rule.type, shortest=1, longest=1 << 16)
        if (rule.type == "DT" and sizes != [8]) or (
            rule.type != "C" and any(_WRONG_FORM.intersection(wrong_with(judged, each, "x12")) for each in there)
        ):
            made["type"], made["length"] = "AN", f"1..{max(sizes[-1], rule.longest)}"
        elif rule.type not in ("DT", "TM", "C") and not (rule.shortest <= sizes[0] and sizes[-1] <= rule.longest):
            made["length"] = f"{min(sizes[0], rule.shortest)}..{max(sizes[-1], rule.longest)}"

    def _as_directory(self, made: dict[str, Value], rule: ElementRule, there: list[str]) -> None:
        """Numbers and days, where every sample has one."""
        for kind, wanted in (("R", rule.type == "R"), ("DT", rule.name == "Date")):
            judged = Rule(
                0, rule.name, type=kind, shortest=8 if kind == "DT" else 1, longest=8 if kind == "DT" else 1 << 16
            )
            if wanted and all(wrong_with(judged, each, "edifact") == NOTHING for each in there):
                made["type"] = kind

    def _as_seen(self, made: dict[str, Value], there: list[str]) -> None:
        """Of elements that nobody describes: days and amounts, where all samples look so."""
        day = Rule(0, "", type="DT", shortest=8, longest=8)
        if all(wrong_with(day, each, "x12") == NOTHING for each in there):
            made["type"] = "DT"
        elif all(_DECIMAL.match(each) for each in there) and any("." in each for each in there):
            made["type"] = "R"

    def _coded(self, distinct: Counter[str], count: int, rule: ElementRule | None) -> bool:
        """Are these codes, rather than texts or numbers?"""
        if len(distinct) > _MOST_CODES or any(len(each) > 6 or " " in each for each in distinct):
            return False
        if rule is not None:
            return True
        return (all(len(each) <= 4 for each in distinct) and not all(each.isdigit() for each in distinct)) or (
            all(each.isdigit() and len(each) <= 3 for each in distinct) and len(distinct) <= 3 and count >= _MANY
        )

    def _ids(self, rows: list[_Seen], first: int, path: str) -> dict[str, Value]:
        found: dict[str, list[str]] = {}
        for seen in rows:
            for element in range(first, len(seen.row), 2):
                qualifier = seen.view.value(seen.row, element)
                if qualifier:
                    found.setdefault(qualifier, []).append(seen.view.value(seen.row, element + 1))
        made: dict[str, Value] = {}
        for qualifier, values in sorted(found.items()):
            one: dict[str, Value] = {"use": "M" if len(values) >= len(rows) and all(values) else "O"}
            kind = _BY_QUALIFIER.get(qualifier)
            words = f"in {len(values)} of {len(rows)}, sure {sure(min(len(values), len(rows)), len(rows))} %"
            if kind and all(values) and all(not fault_of(kind, each)[0] for each in values):
                one["check"] = kind
                words += f"; all have a right check digit, sure {sure(len(values), len(values))} %"
            elif any(len(each) > 48 for each in values):
                one["length"] = f"1..{max(map(len, values))}"
            made[qualifier] = one
            self.lines[f"{path}/{qualifier}"] = f"{words}; {_times(len(set(values)), 'value')}"
        return made

    def _conditions(self, head: dict[str, Value]) -> list[Value]:
        """What all samples keep to, judged by the guideline proposed so far."""
        compiled, problems = read_guideline(Path("proposal.yaml"), "\n".join(block(head, 0, {})))
        if compiled is None or problems:
            return []
        found: list[Value] = []
        for each in conclusions(compiled, self.items):
            self.lines[f"/conditions/{len(found)}/at"] = (
                f"held {each.held} of {each.held} times, sure {sure(each.held, each.held)} %"
            )
            said = {"at": each.condition.at, "if": each.condition.when, "must": each.condition.must,
                    "amount": each.condition.amount}  # fmt: skip
            found.append({key: value for key, value in said.items() if value})
        return found


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _check(values: Sequence[str], party: bool) -> str:
    """The kind of identifier that all values are, check digit and all; several different ones must be."""
    for kind, form in _CHECKED:
        if len(set(values)) > 1 and all(form.match(each) and not fault_of(kind, each)[0] for each in values):
            return "gln" if party and all(len(each) == 13 for each in values) else kind
    return ""


def _version(item: Item) -> str:
    return item.version if isinstance(item, Message) else item.group.version or item.interchange.version


def _common(versions: set[str]) -> str:
    """How all versions begin."""
    one, other = min(versions), max(versions)
    size = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:size]


def _nested(item: Item, loops: dict[str, frozenset[str] | None]) -> list[_Seen]:
    """The segments of a document in their loops."""
    seen_as = view(item)
    top: list[_Seen] = []
    open_loops: list[_Seen] = []
    for row in (row for row in seen_as.rows[1:-1] if _TAG.match(row[0])):
        seen = _Seen(row, seen_as)
        while open_loops and not _belongs(seen.tag, open_loops[-1].tag, loops):
            open_loops.pop()
        (open_loops[-1].below if open_loops else top).append(seen)
        if seen.tag in loops and not (open_loops and loops[seen.tag] is None):
            open_loops.append(seen)
    return top


def _belongs(tag: str, loop: str, loops: dict[str, frozenset[str] | None]) -> bool:
    inside = loops[loop]
    if inside is not None:
        return tag in inside
    return tag not in _SUMMARY and tag != loop and not (tag in _LINE_LOOPS and loop not in _LEVELS)


def _runs(instance: list[_Seen]) -> tuple[tuple[str, str], ...]:
    """The kinds in their order, neighbours of one kind once."""
    found: list[tuple[str, str]] = []
    for seen in instance:
        if not found or found[-1] != seen.kind:
            found.append(seen.kind)
    return tuple(found)


def _in_order(sequences: Sequence[tuple[tuple[str, str], ...]]) -> list[tuple[str, str]]:
    """An order that each sequence follows, leaving out what it has not."""
    merged: list[tuple[str, str]] = []
    for sequence in sorted(set(sequences), key=lambda each: (-len(each), each)):
        made: list[tuple[str, str]] = []
        for step, a, b, c, d in difflib.SequenceMatcher(None, merged, sequence, autojunk=False).get_opcodes():
            made += merged[a:b]
            if step in ("insert", "replace"):
                made += sequence[c:d]
        merged = made
    return merged


def _gathered(
    order: list[tuple[str, str]], slots: list[list[list[_Seen]]]
) -> list[tuple[tuple[str, str], list[list[_Seen]]]]:
    """Levels (HL) come in any order, and so do neighbours of one tag, so those of one kind are one; the rest stands as
    it is."""
    found: list[tuple[tuple[str, str], list[list[_Seen]]]] = []
    at: dict[tuple[str, str], int] = {}
    last = ""
    for kind, slot in zip(order, slots, strict=True):
        if kind[0] != last:
            last = kind[0]
            at = {known: number for known, number in at.items() if known[0] == "HL"}
        if kind in at:
            gathered = found[at[kind]][1]
            for number, more in enumerate(slot):
                gathered[number] += more
        else:
            at[kind] = len(found)
            found.append((kind, [list(each) for each in slot]))
    return found
