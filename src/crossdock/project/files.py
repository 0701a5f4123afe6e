"""From a folder of YAML files to nodes that remember file and line.

Nodes are composed and never constructed: YAML's own guesses (`NO` is false, `004010` is 2056) do not reach us, and
every scalar is read as what the field wants, from the text as written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from crossdock.project import kinds
from crossdock.project.problems import Problem

SECTIONS = (
    "calendars",
    "companies",
    "locations",
    "policies",
    "partners",
    "systems",
    "channels",
    "ownership",
    "consumers",
)
# Sections with a folder of their own: one file for each thing, named like it.
FOLDERS = ("partners", "systems")
MAIN = "network.yaml"


class Place(NamedTuple):
    """Where something is written."""

    file: str
    line: int


class Entry(NamedTuple):
    """A key of a mapping with its value."""

    key: str
    place: Place
    node: yaml.Node


def place_of(node: yaml.Node) -> Place:
    """File and line of a node."""
    return Place(node.start_mark.name, node.start_mark.line + 1)


class Files:
    """The files of a project, read: its head (`network.yaml`) and the entries of each section."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.head: yaml.Node | None = None
        self.starts: dict[str, Place] = {}
        """Where each section begins."""
        self.sections: dict[str, dict[str, Entry]] = {section: {} for section in SECTIONS}
        self.unread: dict[str, set[str]] = {section: set() for section in SECTIONS}
        """Ids of things whose file could not be read: they exist, so nobody who names them is wrong."""
        self.broken: set[str] = set()
        """Sections whose own file could not be read: what is missing there may well be written."""
        self._read()

    def entries(self, node: yaml.Node, what: str) -> Iterator[Entry]:
        """The entries of a mapping, each key once; anything else is a problem."""
        if not isinstance(node, yaml.MappingNode):
            self.problem(place_of(node), f"{what} is not a mapping", "write `key: value` lines below it")
            return
        seen: dict[str, Place] = {}
        for key_node, value in node.value:
            place = place_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem(place, f"a key of {what} is not a plain text", "use a word as key")
            elif key_node.value in seen:
                first = seen[key_node.value]
                self.problem(
                    place, f"key `{key_node.value}` again, after {first.file}:{first.line}", "keep one of them"
                )
            else:
                seen[key_node.value] = place
                yield Entry(key_node.value, place, value)

    def problem(self, place: Place, what: str, remedy: str) -> None:
        """Note what is wrong somewhere."""
        self.problems.append(Problem(place.file, place.line, what, remedy))

    def _read(self) -> None:
        main = self._compose(self.folder / MAIN)
        if main is None:
            if not self.problems:
                self.problem(Place(MAIN, 1), "missing or empty", f"a network project is a folder with a {MAIN}")
            return
        for _ in self.entries(main, MAIN):
            continue  # only to find keys that stand there twice
        if not isinstance(main, yaml.MappingNode):
            return
        self.head, parts = without(main, *SECTIONS, "other_files")
        for section in SECTIONS:
            if section in parts:
                self._add(section, parts[section])
        for section in SECTIONS:
            file = self.folder / f"{section}.yaml"
            if (node := self._compose(file)) is not None:
                self._add(section, node)
            elif file.is_file():
                self.broken.add(section)
        for section in FOLDERS:
            for file in sorted((self.folder / section).glob("*.yaml")):
                if (node := self._compose(file)) is not None:
                    self._put(section, Entry(file.stem, place_of(node), node))
                else:
                    self.unread[section].add(file.stem)
            for file in sorted((self.folder / section).glob("*.yml")):
                name = f"{section}/{file.name}"
                self.problem(Place(name, 1), f"`{name}` is not read", f"name it {file.stem}.yaml")
        self._refuse_strangers(parts.get("other_files"))

    def _add(self, section: str, node: yaml.Node) -> None:
        self.starts.setdefault(section, place_of(node))
        for entry in self.entries(node, section):
            self._put(section, entry)

    def _put(self, section: str, entry: Entry) -> None:
        if (first := self.sections[section].setdefault(entry.key, entry)) is not entry:
            where = f"{first.place.file}:{first.place.line}"
            self.problem(entry.place, f"`{entry.key}` is defined in {section} again, after {where}", "keep one of them")

    def _refuse_strangers(self, others: yaml.Node | None) -> None:
        """A misspelt file name would silently leave a part of the network out."""
        nodes = others.value if isinstance(others, yaml.SequenceNode) else []
        known = [MAIN, *(f"{section}.yaml" for section in SECTIONS)]
        for file in sorted([*self.folder.glob("*.yaml"), *self.folder.glob("*.yml")]):
            if file.name not in known and file.name not in {str(node.value) for node in nodes}:
                remedy = f"{kinds.suggestion(file.name, known)} Else name it under `other_files` in {MAIN}"
                self.problem(Place(file.name, 1), f"`{file.name}` is no file of a network project", remedy)

    def _compose(self, file: Path) -> yaml.Node | None:
        name = file.relative_to(self.folder).as_posix()
        if not file.is_file():
            return None
        try:
            loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
            loader.name = name
            node: yaml.Node | None = loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            self.problem(Place(name, line), f"not YAML: {error.problem or error.context}", "correct the notation")
            return None
        except (yaml.reader.ReaderError, UnicodeDecodeError) as error:
            self.problem(Place(name, 1), f"not readable as UTF-8 text: {error.reason}", "save the file as UTF-8")
            return None
        if node is None:
            self.problem(Place(name, 1), "the file is empty", "describe something in it or delete it")
        return node


def overlay(base: yaml.Node | None, top: yaml.Node) -> yaml.Node:
    """A mapping with what `top` says and, where it says nothing, what `base` says; every node keeps its place."""
    if not isinstance(base, yaml.MappingNode) or not isinstance(top, yaml.MappingNode):
        return top
    said = keys_of(top)
    kept = [(key, value) for key, value in base.value if str(key.value) not in said]
    return yaml.MappingNode(top.tag, kept + top.value, top.start_mark, top.end_mark)


def keys_of(node: yaml.Node | None) -> set[str]:
    """The keys of a mapping as written; none of anything else."""
    return {str(key.value) for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set()


def without(node: yaml.Node, *keys: str) -> tuple[yaml.Node, dict[str, yaml.Node]]:
    """The mapping without some keys, and what stood there."""
    if not isinstance(node, yaml.MappingNode):
        return node, {}
    taken = {str(key.value): value for key, value in node.value if str(key.value) in keys}
    kept = [(key, value) for key, value in node.value if str(key.value) not in keys]
    return yaml.MappingNode(node.tag, kept, node.start_mark, node.end_mark), taken
