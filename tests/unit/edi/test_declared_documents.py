"""Every document that is described as data: what is written is read back, whatever its fields hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps, x12
from crossdock.edi.maps.declared import definitions
from crossdock.edi.maps.declared.building import fields
from crossdock.edi.maps.declared.objects import OBJECTS
from crossdock.edi.maps.declared.reading import KINDS
from tests.unit.edi.declared import COMPANY, bodies
from tests.unit.edi.samples import BUYING, envelope

PHASES = [each for each in Phase if each is not Phase.explain]  # which takes minutes to say little
AT = dt.datetime(2010, 12, 1, 8, 26)
DECLARED = [each for dialect in ("X12", "EDIFACT") for each in definitions(dialect).values() if not each.own]
assert BUYING.company_id == COMPANY


def written(definition: Any, body: Any) -> bytes:
    if definition.dialect == "X12":
        return x12.write_interchange(envelope(), [maps.write_document(definition.document, body, BUYING)])
    header = edifact.InterchangeOut("ALBION", "BRIGHTWARE", "1", AT)
    return edifact.write_interchange(header, [maps.write_message(definition.document, body, BUYING)])


def only(data: bytes, dialect: str) -> Any:
    (found,) = x12.read(data, acknowledgements=True) if dialect == "X12" else edifact.read(data)
    return found


def read(item: Any) -> maps.MappedDocument:
    return maps.read_document(item, BUYING) if isinstance(item, x12.TransactionSet) else maps.read_message(item, BUYING)


@pytest.mark.long
@pytest.mark.parametrize("definition", DECLARED, ids=lambda each: each.type)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_what_is_written_is_read_back_without_a_fault(definition: Any, data: st.DataObject) -> None:
    body = data.draw(bodies(definition))
    mapped = read(only(written(definition, body), definition.dialect))
    assert mapped.faults == ()
    assert mapped.body == body
    assert mapped.document == definition.document


@pytest.mark.parametrize("definition", DECLARED, ids=lambda each: each.type)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_of_what_we_write_nothing_is_left_beside_the_object(definition: Any, data: st.DataObject) -> None:
    item = only(written(definition, data.draw(bodies(definition))), definition.dialect)
    assert maps.account(item, BUYING).kept == ()


def test_an_incomplete_reference_is_left_out_and_kept_and_refuses_nothing() -> None:
    data = (
        b"ISA*00*          *00*          *02*SCAC           *ZZ*ALBIONUK       *101201*0826*U*00401*000000001*0*P*>~"
        b"GS*GF*SCAC*ALBIONUK*20101201*0826*7*X*004010~ST*990*0001~B1*SCAC*75027674**A~"
        b"N9*CN*PRO77~N9*ZZ~SE*5*0001~GE*1*7~IEA*1*000000001~"
    )
    item = only(data, "X12")
    mapped = read(item)
    assert mapped.body is not None
    assert mapped.body.carrier_reference == "PRO77"
    assert mapped.body.references == ()
    assert [(each.code, each.severity, each.position) for each in mapped.faults] == [("element_missing", "warning", 4)]
    assert [(each.position, each.value) for each in maps.account(item, BUYING).kept] == [(4, "ZZ")]


def needs(kind: Any, before: str = "") -> Iterator[str]:
    for each in fields(kind):
        if each.required:
            yield from needs(each.struct, f"{before}{each.name}.") if each.struct else (before + each.name,)


def test_the_page_names_every_object_and_what_it_needs() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "describe-a-document.md").read_text("utf-8")
    rows = {f"| `{name}` | {', '.join(f'`{each}`' for each in needs(kind))} |" for name, kind in OBJECTS.items()}
    assert rows - set(page.splitlines()) == set()


def test_every_kind_and_every_sign_of_a_map_stands_on_the_page_that_explains_them() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "describe-a-document.md").read_text("utf-8")
    told = set(re.findall(r"`([a-z_]+)(?:\(|`)", page))
    assert {name for kinds in KINDS.values() for name in kinds} - told == set()
    signs = ("BRA!", "PIA*", "< DTM", "$.", "^.", "=<", "=~", "=@", ":=", "'@4", "=#(", "2=^", "3+2=", "also ", "drop ")
    loops = ("[]", "[.]", "[?]", "[+", "[/", "CPS?", "CPS!?", "if(", "unless(")
    assert [each for each in (*signs, *loops) if each not in page] == []
