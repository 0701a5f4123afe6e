"""What goes between us and carriers in X12: 204, 990, 214, 210, 753 and 754, as partners write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.edi import maps
from crossdock.model.advice import Address
from crossdock.model.freight import (
    FreightInvoice,
    FreightReference,
    LoadTender,
    LoadTenderResponse,
    RoutingInstructions,
    RoutingRequest,
    ShipmentStatusReport,
)
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from tests.unit.edi.samples import BUYING, sets, written
from tests.unit.edi.test_x12_warehouse import body, kept, mapped

TENDER = (
    "B2**SCAC**75027674**PP",
    "B2A*00*LT",
    "L11*75027674*BM",
    "L11*88*ZZ*OUR TRIP",
    "G62*64*20160725*1*1200",
    "MS3*SCAC*B**M",
    "NTE**CALL 8 HRS AHEAD",
    "N1*BT*PAPER CORP*93*NPBTO",
    "N7**TR9*********TF",
    "S5*1*CL",
    "L11*3297832*PO",
    "G62*37*20160726*I*1009",
    "G62*38*20160729*K*2359",
    "AT8*G*L*5472.0*12",
    "N1*SH*PAPER (USA) INC*93*1520",
    "N3*1 DUMP ROAD*DOCK 4",
    "N4*RUMFORD*ME*04276*US",
    "OID*REF7*PO-5**CT*20*L*480*E*35",
    "L5*1*PAPER ROLLS*12345*N",
    "S5*2*CU",
    "G62*53*20160727",
    "N1*CN*QUAD INC*93*0000011660",
    "L5**40,CONGLTX",
    "AT8*G*L*5472",
    "L3*5472*G*557.21*FR*55721******12",
)


class TestLoadTender:
    def tender(self) -> LoadTender:
        found = body(*TENDER, kind="204")
        assert isinstance(found, LoadTender)
        return found

    def test_it_says_which_load_and_by_when_to_answer(self) -> None:
        found = self.tender()
        assert (found.number, found.carrier, found.purpose, found.terms) == ("75027674", "SCAC", "original", "prepaid")
        assert found.respond_by == dt.datetime(2016, 7, 25, 12, tzinfo=dt.UTC)
        assert (found.mode, found.trailer, found.equipment) == ("M", "TR9", "TF")
        assert (found.charge, found.weight) == (Decimal("557.21"), Quantity(Decimal(5472), ""))
        assert found.bill_to == PartyRef("NPBTO", "NPBTO", "93", "PAPER CORP")
        assert (found.bill_of_lading, found.instructions) == ("75027674", ("CALL 8 HRS AHEAD",))
        assert found.references == (FreightReference("ZZ", "88", "OUR TRIP"),)

    def test_its_stops_say_where_when_and_what(self) -> None:
        first, second = self.tender().stops
        assert (first.sequence, first.reason) == ("1", "load")
        assert first.earliest_at == dt.datetime(2016, 7, 26, 10, 9, tzinfo=dt.UTC)
        assert first.latest_at == dt.datetime(2016, 7, 29, 23, 59, tzinfo=dt.UTC)
        assert first.place is not None
        assert first.place.name == "PAPER (USA) INC"
        assert first.address == Address(("1 DUMP ROAD", "DOCK 4"), "RUMFORD", "ME", "04276", "US")
        assert first.references == (FreightReference("PO", "3297832"),)
        assert (first.weight, first.packages) == (Quantity(Decimal("5472.0"), "LB"), 12)
        assert (second.sequence, second.reason) == ("2", "unload")
        assert second.earliest_at == dt.datetime(2016, 7, 27, tzinfo=dt.UTC)

    def test_goods_stand_in_orders_or_alone(self) -> None:
        first, second = self.tender().stops
        (item,) = first.items
        assert (item.order_number, item.reference, item.description) == ("PO-5", "REF7", "PAPER ROLLS")
        assert item.packages == Quantity(Decimal(20), "CT")
        assert (item.weight, item.volume) == (Quantity(Decimal(480), "LB"), Quantity(Decimal(35), "CF"))
        assert [each.description for each in second.items] == ["40,CONGLTX"]
        assert second.items[0].weight == Quantity(Decimal(5472), "LB")

    def test_dates_of_a_stop_are_written_as_loading_or_unloading(self) -> None:
        text = written(("load_tender", self.tender())).decode()
        assert "~G62*37*20160726*I*1009*UT~" in text
        assert "~G62*53*20160727~" in text
        assert "~N1*ST*QUAD INC*" in text

    @pytest.mark.parametrize(("code", "purpose"), [("00", "original"), ("04", "change"), ("01", "cancel")])
    def test_it_may_change_or_take_back_a_load(self, code: str, purpose: str) -> None:
        found = body("B2**SCAC**1**PP", f"B2A*{code}", "S5*1*LD", kind="204")
        assert isinstance(found, LoadTender)
        assert found.purpose == purpose

    def test_a_reason_that_nobody_knows_is_told_apart_and_kept(self) -> None:
        rows = ("B2**SCAC**1**PP", "B2A*00", "S5*1*RT")
        found = body(*rows, kind="204")
        assert isinstance(found, LoadTender)
        assert found.stops[0].reason == "other"
        assert ("S5", 2, "RT") in kept(*rows, kind="204")

    def test_without_stops_it_is_refused(self) -> None:
        found = mapped("B2**SCAC**1**PP", "B2A*00", kind="204")
        assert found.body is None
        assert [each.code for each in found.faults if each.severity == "error"] == ["segment_missing", "lines_missing"]


@pytest.mark.parametrize(("code", "answer"), [("A", "accepted"), ("D", "declined"), ("E", "conditional")])
def test_a_carrier_takes_a_load_or_does_not(code: str, answer: str) -> None:
    found = body(f"B1*SCAC*75027674*20160726*{code}**CPT", "N9*CN*PRO9", kind="990")
    assert isinstance(found, LoadTenderResponse)
    assert (found.answer, found.number, found.carrier) == (answer, "75027674", "SCAC")
    assert (found.answered_on, found.reason, found.carrier_reference) == (dt.date(2016, 7, 26), "CPT", "PRO9")


class TestStatus:
    HEAD = ("B10*1751807*75027674*SCAC", "L11*BOL5*BM", "N1*SH*PAPER", "N1*CN*FIBER", "LX*1")

    def status(self, *segments: str) -> ShipmentStatusReport:
        found = body(*self.HEAD, *segments, kind="214")
        assert isinstance(found, ShipmentStatusReport)
        return found

    def test_each_status_is_a_milestone_of_the_shipment(self) -> None:
        found = self.status(
            "AT7*AF*NS***20160726*0800*ES", "MS1*RUMFORD*ME*US", "MS2*SCAC*30402", "AT7*D1*NS***20160727*1230*ES"
        )
        assert (found.number, found.shipment, found.bill_of_lading) == ("1751807", "75027674", "BOL5")
        first, second = found.milestones
        assert (first.shipment, first.carrier, first.kind) == ("75027674", "SCAC", "collected")
        assert first.at == dt.datetime(2016, 7, 26, 13, tzinfo=dt.UTC)
        assert (first.place, first.region, first.country, first.equipment) == ("RUMFORD", "ME", "US", "30402")
        assert (second.kind, second.reason, second.raw_code) == ("delivered", "NS", "")

    @pytest.mark.parametrize(
        ("code", "kind", "raw"),
        [
            ("X6", "in_transit", ""),
            ("P1", "in_transit", "P1"),
            ("AJ", "out_for_delivery", ""),
            ("A7", "exception", ""),
            ("SD", "exception", "SD"),
            ("A3", "returned", ""),
            ("AG", "UNKNOWN", "AG"),
            ("??", "UNKNOWN", "??"),
        ],
    )
    def test_codes_mean_milestones_and_the_carriers_own_is_never_lost(self, code: str, kind: str, raw: str) -> None:
        found = self.status(f"AT7*{code}*NS***20160727*1230*UT")
        (milestone,) = found.milestones
        assert (milestone.kind, milestone.raw_code) == (kind, raw)
        text = written(("shipment_status", found)).decode()
        assert f"~AT7*{code}*NS***20160727*1230*UT~" in text

    def test_an_appointment_is_nothing_that_was_reached(self) -> None:
        found = self.status("AT7***AB*NA*20160728*0900*UT")
        assert [(each.kind, each.raw_code, each.reason) for each in found.milestones] == [("UNKNOWN", "AB", "NA")]

    @pytest.mark.parametrize(("day", "hour"), [("20230720", 20), ("20230120", 21), ("20230311", 21), ("20231105", 21)])
    def test_a_zone_with_a_summer_is_read_by_the_day(self, day: str, hour: int) -> None:
        found = self.status(f"AT7*D1****{day}*1345*PT")
        assert found.milestones[0].at.hour == hour

    def test_a_time_of_an_unnamed_place_keeps_its_zone_beside(self) -> None:
        rows = (*self.HEAD, "AT7*D1*NS***20160727*1230*LT")
        assert ("AT7", 7, "LT") in kept(*rows, kind="214")

    def test_statuses_without_lx_are_statuses(self) -> None:
        found = body("B10*1*2*SCAC", "AT7*X6****20160727*1230*UT", kind="214")
        assert isinstance(found, ShipmentStatusReport)
        assert [each.kind for each in found.milestones] == ["in_transit"]

    def test_a_date_that_is_none_is_a_fault_at_its_place(self) -> None:
        found = mapped(*self.HEAD, "AT7*D1****20161399", kind="214")
        fault = found.faults[0]
        assert (fault.code, fault.segment_id, fault.position, fault.element) == ("date_invalid", "AT7", 7, 5)


INVOICE = (
    "B3*B*28066945*291226*PP**20060628*275433****CNRU",
    "C3*USD",
    "N9*BM*291226",
    "N9*GT*10076 8779 RT0001*TAX REGISTRATION",
    "G62*86*20060620",
    "N1*PR*PAYER*25*793585A",
    "N1*CN*CONSIGNEE*25*177835",
    "N1*SH*SHIPPER*25*793585",
    "N7*UTLX*666955*187000*N",
    "LX*1",
    "L5*1*CLEANING COMPOUNDS*2841920*T",
    "L0*1***187000*N***1*TKR**L",
    "L1*1*2510*PC*251000",
    "L1*1*0.1980*PM*24433****ENS****FUEL",
    "LX*2",
    "L5*2*DISCOUNT",
    "L1*2***-1000****DSC",
    "L3*187000*N***274433",
)


class TestFreightInvoice:
    def invoice(self) -> FreightInvoice:
        found = body(*INVOICE, kind="210")
        assert isinstance(found, FreightInvoice)
        return found

    def test_it_says_who_asks_how_much_for_which_shipment(self) -> None:
        found = self.invoice()
        assert (found.number, found.shipment, found.carrier) == ("28066945", "291226", "CNRU")
        assert (found.total, found.currency, found.terms) == (Decimal("2754.33"), "USD", "prepaid")
        assert (found.invoiced_on, found.picked_up_on) == (dt.date(2006, 6, 28), dt.date(2006, 6, 20))
        assert found.bill_to is not None
        assert found.bill_to.name == "PAYER"
        assert (found.bill_of_lading, found.equipment) == ("291226", "666955")
        assert found.references == (FreightReference("GT", "10076 8779 RT0001", "TAX REGISTRATION"),)

    def test_each_rate_is_a_charge_also_where_two_share_a_line(self) -> None:
        assert [(each.line, each.amount, each.code, each.description) for each in self.invoice().charges] == [
            ("1", Decimal("2510.00"), "", "CLEANING COMPOUNDS"),
            ("1", Decimal("244.33"), "ENS", "FUEL"),
            ("2", Decimal("-10.00"), "DSC", "DISCOUNT"),
        ]

    def test_weights_and_rates_of_a_charge(self) -> None:
        first, second, _ = self.invoice().charges
        assert (first.weight, first.packages) == (Quantity(Decimal(187000), "LB"), Quantity(Decimal(1), "TKR"))
        assert (first.rate, first.rate_basis, first.commodity) == (Decimal(2510), "PC", "2841920")
        assert (second.rate, second.weight) == (Decimal("0.1980"), None)

    def test_the_total_stands_at_the_end_where_it_is_not_at_the_head(self) -> None:
        found = body("B3**1*2*CC**20060628", "LX*1", "L1*1***500", "L3*1*G***500", kind="210")
        assert isinstance(found, FreightInvoice)
        assert (found.total, found.terms) == (Decimal("5.00"), "collect")

    def test_what_only_describes_goods_costs_nothing(self) -> None:
        found = body("B3**1*2*CC**20060628*500", "LX*1", "L5*1*SKIDS", "L3*1*G***500", kind="210")
        assert isinstance(found, FreightInvoice)
        assert [(each.description, each.amount) for each in found.charges] == [("SKIDS", 0)]


def test_a_supplier_asks_who_fetches_what_is_ready() -> None:
    found = body(
        "BGN*00*RR1*20140601", "N1*SF*MAKER*92*PLANT", "LX*1",
        "N1*ST*STORE 1*92*S1", "G62*10*20140610", "OID**PO-1**CT*20*L*480*E*35", "OID**PO-2**CT*5*L*90",
        "N1*ST*STORE 2*92*S2", "OID**PO-3**PL*1*K*300",
        kind="753",
    )  # fmt: skip
    assert isinstance(found, RoutingRequest)
    assert (found.number, found.ship_from.id) == ("RR1", "PLANT")
    assert [(each.order_number, each.ship_to and each.ship_to.id, each.ready_on) for each in found.orders] == [
        ("PO-1", "S1", dt.date(2014, 6, 10)),
        ("PO-2", "S1", dt.date(2014, 6, 10)),
        ("PO-3", "S2", None),
    ]
    assert found.orders[0].weight == Quantity(Decimal(480), "LB")
    assert found.orders[2].weight == Quantity(Decimal(300), "KG")


def test_a_buyer_answers_with_carrier_day_and_authority() -> None:
    found = body(
        "BGN*11*RI1*20140602***RR1", "N1*SF*MAKER*92*PLANT",
        "LX*1", "L11*AUTH9*AO", "L11*LOAD4*LO", "BLR*ABCD", "OID**PO-1**CT*20", "OID**PO-2", "G62*10*20140611",
        "N1*ST*STORE 1*92*S1",
        kind="754",
    )  # fmt: skip
    assert isinstance(found, RoutingInstructions)
    assert found.request == "RR1"
    assert [(each.order_number, each.carrier, each.authority, each.load) for each in found.assignments] == [
        ("PO-1", "ABCD", "AUTH9", "LOAD4"),
        ("PO-2", "ABCD", "AUTH9", "LOAD4"),
    ]
    assert {each.pickup_on for each in found.assignments} == {dt.date(2014, 6, 11)}  # which stands behind the orders
    assert {each.ship_to and each.ship_to.id for each in found.assignments} == {"S1"}


def test_a_tender_and_its_answer_name_the_same_load() -> None:
    tender = body(*TENDER, kind="204")
    answer = body("B1*SCAC*75027674*20160726*A", kind="990")
    assert isinstance(tender, LoadTender)
    assert isinstance(answer, LoadTenderResponse)
    assert tender.number == answer.number


def test_a_zone_that_we_write_is_read_again() -> None:
    found = body("B10*1*2*SCAC", "LX*1", "AT7*D1****20160727*1230*MT", kind="214")
    assert isinstance(found, ShipmentStatusReport)
    (again,) = sets(written(("shipment_status", found)))
    assert maps.read_document(again, BUYING).body == found
