"""EDIFACT despatch advices become the same ship notices as those of X12: what is on its way, in which pack, of which
order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.edi import edifact, maps
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.maps.declared import read_by
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
US, KILN = PartyRef("us", "5498765000010", "UL"), PartyRef("kiln", "5412345000013", "UL")
BUYING = maps.MapContext("us", US, KILN, "buyer")
HEAD = (
    "BGM+351+DES1+9",
    "DTM+137:201012010830:203",
    "DTM+11:201012011700:203",
    "DTM+132:20101203:102",
    "RFF+ON:4500001",
    "RFF+CN:1Z999",
    "NAD+SU+5412345000013::9",
    "NAD+DP+north::92",
    "TDT+20++30+31+DHL::87",
)
PALLETS = (
    "CPS+1",
    "CPS+2+1",
    "PAC+1++201",
    "PCI+33E",
    "GIN+BJ+340123450000000018",
    "LIN+1++5011111111116:EN",
    "PIA+1+MUG:IN",
    "QTY+12:6:PCE",
    "RFF+ON:4500001:10",
    "DTM+361:20111231:102",
    "GIN+BX+L7",
    "LIN+2++5011111111123:EN",
    "PIA+1+CUP:IN+C-1:SA",
    "QTY+12:4",
    "RFF+ON:4500001:2",
    "GIN+BN+S1+S2",
    "CPS+3+2",
    "LIN+3++5011111111123:EN",
    "PIA+1+CUP:IN",
    "QTY+12:1",
    "RFF+ON:4500001:3",
)


def only(*segments: str) -> edifact.Message:
    rows = "".join(each + "'" for each in segments)
    head = "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+R1'UNH+1+DESADV:D:96A:UN:EAN005'"
    data = f"{head}{rows}UNT+{len(segments) + 2}+1'UNZ+1+R1'"
    (one,) = edifact.read(data.encode())
    assert isinstance(one, edifact.Message), one
    return one


def mapped(*segments: str) -> maps.MappedDocument:
    return maps.read_message(only(*segments), BUYING)


def described(message: edifact.Message) -> object:
    """The notice as the description reads it."""
    faults: list[Fault] = []
    return read_by(message, BUYING, faults)


def notice(*segments: str) -> ShipNotice:
    found = mapped(*segments)
    assert isinstance(found.body, ShipNotice), found.faults
    return found.body


def test_a_despatch_advice_says_what_comes_when_and_in_which_pack() -> None:
    one = notice(*HEAD, *PALLETS, "CNT+2:3")
    assert (one.number, one.carrier, one.tracking) == ("DES1", "DHL", "1Z999")
    assert one.shipped_at == dt.datetime(2010, 12, 1, 17, tzinfo=dt.UTC)
    assert (one.expected_on, one.supplier, one.ship_to) == (dt.date(2010, 12, 3), KILN, PartyRef("north"))
    mug, cups, inside = one.lines
    assert (mug.item, mug.gtin, mug.quantity) == ("MUG", "5011111111116", Quantity(Decimal(6)))
    assert (mug.order_number, mug.order_line, mug.pack) == ("4500001", "10", "340123450000000018")
    assert (mug.lot, mug.expires_on) == ("L7", dt.date(2011, 12, 31))
    assert (cups.order_number, cups.order_line, cups.supplier_item, cups.serials) == (
        "4500001",
        "2",
        "C-1",
        ("S1", "S2"),
    )
    assert inside.pack == "340123450000000018", "what is inside is in the pack around it"


def test_no_two_lines_of_a_message_have_one_number() -> None:
    told = notice(*HEAD, *PALLETS, *(each.replace("0018", "0025") for each in PALLETS[1:]))
    made = maps.write_message("ship_notice", told, BUYING)
    numbers = [row[1] for row in made.parted if row[0] == "LIN"]
    assert numbers == [str(number) for number in range(1, len(told.lines) + 1)]


def test_a_carton_stands_on_the_pallet_around_it() -> None:
    pallet, carton, other = "340123450000000018", "340123450000000025", "340123450000000032"
    line = PALLETS[5:9]
    levels = ("CPS+1", "CPS+2+1", f"GIN+BJ+{pallet}", *line, "CPS+3+2", f"GIN+BJ+{carton}", *line)
    levels += ("CPS+4+2", f"GIN+BJ+{carton}+{other}", *line, "CPS+5+3", f"GIN+BJ+{other}", *line)
    loose, packed, among, inner = notice(*HEAD, *levels).lines
    assert (loose.pack, loose.pallet) == (pallet, "")
    assert (packed.pack, packed.pallet) == (carton, pallet)
    assert (among.pack, among.pallet) == (pallet, ""), "in which of several cartons is not said, on which pallet is"
    assert (inner.pack, inner.pallet) == (other, pallet)


def test_a_line_that_names_packs_itself_is_in_the_one_it_names() -> None:
    line, own = PALLETS[5:9], "GIN+BJ+340123450000000025"
    one, two = notice(*HEAD, "CPS+1", "GIN+BJ+340123450000000018", *line, own, *line, own, "GIN+BJ+4").lines
    assert (one.pack, one.pallet) == ("340123450000000025", "340123450000000018")
    assert (two.pack, two.pallet) == ("340123450000000018", "")


LEVELS = [
    pytest.param(("CPS+1", "GIN+BJ+18", *PALLETS[5:9], "GIN+BJ+25"), {}, id="line in a level"),
    pytest.param(("CPS+1", "GIN+BJ+18", *PALLETS[5:9], "GIN+BJ+25", "GIN+BJ+26"), {"25", "26", "BJ"}, id="line in two"),
    pytest.param(("CPS+1", "GIN+BJ+18", "CPS+2+1", "GIN+BJ+25", *PALLETS[5:9]), {}, id="carton on a pallet"),
    pytest.param(("CPS+1", "GIN+BJ+18", "CPS+2+1", "GIN+BJ+25+26", *PALLETS[5:9]), {"25", "26", "BJ"}, id="two on one"),
    pytest.param(
        ("CPS+1", "GIN+BJ+1", "CPS+2+1", "GIN+BJ+2", "CPS+3+2", "GIN+BJ+3", *PALLETS[5:9]), {"2"}, id="three levels"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("levels", "expected"), LEVELS)
def test_the_number_of_a_pack_that_no_line_is_in_is_kept(levels: tuple[str, ...], expected: set[str]) -> None:
    message = only(*HEAD, *levels)
    account = maps.account(message, BUYING)
    assert {each.value for each in account.kept if each.segment == "GIN"} == set(expected)
    assert maps.read_message(message, BUYING).body == described(message)


@pytest.mark.parametrize(
    ("said", "serials", "beside"),
    [
        (("GIN+BN+S1+S2:S3",), ("S1", "S2", "S3"), []),
        (("GIN+BN+S1", "GIN+BN+S2"), ("S1", "S2"), []),
        (("GIN+BN+0099:0100+X",), ("0099", "0100", "X"), []),
        (("GIN+BN+S1:S9",), ("S1", "S9"), ["S9"]),
        (("GIN+BN+S1:T2",), ("S1", "T2"), ["T2"]),
        (("GIN+BN+A:B",), ("A", "B"), ["B"]),
    ],
)
def test_every_serial_number_is_taken_and_a_range_of_more_is_kept_as_well(
    said: tuple[str, ...], serials: tuple[str, ...], beside: list[str]
) -> None:
    segments = (*HEAD, "CPS+1", *PALLETS[5:9], *said)
    one = notice(*segments)
    assert one.lines[0].serials == serials
    assert described(only(*segments)) == one
    assert [each.value for each in maps.account(only(*segments), BUYING).kept if each.segment == "GIN"] == beside


def test_a_line_of_the_notice_is_no_line_of_the_order() -> None:
    one = mapped(*HEAD, "CPS+1", *PALLETS[5:8]).body
    assert isinstance(one, ShipNotice)
    assert (one.lines[0].order_number, one.lines[0].order_line) == ("4500001", "")


def test_which_of_several_packs_holds_a_line_is_not_guessed() -> None:
    one = notice(*HEAD, "CPS+1", "GIN+BJ+340123450000000018+340123450000000025", *PALLETS[5:9])
    assert one.lines[0].pack == ""


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("BGM+351+DES1+1", *HEAD[1:], *PALLETS), ["purpose_unsupported"]),
        (("BGM+351++9", *HEAD[1:], *PALLETS), ["element_missing"]),
        ((*HEAD,), ["lines_missing"]),
        ((HEAD[0], *HEAD[3:], *PALLETS), ["element_missing"]),
        ((*HEAD, *PALLETS, "CNT+2:9"), ["count_mismatch"]),
        ((*HEAD, "CPS+1", "CPS+2+7", *PALLETS[5:9]), ["hierarchy_broken"]),
        ((*HEAD, "CPS+1", *PALLETS[5:7], PALLETS[8]), ["segment_missing"]),
        ((*HEAD[:4], *HEAD[5:], "CPS+1", *PALLETS[5:8]), ["order_reference_missing", "line_reference_missing"]),
        ((*HEAD, "CPS+1", *PALLETS[5:8]), ["line_reference_missing"]),
    ],
)
def test_what_is_wrong_with_a_despatch_advice_has_its_name(segments: tuple[str, ...], expected: list[str]) -> None:
    assert [fault.code for fault in mapped(*segments).faults] == expected


ids = st.text("ABCXYZ0123456789-_./+:'?", min_size=1, max_size=20)
maybe_ids = st.just("") | ids
numbers = st.text("ABC0123456789-:", min_size=1, max_size=6)
lines = st.builds(
    ShipNoticeLine,
    order_number=ids,
    order_line=numbers,
    item=ids,
    quantity=st.builds(Quantity, st.decimals(Decimal(0), Decimal(9999), places=2), st.sampled_from(["EA", "BX"])),
    supplier_item=maybe_ids,
    gtin=st.just("") | st.text("0123456789", min_size=8, max_size=14),
    pack=st.sampled_from(["", "340123450000000018", "340123450000000025"]),
    lot=maybe_ids,
    expires_on=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31)),
    serials=st.lists(ids, max_size=2).map(tuple),
).flatmap(
    lambda line: st.sampled_from(["", "340123450000000032"] if line.pack else [""]).map(
        lambda pallet: replace(line, pallet=pallet)
    )
)
notices = st.builds(
    ShipNotice,
    company_id=st.just("us"),
    number=ids,
    supplier=st.just(KILN),
    ship_to=st.builds(PartyRef, ids),
    shipped_at=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2089, 12, 31)).map(
        lambda at: at.replace(microsecond=0, tzinfo=dt.UTC)
    ),
    lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
    expected_on=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31)),
    carrier=st.just("") | st.text("ABC0123456789-:", min_size=1, max_size=17),
    tracking=maybe_ids,
)


@settings(max_examples=100, deadline=None)
@given(notices)
def test_a_ship_notice_that_is_written_is_read_back_as_it_was(notice: ShipNotice) -> None:
    sent = maps.write_message("ship_notice", notice, BUYING, "D:96A:UN:EAN005")
    at = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
    (message,) = edifact.read(edifact.write_interchange(edifact.InterchangeOut("kiln", "us", "R1", at), [sent]))
    assert isinstance(message, edifact.Message)
    found = maps.read_message(message, BUYING)
    assert found.faults == ()
    assert found.body == notice


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public samples in {FOLDER}")
def test_a_public_despatch_advice_is_taken() -> None:
    data = (FOLDER / "hellooops+vscode-edi-support" / "DESADV.edifact").read_bytes()
    first, *_ = [item for item in edifact.read(data) if isinstance(item, edifact.Message)]
    body = maps.read_message(first, BUYING).body
    assert isinstance(body, ShipNotice)
    assert (body.number, body.tracking, len({line.order_number for line in body.lines})) == ("20171229", "0011418", 1)
    assert "S1975362171229-2" in {line.pack for line in body.lines}
