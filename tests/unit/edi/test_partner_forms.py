"""A partner's way to say things is understood, and taken on, wherever its pack is named: in explain and convert."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from crossdock.edi import documents
from crossdock.edi.convert import Conversion, Options, convert
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.guidelines.packs import Guidelines, find, load
from crossdock.edi.maps.context import MapOptions
from crossdock.edi.maps.x12.qualifiers import as_described
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrderAcknowledgement

AT = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
INDUSTRIAL = find("supplier_industrial")
ANSWER = INDUSTRIAL.joinpath("samples/855-accepted.edi").read_bytes()
ORDER = INDUSTRIAL.joinpath("samples/850-two-bicycles.edi").read_bytes()


def guidelines(name: str) -> Guidelines:
    return load(find(name)).guidelines


def unit_of_price(body: Any) -> str:
    assert isinstance(body, PurchaseOrderAcknowledgement)
    price = body.answers[0].price
    assert price is not None
    return price.per.unit


@pytest.mark.parametrize(("partner", "unit"), [(None, "PE"), ("supplier_industrial", "EA"), ("grocer", "PE")])
def test_a_document_is_read_by_the_overlay_of_its_partner(partner: str | None, unit: str) -> None:
    known = guidelines(partner) if partner else None
    (read,) = documents.read(ANSWER, guidelines=known)
    (shown,) = explain(ANSWER, guidelines=known)
    assert isinstance(shown, ExplainedSet)
    assert unit_of_price(read.body) == unit_of_price(shown.body) == unit


def test_an_overlay_of_another_version_is_none_of_the_document() -> None:
    (read,) = documents.read(ANSWER.replace(b"X*004010", b"X*005010"), guidelines=guidelines("supplier_industrial"))
    assert unit_of_price(read.body) == "PE"


def test_what_a_guideline_forbids_is_shown_all_the_same() -> None:
    wrong = ANSWER.replace(b"BAK*00*AC*", b"BAK*00*ZZ*")
    assert wrong != ANSWER
    (read,) = documents.read(wrong, guidelines=guidelines("supplier_industrial"))
    assert read.body is not None


def sent(data: bytes, partner: str | None, target: Any = "x12", version: str = "") -> Conversion:
    known = guidelines(partner) if partner else None
    options = Options(AT, version, "ZZ/US", "ZZ/THEM", guidelines=known)
    return convert(list(documents.read(data, guidelines=known)), target, options)


def test_what_is_sent_to_a_partner_names_goods_as_its_guideline_does() -> None:
    (plain,), (theirs,) = sent(ORDER, None).files, sent(ORDER, "supplier_industrial").files
    assert b"**VN*433332*IN*BR549" in plain
    assert b"**VP*433332*BP*BR549" in theirs
    assert b"~GS*PO*US*THEM*20260105*1200*1150061*X*004010~" in theirs


def test_what_is_sent_is_in_the_version_that_the_partner_describes() -> None:
    later = ORDER.replace(b"X*004010", b"X*005010")
    assert b"*X*004010~" in sent(later, "supplier_industrial").files[0]
    assert b"*X*005010~" in sent(later, None).files[0]
    assert b"*X*004030~" in sent(later, "supplier_industrial", version="004030").files[0]


def changed() -> bytes:
    """The answer as one of ours, with a number of its own and a change."""
    (read,) = documents.read(ANSWER)
    assert isinstance(read.body, PurchaseOrderAcknowledgement)
    line = msgspec.structs.replace(read.body.answers[0], price=None, kind="changed")
    us, them = PartyRef("", "4012345000009", "UL"), PartyRef("", "4012345000016", "UL")
    body = msgspec.structs.replace(read.body, number="A1", answers=(line,), supplier=us, buyer=them)
    return documents.canonical(msgspec.structs.replace(read, body=body))


def test_what_a_partner_would_refuse_is_not_sent_and_told_in_its_words() -> None:
    made = sent(ANSWER, "wholesaler", "edifact")
    assert made.files == ()
    (report,) = made.reports
    assert report.refusal == "wholesaler ORDRSP: element_missing in BGM02: Number of the answer is missing"


def test_what_is_sent_says_what_the_overlay_of_its_guideline_says_otherwise() -> None:
    plain, theirs = (sent(changed(), name, "edifact") for name in (None, "wholesaler"))
    assert b"'LIN+1+6'" in plain.files[0]
    assert b"'LIN+1+3'" in theirs.files[0]
    assert [each.lost for each in theirs.reports] == [each.lost for each in plain.reports], "it is read again as it was"


def test_the_qualifiers_of_a_guideline_stand_in_for_those_it_does_not_list() -> None:
    form = guidelines("supplier_industrial").of("850", "004010", "out")
    assert form is not None
    found = as_described(MapOptions(), form.form)
    assert (found.buyer_item_qualifier, found.supplier_item_qualifier, found.gtin_qualifier) == ("BP", "VP", "UK")
    kept = as_described(MapOptions(supplier_item_qualifier="UP"), form.form)
    assert kept.supplier_item_qualifier == "UP"
