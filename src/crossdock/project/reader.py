"""Nodes to structs, by the struct's own type hints. Goes on after an error, so that all are found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
import yaml
from msgspec import inspect

from crossdock.model.quantity import NoDecimal, stated
from crossdock.project import kinds
from crossdock.project.files import Files, Place, place_of
from crossdock.project.secrets import FromEnvironment, NumberFromEnvironment, Secret

Form = TypeVar("Form", bound=msgspec.Struct)
Path = tuple[str, ...]

_NULL = "tag:yaml.org,2002:null"
_MOST_DIGITS = 15
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_PREFIX = "env:"


class _Bad:
    """Stands for a value that could not be read; the problem is noted already."""


BAD: Final = _Bad()


class Reader:
    """Reads structs out of nodes; remembers where each field was written.

    `known` has the ids of each kind, but those of kinds in `unread`, of which a file could not be read. `env` None
    leaves references to the environment unresolved.
    """

    def __init__(
        self,
        files: Files,
        known: Mapping[str, frozenset[str]],
        env: Mapping[str, str] | None,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self._files = files
        self._known = known
        self._unread = unread
        self._env = env
        self.places: dict[Path, Place] = {}
        self.in_part: dict[Path, tuple[dict[str, object], frozenset[str]]] = {}
        """Of structs that lack something: what of them could be read, and what of the rest is written."""

    def problem(self, at: yaml.Node | Place, what: str, remedy: str) -> _Bad:
        """Note what is wrong."""
        self._files.problem(at if isinstance(at, Place) else place_of(at), what, remedy)
        return BAD

    def place(self, *path: str) -> Place:
        """Where something is written; where its next surrounding thing is, if it is not written at all."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place("network.yaml", 1))

    def mark(self, path: Path, place: Place) -> None:
        """Remember where something is written."""
        self.places.setdefault(path, place)

    def struct(
        self,
        form: type[Form],
        node: yaml.Node,
        path: Path,
        given: Mapping[str, object] | None = None,
        defaults: Mapping[str, object] | None = None,
    ) -> Form | None:
        """A struct from a mapping, or None after noting why not.

        `given` are fields that the file must not say, `defaults` stand in for what it does not say.
        """
        self.mark(path, place_of(node))
        values = dict(defaults or {})
        fields = {field.name: field for field in _fields(form) if field.name not in (given or {})}
        complete, said = isinstance(node, yaml.MappingNode), set()
        for entry in self._files.entries(node, f"`{path[-1]}`"):
            said.add(entry.key)
            self.places[(*path, entry.key)] = entry.place
            if (field := fields.get(entry.key)) is None:
                self.problem(entry.place, f"unknown key `{entry.key}`", kinds.suggestion(entry.key, fields))
                continue
            value = self._value(field.type, entry.node, (*path, entry.key), {})
            complete = complete and value is not BAD
            values[entry.key] = value
        for name, field in fields.items():
            if field.required and name not in values and isinstance(node, yaml.MappingNode):
                self.problem(self.place(*path), f"`{path[-1]}` lacks `{name}`", f"add `{name}: ...`")
                complete = False
        if complete:
            return form(**values, **(given or {}))
        if isinstance(node, yaml.MappingNode):
            good = {name: value for name, value in values.items() if value is not BAD}
            self.in_part[path] = (good, frozenset(values.keys() - good.keys()))
        return None

    def reference(self, kind: str, text: str, at: yaml.Node | Place) -> str | None:
        """`text` if it is the id of such a thing, or what defines them could not be read; else None after noting it."""
        if text in self._known[kind] or kind in self._unread:
            return text
        self.problem(at, f"there is no {kind} `{text}`", kinds.suggestion(text, self._known[kind]))
        return None

    def text(self, node: yaml.Node) -> str | _Bad:
        """The text of a scalar as written."""
        if not isinstance(node, yaml.ScalarNode):
            return self.problem(node, "a list or mapping where one value is expected", "write a single value")
        if node.tag == _NULL:
            return self.problem(node, "there is no value", "write one, or leave the key out")
        return str(node.value)

    def _value(self, hint: inspect.Type, node: yaml.Node, path: Path, extra: dict[str, Any]) -> Any:
        match hint:
            case inspect.Metadata():
                return self._value(hint.type, node, path, hint.extra or {})
            case inspect.UnionType():
                inner = next(kind for kind in hint.types if not isinstance(kind, inspect.NoneType))
                return self._value(inner, node, path, extra)
            case inspect.StructType():
                read = self.struct(hint.cls, node, path)
                return BAD if read is None else read
            case inspect.VarTupleType():
                return self._list(hint.item_type, node, path)
            case inspect.DictType():
                return self._mapping(hint, node, path)
            case inspect.CustomType():
                return self._secret(node)
            case _:
                return self._scalar(hint, node, extra)

    def _list(self, hint: inspect.Type, node: yaml.Node, path: Path) -> object:
        if not isinstance(node, yaml.SequenceNode):
            return self.problem(node, f"`{path[-1]}` is not a list", "write it as `[a, b]` or with a `-` before each")
        read = [self._value(hint, item, (*path, str(index)), {}) for index, item in enumerate(node.value)]
        for index, item in enumerate(node.value):
            self.mark((*path, str(index)), place_of(item))
        return BAD if any(item is BAD for item in read) else tuple(read)

    def _mapping(self, hint: inspect.DictType, node: yaml.Node, path: Path) -> object:
        read: dict[str, object] = {}
        bad = not isinstance(node, yaml.MappingNode)
        for entry in self._files.entries(node, f"`{path[-1]}`"):
            self.mark((*path, entry.key), entry.place)
            extra = (hint.key_type.extra or {}) if isinstance(hint.key_type, inspect.Metadata) else {}
            key = self._checked(entry.key, entry.place, extra)
            value = self._value(hint.value_type, entry.node, (*path, entry.key), {})
            bad = bad or key is BAD or value is BAD
            read[entry.key] = value
        return BAD if bad else read

    def _scalar(self, hint: inspect.Type, node: yaml.Node, extra: dict[str, Any]) -> object:
        text = self.text(node)
        if isinstance(text, _Bad):
            return BAD
        if text.startswith(_PREFIX):
            return self._from_environment(hint, text, node, extra)
        return self._plain(hint, text, node, extra)

    def _plain(self, hint: inspect.Type, text: str, node: yaml.Node, extra: dict[str, Any]) -> object:
        match hint:
            case inspect.StrType():
                return self._checked(text, node, extra)
            case inspect.LiteralType():
                if text in hint.values:
                    return text
                return self.problem(node, f"{text!r} is not possible here", f"use one of {_choices(hint.values)}")
            case inspect.BoolType():
                if node.tag == _BOOL:
                    return text.lower() in ("true", "yes", "on")
                return self.problem(node, f"`{text}` is neither true nor false", "write `true` or `false`")
            case inspect.IntType() if extra.get("kind") == "weekday":
                return self._weekday(text, node)
            case inspect.IntType():
                return self._integer(text, node, extra)
            case inspect.DecimalType():
                return self._decimal(text, node)
            case inspect.DateType():
                return self._parsed(dt.date.fromisoformat, text, node, "a date", "2026-12-24")
            case inspect.TimeType():
                return self._parsed(dt.time.fromisoformat, text, node, "a time of day", "08:30")
        raise TypeError(f"no reading for {hint}")

    def _checked(self, text: str, at: yaml.Node | Place, extra: dict[str, Any]) -> str | _Bad:
        kind = extra.get("kind", "")
        if kind in self._known:
            return BAD if self.reference(kind, text, at) is None else text
        finding = kinds.TEXTS[kind](text) if kind in kinds.TEXTS else None
        return self.problem(at, *finding) if finding else text

    def _integer(self, text: str, node: yaml.Node, extra: dict[str, Any]) -> int | _Bad:
        if not (text.isascii() and text.isdigit()):
            return self.problem(node, f"`{text}` is no whole number", "write digits only, such as `15`")
        if len(text) > _MOST_DIGITS:
            return self.problem(node, f"`{text}` has too many digits", f"at most {_MOST_DIGITS} are taken")
        finding = kinds.port(int(text)) if extra.get("kind") == "port" else None
        return self.problem(node, *finding) if finding else int(text)

    def _decimal(self, text: str, node: yaml.Node) -> Decimal | _Bad:
        if node.tag == _FLOAT:
            return self.problem(
                node, f"{text} would be a binary fraction, which is not exact", f'write "{text}" in quotes'
            )
        try:
            number = Decimal(text)
        except InvalidOperation:
            return self.problem(node, f"`{text}` is no number", 'write digits with a point, such as "2.5"')
        if not number.is_finite() or number < 0:
            return self.problem(node, f"`{text}` is out of range", "write a number from 0 up")
        try:
            return stated(text)
        except NoDecimal as error:
            return self.problem(node, f"`{text}` {error}", 'write ASCII digits with a point, such as "2.5"')

    def _weekday(self, text: str, node: yaml.Node) -> int | _Bad:
        if text in kinds.WEEKDAYS:
            return kinds.WEEKDAYS.index(text)
        return self.problem(node, f"`{text}` is no day of the week", kinds.suggestion(text, kinds.WEEKDAYS))

    def _parsed(self, parse: Callable[[str], object], text: str, node: yaml.Node, what: str, example: str) -> object:
        try:
            return parse(text)
        except ValueError:
            return self.problem(node, f"`{text}` is not {what}", f"write it as `{example}`")

    def _from_environment(self, hint: inspect.Type, reference: str, node: yaml.Node, extra: dict[str, Any]) -> object:
        if not extra.get("env"):
            return self.problem(
                node, f"`{reference}`: this does not come from the environment", "write the value itself"
            )
        value = self._resolve(reference, node)
        if isinstance(hint, inspect.IntType):
            if value == reference:
                return NumberFromEnvironment(0, reference)
            if not (value.isascii() and value.isdigit()) or kinds.port(int(value)):
                # The value itself is not repeated: a wrong name may have brought up a secret.
                return self.problem(node, f"what `{reference}` holds is no port", "set it to 1 to 65535")
            return NumberFromEnvironment(int(value), reference)
        return FromEnvironment(value, reference)

    def _secret(self, node: yaml.Node) -> Secret | _Bad:
        reference = self.text(node)
        if isinstance(reference, _Bad):
            return BAD
        if not reference.startswith(_PREFIX):
            # The text itself is not repeated: it may be the secret.
            return self.problem(node, "a secret stands in the file", "write `env:NAME`, put it there, and change it")
        return Secret(self._resolve(reference, node), reference)

    def _resolve(self, reference: str, node: yaml.Node) -> str:
        """What the environment holds; the reference itself where nobody asks for it. So it is, too, where it lacks and
        that is noted: what is wrong beside it is found all the same."""
        if self._env is None:
            return reference
        name = reference.removeprefix(_PREFIX)
        if value := self._env.get(name):
            return value
        self.problem(node, f"the environment has no {name}", f"set {name} before starting")
        return reference


@cache
def _fields(form: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(form)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _choices(values: tuple[object, ...]) -> str:
    return ", ".join(f"`{value}`" if str(value).isidentifier() else repr(value) for value in sorted(values, key=str))
