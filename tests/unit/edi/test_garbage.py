"""Whatever the bytes are: an answer with named faults and their places, never an exception."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.edi.explain import ExplainedSet, explain
from tests.unit.edi.samples import BUYING, ORDER_SEGMENTS, SELLING, interchange, order, sets, written

NOTICE = (
    "ST*856*0002",
    "BSN*00*SN1*20101201*1200*0001",
    "HL*1**S",
    "N1*ST**92*north",
    "HL*2*1*O",
    "PRF*4500001",
    "HL*3*2*P",
    "MAN*GM*00340123450000000018",
    "HL*4*3*I",
    "LIN*10*IN*85123A",
    "SN1**6*EA",
    "CTT*4",
    "SE*13*0002",
)
ANSWER = ("ST*855*0003", "BAK*00*AC*4500001*20101201", "PO1*10*6*EA*2.55**IN*85123A", "ACK*IA*6*EA", "SE*5*0003")
INVOICE = ("ST*810*0004", "BIG*20101201*I1**4500001", "IT1*1*6*EA*2.55**IN*85123A", "TDS*1530", "SE*5*0004")
CHANGE = ("ST*860*0005", "BCH*04*SA*4500001**1*20101201", "POC*10*CA*6**EA*2.55", "DTM*002*20101203", "SE*5*0005")
RECEIPT = (
    "ST*997*0006",
    "AK1*PO*7",
    "AK2*850*0001",
    "AK3*PO1*3**8",
    "AK4*2*330*6",
    "AK5*R*5",
    "AK9*R*1*1*0",
    "SE*8*0006",
)
REPORT = (
    "ST*846*0007",
    "BIA*00*SI*IR1*20101201*0600",
    "DTM*007*20101201*0555",
    "LIN*1*IN*85123A*LT*L7",
    "QTY*33*6*EA",
    "QTY*63*100",
    "UIT*EA",
    "CTT*1",
    "SE*9*0007",
)
ALL = interchange(*ORDER_SEGMENTS, *NOTICE, *ANSWER, *INVOICE, *CHANGE, *RECEIPT, *REPORT)


def judge(data: bytes) -> None:
    """Read, map, acknowledge and explain; every fault must be documented and lie inside the input."""
    items = list(x12.read(data))
    assert items
    told: list[x12.Fault] = []
    for item in items:
        if isinstance(item, x12.InterchangeFault):
            told.append(item.fault)
            continue
        for context in (BUYING, SELLING):
            mapped = maps.read_document(item, context)
            assert (mapped.body is None) == any(fault.severity == "error" for fault in mapped.faults)
            told += mapped.faults
    for fault in told:
        assert fault.code in x12.FAULTS
        assert fault.segment >= 1
        assert 0 <= fault.offset <= len(data)
    for acknowledgement in x12.acknowledge(items, told):
        assert acknowledgement.group_id
    for explained in explain(data):
        assert isinstance(explained, ExplainedSet) or explained.code in x12.FAULTS


def test_the_sample_with_all_documents_is_sound_before_it_is_broken() -> None:
    assert [maps.read_document(ts, BUYING).faults for ts in sets(ALL)] == [()] * 7


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes) -> None:
    judge(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header_are_answered(data: bytes) -> None:
    judge(ALL[:150] + data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(ALL) - 1),
            st.sampled_from([b"", b"*", b"~", b"\n", b"9", b"-", b"\xff", b"NaN", b"1E9", b"SE*", b"HL*9*8*I~"]),
        ),
        max_size=6,
    )
)
def test_a_document_broken_in_any_place_is_answered(cuts: list[tuple[int, bytes]]) -> None:
    data = ALL
    for at, by in cuts:
        at = min(at, len(data))
        data = data[:at] + by + data[at + 1 :]
    judge(data)


def test_a_document_cut_off_at_any_byte_is_answered() -> None:
    data = interchange(*NOTICE, *ANSWER)
    for end in range(len(data)):
        judge(data[:end])


def test_elements_swapped_for_nonsense_never_raise() -> None:
    chance = random.Random(7)
    nonsense = [
        "",
        "NaN",
        "-",
        ".",
        "1E5",
        "Infinity",
        "0" * 60,
        "A" * 200,
        "١٢٣",
        "20101340",
        "\x01",
        "1_0",
        "--1",
        "99999999",
    ]
    rows = [row.split("*") for row in (*ORDER_SEGMENTS, *NOTICE, *ANSWER, *INVOICE, *CHANGE, *RECEIPT, *REPORT)]
    for _ in range(400):
        broken = [list(row) for row in rows]
        for _ in range(chance.randint(1, 5)):
            row = chance.choice([each for each in broken if each[0] not in ("ST", "SE")])
            row[chance.randint(1, len(row) - 1)] = chance.choice(nonsense)
        judge(interchange(*("*".join(row) for row in broken)))


def test_a_set_type_without_guide_is_refused_by_name() -> None:
    (ts,) = sets(interchange("ST*270*0001", "BHT*0022*13", "SE*3*0001"))
    mapped = maps.read_document(ts, SELLING)
    assert (mapped.document, mapped.body) == ("", None)
    assert [fault.code for fault in mapped.faults] == ["set_unknown"]


def test_a_million_segments_in_one_set_are_refused_quickly() -> None:
    def endless() -> object:
        yield interchange("ST*850*0001", tail=False)
        for _ in range(200):
            yield b"PO1*1*1*EA~" * 5000

    items = list(x12.read(endless()))  # type: ignore[arg-type]
    refused = [item for item in items if isinstance(item, x12.TransactionSet)]
    assert [fault.code for fault in refused[0].faults] == ["set_too_large"]
    assert len(refused[0].raw) <= 1 << 16
    assert written(("purchase_order", order()))
