"""A guideline finds what the partner would find, says it in the partner's words, and says where."""

from __future__ import annotations

import pytest

from tests.unit.edi.guidelines import ORDER, SOUND, compiled, problems
from tests.unit.edi.samples import interchange, sets

GUIDELINE = compiled()


def found(*segments: str, **marks: str) -> list[tuple[str, int, int]]:
    (ts,) = sets(interchange(*segments, **marks))
    return [(each.code, each.position, each.element) for each in GUIDELINE.faults(ts)]


def changed(old: str, *new: str) -> tuple[str, ...]:
    """The sound order with one segment replaced."""
    at = SOUND.index(old)
    return (*SOUND[:at], *new, *SOUND[at + 1 :])


@pytest.mark.parametrize("end", ["~", "\n", "~\r\n", "~\n   ", "\r\n", "…"])
def test_a_document_that_keeps_to_it_has_no_fault_however_it_is_laid_out(end: str) -> None:
    assert found(*SOUND, end=end) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (SOUND[1], ("BEG*01*SA*4500001**20101201",), [("code_unknown", 2, 1)]),
        (SOUND[1], ("BEG*00*SA*45.001**20101201",), [("guideline_format", 2, 3)]),
        (SOUND[1], ("BEG*00*SA***20101201",), [("element_missing", 2, 3)]),
        (SOUND[1], ("BEG*00*SA*1**20101301",), [("date_invalid", 2, 5)]),
        (SOUND[1], ("BEG*00*SA*" + "1" * 23 + "**20101201",), [("element_too_long", 2, 3)]),
        (SOUND[3], ("REF*IA*4712",), [("code_unknown", 4, 2)]),
        (SOUND[3], (SOUND[3], SOUND[3]), [("segment_repeated", 5, 0)]),
        (SOUND[3], ("REF*IA*4711", "REF*ZZ*1"), [("segment_unexpected", 5, 0)]),
        (SOUND[4], ("REF*DP*42",), [("element_too_short", 5, 2)]),
        (SOUND[4], (), [("segment_missing", 14, 0)]),
        (SOUND[8], (), [("guideline_qualifier_missing", 14, 0)]),
        (SOUND[7], ("N4*LEEDS", "N4*YORK"), [("segment_repeated", 9, 0)]),
        (SOUND[7], ("QQQ*1",), [("segment_unexpected", 8, 0)]),
        (SOUND[9], ("PO1*10*0*EA*2.55**IN*85123A",), [("guideline_amount", 10, 2)]),
        (SOUND[9], ("PO1*10*6*XX*2.55**IN*85123A",), [("unit_unknown", 10, 3)]),
        (SOUND[9], ("PO1*10*six*EA*2.55**IN*85123A",), [("number_invalid", 10, 2)]),
        (SOUND[9], ("PO1*10*6*EA*2.55*HP*IN*85123A",), [("guideline_element_unused", 10, 5)]),
        (SOUND[9], ("PO1*10*6*EA*2.55**VN*B-1",), [("guideline_id_missing", 10, 6)]),
        (SOUND[9], ("PO1*10*6*EA*2.55**IN*85123A*QQ*1",), [("code_unknown", 10, 8)]),
        (SOUND[9], ("PO1*10*6*EA*2.55**IN*85123A*VN",), [("element_condition", 10, 8)]),
        (SOUND[9], ("PO1*10*6*EA*2.55**IN",), [("element_missing", 10, 7)]),
        (SOUND[11], (SOUND[11].replace("902", "903"),), [("check_digit_wrong", 12, 7)]),
        (SOUND[11], (SOUND[11].replace("902", "90211"),), [("identifier_malformed", 12, 7)]),
        (SOUND[11], (SOUND[11].replace("*12*", "*1.5*"),), [("guideline_amount", 12, 2)]),
        (SOUND[12], ("SAC*A*C310***301",), [("guideline_amount", 13, 5)]),
        (SOUND[5], ("DTM*002*20101130",), [("guideline_condition", 6, 2)]),
        (SOUND[13], ("CTT*3",), [("guideline_amount", 14, 1)]),
    ],
)
def test_each_defect_is_found_with_its_code_and_place(
    old: str, new: tuple[str, ...], expected: list[tuple[str, int, int]]
) -> None:
    assert found(*changed(old, *new)) == expected


def test_it_speaks_in_the_words_of_the_partner() -> None:
    (ts,) = sets(interchange(*changed(SOUND[4])))
    (told,) = GUIDELINE.faults(ts)
    assert "Every order names its department" in told.detail
    assert told.segment_id == "REF"
    (ts,) = sets(interchange(*changed(SOUND[9], "PO1*10*0*EA*2.55**IN*85123A")))
    (told,) = GUIDELINE.faults(ts)
    assert told.detail == "We never order nothing (PO1.02 > 0)"
    assert told.offset == ts.raw.find(b"*0*EA") + 1 + ts.offset


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("QQQ*Q*1", "QQQ01: 'Q' is not one of F (free text)"),
        ("QQQ*F", "QQQ02 is missing"),
        ("QQQ*F*1*20101327", "QQQ03: '20101327' is no day"),
        ("QQQ*F*1**six", "QQQ04: 'six' is no number"),
    ],
)
def test_what_has_no_name_is_called_by_its_place(row: str, words: str) -> None:
    text = ORDER.replace(
        "      - segment: PID\n        max: 2\n",
        """      - segment: QQQ
        elements:
          01: {use: M, codes: {F: free text}}
          02: {use: M}
          03: {type: DT}
          04: {type: R}
""",
    )
    (ts,) = sets(interchange(*changed(SOUND[10], row)))
    (told,) = compiled(text).faults(ts)
    assert told.detail == words


@pytest.mark.parametrize(
    ("rule", "said", "old", "new"),
    [
        ("02: {use: M, length: 3}", "02: {use: M, length: 3, severity: warning}", SOUND[4], ("REF*DP*42",)),
        ("02: {use: M, length: 3}", "02: {use: M, length: 3, severity: warning}", SOUND[4], ("REF*DP*0421",)),
        ("    max: 5\n", "    max: 2\n    severity: warning\n", SOUND[8], (SOUND[8], *["N1*BY**92*1"] * 4)),
    ],
)
def test_a_length_or_limit_that_the_partner_states_refuses_unless_it_is_said_to_warn(
    rule: str, said: str, old: str, new: tuple[str, ...]
) -> None:
    (ts,) = sets(interchange(*changed(old, *new)))
    assert ORDER.count(rule) == 1
    assert [each.severity for each in compiled(ORDER).faults(ts)] == ["error"]
    assert {each.severity for each in compiled(ORDER.replace(rule, said)).faults(ts)} == {"warning"}


def test_lengths_of_the_base_guide_and_second_segments_only_warn() -> None:
    for old, new in ((SOUND[10], ("PID*F****" + "X" * 300,)), (SOUND[3], (SOUND[3], SOUND[3]))):
        text = ORDER.replace(
            "      - segment: PID\n        max: 2\n", "      - segment: PID\n        elements: {05: {}}\n"
        )
        (ts,) = sets(interchange(*changed(old, *new)))
        assert [each.severity for each in compiled(text).faults(ts)] == ["warning"]


def test_another_version_is_told_and_read() -> None:
    data = interchange(*SOUND).replace(b"*X*004010", b"*X*005010")
    (ts,) = sets(data)
    assert [each.code for each in GUIDELINE.faults(ts)] == ["guideline_version"]


def test_what_is_wrong_with_the_file_is_told_with_its_line() -> None:
    text = ORDER.replace("use: M\n    says:", "use: N\n    says:").replace("amount: PO1.02 > 0", "must: PO1.02 > 0")
    told = [(each.line, each.what) for each in problems(text)]
    assert told == [(22, "`N` is not possible for `use`")]
    told = [(each.line, each.what) for each in problems(ORDER.replace("amount: PO1.02 > 0", 'must: PO1.02 != "0"'))]
    assert told == [(71, "PO1.02 is a quantity or money, which `amount` compares exactly")]
