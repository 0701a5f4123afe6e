"""Cases that real partners send and that readers get wrong, with the bytes as they come."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.model.acknowledgement import InterchangeAcknowledgement
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, Schedule
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import ShipNotice
from tests.unit.edi.samples import BUYING, SELLING, codes, envelope, interchange, order, sets, written

ONE_ORDER_MANY_STORES = b"""\
ISA*00*          *00*          *08*9251230000     *ZZ*ALBIONUK       *240304*0615*U*00401*000004711*0*P*>~
GS*PO*9251230000*ALBIONUK*20240304*0615*4711*X*004010~
ST*850*47110001~
BEG*00*SA*0071234500**20240304~
REF*DP*00014~
DTM*010*20240311~
DTM*001*20240318~
N1*BY*HOMESTEAD STORES*92*homestead~
N1*ST*CROSS DOCK NORTH*92*6012~
PO1*001*130*EA*2.55**UP*085123000018*VN*85123A~
SDQ*EA*92*0101*12*0102*12*0103*12*0104*12*0105*12*0106*12*0107*12*0108*12*0109*12*0110*12~
SDQ*EA*92*0111*10~
DTM*002*20240314~
PO1*002*24*CA*18.00**UP*085123000025*VN*85124B~
SDQ*CA*92*0101*20*0102*4~
CTT*2~
SE*15*47110001~
GE*1*4711~
IEA*1*000004711~
"""


def read(data: bytes, context: maps.MapContext) -> maps.MappedDocument:
    (found,) = sets(data)
    return maps.read_document(found, context)


def test_quantities_of_stores_are_schedules_that_each_ship_to_a_store() -> None:
    mapped = read(ONE_ORDER_MANY_STORES, SELLING)
    assert mapped.faults == ()
    assert isinstance(mapped.body, PurchaseOrder)
    first, second = mapped.body.lines
    assert [each.ship_to for each in first.schedules] == [f"01{n:02d}" for n in range(1, 12)]
    assert sum(each.quantity.amount for each in first.schedules) == first.quantity.amount == 130
    assert {each.due_on for each in first.schedules} == {dt.date(2024, 3, 14)}
    assert second.schedules == (
        Schedule(Quantity(Decimal(20), "CA"), None, "0101"),
        Schedule(Quantity(Decimal(4), "CA"), None, "0102"),
    )


def test_stores_that_do_not_get_what_the_line_orders_are_told() -> None:
    mapped = read(ONE_ORDER_MANY_STORES.replace(b"0111*10~", b"0111*11~"), SELLING)
    assert codes(mapped.faults) == ["count_mismatch"]
    assert "the stores get 131 EA, the line orders 130" in mapped.faults[0].detail


def test_stores_without_a_date_are_written_as_sdq_and_those_with_one_as_sch() -> None:
    mapped = read(ONE_ORDER_MANY_STORES, SELLING)
    assert isinstance(mapped.body, PurchaseOrder)
    data = written(("purchase_order", mapped.body), context=SELLING)
    assert b"SDQ*CA*92*0101*20*0102*4~" in data
    assert b"SCH*12*EA*ST*0101*002*20240314~" in data
    assert read(data, SELLING).body == mapped.body


stores = st.lists(st.tuples(st.integers(1, 9999), st.integers(1, 99)), min_size=1, max_size=35)


@settings(max_examples=50, deadline=None)
@given(stores)
def test_any_number_of_stores_comes_back_as_it_was(drawn: list[tuple[int, int]]) -> None:
    body = order(lines=1)
    total = Quantity(Decimal(sum(amount for _, amount in drawn)))
    schedules = tuple(Schedule(Quantity(Decimal(amount)), None, f"S{store}") for store, amount in drawn)
    line = msgspec.structs.replace(body.lines[0], quantity=total, schedules=schedules)
    body = msgspec.structs.replace(body, lines=(line,))
    mapped = read(written(("purchase_order", body)), BUYING)
    assert mapped.faults == ()
    assert mapped.body == body


SEVERAL_ANSWERS = interchange(
    "ST*855*0001",
    "BAK*00*AC*4500001*20240305****SO-9*20240306",
    "N1*SU*BRIGHTWARE*92*brightware",
    "PO1*10*20*EA*2.55**IN*85123A*VN*B-85123A",
    "ACK*IA*12*EA*068*20240312",
    "ACK*IB*5*EA*068*20240402",
    "ACK*IS*2*EA*068*20240312**IN*85123Z*VN*B-85123Z",
    "ACK*IR*1*EA",
    "PO1*20*4*CA*18**IN*85124B",
    "ACK*IP*4*CA*068*20240312",
    "CTT*2",
    "SE*12*0001",
    group="PR",
)


def test_a_line_may_be_answered_several_times() -> None:
    mapped = read(SEVERAL_ANSWERS, BUYING)
    assert mapped.faults == ()
    assert isinstance(mapped.body, PurchaseOrderAcknowledgement)
    said = [(each.line, each.kind, each.quantity.amount, each.item, each.due_on) for each in mapped.body.answers]
    assert said == [
        ("10", "accepted", 12, "85123A", dt.date(2024, 3, 12)),
        ("10", "backordered", 5, "85123A", dt.date(2024, 4, 2)),
        ("10", "substituted", 2, "85123Z", dt.date(2024, 3, 12)),
        ("10", "rejected", 1, "85123A", None),
        ("20", "changed", 4, "85124B", dt.date(2024, 3, 12)),
    ]
    assert read(written(("purchase_order_acknowledgement", mapped.body)), BUYING).body == mapped.body


MIXED_PALLETS = interchange(
    "ST*856*0001",
    "BSN*00*SN-77*20240308*1530*0001",
    "DTM*011*20240308*1530",
    "HL*1**S",
    "TD5**2*SWLT*M",
    "REF*CN*1Z999",
    "N1*ST*NORTH*92*north",
    "HL*2*1*O",
    "PRF*4500001",
    "HL*3*2*T",
    "MAN*GM*00106141411928374651",
    "HL*4*3*P",
    "MAN*GM*00106141411928374668**CP*1Z999AA10123456784",
    "HL*5*4*I",
    "LIN*10*IN*85123A",
    "SN1**6*EA",
    "HL*6*4*I",
    "LIN*20*IN*85124B",
    "SN1**4*EA",
    "HL*7*3*P",
    "MAN*CP*1Z999AA10123456791",
    "MAN*AA*106141411928374675",
    "HL*8*7*I",
    "LIN*10*IN*85123A",
    "SN1**6*EA",
    "HL*9*2*T",
    "MAN*GM*(00)106141411928374682",
    "HL*10*9*I",
    "LIN*30*IN*85125C",
    "SN1**48*EA",
    "HL*11*2*I",
    "LIN*40*IN*85126D",
    "SN1**1*EA",
    "CTT*11",
    "SE*35*0001",
    group="SH",
)


def test_mixed_pallets_say_of_each_item_its_carton_and_its_pallet() -> None:
    mapped = read(MIXED_PALLETS, BUYING)
    assert mapped.faults == ()
    assert isinstance(mapped.body, ShipNotice)
    assert [(each.order_line, each.quantity.amount, each.pack, each.pallet) for each in mapped.body.lines] == [
        ("10", 6, "106141411928374668", "106141411928374651"),
        ("20", 4, "106141411928374668", "106141411928374651"),
        ("10", 6, "106141411928374675", "106141411928374651"),
        ("30", 48, "106141411928374682", ""),
        ("40", 1, "", ""),
    ]


def test_an_sscc_is_written_behind_its_application_identifier_and_another_mark_as_the_shippers_own() -> None:
    mapped = read(MIXED_PALLETS.replace(b"MAN*AA*106141411928374675", b"MAN*SM*BOX 7"), BUYING)
    assert isinstance(mapped.body, ShipNotice)
    data = written(("ship_notice", mapped.body))
    assert data.count(b"MAN*GM*00106141411928374651~") == 1
    assert b"MAN*GM*00106141411928374668~" in data
    assert b"MAN*CP*" not in data
    assert read(data, BUYING).body == mapped.body


def test_an_order_that_is_sent_again_in_a_new_interchange_is_the_same_order() -> None:
    first = read(ONE_ORDER_MANY_STORES, SELLING)
    again = ONE_ORDER_MANY_STORES.replace(b"000004711", b"000004890").replace(b"*4711*X", b"*4890*X")
    again = again.replace(b"GE*1*4711", b"GE*1*4890").replace(b"240304*0615*U", b"240305*0700*U")
    second = read(again, SELLING)
    assert second.body == first.body
    assert second.faults == ()
    (one,), (other,) = sets(ONE_ORDER_MANY_STORES), sets(again)
    assert one.interchange.control_number != other.interchange.control_number


def test_a_partner_whose_control_number_is_always_the_same_is_read_each_time() -> None:
    orders = [interchange(*(s.replace("4500001", str(n)) for s in _ORDER)) for n in (1, 2, 3)]
    found = sets(b"".join(orders))
    assert [each.interchange.control_number for each in found] == ["000000001"] * 3
    numbers = [maps.read_document(each, SELLING).body for each in found]
    assert [each.number for each in numbers if isinstance(each, PurchaseOrder)] == ["1", "2", "3"]


_ORDER = (
    "ST*850*0001",
    "BEG*00*SA*4500001**20101201",
    "PO1*10*6*EA*2.55**VN*85123A",
    "CTT*1",
    "SE*5*0001",
)

ANSWER_TO_A_CHANGE = interchange(
    "ST*865*0001",
    "BCA*00*AC*2470184577**3*20080222****20080522",
    "N1*SU*BRIGHTWARE*92*brightware",
    "POC*00001*RS*1000*1000*PC*7.55*PE*IN*848777821*VP*1771470-1",
    "ACK*IC*400*PC*017*20080602",
    "ACK*IB*600*PC*017*20080702",
    "CTT*1",
    "SE*8*0001",
    group="CA",
)


def test_the_answer_to_a_change_says_its_revision_and_answers_line_by_line() -> None:
    mapped = read(ANSWER_TO_A_CHANGE, BUYING)
    body = mapped.body
    assert mapped.document == "purchase_order_change_acknowledgement"
    assert isinstance(body, PurchaseOrderAcknowledgement)
    assert (body.order_number, body.revision, body.acknowledged_on) == ("2470184577", 3, dt.date(2008, 5, 22))
    assert [(each.kind, each.quantity.amount) for each in body.answers] == [("changed", 400), ("backordered", 600)]


def test_a_999_tells_its_faults_by_their_own_codes() -> None:
    broken = interchange("ST*850*0001", "BEG*00*SA*4500001**20101301", "CTT*1", "SE*4*0001")
    items = list(x12.read(broken))
    found = [each for each in items if isinstance(each, x12.TransactionSet)]
    faults = [fault for each in found for fault in maps.read_document(each, SELLING).faults]
    (said,) = x12.acknowledge(items, faults, kind="999")
    (ts,) = sets(written(("implementation_acknowledgement", said)))
    assert [row.split("*")[0] for row in ts.texts][1:6] == ["AK1", "AK2", "IK3", "IK4", "IK3"]
    assert maps.read_document(ts, SELLING).body == msgspec.structs.replace(said, company_id=SELLING.company_id)


TA1 = b"""\
ISA*00*          *00*          *ZZ*BRIGHTWARE     *ZZ*ALBIONUK       *101201*0900*U*00401*000000012*0*P*>~
TA1*000000011*101201*0826*R*005~
TA1*000000009*101130*1200*A*000~
GS*FA*BRIGHTWARE*ALBIONUK*20101201*0900*1*X*004010~
ST*997*0001~
AK1*PO*7~
AK9*A*1*1*1~
SE*4*0001~
GE*1*1~
IEA*1*000000012~
"""


def test_the_acknowledgement_of_an_interchange_is_read_and_written() -> None:
    found = [each for each in x12.read(TA1, acknowledgements=True) if isinstance(each, x12.TransactionSet)]
    mapped = [maps.read_document(each, BUYING) for each in found]
    assert [each.document for each in mapped] == [
        "interchange_acknowledgement",
        "interchange_acknowledgement",
        "functional_acknowledgement",
    ]
    first = mapped[0].body
    said = InterchangeAcknowledgement("000000011", "101201", "0826", "rejected", "005", company_id=BUYING.company_id)
    assert first == said
    data = x12.write_interchange(envelope(), [maps.write_document("interchange_acknowledgement", first, BUYING)])
    assert b"~TA1*000000011*101201*0826*R*005~IEA*0*000000001~" in data
    (again,) = x12.read(data, acknowledgements=True)
    assert isinstance(again, x12.TransactionSet)
    assert maps.read_document(again, BUYING) == mapped[0]


@pytest.mark.long
def test_levels_in_levels_cost_no_more_each_the_more_there_are() -> None:
    """A guard against time that grows with the square: it would be half a minute."""
    levels = "".join(f"~HL*{at}*{at - 1}*I~MAN*SM*P{at}~LIN*{at}*IN*A~SN1**1*EA" for at in range(3, 8000))
    rows = f"ST*856*0001~BSN*00*1*20101201*0830~HL*1**S~HL*2*1*O~PRF*1{levels}".split("~")
    (ts,) = sets(interchange(*rows, f"SE*{len(rows) + 1}*0001", group="SH"))
    start = time.process_time()
    account = maps.account(ts, BUYING)
    assert time.process_time() - start < 10
    assert {each.segment for each in account.kept} <= {"HL", "MAN"}
