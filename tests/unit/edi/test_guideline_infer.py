"""What is inferred from samples takes those samples, and says how little it knows."""

from __future__ import annotations

import time
import tracemalloc
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi.guidelines.breaches import breaches
from crossdock.edi.guidelines.generate import generate
from crossdock.edi.guidelines.infer import NothingToInfer, proposed, sure
from crossdock.edi.guidelines.packs import Guidelines, PartnerPack, read_guideline
from crossdock.edi.guidelines.trials import tried
from tests.unit.edi.guidelines import SOUND, compiled
from tests.unit.edi.samples import interchange, sets
from tests.unit.edi.test_fixtures import FILES
from tests.unit.edi.test_guideline_expression import PACK, template

# What no guideline can make right: segments whose ids are none or that are empty, qualifiers without id, line ends.
NOT_DESCRIBED = {"segment_unexpected", "segment_empty", "element_condition", "element_character"}


def test_an_order_is_described_with_how_sure_each_line_is() -> None:
    found = proposed([interchange(*SOUND)] * 3, "northgate")
    guideline, problems = read_guideline(Path("850.yaml"), found.text)
    assert problems == []
    assert guideline is not None
    (ts,) = sets(interchange(*SOUND))
    assert guideline.faults(ts) == []
    assert "in 3 of 3 documents, sure 43 %" in found.text
    assert "amount: CTT.01 == count(PO1)" in found.text
    assert found.lines["/segments/0/elements/02"] == "in 3 of 3, sure 43 %; 1 code in 3, sure 43 %"


@pytest.mark.parametrize("document", ["850", "855", "856", "810", "ORDERS", "DESADV", "INVOIC"])
def test_documents_made_up_by_one_guideline_are_taken_by_what_is_inferred_from_them(document: str) -> None:
    drafts = [generate(template(document), PACK, seed, minimal=seed % 2 == 1, lines=seed + 1) for seed in range(6)]
    found = proposed([draft.bytes() for draft in drafts], "trial")
    guideline, problems = read_guideline(Path("x.yaml"), found.text)
    assert problems == []
    assert guideline is not None
    for draft in drafts:
        assert guideline.faults(draft.item()) == []


@pytest.mark.long
@pytest.mark.skipif(not FILES, reason="no public samples")
def test_all_public_samples_of_a_kind_are_taken_by_what_is_inferred_from_them() -> None:
    from crossdock.edi.guidelines.infer import items_of

    kinds: dict[str, list[Path]] = defaultdict(list)
    for path in FILES:
        for item in items_of(path.read_bytes()):
            kinds[item.type].append(path)
    assert len(kinds) > 20
    for kind, paths in kinds.items():
        if not kind:
            continue
        guideline, problems = read_guideline(
            Path("x.yaml"), proposed([each.read_bytes() for each in set(paths)], "x", kind).text
        )
        assert problems == [], kind
        assert guideline is not None
        for path in set(paths):
            for item in items_of(path.read_bytes()):
                if item.type == kind:
                    codes = {each.code for each in guideline.faults(item)}
                    assert codes <= NOT_DESCRIBED, (path.name, codes)


def test_samples_of_several_kinds_need_a_choice() -> None:
    two = [interchange(*SOUND), generate(template("855"), PACK).bytes()]
    with pytest.raises(NothingToInfer, match="850, 855: say which"):
        proposed(two, "x")
    assert proposed(two, "x", "855").documents == 1
    with pytest.raises(NothingToInfer, match="hold no document"):
        proposed([b"hello"], "x")


@given(st.integers(0, 200), st.integers(1, 200))
def test_more_samples_make_surer_and_nothing_is_certain(seen: int, of: int) -> None:
    seen = min(seen, of)
    assert 0 <= sure(seen, of) < 100
    assert sure(seen, of) <= 100 * seen // of
    assert sure(of, of) <= sure(2 * of, 2 * of)


def test_identifiers_are_recognised_by_their_check_digits() -> None:
    assert "check: gtin" in proposed([generate(compiled(), PACK, seed).bytes() for seed in range(3)], "x").text


def test_places_are_no_codes_and_codes_are_quoted() -> None:
    rows = (*SOUND[:7], "N4*LEEDS*WY*LS1*GB", *SOUND[8:])
    text = proposed([interchange(*rows)] * 3, "x").text
    assert 'codes: {"00": "", ' in text or 'codes: {"00": ""}' in text
    assert 'codes: {"SA": ""}' in text
    for place in ("LEEDS", "WY", "LS1"):
        assert place not in text
    assert "1..35" not in text


def test_codes_that_come_every_time_are_required() -> None:
    sold = [row for row in SOUND if row not in ("N1*BY**92*4711", "N4*LEEDS")]
    text = proposed([interchange(*SOUND)] * 2 + [interchange(*_counted(sold))], "x").text
    assert "require: [ST]" in text
    assert "ST in 3 of 3" in text


def _counted(rows: list[str]) -> list[str]:
    return [*rows[:-1], f"SE*{len(rows)}*0001"]


def conditions_of(data: list[bytes]) -> list[tuple[str, str]]:
    guideline, problems = read_guideline(Path("x.yaml"), proposed(data, "x").text)
    assert problems == []
    assert guideline is not None
    return [(each.form.at, each.form.must or each.form.amount) for each in guideline.conditions]


def test_what_held_every_time_is_proposed_as_a_condition() -> None:
    other = [row.replace("20101215", "20101231") for row in SOUND]
    assert conditions_of([interchange(*SOUND), interchange(*other)]) == [
        ("CTT", "CTT.01 == count(PO1)"),
        ("PO1", "PO1.02 > 0"),
        ("DTM[01=002]", "date(DTM[01=002].02) >= date(BEG.05)"),
        ("N1", 'N1.04 != ""'),
    ]


def test_what_did_not_hold_once_is_not() -> None:
    early = [row.replace("20101215", "20101101") for row in SOUND]
    nothing = [row.replace("PO1*20*12*", "PO1*20*0*").replace("CTT*2", "CTT*7") for row in SOUND]
    unnamed = [row.replace("N1*BY**92*4711", "N1*BY**92") for row in SOUND]
    assert conditions_of([interchange(*each) for each in (SOUND, early, nothing, unnamed)]) == []


def test_what_an_invoice_adds_up_to_is_found() -> None:
    drafts = [generate(template("810"), PACK, seed, lines=seed + 1) for seed in range(3)]
    assert ("TDS", "TDS.01 == sum(IT1.02 * IT1.04)") in conditions_of([each.bytes() for each in drafts])


def test_a_message_is_described_in_the_words_of_the_directory() -> None:
    drafts = [generate(template("INVOIC"), PACK, seed, lines=seed + 1) for seed in range(4)]
    text = proposed([each.bytes() for each in drafts], "x").text
    assert 'name: Document name code, codes: {"380": ""' in text
    assert "name: Quantity, type: R" in text
    assert "name: Date, type: DT" in text
    assert "check: gln" in text
    assert "check: gtin" in text
    assert "CNT[01.1=2].01.2 == count(LIN)" in text


@pytest.mark.parametrize("document", ["850", "856", "810", "ORDERS", "DESADV", "INVOIC"])
def test_a_proposal_is_sound_and_refuses_what_none_of_its_samples_is(document: str) -> None:
    samples = [generate(template(document), PACK, seed, lines=2 + seed % 3) for seed in range(8)]
    guideline, problems = read_guideline(Path("x.yaml"), proposed([each.bytes() for each in samples], "x").text)
    assert problems == []
    assert guideline is not None
    done = tried(PartnerPack(Path("nowhere"), PACK, Guidelines("x", (guideline,)), {}))
    assert done.failed == []
    assert len(done.lines) > 20
    broken = [each for each in breaches(samples[0]) if each.code in ("segment_missing", "check_digit_wrong")]
    assert broken
    for breach in broken:
        draft = samples[0].copy()
        assert breach.change is not None
        breach.change(draft)
        assert guideline.faults(draft.item()), breach.name


@pytest.mark.long
def test_a_hundred_samples_take_seconds_and_little_memory() -> None:
    data = [generate(template("850"), PACK, seed, lines=20).bytes() for seed in range(100)]
    begun = time.process_time()
    tracemalloc.start()
    assert proposed(data, "x").documents == 100
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - begun < 20  # with every allocation traced, on a slow machine
    assert most < 60 * sum(map(len, data))


def test_days_and_amounts_of_elements_that_nobody_describes_are_told_by_their_looks() -> None:
    rows = [*SOUND[:-2], "XYZ*20260302*12.50*7*ABC", "CTT*2", "SE*16*0001"]
    other = [row.replace("20260302*12.50", "20260303*3") for row in rows]
    text = proposed([interchange(*rows), interchange(*other)], "x").text
    section = text[text.index("segment: XYZ") :]
    assert "01: {use: M, codes" in section or "01: {use: M, type: DT}" in section
    assert "02: {use: M, type: R}" in section
    assert "03: {use: M}" in section
