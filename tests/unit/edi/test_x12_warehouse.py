"""What goes between us and a warehouse in X12: 940, 943, 944, 945, 947 and 861, as partners write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.edi import maps
from crossdock.edi.explain import context_of
from crossdock.model.fulfillment import InventoryAdjustment, WarehouseShippingAdvice, WarehouseShippingOrder
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import GoodsReceipt, InboundAdvice
from tests.unit.edi.samples import BUYING, interchange, sets, written
from tests.unit.edi.test_unusual_documents import one_set


def mapped(*segments: str, kind: str) -> maps.MappedDocument:
    rows = [f"ST*{kind}*0001", *segments]
    (ts,) = sets(interchange(*rows, f"SE*{len(rows) + 1}*0001"))
    return maps.read_document(ts, BUYING)


def body(*segments: str, kind: str) -> object:
    found = mapped(*segments, kind=kind)
    assert found.faults == ()
    return found.body


def kept(*segments: str, kind: str) -> list[tuple[str, int, str]]:
    rows = [f"ST*{kind}*0001", *segments]
    (ts,) = sets(interchange(*rows, f"SE*{len(rows) + 1}*0001"))
    return [(each.segment, each.element, each.value) for each in maps.account(ts, BUYING).kept]


def cases(amount: int) -> Quantity:
    return Quantity(Decimal(amount), "CA")


SHIPPING_ORDER = (
    "W05*N*538686*PO-77",
    "N1*ST*CORNER STORE*9*0000000000077",
    "N3*1 HIGH STREET",
    "N4*LEEDS*WY*12345",
    "N1*WH*NORTH*92*north",
    "N9*RV*R1121",
    "G62*10*20000204",
    "G62*02*20000207",
    "NTE*WHI*SHIP ON CHEP PALLETS",
    "NTE*WHI*NO STRETCH FILM",
    "W66*PP*M***MTEN*****ABCD",
    "LX*1",
    "W01*12*CA*000100000010*VN*000100*UP*123456789012******L77",
    "G69*11.500 STRUD BLUBRY",
    "N9*LI*10",
    "LX*2",
    "W01*32*CA**VN*000200*LT*B9",
    "W76*44*500*LB",
)


class TestShippingOrder:
    def test_it_says_what_to_ship_to_whom_and_when(self) -> None:
        found = body(*SHIPPING_ORDER, kind="940")
        assert isinstance(found, WarehouseShippingOrder)
        assert (found.number, found.order_number, found.warehouse) == ("538686", "PO-77", "north")
        assert found.ship_to == PartyRef("0000000000077", "0000000000077", "9", "CORNER STORE")
        assert found.customer == found.ship_to
        assert (found.ship_on, found.deliver_on) == (dt.date(2000, 2, 4), dt.date(2000, 2, 7))
        assert (found.carrier, found.routing, found.mode, found.terms) == ("ABCD", "MTEN", "M", "PP")
        assert found.instructions == ("SHIP ON CHEP PALLETS", "NO STRETCH FILM")
        assert found.cross_dock == "R1121"

    def test_its_lines_have_item_lot_and_the_order_they_belong_to(self) -> None:
        found = body(*SHIPPING_ORDER, kind="940")
        assert isinstance(found, WarehouseShippingOrder)
        first, second = found.lines
        assert (first.item, first.gtin, first.quantity) == ("000100", "123456789012", cases(12))
        assert (first.lot, first.order_line, first.description) == ("L77", "10", "11.500 STRUD BLUBRY")
        assert (second.item, second.quantity, second.lot) == ("000200", cases(32), "B9")
        assert {line.order_number for line in found.lines} == {"PO-77"}

    def test_lines_without_lx_are_lines(self) -> None:
        found = body("W05*N*1*P", "N1*ST*X*92*S1", "W01*1*EA**VN*A", "W01*2*EA**VN*B", kind="940")
        assert isinstance(found, WarehouseShippingOrder)
        assert [line.item for line in found.lines] == ["A", "B"]

    @pytest.mark.parametrize(("code", "action"), [("N", "original"), ("R", "change"), ("F", "cancel")])
    def test_it_may_change_or_take_back_an_earlier_one(self, code: str, action: str) -> None:
        found = body(f"W05*{code}*1*P", "N1*ST*X*92*S1", "LX*1", "W01*1*EA**VN*A", kind="940")
        assert isinstance(found, WarehouseShippingOrder)
        assert found.action == action

    def test_a_total_that_does_not_add_up_is_told_at_its_place(self) -> None:
        found = mapped("W05*N*1*P", "N1*ST*X*92*S1", "LX*1", "W01*12*EA**VN*A", "W76*13", kind="940")
        (fault,) = found.faults
        assert (fault.code, fault.segment_id, fault.position, fault.element) == ("count_mismatch", "W76", 6, 1)
        assert found.body is not None

    def test_without_lines_it_is_refused(self) -> None:
        found = mapped("W05*N*35131*POMAIL", kind="940")
        assert [(each.code, each.severity) for each in found.faults] == [("lines_missing", "error")]
        assert found.body is None

    def test_addresses_stay_beside_it(self) -> None:
        beside = kept(*SHIPPING_ORDER, kind="940")
        assert ("N3", 1, "1 HIGH STREET") in beside
        assert ("N4", 1, "LEEDS") in beside


ADVICE = (
    "W06*F*SO1*20101201*SHP9**PO-77",
    "N1*ST*CORNER STORE*92*S77",
    "N1*WH*NORTH*92*north",
    "N9*BM*BOL5",
    "G62*11*20101201*8*1730*ES",
    "W27*M*ABCD*****7788",
    "LX*1",
    "MAN*GM*00106141411234567897",
    "W12*CC*12*12**EA**VN*A1**14.5*N*L**********",
    "G69*CHEESE",
    "N9*SE*S-1",
    "N9*SE*S-2",
    "W12*CP*6*5**EA**VN*B1*L9",
    "LX*2",
    "MAN*GM*00106141411234567880",
    "W12*CC*2*2**EA**VN*C1",
)


class TestShippingAdvice:
    def test_it_says_what_left_when_and_with_whom(self) -> None:
        found = body(*ADVICE, "W03*19*500*LB", kind="945")
        assert isinstance(found, WarehouseShippingAdvice)
        assert (found.number, found.warehouse, found.carrier, found.equipment) == ("SHP9", "north", "ABCD", "7788")
        assert found.shipped_at == dt.datetime(2010, 12, 1, 22, 30, tzinfo=dt.UTC)
        assert (found.bill_of_lading, found.weight) == ("BOL5", Quantity(Decimal(500), "LB"))
        assert found.customer == found.ship_to == PartyRef("S77", name="CORNER STORE")

    def test_each_line_knows_its_pack_and_what_was_asked_for(self) -> None:
        found = body(*ADVICE, kind="945")
        assert isinstance(found, WarehouseShippingAdvice)
        (order,) = found.orders
        assert (order.shipping_order, order.order_number) == ("SO1", "PO-77")
        assert [(line.item, line.pack[-4:], line.ordered, line.quantity.amount) for line in order.lines] == [
            ("A1", "7897", 12, 12),
            ("B1", "7897", 6, 5),
            ("C1", "7880", 2, 2),
        ]
        assert {line.order_number for line in order.lines} == {"PO-77"}

    def test_catch_weight_lots_and_serials(self) -> None:
        found = body(*ADVICE, kind="945")
        assert isinstance(found, WarehouseShippingAdvice)
        first, second, _ = found.orders[0].lines
        assert first.second == Quantity(Decimal("14.5"), "LB")
        assert first.serials == ("S-1", "S-2")
        assert second.lot == "L9"

    def test_a_gross_weight_is_no_catch_weight(self) -> None:
        row = "W12*CC*1*1**EA**VN*A1**14.5*G*L"
        found = body("W06*F*SO1*20101201*SHP9", "N1*ST*X*92*S1", "LX*1", row, kind="945")
        assert isinstance(found, WarehouseShippingAdvice)
        assert found.orders[0].lines[0].second is None
        assert ("W12", 10, "14.5") in kept("W06*F*SO1*20101201*SHP9", "LX*1", row, kind="945")

    def test_several_orders_of_one_shipment(self) -> None:
        found = body(
            "W06*F**20101201*SHP9", "N1*ST*X*92*S1",
            "LX*1", "N9*OQ*SO1", "N9*PO*P1", "W12*CC**1**EA**VN*A",
            "LX*2", "N9*OQ*SO1", "N9*PO*P1", "W12*CC**2**EA**VN*B",
            "LX*3", "N9*OQ*SO2", "W12*CC**3**EA**VN*C",
            kind="945",
        )  # fmt: skip
        assert isinstance(found, WarehouseShippingAdvice)
        assert [(each.shipping_order, [line.item for line in each.lines]) for each in found.orders] == [
            ("SO1", ["A", "B"]),
            ("SO2", ["C"]),
        ]

    def test_a_pack_begins_a_new_loop_and_orders_keep_their_lines(self) -> None:
        found = body(*ADVICE, kind="945")
        assert isinstance(found, WarehouseShippingAdvice)
        text = written(("warehouse_shipping_advice", found)).decode()
        assert text.count("~LX*") == 2
        assert text.count("MAN*GM*") == 2
        assert "~W12*CP*6*5**EA" in text
        assert "~W03*19~" in text
        (again,) = sets(text.encode())
        assert maps.read_document(again, BUYING).body == found


class TestInboundAdvice:
    def test_it_announces_what_comes_in_which_pack(self) -> None:
        found = body(
            "W06*N*T100*20101201*SHP9**PO-5", "N1*SF*MAKER*92*brightware", "N1*ST*NORTH*92*north", "G62*17*20101205",
            "W27*M*ABCD*****TR1", "LX*1", "MAN*GM*00106141411234567897",
            "W04*10*CA*000100000010*VN*A1********L1", "G62*36*20110101", "LX*2", "W04*5*CA**VN*B1", "W03*15",
            kind="943",
        )  # fmt: skip
        assert isinstance(found, InboundAdvice)
        assert (found.number, found.supplier, found.warehouse) == ("T100", "brightware", "north")
        assert (found.shipped_on, found.expected_on) == (dt.date(2010, 12, 1), dt.date(2010, 12, 5))
        assert (found.carrier, found.equipment) == ("ABCD", "TR1")
        first, second = found.lines
        assert (first.item, first.lot, first.pack, first.expires_on) == (
            "A1", "L1", "00106141411234567897", dt.date(2011, 1, 1),
        )  # fmt: skip
        assert (second.item, second.pack, second.quantity) == ("B1", "", cases(5))
        assert {line.order_number for line in found.lines} == {"PO-5"}


class TestReceipt:
    HEAD = ("W17*F*20101202*R77*PO-5*ASN3", "N1*WH*NORTH*92*north")

    def receipt(self, *segments: str) -> GoodsReceipt:
        found = body(*self.HEAD, *segments, kind="944")
        assert isinstance(found, GoodsReceipt)
        return found

    def test_it_says_what_was_counted_of_which_order_and_notice(self) -> None:
        found = self.receipt("W07*100*EA**VN*A1***L1", "W14*100")
        assert (found.number, found.warehouse) == ("R77", "north")
        assert found.received_at == dt.datetime(2010, 12, 2, tzinfo=dt.UTC)
        (line,) = found.lines
        assert (line.line, line.order_number, line.ship_notice, line.item) == ("1", "PO-5", "ASN3", "A1")
        assert (line.quantity, line.lot, line.condition) == (Quantity(Decimal(100)), "L1", "good")

    def test_the_order_may_stand_in_a_reference_of_the_head(self) -> None:
        found = body("W17*F*20101202*R77", "N1*WH*NORTH*92*north", "N9*PO*PO-5", "W07*1*EA**VN*A1", "W14*1", kind="944")
        assert isinstance(found, GoodsReceipt)
        assert [line.order_number for line in found.lines] == ["PO-5"]

    def test_what_is_damaged_is_a_line_of_its_own_and_no_longer_good(self) -> None:
        found = self.receipt("W07*100*EA**VN*A1***L1", "N9*LI*10", "W13*5*EA*01**07", "W13*2*EA*04", "W14*100")
        assert [(line.condition, line.quantity.amount, line.reason) for line in found.lines] == [
            ("good", 93, ""),
            ("damaged", 5, "07"),
            ("quarantined", 2, ""),
        ]
        assert {(line.item, line.lot, line.order_line) for line in found.lines} == {("A1", "L1", "10")}

    def test_where_all_is_damaged_nothing_is_good(self) -> None:
        found = self.receipt("W07*5*EA**VN*A1", "W13*5*EA*01")
        assert [line.condition for line in found.lines] == ["damaged"]

    def test_what_is_short_did_not_come_and_stays_beside(self) -> None:
        found = self.receipt("W07*95*EA**VN*A1", "W13*5*EA*02")
        assert [(line.condition, line.quantity.amount) for line in found.lines] == [("good", 95)]
        assert ("W13", 3, "02") in kept(*self.HEAD, "W07*95*EA**VN*A1", "W13*5*EA*02", kind="944")

    def test_more_damaged_than_came_is_told(self) -> None:
        found = mapped(*self.HEAD, "W07*5*EA**VN*A1", "W13*6*EA*01", kind="944")
        assert [(each.code, each.segment_id) for each in found.faults] == [("total_mismatch", "W07")]

    def test_conditions_are_written_as_exceptions(self) -> None:
        found = self.receipt("W07*100*EA**VN*A1", "W13*5*EA*01**07")
        text = written(("warehouse_receipt_advice", found)).decode()
        assert "~W07*95*EA" in text
        assert "~W07*5*EA" in text
        assert "~W13*5*EA*01**07~" in text
        assert "~W14*100~" in text


class TestReceivingAdvice:
    HEAD = ("BRA*R9*20101203*00*1", "REF*PK*ASN3", "DTM*050*20101202*1405*UT", "PRF*PO-5", "TD5**2*ABCD")

    def receipt(self, *segments: str) -> GoodsReceipt:
        found = body(*self.HEAD, "N1*SU*MAKER*92*brightware", "N1*ST*NORTH*92*north", *segments, kind="861")
        assert isinstance(found, GoodsReceipt)
        return found

    def test_what_the_head_says_of_all_lines(self) -> None:
        found = self.receipt("RCD*1*100*EA", "LIN**VN*A1", "MAN*GM*00106141411234567897", "PRF*PO-6****20")
        assert (found.number, found.carrier, found.supplier, found.warehouse) == ("R9", "ABCD", "brightware", "north")
        assert found.received_at == dt.datetime(2010, 12, 2, 14, 5, tzinfo=dt.UTC)
        (line,) = found.lines
        assert (line.order_number, line.order_line, line.ship_notice) == ("PO-6", "20", "ASN3")
        assert (line.pack, line.quantity, line.condition) == ("00106141411234567897", Quantity(Decimal(100)), "good")

    @pytest.mark.parametrize("heading", [("REF*PO*PO-5",), ("REF*PO*PO-4", "PRF*PO-5"), ("PRF*PO-5", "REF*PO*PO-4")])
    def test_the_order_stands_in_the_head_or_at_the_line(self, heading: tuple[str, ...]) -> None:
        rows = ("BRA*R9*20101203*00*1", *heading, "RCD*1*9*EA", "LIN**VN*A1", "RCD*2*9*EA", "LIN**VN*A2", "REF*PO*PO-6")
        found = body(*rows, kind="861")
        assert isinstance(found, GoodsReceipt)
        assert [line.order_number for line in found.lines] == ["PO-5", "PO-6"]

    def test_who_received_the_goods_sends_it_to_who_delivered_them(self) -> None:
        rows = ("BRA*R9*20101203*00*1", "PRF*PO-5", "RCD*1*9*EA", "LIN**VN*A1")
        ts = one_set("861", "RC", *rows)
        found = maps.read_document(ts, context_of(ts)).body
        assert isinstance(found, GoodsReceipt)
        assert (found.supplier, found.warehouse) == ("RECEIVER", "SENDER")

    def test_what_is_in_question_is_a_line_of_its_own(self) -> None:
        found = self.receipt("RCD*1*100*EA***5*EA*01*3*EA*04", "LIN**VN*A1", "CTT*1")
        assert [(line.condition, line.quantity.amount) for line in found.lines] == [
            ("good", 92),
            ("damaged", 5),
            ("quarantined", 3),
        ]
        assert {(line.line, line.item, line.order_number) for line in found.lines} == {("1", "A1", "PO-5")}

    @pytest.mark.parametrize("segment", ["RCD*1*5*EA***5*EA*01", "RCD*1*5*EA*****01"])
    def test_all_of_a_line_may_be_damaged(self, segment: str) -> None:
        found = self.receipt(segment, "LIN**VN*A1")
        assert [(line.condition, line.quantity.amount) for line in found.lines] == [("damaged", 5)]
        assert "~RCD*1*5*EA***5*EA*01~" in written(("goods_receipt", found)).decode()

    def test_what_is_short_is_kept_and_what_came_is_good(self) -> None:
        rows = ("RCD*1*95*EA***5*EA*02", "LIN**VN*A1")
        assert [line.condition for line in self.receipt(*rows).lines] == ["good"]
        assert ("RCD", 8, "02") in kept(*self.HEAD, *rows, kind="861")


class TestAdjustment:
    def test_quantities_are_signed_and_reasons_the_warehouses(self) -> None:
        found = body(
            "W15*20101203*ADJ1*D9", "N1*WH*NORTH*92*north",
            "W19*AU*-5*EA**VN*A1***L1", "W19*56*3*CA*000100000010*****L2",
            kind="947",
        )  # fmt: skip
        assert isinstance(found, InventoryAdjustment)
        assert (found.number, found.warehouse) == ("ADJ1", "north")
        assert found.at == dt.datetime(2010, 12, 3, tzinfo=dt.UTC)
        first, second = found.lines
        assert (first.reason, first.quantity, first.lot, first.item) == ("AU", Quantity(Decimal(-5)), "L1", "A1")
        assert (second.reason, second.quantity, second.item) == ("56", cases(3), "000100000010")

    def test_the_time_of_day_stands_in_a_date_of_its_own(self) -> None:
        found = body("W15*20101203*ADJ1", "G62*07*20101203*ZZ*1405", "W19*AH*1*EA**VN*A1", kind="947")
        assert isinstance(found, InventoryAdjustment)
        assert found.at == dt.datetime(2010, 12, 3, 14, 5, tzinfo=dt.UTC)

    def test_a_quantity_that_is_none_is_a_fault_at_its_place(self) -> None:
        found = mapped("W15*20101203*ADJ1", "W19*AH*five*EA**VN*A1", kind="947")
        first = found.faults[0]
        assert (first.code, first.segment_id, first.position, first.element) == ("number_invalid", "W19", 3, 2)
        assert found.body is None
