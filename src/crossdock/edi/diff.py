"""Two documents compared in business words, whatever syntax each is in: an order as X12 and as EDIFACT, an order and
the answer to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import msgspec

from crossdock.edi.beside import beside, names
from crossdock.edi.charges import paired
from crossdock.edi.documents import Document
from crossdock.edi.facts import LINE_IDS, alike, can_say, facts, words
from crossdock.model.purchase_order import Charge, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import EACH, ZERO, Quantity

_ITEM_IDS = ("item", "buyer_item", "supplier_item", "gtin")
_ANSWERED = ("quantity", "price", "due on")
"""What an order's line and the answer to it both say."""
DOCUMENT = "document"
"""What differs where one of them has a document that the other lacks."""
Line = dict[str, str]
Row = tuple[str, str, str, str]
"""Where, what, in the first, in the second."""


class Difference(msgspec.Struct, frozen=True):
    """One thing that two documents say differently; empty where one of them does not say it. `document` is the number
    it belongs to, `where` a line or empty for the header."""

    document: str
    where: str
    what: str
    first: str
    second: str

    @property
    def said(self) -> str:
        """`line 20: quantity 12 EA -> 8 EA`."""
        place = f"{self.where}: " if self.where else ""
        if not self.first or not self.second:
            verb = "only in the first" if self.first else "only in the second"
            what = "" if self.what == DOCUMENT else self.what
            return f"{place}{what} {self.first or self.second} {verb}".replace("  ", " ").lstrip()
        return f"{place}{self.what} {self.first} -> {self.second}"


class View(msgspec.Struct, frozen=True):
    """A document as it is compared. `lines` by their ids, as far as they have any."""

    number: str
    header: dict[str, str]
    lines: dict[str, Line]
    listed: str = ""
    """The field of the object that holds the lines, where each line is one of it."""


def compare(first: Sequence[Document], second: Sequence[Document], *, envelope: bool = False) -> list[Difference]:
    """All differences, in the order of the first. Documents belong together that have one number; two alone do in any
    case. What was refused is not compared."""
    one, other = _by_number(first), _by_number(second)
    pairs, alone = _pairs(one, other), []
    if len(one) != 1 or len(other) != 1:
        alone = [_alone(each, True) for number, each in one.items() if number not in other]
        alone += [_alone(each, False) for number, each in other.items() if number not in one]
    return [found for pair in pairs for found in _compared(*pair, envelope=envelope)] + alone


def not_compared(first: Sequence[Document], second: Sequence[Document]) -> tuple[str, ...]:
    """What cannot be said to be the same or another: fields for which a flat file's layout has no column (`supplier`),
    and what stands beside the objects of documents that are of two types, as X12 and EDIFACT are (`N3`, `REF*DP`)."""
    found: dict[str, None] = {}
    for one, other in _pairs(_by_number(first), _by_number(second)):
        found |= dict.fromkeys(_unsaid(one, other) + _unsaid(other, one))
        if not _alike(one, other):
            found |= dict.fromkeys(names(one.extensions) + names(other.extensions))
    return tuple(found)


def other_kinds(first: Sequence[Document], second: Sequence[Document]) -> str:
    """That documents of two kinds are compared, in words; empty where they are of one."""
    for one, other in _pairs(_by_number(first), _by_number(second)):
        if one.document != other.document:
            left, right = (_kind(each) for each in (one, other))
            return f"The first is {left}, the second {right}."
    return ""


def _kind(document: Document) -> str:
    name = document.document.replace("_", " ")
    return f"{'an' if name[:1] in 'aeio' else 'a'} {name}"


def _unsaid(one: Document, other: Document) -> list[str]:
    """What one says, and the layout of the other has no column for; of lines without their number."""
    if other.says is None or one.body is None or other.body is None:
        return []
    same = set(facts(one.body)) & set(facts(other.body))
    paths = (re.sub(r"\[\d+\]", "", path) for path, said in facts(one.body) if (path, said) not in same)
    return [path for path in dict.fromkeys(paths) if not can_say(other.says, path)]


def _pairs(one: dict[str, Document], other: dict[str, Document]) -> list[tuple[Document, Document]]:
    if len(one) == len(other) == 1:
        return [(next(iter(one.values())), next(iter(other.values())))]
    return [(one[number], other[number]) for number in one if number in other]


def _alike(one: Document, other: Document) -> bool:
    """Are both of one syntax and type, so that their segments mean the same?"""
    return (one.envelope.syntax, one.envelope.type) == (other.envelope.syntax, other.envelope.type)


def _by_number(documents: Sequence[Document]) -> dict[str, Document]:
    """Documents by number; the same number again has a count behind it."""
    found: dict[str, Document] = {}
    for each in documents:
        if each.body is None:
            continue
        name, count = _number(each), 2
        while name in found:
            name, count = f"{_number(each)} ({count})", count + 1
        found[name] = each
    return found


def _number(document: Document) -> str:
    body = document.body
    return str(getattr(body, "order_number", "") or getattr(body, "number", ""))


def _alone(document: Document, first: bool) -> Difference:
    name = f"{document.document.replace('_', ' ')} {_number(document)}"
    return Difference(_number(document), "", DOCUMENT, name if first else "", "" if first else name)


def _compared(one: Document, other: Document, *, envelope: bool) -> list[Difference]:
    answered = isinstance(one.body, PurchaseOrderAcknowledgement) != isinstance(
        other.body, PurchaseOrderAcknowledgement
    )
    first, second = _view(one), _view(other)
    found: list[Row] = []
    if envelope:
        found += _of(_envelope(one), _envelope(other), "envelope")
    shared = set(first.header) & set(second.header) if type(one.body) is not type(other.body) else None
    found += _sayable(_of(first.header, second.header, "", shared), one, other, "")
    if all(hasattr(each.body, "charges") for each in (one, other)):
        found += _charges(one, other)
    for name, line, matched in _matched(first.lines, second.lines):
        if line is None or matched is None:
            found.append((name, "", _short(line), _short(matched)))
        else:
            wanted = {name for name in _ANSWERED if name in line and name in matched} if answered else None
            listed = first.listed or second.listed
            found += _sayable(_of(line, matched, name, wanted), one, other, f"{listed} ")
    if _alike(one, other):
        found += _kept(_by_place(one, first), _by_place(other, second), set(first.lines) ^ set(second.lines))
    return [Difference(first.number, *each) for each in found]


def _sayable(rows: list[Row], one: Document, other: Document, listed: str) -> list[Row]:
    """Without what one of them says and the layout of the other has no column for."""
    return [
        row
        for row in rows
        if (row[2] or can_say(one.says, listed + _plain(row[1])))
        and (row[3] or can_say(other.says, listed + _plain(row[1])))
    ]


def _charges(one: Document, other: Document) -> list[Row]:
    """The charges of the documents, each beside the one that is for the same."""
    found: list[Row] = []
    for left, right in paired(getattr(one.body, "charges", ()), getattr(other.body, "charges", ())):
        known = left or right
        assert known is not None  # a pair has one of them
        name = f"charge {known.code}".rstrip() + (f" of line {known.line}" if known.line else "")
        rows = _of(dict(facts(left)) if left else {}, dict(facts(right)) if right else {}, name)
        if left is None or right is None:
            rows = [(where, what, first, second) for where, what, first, second in rows if what == "amount"]
        found += _sayable(rows, one, other, "charges ")
    return found


def _plain(name: str) -> str:
    """The field of a name in a line: what is said of one schedule, the schedules say."""
    return "schedules due on" if name == "due on" else re.sub(r"\[\d+\]", "", name)


Places = dict[tuple[str, str], list[str]]
"""Where and in which segment -> what stands there, each time it comes."""


def _kept(left: Places, right: Places, alone: set[str]) -> list[Row]:
    """What stands beside the objects, segment by segment of one name and place; not beside lines that one lacks."""
    return [
        (f"beside {place or 'the document'}", name, first, second)
        for place, name in {**left, **right}
        for first, second in zip_longest(left.get((place, name), ()), right.get((place, name), ()), fillvalue="")
        if first != second and place not in alone
    ]


def _by_place(document: Document, view: View) -> Places:
    """A place that is a line is called as the line is: `line 20` for `lines[2]`."""
    found: Places = {}
    keys = list(view.lines)
    for each in beside(document.extensions):
        place, line = each.place, re.match(r"\w+\[(\d+)\]", each.place)
        if line and view.listed and place.startswith(f"{view.listed}[") and int(line[1]) <= len(keys):
            place = keys[int(line[1]) - 1]
        found.setdefault((place, each.name), []).append(each.value)
    return found


def _of(one: Line, other: Line, where: str, wanted: set[str] | None = None) -> list[Row]:
    names = [name for name in {**one, **other} if wanted is None or name in wanted]
    return [
        (where, name, one.get(name, ""), other.get(name, ""))
        for name in names
        if not alike(one.get(name, ""), other.get(name, ""))
    ]


def _envelope(document: Document) -> Line:
    return {name.replace("_", " "): value for name, value in msgspec.to_builtins(document.envelope).items()}


def _view(document: Document) -> View:
    body = document.body
    assert body is not None
    if isinstance(body, PurchaseOrderAcknowledgement):
        return View(_number(document), _header(body, "answers"), _answers(body.answers))
    name = next((each for each in body.__struct_fields__ if _is_list(getattr(body, each))), "")
    lines: dict[str, Line] = {}
    for at, each in enumerate(getattr(body, name, ()), 1):
        key = _key(each, at)
        lines[key if key not in lines else f"{key} ({at})"] = _facts(each)
    return View(_number(document), _header(body, name), lines, name)


def _header(body: msgspec.Struct, lines: str) -> Line:
    apart = tuple(f"{each.replace('_', ' ')}[" for each in ("charges", lines) if each)
    return {path: value for path, value in facts(body) if not path.startswith(apart)}


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], msgspec.Struct) and _has_id(value[0])


def _has_id(line: msgspec.Struct) -> bool:
    return not isinstance(line, Charge) and any(name in line.__struct_fields__ for name in (*LINE_IDS, "item"))


def _key(line: msgspec.Struct, at: int) -> str:
    """`line 20`: zeros before a number make no difference."""
    found = next((getattr(line, name) for name in LINE_IDS if getattr(line, name, "")), "")
    return f"line {found.lstrip('0') or found}" if found else f"line at {at}"


def _answers(answers: tuple[LineAnswer, ...]) -> dict[str, Line]:
    """The answers to a line as one: how much will come of it."""
    found: dict[str, Line] = {}
    for name in dict.fromkeys(each.line for each in answers):
        these = [each for each in answers if each.line == name]
        coming = [each for each in these if each.kind != "rejected"]
        first = (coming or these)[0]
        said = _facts(first)
        said.pop("quantity", None)
        if all(each.quantity for each in coming):
            amount = sum((each.answered.amount for each in coming), ZERO)
            said["quantity"] = words(Quantity(amount, first.quantity.unit if first.quantity else EACH))
        said["kind"] = ", ".join(dict.fromkeys(each.kind for each in these))
        found[_key(first, len(found) + 1)] = said
    return found


def _facts(line: Any) -> Line:
    """What a line says, without the id by which it is found."""
    own = next((name for name in LINE_IDS if getattr(line, name, "")), "").replace("_", " ")
    said = {path: value for path, value in facts(line) if path != own}
    splits: tuple[Any, ...] = getattr(line, "schedules", ())
    if len(splits) == 1 and splits[0].due_on:  # all of the line on one day
        said["due on"] = words(splits[0].due_on)
    return said


def _matched(one: dict[str, Line], other: dict[str, Line]) -> list[tuple[str, Line | None, Line | None]]:
    """Lines of one id, else of one item; then those that have no counterpart."""
    left, right = dict(one), dict(other)
    found: list[tuple[str, Line | None, Line | None]] = []
    by_id = bool(set(left) & set(right)) and not all(name.startswith("line at") for name in left)
    for name, line in one.items():
        same = name if by_id and name in right else next((key for key, each in right.items() if _item(line, each)), "")
        if same:
            found.append((name, left.pop(name), right.pop(same)))
        else:
            found.append((name, left.pop(name), None))
    return found + [(name, None, line) for name, line in right.items()]


def _item(one: Line, other: Line) -> bool:
    """Do two lines name the same item by any number of it?"""
    numbers = {one.get(name.replace("_", " ")) for name in _ITEM_IDS} - {None, ""}
    return bool(numbers & {other.get(name.replace("_", " ")) for name in _ITEM_IDS})


def _short(line: Line | None) -> str:
    if line is None:
        return ""
    said = dict.fromkeys(line[name] for name in ("quantity", "item", "gtin") if line.get(name))
    return " of ".join(said) or "without words"
