"""Nothing that a UBL document says is lost silently: what is taken decides the object, the rest does not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from decimal import Decimal

import msgspec
import pytest
from lxml import etree

from crossdock.edi import ubl
from crossdock.edi.maps.context import MapContext
from crossdock.edi.ubl.account import ENVELOPE, leaves, path, reasons
from crossdock.model.party import PartyRef
from tests.unit.edi.ubl_samples import BUYING, DOCUMENTS, FILES, SELLING, TAXED

# Fixtures whose documents are refused, and why.
REFUSED = {
    "UBL-InventoryReport-2.1-Example.xml": "document_unknown",
    "UBL-TransportationStatus-2.1-Example.xml": "document_unknown",
}
_KNOWING = MapContext("us", PartyRef("us", "x", "UL"), PartyRef("them", "y", "UL"), "buyer")
_CASES: list[tuple[str, bytes, MapContext | None]] = [
    *((file.name, file.read_bytes(), each) for file in FILES if file.name not in REFUSED for each in (None, _KNOWING)),
    *((kind, ubl.write(*DOCUMENTS[kind], context), context) for kind in DOCUMENTS for context in (BUYING, SELLING)),
    *(
        (f"Peppol {body.kind}", ubl.write("invoice", body, BUYING, ubl.UblOptions("billing")), None)
        for body in (TAXED, msgspec.structs.replace(TAXED, kind="credit_note"))
    ),
    *((f"{kind} of nobody", ubl.write(*DOCUMENTS[kind], BUYING), None) for kind in DOCUMENTS),
]


@pytest.mark.skipif(not FILES, reason="no public samples")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_public_sample_is_an_object_or_a_named_fault(file) -> None:
    found = ubl.read(file.read_bytes())
    errors = [fault.code for fault in found.faults if fault.severity == "error"]
    expected = REFUSED.get(file.name)
    assert errors == ([expected] if expected else [])
    assert (found.body is None) == bool(errors)


@pytest.mark.skipif(not FILES, reason="no public samples")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_public_sample_that_is_read_stands_in_the_order_of_the_standard(file) -> None:
    found = ubl.read(file.read_bytes())
    assert [fault for fault in found.faults if fault.code.startswith("segment_")] == []


def _changed(value: str, name: str) -> str:
    """Another value of the same form."""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) and "ID" not in name:
        return str(Decimal(value) + 7)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return (dt.date.fromisoformat(value) + dt.timedelta(days=3)).isoformat()
    if re.fullmatch(r"[0-9]{2}:[0-9]{2}:[0-9.]+(Z|[+-][0-9:]+)?", value):
        return "01:02:03Z" if not value.startswith("01:02:03") else "04:05:06Z"
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    if name == "unitCode":
        return "TNE"
    return value + "X"


def _set(root: etree._Element, index: int) -> bytes:
    leaf = list(leaves(root))[index]
    name = leaf.attribute or etree.QName(leaf.node).localname
    if leaf.attribute:
        leaf.node.set(leaf.attribute, _changed(leaf.value, etree.QName(leaf.attribute).localname))
    else:
        leaf.node.text = _changed(leaf.value, name)
    return etree.tostring(root)


@pytest.mark.long
@pytest.mark.parametrize(("name", "data", "context"), _CASES, ids=[f"{each[0]}-{n}" for n, each in enumerate(_CASES)])
def test_each_leaf_is_taken_and_decides_or_is_kept_or_dropped_and_does_not(
    name: str, data: bytes, context: MapContext | None
) -> None:
    data = etree.tostring(etree.fromstring(data, etree.XMLParser(remove_comments=True)))
    before = ubl.read(data, context)
    assert before.body is not None
    kept, dropped = {each.path for each in before.kept}, {each.path for each in before.dropped}
    assert not kept & dropped
    every = list(leaves(etree.fromstring(data)))
    assert len({path(leaf.node, leaf.attribute) for leaf in every}) == len(every)
    taken = 0
    for index, leaf in enumerate(every):
        place = path(leaf.node, leaf.attribute)
        after = ubl.read(_set(etree.fromstring(data), index), context)
        same = (after.body, _said(after.faults)) == (before.body, _said(before.faults))
        if place in kept:
            assert same, f"{place} is said to be kept, and decides"
            assert _others(after.kept, place) == _others(before.kept, place)
            assert after.kept != before.kept
            assert after.dropped == before.dropped
        elif place in dropped:
            assert same, f"{place} is said to be dropped, and decides"
            assert after.kept == before.kept
            assert _others(after.dropped, place) == _others(before.dropped, place)
            assert after.dropped != before.dropped
        else:
            taken += 1
            assert not same, f"{place} is said to be taken, and decides nothing"
    assert taken + len(kept) + len(dropped) == len(every)
    assert taken


def _said(faults) -> list[object]:
    return [dataclasses.replace(fault, offset=0) for fault in faults]


def _others(bag, place: str) -> list[object]:
    return [each for each in bag if each.path != place]


def test_what_is_dropped_has_a_reason_that_the_table_gives() -> None:
    data = b"""<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
      xmlns:q="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
      xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
      <q:ID>1</q:ID><a:BuyerCustomerParty><a:Party><a:Contact><q:Name>Ms Person</q:Name></a:Contact></a:Party>
      </a:BuyerCustomerParty></Order>"""
    found = ubl.read(data)
    assert [(each.path, each.value, each.line) for each in found.dropped] == [
        ("/Order/BuyerCustomerParty/Party/Contact/Name", "Ms Person", 4)
    ]
    assert found.dropped[0].reason == reasons()["Contact"]


def test_elements_of_other_namespaces_are_kept_with_their_namespace() -> None:
    data = b"""<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
      xmlns:q="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
      <q:ID>1</q:ID><ID xmlns="urn:mine">2</ID>stray</Order>"""
    found = ubl.read(data)
    assert [(each.path, each.value) for each in found.kept] == [("/Order/{urn:mine}ID", "2"), ("/Order", "stray")]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_in_an_envelope_is_read_as_it_is_and_the_envelope_kept_beside_it(kind: str) -> None:
    document = ubl.write(*DOCUMENTS[kind], BUYING)
    header = "<StandardBusinessDocumentHeader><Sender><Identifier>0088:1</Identifier></Sender>"
    start = f'<StandardBusinessDocument xmlns="{ENVELOPE}">{header}</StandardBusinessDocumentHeader>'.encode()
    data = start + document.partition(b"?>")[2] + b"</StandardBusinessDocument>"
    plain, found = ubl.read(document, SELLING), ubl.read(data, SELLING)
    assert found.body == plain.body
    assert [each.code for each in found.faults] == [each.code for each in plain.faults]
    assert [each.value for each in found.kept] == ["0088:1", *(each.value for each in plain.kept)]
    assert [each.path for each in found.kept[1:]] == [each.path for each in plain.kept]
    assert [each.path for each in found.dropped] == [each.path for each in plain.dropped]
    assert found.kept[0].path == "/StandardBusinessDocument/StandardBusinessDocumentHeader/Sender/Identifier"
    assert next(ubl.outline(data)) == f"{found.kept[0].path}: 0088:1"


def test_an_envelope_of_several_documents_is_none_of_ours() -> None:
    data = f'<StandardBusinessDocument xmlns="{ENVELOPE}"><a xmlns=""/><b xmlns=""/></StandardBusinessDocument>'
    assert [each.code for each in ubl.read(data.encode()).faults] == ["document_unknown"]
