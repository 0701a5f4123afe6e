"""What partners' files are like: every oddity is read or refused by name, and each fault stands where it is."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, x12
from crossdock.edi.kernel.faults import FAULTS, Fault
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.syntax import EDIFACT, syntax_of
from tests.unit.edi.samples import ORDER_SEGMENTS, codes, faults, interchange, sets

ISA = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>~"
GOOD = interchange(*ORDER_SEGMENTS)
LONG = interchange(
    "ST*850*0001", "BEG*00*SA*4500001**20101201", *["PO1*10*6*EA*2.55**IN*85123A"] * 30, "CTT*30", "SE*34*0001"
)
MESSAGE = (
    "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+REF1'UNH+1+ORDERS:D:96A:UN'BGM+220+4500001+9'"
    + "LIN+1++4000862141404:EN'QTY+21:40'FTX+AAI+++it?'s 2?+2 ?: who knows??'" * 10
    + "UNS+S'UNT+34+1'UNZ+1+REF1'"
).encode()


def told(data: bytes, **limits: int) -> list[Fault]:
    """All faults of EDIFACT, those of messages with them."""
    found: list[Fault] = []
    for item in edifact.read(data, Limits(**limits)):
        found += [item.fault] if isinstance(item, edifact.InterchangeFault) else item.faults
    return found


def messages(data: bytes) -> list[edifact.Message]:
    return [item for item in edifact.read(data) if isinstance(item, edifact.Message)]


def wrapped(data: bytes, end: bytes = b"\n", width: int = 80) -> bytes:
    return end.join(data[at : at + width] for at in range(0, len(data), width))


def test_the_samples_are_sound_before_they_are_broken() -> None:
    assert faults(GOOD) == faults(LONG) == told(MESSAGE) == []


# Encodings


@pytest.mark.parametrize("data", [GOOD, MESSAGE], ids=["X12", "EDIFACT"])
@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
def test_other_encodings_are_refused_by_name(data: bytes, codec: str) -> None:
    for found in (faults(data.decode().encode(codec)), told(data.decode().encode(codec))):
        assert [(each.code, each.offset) for each in found] == [("encoding_unsupported", 0)]
        assert ("EBCDIC" if codec == "cp037" else codec[:6].upper()) in found[0].detail


def test_a_byte_order_mark_is_told_wherever_it_stands() -> None:
    other = GOOD.replace(b"000000001", b"000000002")
    found = faults(b"\xef\xbb\xbf" + GOOD + b"\xef\xbb\xbf" + other)
    assert [(each.code, each.offset) for each in found] == [
        ("byte_order_mark", 0),
        ("byte_order_mark", 3 + len(GOOD)),
    ]
    assert codes(told(b"\xef\xbb\xbf" + MESSAGE)) == ["byte_order_mark"]
    assert len(messages(b"\xef\xbb\xbf" + MESSAGE)) == 1


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"STX=ANA:1+1:A'", "tradacoms"), (b"PK\x03\x04", "ZIP"), (b"\x1f\x8b\x08", "GZIP"), (b"MSH|^~\\&|", "HL7"),
     (b"<Order/>", "XML"), (b"MIME-Version: 1.0", "MIME"), (b"EDI_DC40  800", "SAP IDoc"), (b"%PDF-1.4", "PDF")],
)  # fmt: skip
def test_other_syntaxes_are_refused_by_name(data: bytes, name: str) -> None:
    for found in (faults(data), told(data)):
        assert len(found) == 1
        assert name == found[0].code or found[0].detail.startswith(f"the input is {name}, not ")


# The header of X12, element by element


@pytest.mark.parametrize("element", range(1, 16))
def test_each_element_of_isa_has_its_width(element: int) -> None:
    parts = ISA.split(b"*")
    place = len(b"*".join(parts[:element])) + 1
    parts[element] += b" "
    data = GOOD.replace(ISA, b"*".join(parts))
    found = faults(data)
    assert [(each.code, each.element, each.offset) for each in found][:2] == [
        ("isa_width", 0, 0),
        ("isa_element_width", element, place),
    ]
    assert sets(data)[0].interchange.sender == "SENDER"


@pytest.mark.parametrize(
    ("element", "value", "code"),
    [
        (1, "99", "authorization_qualifier_invalid"),
        (3, "XX", "security_qualifier_invalid"),
        (5, "99", "sender_qualifier_invalid"),
        (6, " " * 15, "sender_missing"),
        (7, "QQ", "receiver_qualifier_invalid"),
        (8, " " * 15, "receiver_missing"),
        (9, "101332", "interchange_date_invalid"),
        (10, "2561", "interchange_time_invalid"),
        (11, "X", "interchange_standard_unknown"),
        (12, "00999", "interchange_version_unknown"),
        (14, "Y", "acknowledgement_request_invalid"),
        (15, "X", "usage_invalid"),
    ],
)
def test_each_value_of_isa_is_what_the_standard_wants(element: int, value: str, code: str) -> None:
    parts = ISA.decode().split("*")
    place = len("*".join(parts[:element])) + 1
    parts[element] = value
    found = faults(GOOD.replace(ISA, "*".join(parts).encode()))
    assert [(each.code, each.element, each.offset, each.severity) for each in found] == [
        (code, element, place, "warning")
    ]
    assert FAULTS[code].ta1


def test_a_control_number_that_is_no_number_is_told() -> None:
    found = faults(GOOD.replace(b"000000001", b"00000000A"))
    assert [(each.code, each.element) for each in found] == [("interchange_control_invalid", 13)]


@pytest.mark.parametrize("sixteenth", [b" ", b"A", b""])
def test_an_isa16_that_separates_nothing_is_told(sixteenth: bytes) -> None:
    data = GOOD.replace(b"*P*>~", b"*P*" + sixteenth + b"~")
    found = [each for each in faults(data) if each.code != "isa_width"]
    assert [(each.code, each.element, each.offset) for each in found] == [("component_separator_invalid", 16, 104)]
    assert len(sets(data)) == 1


@pytest.mark.parametrize(
    ("gs", "code", "element"),
    [
        ("GS*PO**RECEIVER*20101201*0826*7*X*004010", "group_party_missing", 2),
        ("GS*PO*SENDER**20101201*0826*7*X*004010", "group_party_missing", 3),
        ("GS*PO*SENDER*RECEIVER*20101301*0826*7*X*004010", "group_date_invalid", 4),
        ("GS*PO*SENDER*RECEIVER*20101201*2960*7*X*004010", "group_time_invalid", 5),
        ("GS*PO*SENDER*RECEIVER*20101201*0826*7*Q*004010", "group_agency_unknown", 7),
        ("GS*PO*SENDER*RECEIVER*20101201*0826*7*X*9", "group_version_unknown", 8),
        ("GS*PO*SENDER*RECEIVER*20101201*0826*7", "group_malformed", 0),
        ("GS*IN*SENDER*RECEIVER*20101201*0826*7*X*004010", "group_type_mismatch", 1),
    ],
)
def test_each_value_of_gs_is_what_the_standard_wants(gs: str, code: str, element: int) -> None:
    found = faults(GOOD.replace(b"GS*PO*SENDER*RECEIVER*20101201*0826*7*X*004010", gs.encode()))
    assert [(each.code, each.element) for each in found] == [(code, element)]


def test_numbers_that_repeat_are_told() -> None:
    twice = GOOD + GOOD
    assert [(each.code, each.offset) for each in faults(twice)] == [("interchange_control_repeated", len(GOOD) + 90)]
    group = GOOD[GOOD.index(b"GS*") : GOOD.index(b"IEA")]
    data = GOOD.replace(group, group * 2).replace(b"IEA*1", b"IEA*2")
    assert codes(faults(data)) == ["group_control_repeated"]
    assert codes(told(MESSAGE + MESSAGE)) == ["interchange_control_repeated"]


def test_envelopes_that_hold_nothing_are_told() -> None:
    empty = GOOD.replace(GOOD[GOOD.index(b"ST*") : GOOD.index(b"GE*")], b"").replace(b"GE*1", b"GE*0")
    assert codes(faults(empty)) == ["group_empty"]
    bare = ISA + b"IEA*0*000000001~"
    assert codes(faults(bare)) == ["interchange_empty"]


@pytest.mark.parametrize("version", ["00200", "00204", "00301", "00401", "00402", "00501", "00601", "00704", "00806"])
def test_every_version_of_the_envelope_is_read(version: str) -> None:
    repeats = version >= "00402"
    group = {"00200": "002001", "00204": "002040"}.get(version, version[:3] + version[3:] + "0")
    data = GOOD.replace(b"00401", version.encode()).replace(b"004010", group.encode())
    data = data.replace(b"*U*", b"*^*") if repeats else data
    assert faults(data) == []
    (ts,) = sets(data)
    assert (ts.interchange.version, ts.interchange.delimiters.repetition) == (version, "^" if repeats else "")
    if repeats:  # U stands for the standard up to 00401; a letter separates nothing
        assert codes(faults(data.replace(b"*^*", b"*U*"))) == ["interchange_standard_unknown"]


def test_segments_beside_groups_are_no_fault_and_a_ta1_is_handed_out_when_asked_for() -> None:
    ta1 = b"TA1*000000905*101201*0826*A*000~"
    data = ISA + b"ISB*2*N~ISE*20101202~" + ta1 + b"TA3*1*2*3*4*5*6*7*8*9~" + GOOD[len(ISA) :]
    assert faults(data) == []
    assert [ts.type for ts in sets(data)] == ["850"]
    found = [each for each in x12.read(data, acknowledgements=True) if isinstance(each, x12.TransactionSet)]
    assert (found[0].type, found[0].control_number, found[0].count) == ("TA1", "000000905", 1)
    assert data[found[0].offset :].startswith(ta1)
    assert found[0].raw == ta1
    assert faults(ISA + ta1 + b"IEA*0*000000001~") == []


# Lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("width", [72, 80, 128])
def test_lines_of_one_length_are_read_as_if_they_were_none(end: bytes, width: int) -> None:
    data = wrapped(LONG, end, width)
    found = faults(data)
    assert [(each.code, each.offset) for each in found] == [("lines_wrapped", width)]
    (ts,) = sets(data)
    (plain,) = sets(LONG)
    assert ts.texts == plain.texts
    for segment, other in zip(ts.segments, plain.segments, strict=True):
        for element in range(1, len(segment) + 1):
            value, expected = segment.element(element), other.element(element)
            assert value.text == expected.text
            there = data[value.offset : value.offset + value.length].replace(end, b"")
            assert there == value.text.encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("width", [20, 40, 72, 80, 81, 82, 83])
def test_wrapped_messages_are_read_though_a_release_character_is_cut_from_what_it_releases(
    end: bytes, width: int
) -> None:
    data = wrapped(MESSAGE, end, width)
    assert codes(told(data)) == ["lines_wrapped"]
    (message,), (plain,) = messages(data), messages(MESSAGE)
    for segment, other in zip(message.segments, plain.segments, strict=True):
        assert [segment[n] for n in range(len(segment) + 1)] == [other[n] for n in range(len(other) + 1)]
        value = segment.element(1)
        assert unreleased(data[value.offset : value.offset + value.length].replace(end, b"")) == value.text


def unreleased(raw: bytes) -> str:
    return re.sub(r"\?(.)", r"\1", raw.decode("latin-1"))


def test_several_wrapped_interchanges_keep_their_headers() -> None:
    data = wrapped(LONG + LONG.replace(b"000000001", b"000000002"))
    assert set(codes(faults(data))) == {"lines_wrapped"}
    assert [(ts.interchange.control_number, ts.count) for ts in sets(data)] == [("000000001", 34), ("000000002", 34)]


def test_files_with_a_segment_a_line_are_not_taken_for_wrapped_ones() -> None:
    for end in (b"~\n", b"~\r\n", b"\n", b"\r\n"):
        assert faults(GOOD.replace(b"~", end)) == []
    assert told(MESSAGE.replace(b"'", b"'\r\n").replace(b"?'\r\n", b"?'")) == []


def test_a_line_end_in_place_of_a_terminator_is_told_where_it_stands() -> None:
    data = GOOD.replace(b"~CTT*1~", b"\nCTT*1~")
    found = faults(data)
    assert [(each.code, each.offset) for each in found] == [
        ("set_count_mismatch", data.index(b"SE*") + 3),
        ("terminator_mixed", data.index(b"\nCTT")),
    ]


def test_what_follows_terminators_but_one_of_a_file_that_is_cut_off_joins_no_segments() -> None:
    header = interchange().split(b"GS")[0]
    data = header + b"\nGS*PO*A*B*20101201*0826*7*X*004010~\nST*850*0001~SE*2*0001"
    (found,) = [item for item in x12.read(data) if isinstance(item, x12.TransactionSet)]
    assert list(found.texts) == ["ST*850*0001", "SE*2*0001"]
    assert all(each.offset <= len(data) for each in found.faults)


def test_a_segment_without_terminator_at_the_end_is_told() -> None:
    assert [(each.code, each.offset) for each in faults(GOOD[:-1])] == [("segment_unterminated", len(GOOD) - 1)]
    assert [(each.code, each.offset) for each in told(MESSAGE[:-1])] == [("segment_unterminated", len(MESSAGE) - 1)]
    assert faults(GOOD.replace(b"~", b"\n")[:-1]) == []
    assert codes(faults(GOOD[: GOOD.index(b"GE*") - 1])) == [
        "group_unclosed", "segment_unterminated", "interchange_unclosed"
    ]  # fmt: skip


# Tags


@pytest.mark.parametrize("tag", [b"ST", b"SE", b"GS", b"GE", b"IEA"])
def test_tags_in_small_letters_are_read_as_what_they_mean(tag: bytes) -> None:
    data = GOOD.replace(b"~" + tag + b"*", b"~" + tag.lower() + b"*")
    found = faults(data)
    assert [(each.code, each.offset) for each in found] == [("tag_lower_case", data.index(tag.lower() + b"*"))]
    assert [ts.count for ts in sets(data)] == [5]


@pytest.mark.parametrize("tag", [b"UNB", b"UNH", b"UNT", b"UNZ"])
def test_tags_of_messages_in_small_letters_are_read_as_what_they_mean(tag: bytes) -> None:
    data = MESSAGE.replace(tag + b"+", tag.lower() + b"+", 1)
    assert [(each.code, each.offset) for each in told(data)] == [("tag_lower_case", data.index(tag.lower() + b"+"))]
    assert [message.count for message in messages(data)] == [34]


def test_blanks_before_segments_are_no_part_of_them() -> None:
    assert faults(GOOD.replace(b"~", b"~  \t")) == []
    assert told(MESSAGE.replace(b"'QTY", b"'  \tQTY")) == []


# Counted data


def test_binary_data_may_hold_anything() -> None:
    noise = b"~SE*2*0001~\x00*\xff>GE*1*7~IEA*1*1~"
    for tag, head in (("BIN", f"BIN*{len(noise)}*"), ("BDS", f"BDS*ASB*{len(noise)}*")):
        data = interchange("ST*841*0001", "SPI*00", head + "@", "SE*4*0001", group="SP").replace(b"@", noise)
        for size in (1, 7, 5000):
            items = list(x12.read(data[at : at + size] for at in range(0, len(data), size)))
            assert [type(item) for item in items] == [x12.TransactionSet]
        (ts,) = sets(data)
        assert (ts.count, ts.faults) == (4, ())
        segment = ts.segments[2]
        assert (segment.id, segment.binary, ts.segments[1].binary) == (tag, noise, None)
        value = segment.element(2 if tag == "BIN" else 3)
        assert data[value.offset : value.offset + value.length] == noise
        assert [each.id for each in ts.segments] == ["ST", "SPI", tag, "SE"]
        assert data[ts.offset_of(4) :].startswith(b"SE*4")


@pytest.mark.parametrize("length", ["3", "5", "4000", "99999999999999", "x", ""])
def test_binary_data_of_another_length_than_is_said_refuses_its_set_alone(length: str) -> None:
    data = interchange("ST*841*0001", f"BIN*{length}*abcd", "SE*3*0001", *ORDER_SEGMENTS, group="SP")
    read = sets(data)
    assert codes(read[0].faults) == ["binary_length_mismatch"]
    assert read[0].faults[0].position == 2
    assert data[read[0].faults[0].offset :].startswith(f"{length}*".encode())
    assert [ts.type for ts in read] == ["841", "850"]


# UNA and UNB


@pytest.mark.parametrize(
    ("una", "odd"),
    [
        ("UNA:+.? '", False),
        ("UNA:+,? '", False),
        ("UNA:+.  '", False),
        ("UNA:+.?*'", True),
        ("UNA:+.?'\r\n", True),
        ("UNA:+.?+'", True),
        ("UNA:+-? '", True),
    ],
)
def test_what_is_odd_about_una_is_told(una: str, odd: bool) -> None:
    data = una.encode() + MESSAGE.replace(b"it?'s 2?+2 ?: who knows??", b"plain")
    assert codes(told(data)) == (["una_invalid"] if odd else [])
    assert len(messages(data)) == 1


def test_separators_without_una_that_are_not_the_usual_are_found() -> None:
    data = MESSAGE.translate(bytes.maketrans(b"+:'", b"|^~")).replace(b"?", b"")
    data = data.replace(b"it~s 2|2 ^ who", b"its who")
    assert codes(told(data)) == ["una_invalid"]
    (message,) = messages(data)
    assert (message.type, message.version, message.count) == ("ORDERS", "D:96A:UN", 34)


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ((b"101201:0830", b"101341:0830"), "interchange_date_invalid", 4),
        ((b"101201:0830", b"101201:2530"), "interchange_time_invalid", 4),
        ((b"REF1", b"REFERENCE000001"), "interchange_control_invalid", 5),
        ((b"+REF1'UNH", b"+REF1++++7'UNH"), "acknowledgement_request_invalid", 9),
        ((b"+REF1'UNH", b"+REF1++++++9'UNH"), "usage_invalid", 11),
        ((b":UN'", b":QQ'"), "set_agency_unknown", 2),
    ],
)
def test_each_value_of_unb_and_unh_is_what_the_standard_wants(
    change: tuple[bytes, bytes], code: str, element: int
) -> None:
    found = told(MESSAGE.replace(*change))
    assert [(each.code, each.element) for each in found] == [(code, element)]
    assert FAULTS[code].severity == "warning"


def test_a_group_of_messages_says_what_is_wrong_with_it() -> None:
    head, body = MESSAGE[: MESSAGE.index(b"UNH")], MESSAGE[MESSAGE.index(b"UNH") : MESSAGE.index(b"UNZ")]
    data = head + b"UNG+INVOIC++B+101341:0830+7+UN+D:96A'" + body + b"UNE+1+7'" + MESSAGE[MESSAGE.index(b"UNZ") :]
    assert codes(told(data)) == ["group_party_missing", "group_date_invalid", "group_type_mismatch"]
    empty = head + b"UNG+ORDERS+A+B+101201:0830+7+UN+D:96A'UNE+0+7'" + body + MESSAGE[MESSAGE.index(b"UNZ") :]
    assert codes(told(empty)) == ["group_empty", "group_missing"]


def test_a_release_character_that_releases_nothing_is_told() -> None:
    data = MESSAGE[: MESSAGE.index(b"?: who") + 1]
    found = told(data)
    assert codes(found) == ["set_unclosed", "release_dangling", "segment_unterminated", "interchange_unclosed"]
    assert found[1].offset == len(data) - 1


# Limits

SECOND = 1_000_000_000


def test_a_segment_with_too_many_elements_refuses_its_set() -> None:
    data = interchange("ST*850*0001", "REF" + "*" * 300, "SE*3*0001")
    found = [item for item in x12.read(data, Limits(segment_elements=200)) if isinstance(item, x12.TransactionSet)]
    assert [(each.code, each.position) for each in found[0].faults] == [("too_many_elements", 2)]
    text = MESSAGE.replace(b"BGM+220", b"BGM" + b"+" * 900)
    assert "too_many_elements" in codes(told(text, segment_elements=800))


def test_reading_ends_by_name_when_the_time_is_over() -> None:
    many = b"".join(GOOD.replace(b"000000001", b"%09d" % n) for n in range(1, 200))
    ticks = iter(range(0, 10_000 * SECOND, SECOND))
    found = list(x12.read(many, Limits(seconds=50), clock=lambda: next(ticks)))
    assert isinstance(found[-1], x12.InterchangeFault)
    assert found[-1].fault.code == "time_exceeded"
    assert 5 < len(found) < 60
    whole = list(x12.read(many, Limits(seconds=50), clock=lambda: 0))
    assert len(whole) == 199
    slow = (MESSAGE[at : at + 1] for at in range(len(MESSAGE)))
    ticks = iter(range(0, 10_000 * SECOND, 100 * SECOND))
    last = list(edifact.read(slow, Limits(seconds=50), clock=lambda: next(ticks)))[-1]
    assert isinstance(last, edifact.InterchangeFault)
    assert last.fault.code == "time_exceeded"


# Places


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.text("ABC12 .>", max_size=6), min_size=1, max_size=5), min_size=1, max_size=6),
    st.sampled_from(["~", "\n", "~\r\n", "…", "~\n  "]),
    st.sampled_from([b"", b"\xef\xbb\xbf", b" \r\n"]),
)
def test_the_bytes_at_the_place_of_an_x12_value_are_the_value(rows: list[list[str]], end: str, before: bytes) -> None:
    segments = ["*".join(["REF", *row]) for row in rows]
    data = before + interchange("ST*850*0001", *segments, f"SE*{len(rows) + 2}*0001", end=end)
    (ts,) = sets(data)
    for segment in ts.segments:
        for number in range(1, len(segment) + 1):
            for value in (segment.element(number), *(
                segment.element(number, at) for at in range(1, len(segment.components(number)) + 1)
            )):  # fmt: skip
                assert data[value.offset : value.offset + value.length].decode() == value.text
                assert value.segment == segment.number
        assert segment.element(40).text == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.lists(st.text("AB1?'+:* ", max_size=6), min_size=1, max_size=3), min_size=1, max_size=4),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["", "\r\n"]),
)
def test_the_bytes_at_the_place_of_an_edifact_value_are_the_value(rows: list[list[list[str]]], line: str) -> None:
    def written(text: str) -> str:
        return re.sub(r"([?'+:*])", r"?\1", text)

    segments = ["+".join(["FTX", *(":".join(map(written, parts)) for parts in row)]) for row in rows]
    head = ["UNB+UNOC:4+A:14+B:14+20101201:0830+REF1", "UNH+1+ORDERS:D:96A:UN"]
    text = f"'{line}".join([*head, *segments, f"UNT+{len(rows) + 2}+1", "UNZ+1+REF1", ""])
    data = text.encode()
    (message,) = messages(data)
    for segment, row in zip(message.segments[1:-1], rows, strict=True):
        for number, parts in enumerate(row, 1):
            for component, part in enumerate(parts, 1):
                value = segment.element(number, component)
                assert value.text == part
                assert unreleased(data[value.offset : value.offset + value.length]) == part


def test_a_repetition_has_a_place_of_its_own() -> None:
    data = interchange("ST*850*0001", "REF*ZZ*A^B>C^D", "SE*3*0001").replace(b"*U*00401", b"*^*00501")
    segment = sets(data)[0].segments[1]
    value = segment.element(2, 2, 1)
    assert (value.text, value.pointer) == (
        "C",
        f"segment 4 (REF), element 2, component 2, repetition 2, byte {value.offset}",
    )
    assert data[value.offset : value.offset + 1] == b"C"
    assert segment.repeats(2) == ["A", "B>C", "D"]
    text = MESSAGE.replace(b"UNOC:3", b"UNOC:4").replace(b"QTY+21:40", b"QTY+21:40*22:50")
    again = messages(text)[0].segments[3].element(1, 2, 1)
    assert (again.text, text[again.offset : again.offset + 2]) == ("50", b"50")


# What an independent check of the envelopes found

FOLDER = Path(__file__).resolve().parents[4] / "shared"
MANIFEST = FOLDER / "fixtures" / "MANIFEST.csv"
FOUND_AS = (
    (r"UNT .*!=.*|SE01 .*!=.*", {"set_count_mismatch"}),
    (r"UNH-ref!=UNT-ref|ST02!=SE02|bad-UNT", {"set_control_mismatch"}),
    (r"UNB-ref!=UNZ-ref|ISA13!=IEA02|bad-UNZ", {"interchange_control_mismatch"}),
    (r"GS06!=GE02", {"group_control_mismatch"}),
    (r"UNH-without-UNT", {"set_unclosed", "set_control_mismatch"}),
    (r"no-UNZ|no-IEA", {"interchange_unclosed"}),
    (r"ISA-not-fixed-width", {"isa_width", "isa_element_width"}),
    (r"no-envelope", {"interchange_missing", "tradacoms"}),
    (r"unterminated-tail", {"segment_unterminated", "set_count_mismatch"}),
)
# What that check found and is not so: it counts no groups where ISA is short, knows no terminator beyond ASCII, takes
# several interchanges for one, wants a line end after the last line, and ISA to end where a byte order mark pushed it.
MISTAKEN = {
    ("x12.810.mandatory-conditions.edi", "IEA01 1!=0"), ("x12.810a.edi", "IEA01 1!=0"), ("x12.810b.edi", "IEA01 1!=0"),
    ("x12.810c.edi", "IEA01 1!=0"), ("x12.810d.edi", "IEA01 1!=0"), ("x12.850a.edi", "IEA01 1!=0"),
    ("Example3.txt", "no-IEA"), ("EDIFACT-interchanges.edifact", "UNZ 1!=3"),
    ("edifact.D01B.IFCSUM.NewLines.EDI", "no-UNZ"), ("x12.850.edi", "ISA-not-fixed-width"),
}  # fmt: skip


def _checked() -> list[tuple[str, str]]:
    if not MANIFEST.is_file():
        return []
    with MANIFEST.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["path"].startswith("fixtures/edi/")]
    return [(row["path"], row["structural_check"]) for row in rows if row["structural_check"]]


@pytest.mark.skipif(not MANIFEST.is_file(), reason=f"no public samples in {FOLDER}")
@pytest.mark.parametrize(("path", "check"), _checked(), ids=lambda value: value)
def test_everything_an_independent_check_found_is_found_at_its_place(path: str, check: str) -> None:
    data = (FOLDER / path).read_bytes()
    told_here = told if syntax_of(data.removeprefix(b"\xef\xbb\xbf").lstrip()) == EDIFACT else faults
    found = told_here(data)
    if check == "ok":
        assert not {each.code for each in found if each.severity == "error"}
    for each in check.split("; ") if check != "ok" else ():
        if (Path(path).name, each) in MISTAKEN:
            continue
        expected = next(codes for pattern, codes in FOUND_AS if re.fullmatch(pattern, each))
        assert expected & {fault.code for fault in found}, (each, found)
    for fault in found:
        if fault.element and fault.segment_id in ("SE", "GE", "IEA", "UNT", "UNZ"):
            said = re.search(r"(?:says|counts|is|reference) (\S+?),", fault.detail)
            assert said is not None
            if said[1] not in ("none", "nothing", "empty"):
                assert data[fault.offset :].startswith(said[1].encode())
