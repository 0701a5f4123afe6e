"""From YAML to forms, with file and line of everything. Goes on after an error, so that all are found.

Nodes are composed and never constructed: `NO` stays `NO` and `004010` six digits, because every value is read as what
its field wants, from the text as written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import yaml
from msgspec import inspect

Form = TypeVar("Form", bound=msgspec.Struct)
Where = tuple[str, ...]
"""The way to something: keys, and numbers of list entries."""
_MOST_DIGITS = 9


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing wrong with a file. `what` is the finding, `remedy` what to do about it."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


class Unreadable(Exception):
    """A guideline or pack cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class _Entry(NamedTuple):
    key: str
    node: yaml.Node
    value: yaml.Node


class _Bad:
    """Stands for a value that could not be read; the problem is noted already."""


_BAD = _Bad()


class Document:
    """One file: its problems, and where each thing in it is written."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines: dict[Where, int] = {}
        self._text = text
        self._names: dict[Where, str] = {}

    def line(self, where: Where) -> int:
        """Where something is written; where what surrounds it is, if it is not written at all."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def problem(self, where: Where | yaml.Node, what: str, remedy: str) -> None:
        """Note what is wrong."""
        line = where.start_mark.line + 1 if isinstance(where, yaml.Node) else self.line(where)
        self.problems.append(Problem(str(self.path), line, what, remedy))

    def read(self, form: type[Form]) -> Form | None:
        """The form in the file; None after noting why not."""
        node = self._compose()
        if node is None:
            return None
        found = self._struct(form, node, ())
        return None if isinstance(found, _Bad) else found

    def _compose(self) -> yaml.Node | None:
        try:
            text = self.path.read_text(encoding="utf-8") if self._text is None else self._text
            node: yaml.Node | None = yaml.SafeLoader(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._at_line(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
            return None
        except (yaml.reader.ReaderError, UnicodeDecodeError) as error:
            self._at_line(1, f"not readable as UTF-8 text: {error.reason}")
            return None
        if node is None:
            self._at_line(1, "the file is empty")
        return node

    def _at_line(self, line: int, what: str) -> None:
        self.problems.append(Problem(str(self.path), line, what, "correct the file"))

    def _entries(self, node: yaml.Node, what: str) -> Iterator[_Entry]:
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, f"{what} is not a mapping", "write `key: value` lines below it")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problem(key, f"a key of {what} is not a plain text", "use a word as key")
            elif key.value in seen:
                self.problem(key, f"key `{key.value}` stands twice in {what}", "keep one of them")
            else:
                seen.add(key.value)
                yield _Entry(str(key.value), key, value)

    def _struct(self, form: type[Form], node: yaml.Node, where: Where) -> Form | _Bad:
        what = self._named(where, node) if where else self.path.name
        self.lines.setdefault(where, node.start_mark.line + 1)
        fields = {field.encode_name: field for field in _fields(form)}
        values: dict[str, Any] = {}
        sound = isinstance(node, yaml.MappingNode)
        for entry in self._entries(node, what):
            place = (*where, entry.key)
            self.lines[place] = entry.node.start_mark.line + 1
            if (field := fields.get(entry.key)) is None:
                self.problem(entry.node, f"unknown key `{entry.key}` in {what}", suggestion(entry.key, fields))
                continue
            value = self._value(field.type, entry.value, place)
            sound = sound and value is not _BAD
            values[field.name] = value
        for name, field in fields.items():
            if field.required and field.name not in values and isinstance(node, yaml.MappingNode):
                self.problem(node, f"{what} lacks `{name}`", f"add `{name}: ...`")
                sound = False
        return form(**values) if sound else _BAD

    def _named(self, where: Where, node: yaml.Node) -> str:
        """How a person is told of a mapping: by the segment that it describes, an element with its segment, anything
        else by its key or, in a list, its number from 1."""
        list_of, key = (where[-2] if len(where) > 1 else ""), where[-1]
        if list_of in ("elements", "components"):
            above = self._names.get(where[:-2], "")
            said = f"{list_of[:-1]} {key}" + (f" of {above}" if above else "")
        elif key.isdigit():
            said = f"entry {int(key) + 1} of `{list_of}`"
            for entry, value in node.value if isinstance(node, yaml.MappingNode) else ():
                if entry.value in ("segment", "at") and isinstance(value, yaml.ScalarNode):
                    said = value.value if entry.value == "segment" else f"the condition at {value.value}"
        else:
            return f"`{key}`"
        self._names[where] = said
        return said

    def _value(self, hint: inspect.Type, node: yaml.Node, where: Where) -> Any:
        match hint:
            case inspect.Metadata():
                return self._value(hint.type, node, where)
            case inspect.UnionType():
                inner = next(kind for kind in hint.types if not isinstance(kind, inspect.NoneType))
                return self._value(inner, node, where)
            case inspect.StructType():
                return self._struct(hint.cls, node, where)
            case inspect.VarTupleType():
                return self._list(hint.item_type, node, where)
            case inspect.DictType():
                return self._mapping(hint, node, where)
            case _:
                return self._scalar(hint, node, where)

    def _list(self, hint: inspect.Type, node: yaml.Node, where: Where) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            self.problem(node, f"`{where[-1]}` is not a list", "write it as `[a, b]` or with a `-` before each")
            return _BAD
        read = []
        for index, item in enumerate(node.value):
            self.lines[*where, str(index)] = item.start_mark.line + 1
            read.append(self._value(hint, item, (*where, str(index))))
        return _BAD if any(item is _BAD for item in read) else tuple(read)

    def _mapping(self, hint: inspect.DictType, node: yaml.Node, where: Where) -> Any:
        read: dict[str, Any] = {}
        sound = isinstance(node, yaml.MappingNode)
        for entry in self._entries(node, f"`{where[-1]}`"):
            place = (*where, entry.key)
            self.lines[place] = entry.node.start_mark.line + 1
            key = self._text_of(hint.key_type, entry.node, entry.key, place)
            value = self._value(hint.value_type, entry.value, place)
            sound = sound and key is not _BAD and value is not _BAD
            read[entry.key] = value
        return read if sound else _BAD

    def _scalar(self, hint: inspect.Type, node: yaml.Node, where: Where) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            self.problem(node, f"`{where[-1]}` is a list or mapping", "write a single value")
            return _BAD
        text = str(node.value)
        if isinstance(hint, inspect.LiteralType):
            if text in hint.values:
                return text
            choices = [str(each) for each in hint.values if each]
            self.problem(node, f"`{text}` is not possible for `{where[-1]}`", f"use one of {', '.join(choices)}")
            return _BAD
        if isinstance(hint, inspect.IntType):
            if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
                return int(text)
            self.problem(node, f"`{text}` is no whole number", "write digits only, such as `5`")
            return _BAD
        return self._text_of(hint, node, text, where)

    def _text_of(self, hint: inspect.Type, node: yaml.Node, text: str, where: Where) -> Any:
        if isinstance(hint, inspect.Metadata):
            hint = hint.type
        if isinstance(hint, inspect.StrType) and hint.pattern and text and not re.search(hint.pattern, text):
            self.problem(node, f"`{text}` cannot stand at `{where[-1]}`", _WANTED.get(hint.pattern, "correct it"))
            return _BAD
        return text


_WANTED = {
    r"^([0-9]+\.\.)?[0-9]+$": "write a length such as `5` or `1..22`",
    r"^[0-9]{1,2}$": "name the element by its number, such as `03`",
    r"^[A-Z][A-Z0-9]{1,2}(\[[^\]]+\])?(\.[0-9]{1,2}){0,2}$": "write a place such as `PO1`, `PO1.02` or `REF[01=DP].02`",
}


@cache
def _fields(form: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(form)
    assert isinstance(info, inspect.StructType)
    return info.fields


def suggestion(text: str, known: Collection[str]) -> str:
    """What was probably meant, or all there is to choose from."""
    close = difflib.get_close_matches(text, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(sorted(known))}"
