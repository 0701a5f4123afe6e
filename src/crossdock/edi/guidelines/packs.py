"""Partner packs: a folder with `partner.yaml`, a guideline for each document, and `samples/`.

A pack is found by its folder, or by its name: first in `partners/` of the network project at hand, then among those
that come with the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import crossdock
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.compiled import Compiled, compile_guideline
from crossdock.edi.guidelines.form import Direction, Guideline, Pack
from crossdock.edi.guidelines.reading import Document, Problem, Unreadable
from crossdock.edi.x12.envelope import TransactionSet

BUILT_IN = Path(crossdock.__file__).parent.joinpath("partners")
MAIN = "partner.yaml"
SAMPLES = "samples"
_REMEMBERED = 1000


class UnknownPartner(LookupError):
    """No pack has this name; the message says which there are."""


@dataclass(frozen=True, eq=False)
class Guidelines:
    """All guidelines of one partner. Immutable, and ready for use."""

    partner: str
    guidelines: tuple[Compiled, ...] = ()
    _chosen: dict[tuple[str, str, Direction | None], Compiled | None] = field(default_factory=dict, repr=False)

    def of(self, document: str, version: str, direction: Direction | None = None) -> Compiled | None:
        """The guideline for a document (`850`, `ORDERS`) in a version, that of its direction first; None where the
        partner has none. Of several versions the one that fits most; where none fits, the first."""
        key = (document, version, direction)
        if key not in self._chosen:
            if len(self._chosen) > _REMEMBERED:  # versions are a stranger's words
                self._chosen.clear()
            self._chosen[key] = self._of(*key)
        return self._chosen[key]

    def _of(self, document: str, version: str, direction: Direction | None) -> Compiled | None:
        fitting = [each for each in self.guidelines if each.document == document]
        if direction is not None:
            fitting = [each for each in fitting if direction in each.form.directions]
        named = [each for each in fitting if version.startswith(each.form.version)]
        return max(named, key=lambda each: len(each.form.version), default=fitting[0] if fitting else None)

    def unjudged(self, item: TransactionSet | Message) -> Guidelines | None:
        """What a set or message is read by that is only to be understood: the overlay for it; None where it needs
        none."""
        found = self.for_item(item, "in") or self.for_item(item)
        if found is None or not found.overlay.steps or not found.fits(item):
            return None
        return Guidelines(self.partner, (found.unjudged,))

    def for_item(self, item: TransactionSet | Message, direction: Direction | None = None) -> Compiled | None:
        """The guideline for a set or message that was read."""
        if isinstance(item, Message):
            return self.of(item.type, item.version, direction)
        return self.of(item.type, item.group.version or item.interchange.version, direction)


@dataclass(frozen=True, eq=False)
class PartnerPack:
    """A pack as it stands in its folder."""

    folder: Path
    pack: Pack
    guidelines: Guidelines
    files: dict[str, str]
    """By guideline file name: the document it describes."""

    def samples(self) -> Iterator[Path]:
        """The documents in `samples/`, by name."""
        yield from sorted(
            path for path in self.folder.joinpath(SAMPLES).glob("*") if path.is_file() and path.suffix != ".md"
        )


def guideline(path: Path) -> Compiled:
    """The guideline in a file. Raises `Unreadable`."""
    found, problems = read_guideline(path)
    if found is None or problems:
        raise Unreadable(problems)
    return found


def read_guideline(path: Path, text: str | None = None) -> tuple[Compiled | None, list[Problem]]:
    """A guideline as far as it can be used, and everything that is wrong with it."""
    file = Document(path, text)
    form = file.read(Guideline)
    if form is None:
        return None, file.problems
    found = compile_guideline(form, file.problem)
    return found, file.problems


def read_pack(folder: Path) -> tuple[PartnerPack | None, list[Problem]]:
    """A pack as far as it can be used, and everything that is wrong with its files."""
    main = Document(folder.joinpath(MAIN))
    if not main.path.is_file():
        return None, [Problem(str(main.path), 1, "is not there", f"a partner pack is a folder with a {MAIN}")]
    pack = main.read(Pack)
    problems = list(main.problems)
    made, files = [], {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == MAIN:
            continue
        found, wrong = read_guideline(path)
        problems += wrong
        if found is not None:
            made.append(found)
            files[path.name] = found.document
    if pack is None:
        return None, problems
    return PartnerPack(folder, pack, Guidelines(pack.partner, tuple(made)), files), problems


@lru_cache(maxsize=64)
def load(folder: Path) -> PartnerPack:
    """The pack in a folder, read once. Raises `Unreadable`."""
    found, problems = read_pack(folder)
    if found is None or problems:
        raise Unreadable(problems)
    return found


def folders(project: Path | None = None) -> dict[str, Path]:
    """All packs by name; those of the project hide those that come with the product."""
    found: dict[str, Path] = {}
    for base in (BUILT_IN, *((project.joinpath("partners"),) if project else ())):
        found |= {main.parent.name: main.parent for main in sorted(base.glob(f"*/{MAIN}"))}
    return dict(sorted(found.items()))


def find(name: str, project: Path | None = None) -> Path:
    """The folder of a pack, by its folder or name. Raises `UnknownPartner`."""
    if Path(name, MAIN).is_file():
        return Path(name)
    known = folders(project)
    if name in known:
        return known[name]
    raise UnknownPartner(f"there is no partner pack {name!r}; {_there(known)}")


def _there(known: Iterable[str]) -> str:
    names = ", ".join(known)
    return f"there are {names}" if names else "there are none yet: `crossdock partner new` makes one"
