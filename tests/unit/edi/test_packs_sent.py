"""What partners of the packs send is read as they mean it; what we send them leaves as they want it, and only so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from crossdock.edi import edifact, maps
from crossdock.edi.guidelines.packs import BUILT_IN, load
from crossdock.edi.guidelines.sending import as_sent, message_as_sent
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.validate import ValidatedSet, validate
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import Price, Quantity
from tests.unit.edi.samples import BUYING, OPTIONS, SELLING, order

BRANCH = PartyRef("branch", their_id="8711576000012", qualifier="UL")
US = PartyRef("us", their_id="5020436000004", qualifier="UL")


def test_a_changed_line_is_answered_in_the_wholesalers_code() -> None:
    answer = PurchaseOrderAcknowledgement(
        company_id=SELLING.company_id,
        order_number="801715918011",
        supplier=US,
        acknowledged_on=dt.date(2015, 8, 4),
        answers=(
            LineAnswer("1", "accepted", Quantity(Decimal(8)), Price(Decimal("2.50"), "EUR"), item="A-1"),
            LineAnswer("2", "changed", Quantity(Decimal(6)), due_on=dt.date(2015, 8, 7), item="B-2"),
        ),
        number="R1",
        buyer=BRANCH,
        currency="EUR",
    )
    wholesaler = load(BUILT_IN / "wholesaler").guidelines.of("ORDRSP", "D:96A:UN", "out")
    assert wholesaler is not None
    sent = message_as_sent(
        maps.write_message("purchase_order_acknowledgement", answer, SELLING, "D:96A:UN"), wholesaler
    )
    assert [row[2] for row in sent.segments if row[0] == "LIN"] == ["5", "3"]

    elsewhere = msgspec.structs.replace(BRANCH, their_id="8711576000013")
    strange = msgspec.structs.replace(answer, buyer=elsewhere)
    with pytest.raises(CannotWrite, match="Places are named by their GLN"):
        message_as_sent(maps.write_message("purchase_order_acknowledgement", strange, SELLING, "D:96A:UN"), wholesaler)


def test_what_is_cut_off_still_has_its_last_segment() -> None:
    wholesaler = load(BUILT_IN / "wholesaler")
    data = wholesaler.folder.joinpath("samples", "orders-four-parts.edi").read_bytes()
    (cut_off,) = (each for each in validate(data, wholesaler.guidelines) if isinstance(each, ValidatedSet))
    codes = {each.code for each in cut_off.faults}
    assert "set_unclosed" in codes
    assert "segment_missing" not in codes, "UNS is its last segment"


def test_an_order_names_the_parts_by_the_suppliers_own_numbers() -> None:
    supplier = load(BUILT_IN / "supplier_industrial").guidelines.of("850", "004010", "out")
    assert supplier is not None
    options = msgspec.structs.replace(OPTIONS, buyer_item_qualifier="BP", supplier_item_qualifier="VP")
    context = msgspec.structs.replace(BUYING, options=options)
    outgoing = maps.write_document("purchase_order", order(), context)
    assert as_sent(outgoing, supplier).segments == outgoing.segments
    with pytest.raises(CannotWrite, match="is not one of VP"):
        as_sent(maps.write_document("purchase_order", order(), BUYING), supplier)


def test_what_a_message_says_in_its_own_way_is_read_as_it_is_meant() -> None:
    supplier = load(BUILT_IN / "supplier_edifact")
    data = supplier.folder.joinpath("samples", "invoic-credit-note.edi").read_bytes()
    (message,) = (each for each in edifact.read(data) if isinstance(each, edifact.Message))
    assert [each.code for each in maps.read_message(message, BUYING).faults] == ["date_invalid"]
    knowing = msgspec.structs.replace(BUYING, guidelines=supplier.guidelines)
    read = maps.read_message(message, knowing)
    assert read.faults == ()
    assert read.body.invoiced_on == dt.date(1999, 10, 6)
