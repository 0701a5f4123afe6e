"""The table of faults is what acknowledgements, runbooks and partners rest on."""

from __future__ import annotations

import pytest

from crossdock.edi.kernel.faults import FAULTS, FaultKind

# What each acknowledgement has codes for, by level: I18 of TA1, 716/717/718/720/723 of 997, 0085 of CONTRL.
TA1 = {f"{number:03d}" for number in range(1, 32)}
AK = {
    "group": {str(n) for n in range(1, 7)},
    "set": {"1", "2", "3", "4", "5", "6", "7"},
    "segment": {str(n) for n in range(1, 9)},
    "element": {str(n) for n in range(1, 11)},
}
IK = {
    "group": AK["group"] | {"19"},
    "set": AK["set"] | {"23", "I5", "I6"},
    "segment": AK["segment"] | {"I4", "I6", "I7", "I8", "I9"},
    "element": AK["element"] | {"12", "13", "I6", "I9", "I10", "I11", "I12", "I13"},
}
CONTRL = {str(n) for n in (2, 7, *range(12, 49))} - {"43", "44"}


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.code)
def test_every_fault_has_words_advice_and_only_codes_that_its_acknowledgements_know(kind: FaultKind) -> None:
    assert kind.words
    assert kind.words[0].islower() or kind.words[:2].isupper()
    assert not kind.words.endswith(".")
    assert kind.advice.endswith(".")
    assert kind.severity in ("error", "warning")
    assert not kind.ta1 or kind.ta1 in TA1
    assert not kind.ak or kind.ak in AK[kind.level]
    assert not kind.ik or kind.ik in IK[kind.level]
    assert not kind.contrl or kind.contrl in CONTRL


def test_the_999_says_all_that_the_997_says() -> None:
    assert [kind.code for kind in FAULTS.values() if kind.ak and not kind.ik] == []
    assert FAULTS["set_control_repeated"].ak == ""
    assert FAULTS["set_control_repeated"].ik == "23"


def test_faults_of_the_interchange_are_told_by_ta1_and_others_by_the_functional_acknowledgement() -> None:
    for kind in FAULTS.values():
        if kind.level == "interchange":
            assert not kind.ak
        elif kind.level != "group":
            assert not kind.ta1
