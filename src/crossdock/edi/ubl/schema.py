"""What UBL 2.1 says of its aggregates: which elements stand in them, in which order, how often. The table is
`schema.toml`; it covers what our documents write, and what it does not name is not judged."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from crossdock.edi.kernel.faults import Severity

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC = _UBL + "CommonBasicComponents-2"
CAC = _UBL + "CommonAggregateComponents-2"
EXT = _UBL + "CommonExtensionComponents-2"
_SPACES = {"@": CAC, "%": EXT}


def root_namespace(name: str) -> str:
    """The namespace of a document; that of UBL 2.0 is that of all later 2.x."""
    return f"{_UBL}{name}-2"


class Place(NamedTuple):
    """An element within its aggregate: `kind` is what an aggregate is (empty for a basic component)."""

    name: str
    namespace: str
    kind: str
    position: int
    required: bool
    many: bool


@cache
def aggregates() -> dict[str, dict[str, Place]]:
    """The kind of an aggregate -> its elements by name, in their order."""
    raw = resources.files(__package__).joinpath("schema.toml").read_text(encoding="utf-8")
    return {kind: _places(words) for kind, words in tomllib.loads(raw).items()}


def _places(words: str) -> dict[str, Place]:
    places = {}
    for index, word in enumerate(words.split()):
        mark, often = (word[0], word[1:]) if word[0] in _SPACES else ("", word)
        text = often.rstrip("!+*")
        name, _, kind = text.partition(":")
        sign = often[len(text) :]
        namespace = _SPACES.get(mark, CBC)
        places[name] = Place(
            name, namespace, (kind or name) if mark == "@" else "", index, sign in ("!", "+"), sign in ("*", "+")
        )
    return places


class Breach(NamedTuple):
    """What breaks the order of an aggregate: the fault's code and words, and which child it is (-1 for none)."""

    code: str
    severity: Severity
    words: str
    child: int


def breaches(kind: str, children: list[tuple[str, str]]) -> Iterator[Breach]:
    """What is wrong with the children (namespace, name) of an aggregate of this kind. All are warnings: a document
    whose elements stand in another order says the same."""
    places = aggregates()[kind]
    furthest: Place | None = None
    counted: Counter[str] = Counter()
    for index, (namespace, name) in enumerate(children):
        place = places.get(name)
        if place is None or place.namespace != namespace:
            yield Breach("segment_unexpected", "warning", f"{kind} has no element {name} in UBL 2.1", index)
            continue
        counted[name] += 1
        if counted[name] == 2 and not place.many:
            yield Breach("segment_repeated", "warning", f"{name} stands more than once in {kind}", index)
        if furthest is not None and place.position < furthest.position:
            words = f"{name} stands behind {furthest.name}; in {kind} it stands before it"
            yield Breach("segment_out_of_order", "warning", words, index)
        else:
            furthest = place
    for place in places.values():
        if place.required and not counted[place.name]:
            yield Breach("segment_missing", "warning", f"{kind} needs {place.name}", -1)
