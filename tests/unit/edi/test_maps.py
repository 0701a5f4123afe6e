from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from crossdock.edi import maps, x12
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge, LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import Price, Quantity
from crossdock.model.tax import Tax, TaxRate
from tests.unit.edi.samples import BUYING, DAY, SELLING, US, interchange, order, sets


def read(*segments: str, context: maps.MapContext = BUYING, **marks: str) -> maps.MappedDocument:
    kind = segments[0].split("*")[0]
    set_type = {"BEG": "850", "BAK": "855", "BSN": "856", "BCH": "860", "BIG": "810", "AK1": "997", "BIA": "846"}[kind]
    rows = (f"ST*{set_type}*0001", *segments, f"SE*{len(segments) + 2}*0001")
    (ts,) = sets(interchange(*rows, **marks))
    return maps.read_document(ts, context)


def body(*segments: str, context: maps.MapContext = BUYING) -> Any:
    mapped = read(*segments, context=context)
    assert mapped.body is not None, mapped.faults
    return mapped.body


def codes(mapped: maps.MappedDocument) -> list[str]:
    return [fault.code for fault in mapped.faults]


def knowing(**items: str) -> maps.MapContext:
    return maps.MapContext(
        "albion_uk",
        PartyRef("albion_uk"),
        PartyRef("homestead"),
        "supplier",
        our_item=items.get,
        options=SELLING.options,
    )


class TestPurchaseOrder:
    def test_a_retailers_item_is_turned_into_ours(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1*1*6*EA*2.55**IN*HS85123A", context=knowing(HS85123A="85123A"))
        assert (found.lines[0].item, found.lines[0].buyer_item) == ("85123A", "HS85123A")

    def test_an_item_that_nobody_knows_refuses_the_order_at_its_line(self) -> None:
        mapped = read("BEG*00*SA*1**20101201", "PO1*1*6*EA*2.55**IN*HS9", context=knowing())
        assert mapped.body is None
        assert [(fault.code, fault.segment, fault.segment_id) for fault in mapped.faults] == [
            ("item_unknown", 5, "PO1")
        ]

    def test_our_own_id_is_believed_before_the_cross_reference_is_asked(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1*1*6*EA*2.55**IN*HS9*VN*85123A", context=knowing())
        assert found.lines[0].item == "85123A"

    def test_a_partner_that_uses_other_qualifiers_is_understood(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1*1*6*EA*2.55**BP*85123A*VP*B-85123A*UP*012345678905")
        line = found.lines[0]
        assert (line.item, line.supplier_item, line.gtin) == ("85123A", "B-85123A", "012345678905")

    def test_lines_without_id_are_counted(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1**6*EA*2.55**IN*A1", "PO1**6*EA*2.55**IN*A2")
        assert [line.line for line in found.lines] == ["1", "2"]

    def test_lines_of_one_id_are_told(self) -> None:
        mapped = read("BEG*00*SA*1**20101201", *(f"PO1*{line}*6*EA*2.55**IN*A{line}" for line in (5, 6, 5, 5)))
        told = [(each.code, each.position, each.element) for each in mapped.faults]
        assert told == [("line_repeated", 5, 1), ("line_repeated", 6, 1)]
        assert mapped.body is not None

    @pytest.mark.parametrize("purpose", ["00", "07", "18"])
    def test_an_original_is_an_order_and_so_is_one_sent_again(self, purpose: str) -> None:
        assert body(f"BEG*{purpose}*SA*1**20101201", "PO1*1*6*EA*2.55**IN*A1").number == "1"

    @pytest.mark.parametrize("purpose", ["01", "02", "03", "04", "05", "06", "14", "17", "22", "24", "ZZ"])
    def test_what_is_sent_for_another_purpose_is_no_order(self, purpose: str) -> None:
        mapped = read(f"BEG*{purpose}*SA*1**20101201", "PO1*1*6*EA*2.55**IN*A1")
        assert (mapped.body, codes(mapped)) == (None, ["purpose_unsupported"])

    def test_a_price_per_hundred_is_told_apart(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1*1*600*EA*255*HP*IN*A1")
        assert found.lines[0].price == Price(Decimal(255), "GBP", Quantity(Decimal(100)))

    @pytest.mark.parametrize(
        ("unit", "codes", "per"),
        [
            ("EA", "PN", Quantity(Decimal(10))),
            ("EA", "PD LD RD TD WD", Quantity(Decimal(12))),
            ("EA", "HP LC QH RC TC WC", Quantity(Decimal(100))),
            ("EA", "TP LM QS RM TM WM", Quantity(Decimal(1000))),
            ("EA", "TT", Quantity(Decimal(10_000))),
            ("EA", "HT", Quantity(Decimal(100_000))),
            ("EA", "PE LE QE RE TE WE UM CT NT", Quantity(Decimal(1))),
            ("DZ", "PD HP", None),
            ("EA", "PP", Quantity(Decimal(1), "LB")),
            ("01", "PP", Quantity(Decimal(1), "01")),
            ("FT", "HF", Quantity(Decimal(100), "FT")),
            ("RL", "TF", Quantity(Decimal(1000), "FT")),
        ],
    )
    def test_the_basis_says_for_how_much_the_price_is(self, unit: str, codes: str, per: Quantity | None) -> None:
        for code in codes.split():
            mapped = read("BEG*00*SA*1**20101201", f"PO1*1*600*{unit}*255*{code}*IN*A1")
            assert mapped.body is not None
            assert mapped.faults == ()
            found = mapped.body.lines[0].price.per
            assert found == (per or Quantity(Decimal(1 if code == "PD" else 100), unit)), code

    @pytest.mark.parametrize("code", ["PT", "PM", "BP", "Q7"])
    def test_a_basis_that_is_not_read_is_told(self, code: str) -> None:
        mapped = read("BEG*00*SA*1**20101201", f"PO1*1*600*EA*255*{code}*IN*A1")
        assert [(each.code, each.position, each.element) for each in mapped.faults] == [("price_basis_unknown", 3, 5)]

    @pytest.mark.parametrize(
        ("per", "unit", "basis"),
        [
            (Quantity(Decimal(12)), "EA", "PD"),
            (Quantity(Decimal(1), "DZ"), "DZ", ""),
            (Quantity(Decimal(100_000)), "EA", "HT"),
            (Quantity(Decimal(1), "LBR"), "EA", "PP"),
            (Quantity(Decimal(1000), "FOT"), "RL", "TF"),
            (Quantity(Decimal(100), "LBR"), "LBR", "HP"),
        ],
    )
    def test_a_price_is_written_with_its_basis(self, per: Quantity, unit: str, basis: str) -> None:
        line = replace(order().lines[0], quantity=Quantity(Decimal(6), unit), price=Price(Decimal(2), "GBP", per))
        rows = maps.write_document("purchase_order", replace(order(), lines=(line,)), BUYING).segments
        assert next(row[4:6] for row in rows if row[0] == "PO1") == ("2", basis)

    @pytest.mark.parametrize("per", [Quantity(Decimal(7)), Quantity(Decimal(12), "CA"), Quantity(Decimal(1), "CA")])
    def test_a_price_that_no_basis_says_cannot_be_written(self, per: Quantity) -> None:
        line = replace(order().lines[0], price=Price(Decimal(2), "GBP", per))
        with pytest.raises(x12.CannotWrite, match="a price per"):
            maps.write_document("purchase_order", replace(order(), lines=(line,)), BUYING)

    def test_a_line_date_becomes_a_schedule(self) -> None:
        found = body("BEG*00*SA*1**20101201", "PO1*1*6*EA*2**IN*A1", "DTM*002*20101203")
        assert found.lines[0].schedules[0].due_on == dt.date(2010, 12, 3)
        assert found.due_on is None

    def test_a_count_that_is_wrong_is_only_told(self) -> None:
        mapped = read("BEG*00*SA*1**20101201", "PO1*1*6*EA*2**IN*A1", "CTT*2")
        assert mapped.body is not None
        assert codes(mapped) == ["count_mismatch"]

    @pytest.mark.parametrize(
        ("line", "code", "element"),
        [
            ("PO1*1*six*EA*2.55**IN*A1", "number_invalid", 2),
            ("PO1*1**EA*2.55**IN*A1", "element_missing", 2),
            ("PO1*1*6*EA*2,55**IN*A1", "number_invalid", 4),
            ("PO1*1*6*EA*2.55", "item_missing", 6),
        ],
    )
    def test_what_cannot_be_a_line_is_refused_with_its_element(self, line: str, code: str, element: int) -> None:
        mapped = read("BEG*00*SA*1**20101201", line)
        assert mapped.body is None
        first = mapped.faults[0]
        assert (first.code, first.segment, first.position, first.element) == (code, 5, 3, element)

    def test_a_date_that_is_none_is_refused(self) -> None:
        assert codes(read("BEG*00*SA*1**20101340", "PO1*1*6*EA*2**IN*A1"))[0] == "date_invalid"

    def test_a_price_in_another_currency_cannot_be_written(self) -> None:
        line = order().lines[0]
        odd = order().__class__(**{**_fields(order()), "currency": "EUR"})
        with pytest.raises(x12.CannotWrite, match="GBP"):
            maps.write_document("purchase_order", odd, BUYING)
        assert line.price.currency == "GBP"

    def test_an_id_that_is_too_long_cannot_be_written(self) -> None:
        with pytest.raises(x12.CannotWrite, match="element_too_long"):
            maps.write_document("purchase_order", order("4" * 23), BUYING)

    def test_the_partners_item_is_asked_of_the_cross_reference(self) -> None:
        context = maps.MapContext("albion_uk", BUYING.us, BUYING.partner, "buyer", their_item=lambda item: f"B-{item}")
        bare = order().__class__(
            **{**_fields(order()), "lines": tuple(_without_supplier_item(line) for line in order().lines)}
        )
        rows = maps.write_document("purchase_order", bare, context).segments
        assert ("PO1", "10", "6", "EA", "2.55", "", "IN", "85121A", "VN", "B-85121A") in rows

    def test_a_document_is_not_written_under_anothers_name(self) -> None:
        for name in ("invoice", "shipment"):
            with pytest.raises(x12.CannotWrite):
                maps.write_document(name, order(), BUYING)


class TestAcknowledgement:
    def test_a_line_may_be_answered_several_times(self) -> None:
        found = body(
            "BAK*00*AC*4500001*20101201",
            "PO1*10*20*EA*2.55**IN*A1",
            "ACK*IA*12*EA*068*20101203",
            "ACK*IB*8*EA*068*20101210",
        )
        assert [(each.kind, each.quantity.amount, each.due_on) for each in found.answers] == [
            ("accepted", 12, dt.date(2010, 12, 3)),
            ("backordered", 8, dt.date(2010, 12, 10)),
        ]
        assert {each.line for each in found.answers} == {"10"}

    @pytest.mark.parametrize(("overall", "kind"), [("AD", "accepted"), ("RD", "rejected"), ("AC", "changed")])
    def test_a_line_without_answer_is_answered_by_the_heading(self, overall: str, kind: str) -> None:
        found = body(f"BAK*00*{overall}*4500001*20101201", "PO1*10*20*EA*2.55**IN*A1")
        assert [each.kind for each in found.answers] == [kind]

    @pytest.mark.parametrize(("said", "quantity"), [("20*EA", Quantity(Decimal(20))), ("", None)])
    def test_an_answer_without_a_quantity_is_to_what_its_line_says_if_it_says_any(
        self, said: str, quantity: Quantity | None
    ) -> None:
        found = body("BAK*00*AC*4500001*20101201", f"PO1*10*{said or '*'}*2.55**IN*A1", "ACK*IA***068*20101203")
        assert [(each.kind, each.quantity, each.due_on) for each in found.answers] == [
            ("accepted", quantity, dt.date(2010, 12, 3))
        ]

    def test_a_changed_quantity_must_be_said(self) -> None:
        assert codes(read("BAK*00*AC*1*20101201", "PO1*10***2**IN*A1", "ACK*IQ")) == ["element_missing"]

    @pytest.mark.parametrize("balance", [("ACK*IB*3*EA*068*20110105",), ()])
    def test_what_is_accepted_in_part_has_its_balance_backordered(self, balance: tuple[str, ...]) -> None:
        found = body("BAK*00*AC*1*20101201", "PO1*10*10*EA*2**IN*A1", "ACK*BP*7*EA*068*20101210", *balance)
        due = dt.date(2011, 1, 5) if balance else None
        assert [(each.kind, each.quantity, each.due_on) for each in found.answers] == [
            ("accepted", Quantity(Decimal(7)), dt.date(2010, 12, 10)),
            ("backordered", Quantity(Decimal(3)), due),
        ]

    @pytest.mark.parametrize("line", ["PO1*10*7*EA*2**IN*A1", "PO1*10***2**IN*A1", "PO1*10*2*CA*2**IN*A1"])
    def test_a_balance_that_cannot_be_told_is_not(self, line: str) -> None:
        found = body("BAK*00*AC*1*20101201", line, "ACK*BP*7*EA")
        assert [each.kind for each in found.answers] == ["accepted"]

    def test_how_much_is_accepted_in_part_must_be_said(self) -> None:
        assert codes(read("BAK*00*AC*1*20101201", "PO1*10*10*EA*2**IN*A1", "ACK*BP")) == ["element_missing"]

    @pytest.mark.parametrize(
        ("code", "is_kept"),
        [("IA", False), ("IR", False), ("R1", True), ("IH", True), ("IP", True), ("IE", True), ("BP", True)],
    )
    def test_a_code_that_says_more_than_the_answer_is_kept_beside_it(self, code: str, is_kept: bool) -> None:
        rows = ("ST*855*0001", "BAK*00*AC*1*20101201", "PO1*10*10*EA*2**IN*A1", f"ACK*{code}*10*EA", "SE*5*0001")
        (ts,) = sets(interchange(*rows))
        account = maps.account(ts, BUYING)
        assert ("ACK", 1, code) in [(e.segment, e.element, e.value) for e in account.kept] or not is_kept
        assert ((4, 1, 0) in account.taken) is not is_kept

    def test_a_substitute_has_its_own_item(self) -> None:
        found = body("BAK*00*AC*1*20101201", "PO1*10*20*EA*2**IN*A1", "ACK*IS*20*EA****IN*A2*VN*B-A2")
        assert (found.answers[0].item, found.answers[0].supplier_item) == ("A2", "B-A2")

    def test_an_answer_without_lines_is_to_the_whole_order(self) -> None:
        whole = body("BAK*00*AK*4500001*20101201")
        assert isinstance(whole, PurchaseOrderAcknowledgement)
        assert whole.answers == ()
        assert whole.of_whole_order == "accepted"
        refused = body("BAK*00*RJ*4500001*20101201")
        assert refused.answers == (LineAnswer("", "rejected"),)
        assert refused.of_whole_order == "rejected"
        rows = maps.write_document("purchase_order_acknowledgement", refused, BUYING).segments
        assert [row[:3] for row in rows if row[0] in ("BAK", "PO1")] == [("BAK", "00", "RJ")]

    @pytest.mark.parametrize("overall", ["AT", "RJ"])
    def test_what_answers_the_whole_order_is_no_word_beside_it(self, overall: str) -> None:
        (ts,) = sets(interchange("ST*855*0001", f"BAK*00*{overall}*1*20101201", "CTT*0", "SE*4*0001"))
        assert maps.account(ts, BUYING).kept == ()

    @pytest.mark.parametrize("overall", ["AC", "AH", "Q7"])
    def test_an_answer_that_needs_its_lines_is_refused_without_them(self, overall: str) -> None:
        assert codes(read(f"BAK*00*{overall}*4500001*20101201")) == ["lines_missing"]

    def test_an_answer_that_does_not_say_to_which_line_is_refused(self) -> None:
        mapped = read("BAK*00*AC*1*20101202", "PO1**6*EA*2.55**IN*22423", "ACK*IR*6*EA")
        assert (mapped.body, codes(mapped)) == (None, ["line_reference_missing"])

    def test_an_answer_nobody_knows_refuses_the_document(self) -> None:
        mapped = read("BAK*00*AC*1*20101201", "PO1*10*20*EA*2**IN*A1", "ACK*QQ*20*EA")
        assert (mapped.body, codes(mapped)) == (None, ["code_unknown"])


class TestCancellation:
    HEAD = "BCH*01*SA*4500001**2*20101201*****20101203"

    def test_a_cancellation_without_lines_is_of_the_whole_order(self) -> None:
        found = body(self.HEAD, "CTT*0", context=SELLING)
        assert (found.whole_order, found.lines) == (True, ())
        rows = maps.write_document("purchase_order_change", found, SELLING).segments
        assert [row[:4] for row in rows if row[0] in ("BCH", "POC")] == [("BCH", "01", "SA", "4500001")]
        (ts,) = sets(interchange("ST*860*0001", self.HEAD, "CTT*0", "SE*4*0001"))
        assert "01" not in [each.value for each in maps.account(ts, SELLING).kept]

    def test_a_cancellation_that_names_lines_is_of_those(self) -> None:
        found = body(self.HEAD, "POC*10*DI***EA***IN*A1", context=SELLING)
        assert (found.whole_order, [line.action for line in found.lines]) == (False, ["cancel"])

    def test_a_cancellation_that_changes_lines_is_refused(self) -> None:
        mapped = read(self.HEAD, "POC*10*CA*5**EA***IN*A1", context=SELLING)
        assert (mapped.body, codes(mapped)) == (None, ["purpose_unsupported"])


class TestShipNotice:
    HEAD = ("BSN*00*SN1*20101201*1200*0001", "HL*1**S", "N1*ST**92*north")

    def test_levels_hand_down_order_and_pack(self) -> None:
        found = body(
            *self.HEAD,
            "HL*2*1*O",
            "PRF*4500001",
            "HL*3*2*P",
            "MAN*GM*SSCC1",
            "HL*4*3*I",
            "LIN*10*IN*A1",
            "SN1**6*EA",
            "HL*5*1*O",
            "PRF*4500002",
            "HL*6*5*I",
            "LIN*20*IN*A2*LT*L7",
            "SN1**7*EA",
        )
        assert [(line.order_number, line.pack, line.order_line, line.lot) for line in found.lines] == [
            ("4500001", "SSCC1", "10", ""),
            ("4500002", "", "20", "L7"),
        ]
        assert found.ship_to == PartyRef("north")

    def test_an_order_named_at_the_item_is_taken(self) -> None:
        found = body(*self.HEAD, "HL*2*1*I", "LIN*10*IN*A1", "SN1**6*EA", "PRF*4500001")
        assert found.lines[0].order_number == "4500001"

    def test_serial_numbers_are_those_of_the_item_each_once(self) -> None:
        found = body(
            *self.HEAD,
            *("HL*2*1*O", "PRF*4500001", "HL*3*2*I", "LIN*10*IN*A1*SN*S1", "SN1**3*EA", "REF*SE*S2", "REF*SE*S1"),
            *("HL*4*2*I", "LIN*20*IN*A2*SN*S9", "SN1**1*EA"),
            *("HL*5*2*I", "LIN*30*IN*A3", "SN1**1*EA"),
        )
        assert [line.serials for line in found.lines] == [("S1", "S2"), ("S9",), ()]

    def test_a_level_without_its_parent_is_refused(self) -> None:
        mapped = read(*self.HEAD, "HL*2*9*O", "PRF*1", "HL*3*2*I", "LIN*10*IN*A1", "SN1**6*EA")
        assert codes(mapped) == ["hierarchy_broken"]
        assert (mapped.body, mapped.faults[0].element) == (None, 2)

    def test_goods_of_no_order_are_refused(self) -> None:
        assert codes(read(*self.HEAD, "HL*2*1*I", "LIN*10*IN*A1", "SN1**6*EA")) == ["order_reference_missing"]

    @pytest.mark.parametrize(
        ("when", "at"),
        [
            ("DTM*011*20101202", dt.datetime(2010, 12, 2, tzinfo=dt.UTC)),
            ("DTM*011*20101202*1430", dt.datetime(2010, 12, 2, 14, 30, tzinfo=dt.UTC)),
            ("DTM*011*20101202*143005*ES", dt.datetime(2010, 12, 2, 19, 30, 5, tzinfo=dt.UTC)),
            ("DTM*017*20101203", dt.datetime(2010, 12, 1, 12, 0, tzinfo=dt.UTC)),
        ],
    )
    def test_a_date_is_midnight_unless_a_time_says_more(self, when: str, at: dt.datetime) -> None:
        found = body(*self.HEAD, when, "HL*2*1*O", "PRF*1", "HL*3*2*I", "LIN*10*IN*A1", "SN1**6*EA")
        assert found.shipped_at == at


class TestChange:
    def test_what_is_absent_is_unchanged(self) -> None:
        found = body("BCH*04*SA*4500001**2*20101201", "POC*10*CA*6", "POC*20*DI", "POC*30*AI*5**EA*2**IN*A3")
        assert found.revision == 2
        assert [(line.action, line.price is None, line.quantity is None) for line in found.lines] == [
            ("change", True, False),
            ("cancel", True, True),
            ("add", False, False),
        ]

    @pytest.mark.parametrize("action", ["AI", "CA", "DI"])
    def test_a_change_that_does_not_say_of_which_line_is_refused(self, action: str) -> None:
        mapped = read("BCH*04*SA*1**1*20101201", f"POC**{action}*6**EA*2.55**IN*22423")
        assert (mapped.body, codes(mapped)) == (None, ["line_reference_missing"])

    def test_a_new_date_stands_in_the_head_for_all_lines_that_say_none(self) -> None:
        found = body(
            "BCH*04*SA*4500001**2*20101201", "DTM*010*20101208", "DTM*002*20101210", "POC*10*CA*6**EA*2.55**IN*A1",
            "DTM*002*20101212", "POC*20*DI", "CTT*2",
        )  # fmt: skip
        assert (found.due_on, [line.due_on for line in found.lines]) == (
            dt.date(2010, 12, 10), [dt.date(2010, 12, 12), None],
        )  # fmt: skip

    def test_a_new_date_needs_no_line(self) -> None:
        found = body("BCH*04*SA*4500001**2*20101201", "DTM*002*20101210")
        assert (found.due_on, found.lines) == (dt.date(2010, 12, 10), ())
        assert codes(read("BCH*04*SA*4500001**2*20101201")) == ["lines_missing"]

    def test_a_change_nobody_knows_is_refused(self) -> None:
        mapped = read("BCH*04*SA*4500001**2*20101201", "POC*10*??*6")
        assert (mapped.body, codes(mapped)) == (None, ["code_unknown"])


class TestInvoice:
    def test_taxes_of_the_summary_are_a_charge_and_told_rate_by_rate(self) -> None:
        found = body(
            "BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", "TXI*ST**.08", "SAC*C*G830***300",
            "TXI*ST*.24*8*****3", "TDS*7087", "TXI*ST*4.8*8*****60", "TXI*GS*3*.05*****60", "SAC*C*D240***7",
        )  # fmt: skip
        state, goods = TaxRate(percent=Decimal(8), kind="STT"), TaxRate(percent=Decimal(5), kind="GST")
        assert found.lines[0].taxes == (state,)
        assert found.taxes == (
            Tax(state, Decimal("4.8"), Decimal(60)), Tax(goods, Decimal(3), Decimal(60)),
        )  # fmt: skip
        assert found.charges == (
            Charge("G830", Decimal(3), line="1"), Charge("D240", Decimal("0.07")), Charge("VAT", Decimal("7.8")),
        )  # fmt: skip

    @pytest.mark.parametrize(("said", "meant"), [("8", 8), (".08", 8), ("0", 0), ("1", 1), (".005", Decimal("0.5"))])
    def test_a_rate_is_a_fraction_or_a_percentage(self, said: str, meant: Decimal) -> None:
        found = body("BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", f"TXI*ST**{said}", "TDS*6000")
        assert found.lines[0].taxes[0].percent == meant

    @pytest.mark.parametrize(("amount", "meant"), [("0.6", 1), ("60", 100)])
    def test_which_of_both_the_amount_tells(self, amount: str, meant: int) -> None:
        found = body(
            "BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", "TDS*6060", f"TXI*ST*{amount}*1*****60",
        )  # fmt: skip
        assert found.taxes[0].rate.percent == meant

    def test_what_was_paid_before_is_no_discount_and_has_no_place(self) -> None:
        plain = body("BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", "TDS*6000")
        paid = msgspec.structs.replace(plain, charges=(Charge("PREPAID", Decimal(-20)),), total=Decimal(40))
        with pytest.raises(x12.CannotWrite, match="20 was paid before, for which an 810 has no place"):
            maps.write_document("invoice", paid, BUYING)

    def test_what_a_line_is_taxed_at_stands_before_its_references(self) -> None:
        one = body(
            "BIG*20101201*I1**4500001", "IT1*1*6*EA*10**IN*A1", "TXI*ST**.08", "REF*LI*10", "SAC*C*G830***300",
            "TDS*6300",
        )  # fmt: skip
        tags = [row[0] for row in maps.write_document("invoice", one, BUYING).segments]
        assert tags[tags.index("IT1") :][:4] == ["IT1", "TXI", "REF", "SAC"]

    def test_one_invoice_over_two_orders(self) -> None:
        found = body(
            "BIG*20101201*I1",
            "IT1*1*6*EA*2.55**IN*A1",
            "REF*PO*4500001",
            "REF*LI*10",
            "IT1*2*1*EA*1**IN*A2",
            "REF*PO*4500002",
            "REF*LI*30",
            "TDS*1630",
        )
        assert [(line.order_number, line.order_line) for line in found.lines] == [("4500001", "10"), ("4500002", "30")]
        assert found.total == Decimal("16.30")

    def test_the_heading_names_the_order_of_lines_that_name_none(self) -> None:
        found = body("BIG*20101201*I1**4500001", "IT1*10*6*EA*2.55**IN*A1", "TDS*1530")
        assert (found.lines[0].order_number, found.lines[0].order_line) == ("4500001", "10")

    def test_lines_of_an_invoice_that_have_the_same_id_are_told_apart(self) -> None:
        mapped = read(
            "BIG*20101204*INV1",
            *("IT1*10*6*EA*2.00**IN*A1", "REF*PO*4500001", "IT1*10*5*EA*2.00**IN*A2", "REF*PO*4500002"),
            "IT1*20*1*EA*2.00**IN*A3",
            *("REF*PO*4500002", "TDS*2400"),
        )
        assert mapped.body is not None
        assert codes(mapped) == ["line_repeated"]
        lines = [(line.line, line.order_number, line.order_line) for line in mapped.body.lines]  # type: ignore[attr-defined]
        assert lines == [("1", "4500001", "10"), ("2", "4500002", "10"), ("3", "4500002", "20")]

    def test_charges_and_allowances_have_their_sign(self) -> None:
        found = body(
            "BIG*20101201*I1**1",
            "IT1*1*1*EA*10**IN*A1",
            "TDS*1200",
            "SAC*C*G830***300",
            "SAC*A*ZZZZ***100********BANK CHARGES**WAIVED",
            "SAC*N*B840***99",
        )
        assert [(each.code, each.amount) for each in found.charges] == [("G830", 3), ("BANK CHARGES", -1)]

    def test_a_total_that_does_not_add_up_is_told_and_kept(self) -> None:
        mapped = read("BIG*20101201*I1**1", "IT1*1*1*EA*10**IN*A1", "TDS*1100")
        assert codes(mapped) == ["total_mismatch"]
        assert mapped.body.total == 11  # type: ignore[union-attr]

    def test_a_credit_note_is_one(self) -> None:
        assert body("BIG*20101201*I1**1***CR", "IT1*1*1*EA*10**IN*A1", "TDS*1000").kind == "credit_note"


def test_the_header_says_who_the_parties_are_where_the_document_does_not() -> None:
    found = body("BEG*00*SA*1**20101201", "PO1*1*6*EA*2**IN*A1")
    assert (found.buyer, found.supplier, found.ship_to, found.ordered_on) == (BUYING.us, BUYING.partner, BUYING.us, DAY)


def test_a_newline_terminated_document_without_component_separator_reads() -> None:
    mapped = read("BEG*00*SA*1**20101201", "PO1*1*6*EA*2**IN*A1", end="\n", component="")
    assert mapped.body is not None


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _without_supplier_item(line: Any) -> Any:
    return line.__class__(**{**_fields(line), "supplier_item": ""})


def test_a_stock_report_says_what_can_be_sold_and_what_is_on_hand_and_nothing_of_what_is_on_order() -> None:
    report = body(
        "BIA*00*SI*IR1*20101201*0600", "DTM*097*20101201*0700", "DTM*007*20101201*0555*ES",
        "LIN*1*IN*85123A*LT*L7", "QTY*33*6*EA", "QTY*63*100*EA",
        "LIN*2*VN*B-22423", "QTY*17*2", "UIT*CA", "CTT*2",
        context=maps.MapContext("albion_uk", PartyRef("albion_uk"), PartyRef("harbour"), "buyer",
            our_item={"B-22423": "22423"}.get),
    )  # fmt: skip
    assert (report.number, report.at) == ("IR1", dt.datetime(2010, 12, 1, 10, 55, tzinfo=dt.UTC))
    assert [(one.item, one.quantity, one.condition, one.lot) for one in report.levels] == [
        ("85123A", Quantity(Decimal(6)), "unrestricted", "L7"),
        ("22423", Quantity(Decimal(2), "CA"), "book", ""),
    ]


@pytest.mark.parametrize(
    "segments",
    [
        ("N1*WH*Quay side*92*quay", "LIN*1*IN*A1*LT*L7", "QTY*33*6*EA"),
        ("LIN*1*IN*A1", "REF*LT*L7", "QTY*33*6*EA", "N1*WH*Quay side*92*quay"),
        ("N1*WH*quay", "LIN*1*IN*A1", "QTY*33*6*EA", "N1*WH**92*quay", "REF*LT*L7"),
    ],
)
def test_a_stock_report_says_where_the_goods_lie_and_of_which_lot(segments: tuple[str, ...]) -> None:
    report = body("BIA*00*SI*IR1*20101201", *segments, "CTT*1")
    assert (report.warehouse, [(one.item, one.lot) for one in report.levels]) == ("quay", [("A1", "L7")])


def test_a_stock_report_that_names_no_warehouse_is_of_the_partners_own() -> None:
    report = body("BIA*00*SI*IR1*20101201", "N1*SE*Bright*92*x", "LIN*1*IN*A1", "QTY*33*6*EA", "CTT*1")
    assert report.warehouse == BUYING.partner.id


def test_stock_of_two_warehouses_is_not_taken_for_that_of_one() -> None:
    mapped = read(
        "BIA*00*SI*IR1*20101201", "LIN*1*IN*A1", "QTY*33*6*EA", "N1*WH**92*quay", "LIN*2*IN*A1", "QTY*33*4*EA",
        "N1*WH**92*north", "CTT*2",
    )  # fmt: skip
    assert (mapped.body, codes(mapped)) == (None, ["document_inconsistent"])
    assert mapped.faults[0].detail.startswith("it speaks of several warehouses: quay, north")


def test_an_inquiry_about_stock_is_no_report() -> None:
    assert codes(read("BIA*13*SI*IR1*20101201", "LIN*1*IN*85123A")) == ["purpose_unsupported"]


def answered(*quantities: Quantity | None, per: str) -> PurchaseOrderAcknowledgement:
    price = Price(Decimal("2.55"), "GBP", Quantity(Decimal(1), per))
    said = tuple(LineAnswer("10", "accepted", each, price, None, "85123A") for each in quantities)
    return PurchaseOrderAcknowledgement("albion_uk", "4500001", US, DAY, said, currency="GBP")


@pytest.mark.parametrize("quantities", [(None,), (Quantity(Decimal(4), "BX"),), (Quantity(Decimal(4)), None)])
def test_an_answer_names_unit_and_price_of_a_line_only_with_its_quantity(
    quantities: tuple[Quantity | None, ...],
) -> None:
    for per, priced in (("EA", "2.55"), ("KGM", "")):
        said = answered(*quantities, per=per)
        made = maps.write_document("purchase_order_acknowledgement", said, SELLING)
        assert [row[:5] for row in made.segments if row[0] == "PO1"] == [("PO1", "10", "", "", priced)]


def test_an_answer_priced_by_the_kilogram_is_written_in_x12s_code() -> None:
    price = Price(Decimal("2.55"), "GBP", Quantity(Decimal(1), "KGM"))
    said = LineAnswer("10", "accepted", Quantity(Decimal(6), "KGM"), price, None, "85123A")
    body = PurchaseOrderAcknowledgement("albion_uk", "4500001", US, DAY, (said,), currency="GBP")
    rows = maps.write_document("purchase_order_acknowledgement", body, SELLING).segments
    assert [row[:5] for row in rows if row[0] == "PO1"] == [("PO1", "10", "6", "KG", "2.55")]
    assert [row[:4] for row in rows if row[0] == "ACK"] == [("ACK", "IA", "6", "KG")]
