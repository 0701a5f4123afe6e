"""Objects for any definition: each field that it declares gets values which its element can hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from crossdock.edi.maps.declared.building import fields
from crossdock.edi.maps.declared.definition import Cell, Constant, Definition, Loop, SegmentMap
from crossdock.edi.maps.x12.qualifiers import ITEM_QUALIFIERS
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity

COMPANY = "albion_uk"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_OF_ITEMS = ("ids", "gtin")
_DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31))


def _is_number(text: str) -> bool:
    """Is it no qualifier? One that stands where a number should is told as that."""
    return text not in ITEM_QUALIFIERS


def bodies(definition: Definition) -> st.SearchStrategy[Any]:
    """Objects that hold nothing but what the definition declares."""
    found = _object(definition, definition.object, dict(_leaves(definition.root, "", (), ())), "")
    whole = found.map(_inherited).map(lambda body: _without_parts(definition, body))
    settled = whole.map(lambda body: _settled(body, body, 1))
    return settled.map(lambda body: _agreeing(definition, body, "", []))


def _agreeing(definition: Definition, body: Any, prefix: str, above: list[Any]) -> Any:
    """The object with what its document says only once saying the same everywhere: the unit of a line and of its price,
    the number of the order that all lines are of."""
    changes: dict[str, Any] = {}
    for each in fields(type(body)):
        path, value = prefix + each.name, getattr(body, each.name)
        rule = definition.values.get(path, "")
        if isinstance(value, msgspec.Struct):
            changes[each.name] = _agreeing(definition, value, path + ".", [*above, body])
        elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            once = {key: getattr(value[0], key) for key in _once(definition, path)}
            changed = [msgspec.structs.replace(one, **once) for one in value]
            changes[each.name] = tuple(_agreeing(definition, one, path + ".", [*above, body]) for one in changed)
        elif each.name == "unit" and rule[:1] in ("^", "="):
            changes[each.name] = next(one.unit for one in reversed(above) if hasattr(one, "unit"))
    body = msgspec.structs.replace(body, **changes)
    unit = _unit_of_price(definition, body, prefix)
    if unit:
        per = msgspec.structs.replace(body.price.per, unit=unit)
        body = msgspec.structs.replace(body, price=msgspec.structs.replace(body.price, per=per))
    return body


def _once(definition: Definition, path: str) -> list[str]:
    """The fields in which all of a list must agree: they stand above it, and nowhere in it."""
    above = {cell.path for each in definition.root.members for cell in getattr(each, "cells", ())}
    inside = [each for each in definition.root.members if isinstance(each, Loop) and each.path == path]
    told = {cell.path for loop in inside for each in (loop.start, *loop.members) for cell in getattr(each, "cells", ())}
    found = [each.removeprefix(f"{path}.") for each in above if each.startswith(f"{path}.")]
    return [each for each in found if "." not in each and each not in told] if inside else []


def _unit_of_price(definition: Definition, body: Any, prefix: str) -> str:
    """The unit that a price has an element for, where a quantity has the same one."""
    price = leaves(definition).get(prefix + "price")
    if price is None or len(price.arguments) < 2 or getattr(body, "price", None) is None:
        return ""
    for name in ("quantity", "from_quantity"):
        cell, quantity = leaves(definition).get(f"{prefix}{name}.unit"), getattr(body, name, None)
        if cell is not None and quantity is not None and cell.at[0] in (3, int(price.arguments[1])):
            return str(quantity.unit)
    return ""


def _without_parts(definition: Definition, body: Any) -> Any:
    """What only the part of a line can say is said of no line that is whole."""
    for loop in definition.root.members:
        for part in (each for each in getattr(loop, "members", ()) if isinstance(each, Loop) and each.part):
            code = next((cell for cell in part.start.cells if cell.kind == "code"), part.start.cells[0])
            told = {cell.path for each in (loop.start, *loop.members) for cell in getattr(each, "cells", ())}
            only = {cell.path: "" for cell in part.start.cells} if part.part != "." else {}
            only = {path: "" for path in only if path not in {*told, code.path} and "." not in path and path != "lot"}
            coded = definition.codes[code.arguments[0]].values() if only else ()
            lines = tuple(
                each if getattr(each, code.path) in coded else msgspec.structs.replace(each, **only)
                for each in getattr(body, loop.path)
            )
            body = msgspec.structs.replace(body, **{loop.path: lines}) if only else body
    return body


def _inherited(body: Any) -> Any:
    """The object with what those in its lists have of it."""
    said = {}
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            said[name] = tuple(_taking(body, each) for each in value)
    return msgspec.structs.replace(body, **said)


def _taking(body: Any, each: Any) -> Any:
    names = [name for name in each.__struct_fields__ if getattr(each, name) == "^"]
    return msgspec.structs.replace(each, **{name: getattr(body, name) for name in names})


def _settled(body: Any, root: Any, ordinal: int) -> Any:
    """With what follows from the place of an object, or from the one above it, where no element carries it."""
    if not isinstance(body, msgspec.Struct):
        return body
    changed: dict[str, Any] = {}
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if value == "#":
            changed[name] = str(ordinal)
        elif isinstance(value, str) and value[:1] == "^" and len(value) > 1:
            changed[name] = getattr(root, value[1:].partition("|")[0])
        elif isinstance(value, tuple):
            changed[name] = tuple(_settled(each, root, at) for at, each in enumerate(value, 1))
    return msgspec.structs.replace(body, **changed)


def leaves(definition: Definition) -> dict[str, Cell]:
    """Path of a declared field -> the cell that writes it."""
    found = _LEAVES.get(id(definition))
    if found is None:
        found = _LEAVES[id(definition)] = dict(_leaves(definition.root, "", (), ()))
    return found


_LEAVES: dict[int, dict[str, Cell]] = {}


def _leaves(loop: Loop, prefix: str, keys: tuple[str, ...], above: tuple[str, ...]) -> Iterator[tuple[str, Cell]]:
    for member in loop.members:
        if isinstance(member, SegmentMap):
            yield from _cells(member, prefix)
            continue
        if member.start.read_only:
            continue
        inside = prefix
        if member.path and not member.part:
            inside = f"{prefix}{member.path}."
        yield from _cells(member.start, inside)
        yield from _leaves(member, inside, member.keys, above)


def _cells(segment: SegmentMap, prefix: str) -> Iterator[tuple[str, Cell]]:
    if segment.read_only:
        return
    for cell in segment.cells:
        if cell.path in ("#", "^") or cell.read_only or cell.kind in ("when", "allowance", "chosen", "shipped"):
            continue
        yield cell.absolute(prefix), cell


def _object(definition: Definition, kind: type[Any], declared: dict[str, Cell], prefix: str) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    parts: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    ids = any(cell.kind in _OF_ITEMS for path, cell in declared.items() if path == prefix.rstrip("."))
    for each in fields(kind):
        path = prefix + each.name
        cell = declared.get(path)
        cell = None if cell is not None and cell.kind in _OF_ITEMS else cell
        below = any(one.startswith(path + ".") for one in declared)
        if cell is not None and cell.kind == "rows":
            parts[each.name] = st.lists(st.text(_LETTERS, min_size=1, max_size=30), max_size=2).map(tuple)
        elif each.item is not None and (cell is not None or below):
            size = 1 if each.required else 0
            inner = (
                _object(definition, each.item, declared, path + ".")
                if cell is None and issubclass(each.item, msgspec.Struct)
                else _value(definition, cell, each.item, path)
            )
            if cell is None and issubclass(each.item, msgspec.Struct):
                inner = inner.filter(_says_anything)
            unique = _plain_fields if _joins(definition, path) else None
            lists = st.lists(inner, min_size=size, max_size=_most(definition.root, path), unique_by=unique)
            parts[each.name] = lists.map(tuple if f"{path}.line" in declared else _numbered)
        elif cell is not None and path == "currency":  # in which all prices are
            parts[each.name] = st.just("GBP")
        elif cell is not None:
            told = each.required or path in definition.values
            (parts if told else optional)[each.name] = _value(definition, cell, hints[each.name], path)
        elif below and each.struct is not None:
            inner = _object(definition, each.struct, declared, path + ".")
            (parts if each.required else optional)[each.name] = inner if each.required else inner.map(_or_none)
        elif ids and each.name in ("item", "supplier_item", "gtin"):
            parts[each.name] = st.text(_LETTERS, min_size=1, max_size=14).filter(_is_number)
        elif path == "company_id":
            parts[each.name] = st.just(COMPANY)
        elif each.required and definition.values.get(path, "").startswith("^"):
            parts[each.name] = st.just("^")  # what the object above says
        elif each.required:
            parts[each.name] = st.just(_undeclared(definition, kind, path, hints[each.name]))
    if not optional:
        return st.builds(kind, **parts)
    return st.fixed_dictionaries(parts, optional=optional).map(
        lambda found: kind(**{name: value for name, value in found.items() if value is not None})
    )


def _or_none(body: Any) -> Any:
    """An object that says nothing is none."""
    kind = type(body)
    return None if all(not each.required for each in fields(kind)) and body == kind() else body


def _most(loop: Loop, path: str, prefix: str = "") -> int:
    """How many objects a list of the document may hold for a test."""
    for member in loop.members:
        if isinstance(member, Loop):
            inside = f"{prefix}{member.path}." if member.path else prefix
            if member.single and inside == f"{path}.":
                return 1
            if _most(member, path, inside) == 1:
                return 1
    return 3


def _joins(definition: Definition, path: str) -> bool:
    """Are loops of this list that agree read as one object? Then no two of ours agree."""
    loops = [definition.root]
    for loop in loops:
        loops += [each for each in loop.members if isinstance(each, Loop)]
    return any(loop.joins and loop.path == path for loop in loops)


def _says_anything(body: Any) -> bool:
    return any(getattr(body, each.name) != each.default for each in msgspec.structs.fields(type(body)))


def _plain_fields(body: Any) -> tuple[str, ...]:
    values = (getattr(body, name) for name in body.__struct_fields__)
    return tuple(repr(value) for value in values if not isinstance(value, tuple))


def _numbered(found: list[Any]) -> tuple[Any, ...]:
    """Lines that no element numbers are numbered as they stand."""
    return tuple(
        msgspec.structs.replace(each, line=str(at)) if getattr(each, "line", "") == "#" else each
        for at, each in enumerate(found, 1)
    )


def _undeclared(definition: Definition, kind: type[Any], path: str, hint: Any) -> Any:
    """What reading gives a field that no element carries."""
    if path == "company_id":
        return COMPANY
    value = definition.values.get(path)
    if value == "@supplier" or value == "@partner":
        return PartyRef("brightware")
    if value in ("@buyer", "@us"):
        return PartyRef(COMPANY)
    if value == "@us.id":
        return COMPANY
    if value is None or value.startswith("@"):
        raise AssertionError(f"{definition.type}: nothing tells {path} ({kind.__name__})")
    return value


def _constants(loop: Loop) -> Iterator[Constant]:
    for member in (loop.start, *loop.members):
        yield from _constants(member) if isinstance(member, Loop) else member.constants


def _value(definition: Definition, cell: Cell | None, hint: Any, path: str) -> st.SearchStrategy[Any]:
    assert cell is not None, f"{definition.type}: nothing writes {path}"
    kind, arguments = cell.kind, cell.arguments
    if kind in ("code", "questioned"):
        return st.sampled_from(sorted({meant for code, meant in definition.codes[arguments[0]].items() if code != "*"}))
    if get_origin(hint) is Literal:
        raise AssertionError(f"{definition.type}: {path} is one of {get_args(hint)} and needs a list of codes")
    longest = int(arguments[0]) if kind in ("an", "text", "equipment") and arguments else 20
    if kind in ("an", "text", "words", "note", "sole", "equipment"):
        # What a definition writes for nothing at all is no value.
        nothing = {each.value for each in _constants(definition.root)}
        return st.text(_LETTERS, min_size=min(3, longest), max_size=min(longest, 30)).filter(
            lambda found: found not in nothing
        )
    if kind == "moment":
        finest = dt.datetime(2000, 1, 1), dt.datetime(2049, 12, 31)
        clock = definition.dialect == "EDIFACT" or bool(arguments)
        moments = st.datetimes(*finest, timezones=st.just(dt.UTC))
        return moments.map(
            lambda at: at.replace(microsecond=0) if clock else dt.datetime(*at.timetuple()[:3], tzinfo=dt.UTC)
        )
    simple: dict[str, st.SearchStrategy[Any]] = {
        "number": st.decimals(Decimal("0.01"), Decimal(99999), places=2).map(lambda found: found.normalize() + 0),
        "cents": st.decimals(Decimal("0.01"), Decimal(99999), places=2),
        "int": st.integers(1, 999),
        "flag": st.booleans(),
        "day": _DAYS,
        "until": _DAYS,
        "weight": st.builds(Quantity, st.integers(1, 9999).map(Decimal), st.sampled_from(["LB", "KG"])),
        "volume": st.builds(Quantity, st.integers(1, 9999).map(Decimal), st.sampled_from(["CF", "CR"])),
        "its_day": _DAYS.map(lambda day: dt.datetime(*day.timetuple()[:3], tzinfo=dt.UTC)),
        "rows": st.lists(st.text(_LETTERS, min_size=1, max_size=30), min_size=1, max_size=2).map(tuple),
        "unit": st.sampled_from(["EA", "CS"] if definition.dialect == "X12" else ["EA", "KGM"]),
        "price": st.builds(lambda cents: Price(Decimal(cents).scaleb(-2), "GBP"), st.integers(1, 99999)),
        "charge": st.builds(Charge, st.just("D240"), st.integers(1, 9999).map(lambda n: Decimal(n).scaleb(-2))),
        "party": st.sampled_from([PartyRef("STORE7", name="STORE SEVEN"), PartyRef("DC2")])
        if not arguments
        else st.sampled_from([PartyRef("brightware" if arguments[0] in ("supplier", "partner") else COMPANY)]),
    }
    return simple[kind]


def without(body: Any, paths: tuple[str, ...], prefix: str = "") -> Any:
    """The object as plain values, without what the description cannot say."""
    if isinstance(body, tuple):
        return [without(each, paths, prefix) for each in body]
    if not isinstance(body, msgspec.Struct):
        return body
    names = (name for name in body.__struct_fields__ if prefix + name not in paths)
    return {name: without(getattr(body, name), paths, f"{prefix}{name}.") for name in names}
