"""Reading and writing again gives the same bytes; what is changed on purpose is all that changes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossdock.edi.edifact.pieces import pieces as edifact_pieces
from crossdock.edi.edifact.pieces import rewrite as rewrite_edifact
from crossdock.edi.kernel.faults import REST, Mend
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.pieces import mended
from crossdock.edi.kernel.rewriting import Origins, disjoint, rewritten
from crossdock.edi.x12.pieces import pieces as x12_pieces
from crossdock.edi.x12.pieces import rewrite as rewrite_x12
from tests.unit.edi.samples import ORDER_SEGMENTS, interchange
from tests.unit.edi.test_robust_reading import GOOD, LONG, MESSAGE, wrapped

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
WALKS = (x12_pieces, edifact_pieces)


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_pieces_of_every_public_sample_are_the_sample(path: Path) -> None:
    data = path.read_bytes()
    for walk in WALKS:
        found = list(walk(data))
        assert b"".join(each.raw for each in found) == data
        assert [each.offset for each in found] == [sum(len(p.raw) for p in found[:n]) for n in range(len(found))]
        assert b"".join(each.raw for each in walk(chunks(data, 11))) == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", GOOD, MESSAGE, GOOD[:120], MESSAGE[:90]]), st.integers(1, 50))
@example(b"UNA:+.? '", b"", 1)
@example(b"\xef\xbb\xbfUNH+", MESSAGE, 3)
def test_the_pieces_of_any_input_are_the_input(noise: bytes, sound: bytes, size: int) -> None:
    for data in (noise, sound + noise, noise + sound, sound[:60] + noise + sound[60:]):
        for walk in WALKS:
            assert b"".join(each.raw for each in walk(data)) == data
            assert b"".join(each.raw for each in walk(chunks(data, size))) == data


def test_pieces_say_what_they_are() -> None:
    data = b"\xef\xbb\xbfUNA:+.? '\r\n" + MESSAGE + b"\r\nrubbish"
    kinds = [each.kind for each in edifact_pieces(data)]
    assert kinds[:4] == ["mark", "advice", "blank", "segment"]
    assert set(kinds[-7:]) == {"junk"} or kinds[-1] == "junk"
    found = [each for each in edifact_pieces(data) if each.kind == "segment"]
    assert [each.tag for each in found][:3] == ["UNB", "UNH", "BGM"]
    assert found[2].elements == [b"BGM", b"220", b"4500001", b"9"]
    texts = [each.elements[4] for each in found if each.tag == "FTX"]
    assert texts[0] == b"it?'s 2?+2 ?: who knows??"


def test_a_set_without_interchange_has_pieces_like_any_other() -> None:
    data = b"ST|850|0001\r\nBEG|00\r\nSE|9|0001\r\nGS|PO\r\n"
    assert b"".join(each.raw for each in x12_pieces(data)) == data
    found = [each.elements for each in x12_pieces(data) if each.kind == "segment"]
    assert found[:3] == [[b"ST", b"850", b"0001\r"], [b"BEG", b"00\r"], [b"SE", b"9", b"0001\r"]]
    assert b"SE|3|" in b"".join(rewrite_x12(data, lambda tag, _: {1: b"3"} if tag == "SE" else {}))


def test_the_marks_of_una_hold_to_the_end_of_the_interchange() -> None:
    data = b"UNA:+.# '" + MESSAGE.replace(b"?", b"#")
    texts = [each.elements[4] for each in edifact_pieces(data) if each.tag == "FTX"]
    assert texts[0] == b"it#'s 2#+2 #: who knows##"


def test_counted_data_is_one_piece() -> None:
    data = interchange("ST*841*0001", "BIN*9*~SE*1*~*~", "SE*3*0001")
    for size in (1, 5, 1000):
        found = [each for each in x12_pieces(chunks(data, size)) if each.kind == "segment"]
        assert [each.tag for each in found] == ["ISA", "GS", "ST", "BIN", "SE", "GE", "IEA"]
        assert found[3].elements == [b"BIN", b"9", b"~SE*1*~*~"]


def test_a_segment_too_long_to_hold_comes_in_parts() -> None:
    data = GOOD.replace(b"4500001", b"4" * 300_000)
    found = list(x12_pieces(chunks(data, 1000), Limits(set_bytes=10_000)))
    assert b"".join(each.raw for each in found) == data
    assert max(len(each.raw) for each in found) < 200_000
    assert "part" in {each.kind for each in found}


def test_an_envelope_gets_other_numbers_and_all_else_stays() -> None:
    def change(tag: str, elements: Sequence[bytes]) -> Mapping[int, bytes]:
        return {
            "ISA": {13: b"000000042"}, "IEA": {2: b"000000042"}, "GS": {6: b"9"}, "GE": {2: b"9"},
        }.get(tag, {})  # fmt: skip

    for data in (GOOD, b"\xef\xbb\xbf" + GOOD.replace(b"~", b"~\r\n") + b"rest"):
        expected = data.replace(b"000000001", b"000000042").replace(b"*7*X*", b"*9*X*").replace(b"GE*1*7", b"GE*1*9")
        assert b"".join(rewrite_x12(data, change)) == expected
        assert b"".join(rewrite_x12(chunks(data, 13), change)) == expected
    text = b"".join(rewrite_edifact(MESSAGE, lambda tag, _: {2: b"R?'2"} if tag == "UNZ" else {}))
    assert text == MESSAGE.replace(b"UNZ+1+REF1'", b"UNZ+1+R?'2'")
    short = MESSAGE.replace(b"UNZ+1+REF1'", b"UNZ'")
    assert b"".join(rewrite_edifact(short, lambda tag, _: {2: b"X"} if tag == "UNZ" else {})).endswith(b"UNZ++X'")


def test_nothing_changes_when_nothing_is_to_change() -> None:
    for data in (GOOD, LONG, wrapped(LONG), MESSAGE, wrapped(MESSAGE), interchange(*ORDER_SEGMENTS, end="…\r\n")):
        assert b"".join(rewrite_x12(data, lambda _tag, _elements: {})) == data
        assert b"".join(rewrite_edifact(data, lambda _tag, _elements: {})) == data


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80),
    st.lists(st.tuples(st.integers(0, 90), st.integers(-1, 9), st.binary(max_size=5)), max_size=8),
    st.integers(1, 20),
)
def test_mends_change_their_places_and_nothing_else(
    data: bytes, asked: list[tuple[int, int, bytes]], size: int
) -> None:
    mends = disjoint((Mend(*each) for each in asked), len(data))
    expected, at = b"", 0
    for each in mends:
        expected += data[at : each.offset] + each.text
        at = len(data) if each.length == REST else each.offset + each.length
    expected += data[at:]
    assert mended(data, mends) == expected
    assert b"".join(rewritten(chunks(data, size), mends)) == expected


def test_a_byte_of_a_rewritten_input_knows_where_it_stood() -> None:
    chance = random.Random(5)
    data = bytes(range(200))
    origins, now = Origins(), data
    for _ in range(4):
        mends = disjoint(
            (
                Mend(chance.randrange(len(now)), chance.randrange(3), bytes([255] * chance.randrange(3)))
                for _ in range(9)
            ),
            len(now),
        )
        origins.add(mends)
        now = mended(now, mends)
    for at, each in enumerate(now):
        if each != 255:
            assert data[origins.of(at)] == each
