"""A partner pack as a page in Markdown: who the partner is, what it wants in each document, what its samples show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.form import Change, Element, Pack, Segment, Source
from crossdock.edi.guidelines.packs import PartnerPack

_USES = {"M": "must", "O": "may", "C": "by condition", "X": "never"}
_FATES = {"mend": "is mended", "accept": "is accepted", "reject": "refuses"}
OWN_WAY = "What the partner writes in its own way"
WAYS = {"in": "the partner sends it", "out": "we send it"}


def page(found: PartnerPack) -> str:
    """The whole page."""
    pack = found.pack
    parts = [f"# {pack.name}", " ".join(pack.about.split()) or f"A {pack.kind}.", f"After {_source(pack.source)}."]
    parts.append(_table(("", ""), [("kind", pack.kind), *agreed(pack)]))
    for each in found.guidelines.guidelines:
        parts += _guideline(each)
    parts += ["## Samples", _table(("file", "source", "licence", "what is wrong with it"), samples(pack))]
    tried = (
        f"`crossdock partner test {pack.partner}` holds them, and made-up documents with every defect, against this."
    )
    return "\n\n".join([*parts, tried]) + "\n"


def agreed(pack: Pack) -> Iterator[tuple[str, str]]:
    """What holds for all documents of a partner. Names stand in backquotes."""
    yield from ((f"interchange identity ({name})", f"`{id_}`") for name, id_ in pack.ids.items())
    if pack.zone:
        yield "times that name no zone", f"`{pack.zone}`"
    yield from ((f"`{code}` in envelopes", _FATES.get(fate, fate)) for code, fate in pack.tolerance.items())


def samples(pack: Pack) -> Iterator[tuple[str, str, str, str]]:
    """The samples of a pack: file, source, licence, and what is wrong with it."""
    for name, each in sorted(pack.samples.items()):
        yield f"`{name}`", each.source, each.licence, ", ".join(f"`{code}`" for code in each.faults) or "nothing"


def _guideline(each: Compiled) -> Iterator[str]:
    form = each.form
    ways = " and ".join(WAYS[way] for way in form.directions)
    yield f"## {form.document} {form.name}".rstrip()
    yield f"Version `{form.version}`; {ways}. After {_source(form.source)}."
    yield _table(("segment", "", "times", "elements"), _segments(form.segments))
    if each.conditions:
        yield "\n".join(f"- {condition.at}: {condition.words}" for condition in each.conditions)
    if form.overlay:
        yield f"{OWN_WAY}:"
        yield "\n".join(f"- {changed(change)}" for change in form.overlay)


def _source(source: Source) -> str:
    words = f"*{source.title}*" + (f", {source.publisher}" if source.publisher else "")
    return words + (f" (<{source.url}>)" if source.url else "")


class Described(NamedTuple):
    """A segment as its partner wants it; `said` are its elements, and what is said of all of it. `depth` is that of its
    loop."""

    depth: int
    segment: str
    name: str
    use: str
    times: str
    said: tuple[str, ...]


def described(segments: Iterable[Segment], depth: int = 0) -> Iterator[Described]:
    """The segments of a guideline, those of a loop behind the one that opens it. Codes stand in backquotes."""
    for each in segments:
        most = "any number" if not each.max else "once" if each.max == 1 else f"up to {each.max}"
        said = [f"{number} {_words(element)}".rstrip() for number, element in each.elements.items()]
        if each.pairs is not None:
            said += [f"`{kind}` {_words(element)}".rstrip() for kind, element in each.pairs.ids.items()]
        said += [each.says] if each.says else []
        yield Described(depth, each.segment, each.name, _USES[each.use], most, tuple(said))
        yield from described(each.segments, depth + 1)


def _segments(segments: Iterable[Segment]) -> Iterator[tuple[str, ...]]:
    for each in described(segments):
        name = "&nbsp;&nbsp;" * each.depth + f"`{each.segment}`" + (f" {each.name}" if each.name else "")
        yield name, each.use, each.times, "; ".join(each.said)


def _words(element: Element) -> str:
    codes = ", ".join(f"`{code}` {word}".rstrip() for code, word in element.codes.items())
    parts = [
        element.name,
        "never" if element.use == "X" else "must" if element.use == "M" else "",
        f"{element.length} characters" if element.length else "",
        f"`{element.value}`" if element.value else "",
        f"as `{element.format}`" if element.format else "",
        "a known unit" if element.check == "unit" else f"a sound {element.check.upper()}" if element.check else "",
        f"({codes})" if codes else "",
        f"with {', '.join(f'`{code}`' for code in element.require)}" if element.require else "",
        f"- {element.says}" if element.says else "",
    ]
    return " ".join(part for part in parts if part)


def changed(change: Change) -> str:
    """One way in which the partner writes otherwise."""
    fields = [name for name in change.__struct_fields__ if name != "places" or change.decimals]
    told = {name: getattr(change, name) for name in fields}
    words = [f"{name} `{value}`" for name, value in told.items() if value and name != "table"]
    words += [f"`{theirs}` is `{ours}`" for theirs, ours in change.table.items()]
    return ", ".join(words)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in line) + " |" for line in lines
    )
