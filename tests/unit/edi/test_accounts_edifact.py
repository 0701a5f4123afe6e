"""Of every EDIFACT sample it is known what became of every component: taken, kept or dropped, once each, and truly."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.maps.declared import definitions, marked, read_by
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrderAcknowledgement
from tests.unit.edi import test_edifact_desadv, test_edifact_invoic, test_edifact_orders, test_edifact_ordrsp
from tests.unit.edi.declared import without
from tests.unit.edi.test_accounts import alike

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FILES = [
    path
    for path in (sorted(FOLDER.rglob("*")) if FOLDER.is_dir() else ())
    if path.is_file() and b"UNH+" in path.read_bytes()
]


def ours(item: str) -> str:
    """Every number of an item is one that we know by another."""
    return f"our {item}"


BUYING = maps.MapContext("us", PartyRef("us"), PartyRef("them"), "buyer", our_item=ours)
SELLING = maps.MapContext("us", PartyRef("us"), PartyRef("them"), "supplier", our_item=ours)
AT = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
OWN = ("ORDERS", "ORDRSP", "DESADV", "INVOIC")
CHANGED = ("ZZ9", "1", "27", "7", "IN", "20200101", "EUR", "X0000000000000")
"""What a value is changed to: one of these must matter where it is taken, none of the first where it is kept."""
WHY = ("ML", "BJ", "INF")
"""Of several packs on one level: that they are several is why none of them is the object's. Of a price: that it is told
for information."""
UNMAPPED = ("BAPLIE", "IFCSUM", "INFENT", "QUOTES", "PAORES", "COPRAR", "CUSCAR")


def messages(path: Path) -> Iterator[edifact.Message]:
    """The messages of a sample, as if its envelope were as it should be."""
    for item in edifact.read(path.read_bytes()):
        if isinstance(item, edifact.Message):
            item.faults = ()
            yield item


def cells(message: edifact.Message) -> dict[tuple[int, int, int], str]:
    """Every component that holds anything, and what."""
    mark, found = message.interchange.delimiters.component, {}
    for segment in message.segments:
        for element, text in enumerate(segment.elements[1:], 1):
            for component, value in enumerate(text.split(mark), 1):
                if message.value(value).strip():
                    found[segment.position, element, component] = message.value(value).strip()
    return found


def changed(message: edifact.Message, at: tuple[int, int, int], value: str) -> edifact.Message:
    """The message with another value in a component."""
    texts, (position, element, component) = list(message.texts), at
    marks = message.interchange.delimiters
    elements = texts[position - 1].split(marks.element)
    components = elements[element].split(marks.component)
    components[component - 1] = value
    elements[element] = marks.component.join(components)
    texts[position - 1] = marks.element.join(elements)
    raw = "".join(message.written(text) + marks.terminator for text in texts)
    header = dataclasses.replace(message.interchange, syntax="UNOW", wrapped=False)
    names = ("group", "type", "version", "control_number")
    named = {name: getattr(message, name) for name in names}
    return edifact.Message(header, raw=raw.encode("utf-8"), number=1, offset=0, count=message.count, **named)


def said(message: edifact.Message) -> tuple[object, list[tuple[str, int]]]:
    """What a message says, and what is wrong with it."""
    mapped = maps.read_message(message, BUYING)
    return mapped.body, [(each.code, each.position) for each in mapped.faults]


def kept(message: edifact.Message) -> dict[tuple[int, int, int], str]:
    return {(each.position, each.element, each.component): each.value for each in maps.account(message, BUYING).kept}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_component_is_taken_kept_or_dropped_with_a_reason_once_each(path: Path) -> None:
    for message in messages(path):
        account = maps.account(message, BUYING)
        again = marked(message, BUYING)
        assert again is None or again.account == account
        rows = [*account.taken]
        rows += [(each.position, each.element, each.component) for each in (*account.kept, *account.dropped)]
        assert sorted(rows) == sorted(cells(message))
        assert all(each.reason for each in account.dropped)
        values = cells(message)
        assert all(values[each.position, each.element, each.component] == each.value for each in account.kept)


@pytest.mark.long
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_taken_matters_and_what_is_kept_stands_beside_the_object(path: Path) -> None:
    for message in messages(path):
        same = changed(message, (2, 1, 1), cells(message).get((2, 1, 1), ""))
        before, bag = said(same), kept(same)
        if before[0] is None:
            continue
        for at in sorted(maps.account(message, BUYING).taken):
            others = (changed(message, at, value) for value in (*CHANGED, ""))
            assert any(said(other) != before or kept(other) != bag for other in others), (at, message.texts[at[0] - 1])
        silent = [(at, found) for at in sorted(maps.account(message, BUYING).taken) if (found := _silent(message, at))]
        assert silent == [], [(message.texts[at[0] - 1], at, values) for at, values in silent]
        for at in bag:
            if (at[0], 1, 1) in bag and bag[at[0], 1, 1] in WHY:
                continue
            other = changed(message, at, CHANGED[0])
            body, faults = said(other)
            # A date that another one outweighs is none of the object's, but must be one.
            wrong = ("date_invalid", at[0]) in faults
            assert body == before[0] or wrong, (at, message.texts[at[0] - 1])
            assert kept(other) == bag | {at: CHANGED[0]} or wrong


COPIES = ("7", "31")
"""Purposes that are taken, and say something that no object does."""
SYNONYMS = {("BGM", 1, 1), ("DTM", 1, 1), ("DTM", 1, 3), ("LIN", 3, 2)}
"""Codes of which several mean one thing to us."""


def _silent(message: edifact.Message, at: tuple[int, int, int]) -> list[str]:
    """Values of the same form that are said to be taken too, and of which nothing shows: neither in the object nor as a
    fault. Qualifiers have synonyms."""
    value = cells(message)[at]
    if value.isalpha() or (message.segments[at[0] - 1].id, *at[1:]) in SYNONYMS:
        return []
    before, bag, found = said(message), kept(message), list[str]()
    for other in (each for each in (*alike(value), *(COPIES if len(value) == 1 else ())) if each != value):
        now = changed(message, at, other)
        if at in maps.account(now, BUYING).taken and said(now) == before and kept(now) == bag:
            found.append(other)
    return found


@pytest.mark.parametrize(("stated", "beside"), [("201012010830", True), ("201012010000", False)])
def test_the_hour_of_an_order_date_stands_beside_the_day(stated: str, beside: bool) -> None:
    rows = ("BGM+220+O1+9", f"DTM+137:{stated}:203", "NAD+BY+us::92", "LIN+1", "PIA+1+A:IN", "QTY+21:1", "PRI+AAA:1")
    (order,) = edifact.read(test_edifact_orders.interchange(*rows))
    assert isinstance(order, edifact.Message)
    account = maps.account(order, SELLING)
    assert [(each.segment, each.value) for each in account.kept] == ([("DTM", stated)] if beside else [])
    assert ((3, 1, 2) in account.taken) is not beside


@pytest.mark.parametrize(
    ("wanted", "form", "beside"),
    [
        ("20260105-20260110", "718", True),
        ("2026010520260110", "718", True),
        ("2026010520260105", "718", False),
        ("202602", "616", True),
        ("202602202603", "716", True),
        ("202601", "610", True),
        ("2026", "602", True),
        ("05012026", "4", False),
        ("010526", "3", False),
        ("20260105", "102", False),
    ],
)
def test_of_days_an_object_has_the_first_and_the_others_stand_beside_it(wanted: str, form: str, beside: bool) -> None:
    line = ("LIN+1", "PIA+1+A:IN", "QTY+21:1", "PRI+AAA:1")
    rows = ("BGM+220+O1+9", "DTM+137:20260101:102", f"DTM+2:{wanted}:{form}", "NAD+BY+us::92", *line)
    (message,) = edifact.read(test_edifact_orders.interchange(*rows))
    assert isinstance(message, edifact.Message)
    order = maps.read_message(message, SELLING).body
    assert order is not None
    assert order.due_on in (dt.date(2026, 1, 5), dt.date(2026, 1, 1))  # type: ignore[attr-defined]
    kept = [each.value for each in maps.account(message, SELLING).kept if each.segment == "DTM"]
    assert kept == ([wanted, form] if beside else [])


@pytest.mark.parametrize(("said", "price"), [((), 0), (("PRI+CAL:3",), 3), (("PRI+AAA:2", "PRI+AAE:4"), 2)])
def test_a_price_for_information_is_none_of_an_order(said: tuple[str, ...], price: int) -> None:
    line = ("LIN+1", "PIA+1+A:IN", "QTY+21:1", "PRI+INF:12", *said)
    rows = ("BGM+220+O1+9", "DTM+137:20260101:102", "NAD+BY+us::92", *line)
    (message,) = edifact.read(test_edifact_orders.interchange(*rows))
    assert isinstance(message, edifact.Message)
    mapped = maps.read_message(message, SELLING)
    assert mapped.body == described(message, SELLING)
    assert [line.price.amount for line in mapped.body.lines] == [price]  # type: ignore[attr-defined, union-attr]
    assert ("price_missing" in [each.code for each in mapped.faults]) is (not price)
    assert "12" in [each.value for each in maps.account(message, SELLING).kept]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_messages_without_a_map_are_kept_whole_and_explained_by_segment(path: Path) -> None:
    for message in messages(path):
        if message.type in UNMAPPED:
            account = maps.account(message, BUYING)
            assert not account.taken
            assert {each.segment for each in account.dropped} == {"UNH", "UNT"}
    for item in explain(path.read_bytes()):
        if isinstance(item, ExplainedSet) and item.type in UNMAPPED:
            assert len(item.words) == item.segments
            assert "set_unknown" in [each.code for each in item.faults]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("context", [BUYING, SELLING], ids=["buying", "selling"])
def test_descriptions_and_maps_of_their_own_read_samples_alike(path: Path, context: maps.MapContext) -> None:
    for message in messages(path):
        mapped = maps.read_message(message, context)
        if message.type in OWN and mapped.body is not None:
            beside = tuple(definitions("EDIFACT")[message.type].beside)
            assert without(described(message, context), beside) == without(mapped.body, beside)


def described(message: edifact.Message, context: maps.MapContext) -> object:
    faults: list[Fault] = []
    return read_by(message, context, faults)


def only(document: str, body: object, context: maps.MapContext) -> edifact.Message:
    header = edifact.InterchangeOut("a", "b", "1", AT, syntax="UNOW", version="4")
    (message,) = edifact.read(edifact.write_interchange(header, [maps.write_message(document, body, context)]))
    assert isinstance(message, edifact.Message)
    return message


# Of an answer a description cannot say what follows from several elements together: that a quantity to come later
# (QTY+83) makes two answers of one line, or that another item (PIA+3) makes a substitution of any.
ANSWERS = st.builds(
    PurchaseOrderAcknowledgement,
    company_id=st.just("us"),
    order_number=test_edifact_ordrsp.ids,
    supplier=st.just(test_edifact_ordrsp.KILN),
    acknowledged_on=test_edifact_ordrsp.days,
    answers=st.lists(
        test_edifact_ordrsp.answers.filter(lambda each: each.kind in ("accepted", "changed", "rejected")),
        min_size=1,
        max_size=4,
    ).map(tuple),
    currency=st.just("GBP"),
)
COUNTED = {("BGM", 3), ("LIN", 1)}
"""What follows from the rest: what is said of all lines where each says it itself, and which of its level it is."""
WRITTEN = {
    "purchase_order": (test_edifact_orders.orders, test_edifact_orders.BUYING),
    "purchase_order_acknowledgement": (ANSWERS, test_edifact_ordrsp.BUYING),
    "ship_notice": (test_edifact_desadv.notices, test_edifact_desadv.BUYING),
    "invoice": (test_edifact_invoic.invoices(), test_edifact_invoic.BUYING),
}


@pytest.mark.parametrize("document", WRITTEN)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_descriptions_and_maps_of_their_own_read_what_we_write_alike(document: str, data: st.DataObject) -> None:
    bodies, context = WRITTEN[document]
    message = only(document, data.draw(bodies), context)
    mapped = maps.read_message(message, context)
    unsaid = tuple(definitions("EDIFACT")[message.type].beside)
    assert without(described(message, context), unsaid) == without(mapped.body, unsaid)
    beside = {(each.segment, each.element) for each in maps.account(message, context).kept}
    assert beside <= COUNTED, "nothing of what we write is left beside the object"
