"""What can never come about in a guideline: places that are not described, codes that may not stand there, segments in
an order that the document cannot have. `faults` are errors; `doubts` may be right, and are told as warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.conditions import Ready
from crossdock.edi.guidelines.form import Segment
from crossdock.edi.guidelines.places import PLACE, Place, of_match, place
from crossdock.edi.guidelines.reading import Where, suggestion
from crossdock.edi.guidelines.tree import Node, Rule
from crossdock.edi.guides import Guide, guides
from crossdock.edi.guides.edifact import segment_forms

Told = Iterator[tuple[Where, str, str]]
_ENVELOPE = frozenset(("ISA", "GS", "ST", "SE", "GE", "IEA", "UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ", "TA1"))
_COMPARED = re.compile(rf"(?P<place>{PLACE.pattern})\s*==\s*(?:\"(?P<a>[^\"]+)\"|'(?P<b>[^']+)')")
_CHANGED = ("move", "lookup", "units", "date", "decimals", "trim", "state", "assume")
_VERSIONS = {"x12": (re.compile(r"0[0-9]{5}.*"), "004010"), "edifact": (re.compile(r"[A-Z0-9]:.+"), "D:96A:UN")}


def faults(compiled: Compiled) -> Told:
    """What a guideline says in vain."""
    form = compiled.form
    pattern, example = _VERSIONS[form.dialect]
    if not pattern.fullmatch(form.version):
        words = f"no {form.dialect} document has the version `{form.version}`"
        yield ("version",), words, f"write one such as `{example}`"
    yield from _segments(form.segments, ("segments",))
    for node in compiled.level.nodes():
        yield from _node(node)
    for each in compiled.conditions:
        yield from _condition(each, compiled)
    yield from _overlay(compiled)


def _overlay(compiled: Compiled) -> Told:
    """Changes at places that the partner's documents do not have."""
    nodes = list(compiled.level.nodes())
    for number, change in enumerate(compiled.form.overlay):
        for verb in _CHANGED:
            text = getattr(change, verb)
            if not text:
                continue
            one, where = place(text), ("overlay", str(number))
            if not any(node.tag == one.tag for node in nodes):
                yield (
                    where,
                    f"`{verb}` speaks of {text}, and no segment {one.tag} is described",
                    _take_one(one.tag, nodes),
                )
            elif one.element and not any(_has(node, one) for node in nodes):
                yield where, f"`{verb}` speaks of {text}, which {one.tag} does not have", "describe it, or name another"


def _take_one(tag: str, nodes: list[Node]) -> str:
    tags = sorted({node.tag for node in nodes})
    close = suggestion(tag, tags)
    if close.startswith("did you mean"):
        return f"describe it, or {close}"
    return f"describe it, or take one of {', '.join(tags)}" if tags else "describe it"


def _segments(segments: tuple[Segment, ...], where: Where) -> Told:
    """Of neighbours, what the second of two says that are told alike."""
    before: list[Place] = []
    for number, form in enumerate(segments):
        here, at = (*where, str(number)), place(form.segment)
        if before and before[-1].tag != at.tag:
            before = []
        if at in before:
            words = f"{form.segment} is described just before; this one is never reached"
            yield (*here, "segment"), words, "tell it by what stands in it, such as `REF[01=DP]`, or join both"
        before.append(at)
        if at.tag in _ENVELOPE:
            words = f"{at.tag} belongs to the envelope, which is checked without a guideline"
            yield (*here, "segment"), words, "leave it out"
        numbers: dict[int, str] = {}
        for key in form.elements:
            if (first := numbers.setdefault(int(key), key)) != key:
                yield (*here, "elements", key), f"element {first} is described already", "keep one of them"
        yield from _segments(form.segments, (*here, "segments"))


def _node(node: Node) -> Told:
    for rule in node.rules:
        if len(rule.require) > node.most:
            times = f"{node.most} time{'s' if node.most > 1 else ''}"
            words = f"{len(rule.require)} codes must come, and {node.place} may come {times}"
            yield (*rule.where, "require"), words, f"write `max: {len(rule.require)}` or more"
        for inner in rule.components:
            if inner.require:
                words = "`require` is asked of whole elements only"
                yield (*inner.where, "require"), words, f"describe one segment each, such as `{node.tag}[01.1=...]`"
        for one in (rule, *rule.components):
            yield from _codes(one)
    pairs, base = node.form.pairs, node.base
    if pairs is not None and base is not None and base.pairs and pairs.first != len(base.elements) + 1:
        words = f"the ids of {node.tag} begin at element {len(base.elements) + 1:02d}"
        yield (*node.where, "pairs", "first"), words, f"write `first: {len(base.elements) + 1}`"


def _codes(rule: Rule) -> Told:
    for code in rule.codes:
        if code != code.strip() or not code:
            yield (
                (*rule.where, "codes"),
                f"the code {code!r} has blanks, which are taken off before it is compared",
                ("write it without"),
            )


def _condition(each: Ready, compiled: Compiled) -> Told:
    nodes = list(compiled.level.nodes())
    tags = {node.tag for node in nodes}
    key = "amount" if each.amount else "must"
    counted = each.amount.counted if each.amount else ()
    if each.at.tag in tags and not any(_allows(node, each.at) for node in nodes):
        yield (*each.where, "at"), f"nothing that is described is {each.at}", "take a code that may stand there"
    for one in dict.fromkeys((*each.places, *counted)):
        if one.tag == each.at.tag and one.tag not in tags:
            continue  # told of `at` already
        if one.tag not in tags:
            words = f"it speaks of {one}, and no segment {one.tag} is described"
            yield (*each.where, key), words, _take_one(one.tag, nodes)
        elif one.element and not any(_has(node, one) for node in nodes):
            named = f"component {one.component} of {one.tag}{one.element:02d}" if one.component else str(one)
            yield (*each.where, key), f"no {named} is described", "describe it, or name another"
    for text, where in ((each.form.when, "if"), (each.form.must, "must")):
        for found in _COMPARED.finditer(text):
            inside, value = PLACE.match(found["place"]), found["a"] or found["b"]
            assert inside is not None
            if (codes := _listed(nodes, of_match(inside))) and value not in codes:
                words = f"{found['place']} is never {value!r}"
                yield (*each.where, where), words, f"take one of {', '.join(sorted(codes))}, or add it to its codes"
    if each.amount is not None and each.amount.day is None:
        for one in each.amount.places:
            codes = _listed(nodes, one)
            units = any(rule.check == "unit" for node in nodes if node.tag == one.tag for rule in _rules(node, one))
            if units or (codes and not any(code.replace(".", "").isdigit() for code in codes)):
                yield (*each.where, key), f"{one} holds codes, not numbers", "compare codes with `must`"


def _allows(node: Node, at: Place) -> bool:
    """May a segment of this node be the one that a place names?"""
    if node.tag != at.tag:
        return False
    told = {(test.element, test.component): test.value for test in node.place.tests}
    for test in at.tests:
        said = told.get((test.element, test.component), test.value)
        codes = _listed([node], Place(at.tag, (), test.element, test.component))
        if said != test.value or (codes and test.value not in codes):
            return False
    return True


def _rules(node: Node, one: Place) -> Iterator[Rule]:
    for rule in node.rules:
        if rule.number == one.element:
            yield from (inner for inner in rule.components if inner.number == max(one.component, 1))
            if not rule.components:
                yield rule


def _listed(nodes: list[Node], one: Place) -> set[str]:
    """What may stand at a place, where everything that is described there lists its codes; else nothing."""
    found: set[str] = set()
    for node in nodes:
        if node.tag != one.tag:
            continue
        told = {(test.element, max(test.component, 1)): test.value for test in node.place.tests}
        if (said := told.get((one.element, max(one.component, 1)))) is not None:
            found.add(said)
            continue
        rules = list(_rules(node, one))
        if not rules:
            return set()
        for rule in rules:
            if not (rule.codes or rule.value):
                return set()
            found |= {rule.value} if rule.value else set(rule.codes)
    return found


def _has(node: Node, one: Place) -> bool:
    """Is there such an element, among those described, told by the segment, or among its ids?"""
    if node.tag != one.tag:
        return False
    told = {(test.element, max(test.component, 1)) for test in node.place.tests}
    if (one.element, max(one.component, 1)) in told or any(True for _ in _rules(node, one)):
        return True
    if any(rule.number == one.element and not rule.components for rule in node.rules):
        return True
    if node.form.pairs is not None:
        return one.element < node.form.pairs.first + 2 * node.form.pairs.most
    base = node.base
    return base is not None and bool(base.pairs) and one.element <= len(base.elements) + 2 * base.pairs


def doubts(compiled: Compiled) -> Told:
    """What may be meant, but is more likely a slip."""
    form = compiled.form
    guide = guides().get(form.document) if form.dialect == "x12" else None
    for node in compiled.level.nodes():
        yield from _unknown(node, guide) if form.dialect == "x12" else _unknown_to_directory(node)
        conditional = [rule for rule in (*node.rules, *node.pairs.values()) if _conditional(node, rule)]
        if conditional and not any(
            one.tag == node.tag for each in compiled.conditions for one in (each.at, *each.places)
        ):
            words = f"an element of {node.place} is conditional (C), and no condition speaks of {node.tag}"
            yield conditional[0].where, words, "say when it must come, or write `use: O`"
    if guide is not None:
        yield from _out_of_order(compiled, guide)


def _conditional(node: Node, rule: Rule) -> bool:
    """Does the guideline say C of it?"""
    if node.form.pairs is not None and any(rule is one for one in node.pairs.values()):
        return any(rule is one and node.form.pairs.ids[code].use == "C" for code, one in node.pairs.items())
    return any(int(key) == rule.number and one.use == "C" for key, one in node.form.elements.items())


def _unknown(node: Node, guide: Guide | None) -> Told:
    """Segments and elements that no document of its kind has, as far as we know."""
    if guide is not None and not any(node.tag in area for area in guide.areas):
        close = suggestion(node.tag, {tag for area in guide.areas for tag in area})
        remedy = close if close.startswith("did you mean") else "if the partner writes it, nothing of ours reads it"
        yield (*node.where, "segment"), f"we know no {node.tag} in an {guide.type}", remedy
    base = node.base
    if base is not None:
        for rule, known in zip(node.rules, base.elements, strict=False):
            if rule.sized and rule.longest > known.longest and rule.type == known.type:
                words = f"{node.tag}{rule.number:02d} has {known.longest} characters at most as we know it"
                yield (*rule.where, "length"), f"{words}, {rule.longest} are described", "look whether that is right"
    if base is not None and not base.open and not base.pairs and len(node.rules) > len(base.elements):
        words = f"{node.tag} has {len(base.elements)} elements as we know it, {node.rules[-1].number:02d} is described"
        yield (*node.where, "elements"), words, "look whether its number is right"


def _unknown_to_directory(node: Node) -> Told:
    form = segment_forms().get(node.tag)
    if form is None or form.open:
        return
    for rule in node.rules:
        components = form.places[rule.number - 1].components if rule.number <= len(form.places) else ()
        last = max((inner.number for inner in rule.components), default=1)
        if rule.described and last > len(components):
            words = (
                f"{node.tag}{rule.number:02d} has {len(components)} components in the directory, {last} is described"
            )
            yield (*node.where, "elements"), words, "look whether its number is right"


def _out_of_order(compiled: Compiled, guide: Guide) -> Told:
    """Segments of the heading behind the first line, lines behind the summary."""
    area, opener = 0, ""
    for group in compiled.level.groups:
        for node in group.nodes:
            opened = guide.opens.get(node.tag, 0)
            if opened > area:
                area, opener = opened, node.tag
            at = next((number for number, uses in enumerate(guide.areas) if node.tag in uses), area)
            if at < area and node.tag not in guide.areas[area]:
                words = f"{node.place} stands behind {opener}, and in an {guide.type} it comes before it"
                yield (*node.where, "segment"), words, "move it up"
