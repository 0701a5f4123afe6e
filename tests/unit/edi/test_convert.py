"""`edi convert` and `edi diff`: one document in every syntax, and what differs in business words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from crossdock.cli.edi import app
from crossdock.cli.edi_convert import _shown
from crossdock.edi import documents, maps, ubl, x12
from crossdock.edi.convert import Options, convert
from crossdock.edi.maps.declared import definitions
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import Quantity
from tests.unit.edi import ubl_samples
from tests.unit.edi.samples import BRIGHTWARE, BUYING, DAY, envelope, interchange, order, written

RUNNER = CliRunner()
ORDER = written(("purchase_order", order()))
SHIPPING_ORDER = interchange(
    "ST*940*0001", "W05*N*1*P", "N1*ST*X*92*S1", "N3*1 HIGH ST", "LX*1", "W01*1*EA**VN*A", "SE*7*0001", group="OW"
)

ADDRESSED = (
    "ST*850*0001", "BEG*00*SA*4500001**20101201", "REF*DP*038", "N1*BY*NORTH*92*north", "N3*1 HIGH ST",
    "N4*SOLON*OH*44139", "PO1*10*6*EA*2.55**IN*85121A*VN*B-85121A", "PO4*4*4*EA", "CTT*1", "SE*10*0001",
)  # fmt: skip
"""An order with segments that its object has no field for."""


def ran(*arguments: str, data: bytes = b"", code: int = 0) -> Any:
    result = RUNNER.invoke(app, list(arguments), input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def converted(data: bytes, to: str, *options: str, code: int = 0) -> bytes:
    return bytes(ran("convert", "-", "--to", to, *options, data=data, code=code).stdout_bytes)


def report(data: bytes, to: str, *options: str, code: int = 0) -> Any:
    (file,) = json.loads(ran("convert", "-", "--to", to, "--json", *options, data=data, code=code).stdout)["files"]
    return file


def bodies(data: bytes) -> list[msgspec.Struct | None]:
    return [each.body for each in documents.read(data)]


def files(folder: Path, *contents: bytes) -> list[str]:
    names = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.txt"
        path.write_bytes(content)
        names.append(str(path))
    return names


def difference(folder: Path, first: bytes, second: bytes, *options: str, code: int = 1) -> list[str]:
    return str(ran("diff", *files(folder, first, second), *options, code=code).stdout).splitlines()


class TestConvert:
    @pytest.mark.parametrize("way", [("edifact",), ("canonical",), ("ubl",), ("edifact", "canonical", "x12")])
    def test_an_order_is_the_same_in_every_syntax(self, way: tuple[str, ...], tmp_path: Path) -> None:
        data = ORDER
        for target in way:
            data = converted(data, target)
        assert data != ORDER
        (said,) = difference(tmp_path, ORDER, data, code=0)
        same_type = way[-1] in ("x12", "canonical")
        assert said == "Both say the same." if same_type else said.startswith("Both say the same as far as it is read;")

    def test_segments_beside_the_object_are_told_whole(self) -> None:
        data = interchange(*ADDRESSED)
        said = ran("convert", "-", "--to", "x12", data=data).stderr
        assert {
            "  kept beside it: REF*DP 038",
            "  kept beside it: N3 1 HIGH ST",
            "  kept beside it: N4 SOLON OH 44139",
        } <= set(said.splitlines())
        said = ran("convert", "-", "--to", "canonical", data=data).stderr
        assert "kept as it stood, in its extensions: BEG02, REF*DP, N3, N4" in said

    def test_canonical_to_a_document_and_back_is_equal(self) -> None:
        line = converted(ORDER, "canonical")
        assert bodies(converted(line, "x12")) == bodies(line) == bodies(ORDER)

    def test_what_stood_beside_an_object_is_in_its_canonical_form(self) -> None:
        data = SHIPPING_ORDER
        found = json.loads(converted(data, "canonical"))
        assert found["document"] == "warehouse_shipping_order"
        assert found["extensions"] == [
            {"position": 4, "segment": "N3", "element": 1, "value": "1 HIGH ST", "qualifier": "1 HIGH ST"}
        ]
        again = converted(msgspec.json.encode(found), "canonical")
        assert json.loads(again)["extensions"] == found["extensions"]
        assert bodies(again) == bodies(SHIPPING_ORDER)

    def test_what_the_target_has_no_place_for_is_told(self) -> None:
        data = SHIPPING_ORDER
        said = ran("convert", "-", "--to", "x12", data=data).stderr
        assert "warehouse shipping order 1: 1 not carried over" in said
        assert "kept beside it: N3 1 HIGH ST" in said

    def test_a_field_that_changes_on_the_way_is_told(self) -> None:
        named = msgspec.structs.replace(order(), ship_to=PartyRef("north", country="GB"))
        line = next(documents.read(converted(ORDER, "canonical")))
        data = documents.canonical(msgspec.structs.replace(line, body=named))
        (found,) = report(data, "x12")["items"]
        assert not found["refused"]
        assert {"path": "ship to country", "value": "GB"} in found["lost"]

    def test_sender_and_receiver_stay_unless_others_are_named(self) -> None:
        (kept,) = documents.read(converted(ORDER, "edifact"))
        assert (kept.envelope.sender, kept.envelope.receiver) == ("ALBIONUK", "BRIGHTWARE")
        (named,) = documents.read(converted(ORDER, "x12", "--sender", "A", "--receiver", "B", "--version", "005010"))
        assert (named.envelope.sender, named.envelope.receiver, named.envelope.version) == ("A", "B", "005010")

    def test_sender_and_receiver_can_have_their_qualifier(self) -> None:
        told = ("--sender", "01/123456789", "--receiver", "ZZ/YOU")
        (named,) = documents.read(converted(ORDER, "x12", *told))
        head = named.envelope
        assert (head.sender_qualifier, head.sender) == ("01", "123456789")
        assert (head.receiver_qualifier, head.receiver) == ("ZZ", "YOU")

    def test_a_gln_has_a_qualifier_that_its_envelope_knows(self) -> None:
        line = json.loads(converted(ORDER, "canonical"))
        line["envelope"] |= {"syntax": "UBL", "sender_qualifier": "UL", "sender": "4012345000009"}
        data = msgspec.json.encode(line)
        assert converted(data, "x12").startswith(b"ISA*00*          *00*          *07*4012345000009  *")
        assert b"+4012345000009:14+" in converted(data, "edifact")

    def test_an_id_too_long_for_the_envelope_names_the_option(self) -> None:
        said = ran("convert", "-", "--to", "x12", "--receiver", "A" * 16, data=ORDER, code=1).stderr
        assert "name --receiver" in said

    @pytest.mark.parametrize(
        ("to", "version"),
        [
            ("x12", "D:96A:UN"),
            ("x12", "4010"),
            ("x12", "999999"),
            ("edifact", "004010"),
            ("edifact", "D96A"),
            ("ubl", "2.1"),
        ],
    )
    def test_a_version_of_another_dialect_is_refused_first(self, to: str, version: str) -> None:
        assert "--version" in ran("convert", "-", "--to", to, "--version", version, data=ORDER, code=2).stderr

    def test_output_is_told_and_a_dash_is_standard_output(self, tmp_path: Path) -> None:
        path = tmp_path / "out.edi"
        assert f"wrote {path}" in ran("convert", "-", "--to", "x12", "--output", str(path), data=ORDER).stderr
        assert path.read_bytes().startswith(b"ISA*")
        assert converted(ORDER, "edifact", "--output", "-").endswith(b"'\n")
        assert converted(ORDER, "x12").endswith(b"~\n")

    def test_on_a_terminal_each_segment_is_a_line(self) -> None:
        assert _shown(b"UNB+A'FTX+IT?'S'UNZ+1'", "edifact") == b"UNB+A'\nFTX+IT?'S'\nUNZ+1'"
        assert _shown(b"ISA*A~GS*B~IEA*1~", "x12") == b"ISA*A~\nGS*B~\nIEA*1~"

    def test_a_unit_by_its_name_in_the_other_list_is_no_loss(self) -> None:
        found = report(ORDER.replace(b"*6*EA*", b"*6*LT*"), "edifact")["items"][0]
        assert [each for each in found.get("lost", ()) if "quantity" in each["path"]] == []

    @pytest.mark.parametrize("data", [b"%PDF-1.4", b"order,line\n1,2\n"])
    def test_what_is_no_document_here_says_what_is(self, data: bytes) -> None:
        assert "CSV or of fixed width, name its layout" in ran("convert", "-", "--to", "x12", data=data, code=1).stderr
        assert "validate takes X12, EDIFACT and UBL" in ran("validate", "-", data=data, code=1).output
        assert "name its layout: --layout" in ran("explain", "-", data=data, code=1).output

    def test_several_documents_are_sets_of_one_interchange(self) -> None:
        two = written(("purchase_order", order("1")), ("purchase_order", order("2")))
        back = converted(converted(two, "canonical"), "x12")
        assert back.count(b"ISA*") == 1
        assert [each.number for each in documents.read(back)] == ["1", "2"]

    def test_several_canonical_documents_are_a_list_in_a_json_file_and_lines_elsewhere(self, tmp_path: Path) -> None:
        two = written(("purchase_order", order("1")), ("purchase_order", order("2")))
        ran("convert", "-", "--to", "canonical", "--output", str(tmp_path / "two.json"), data=two)
        ran("convert", "-", "--to", "canonical", "--output", str(tmp_path / "two.jsonl"), data=two)
        lines = converted(two, "canonical")
        assert (tmp_path / "two.jsonl").read_bytes() == lines
        listed = json.loads((tmp_path / "two.json").read_bytes())
        assert listed == [json.loads(line) for line in lines.splitlines()]
        for each in (lines, (tmp_path / "two.json").read_bytes()):
            assert [found.number for found in documents.read(each)] == ["1", "2"]
        ran("convert", "-", "--to", "canonical", "--output", str(tmp_path / "one.json"), data=ORDER)
        assert isinstance(json.loads((tmp_path / "one.json").read_bytes()), dict)

    def test_the_name_of_a_file_makes_no_folder(self, tmp_path: Path) -> None:
        two = written(("purchase_order", order("1")), ("purchase_order", order("2")))
        said = ran("convert", "-", "--to", "ubl", "--output", str(tmp_path / "z.xml"), data=two, code=2).stderr
        assert "z.xml is a file; 2 UBL documents need a folder" in " ".join(said.split())
        assert not (tmp_path / "z.xml").exists()
        ran("convert", "-", "--to", "ubl", "--output", str(tmp_path / "z.xml"), data=ORDER)
        assert (tmp_path / "z.xml").is_file()

    def test_several_ubl_documents_are_files_of_a_folder(self, tmp_path: Path) -> None:
        two = written(("purchase_order", order("1")), ("purchase_order", order("2")))
        said = ran("convert", "-", "--to", "ubl", data=two, code=2).stderr
        assert "name a folder with --output" in said
        ran("convert", "-", "--to", "ubl", "--output", str(tmp_path / "out"), data=two)
        written_files = sorted((tmp_path / "out").iterdir())
        assert [next(documents.read(each.read_bytes())).number for each in written_files] == ["1", "2"]

    def test_one_that_cannot_be_written_is_left_out_and_told(self) -> None:
        found = report(SHIPPING_ORDER, "edifact", code=1)
        assert found["refused"]
        assert "no EDIFACT message" in found["items"][0]["refusal"]

    def test_one_that_was_refused_is_told_with_its_fault(self) -> None:
        said = ran("convert", "-", "--to", "edifact", data=ORDER.replace(b"*6*EA", b"*six*EA"), code=1).stderr
        assert "purchase order" in said
        assert "number_invalid" in said

    def test_a_warning_about_the_file_refuses_nothing_and_is_printed(self, tmp_path: Path) -> None:
        odd = ORDER[: ORDER.rindex(b"IEA*")] + b"IEA*1*000000777~"
        found = ran("convert", "-", "--to", "edifact", data=odd)
        assert "the file: read with warnings" in found.stderr
        assert "warning interchange_control_mismatch" in found.stderr
        assert "refused" not in found.stderr
        assert not report(odd, "edifact")["refused"]
        assert difference(tmp_path, ORDER, odd, code=0) == ["Both say the same."]

    def test_a_value_that_came_back_as_another_is_told_first_with_code_1(self, tmp_path: Path) -> None:
        flat_files = Path(__file__).parents[3] / "examples" / "flat"
        layouts = ("--layout", str(flat_files / "orders.yaml"), "--layout", str(flat_files / "orders-fixed.yaml"))
        into = ("--to", "csv", "--output", str(tmp_path / "fixed.txt"))
        said = ran("convert", str(flat_files / "orders.csv"), *into, *layouts, code=1).stderr
        assert "purchase order 4500001: 1 value came back otherwise\n  lines[2] quantity 2 CA became 2 EA\n" in said
        assert "not carried over" not in said
        assert (tmp_path / "fixed.txt").exists()

    def test_warnings_about_the_file_have_one_head(self) -> None:
        odd = b"\xef\xbb\xbf" + ORDER[: ORDER.rindex(b"IEA*")] + b"IEA*1*000000777~"
        said = ran("convert", "-", "--to", "edifact", data=odd).stderr
        assert said.count("the file: read with warnings") == 1
        assert "byte_order_mark" in said
        assert "interchange_control_mismatch" in said

    def test_what_is_kept_many_times_is_told_once(self) -> None:
        many = ORDER.replace(b"~CTT", b"~MEA*TI*ZZ*1~MEA*TI*ZZ*2~MEA*TI*ZZ*3~MEA*TI*ZZ*4~CTT")
        assert many != ORDER
        said = ran("convert", "-", "--to", "edifact", "--tolerance", "lenient", data=many).stderr
        assert said.count("MEA") == 1
        assert "kept: MEA, 4 times, first beside" in said

    @pytest.mark.parametrize("target", ["x12", "edifact", "ubl"])
    def test_a_line_without_a_price_is_not_written_as_free_of_charge(self, target: str) -> None:
        free = ORDER.replace(b"*6*EA*2.55*", b"*6*EA**")
        assert free != ORDER
        said = ran("convert", "-", "--to", target, data=free, code=1).stderr
        assert "purchase order 4500001: refused: a line has no price" in said
        assert "price_missing" in ran("convert", "-", "--to", "canonical", data=free).stderr

    def test_a_refusal_names_its_fault(self) -> None:
        bad = report(ORDER.replace(b"*6*EA", b"*six*EA"), "edifact", code=1)
        assert bad["items"][0]["refusal"].startswith("number_invalid at segment")
        said = ran("convert", "-", "--to", "x12", data=b'{"document": "invoice", "body": null}', code=1).stderr
        assert "invoice: refused: it has no body" in said

    def test_a_currency_can_be_told_where_the_document_names_none(self) -> None:
        silent = ORDER.replace(b"CUR*BY*GBP~", b"").replace(b"SE*12*", b"SE*11*")
        assert b"CUR" not in silent
        refused = report(silent, "ubl", code=1)["items"][0]["refusal"]
        assert "--currency" in refused
        (found,) = documents.read(converted(silent, "ubl", "--currency", "USD"))
        assert getattr(found.body, "currency", "") == "USD"

    def test_what_we_would_not_take_ourselves_is_not_written(self) -> None:
        line = next(documents.read(converted(ORDER, "canonical")))
        bad = documents.canonical(msgspec.structs.replace(line, body=msgspec.structs.replace(order(), lines=())))
        (found,) = report(bad, "edifact", code=1)["items"]
        assert found["refused"]

    def test_without_a_sender_no_interchange_is_written(self) -> None:
        line = json.loads(converted(ORDER, "canonical"))
        del line["envelope"]
        said = ran("convert", "-", "--to", "x12", data=msgspec.json.encode(line), code=1).stderr
        assert "--sender" in said

    @pytest.mark.parametrize(
        "data",
        [b'{"document": "nothing", "body": {}}', b'{"document": "invoice", "body": {}}', b"{", b"[1]", b"{}\n{}"],
    )
    def test_json_that_is_no_document_is_refused_with_words(self, data: bytes) -> None:
        assert "not_readable" in ran("convert", "-", "--to", "x12", data=data, code=1).stderr

    def test_flat_files_by_a_layout(self, tmp_path: Path) -> None:
        layout = tmp_path / "orders.yaml"
        layout.write_text(LAYOUT, encoding="utf-8")
        rows = converted(ORDER, "csv", "--layout", str(layout))
        assert rows.decode().splitlines()[1].split(",")[:3] == [
            "4500001",
            "10",
            "B-85121A",
        ]  # which the supplier calls it
        told = report(ORDER, "csv", "--layout", str(layout))["items"][0]["lost"]
        assert "lines[1] description" in [each["path"] for each in told]
        back = converted(rows, "canonical", "--layout", str(layout))
        assert json.loads(back)["body"]["number"] == "4500001"

    @pytest.mark.parametrize(
        "arguments",
        [("convert", "nowhere", "--to", "x12"), ("convert", "-", "--to", "pdf"), ("convert", "-", "--to", "csv")],
    )
    def test_wrong_use_is_two(self, arguments: tuple[str, ...]) -> None:
        ran(*arguments, code=2)

    def test_an_interchange_that_only_acknowledges_is_written_again(self, tmp_path: Path) -> None:
        file = tmp_path / "ta1.x12"
        file.write_text(
            "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *101201*0826*U*00401*000000001*0*P*>~"
            "TA1*000000905*101130*0915*A*000~IEA*0*000000001~"
        )
        assert "TA1*000000905*101130*0915*A*000~" in ran("convert", str(file), "--to", "x12").stdout

    def test_each_document_that_maps_know_has_its_object(self) -> None:
        known = documents.objects()
        for kinds in maps.documents().values():
            assert set(kinds.values()) <= set(known)
        for definition in definitions("X12").values():
            assert known[definition.document] is definition.object


LAYOUT = """
layout: orders
document: purchase_order
form: csv
csv: {header: true}
key: [number]
same: {lines.price.currency: currency, lines.price.per.unit: lines.quantity.unit}
constants: {currency: GBP, lines.price.per.amount: "1"}
records:
  - each: lines
    columns:
      - {name: Order, path: number}
      - {name: Line, path: lines.line}
      - {name: Article, path: lines.item}
      - {name: Date, path: ordered_on}
      - {name: Ship to, path: ship_to.id}
      - {name: Qty, path: lines.quantity.amount}
      - {name: Unit, path: lines.quantity.unit}
      - {name: Price, path: lines.price.amount}
"""


class TestDiff:
    def test_quantities_prices_and_dates_differ_line_by_line(self, tmp_path: Path) -> None:
        changed = order()
        lines = (
            msgspec.structs.replace(changed.lines[0], quantity=Quantity(Decimal(8))),
            *changed.lines[1:],
        )
        other = written(("purchase_order", msgspec.structs.replace(changed, lines=lines, due_on=DAY)))
        assert difference(tmp_path, ORDER, other) == [
            "due on 2010-12-01 only in the second",
            "line 10: quantity 6 EA -> 8 EA",
        ]

    def test_an_order_against_its_answer(self, tmp_path: Path) -> None:
        answers = (
            LineAnswer("10", "accepted", Quantity(Decimal(6)), item="85121A"),
            LineAnswer("20", "accepted", Quantity(Decimal(8)), item="85122A"),
            LineAnswer("20", "rejected", Quantity(Decimal(4)), item="85122A"),
        )
        answer = PurchaseOrderAcknowledgement("albion_uk", "4500001", BRIGHTWARE, DAY, answers)
        data = written(("purchase_order_acknowledgement", answer))
        kinds, found, left_out = difference(tmp_path, ORDER, data)
        assert kinds == "The first is a purchase order, the second a purchase order acknowledgement."
        assert found == "line 20: quantity 12 EA -> 8 EA"
        assert left_out.startswith("not compared: BEG02, ")

    def test_an_answer_that_says_no_quantity_differs_in_none(self, tmp_path: Path) -> None:
        answers = (LineAnswer("10", "accepted", item="85121A"), LineAnswer("20", "rejected", item="85122A"))
        answer = PurchaseOrderAcknowledgement("albion_uk", "4500001", BRIGHTWARE, DAY, answers)
        _kinds, found, _left_out = difference(tmp_path, ORDER, written(("purchase_order_acknowledgement", answer)))
        assert found == "line 20: quantity 12 EA -> 0 EA"

    def test_what_stands_beside_the_objects_is_compared(self, tmp_path: Path) -> None:
        data = interchange(*ADDRESSED)
        other = data.replace(b"*038~", b"*777~").replace(b"N3*1 HIGH ST", b"N3*2 HIGH ST")
        assert difference(tmp_path, data, other) == [
            "beside the document: REF*DP 038 -> 777",
            "beside the document: N3 1 HIGH ST -> 2 HIGH ST",
        ]

    def test_what_stands_beside_a_line_is_told_with_the_line(self, tmp_path: Path) -> None:
        data = interchange(*ADDRESSED)
        assert difference(tmp_path, data, data.replace(b"PO4*4*4", b"PO4*4*5")) == [
            "beside line 10: PO4 4 4 EA -> 4 5 EA"
        ]

    def test_a_line_that_one_of_them_lacks(self, tmp_path: Path) -> None:
        short = written(("purchase_order", order(lines=1)))
        assert difference(tmp_path, ORDER, short) == ["line 20: 12 EA of B-85122A only in the first"]

    def test_documents_are_matched_by_number(self, tmp_path: Path) -> None:
        two = written(("purchase_order", order("1")), ("purchase_order", order("2")))
        other = written(("purchase_order", order("2")), ("purchase_order", order("3")))
        assert difference(tmp_path, two, other) == [
            "purchase order 1 only in the first",
            "purchase order 3 only in the second",
        ]

    def test_envelopes_are_compared_when_asked(self, tmp_path: Path) -> None:
        later = written(("purchase_order", order()), control_number=2)
        assert difference(tmp_path, ORDER, later, code=0) == ["Both say the same."]
        assert difference(tmp_path, ORDER, later, "--envelope") == ["envelope: interchange 000000001 -> 000000002"]

    def test_json_says_the_same(self, tmp_path: Path) -> None:
        found = json.loads("\n".join(difference(tmp_path, ORDER, ORDER, "--json", code=0)))
        assert (found["same"], found["differences"], found["not_compared"]) == (True, [], [])
        short = written(("purchase_order", order(lines=1)))
        (row,) = json.loads("\n".join(difference(tmp_path, ORDER, short, "--json")))["differences"]
        assert (row["document"], row["where"], row["second"]) == ("4500001", "line 20", "")

    def test_what_is_refused_cannot_be_compared(self, tmp_path: Path) -> None:
        bad = ORDER.replace(b"*6*EA", b"*six*EA")
        result = ran("diff", *files(tmp_path, ORDER, bad), code=2)
        assert "number_invalid" in result.stderr

    def test_lines_without_ids_are_matched_by_item(self, tmp_path: Path) -> None:
        def advice(amount: int) -> bytes:
            return interchange(
                "ST*940*0001", "W05*N*1*P", "N1*ST*X*92*S1", "LX*1", f"W01*{amount}*EA**VN*A", "SE*6*0001", group="OW"
            )

        assert difference(tmp_path, advice(5), advice(7)) == ["line at 1: quantity 5 EA -> 7 EA"]


def test_a_set_written_alone_is_read_as_it_was() -> None:
    (item,) = x12.read(x12.write_interchange(envelope(), [maps.write_document("purchase_order", order(), BUYING)]))
    assert isinstance(item, x12.TransactionSet)


def test_a_party_that_is_the_sender_keeps_whose_number_it_is() -> None:
    rows = (
        "BGM+220+O1+9", "DTM+137:20260105:102", "NAD+BY+5412345000013::9", "NAD+SU+us::92",
        "LIN+1++4000862141404:EN", "QTY+21:1", "PRI+AAA:1",
    )  # fmt: skip
    rows = ("UNH+1+ORDERS:D:96A:UN", *rows, "UNS+S", "UNT+10+1")
    sent = "".join(f"{each}'" for each in ("UNB+UNOC:3+5412345000013:14+us+260110:1200+1", *rows, "UNZ+1+1"))
    assert b"NAD+BY+5412345000013::9'NAD+SU+us::92'" in converted(sent.encode(), "edifact")
    assert b"N1*BY**UL*5412345000013~" in (found := converted(sent.encode(), "x12", "--currency", "EUR"))
    assert b"N1*BY**UL*5412345000013~" in converted(found, "x12")


def test_state_sales_tax_has_its_code_in_both_lists() -> None:
    rows = (
        "BIG*20260112*I1**O1",
        "CUR*SE*USD",
        "N1*SU**92*S1",
        "IT1*1*1*EA*100**VN*A",
        "TDS*10825",
        "TXI*ST*8.25*.0825*****100",
    )
    sent = interchange("ST*810*0001", *rows, "CTT*1", "SE*9*0001", group="IN")
    assert b"TAX+7+STT+++:::8.25" in (found := converted(sent, "edifact"))
    assert b"TXI*ST*8.25*0.0825*****100~" in converted(found, "x12")


def test_charges_in_another_order_are_no_loss() -> None:
    read = list(documents.read(ubl.write("invoice", ubl_samples.TAXED, ubl_samples.BUYING, ubl.UblOptions("billing"))))
    (report,) = convert(read, "edifact", Options(ubl_samples.NOON, sender="ME", receiver="YOU")).reports
    assert not report.refused
    assert [(each.path, each.value) for each in report.lost if "country" not in each.path] == [
        ("taxes[3] exemption", "Article 132"),
        ("taxes[3] exemption code", "VATEX-EU-132"),
    ]


class TestEnvelopeOfATest:
    """What somebody sends to try whether it arrives never becomes an order that is meant."""

    @pytest.mark.parametrize("to", ["x12", "edifact", "canonical"])
    def test_a_test_stays_a_test(self, to: str, tmp_path: Path) -> None:
        data = written(("purchase_order", order()), usage="T")
        made = converted(data, to)
        assert next(documents.read(made)).envelope.usage == "test"
        assert next(documents.read(converted(ORDER, to))).envelope.usage == "production"
        if to != "canonical":
            assert (b"*0*T*>~" if to == "x12" else b"++++++1'") in made
        said = difference(tmp_path, made, converted(ORDER, to), "--envelope")
        assert "envelope: usage test -> production" in said

    def test_tests_and_documents_that_are_meant_do_not_go_in_one_interchange(self) -> None:
        both = converted(ORDER, "canonical") + converted(
            written(("purchase_order", order("2")), usage="T"), "canonical"
        )
        assert "convert the two apart" in ran("convert", "-", "--to", "x12", data=both, code=1).stderr


class TestWhoseNumber:
    """Qualifiers of parties and items mean the same in each syntax."""

    @pytest.mark.parametrize(
        ("x12_code", "number", "edifact_said", "ubl_scheme"),
        [
            ("1", "003620000", b"NAD+SU+003620000::16", b'schemeID="0060"'),
            ("9", "0036200000001", b"NAD+SU+0036200000001::16", b'schemeID="0060"'),
            ("UL", "4012345000009", b"NAD+SU+4012345000009::9", b'schemeID="0088"'),
            ("ZZ", "ACME", b"NAD+SU+ACME::ZZZ", b'schemeID="ZZ"'),
        ],
    )
    def test_of_a_party(self, x12_code: str, number: str, edifact_said: bytes, ubl_scheme: bytes) -> None:
        data = ORDER.replace(b"N1*SU**92*brightware", f"N1*SU**{x12_code}*{number}".encode())
        assert data != ORDER
        made, xml = converted(data, "edifact"), converted(data, "ubl")
        assert edifact_said in made
        assert ubl_scheme in xml
        back = f"*{x12_code}*{number}~".encode()
        assert back in converted(made, "x12")
        assert back in converted(xml, "x12", "--sender", "ME", "--receiver", "YOU")

    @pytest.mark.parametrize(
        ("gtin", "x12_code", "edifact_type"),
        [
            ("96385074", "EO", "EN"),
            ("012345678905", "UP", "UP"),
            ("5020436373085", "EN", "EN"),
            ("15020436373082", "UK", "EN"),
        ],
    )
    def test_of_a_gtin_by_its_length(self, gtin: str, x12_code: str, edifact_type: str) -> None:
        data = ORDER.replace(b"*VN*B-85121A", f"*VN*B-85121A*UP*{gtin}".encode())
        made = converted(data, "edifact")
        assert f"LIN+10++{gtin}:{edifact_type}'".encode() in made
        assert f"*{x12_code}*{gtin}~".encode() in converted(made, "x12")
        assert bodies(converted(made, "x12")) == bodies(data)

    @pytest.mark.parametrize(
        ("said", "edifact_said"),
        [
            ("VN*B-85121A", ["PIA+1+B-85121A:SA"]),
            ("IN*85121A", ["PIA+1+85121A:IN"]),
            ("UP*012345678905", ["LIN+10++012345678905:UP"]),
            ("VN*B-85121A*UP*012345678905", ["LIN+10++012345678905:UP", "PIA+1+B-85121A:SA"]),
        ],
    )
    def test_of_an_item_and_of_nobody_else(self, said: str, edifact_said: list[str]) -> None:
        data = interchange(
            "ST*850*0001", "BEG*00*SA*4500001**20101201", "N1*SU**92*brightware", f"PO1*10*6*EA*2.55**{said}",
            "CTT*1", "SE*6*0001",
        )  # fmt: skip
        made = converted(data, "edifact", "--currency", "USD").decode()
        rows = [each for each in made.split("'") if each.startswith(("LIN+10++", "PIA"))]
        assert rows == edifact_said
        assert f"PO1*10*6*EA*2.55**{said}~".encode() in converted(made.encode(), "x12")
        again = converted(data, "ubl", "--currency", "USD")
        named = [("Buyers", "IN*"), ("Sellers", "VN*"), ("Standard", "UP*")]
        assert [f"{name}ItemIdentification>".encode() in again for name, _ in named] == [
            code in said for _, code in named
        ]


class TestUnits:
    """X12 (element 355) and UN/ECE (Recommendation 20) name most units differently."""

    @pytest.mark.parametrize("unit", ["LB", "LT", "CA", "DZ", "PC", "FT", "GA"])
    @pytest.mark.parametrize("to", ["edifact", "ubl", "canonical"])
    def test_a_document_says_the_same_in_its_other_syntax(self, unit: str, to: str, tmp_path: Path) -> None:
        data = ORDER.replace(b"*6*EA*", f"*6*{unit}*".encode())
        assert data != ORDER
        said = difference(tmp_path, data, converted(data, to), code=0)
        assert not any("quantity" in each for each in said)

    def test_another_unit_differs(self, tmp_path: Path) -> None:
        said = difference(tmp_path, ORDER, converted(ORDER.replace(b"*6*EA*", b"*6*LB*"), "edifact"))
        assert said[0] == "line 10: quantity 6 EA -> 6 LBR"

    def test_a_unit_without_a_code_in_the_target_is_told(self) -> None:
        data = ORDER.replace(b"*6*EA*", b"*6*TS*")
        for to in ("edifact", "ubl"):
            assert report(data, to)["items"][0]["units"] == ["TS"]
            said = ran("convert", "-", "--to", to, data=data).stderr
            assert "TS is no unit of UN/ECE Rec 20 that we know" in " ".join(said.split())
        for to in ("x12", "canonical"):
            assert report(data, to)["items"][0]["units"] == []


class TestCharges:
    """Service codes of X12 (element 1300), EDIFACT (7161) and UBL (7161 for charges, 5189 for allowances)."""

    @pytest.mark.parametrize(
        ("said", "edifact_said", "ubl_code"),
        [
            ("C*D240***1250", "ALC+C++++FC'", "FC"),
            ("C*G830***300", "ALC+C++++SAA'", "SAA"),
            ("A*C310***500", "ALC+A+C310'", "95"),
            ("C*B840***100", "ALC+C+B840'", "B840"),
        ],
    )
    def test_each_syntax_names_a_charge_by_its_own_list(
        self, said: str, edifact_said: str, ubl_code: str, tmp_path: Path
    ) -> None:
        data = ORDER.replace(b"PO1*10*", f"SAC*{said}~PO1*10*".encode()).replace(b"SE*12*", b"SE*13*")
        made, xml = converted(data, "edifact"), converted(data, "ubl")
        assert edifact_said in made.decode()
        assert f"<cbc:AllowanceChargeReasonCode>{ubl_code}</cbc:AllowanceChargeReasonCode>" in xml.decode()
        for each in (made, xml):
            assert f"SAC*{said}~".encode() in converted(each, "x12", "--sender", "ME", "--receiver", "YOU")
            assert "charges" not in " ".join(difference(tmp_path, data, each, code=0))
        for to in ("edifact", "ubl"):
            lost = report(data, to)["items"][0]["lost"]
            assert not any("charges" in each["path"] for each in lost)

    def test_charges_are_compared_by_what_they_are_for_wherever_they_stand(self, tmp_path: Path) -> None:
        def charged(*said: str) -> bytes:
            rows = "".join(f"SAC*{each}~" for each in said) + "PO1*10*"
            size = f"SE*{12 + len(said)}*"
            return ORDER.replace(b"PO1*10*", rows.encode()).replace(b"SE*12*", size.encode())

        one = charged("C*D240***1250", "A*C310***500", "C*D240***100")
        other = charged("A*C310***500", "C*D240***100", "C*D240***1250")
        assert difference(tmp_path, one, other, code=0) == ["Both say the same."]
        assert difference(tmp_path, one, charged("C*D240***100", "A*C310***600", "C*G830***300")) == [
            "charge D240: amount 12.5 only in the first",
            "charge C310: amount -5 -> -6",
            "charge G830: amount 3 only in the second",
        ]


def test_the_country_of_a_party_is_told_where_it_has_no_place() -> None:
    read = list(documents.read(ubl.write("invoice", ubl_samples.TAXED, ubl_samples.BUYING, ubl.UblOptions("billing"))))
    (report,) = convert(read, "edifact", Options(ubl_samples.NOON, sender="ME", receiver="YOU")).reports
    assert {"issuer country", "recipient country"} <= {each.path for each in report.lost}
