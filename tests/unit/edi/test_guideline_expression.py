"""What a guideline's expression calls faultless, the walk calls faultless too: the one call never hides a fault."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest

from crossdock.edi import edifact, x12
from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.form import Pack, Source
from crossdock.edi.guidelines.generate import generate
from crossdock.edi.guidelines.infer import items_of
from crossdock.edi.guidelines.packs import folders, load, read_guideline
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import Walk
from crossdock.edi.guides import guides
from crossdock.edi.guides.check import check as check_base
from tests.unit.edi.guidelines import ORDER, SOUND, compiled
from tests.unit.edi.samples import interchange, sets
from tests.unit.edi.test_fixtures import FILES

FOLDERS = [*folders().values()]
PACK = Pack("trial", "Trial", "customer", Source("none"))
VALUES = [
    "",
    "1",
    "12",
    "EA",
    "CA",
    "20101203",
    "20100230",
    "2010120",
    "0930",
    "9999",
    "1.5",
    "-3",
    "x" * 31,
    "A B",
    "é",
    "1E5",
    "ST",
]


def walked(item: x12.TransactionSet | edifact.Message, guideline: Compiled) -> list[str]:
    form = guideline.form
    walk = Walk(view(item), guideline.level, guideline.conditions, form.others, form.dialect)
    return [each.code for each in walk.faults()]


def template(document: str) -> Compiled:
    found, problems = read_guideline(Path(f"{document}.yaml"), scaffold.guideline_text("trial", document))
    assert found is not None, problems
    assert not problems
    return found


def mutated(rows: list[str], mark: str, chance: random.Random) -> list[str]:
    document = [row.split(mark) for row in rows]
    for _ in range(chance.randint(1, 3)):
        match chance.randint(0, 5):
            case 0:
                del document[chance.randrange(1, len(document) - 1)]
            case 1:
                at = chance.randrange(1, len(document) - 1)
                document.insert(at, list(document[chance.randrange(1, len(document) - 1)]))
            case 2:
                row = chance.choice(document[1:-1])
                del row[chance.randint(1, len(row)) :]
            case _:
                row = chance.choice(document[1:-1])
                at = chance.randint(1, len(row))
                other = chance.choice(chance.choice(document[1:-1])[1:] or [""])
                row[at:] = [chance.choice([*VALUES, other]), *row[at + chance.randint(0, 1) :]]
        if len(document) < 4:
            break
    return [mark.join(row) for row in document]


def test_a_mutated_order_that_passes_in_one_call_is_faultless_segment_by_segment() -> None:
    chance = random.Random(7)
    guideline = compiled()
    passed = 0
    for _ in range(4000):
        (ts,) = sets(interchange(*mutated(list(SOUND), "*", chance)))
        if guideline.faultless(ts):
            passed += 1
            assert walked(ts, guideline) == [], ts.raw
            assert not guideline.fits_base or check_base(ts, guides()[ts.type]) == []
    assert passed > 200


def passed_of_mutated(guideline: Compiled, chance: random.Random, rounds: int) -> int:
    """How many mutated documents pass in one call; each of them must be faultless segment by segment."""
    passed = 0
    for round_ in range(rounds):
        draft = generate(guideline, PACK, round_ % 5)
        mark = "*" if guideline.form.dialect == "x12" else "+"
        end = b"~\n" if mark == "*" else b"'"
        rows = draft.bytes().decode().split(end.decode())
        first = next(at for at, row in enumerate(rows) if row[:3] in ("ST*", "UNH"))
        last = next(at for at, row in enumerate(rows) if row[:3] in ("SE*", "UNT"))
        rows[first : last + 1] = mutated(rows[first : last + 1], mark, chance)
        data = end.join(row.encode() for row in rows)
        items = edifact.read(data) if mark == "+" else x12.read(data)
        for item in items:
            same = isinstance(item, x12.TransactionSet | edifact.Message) and item.type == guideline.document
            if not same or item.count >= 200 or not guideline.faultless(item):
                continue
            passed += 1
            assert walked(item, guideline) == [], item.raw
            if isinstance(item, x12.TransactionSet) and guideline.fits_base:
                assert check_base(item, guides()[item.type]) == []
    return passed


@pytest.mark.long
@pytest.mark.parametrize("document", scaffold.documents())
def test_so_is_every_mutated_document_of_the_templates(document: str) -> None:
    assert passed_of_mutated(template(document), random.Random(document), 400) > 10


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_so_is_every_mutated_document_of_the_packs(folder: Path) -> None:
    for guideline in load(folder).guidelines.guidelines:
        assert passed_of_mutated(guideline, random.Random(f"{folder.name} {guideline.document}"), 60) > 3


def test_a_composite_that_must_come_is_missing_where_it_is_empty_though_each_of_its_parts_may_be() -> None:
    text = scaffold.guideline_text("trial", "ORDERS").replace(
        "01: {use: M, name: GTIN, check: gtin}", "01: {name: GTIN}"
    )
    text = text.replace("02: {use: M, codes: {EN: GTIN, SRV: GTIN}}", "02: {codes: {EN: GTIN, SRV: GTIN}}")
    guideline, problems = read_guideline(Path("ORDERS.yaml"), text)
    assert guideline is not None, problems
    data = re.sub(rb"LIN\+1\+\+[^']*'", b"LIN+1++'", generate(guideline, PACK).bytes())
    (message,) = (each for each in edifact.read(data) if isinstance(each, edifact.Message))
    assert not guideline.faultless(message)
    assert [each.code for each in guideline.faults(message)] == ["element_missing"]


@pytest.mark.parametrize(("day", "there"), [("20101231", True), ("20101131", False), ("20100229", False)])
def test_a_date_of_the_expression_is_a_day_of_the_calendar(day: str, there: bool) -> None:
    guideline = compiled()
    (ts,) = sets(interchange(*(row.replace("20101215", day) for row in SOUND)))
    assert day in ts.raw.decode()
    assert guideline.faultless(ts) is there
    assert bool(check_base(ts, guides()[ts.type])) is not there


def test_a_leap_day_is_a_day_in_its_year() -> None:
    guideline = compiled()
    for day, codes in (("20120229", []), ("20100229", ["date_invalid"])):
        (ts,) = sets(interchange(*(row.replace("20101215", day) for row in SOUND)))
        assert [each.code for each in guideline.faults(ts)] == codes


NUMBERS = [
    "",
    "4500001",
    "450000",
    "45000012",
    "4500001 ",
    "45 0001",
    "A500001",
    "450000X",
    "45*0001",
    "4500001>2",
    "é",
]


@pytest.mark.parametrize(
    "form",
    ["45[0-9]{5}", "[0-9]{5,7}", "[0-9]*", "4?5?[0-9]+1?", "[A-Z0-9]{7}[A-Z]?", "(45|A5)[0-9]{5}", "45.....", "45|A.*"],
)
def test_a_format_means_the_same_within_the_expression(form: str) -> None:
    guideline = compiled(ORDER.replace('format: "[A-Z0-9]+"', f'format: "{form}"'))
    passed = 0
    for number in NUMBERS:
        (ts,) = sets(interchange(SOUND[0], SOUND[1].replace("4500001", number), *SOUND[2:]))
        assert not guideline.faultless(ts) or walked(ts, guideline) == [], number
        passed += guideline.faultless(ts)
        assert guideline.faultless(ts) or number.strip() != number or walked(ts, guideline), number
    assert passed


def test_a_level_that_comes_once_may_stand_before_or_behind_those_that_come_often() -> None:
    once = """\
  - segment: REF[01=DP]
    use: M
    elements: {02: {use: M, length: 3}}
  - segment: REF[01=IA]
    max: 0
"""
    begin, end = ORDER.index("  - segment: REF[01=DP]"), ORDER.index("  - segment: DTM")
    guideline = compiled(ORDER[:begin] + once + ORDER[end:])
    dp, ia = SOUND[4], SOUND[3]
    for refs, good in (
        ([dp], True), ([dp, ia], True), ([ia, dp], True), ([ia, ia, dp, ia], True), ([ia], False), ([], False),
        ([dp, dp], False), ([dp, ia, dp], False), ([ia, dp, dp], False),
    ):  # fmt: skip
        (ts,) = sets(interchange(*SOUND[:3], *refs, *SOUND[5:]))
        assert guideline.faultless(ts) == good == (walked(ts, guideline) == []), refs


def test_a_listed_code_that_is_wrong_itself_is_never_right() -> None:
    guideline = compiled(
        ORDER.replace("03: {use: M, check: unit}", "03: {use: M, check: unit, codes: {EA: e, CA: c, QQ: q}}")
    )
    (sound,) = sets(interchange(*SOUND))
    assert guideline.faultless(sound)
    (wrong,) = sets(interchange(*(each.replace("*EA*", "*QQ*") for each in SOUND)))
    assert not guideline.faultless(wrong)
    assert "unit_unknown" in walked(wrong, guideline)


@pytest.mark.parametrize("document", scaffold.documents())
def test_sound_documents_pass_in_one_call(document: str) -> None:
    """Else every one of them would be walked, at a tenth of the speed."""
    guideline = template(document)
    for seed in range(5):
        draft = generate(guideline, PACK, seed, lines=5)
        assert walked(draft.item(), guideline) == []
        assert guideline.faultless(draft.item()), draft.bytes()


@pytest.mark.skipif(not FILES, reason="no public samples")
@pytest.mark.parametrize("document", scaffold.documents())
def test_no_document_makes_a_guideline_raise(document: str) -> None:
    """Whatever it is: partners send anything under any name."""
    guideline = template(document)
    seen = 0
    for path in FILES:
        for item in items_of(path.read_bytes()):
            if isinstance(item, edifact.Message) == (guideline.form.dialect == "edifact"):
                found = guideline.faults(item)
                seen += 1
                assert all(1 <= each.position <= max(1, item.count) for each in found)
                if guideline.faultless(item):
                    assert walked(item, guideline) == []
    assert seen > 30


@pytest.mark.parametrize(
    "rows",
    [
        [*SOUND[1:10], *SOUND[9:11] * 20_000, "CTT*1"],
        [*SOUND[1:5], *["N1*BY**92*x"] * 40_000, "N1*ST", SOUND[9], "CTT*1"],
        [SOUND[1], *SOUND[3:5] * 20_000, SOUND[9], "CTT*1"],
        [*SOUND[1:9], SOUND[9] + "*IN*85123A" * 100_000, "CTT*1"],
        [*SOUND[1:10], *["CTT*20001"] * 20_000, *SOUND[9:11] * 20_000],
    ],
    ids=["lines", "parties", "references", "ids", "trailers"],
)
def test_time_grows_with_the_document_and_no_faster(rows: list[str]) -> None:
    (ts,) = sets(interchange("ST*850*0001", *rows, f"SE*{len(rows) + 2}*0001"))
    start = time.process_time()
    compiled().faults(ts)
    assert time.process_time() - start < 10
