"""Documents of one deal, as public samples have them, become objects that agree with one another."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from crossdock.edi import maps, ubl, x12
from crossdock.edi.kernel.tolerance import LENIENT
from crossdock.edi.mending import mend
from crossdock.model.party import PartyRef

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="no public samples")


def first(path: str, role: Literal["buyer", "supplier"]) -> Any:
    """The object of the first set of a file whose envelope is mended."""
    data = mend((FIXTURES / "edi" / path).read_bytes(), LENIENT).data
    item = next(each for each in x12.read(data) if isinstance(each, x12.TransactionSet))
    return maps.read_document(item, maps.MapContext("us", PartyRef("us"), PartyRef("them"), role)).body


def xml(name: str) -> Any:
    return ubl.read((FIXTURES / "ubl" / "Tradeshift+tradeshift-ubl-examples" / name).read_bytes()).body


def test_an_invoice_asks_for_what_its_order_ordered() -> None:
    order = first("apimeister+x12-types/004010_850.edi", "supplier")
    invoice = first("xlate+staedi/simple810.edi", "supplier")
    assert {line.order_number for line in invoice.lines} == {order.number}
    ordered = {line.gtin: (line.quantity, line.price.amount) for line in order.lines}
    assert {line.gtin: (line.quantity, line.price.amount) for line in invoice.lines} == ordered
    assert sum(line.quantity.amount for line in invoice.lines) == 207
    assert invoice.total == sum(line.quantity.amount * line.price.amount for line in order.lines)


def test_a_load_is_tendered_accepted_delivered_and_invoiced_under_one_number() -> None:
    tender, answer, status, invoice = (
        first(f"indice-co+EDI.Net/{kind}-MGCTLYST-SAMPLE.EDI", "buyer") for kind in ("204", "990", "214", "210")
    )
    assert tender.number == answer.number == status.shipment == invoice.shipment == "75027674"
    assert {each.carrier for each in (tender, answer, status, invoice)} == {"SCAC"}
    assert answer.answer == "accepted"
    assert [each.kind for each in status.milestones] == ["delivered"]
    assert [stop.reason for stop in tender.stops] == ["load", "unload"]
    assert sum(each.amount for each in invoice.charges) == invoice.total == Decimal("659.40")


def test_what_was_received_is_of_the_order_that_was_announced() -> None:
    notice, receipt = xml("UBL-DespatchAdvice-2.0-Example.xml"), xml("UBL-ReceiptAdvice-2.0-Example.xml")
    announced = {(line.order_number, line.quantity.unit) for line in notice.lines}
    assert announced == {(line.order_number, line.quantity.unit) for line in receipt.lines} == {("AEG012345", "KGM")}
    assert sum(line.quantity.amount for line in receipt.lines) <= sum(line.quantity.amount for line in notice.lines)


def test_an_answer_names_the_order_that_it_answers() -> None:
    order, answer = xml("UBL-Order-2.1-Example.xml"), xml("UBL-OrderResponseSimple-2.1-Example.xml")
    assert answer.order_number == order.number == "34"
