"""How fields are written in elements: the kinds that both dialects know by the same names.

`text(n)` words, cut to n characters; `an(n, m)` an identifier, refused when longer, or shorter than `m`; `int`,
`number`; `flag(Y)` true where the element says so; `code(list, raw)` by a list of the definition, a code that is not
the first of its meaning being kept in the field `raw`; `sense(list)` the same, such a code being kept beside
the object, for it says more than its meaning; `taken` what a map of its own takes and no field here holds;
`purpose(9,5)` the purposes for which we take a document, the first of which we write, or `purpose(9,!1)` those for
which we do not; `chosen(list,4)` the code that a list has for what a field says, where element 4 has a value; `#` a
running number, `#(lines)` how many of those there are. The dialects add `day`, `moment`, `unit`, `price`, `party`,
`charge` and `ids`, each as it writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from crossdock.edi.kernel.writing import CannotWrite, Text
from crossdock.edi.maps.declared.definition import Address, Cell, Definition
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Row, Source
from crossdock.edi.maps.purposes import copy_words
from crossdock.model.quantity import NoDecimal, stated

S = TypeVar("S", bound=Source, contravariant=True)
Cells = dict[Address, str]


class Place(NamedTuple):
    """Where a value stands."""

    row: Row
    position: int
    cell: Cell
    scope: Scope
    definition: Definition


class Sheet(NamedTuple):
    """What a value is written with: its cell, the object it belongs to, and the dialect's pen."""

    cell: Cell
    owner: Any
    definition: Definition
    pen: Any


class Read(Protocol[S]):
    """Reads a value; None where there is none. Marks the elements it takes."""

    def __call__(self, source: S, place: Place) -> Any:
        """See the class."""


Write = Callable[[Any, Sheet], Cells]
"""Writes a value into elements."""


class Kind(NamedTuple, Generic[S]):
    """Both ways of a kind."""

    read: Read[S]
    write: Write


def taken(source: Source, place: Place) -> str:
    """The text of the cell, marked as taken."""
    text = source.value(place.row, place.cell.at)
    if text:
        source.take(place.position, *place.cell.at)
    return text


def read_text(source: Source, place: Place) -> str | None:
    """Words or an identifier."""
    return taken(source, place) or None


def write_text(value: str, sheet: Sheet) -> Cells:
    """Words: control characters become blanks, what is too long is cut."""
    words = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    longest = int(sheet.cell.arguments[0]) if sheet.cell.arguments else len(words)
    return {sheet.cell.at: Text(words[:longest].rstrip())}


def write_an(value: str, sheet: Sheet) -> Cells:
    """An identifier, whole or not at all."""
    longest, shortest, *_ = (*map(int, sheet.cell.arguments), *(len(value), 0)[len(sheet.cell.arguments) :])
    if not shortest <= len(value) <= longest:
        raise CannotWrite(f"{sheet.cell.path} has room for {shortest} to {longest} characters, not for {value!r}")
    return {sheet.cell.at: value}


def read_number(source: Source, place: Place) -> Decimal | None:
    """A number; nonsense is a fault."""
    text = taken(source, place)
    return as_number(source, place, text) if text else None


def as_number(source: Source, place: Place, text: str) -> Decimal | None:
    """The number a text says, both decimal marks taken; nonsense is a fault."""
    plain = text.replace(",", ".").removesuffix(".").removeprefix("+")
    whole = plain.removeprefix("-")
    plain = plain.replace(".", "0.", 1) if whole.startswith(".") else plain
    try:
        return stated(plain)
    except NoDecimal as refusal:
        source.fault("number_invalid", place.position, place.cell.at, f"{text!r} {refusal}")
        return None


def write_number(value: Decimal, sheet: Sheet) -> Cells:
    """A number without exponent."""
    if not value.is_finite():
        raise CannotWrite(f"{value} is not a number")
    return {sheet.cell.at: f"{value:f}"}


def read_int(source: Source, place: Place) -> int | None:
    """A whole number; nonsense is a fault."""
    text = taken(source, place)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        source.fault("number_invalid", place.position, place.cell.at, f"{text!r} is no whole number")
        return None
    return int(text)


def write_int(value: int, sheet: Sheet) -> Cells:
    """A whole number."""
    return {sheet.cell.at: str(value)}


def read_flag(source: Source, place: Place) -> bool | None:
    """True where the element says the code, else as if it said nothing."""
    text = source.value(place.row, place.cell.at)
    if text not in place.cell.arguments:
        return None
    source.take(place.position, *place.cell.at)
    return True


def write_flag(value: bool, sheet: Sheet) -> Cells:
    """The code where it is true."""
    return {sheet.cell.at: sheet.cell.arguments[0]} if value else {}


def read_code(source: Source, place: Place) -> str | None:
    """What the definition's list says of a code. A code that it lacks is read as its entry `*` (nothing said, where
    that is empty, and with a warning, where it is `?`; the code itself, where it is `=`), and is a fault where there is
    none."""
    text = source.value(place.row, place.cell.at)
    if not text:
        return None
    name, *raw = place.cell.arguments
    known = place.definition.codes[name]
    other = "" if text in known else known.get("*", "!")
    if other in ("!", "?"):
        words = f"{text!r} is none of {', '.join(code for code in known if code != '*')}"
        source.fault("code_unknown", place.position, place.cell.at, words, "warning" if other == "?" else None)
        return None
    if other == "=":
        return taken(source, place)
    meant = known.get(text, other) or None
    if raw and _first_code(known, meant) != text:
        place.scope.values[raw[0]] = text
    if raw or text in known:
        source.take(place.position, *place.cell.at)
    return meant


def read_sense(source: Source, place: Place) -> str | None:
    """What a list says of a code; one that is not the first of its meaning says more, and is kept."""
    meant, text = read_code(source, place), source.value(place.row, place.cell.at)
    if meant is not None and text != _first_code(place.definition.codes[place.cell.arguments[0]], meant):
        source.untake([(place.position, *place.cell.at)])
    return meant


def _first_code(known: Mapping[str, str], meant: str | None) -> str | None:
    return next((code for code, meaning in known.items() if meaning == meant and code != "*"), None)


def write_code(value: str, sheet: Sheet) -> Cells:
    """The partner's own code, where the object has it, else the first that means the value."""
    name, *raw = sheet.cell.arguments
    known: Mapping[str, str] = sheet.definition.codes[name]
    code = (getattr(sheet.owner, raw[0]) if raw else "") or _first_code(known, value)
    if code is None and known.get("*") == "=":
        code = value
    if code is None:
        raise CannotWrite(f"{sheet.definition.type} has no code for {sheet.cell.path} {value!r}")
    return {sheet.cell.at: code}


def read_taken(source: Source, place: Place) -> None:
    """Takes what a map of its own makes something of."""
    taken(source, place)


def write_taken(value: Any, sheet: Sheet) -> Cells:
    """Maps of their own write."""
    return {}


def read_purpose(source: Source, place: Place) -> None:
    """Refuses what is sent for another purpose. One that we would not write is kept beside the object, which does not
    say it."""
    text = source.value(place.row, place.cell.at)
    told = place.cell.arguments
    good = f"!{text}" not in told if any(each.startswith("!") for each in told) else text in told
    if text and not good:
        source.fault("purpose_unsupported", place.position, place.cell.at, f"purpose {text} is not one we take")
    elif words := copy_words(place.definition.dialect, text):
        source.fault("document_copy", place.position, place.cell.at, words)
    if text == told[0]:
        taken(source, place)


def write_purpose(value: Any, sheet: Sheet) -> Cells:
    """The purpose of what we send."""
    return {sheet.cell.at: sheet.cell.arguments[0]}


def read_chosen(source: Source, place: Place) -> None:
    """A code that follows from a field: it says nothing that the field does not."""
    if source.value(place.row, place.cell.at) in place.definition.codes[place.cell.arguments[0]].values():
        source.take(place.position, *place.cell.at)


def write_chosen(value: str, sheet: Sheet) -> Cells:
    """The code that the list has for the value."""
    known = sheet.definition.codes[sheet.cell.arguments[0]]
    return {sheet.cell.at: known.get(value, known["*"])}


def name_item(source: Source, scope: Scope, found: tuple[str, str, str]) -> None:
    """Give the object its item: our number, the partner's, the GTIN. Of the numbers that were read, those that the
    object has a field for are taken, and the one by which ours was found."""
    item, theirs, gtin = found
    other = "supplier_item" if source.context.role == "buyer" else "buyer_item"
    named = {"item": item, other: theirs, "gtin": gtin}
    scope.values |= {name: value for name, value in named.items() if value and name in scope.fields}
    if "item" in scope.fields:  # unknown, which is a fault, or of no concern to this document
        scope.values.setdefault("item", "")
    stated = any(each.value == item for each in scope.ids)
    for each in scope.ids:
        name = next((name for name, value in named.items() if value == each.value), "")
        if name and (name in scope.fields or not stated):
            for at in each.cells:
                source.take(each.position, *at)


COMMON: dict[str, Kind[Source]] = {
    "text": Kind(read_text, write_text),
    "an": Kind(read_text, write_an),
    "number": Kind(read_number, write_number),
    "int": Kind(read_int, write_int),
    "flag": Kind(read_flag, write_flag),
    "code": Kind(read_code, write_code),
    "sense": Kind(read_sense, write_code),
    "taken": Kind(read_taken, write_taken),
    "purpose": Kind(read_purpose, write_purpose),
    "chosen": Kind(read_chosen, write_chosen),
}
