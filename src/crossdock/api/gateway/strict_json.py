"""Strict JSON: what PostgreSQL, Decimal or the next reader would choke on is refused at the door.

One pass of a C decoder into the request's own class does most of it: syntax, UTF-8, types, unknown members, depth
(the classes do not nest without end). What decoders let through is looked for by hand: members given twice, NUL
characters, and decimals that do not fit (PostgreSQL would write out all the digits of `1e99999`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
import msgspec.inspect
import orjson

from crossdock.model.quantity import DECIMAL_PATTERN, DECIMAL_RULE
from crossdock.operations.problems import FieldError, Problem

T = TypeVar("T")

MOST_BYTES = 1_048_576
_DECIMAL = re.compile(f'"({DECIMAL_PATTERN})"|({DECIMAL_PATTERN})'.encode())

Number = Annotated[
    msgspec.Raw,
    msgspec.Meta(
        description="A decimal, as text or as a number; it is read digit for digit",
        extra_json_schema={"type": ["string", "number"], "pattern": f"^{DECIMAL_PATTERN}$"},
    ),
]
"""The type of a quantity or an amount in a request; `exact` reads it."""

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_UNKNOWN_MEMBER = re.compile("Object contains unknown field `(.*)`", re.DOTALL)
_EXAMPLES = {
    "Invalid RFC3339 encoded datetime": "2010-12-06T14:03:00Z",
    "Invalid RFC3339 encoded date": "2010-12-06",
}
_PATH_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def decoder(body: type[T]) -> Callable[[bytes], T]:
    """A function that reads bytes into `body`, or raises a `Problem` that says where it fails.

    `body` and the classes inside it must forbid unknown fields.
    """
    decode = msgspec.json.Decoder(body).decode

    def read(content: bytes) -> T:
        if len(content) > MOST_BYTES:
            raise Problem("body_too_large", f"{len(content):,} bytes; at most {MOST_BYTES:,} are taken")
        try:
            value = decode(content)
        except msgspec.ValidationError as error:
            _must_be_strict(content)
            raise Problem("invalid_body", *_where(str(error), body)) from None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError):
            raise _syntax(content) from None
        if b"\\u0000" in content or _repeats_members(content):
            _must_be_strict(content)
        return value

    return read


def exact(
    raw: msgspec.Raw, pointer: str, faults: list[FieldError], *, signed: bool = False, positive: bool = False
) -> Decimal:
    """The decimal a JSON number or text says, digit for digit; adds to `faults` what is none or does not fit."""
    found = _DECIMAL.fullmatch(bytes(raw))
    if found is None:
        faults.append(FieldError(pointer, DECIMAL_RULE))
        return Decimal(0)
    value = Decimal((found[1] or found[2]).decode())
    if positive and value <= 0:
        faults.append(FieldError(pointer, "must be more than 0"))
    elif value < 0 and not signed:
        faults.append(FieldError(pointer, "must not be negative"))
    return value


def _repeats_members(content: bytes) -> bool:
    """Does the text have more members than are left when of equal names only the last counts?

    Each member has one colon outside of texts, so colons are counted before and after reading and writing. Without
    escapes, texts are written as they came and no colon can appear that was not there: then all may be counted.
    """
    try:
        written = orjson.dumps(orjson.loads(content))
    except orjson.JSONDecodeError:  # a number that is no double: msgspec reads it as a Decimal
        raise _syntax(content) from None
    if b"\\" in content:
        content, written = _STRING.sub(b"", content), _STRING.sub(b"", written)
    return content.count(b":") != written.count(b":")


def _must_be_strict(content: bytes) -> None:
    """The slow and exact look: raises the `Problem` if a name is given twice or a text holds NUL."""
    faults: list[FieldError] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for name, value in pairs:
            if name in seen:
                faults.append(FieldError(_escape(name), "is given twice in one object"))
            seen[name] = value
        return seen

    try:
        tree = json.loads(content, object_pairs_hook=members, parse_float=str, parse_int=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise _syntax(content) from None
    _look_for_nul(tree, "", faults)
    if faults:
        raise Problem("malformed_json", "the body is JSON that readers disagree on", faults)


def _look_for_nul(tree: Any, pointer: str, faults: list[FieldError]) -> None:
    waiting = [(pointer, tree)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, str) and "\x00" in value:
            faults.append(FieldError(at, "holds a NUL character"))
        elif isinstance(value, list):
            waiting += [(f"{at}/{index}", item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            for name, item in value.items():
                if "\x00" in name:
                    faults.append(FieldError(at, "has a member whose name holds a NUL character"))
                waiting.append((f"{at}{_escape(name)}", item))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _escape(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _syntax(content: bytes) -> Problem:
    """Why it is no JSON at all, in words."""
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return Problem("malformed_json", "the body begins with a byte-order mark; send UTF-8 without one")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Problem("malformed_json", f"byte {error.start} is not UTF-8")
    if not content.strip():
        return Problem("malformed_json", "the body is empty")
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return Problem("malformed_json", f"line {error.lineno}, column {error.colno}: {error.msg}")
    return Problem("malformed_json", "a number, a text or the nesting is beyond what is taken")


def _where(message: str, body: type) -> tuple[str, list[FieldError]]:
    """msgspec's `Expected ... - at `$.lines[0].item`` as words and a JSON Pointer. Where a choice was to be made, the
    words name what could have been chosen."""
    words, _, path = message.partition(" - at `")
    steps = [name or index for name, index in _PATH_STEP.findall(path.rstrip("`"))]
    if unknown := _UNKNOWN_MEMBER.fullmatch(words):
        members = [field.encode_name for field in getattr(_type_at(body, steps), "fields", ())]
        steps.append(unknown[1])
        words = f"there is no member `{unknown[1]}` here; there are {', '.join(members)}"
    elif words.startswith("Invalid enum value"):
        values = getattr(_type_at(body, steps), "values", ())
        words += f"; it is one of {', '.join(str(value) for value in values)}" if values else ""
    elif example := _EXAMPLES.get(words):
        words += f"; write it as {example}"
    return words, [FieldError("".join(_escape(step) for step in steps), words)]


def _type_at(body: type, steps: Sequence[str]) -> msgspec.inspect.Type | None:
    """What a place in a body is made of, as far as that can be said."""
    found: msgspec.inspect.Type | None = msgspec.inspect.type_info(body)
    for step in steps:
        match _plain(found):
            case msgspec.inspect.StructType(fields=fields):
                found = next((field.type for field in fields if field.encode_name == step), None)
            case msgspec.inspect.DictType(value_type=inner):
                found = inner
            case msgspec.inspect.ListType(item_type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
                found = inner
            case _:
                return None
    return _plain(found)


def _plain(found: msgspec.inspect.Type | None) -> msgspec.inspect.Type | None:
    """A type without what surrounds it: its notes, and that it may be null."""
    if isinstance(found, msgspec.inspect.Metadata):
        return _plain(found.type)
    if isinstance(found, msgspec.inspect.UnionType):
        return next((_plain(one) for one in found.types if not isinstance(one, msgspec.inspect.NoneType)), None)
    return found
