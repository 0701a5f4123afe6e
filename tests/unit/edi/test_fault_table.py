"""The table of faults is what acknowledgements, runbooks and partners rest on."""

from __future__ import annotations

import json
import re

import pytest

from crossdock.edi.kernel.faults import FAULTS, FaultKind
from tests.project.tree import ROOT

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


_OF_ONE_DIALECT = re.compile(r"\b(X12|EDIFACT|ISA|GS|GE|IEA|ST|SE|CTT|UN[ABEGHTZ]|997|CNT)\b")


def test_words_of_what_both_dialects_have_name_both_or_none() -> None:
    """Words that speak of X12 alone mislead whoever reads an EDIFACT file."""
    verdicts = map(json.loads, (ROOT / "corpus/naughty-edi/verdicts.jsonl").read_text(encoding="utf-8").splitlines())
    of_both: dict[str, set[str]] = {code: {"X12", "EDIFACT"} for code in ("segment_id_invalid", "group_count_mismatch")}
    for verdict in verdicts:
        for each in verdict["faults"]:
            of_both.setdefault(each["code"], set()).add(verdict["read_as"])
    shared = sorted(code for code, dialects in of_both.items() if len(dialects) == 2)
    one_sided = {}
    for code in shared:
        named = set(_OF_ONE_DIALECT.findall(FAULTS[code].words))
        sides = {"EDIFACT" if each[:2] == "UN" or each in ("EDIFACT", "CNT") else "X12" for each in named}
        if len(sides) == 1:
            one_sided[code] = FAULTS[code].words
    assert len(shared) > 30
    assert one_sided == {}
