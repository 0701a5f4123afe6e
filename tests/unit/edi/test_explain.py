from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from crossdock.cli.edi import app
from crossdock.edi import ubl
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.told import ExplainedFault
from crossdock.edi.validate import ValidatedSet, validate
from crossdock.edi.words import say
from crossdock.model.quantity import Price, Quantity
from tests.unit.edi.samples import ORDER_SEGMENTS, interchange, order, written
from tests.unit.edi.test_convert import ADDRESSED
from tests.unit.edi.ubl_samples import BUYING as UBL_BUYING
from tests.unit.edi.ubl_samples import DOCUMENTS as UBL_DOCUMENTS

RUNNER = CliRunner()
FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"


def explained(data: bytes, *options: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["explain", "-", *options], input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_an_order_is_told_in_words() -> None:
    code, text = explained(written(("purchase_order", order())))
    assert code == 0
    for words in (
        "Purchase order 4500001 of 2010-12-01",
        "Ship to north",
        "85121A",
        "6 EA",
        "2.55 GBP",
        "WHITE HANGING",
    ):
        assert words in text


def test_of_goods_that_were_shipped_pallet_expiry_and_serial_numbers_are_told() -> None:
    rows = (
        "ST*856*0001", "BSN*00*S1*20260904*1745", "HL*1**S", "HL*2*1*O", "PRF*450", "HL*3*2*T", "MAN*GM*T1",
        "HL*4*3*P", "MAN*GM*P1", "HL*5*4*I", "LIN*1*IN*A*LT*L1", "SN1**2*EA", "REF*SE*S9", "REF*SE*S8",
        "DTM*036*20270131", "SE*16*0001",
    )  # fmt: skip
    (said,) = explain(interchange(*rows, group="SH"))
    assert isinstance(said, ExplainedSet)
    (line,) = said.lines
    told = dict(zip(said.columns, line, strict=True))
    assert (told["pallet"], told["pack"], told["lot"]) == ("T1", "P1", "L1")
    assert (told["expires"], told["serials"]) == ("2027-01-31", "S9, S8")


@pytest.mark.parametrize(
    ("unit", "basis", "shown"),
    [
        ("CS", "1*EA", "14.58 GBP per EA"),
        ("CS", "100*EA", "14.58 GBP per 100 EA"),
        ("EA", "100*EA", "14.58 GBP per 100"),
        ("CS", "1*CS", "14.58 GBP"),
    ],
)
def test_a_price_is_told_with_its_unit_where_that_is_not_the_one_of_its_goods(
    unit: str, basis: str, shown: str
) -> None:
    one = order()
    per, code = basis.split("*")
    price = Price(Decimal("14.58"), "GBP", Quantity(Decimal(per), code))
    line = replace(one.lines[0], quantity=Quantity(Decimal(48), unit), price=price)
    _, lines, _ = say(replace(one, lines=(line,)))
    assert lines[0][2:4] == (f"48 {unit}", shown)


def test_goods_of_several_orders_are_lines_of_one_table() -> None:
    rows = ("W06*F**20101201*SHP9", "N1*ST*X*92*S1", "LX*1", "N9*OQ*SO1", "W12*CC**1**EA**VN*AAA", "LX*2", "N9*OQ*SO2")
    code, text = explained(
        interchange("ST*945*0001", *rows, "W12*CC**2**EA**VN*BBB", "SE*10*0001", group="SW"), "--json"
    )
    (found,) = json.loads(text)["files"][0]["items"]
    assert code == 0
    table = [dict(zip(found["columns"], line, strict=True)) for line in found["lines"]]
    assert [(row["shipping order"], row["item"], row["quantity"]) for row in table] == [
        ("SO1", "AAA", "1 EA"),
        ("SO2", "BBB", "2 EA"),
    ]


def test_what_is_wrong_is_told_with_its_place_and_the_file_is_refused() -> None:
    code, text = explained(interchange(*ORDER_SEGMENTS).replace(b"PO1*10*6*", b"PO1*10*six*"))
    assert code == 1
    assert text.startswith("standard input: refused; 1 error\n")
    assert "error number_invalid at segment 5 (PO1), element 2, byte" in text


def test_a_set_without_guide_is_told_segment_by_segment() -> None:
    code, text = explained(interchange("ST*270*0001", "BHT*0022*13", "N1*ST*SHOP", "SE*4*0001", group="HS"))
    assert code == 1
    assert "from ZZ/SENDER to ZZ/RECEIVER" in text
    assert "4. BHT: 01 0022, 02 13" in text
    assert "5. N1 Party: Role ST, Name SHOP" in text
    assert "set_unknown" in text


@pytest.mark.parametrize("data", [b"", b"UNB+UNOA:1+A+B'", b"nonsense", b"ISA*00*"])
def test_what_is_no_x12_is_refused_without_a_traceback(data: bytes) -> None:
    code, text = explained(data)
    assert code == 1
    assert "error" in text
    assert "Traceback" not in text


def test_json_holds_the_object_and_the_faults() -> None:
    code, text = explained(written(("purchase_order", order())) + b"tail", "--json")
    report = json.loads(text)
    assert code == 0
    assert report["refused"] is False
    kinds = [item["kind"] for item in report["files"][0]["items"]]
    assert kinds == ["document", "fault"]
    assert report["files"][0]["items"][0]["body"]["number"] == "4500001"
    assert report["files"][0]["items"][1]["code"] == "data_outside_interchange"


def test_nothing_in_a_document_steers_the_terminal() -> None:
    data = interchange("ST*850*0001", "BEG*00*SA*\x1b[31mX**20101201", "PO1*1*1*EA*1**IN*[bold]A", "SE*4*0001")
    _, text = explained(data)
    assert "\x1b" not in text
    assert "[bold]A" in text


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["explain", str(tmp_path / "none.edi")])
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_a_file_is_explained_by_name(tmp_path: Path) -> None:
    path = tmp_path / "order.edi"
    path.write_bytes(written(("purchase_order", order())))
    assert RUNNER.invoke(app, ["explain", str(path)]).exit_code == 0


def test_a_ubl_document_is_explained_as_the_object_it_says() -> None:
    data = ubl.write(*UBL_DOCUMENTS["Invoice"], UBL_BUYING)
    (item,) = explain(data)
    assert isinstance(item, ExplainedSet)
    assert (item.type, item.document, item.refused) == ("Invoice", "invoice", False)
    assert (item.sender, item.receiver) == ("UL/7300010000001", "UL/5060000000016")
    assert item.words[0] == "Invoice INV-9 of 2026-11-21"
    assert len(item.lines) == 2
    (wide,) = explain(data.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    assert wide == item


def test_a_cancelled_order_is_said_to_be() -> None:
    (item,) = explain(ubl.write(*UBL_DOCUMENTS["OrderCancellation"], UBL_BUYING))
    assert isinstance(item, ExplainedSet)
    assert item.words[:2] == (
        "Purchase order 4500001 is cancelled as a whole, 2026-11-21",
        "Reason: Ordered twice",
    )


def test_a_fault_of_xml_says_line_and_path() -> None:
    (item,) = explain(
        ubl.write(*UBL_DOCUMENTS["Order"], UBL_BUYING).replace(b">12</cbc:Quantity>", b">x</cbc:Quantity>")
    )
    assert isinstance(item, ExplainedSet)
    assert item.refused
    assert "/Order/OrderLine[1]/LineItem/Quantity: x" in item.words
    assert item.faults[0].path == "/Order/OrderLine[1]/LineItem/Quantity"
    (refused,) = explain(b'<!DOCTYPE a [<!ENTITY x SYSTEM "f">]><a>&x;</a>')
    assert isinstance(refused, ExplainedFault)
    assert refused.code == "xml_external_entity"


def test_what_is_not_shown_is_named() -> None:
    data = interchange(*ADDRESSED)
    assert "not shown: BEG02, REF*DP, N3, N4, PO4" in RUNNER.invoke(app, ["explain", "-"], input=data).output
    (item,) = json.loads(RUNNER.invoke(app, ["explain", "-", "--json"], input=data).output)["files"][0]["items"]
    assert item["not_shown"] == ["BEG02", "REF*DP", "N3", "N4", "PO4"]


def test_an_interchange_that_only_acknowledges_another_is_told() -> None:
    data = (
        b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>~"
        b"TA1*000000905*101130*0915*A*000~IEA*0*000000001~"
    )
    (told,) = explain(data)
    assert isinstance(told, ExplainedSet)
    assert (told.type, told.document, told.refused) == ("TA1", "interchange_acknowledgement", False)
    assert told.words == ("Interchange 000000905 of 101130 0915 was accepted",)


@pytest.mark.parametrize(
    ("said", "words", "faults"),
    [
        ("101130*0915*A*000", "Interchange 7 of 101130 0915 was accepted", []),
        (
            "101130*0915*R*022",
            "Interchange 7 of 101130 0915 was rejected: 022, its control segments are not in order",
            [],
        ),
        (
            "101130*0915*E*018",
            "Interchange 7 of 101130 0915 was accepted with errors: 018, its control number is not valid",
            [],
        ),
        (
            "101130*0915*R*777",
            "Interchange 7 of 101130 0915 was rejected: 777, a note code that nobody knows",
            ["code_unknown"],
        ),
        ("101130*0915*R*000", "Interchange 7 of 101130 0915 was rejected: 000, nothing is wrong", ["code_unknown"]),
        (
            "101330*2515*A*000",
            "Interchange 7 of 101330 2515 was accepted",
            ["date_invalid", "time_invalid"],
        ),
    ],
)
def test_what_became_of_our_interchange_is_said_and_checked(said: str, words: str, faults: list[str]) -> None:
    data = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>~"
        f"TA1*7*{said}~IEA*0*000000001~"
    ).encode()
    (shown,), (judged,) = explain(data), validate(data)
    assert isinstance(shown, ExplainedSet)
    assert isinstance(judged, ValidatedSet)
    assert shown.words == judged.words == (words,)
    assert [each.code for each in shown.faults] == [each.code for each in judged.faults] == faults
    assert not judged.refused, "that a partner rejects ours is none of its faults"
    assert words in RUNNER.invoke(app, ["validate", "-"], input=data).output


def test_an_acknowledgement_without_a_verdict_says_nothing() -> None:
    data = (
        b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>~"
        b"TA1*7*101130*0915*X*000~IEA*0*000000001~"
    )
    (judged,) = validate(data)
    assert isinstance(judged, ValidatedSet)
    assert (judged.refused, judged.words, judged.faults[0].code) == (True, (), "code_unknown")


def test_a_functional_acknowledgement_says_what_its_codes_mean() -> None:
    told = next(
        each
        for each in explain(
            interchange(
            "ST*997*0001", "AK1*PO*1", "AK2*850*0002", "AK3*N1*5**8", "AK4*4**1", "AK3*REF*9", "AK5*R*5",
            "AK9*R*1*1*0*77", "SE*9*0001",
        )
        )
        if isinstance(each, ExplainedSet)
    )  # fmt: skip
    assert told.words == ("Group PO 1 was rejected: 77, a code that nobody knows",)
    assert told.lines == (
        (
            "850 0002",
            "rejected: 5, segments are wrong",
            "segment 5 (N1): 8, an element is wrong; segment 9 (REF): no code says what is wrong",
            "segment 5, element 4: 1, a mandatory element is missing",
        ),
    )


_HEAD = b"UNB+UNOC:3+KILN:14+US:14+101201:0830+R2'"


def test_a_syntax_report_says_what_its_codes_mean() -> None:
    (told,) = explain(
        _HEAD + b"UNH+1+CONTRL:D:3:UN'UCI+R1+US:14+KILN:14+4+23+UNB+2'UCM+17+ORDERS:D:96A:UN+4+29+UNT'UCS+8'UCD+12+4:1'"
        b"UCS+11+13'UCM+18+ORDERS:D:96A:UN+7'UNT+8+1'UNZ+1+R2'"
    )
    assert isinstance(told, ExplainedSet)
    assert told.words == ("Interchange R1 of US to KILN was rejected: 23, the sender is not known (UNB, element 1)",)
    assert [line[1:] for line in told.lines] == [
        (
            "ORDERS 17",
            "D:96A:UN",
            "rejected: 29, the trailer counts another number (UNT)",
            "segment 8: element 3: 12, the value is not valid; segment 11: 13, something is missing",
        ),
        ("ORDERS 18", "D:96A:UN", "acknowledged", ""),
    ]


def test_a_refused_message_is_shown_with_the_names_of_its_elements() -> None:
    (told,) = explain(_HEAD + b"UNH+1+ORDERS:D:96A:UN'BGM+220+4500001+9'UNT+9+1'UNZ+1+R2'")
    assert isinstance(told, ExplainedSet)
    assert told.refused
    assert "3. BGM Beginning of message: Document 220, Document number 4500001, Message function 9" in told.words


def test_our_own_words_have_no_underscores() -> None:
    waybill = FIXTURES / "indice-co+EDI.Net" / "210-MGCTLYST-SAMPLE.EDI"
    told = next(each for each in explain(waybill.read_bytes()) if isinstance(each, ExplainedSet))
    assert "Terms: third party" in told.words


def test_a_missing_segment_is_told_with_the_one_that_it_ought_to_stand_before() -> None:
    (told,) = explain(interchange("ST*850*0001", "PO1*1*6*EA*2.55**IN*A", "SE*3*0001"))
    assert isinstance(told, ExplainedSet)
    missing = next(each for each in told.faults if each.code == "segment_missing")
    assert (missing.segment_id, missing.detail) == ("BEG", "a mandatory segment is missing before SE: BEG")
