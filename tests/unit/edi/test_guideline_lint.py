"""Slips that are made in guidelines: each is told with its line, what it is, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.lint import lint, unfilled
from crossdock.edi.guidelines.packs import folders
from tests.unit.edi.guidelines import ORDER

MAIN = "partner: northgate\nname: Northgate\nkind: customer\nsource: {title: none}\n"
MESSAGE = scaffold.guideline_text("northgate", "ORDERS")


def told(folder: Path, text: str, *, warnings: bool = False) -> list[tuple[str, str, str]]:
    """The line that is named, what is wrong with it, and what to do."""
    (folder / "northgate" / "samples").mkdir(parents=True)
    (folder / "northgate" / "partner.yaml").write_text(MAIN)
    (folder / "northgate" / "order.yaml").write_text(text)
    found = unfilled(folder / "northgate") if warnings else lint(folder / "northgate")
    lines = text.splitlines()
    return [(lines[each.line - 1].strip(), each.what, each.remedy) for each in found if "template" not in each.what]


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "remedy"),
    [
        ("elements:", "elments:", "elments:", "unknown key `elments` in BEG", "`elements`"),
        ('"004010"', "4010", "version", "no x12 document has the version `4010`", "`004010`"),
        ("{SA: stand", '{"SA ": stand', "02:", "the code 'SA ' has blanks", "without"),
        ("segment: CTT", "segment: SE", "- segment: SE", "SE belongs to the envelope", "leave it out"),
        ("  - segment: BEG", "  - segment: ST\n  - segment: BEG", "- segment: ST", "ST belongs", "leave"),
        ("REF[01=IA]", "REF[01=DP]", "- segment: REF[01=DP]", "REF[01=DP] is described just before", "join both"),
        ("      05: {use: M, type: DT}", "      5: {}\n      05: {}", "05:", "element 5 is described", "keep"),
        ("PO1.02 > 0", "PO1.02 > TDS.01", "amount: PO1.02 > TDS.01", "it speaks of TDS.01, and no segment TDS", "DTM"),
        ("PO1.02 > 0", "PO1.44 > 0", "amount: PO1.44 > 0", "no PO1.44 is described", "name another"),
        ("PO1.02 > 0", "PO1.03 > 0", "amount: PO1.03 > 0", "PO1.03 holds codes, not numbers", "`must`"),
        ("count(PO1)", "count(IT1)", "amount: CTT.01 == count(IT1)", "it speaks of IT1", "take one of"),
        ('PO1.03 == "CA"', 'CUR.02 == "EUR"', 'if: CUR.02 == "EUR"', "CUR.02 is never 'EUR'", "GBP, USD"),
        ("DTM[01=002]", "DTM[01=999]", "- at: DTM[01=999]", "nothing that is described is DTM[01=999]", "a code"),
        (") >= date(B", ") => date(B", "- at: DTM[01=002]", "`date(DTM.02) => date(BEG.05)` is no CEL: at", "co"),
        ("must: date(DTM.02) >= date(BEG.05)", 'must: BEG.01 = "00"', "- at:", '`BEG.01 = "00"` is no CEL: equal', ""),
        ("must: date(DTM.02) >= date(BEG.05)", 'must: BEG.01 == "00" and BEG.02 == "SA"', "- at:", "`BEG", "correct"),
        ("first: 6", "first: 7", "first: 7", "the ids of PO1 begin at element 06", "`first: 6`"),
        ("    max: 5\n", "", "01: {use: M, codes: {BY", "2 codes must come, and N1 may come 1 time", "`max: 2`"),
    ],
)  # fmt: skip
def test_a_slip_in_an_order_is_told(tmp_path: Path, old: str, new: str, line: str, what: str, remedy: str) -> None:
    assert old in ORDER
    text = ORDER.replace("require: [ST]", "require: [ST, BY]").replace(old, new, 1)
    assert any(
        where.startswith(line) and words.startswith(what) and remedy in do for where, words, do in told(tmp_path, text)
    ), told(tmp_path / "again", text)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("{move: ZZZ.01, to: BEG.07}", "`move` speaks of ZZZ.01, and no segment ZZZ is described"),
        ("{lookup: TDS.01, table: {A: B}}", "`lookup` speaks of TDS.01, and no segment TDS is described"),
        ("{lookup: BEG.99, table: {A: B}}", "`lookup` speaks of BEG.99, which BEG does not have"),
        ("{movee: BEG.03, to: BEG.07}", "unknown key `movee` in entry 1 of `overlay`"),
        ("{move: BEG.03}", "`move` wants to know where `to`"),
    ],
)
def test_a_slip_in_an_overlay_is_told(tmp_path: Path, change: str, what: str) -> None:
    assert what in [words for _, words, _ in told(tmp_path, f"{ORDER}overlay:\n  - {change}\n")]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("D:96A:UN", "D96A", "no edifact document has the version `D96A`"),
        ("QTY.01.2 > 0", "QTY.02 > 0", "no QTY.02 is described"),
        ("QTY.01.2 > 0", "QTY.01.5 > 0", "no component 5 of QTY01 is described"),
        ("at: QTY[01.1=21]", "at: QTY[01.1=99]", "nothing that is described is QTY[01.1=99]"),
    ],
)
def test_a_slip_in_a_message_is_told(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in MESSAGE
    assert what in [words for _, words, _ in told(tmp_path, MESSAGE.replace(old, new))]


def test_what_may_be_meant_is_a_warning(tmp_path: Path) -> None:
    doubtful = {
        "we know no CUX in an 850": ORDER.replace("segment: CUR", "segment: CUX"),
        "we know no W66 in an 850": ORDER.replace("segment: CUR", "segment: W66"),
        "BEG03 has 22 characters at most as we know it, 40 are described": ORDER.replace("1..22", "1..40", 1),
        "BEG has 12 elements as we know it, 33 is described": ORDER.replace("      05: {use: M, t", "      33: {t", 1),
        "an element of CUR is conditional (C), and no condition speaks of CUR": ORDER.replace(
            "02: {use: M, codes: {GBP", "02: {use: C, codes: {GBP"
        ),
        "PO1 stands behind CTT, and in an 850 it comes before it": re.sub(
            r"(  - segment: PO1\n(?:.*\n)*?)(  - segment: CTT\n(?:.*\n){3})", r"\2\1", ORDER
        ),
    }  # fmt: skip
    for number, (what, text) in enumerate(doubtful.items()):
        assert what in [words for _, words, _ in told(tmp_path / str(number), text, warnings=True)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{use: M, name: Order number", "{usee: M, name: Order number", "unknown key `usee` in element 03 of BEG"),
        ("IN: {use: M, name", "IN: {usee: M, name", "unknown key `usee` in `IN`"),
        ("segment: PID\n        max", "segment: PID\n        maxx", "unknown key `maxx` in PID"),
        ("amount: PO1.02 > 0", "amont: PO1.02 > 0", "unknown key `amont` in the condition at PO1"),
    ],
)
def test_what_is_wrong_with_a_segment_names_it(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in ORDER
    assert what in [words for _, words, _ in told(tmp_path, ORDER.replace(old, new))]


@pytest.mark.parametrize("codes", ["{NO: none}", "{00: x}", "{1E5: x}", "{010: x}", "{2026-01-01: x}", "{yes: x}"])
def test_codes_are_read_as_they_are_written(tmp_path: Path, codes: str) -> None:
    text = ORDER.replace("{SA: stand-alone order}", codes)
    assert told(tmp_path, text) == []


@pytest.mark.parametrize("name", folders())
def test_nothing_is_doubtful_in_the_packs_that_ship(name: str) -> None:
    assert unfilled(folders()[name]) == []


def test_a_zone_that_there_is_not_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "northgate"
    folder.mkdir()
    folder.joinpath("partner.yaml").write_text(MAIN + "zone: Chicago\n")
    (problem,) = [each for each in lint(folder) if "zone" in each.what]
    assert (problem.line, problem.what) == (5, "`Chicago` is no time zone")


def test_a_code_by_which_our_map_refuses_what_is_sent_to_us_is_doubted(tmp_path: Path) -> None:
    text = ORDER.replace('"07": duplicate', '"05": replace')
    (found,) = told(tmp_path / "in", text, warnings=True)
    assert found[0].startswith("01: {use: M, codes:")
    assert found[1] == "our map refuses every 850 with it: purpose 05 (replacement) is not one we take"
    assert told(tmp_path / "out", text.replace("[in, out]", "[out]"), warnings=True) == []
