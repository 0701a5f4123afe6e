from __future__ import annotations

from collections.abc import Iterator

import pytest

from crossdock.edi import x12
from crossdock.edi.kernel.tolerance import Policy, apply
from tests.unit.edi.samples import ORDER_SEGMENTS, codes, faults, interchange, order, sets, written


@pytest.mark.parametrize("end", ["~", "\n", "\r\n", "'", "\x1c", "?", "~\r\n", "~\n", "'\n", "|", "\\", "…", "\r"])
@pytest.mark.parametrize(("element", "component"), [("*", ">"), ("|", ":"), ("^", ">"), ("\x1d", "\x1f"), ("~", "`")])
def test_separators_and_terminators_are_found_in_the_header(end: str, element: str, component: str) -> None:
    if end[0] in (element, component):
        pytest.skip("no header can use one character for two purposes")
    data = interchange(*ORDER_SEGMENTS, element=element, component=component, end=end)
    items = list(x12.read(data))
    assert [type(item) for item in items] == [x12.TransactionSet]
    (ts,) = sets(data)
    assert (ts.type, ts.control_number, ts.count, ts.faults) == ("850", "0001", 5, ())
    assert [segment.id for segment in ts.segments] == ["ST", "BEG", "PO1", "CTT", "SE"]
    assert ts.interchange.delimiters.element == element


@pytest.mark.parametrize("end", ["~", "\n", "~\r\n", "~\n    ", "…\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\r\n \n"])
def test_every_segment_is_where_its_offset_says(end: str, start: bytes) -> None:
    data = start + interchange(*ORDER_SEGMENTS, end=end)
    (ts,) = sets(data)
    for segment in ts.segments:
        assert data[segment.offset :].startswith(segment.text.encode())
    price = ts.offset_of(3, 4)
    assert data[price:].startswith(b"2.55")
    assert [segment.number for segment in ts.segments] == [3, 4, 5, 6, 7]


def test_a_byte_order_mark_is_no_part_of_the_interchange() -> None:
    data = b"\xef\xbb\xbf" + interchange(*ORDER_SEGMENTS)
    assert [(each.code, each.offset, each.severity) for each in faults(data)] == [("byte_order_mark", 0, "warning")]
    assert sets(data)[0].interchange.offset == 3


def test_a_header_of_the_wrong_width_is_read_with_a_warning() -> None:
    data = interchange(*ORDER_SEGMENTS).replace(b"          ", b" ")
    assert [(each.code, each.element) for each in faults(data)] == [
        ("isa_width", 0), ("isa_element_width", 2), ("isa_element_width", 4)
    ]  # fmt: skip
    assert sets(data)[0].interchange.sender == "SENDER"


def test_a_header_without_component_separator_still_tells_its_terminator() -> None:
    for end in ("~", "~\r\n"):
        data = interchange(*ORDER_SEGMENTS, component="", end=end)
        (ts,) = sets(data)
        assert (ts.interchange.delimiters.terminator, ts.interchange.delimiters.component) == ("~", "")
        assert ts.segments[1].components(3) == ["4500001"]


def test_several_interchanges_groups_and_types_in_one_file_keep_their_headers() -> None:
    invoice = ("ST*810*0001", "BIG*20101201*I1", "IT1*1*1*EA*1", "TDS*100", "SE*5*0001")
    first = interchange(*ORDER_SEGMENTS)
    second = interchange(*invoice, element="|", end="\n", group="IN")
    read = sets(first + b"\r\n" + second + first)
    assert [(ts.type, ts.group.functional_id, ts.number) for ts in read] == [
        ("850", "PO", 3),
        ("810", "IN", 12),
        ("850", "PO", 21),
    ]
    assert read[1].offset == len(first) + 2 + second.index(b"ST|")


def test_chunks_of_any_size_read_the_same() -> None:
    data = written(("purchase_order", order(lines=30)), ("purchase_order", order("4500002", 3)))
    whole = [(ts.raw, ts.number, ts.offset, ts.count) for ts in sets(data)]
    for size in (1, 7, 100, 4096):
        chunks = (data[at : at + size] for at in range(0, len(data), size))
        read = [item for item in x12.read(chunks) if isinstance(item, x12.TransactionSet)]
        assert [(ts.raw, ts.number, ts.offset, ts.count) for ts in read] == whole


@pytest.mark.parametrize(
    ("broken", "code", "segment"),
    [
        (lambda data: data.replace(b"SE*5*", b"SE*6*"), "set_count_mismatch", 7),
        (lambda data: data.replace(b"SE*5*0001", b"SE*5*0002"), "set_control_mismatch", 7),
        (lambda data: data.replace(b"SE*5*0001~", b""), "set_unclosed", 3),
        (lambda data: data.replace(b"GE*1*7", b"GE*2*7"), "group_count_mismatch", 8),
        (lambda data: data.replace(b"GE*1*7", b"GE*1*8"), "group_control_mismatch", 8),
        (lambda data: data.replace(b"GE*1*7~", b""), "group_unclosed", 2),
        (lambda data: data.replace(b"IEA*1*", b"IEA*3*"), "interchange_count_mismatch", 9),
        (lambda data: data.replace(b"IEA*1*000000001", b"IEA*1*000000002"), "interchange_control_mismatch", 9),
        (lambda data: data.replace(b"IEA*1*000000001~", b""), "interchange_unclosed", 1),
        (lambda data: data.replace(b"~ST*", b"~NTE*HELLO~ST*"), "segment_outside_set", 3),
        (lambda data: data + b"garbage", "data_outside_interchange", 10),
        (lambda data: b"garbage " + data, "data_outside_interchange", 1),
    ],
)
def test_a_broken_envelope_is_named_with_its_segment(broken, code: str, segment: int) -> None:  # type: ignore[no-untyped-def]
    data = broken(interchange(*ORDER_SEGMENTS))
    found = faults(data)
    assert codes(found) == [code]
    assert found[0].segment == segment
    assert 0 <= found[0].offset <= len(data)
    assert x12.FAULTS[code].words


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_input"),
        (b" \r\n ", "empty_input"),
        (b"UNA:+.? 'UNB+UNOC:3+A+B", "other_syntax"),
        (b"\xef\xbb\xbfSTX=ANA:1+:ANY SHOP", "tradacoms"),
        (b"<?xml version='1.0'?>", "other_syntax"),
        (b"hello", "not_x12"),
        (b"ISA", "not_x12"),
        (b"ISA*00*", "isa_malformed"),
        (b"ISA*" * 5000, "isa_malformed"),
        (b"\x00" * 100, "empty_input"),
        (b"\xff\xfeI\x00S\x00A\x00", "encoding_unsupported"),
    ],
)
def test_what_is_no_interchange_is_refused_by_name(data: bytes, code: str) -> None:
    assert codes(faults(data))[0] == code
    assert sets(data) == []


ROWS = ("ST*850*0001", "BEG*00*SA*4500001**20101201", "PO1*10*6*EA*2.55**IN*85123A", "SE*4*0001")
GROUP = ("GS*PO*SENDER*RE CEIVER.1*20101201*0826*7*X*004010VICS", *ROWS, "GE*1*7")


def bare(*segments: str, end: str = "~", element: str = "*") -> bytes:
    return "".join(each.replace("*", element) + end for each in segments).encode()


@pytest.mark.parametrize("end", ["~", "'", "\n", "\r\n", "\r", "~\n", "~\r\n", "~ \n", "\x1c", "!"])
@pytest.mark.parametrize("element", ["*", "|", "^", "~", "\x1d"])
@pytest.mark.parametrize("segments", [ROWS, GROUP], ids=["set", "group"])
def test_a_set_or_group_without_interchange_is_read_by_the_separators_that_it_shows(
    segments: tuple[str, ...], element: str, end: str
) -> None:
    if element in end:
        return
    data = bare(*segments, end=end, element=element)
    assert codes(faults(data)) == ["interchange_missing"]
    (ts,) = sets(data)
    assert [segment.elements for segment in ts.segments] == [row.split("*") for row in ROWS]
    assert (ts.faults, ts.group.version) == ((), "004010VICS" if segments is GROUP else "")
    assert data[ts.offset :].startswith(b"ST")


def test_sets_in_a_row_without_interchange_are_told_once_and_read_one_by_one() -> None:
    data = bare(*ROWS, *(row.replace("0001", "0002") for row in ROWS))
    assert codes(faults(data)) == ["interchange_missing"]
    assert [ts.control_number for ts in sets(data)] == ["0001", "0002"]
    assert [ts.number for ts in sets(data)] == [1, 5]


def test_what_is_wrong_with_a_set_without_interchange_is_told_and_mended_as_with_any_other() -> None:
    data = bare(*ROWS[:-1], "SE*9*0001", "IEA*1*7")
    assert codes(faults(data)) == ["interchange_missing", "set_count_mismatch", "trailer_without_header"]
    assert [codes(ts.faults) for ts in sets(data)] == [["set_count_mismatch"]]
    assert apply(data, Policy.of({"based_on": "lenient"}), x12.read).verdict == "rejected", "nobody says whose it is"
    accepted = apply(data, Policy.of({"based_on": "lenient", "faults": {"interchange_missing": "accept"}}), x12.read)
    assert (accepted.data, accepted.verdict) == (bare(*ROWS), "mended")


def test_a_set_behind_an_interchange_is_one_without_and_nobody_is_owed_a_ta1_for_it() -> None:
    data = interchange(*ORDER_SEGMENTS) + bare(*ROWS)
    assert codes(faults(data)) == ["interchange_missing"]
    assert len(sets(data)) == 2
    assert len(x12.acknowledge_interchanges(x12.read(data))) == 1
    assert x12.acknowledge_interchanges(x12.read(bare(*GROUP))) == []


def test_wrapped_lines_of_a_set_without_interchange_are_no_part_of_it() -> None:
    plain = bare(*ROWS[:2], *(ROWS[2] for _ in range(8)), "SE*11*0001")
    data = b"\n".join(plain[at : at + 80] for at in range(0, len(plain), 80))
    assert codes(faults(data)) == ["lines_wrapped", "interchange_missing"]
    assert sets(data)[0].texts == sets(plain)[0].texts


@pytest.mark.parametrize(
    "data",
    [b"ST*850*0001", b"ST-850-1. See the list", b"STREET*1~", b"GS*PO*A*B~ST*850*0001~", b"ST*850*0001~and so on"],
)
def test_what_only_looks_like_a_set_is_none(data: bytes) -> None:
    assert codes(faults(data)) == ["not_x12"]
    assert sets(data) == []


def test_a_fault_of_the_set_header_stands_at_its_byte_whatever_letters_are_before_it() -> None:
    data = interchange("ST*85X*0001", "SE*2*0001", "ST*85X*0001", "SE*2*0001").replace(b"85X", b"85\xe9")
    told = [each for each in faults(data) if each.code == "set_control_repeated"]
    assert [each.offset for each in told] == [data.rfind(b"ST*85") + len("ST*85X*")]


def test_a_repeated_set_control_number_is_told() -> None:
    data = interchange(*ORDER_SEGMENTS, *ORDER_SEGMENTS)
    assert codes(faults(data)) == ["set_control_repeated"]


def test_a_set_outside_any_group_is_read_with_a_warning() -> None:
    data = interchange(*ORDER_SEGMENTS).replace(b"GS*PO*SENDER*RECEIVER*20101201*0826*7*X*004010~", b"")
    assert codes(faults(data)) == ["group_missing", "trailer_without_header", "interchange_count_mismatch"]
    assert codes(faults(data.replace(b"GE*1*7~", b""))) == ["group_missing", "interchange_count_mismatch"]
    assert len(sets(data)) == 1


def test_a_set_longer_than_the_limit_is_refused_and_the_next_one_read() -> None:
    long = ("ST*850*0001", *["PO1*10*6*EA"] * 5000, "SE*5002*0001")
    data = interchange(*long, *ORDER_SEGMENTS)
    limits = x12.Limits(set_bytes=4096)
    read = [item for item in x12.read(_slowly(data), limits) if isinstance(item, x12.TransactionSet)]
    assert [codes(ts.faults) for ts in read] == [["set_too_large"], ["set_control_repeated"]]
    assert read[0].refused
    assert read[1].number == 3 + 5002
    assert data[read[1].offset :].startswith(b"ST*850*0001~BEG")


def test_a_set_with_more_segments_than_the_limit_is_refused() -> None:
    data = interchange("ST*850*0001", *["PO1*10"] * 50, "SE*52*0001")
    read = [item for item in x12.read(data, x12.Limits(set_segments=40)) if isinstance(item, x12.TransactionSet)]
    assert codes(read[0].faults) == ["too_many_segments"]


def test_an_input_beyond_the_limit_is_cut_off_by_name() -> None:
    data = interchange(*ORDER_SEGMENTS)
    items = x12.read(data, x12.Limits(input_bytes=200))
    found = [item.fault.code for item in items if isinstance(item, x12.InterchangeFault)]
    assert "input_too_large" in found


def test_a_flood_of_faults_ends_the_reading() -> None:
    data = interchange(*ORDER_SEGMENTS) + (b"ISA*x" * 5000)
    items = list(x12.read(data, x12.Limits(faults=10)))
    assert isinstance(items[-1], x12.InterchangeFault)
    assert items[-1].fault.code == "too_many_faults"
    assert len(items) < 20


def test_an_endless_segment_does_not_grow_memory() -> None:
    def endless() -> Iterator[bytes]:
        yield interchange(*ORDER_SEGMENTS, tail=False)
        for _ in range(64):
            yield b"A" * (1 << 16)

    found = [item.fault.code for item in x12.read(endless()) if isinstance(item, x12.InterchangeFault)]
    assert found[0] == "segment_outside_set"


def _slowly(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 1000):
        yield data[at : at + 1000]
