"""EDIFACT as partners send it: separators found, messages cut out, each piece with its place, each fault named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact
from crossdock.edi.kernel.faults import FAULTS, Fault
from crossdock.edi.kernel.limits import Limits

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []

HEAD = "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+REF1++++1'"
ORDER = (
    "UNH+1+ORDERS:D:96A:UN:EAN008'",
    "BGM+220+4500001+9'",
    "DTM+137:20101201:102'",
    "NAD+BY+5412345000013::9'",
    "LIN+1++5011111111116:EN'",
    "QTY+21:6'",
    "FTX+ZZZ+++It?'s 2?+2 ?: who knows??'",
    "UNS+S'",
    "UNT+9+1'",
)
TAIL = "UNZ+1+REF1'"
WHOLE = HEAD + "".join(ORDER) + TAIL


def read(text: str | bytes, **limits: int) -> list[edifact.Message | edifact.InterchangeFault]:
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    return list(edifact.read(data, Limits(**limits)))


def message(text: str | bytes) -> edifact.Message:
    (one,) = [item for item in read(text) if isinstance(item, edifact.Message)]
    return one


def codes(text: str | bytes, **limits: int) -> list[str]:
    found: list[Fault] = []
    for item in read(text, **limits):
        found += item.faults if isinstance(item, edifact.Message) else [item.fault]
    return [fault.code for fault in found]


def test_a_message_is_handed_out_with_the_headers_it_came_under() -> None:
    one = message(WHOLE)
    assert (one.type, one.version, one.control_number, one.count) == ("ORDERS", "D:96A:UN:EAN008", "1", 9)
    head = one.interchange
    assert (head.sender, head.receiver, head.control_number) == ("5412345000013", "5498765000010", "REF1")
    assert (head.syntax, head.version, head.acknowledgement_requested) == ("UNOC", "3", True)
    assert codes(WHOLE) == []


def test_elements_and_components_are_what_they_say_and_released_characters_are_part_of_them() -> None:
    segments = {segment.id: segment for segment in message(WHOLE).segments}
    assert segments["BGM"][2] == "4500001"
    assert segments["LIN"].components(3) == ["5011111111116", "EN"]
    assert (segments["LIN"].component(3, 2), segments["LIN"].component(3, 3), segments["LIN"][9]) == ("EN", "", "")
    assert segments["FTX"][4] == "It's 2+2 : who knows?"
    assert segments["FTX"].components(4) == ["It's 2+2 : who knows?"]


def test_each_piece_knows_its_place() -> None:
    one = message("\ufeff".encode() + WHOLE.encode())
    data = "\ufeff".encode() + WHOLE.encode()
    for segment in one.segments:
        assert data[segment.offset :].startswith(segment.id.encode())
    quantity = one.segments[5]
    assert data[one.offset_of(quantity.position, 1, 2) :].startswith(b"6'")
    assert (quantity.number, one.segments[6].number) == (7, 8)
    assert data[one.offset_of(7, 4) :].startswith(b"It?'s")


@pytest.mark.parametrize(
    ("una", "change"),
    [
        ("UNA:+.? '", {}),
        ("UNA:+,? '\r\n", {}),
        ("UNA;*.! ~", {":": ";", "+": "*", "'": "~", "?": "!"}),
        ("UNA:+.? \n", {"'": "\n"}),
    ],
    ids=["as usual", "own line", "other separators", "lines"],
)
def test_separators_are_what_una_says(una: str, change: dict[str, str]) -> None:
    body = WHOLE.replace("It?'s 2?+2 ?: who knows??", "plain") if change else WHOLE
    text = una + body.translate(str.maketrans(change))
    assert codes(text) == []
    assert message(text).segments[4].components(3) == ["5011111111116", "EN"]


def test_without_a_release_character_a_question_mark_is_one() -> None:
    text = "UNA:+.  '" + HEAD + "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++Why?'UNT+3+1'" + TAIL
    assert message(text).segments[1][4] == "Why?"
    assert codes(text) == []


def test_repetitions_are_told_apart_from_version_four_on() -> None:
    body = "UNH+1+ORDERS:D:96A:UN'PIA+1+A:SA*B:SA'UNT+3+1'"
    four = message(HEAD.replace("UNOC:3", "UNOC:4") + body + TAIL).segments[1]
    assert [four.components(2, n) for n in range(3)] == [["A", "SA"], ["B", "SA"], [""]]
    assert message(HEAD + body + TAIL).segments[1].components(2) == ["A", "SA*B", "SA"]


@pytest.mark.parametrize(
    ("syntax", "raw", "says"),
    [
        ("UNOC", "Zür".encode("latin-1"), "Zür"),
        ("UNOD", "Łód".encode("iso8859-2"), "Łód"),
        ("UNOE", "Мос".encode("iso8859-5"), "Мос"),
        ("UNOL", "5 €".encode("iso8859-15"), "5 €"),
        ("UNOW", "Łód €".encode(), "Łód €"),
        ("UNOY", "Łód €".encode(), "Łód €"),
        ("UNOA", "Zür".encode(), "Zür"),
        ("UNOC", "Zür".encode(), "Zür"),
        ("UNOE", "ТА".encode("iso8859-5"), "ТА"),
        ("UNOA", "Zür".encode("latin-1"), "Zür"),
    ],
)
def test_letters_are_read_in_the_stated_repertoire_or_else_as_what_they_are(syntax: str, raw: bytes, says: str) -> None:
    text = HEAD.replace("UNOC", syntax).encode() + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + raw + b"'UNT+3+1'"
    assert message(text + TAIL.encode()).segments[1][4] == says


def test_letters_of_utf8_where_others_are_stated_are_told() -> None:
    text = HEAD.encode() + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + "Zür".encode() + b"'UNT+3+1'" + TAIL.encode()
    (found,) = message(text).faults
    assert (found.code, found.position, found.element) == ("element_character", 2, 4)
    assert found.detail == "the letters are those of UTF-8, not of UNOC"
    assert message(text.decode().encode("latin-1")).faults == ()


@pytest.mark.parametrize(
    ("syntax", "raw", "words"),
    [
        ("UNOC", b"5 \x80", "'\\x80' is no character of UNOC"),
        ("UNOD", b"5 \x99", "'\\x99' is no character of UNOD"),
        ("UNOC", b"Z\xfcr \xc3\xa9", "'é' is of UTF-8, other letters are not; it is read as UNOC"),
        ("UNOW", "5 \x80".encode(), "U+0080 is a control character"),
    ],
)
def test_control_characters_beyond_ascii_and_letters_of_another_set_are_told(
    syntax: str, raw: bytes, words: str
) -> None:
    text = HEAD.replace("UNOC", syntax).encode() + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + raw + b"'UNT+3+1'"
    (found,) = message(text + TAIL.encode()).faults
    assert (found.code, found.severity, found.position, found.element) == ("element_character", "warning", 2, 4)
    assert found.detail == words


def test_lines_between_segments_and_before_them_mean_nothing() -> None:
    text = HEAD + "\r\n" + "\r\n   ".join(ORDER) + "\r\n" + TAIL + "\r\n\x1a"
    assert codes(text) == []
    assert [segment.text for segment in message(text).segments[1:3]] == ["BGM+220+4500001+9", "DTM+137:20101201:102"]


def test_a_released_terminator_before_a_service_tag_ends_nothing() -> None:
    body = "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++see?'UNT+9+1???'UNZ+1'UNT+3+1'"
    assert codes(HEAD + body + TAIL) == []
    assert message(HEAD + body + TAIL).segments[1][4] == "see'UNT"


def test_several_interchanges_groups_and_types_stand_in_one_file() -> None:
    group = "UNG+DESADV+A+B+101201:0830+7+UN+D:96A'UNH+1+DESADV:D:96A:UN'BGM+351+9'UNT+3+1'UNE+1+7'"
    text = WHOLE + "\n" + (HEAD + group + TAIL).replace("REF1", "REF2")
    found = [item for item in read(text) if isinstance(item, edifact.Message)]
    assert [(one.type, one.group.control_number if one.group else "") for one in found] == [
        ("ORDERS", ""),
        ("DESADV", "7"),
    ]
    assert codes(text) == []


SHORT = "UNH+1+ORDERS:D:96A:UN'BGM+220+1'UNT+3+1'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["empty_input"]),
        ("hello", ["not_edifact"]),
        ("ISA*00*", ["other_syntax"]),
        ("<Order/>", ["other_syntax"]),
        ("STX=ANA:1+5000000000000:SHOP'", ["tradacoms"]),
        ("UNA++.? '" + HEAD + SHORT + TAIL, ["delimiters_unclear"]),
        ("UNB+UNOC:3+A+B", ["interchange_malformed"]),
        (SHORT, ["interchange_missing"]),
        (HEAD.replace("UNOC", "XXXX") + SHORT + TAIL, ["syntax_unknown"]),
        (HEAD.replace("5412345000013:14", "") + SHORT + TAIL, ["sender_missing"]),
        (HEAD + SHORT, ["interchange_unclosed"]),
        (HEAD + "UNZ+0+REF1'", ["interchange_empty"]),
        (HEAD + SHORT + "UNZ+2+REF1'", ["interchange_count_mismatch"]),
        (HEAD + SHORT + "UNZ+1+REF2'", ["interchange_control_mismatch"]),
        (HEAD + SHORT + TAIL + "rubbish'", ["data_outside_interchange"]),
        (HEAD + "RUB+BISH'" + SHORT + TAIL, ["segment_outside_set"]),
        (HEAD + "UNT+3+1'" + SHORT + TAIL, ["trailer_without_header"]),
        (HEAD + "UNG+ORDERS+A+B+101201:0930+7'" + SHORT + TAIL, ["group_unclosed"]),
        (HEAD + "UNG+ORDERS+A+B+101201:0930+7'" + SHORT + "UNE+2+7'" + TAIL, ["group_count_mismatch"]),
        (HEAD + "UNG+ORDERS+A+B+101201:0930+7'" + SHORT + "UNE+1+8'" + TAIL, ["group_control_mismatch"]),
        (HEAD + SHORT.replace("UNT+3", "UNT+4") + TAIL, ["set_count_mismatch"]),
        (HEAD + SHORT.replace("UNT+3+1", "UNT+3+2") + TAIL, ["set_control_mismatch"]),
        (HEAD + SHORT.replace("UNT+3+1'", "") + TAIL, ["set_unclosed"]),
        (HEAD + SHORT.replace("ORDERS:D:96A:UN", "ORDERS") + TAIL, ["set_malformed"]),
        (HEAD + SHORT + SHORT + TAIL.replace("1", "2", 1), ["set_control_repeated"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_thing_that_is_wrong_has_its_name(text: str, expected: list[str]) -> None:
    assert codes(text) == expected
    assert all(code in FAULTS for code in expected)


def test_what_is_too_long_is_cut_off_and_said_and_what_follows_is_read() -> None:
    long = "UNH+1+ORDERS:D:96A:UN'" + "FTX+AAI'" * 500 + "UNT+502+1'"
    after = SHORT.replace("+1+", "+2+", 1).replace("UNT+3+1", "UNT+3+2")
    text = HEAD + long + after + TAIL.replace("+1+", "+2+")
    assert codes(text, set_bytes=1000) == ["set_too_large"]
    assert codes(text, set_segments=400) == ["too_many_segments"]
    assert codes(text, input_bytes=100)[-1] == "input_too_large"
    assert codes(HEAD + "UNT+1'" * 50, faults=10) == ["trailer_without_header"] * 10 + ["too_many_faults"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1), st.sampled_from([WHOLE, "UNA:+.? '\r\n" + WHOLE + "\n" + WHOLE]))
def test_it_does_not_matter_in_which_pieces_the_bytes_come(sizes: list[int], text: str) -> None:
    data, pieces, at, turn = text.encode(), [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(data[at : at + size])
        at, turn = at + size, turn + 1
    assert [_told(item) for item in edifact.read(iter(pieces))] == [_told(item) for item in edifact.read(data)]


def _told(item: edifact.Message | edifact.InterchangeFault) -> object:
    if isinstance(item, edifact.Message):
        return item.raw, item.number, item.offset, item.count, item.faults
    return item.fault


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "UNA:+.? '",
                HEAD,
                *ORDER,
                TAIL,
                "UNG+ORDERS+A+B+101201:0930+7'",
                "UNE+1+7'",
                "?",
                "'",
                "''",
                "??'",
                "+",
                "\n",
            ]
        )
    ),
    st.binary(max_size=20),
    st.integers(0, 400),
)
def test_whatever_the_bytes_are_faults_are_named_and_lie_inside(parts: list[str], noise: bytes, at: int) -> None:
    data = "".join(parts).encode()
    data = data[:at] + noise + data[at:]
    for item in edifact.read(data):
        found = (item.fault,) if isinstance(item, edifact.InterchangeFault) else item.faults
        for fault in found:
            assert fault.code in FAULTS
            assert 0 <= fault.offset <= len(data)
            assert fault.segment >= 1
        if isinstance(item, edifact.Message):
            assert len(item.texts) == item.count
            assert data[item.offset : item.offset + len(item.raw)] == item.raw
            for segment in item.segments:
                assert 0 <= segment.offset <= len(data)
                assert all(isinstance(segment[n], str) for n in range(len(segment) + 2))


@pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_public_sample_is_read_or_refused_by_name(path: Path) -> None:
    data = path.read_bytes()
    items = list(edifact.read(data))
    assert items
    if data.lstrip(b"\xef\xbb\xbf").startswith((b"UNA", b"UNB", b"UNH")):
        messages = [item for item in items if isinstance(item, edifact.Message)]
        assert messages
        for one in messages:
            assert one.control_number
            assert [segment.offset for segment in one.segments] == sorted({s.offset for s in one.segments})
            for segment in one.segments:
                assert data[segment.offset :].startswith(segment.id.encode())
    else:
        (refusal,) = items
        assert isinstance(refusal, edifact.InterchangeFault)
        assert refusal.fault.code in ("tradacoms", "other_syntax", "not_edifact")
