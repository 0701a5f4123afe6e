"""Of every X12 set nothing is lost: each element is taken, kept or dropped with a reason; what is said to be taken is.

The walk is over every public sample. An element that is taken, changed, changes the object or raises a fault, or is no
longer taken; one that is kept, changed, leaves the object as it is and is kept with its new value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest

from crossdock.edi import maps, x12
from crossdock.edi.facts import facts
from crossdock.edi.maps.declared import definitions, mark_of, marked
from crossdock.edi.maps.declared.reading import Walk
from crossdock.edi.maps.declared.source import X12Source
from crossdock.model.party import PartyRef
from tests.unit.edi.declared import without
from tests.unit.edi.samples import BUYING, interchange, sets
from tests.unit.edi.test_fixtures import FOLDER

FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")
T = TypeVar("T")
MOST = 150
"""Elements of a set that are each tried by reading it again; of more, a part."""
ORDERS = ("850", "860", "875", "830", "862", "869", "180")


def context_of(kind: str) -> maps.MapContext:
    role = "supplier" if kind in ORDERS else "buyer"
    return maps.MapContext("us", PartyRef("us"), PartyRef("them"), role)


def sets_in(data: bytes) -> list[x12.TransactionSet]:
    return [item for item in x12.read(data) if isinstance(item, x12.TransactionSet)]


def cases() -> Iterator[Any]:
    for path in FILES:
        for number, ts in enumerate(sets_in(path.read_bytes()), 1):
            if ts.count <= 500:
                yield pytest.param(ts, id=f"{path.parent.name}/{path.name}-{number}-{ts.type}")


SETS = list(cases())


def elements(ts: x12.TransactionSet) -> Iterator[tuple[int, int, int]]:
    """Position, element and component (0 where the element has but one) of all that holds anything."""
    mark = ts.interchange.delimiters.component
    for segment in ts.segments:
        for element in range(1, len(segment) + 1):
            parts = segment[element].split(mark) if mark else [segment[element]]
            for component, part in enumerate(parts, 1):
                if part.strip():
                    yield segment.position, element, component if len(parts) > 1 else 0


@pytest.mark.parametrize("ts", SETS)
def test_every_element_is_taken_kept_or_dropped_with_a_reason_and_once(ts: x12.TransactionSet) -> None:
    account = maps.account(ts, context_of(ts.type))
    kept = [(each.position, each.element, each.component) for each in account.kept]
    dropped = [(each.position, each.element, each.component) for each in account.dropped]
    assert sorted([*account.taken, *kept, *dropped]) == sorted(elements(ts))
    assert all(each.reason for each in account.dropped)


@pytest.mark.parametrize("ts", [each for each in SETS if each.values[0].type in definitions("X12")])
def test_marks_on_what_is_usual_change_neither_the_account_nor_the_object(ts: x12.TransactionSet) -> None:
    context = context_of(ts.type)
    again = marked(ts, context)
    assert again is not None
    assert again.account == maps.account(ts, context)
    plain = described(ts, context)
    assert (plain is None) == (again.body is None)
    if plain is not None:
        assert {path: without_mark(value) for path, value in facts(again.body)} == dict(facts(plain))


def without_mark(value: str) -> str:
    mark = mark_of(value)
    return value if mark is None else mark.value


def changed(ts: x12.TransactionSet, place: tuple[int, int, int], value: str) -> x12.TransactionSet:
    """The set with another value in one place."""
    position, element, component = place
    marks = ts.interchange.delimiters
    row = ts.texts[position - 1].split(marks.element)
    if component:
        parts = row[element].split(marks.component)
        parts[component - 1] = value
        row[element] = marks.component.join(parts)
    else:
        row[element] = value
    texts = [*ts.texts[: position - 1], marks.element.join(row), *ts.texts[position:]]
    raw = "".join(text + marks.terminator for text in texts).encode(ts.interchange.encoding, "replace")
    return x12.TransactionSet(
        ts.interchange, ts.group, ts.type, ts.control_number, raw, ts.number, ts.offset, ts.count, ts.faults
    )


def value_at(ts: x12.TransactionSet, place: tuple[int, int, int]) -> str:
    position, element, component = place
    found = ts.segments[position - 1][element]
    return found.split(ts.interchange.delimiters.component)[component - 1] if component else found


def others(value: str) -> Iterator[str]:
    """Values of the same form, then some that qualifiers and codes might be."""
    yield from alike(value)
    yield from ("ES", "01", "ZZ", "CR", "IR", "R", "HP", "9", *(COPIES if len(value) == 2 else ()))


QUALIFIED = ("DTM", "G62", "N1", "QTY", "REF")
"""Segments whose first element says what they are about."""
COPIES = ("07", "18")
"""Purposes that are taken, and say something that no object does."""


def alike(value: str) -> Iterator[str]:
    """Values of the same form."""
    yield "".join(_next(c) for c in value)
    yield value[:-1] + _next(value[-1])


def _unlike(value: str) -> str:
    """A value of the same length that is no qualifier of anything."""
    last = next(c for c in "QJ7" if c != value[-1])
    return value[:-1] + last


def _next(letter: str) -> str:
    if letter.isdigit():
        return str((int(letter) + 1) % 10)
    return (
        "ABCDEFGHIJKLMNOPQRSTUVWXYZA"["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1]
        if "A" <= letter <= "Z"
        else letter
    )


def reading(ts: x12.TransactionSet) -> tuple[Any, frozenset[tuple[str, int, int, str]]]:
    mapped = maps.read_document(ts, context_of(ts.type))
    return mapped.body, frozenset((each.code, each.position, each.element, each.detail) for each in mapped.faults)


READ = [each for each in SETS if maps.read_document(each.values[0], context_of(each.values[0].type)).body is not None]


def some(places: Sequence[T]) -> Sequence[T]:
    """All of them, or of many every so many: each is tried by reading the set again."""
    return places[:: 1 + len(places) // MOST]


@pytest.mark.long
@pytest.mark.parametrize("ts", READ)
def test_what_is_taken_counts_and_what_is_kept_does_not(ts: x12.TransactionSet) -> None:
    before, account = reading(ts), maps.account(ts, context_of(ts.type))
    idle = [place for place in some(sorted(account.taken)) if not _counts(ts, place, before)]
    assert idle == [], [(ts.texts[place[0] - 1], place[1:]) for place in idle]
    silent = [(place, each) for place in some(sorted(account.taken)) if (each := _silent(ts, place, before))]
    assert silent == [], [(ts.texts[place[0] - 1], place[1:], values) for place, values in silent]
    for each in some(account.kept):
        place = (each.position, each.element, each.component)
        other = changed(ts, place, _unlike(each.value))
        now = maps.account(other, context_of(ts.type))
        assert reading(other)[0] in (before[0], None), (ts.texts[place[0] - 1], place[1:])
        assert place not in now.taken


def _counts(ts: x12.TransactionSet, place: tuple[int, int, int], before: Any) -> bool:
    value = value_at(ts, place)
    for other in others(value):
        if other == value:
            continue
        now = changed(ts, place, other)
        if reading(now) != before or place not in maps.account(now, context_of(ts.type)).taken:
            return True
    return False


def _silent(ts: x12.TransactionSet, place: tuple[int, int, int], before: Any) -> list[str]:
    """Values that are said to be taken too, and of which nothing shows: neither in the object nor as a fault. Codes and
    qualifiers have synonyms, and a level may stand below another that says the same."""
    value = value_at(ts, place)
    found: list[str] = []
    tag = ts.segments[place[0] - 1].id
    if value.isalpha() or tag == "HL" or (tag in QUALIFIED and place[1] == 1):
        return found
    for other in (*alike(value), *(COPIES if len(value) == 2 else ())):
        now = changed(ts, place, other)
        if other != value and reading(now) == before and place in maps.account(now, context_of(ts.type)).taken:
            found.append(other)
    return found


OWN = [each for each in READ if definitions("X12")[each.values[0].type].own]


def described(ts: x12.TransactionSet, context: maps.MapContext) -> Any:
    """The object as the description reads it."""
    faults: list[x12.Fault] = []
    return Walk(definitions("X12")[ts.type], X12Source(ts, context, faults)).read()


def test_taxes_are_described_as_the_map_of_its_own_reads_them() -> None:
    rows = (
        "ST*810*0001", "BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", "TXI*ST**.08", "SAC*C*G830***300",
        "TXI*ST*.24*8*****3", "TDS*7087", "TXI*ST*4.8*8*****60", "TXI*GS*3*.05*****60", "SAC*C*D240***7", "SE*11*0001",
    )  # fmt: skip
    (ts,) = sets(interchange(*rows))
    mine = maps.read_document(ts, BUYING)
    assert mine.body is not None
    unsaid = ("charges",)  # the taxes are one besides, and which line a charge stands below
    assert without(described(ts, BUYING), unsaid) == without(mine.body, unsaid)
    kept = [(each.position, each.element, each.value) for each in maps.account(ts, BUYING).kept]
    assert kept == [(6, 1, "ST"), (6, 2, ".24"), (6, 3, "8"), (6, 8, "3")]


@pytest.mark.parametrize("ts", OWN)
def test_a_description_says_what_the_map_of_its_own_does(ts: x12.TransactionSet) -> None:
    context = context_of(ts.type)
    beside = tuple(definitions("X12")[ts.type].beside)
    mine = maps.read_document(ts, context)
    theirs = described(ts, context)
    if theirs is None and {each.code for each in mine.faults} & {"total_missing", "segment_missing"}:
        pytest.skip("the map makes up for what is missing, which an account need not")
    assert without(theirs, beside) == without(mine.body, beside)
