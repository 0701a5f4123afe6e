"""What is wrong with a partner pack beyond its form: names, places and codes that do not go together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crossdock.edi import maps
from crossdock.edi.explain import context_of
from crossdock.edi.guidelines import reach
from crossdock.edi.guidelines.check import as_read
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.draft import Draft, Line
from crossdock.edi.guidelines.form import Element, Guideline, Pack, Segment
from crossdock.edi.guidelines.overlay import put
from crossdock.edi.guidelines.packs import MAIN, SAMPLES, read_guideline
from crossdock.edi.guidelines.places import Place, place
from crossdock.edi.guidelines.reading import Document, Problem, Where
from crossdock.edi.guidelines.tree import level_of, made_rule
from crossdock.edi.guidelines.walk import wrong_with
from crossdock.edi.kernel.faults import FAULTS
from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.kernel.tolerance import Policy, PolicyError
from crossdock.edi.maps.moments import zone_named

_X12_DOCUMENT = re.compile(r"[0-9]{3}")
_EDIFACT_DOCUMENT = re.compile(r"[A-Z]{6}")
_NUMBERS = ("N0", "N2", "R", "DT", "TM")
Told = Iterator[tuple[Where, str, str]]
PLACEHOLDER = "Name the public guideline that this"
"""So the title of the source begins in new files."""


def lint(folder: Path) -> list[Problem]:
    """Everything that is wrong with a pack, in the order of its files."""
    main = Document(folder.joinpath(MAIN))
    if not main.path.is_file():
        return [Problem(str(main.path), 1, "is not there", f"a partner pack is a folder with a {MAIN}")]
    pack = main.read(Pack)
    if pack is not None:
        for told in _pack(pack, folder):
            main.problem(*told)
    problems = list(main.problems)
    seen: dict[tuple[str, str, str], str] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != MAIN:
            problems += lint_guideline(path, pack, seen)
    return sorted(set(problems))


def unfilled(folder: Path) -> list[Problem]:
    """What a pack still has from its template, and what is more likely a slip than meant. It works, so it is no fault
    of the pack, and is told as a warning."""
    found: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if line.startswith("source:") and PLACEHOLDER in line:
                words = "the source is that of the template"
                found.append(Problem(str(path), number, words, "name the document that the pack follows"))
        if path.name != MAIN:
            found += _doubts(path)
    return found


def _doubts(path: Path) -> list[Problem]:
    compiled, problems = read_guideline(path)
    file = Document(path)
    if compiled is None or problems or file.read(Guideline) is None:
        return []
    for told in (*reach.doubts(compiled), *_refused(compiled)):
        file.problem(*told)
    return file.problems


def _refused(compiled: Compiled) -> Told:
    """Codes of the heading by which our map refuses what the partner sends: it takes no document of that purpose."""
    form = compiled.form
    heading = next(compiled.level.nodes(), None)
    mapped = maps.documents()[X12 if form.dialect == "x12" else EDIFACT]
    if heading is None or "in" not in form.directions or form.document not in mapped:
        return
    pack = Pack(form.partner, form.partner, "customer", form.source)
    for rule in heading.rules:
        for code in rule.codes:
            line = Line(heading, [[heading.tag]])
            put(line.cells, rule.number, 0, code)
            item = as_read(Draft(compiled, pack, lines=[line]).item(), compiled)
            for each in maps.found_by_map(item, context_of(item)):
                if each.code == "purpose_unsupported" and each.element == rule.number:
                    words = f"our map refuses every {form.document} with it: {each.detail}"
                    yield (*rule.where, "codes", code), words, "leave it out, unless the partner does send it"


def lint_guideline(path: Path, pack: Pack | None, seen: dict[tuple[str, str, str], str]) -> list[Problem]:
    """Everything that is wrong with one guideline."""
    compiled, problems = read_guideline(path)
    file = Document(path)
    form = file.read(Guideline)
    if form is None or compiled is None:
        return problems
    for told in (*_guideline(form, pack), *reach.faults(compiled)):
        file.problem(*told)
    for direction in form.directions:
        first = seen.setdefault((form.document, form.version, direction), path.name)
        if first != path.name:
            words = f"{first} describes {form.document} {form.version} {direction} already"
            file.problem(("document",), words, "keep one of them")
    if not problems and not file.problems:
        try:
            compiled.drawn()
        except re.error as error:
            file.problem(("segments",), f"no expression can be made of it: {error}", "make it smaller")
    return [*problems, *file.problems]


def _pack(pack: Pack, folder: Path) -> Told:
    if pack.partner != folder.resolve().name:
        yield ("partner",), f"`{pack.partner}` is not the name of its folder", f"write `{folder.resolve().name}`"
    for name, sample in pack.samples.items():
        if not folder.joinpath(SAMPLES, name).is_file():
            yield ("samples", name), f"there is no {SAMPLES}/{name}", "put it there, or leave it out"
        for code in sample.faults:
            if code not in FAULTS:
                yield ("samples", name, "faults"), f"`{code}` is no code of a fault", "take one of the runbook's"
    there = {path.name for path in folder.joinpath(SAMPLES).glob("*") if path.is_file() and path.suffix != ".md"}
    for name in sorted(there - pack.samples.keys()):
        yield ("samples",), f"{SAMPLES}/{name} has no entry", "say whose it is, under which licence"
    if pack.zone and zone_named(pack.zone) is None:
        yield ("zone",), f"`{pack.zone}` is no time zone", "use an IANA name such as `Europe/London`"
    for code, way in pack.tolerance.items():
        try:
            Policy.of({"faults": {code: way}})
        except PolicyError as problem:
            yield ("tolerance", code), str(problem), "see the runbook of EDI faults"


def _guideline(form: Guideline, pack: Pack | None) -> Told:
    if pack is not None and form.partner != pack.partner:
        yield ("partner",), f"`{form.partner}` is not the partner of this pack", f"write `{pack.partner}`"
    wanted = _X12_DOCUMENT if form.dialect == "x12" else _EDIFACT_DOCUMENT
    if not wanted.fullmatch(form.document):
        example = "850" if form.dialect == "x12" else "ORDERS"
        yield ("document",), f"`{form.document}` is no document of {form.dialect}", f"write one such as `{example}`"
    if not form.directions:
        yield ("directions",), "nobody sends it", "write `in`, `out` or both"
    if not form.source.title:
        yield ("source",), "it does not say which public guideline it follows", "write its title, publisher and URL"
    yield from _segments(form.segments, ("segments",))
    yield from _places(form)


def _segments(segments: tuple[Segment, ...], where: Where) -> Told:
    if not segments and where == ("segments",):
        yield where, "it describes no segment", "describe at least the first"
    for number, form in enumerate(segments):
        here = (*where, str(number))
        at = place(form.segment)
        if at.element:
            yield (*here, "segment"), f"`{form.segment}` names an element", f"name the segment: `{at.tag}`"
        if form.pairs is not None:
            yield from _pairs(form, here)
        for key, element in form.elements.items():
            if form.pairs is not None and int(key) >= form.pairs.first:
                words = f"element {key} stands where the pairs are"
                yield (*here, "elements", key), words, "describe it there"
            yield from _element(element, (*here, "elements", key))
        yield from _tests(form, at, here)
        yield from _segments(form.segments, (*here, "segments"))


def _pairs(form: Segment, here: Where) -> Told:
    assert form.pairs is not None
    for code, element in form.pairs.ids.items():
        yield from _element(element, (*here, "pairs", "ids", code))


def _tests(form: Segment, at: Place, here: Where) -> Told:
    """A segment told by what stands in it must let that stand there."""
    for test in at.tests:
        element = next((one for key, one in form.elements.items() if int(key) == test.element), None)
        if element is not None and test.component:
            element = next((one for key, one in element.components.items() if int(key) == test.component), None)
        if element is None:
            continue
        if (element.codes and test.value not in element.codes) or (element.value and element.value != test.value):
            words = f"`{form.segment}` has {test.value}, which its element {test.element:02d} does not allow"
            yield (*here, "segment"), words, "add the code there"


def _element(form: Element, where: Where) -> Told:
    if form.format and not (form.example or form.codes or form.value):
        yield (*where, "format"), "of a form alone no document can be made up", "give an `example`"
    if form.example and not (form.codes or form.components):
        judged = made_rule(form)
        code, words = wrong_with(judged, form.example, "x12")
        if code and form.check != "unit":
            yield (*where, "example"), f"the example does not keep to the rule: {words}", "correct one of both"
    first, _, last = form.length.partition("..")
    if last and int(first) > int(last):
        yield (*where, "length"), f"`{form.length}` has no length in it", f"write `{last}..{first}`"
    for code in form.require:
        if code not in form.codes:
            yield (*where, "require"), f"`{code}` must come and is not among the codes", "add it to `codes`"
    if form.value and form.codes:
        yield (*where, "value"), "it has a value and codes", "keep one of them"
    if form.components and (form.codes or form.value or form.format or form.check):
        yield (*where, "components"), "what is said of the whole is not judged", "say it of a component"
    if form.type in _NUMBERS and form.codes:
        yield (*where, "type"), "codes are texts, not numbers or dates", "leave `type` out"
    for key, inner in form.components.items():
        yield from _element(inner, (*where, "components", key))


def _places(form: Guideline) -> Told:
    """Conditions and changes must speak of segments that are described."""
    tags = {node.tag for node in level_of(form.segments, form.dialect).nodes()}
    for number, condition in enumerate(form.conditions):
        if place(condition.at).tag not in tags:
            words = f"no segment {condition.at} is described"
            yield (
                ("conditions", str(number), "at"),
                words,
                f"describe it, or take one of {', '.join(sorted(tags))}" if tags else "describe it",
            )
