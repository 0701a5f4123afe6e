"""What is forgiven to whom: mended, accepted with a note, or rejected, by data."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, x12
from crossdock.edi.edifact.pieces import pieces as edifact_pieces
from crossdock.edi.kernel.faults import FAULTS
from crossdock.edi.kernel.tolerance import DEFAULT, LENIENT, MENDABLE, POLICIES, STRICT, Applied, Policy, PolicyError
from crossdock.edi.mending import mend
from crossdock.edi.x12.pieces import pieces as x12_pieces
from tests.unit.edi.samples import faults
from tests.unit.edi.test_robust_reading import GOOD, LONG, MESSAGE, told, wrapped

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
CORPUS = Path(__file__).resolve().parents[3] / "corpus" / "naughty-edi"
VERDICTS = [json.loads(line) for line in (CORPUS / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
IN_ENVELOPES = {"ISA", "GS", "ST", "SE", "GE", "IEA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"}
GROUPED = MESSAGE.replace(b"UNH+1", b"UNG+ORDERS+A+B+101201:0830+7+UN+D:96A'UNH+1").replace(b"UNZ", b"UNE+1+7'UNZ")


def business(data: bytes) -> list[bytes]:
    """The segments of documents, byte for byte but for line ends."""
    walk = edifact_pieces if b"UNH" in data else x12_pieces
    return [
        each.raw.replace(b"\r", b"").replace(b"\n", b"").rstrip(b"~'")
        for each in walk(data)
        if each.kind == "segment" and each.tag not in IN_ENVELOPES
    ]


Break = Callable[[bytes], bytes]
BROKEN: dict[str, tuple[tuple[bytes, Break, bytes | None], ...]] = {
    "byte_order_mark": ((GOOD, lambda data: b"\xef\xbb\xbf" + data, GOOD),),
    "encoding_unsupported": (
        (GOOD, lambda data: data.decode().encode("utf-16"), GOOD),
        (MESSAGE, lambda data: data.decode().encode("utf-16-be"), MESSAGE),
    ),
    "una_invalid": ((MESSAGE, lambda data: b"UNA:+.?'\n" + data, b"UNA:+.? '\n" + MESSAGE),),
    "lines_wrapped": (
        (LONG, wrapped, LONG),
        (MESSAGE, lambda data: wrapped(data, b"\r\n") + b"\r\n", MESSAGE + b"\r\n"),
    ),
    "tag_lower_case": (
        (GOOD, lambda data: data.replace(b"~GS*", b"~gs*").replace(b"~SE*", b"~se*"), GOOD),
        (MESSAGE, lambda data: data.replace(b"UNT+", b"unt+"), MESSAGE),
    ),
    "isa_width": ((GOOD, lambda data: data.replace(b" " * 10, b" "), GOOD),),
    "isa_element_width": ((GOOD, lambda data: data.replace(b"000000001*0", b"1*0"), GOOD),),
    "authorization_qualifier_invalid": ((GOOD, lambda data: data.replace(b"ISA*00", b"ISA*  "), GOOD),),
    "security_qualifier_invalid": ((GOOD, lambda data: data.replace(b" *00*", b" *AA*"), GOOD),),
    "interchange_standard_unknown": ((GOOD, lambda data: data.replace(b"*U*", b"* *"), GOOD),),
    "acknowledgement_request_invalid": ((GOOD, lambda data: data.replace(b"*0*P*", b"* *P*"), GOOD),),
    "segment_unterminated": ((GOOD, lambda data: data[:-1], GOOD), (MESSAGE, lambda data: data[:-1], MESSAGE)),
    "interchange_unclosed": (
        (GOOD, lambda data: data[: data.index(b"IEA*")], GOOD),
        (MESSAGE, lambda data: data[: data.index(b"UNZ+")], MESSAGE),
        (GOOD, lambda data: data[: data.index(b"GE*") - 1], GOOD),
    ),
    "interchange_control_mismatch": (
        (GOOD, lambda data: data.replace(b"IEA*1*000000001", b"IEA*1*7"), GOOD),
        (MESSAGE, lambda data: data.replace(b"UNZ+1+REF1", b"UNZ+1"), MESSAGE),
    ),
    "interchange_count_mismatch": (
        (GOOD, lambda data: data.replace(b"IEA*1", b"IEA*4"), GOOD),
        (GROUPED, lambda data: data.replace(b"UNZ+1", b"UNZ+"), GROUPED),
    ),
    "group_missing": (
        (GOOD, lambda data: data.replace(data[data.index(b"GS*") : data.index(b"ST*")], b""), None),
        (GOOD, lambda data: data[: data.index(b"GS*")] + data[data.index(b"ST*") :].replace(b"GE*1*7~", b""), None),
    ),
    "group_unclosed": (
        (GOOD, lambda data: data.replace(b"GE*1*7~", b""), GOOD),
        (GROUPED, lambda data: data.replace(b"UNE+1+7'", b""), GROUPED),
    ),
    "group_control_mismatch": (
        (GOOD, lambda data: data.replace(b"GE*1*7", b"GE*1*8"), GOOD),
        (GROUPED, lambda data: data.replace(b"UNE+1+7", b"UNE+1+8"), GROUPED),
    ),
    "group_count_mismatch": (
        (GOOD, lambda data: data.replace(b"GE*1*7", b"GE**7"), GOOD),
        (GROUPED, lambda data: data.replace(b"UNE+1+7", b"UNE+3+7"), GROUPED),
    ),
    "set_unclosed": (
        (GOOD, lambda data: data.replace(b"SE*5*0001~", b""), GOOD),
        (MESSAGE, lambda data: data.replace(b"UNT+34+1'", b""), MESSAGE),
    ),
    "set_control_mismatch": (
        (GOOD, lambda data: data.replace(b"SE*5*0001", b"SE*5"), GOOD),
        (MESSAGE, lambda data: data.replace(b"UNT+34+1", b"UNT+34+2"), MESSAGE),
    ),
    "set_count_mismatch": (
        (GOOD, lambda data: data.replace(b"SE*5*", b"SE*55*"), GOOD),
        (MESSAGE, lambda data: data.replace(b"UNT+34+1", b"UNT+3+1"), MESSAGE),
    ),
    "trailer_without_header": (
        (GOOD, lambda data: data.replace(b"~ST*", b"~SE*5*0001~ST*"), GOOD),
        (GOOD, lambda data: data + b"IEA*1*000000001~", GOOD),
        (MESSAGE, lambda data: data.replace(b"UNH", b"UNT+3+1'UNH") + b"UNZ+1+REF1'", MESSAGE),
    ),
    "data_outside_interchange": (
        (GOOD, lambda data: b"To whom it may concern:\n" + data + b"--\nsent by us", GOOD + b""),
        (MESSAGE, lambda data: b"rubbish\n" + data, MESSAGE),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", MENDABLE)
def test_each_fault_that_can_be_mended_is(code: str) -> None:
    for sound, breaks, expected in BROKEN[code]:
        data = breaks(sound)
        only = Policy.of({"based_on": "lenient", "faults": {code: "mend"}})
        applied = mend(data, only)
        assert code in {note.code for note in applied.notes if note.action == "mend"}
        assert applied.verdict == "mended"
        assert business(applied.data) == business(sound)
        found = told(applied.data) if sound is not GOOD and sound is not LONG else faults(applied.data)
        assert code not in {each.code for each in found}
        if expected is not None:
            assert applied.data == expected
        assert mend(applied.data, only) == Applied(applied.data, tuple(n for n in applied.notes if n.action != "mend"))


def test_hostile_documents_are_mended_into_what_others_say_they_should_be() -> None:
    """Others are those who wrote the corpus by hand. Where more than the envelope would have to be known (a number that
    only the sender has, a value too long for its place), or several ways are right, the two may differ."""
    alike: dict[str, bool] = {}
    for verdict in VERDICTS:
        if verdict["mended"] and verdict["code"] in MENDABLE:
            applied = mend((CORPUS / verdict["file"]).read_bytes(), LENIENT)
            alike[verdict["id"]] = applied.data == (CORPUS / verdict["mended"]).read_bytes()
            assert mend(applied.data, LENIENT).data == applied.data
    assert len(alike) > 100
    assert sum(alike.values()) / len(alike) > 0.9, [name for name, same in alike.items() if not same]
    for code in ("set_count_mismatch", "set_control_mismatch", "group_count_mismatch", "lines_wrapped"):
        assert all(same for name, same in alike.items() if f"/{code}/" in name), code


def test_notes_say_what_was_there_and_what_stands_there_now() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace(b"SE*5*", b"SE*7*").replace(b"IEA*1*000000001", b"IEA*1*9")
    applied = mend(data, LENIENT)
    assert [(note.action, note.code, note.was, note.now) for note in applied.notes] == [
        ("mend", "byte_order_mark", b"\xef\xbb\xbf", b""),
        ("mend", "set_count_mismatch", b"7", b"5"),
        ("mend", "interchange_control_mismatch", b"9", b"000000001"),
    ]
    for note in applied.notes:
        assert data[note.offset :].startswith(note.was)
    assert applied.data == GOOD


def test_the_place_of_a_note_is_that_of_the_input_as_it_came() -> None:
    data = wrapped(LONG.replace(b"SE*34*", b"SE*7*"))
    applied = mend(data, LENIENT)
    count = next(note for note in applied.notes if note.code == "set_count_mismatch")
    assert data[count.offset :].startswith(b"7*0001")
    assert applied.data == LONG


def test_a_partner_may_be_forgiven_what_others_are_not() -> None:
    data = GOOD.replace(b"SE*5*", b"SE*7*")
    assert mend(data, STRICT).verdict == mend(data, DEFAULT).verdict == "rejected"
    assert not mend(data, DEFAULT).rejected_whole
    accepted = Policy.of({"faults": {"set_count_mismatch": "accept"}})
    applied = mend(data, accepted)
    assert (applied.verdict, applied.data) == ("noted", data)
    (found,) = faults(data)
    assert (found.severity, accepted.judged(found).severity, STRICT.judged(found).severity) == (
        "error", "warning", "error",
    )  # fmt: skip
    assert mend(GOOD, STRICT) == Applied(GOOD, ())
    assert mend(GOOD, STRICT).verdict == "clean"
    assert mend(b"hello", LENIENT).rejected_whole
    assert Policy.of({"based_on": "strict", "faults": {"byte_order_mark": "accept"}}).error == "reject"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"faults": {"no_such_fault": "mend"}}, "no_such_fault is no fault that is known"),
        ({"faults": {"set_malformed": "mend"}}, "set_malformed cannot be mended, only accepted or rejected"),
        ({"faults": {"isa_width": "ignore"}}, "isa_width is 'ignore', not mend, accept or reject"),
        ({"based_on": "kind"}, "based_on is 'kind', not one of strict, default, lenient"),
        ({"errors": "mend"}, "errors is 'mend', not accept or reject"),
        ({"fault": {}}, "fault is no key of a tolerance"),
        ({"faults": ["isa_width"]}, "faults is no mapping of codes to mend, accept or reject"),
        ({"faults": {"a": "mend", "b": "mend"}}, "a is no fault that is known; b is no fault that is known"),
    ],
)
def test_a_policy_that_cannot_be_says_all_that_is_wrong_with_it(said: dict[str, object], words: str) -> None:
    with pytest.raises(PolicyError) as problem:
        Policy.of(said)
    assert str(problem.value) == words


def test_every_mend_is_of_a_known_fault_and_every_policy_of_known_mends() -> None:
    assert set(MENDABLE) == set(BROKEN) <= set(FAULTS)
    for policy in POLICIES.values():
        assert {code for code, action in policy.codes.items() if action == "mend"} <= set(MENDABLE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([GOOD, LONG, MESSAGE, GROUPED]), st.integers(0, 2**32), st.sampled_from(list(POLICIES.values())))
def test_mending_is_done_once_and_leaves_business_alone(sound: bytes, seed: int, policy: Policy) -> None:
    chance = random.Random(seed)
    data = sound
    for _ in range(chance.randint(1, 4)):
        mark = b"'" if sound in (MESSAGE, GROUPED) else b"~"
        parts = data.split(mark)
        at = chance.randrange(len(parts))
        match chance.randrange(4):
            case 0:
                parts.pop(at)
            case 1:
                parts.insert(at, chance.choice(parts))
            case 2:
                parts[at] = parts[at][:-1]
            case _:
                parts[at] += chance.choice([b"9", b" ", b"\n"])
        data = mark.join(parts)
    applied = mend(data, policy)
    again = mend(applied.data, policy)
    assert again.data == applied.data
    assert [note for note in again.notes if note.action == "mend"] == []
    if not any(note.code in ("data_outside_interchange", "lines_wrapped") for note in applied.notes):
        assert business(applied.data) == business(data)


@pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")
def test_how_many_public_samples_are_read_under_each_policy() -> None:
    read: Counter[str] = Counter()
    for path in FILES:
        data = path.read_bytes()
        for policy in POLICIES.values():
            applied = mend(data, policy)
            again = mend(applied.data, policy)
            assert again.data == applied.data
            assert not any(note.action == "mend" for note in again.notes)
            read[policy.name] += applied.verdict != "rejected"
            if policy is LENIENT and applied.verdict == "mended":
                dialect = edifact if b"UNH" in data else x12
                severities = [
                    each.severity
                    for item in dialect.read(applied.data)
                    for each in ((item.fault,) if not hasattr(item, "faults") else item.faults)
                ]
                assert "error" not in severities
    assert len(FILES) == 131
    assert dict(read) == {"strict": 45, "default": 91, "lenient": 117}


def test_a_trailer_added_before_an_unterminated_one_ends_nothing_twice() -> None:
    assert mend(GOOD.replace(b"GE*1*7~", b"")[:-1], DEFAULT).data == GOOD
    assert mend(GROUPED.replace(b"UNE+1+7'", b"")[:-1], DEFAULT).data == GROUPED
    cut = GOOD[: GOOD.index(b"GE*")] + b"\r\n"
    assert mend(cut, DEFAULT).data == cut + GOOD[GOOD.index(b"GE*") :]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("data", [GOOD, MESSAGE], ids=["X12", "EDIFACT"])
def test_two_or_four_bytes_a_letter_are_read_by_default_with_a_note(data: bytes, codec: str) -> None:
    applied = mend(data.decode().encode(codec), DEFAULT)
    assert applied.data == data
    assert [(note.action, note.code) for note in applied.notes] == [("mend", "encoding_unsupported")]
    assert mend(data.decode().encode(codec), STRICT).verdict == "rejected"


@pytest.mark.parametrize(("letter", "encoding"), [("é", "iso8859-1"), ("漢", "utf-8")])
def test_what_was_utf_16_is_in_the_encoding_that_unb_says_if_that_has_its_letters(letter: str, encoding: str) -> None:
    text = MESSAGE.decode().replace("UNOA", "UNOC").replace("UNOB", "UNOC").replace("UNT+", f"FTX+AAI+++{letter}'UNT+")
    assert "UNOC" in text
    assert mend(text.encode("utf-16"), DEFAULT).data == text.encode(encoding)


@pytest.mark.parametrize("data", [GOOD, MESSAGE], ids=["X12", "EDIFACT"])
@pytest.mark.parametrize("policy", [DEFAULT, LENIENT])
def test_what_was_encoded_twice_stays_as_it_is_and_is_refused_by_name(data: bytes, policy: Policy) -> None:
    twice = data.decode().encode("utf-16-le").decode("latin-1").encode("utf-16")
    applied = mend(twice, policy)
    assert (applied.data, applied.verdict) == (twice, "rejected")
    assert [note.code for note in applied.notes] == ["encoding_unsupported"]


def test_what_is_far_behind_the_beginning_is_sought_as_far_in_two_bytes_a_letter_as_in_one() -> None:
    text = "no header, " * 250 + MESSAGE.decode()
    assert mend(text.encode("utf-16"), LENIENT).data == mend(text.encode(), LENIENT).data


def test_mainframe_letters_are_refused_by_default() -> None:
    assert mend(GOOD.decode().encode("cp037"), DEFAULT).verdict == "rejected"
