"""A stranger's bytes: whatever they are, they are read or refused by name, and cost little."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import ubl
from crossdock.edi.kernel.faults import FAULTS
from tests.unit.edi.ubl_samples import BUYING, DOCUMENTS, FILES, ORDER

_LAUGHS = '<!DOCTYPE lolz [<!ENTITY lol "lol">' + "".join(
    f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)
)
GOOD = ubl.write("purchase_order", ORDER, BUYING)
_ROOT = "<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'>"

_XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
_BLOWUP = f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><a>{"&x;" * 50_000}</a>'
_IN_ATTRIBUTE = _LAUGHS + f"]>{_ROOT[:-1]} a='&lol9;'></Order>"
_BEHIND = '<?xml version="1.0"?><!-- <a> --><?p i?>\n<!DOCTYPE a [<!ENTITY x "&y;">]><a/>'
_OTHER = _ROOT.replace("Order-2", "Invoice-2")
_DECLARED = '<?xml version="1.0" encoding="{}"?>'

HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty_input"),
    "blanks": (b" \r\n\t", "empty_input"),
    "X12": (b"ISA*00*          *", "not_xml"),
    "JSON": (b'{"a":1}', "not_xml"),
    "cut off": (GOOD[: len(GOOD) // 2], "xml_malformed"),
    "billion laughs": ((_LAUGHS + "]><lolz>&lol9;</lolz>").encode(), "xml_entity_expansion"),
    "laughs in an attribute": (_IN_ATTRIBUTE.encode(), "xml_entity_expansion"),
    "quadratic blowup": (_BLOWUP.encode(), "xml_entity_expansion"),
    "a file read into it": (_XXE.encode(), "xml_external_entity"),
    "an address read into it": (
        b'<!DOCTYPE a [<!ENTITY x PUBLIC "p" "http://e.x/">]><a>&x;</a>',
        "xml_external_entity",
    ),
    "a parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://e.x/"> %x;]><a/>', "xml_external_entity"),
    "a document type elsewhere": (b'<!DOCTYPE a SYSTEM "http://e.example/a.dtd"><a/>', "xml_external_entity"),
    "a document type of its own": (b"<!DOCTYPE Order><Order/>", "xml_document_type"),
    "a document type behind a comment": (_BEHIND.encode(), "xml_entity_expansion"),
    "a document type in UTF-16": ((_DECLARED.format("utf-16") + _XXE).encode("utf-16"), "xml_external_entity"),
    "a document type in UTF-16 without a mark": (_XXE.encode("utf-16-le"), "xml_external_entity"),
    "a document type behind a mark": (b"\xef\xbb\xbf<!DOCTYPE a><a/>", "xml_document_type"),
    "an entity nobody declared": (f"{_ROOT}&x;</Order>".encode(), "xml_malformed"),
    "very deep": (f"{_ROOT}{'<a>' * 100}{'</a>' * 100}</Order>".encode(), "xml_too_deep"),
    "deeper than the parser": (b"<a>" * 100_000, "xml_too_deep"),
    "UTF-7": ((_DECLARED.format("UTF-7") + "<a/>").encode(), "encoding_unknown"),
    "EBCDIC": ((_DECLARED.format("cp037") + "<a/>").encode(), "encoding_unknown"),
    "no UTF-8": (b"<a>\xff\xfe\xfd</a>", "encoding_invalid"),
    "another document": (b"<html><body/></html>", "document_unknown"),
    "UBL in no namespace": (b"<Order><ID>1</ID></Order>", "document_unknown"),
    "UBL in the namespace of another": (f"{_OTHER}</Order>".encode(), "document_unknown"),
    "an order of nothing": (f"{_ROOT}</Order>".encode(), "element_missing"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_refused_by_name_at_once(name: str) -> None:
    data, code = HOSTILE[name]
    tracemalloc.start()
    began = time.process_time()
    found = ubl.read(data)
    cost, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.faults[0].code == code
    assert found.body is None
    assert found.faults[0].segment >= 1
    assert 0 <= found.faults[0].offset <= max(len(data), 1)
    assert cost < 1
    assert peak < 4 * len(data) + 1_000_000


def test_more_bytes_or_elements_than_the_limit_are_refused() -> None:
    assert ubl.read(GOOD, limits=ubl.XmlLimits(input_bytes=100)).faults[0].code == "input_too_large"
    assert ubl.read(GOOD, limits=ubl.XmlLimits(elements=10)).faults[0].code == "input_too_large"


def test_no_more_faults_are_told_than_the_limit_and_the_first_that_refuses_always() -> None:
    many = _ROOT.encode() + b"<x/>" * 500 + b"</Order>"
    found = ubl.read(many, limits=ubl.XmlLimits(faults=3))
    assert len(found.faults) == 3
    assert found.body is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_encodings_that_a_document_names_are_read(encoding: str) -> None:
    named = encoding.removesuffix("-sig")
    text = (
        GOOD.decode().replace("White hanging heart", "Vært hjerte").replace("encoding='UTF-8'", f"encoding='{named}'")
    )
    found = ubl.read(text.encode(encoding), BUYING)
    assert found.faults == ()
    assert found.body is not None
    assert found.body.lines[0].description == "Vært hjerte"  # type: ignore[attr-defined]


def test_prefixes_mean_nothing_and_namespaces_all() -> None:
    text = GOOD.decode().replace("cbc:", "x:").replace("xmlns:cbc", "xmlns:x").replace("cac:", "y:")
    text = text.replace("xmlns:cac", "xmlns:y").replace("<Order", "<u:Order", 1).replace("</Order>", "</u:Order>")
    text = text.replace("<u:Order xmlns=", "<u:Order xmlns:u=")
    assert ubl.read(text.encode(), BUYING).body == ORDER
    other = GOOD.replace(b"CommonBasicComponents-2", b"CommonBasicComponents-3")
    assert ubl.read(other, BUYING).body is None


def test_comments_and_instructions_say_nothing() -> None:
    data = GOOD.replace(b"<cbc:ID>4500001</cbc:ID>", b"<!-- a --><cbc:ID>45<!-- b -->00<?p i?>001</cbc:ID>", 1)
    assert ubl.read(data, BUYING).body == ORDER


def test_a_fault_stands_at_its_line_byte_and_path() -> None:
    data = GOOD.replace(b'unitCode="KGM">2.5', b'unitCode="KGM">2,5')
    fault = ubl.read(data, BUYING).faults[0]
    assert (fault.code, fault.segment_id, fault.path) == (
        "number_invalid", "Quantity", "/Order/OrderLine[2]/LineItem/Quantity",
    )  # fmt: skip
    line = data.split(b"\n")[fault.segment - 1]
    assert line.strip().startswith(b'<cbc:Quantity unitCode="KGM">2,5')
    assert data[fault.offset :].startswith(line)
    assert fault.pointer == f"line {fault.segment}, {fault.path}, byte {fault.offset}"


_SEEDS = [ubl.write(*body, BUYING) for body in DOCUMENTS.values()] + [file.read_bytes() for file in FILES]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_mutation_of_a_document_raises(data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(_SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(seed) - 1))
        change = data.draw(st.sampled_from(["byte", "cut", "double", "swap", "word"]))
        size = data.draw(st.integers(1, 60))
        if change == "byte":
            seed[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del seed[at : at + size]
        elif change == "double":
            seed[at:at] = seed[at : at + size]
        elif change == "swap":
            seed[at : at + size] = seed[at : at + size][::-1]
        else:
            words = [b"<", b">", b"&", b"9" * 40, b"-1", b"NaN", b"1e9", b"0", b"2026-02-30", b"25:61:00", b"\x00"]
            seed[at:at] = data.draw(st.sampled_from(words))
        if not seed:
            return
    found = ubl.read(bytes(seed), BUYING)
    assert (found.body is None) == any(each.severity == "error" for each in found.faults)
    for each in found.faults:
        assert each.code in FAULTS
        assert each.code != "not_readable"
        assert each.segment >= 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode()))
def test_no_bytes_raise(data: bytes) -> None:
    assert ubl.read(data).body is None
