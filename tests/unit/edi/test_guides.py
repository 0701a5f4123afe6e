from __future__ import annotations

import random

import pytest

from crossdock.edi import x12
from crossdock.edi.guides import check, codes, guides, segment_rules
from crossdock.edi.x12.functional_ids import FUNCTIONAL_IDS
from tests.unit.edi.samples import ORDER_SEGMENTS, faults, interchange, sets
from tests.unit.edi.test_garbage import ANSWER, CHANGE, INVOICE, NOTICE, RECEIPT, REPORT

DOCUMENTS = [ORDER_SEGMENTS, NOTICE, ANSWER, INVOICE, CHANGE, RECEIPT, REPORT]


def found(*segments: str, **marks: str) -> list[tuple[str, int, int]]:
    (ts,) = sets(interchange(*segments, **marks))
    return [(each.code, each.position, each.element) for each in check.check(ts, guides()[ts.type])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document[0])
@pytest.mark.parametrize("end", ["~", "\n", "~\r\n", "~\n   ", "\r\n", "…"])
def test_a_sound_document_has_no_fault_however_it_is_laid_out(document: tuple[str, ...], end: str) -> None:
    assert found(*document, end=end) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PO1*10*6*EA*2.55**IN*85123A*VN", [("element_condition", 3, 8)]),
        ("PO1*" + "1" * 21 + "*6*EA", [("element_too_long", 3, 1)]),
        ("PO1*10*6*E*2.55", [("element_too_short", 3, 3)]),
        ("PO1*10*6*EA*1.2.3", [("number_invalid", 3, 4)]),
        ("PO1*10*6*EA*-.5", []),
        ("PO1*10*6*EA*\x01", [("number_invalid", 3, 4)]),
        ("PO1", [("segment_empty", 3, 0)]),
        ("PO1*1*1*EA*1**" + "*".join(["IN*A"] * 11), [("element_surplus", 3, 26)]),
    ],
)
def test_what_is_wrong_with_a_line_is_named_with_its_element(line: str, expected: list[tuple[str, int, int]]) -> None:
    assert found("ST*850*0001", "BEG*00*SA*1**20101201", line, "SE*4*0001") == expected


def test_missing_repeated_misplaced_and_unknown_segments_are_named() -> None:
    line = "PO1*1*1*EA*1**IN*A"
    assert found("ST*850*0001", line, "SE*3*0001") == [("segment_missing", 3, 0)]
    assert found("ST*850*0001", ORDER_SEGMENTS[1], ORDER_SEGMENTS[1], line, "SE*5*0001") == [("segment_repeated", 3, 0)]
    assert found("ST*850*0001", ORDER_SEGMENTS[1], line, "CTT*1", line, "SE*6*0001") == [("segment_out_of_order", 5, 0)]
    assert found("ST*850*0001", ORDER_SEGMENTS[1], line, "QQQ*1", "SE*5*0001") == [("segment_unexpected", 4, 0)]
    assert found("ST*850*0001", ORDER_SEGMENTS[1], line, "p-1*1", "SE*5*0001") == [("segment_id_invalid", 4, 0)]


def test_a_set_that_passes_in_one_call_is_also_faultless_segment_by_segment() -> None:
    chance = random.Random(11)
    values = ["", "1", "12", "EA", "20101203", "2010120", "0930", "9999", "1.5", "-3", "x" * 31, "A B", "é", "1E5"]
    passed = 0
    for _ in range(3000):
        document = [row.split("*") for row in chance.choice(DOCUMENTS)]
        for _ in range(chance.randint(1, 3)):
            row = chance.choice(document[1:-1])
            at = chance.randint(1, len(row))
            row[at:] = [chance.choice(values), *row[at + chance.randint(0, 1) :]]
        (ts,) = sets(interchange(*("*".join(row) for row in document)))
        guide = guides()[ts.type]
        if not check.check(ts, guide):
            passed += 1
            assert list(check._walk(ts, guide)) == []
    assert passed > 100


def test_every_code_of_ours_has_words_and_every_guide_a_beginning() -> None:
    assert set(codes("answer").values()) == {"accepted", "changed", "backordered", "substituted", "rejected"}
    assert set(codes("line_change").values()) == {"add", "change", "cancel"}
    rules = segment_rules()
    for guide in guides().values():
        begins = next(tag for tag, use in guide.areas[0].items() if use.mandatory)
        assert begins in rules
        assert all(use.mandatory is False or tag in rules for area in guide.areas for tag, use in area.items())


def test_the_samples_are_sound() -> None:
    for document in DOCUMENTS:
        assert faults(interchange(*document, group=FUNCTIONAL_IDS[document[0][3:6]])) == []
    assert x12.FAULTS
