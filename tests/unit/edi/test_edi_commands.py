"""The commands of `crossdock edi`: what people see first, several files and folders, and one form for programs."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from crossdock.cli._edi_inputs import Input, one_by_one
from crossdock.cli.main import app
from crossdock.edi import ubl
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.guidelines.packs import BUILT_IN
from tests.unit.edi.samples import interchange, order, written
from tests.unit.edi.ubl_samples import BUYING as UBL_BUYING
from tests.unit.edi.ubl_samples import DOCUMENTS as UBL_DOCUMENTS

RUNNER = CliRunner()
ORDER = written(("purchase_order", order()))
BAD = ORDER.replace(b"*6*EA", b"*six*EA")
WITHOUT_PARTIES = interchange("ST*850*0001", "BEG*00*SA*4500001**20101201", "PO1*1*6*EA*2.55**IN*A", "SE*4*0001")
LAYOUT = """
layout: orders
document: purchase_order
form: csv
key: [number]
constants: {currency: GBP, lines.price.per.amount: "1"}
same: {lines.price.currency: currency, lines.price.per.unit: lines.quantity.unit}
records:
  - each: lines
    columns:
      - {name: Order, path: number}
      - {name: Date, path: ordered_on}
      - {name: Line, path: lines.line}
      - {name: Item, path: lines.item}
      - {name: Qty, path: lines.quantity.amount}
      - {name: Unit, path: lines.quantity.unit}
      - {name: Price, path: lines.price.amount}
"""
FLAT = b"Order,Date,Line,Item,Qty,Unit,Price\n4500001,2010-12-01,10,A,6,EA,2.55\n"


def run(*arguments: str, data: bytes = b"", code: int | None = None) -> str:
    result = RUNNER.invoke(app, list(arguments), input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert code is None or result.exit_code == code, result.output
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two orders, one of them bad; in a folder below it a file that is no EDI, and a hidden one."""
    path = tmp_path / "orders"
    path.joinpath("old").mkdir(parents=True)
    path.joinpath("a.edi").write_bytes(ORDER)
    path.joinpath("b.edi").write_bytes(BAD)
    path.joinpath("old", "note.txt").write_bytes(b"call them")
    path.joinpath(".hidden").write_bytes(BAD)
    return path


class TestWhatIsSeenFirst:
    def test_the_sum_then_the_faults_then_the_document_and_at_the_end_what_to_do(self) -> None:
        lines = run("edi", "explain", "-", data=BAD, code=1).splitlines()
        assert lines[0] == "standard input: refused; 1 error"
        assert lines[2].endswith(": refused")
        assert lines[3].startswith("  error number_invalid at segment")
        assert "  from ZZ/" in lines[4]
        assert lines[-2] == "What to do:"
        assert lines[-1].startswith("  number_invalid: Ask the partner")

    def test_errors_are_told_before_warnings(self) -> None:
        rows = ("ST*850*0001", "BEG*00*SA*1**20101201", "ZZZ*1", "PO1*1*six*EA*1**IN*A", "CTT*1", "SE*6*0001")
        data = interchange(*rows)
        told = [line.split()[0] for line in run("edi", "validate", "-", data=data, code=1).splitlines()[2:]]
        assert told.index("error") < told.index("warning")

    def test_of_very_many_documents_the_sum_stands_last(self) -> None:
        data = written(*[("purchase_order", order(lines=1))] * 250)
        lines = run("edi", "validate", "-", data=data, code=0).splitlines()
        assert not lines[0].startswith("standard input")
        assert lines[-1] == "standard input: valid, 250 documents"

    @pytest.mark.parametrize("width", ["80", "120"])
    def test_no_line_is_wider_than_the_terminal(self, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", width)
        samples = BUILT_IN / "general_retailer", BUILT_IN / "supplier_edifact", BUILT_IN / "grocer"
        for command in (["explain"], ["validate"], ["validate", "--partner", "grocer"]):
            for sample in samples:
                for line in run("edi", *command, str(sample / "samples")).splitlines():
                    assert len(line) <= int(width) or " " not in line, line  # but names of files
                    assert line == line.rstrip(), line


class TestWhatTheDocumentDoesNotSay:
    def test_parties_of_the_envelope_are_marked(self) -> None:
        (item,) = explain(WITHOUT_PARTIES)
        assert isinstance(item, ExplainedSet)
        assert item.words[1:4] == (
            "Buyer SENDER (from the envelope)",
            "Supplier RECEIVER (from the envelope)",
            "Ship to SENDER (from the envelope)",
        )
        assert [(each.path, each.source) for each in item.assumed] == [
            ("buyer", "the envelope"),
            ("supplier", "the envelope"),
            ("ship to", "the envelope"),
        ]

    def test_a_place_of_delivery_that_is_the_buyers_is_marked(self) -> None:
        data = WITHOUT_PARTIES.replace(b"PO1*1", b"N1*BY*SHOP*92*S1~PO1*1").replace(b"SE*4", b"SE*5")
        (item,) = explain(data)
        assert isinstance(item, ExplainedSet)
        assert item.words[1:4] == (
            "Buyer S1 (SHOP)",
            "Supplier RECEIVER (from the envelope)",
            "Ship to S1 (SHOP) (from the buyer)",
        )

    def test_a_currency_that_nobody_names_is_told(self) -> None:
        assert "The document names no currency" in run("edi", "explain", "-", data=WITHOUT_PARTIES)
        assert "names no currency" not in run("edi", "explain", "-", data=ORDER)

    def test_what_stands_in_the_document_is_not_marked(self) -> None:
        (item,) = explain(ORDER)
        assert isinstance(item, ExplainedSet)
        assert item.assumed == ()

    def test_a_day_taken_from_the_interchange_is_marked(self) -> None:
        data = interchange("ST*867*0001", "BPT*00*R1", "PTD*SS", "QTY*32*4*EA", "LIN**VN*A", "SE*6*0001", group="PT")
        (item,) = explain(data)
        assert isinstance(item, ExplainedSet)
        assert "Reported on: 2010-12-01 (from the envelope)" in item.words


class TestFlatFilesExplained:
    def test_by_their_layout_with_what_that_adds(self, files: dict[str, str], tmp_path: Path) -> None:
        tmp_path.joinpath("good").write_bytes(FLAT)
        text = run("edi", "explain", str(tmp_path / "good"), "--layout", files["layout"], code=0)
        assert "CSV Purchase order: taken" in text
        assert "Purchase order 4500001 of 2010-12-01" in text
        assert "Currency: GBP (from the layout)" in text
        assert "6 EA" in text

    def test_what_is_wrong_is_told_by_line_and_column(self, files: dict[str, str]) -> None:
        text = run("edi", "explain", files["csv"], "--layout", files["layout"], code=1)
        assert "  error column_invalid at line 2, column 5 (Qty), byte 36: 'six'" in text
        assert "segment" not in text

    def test_canonical_json_says_what_its_document_said(self) -> None:
        made = run("edi", "convert", "-", "--to", "canonical", data=ORDER, code=0)
        text = run("edi", "explain", "-", data=made.encode(), code=0)
        assert "850 Purchase order 0001: taken" in text
        assert "2.55 GBP" in text


class TestUbl:
    def test_a_ubl_document_is_held_against_its_standard(self) -> None:
        data = ubl.write(*UBL_DOCUMENTS["Invoice"], UBL_BUYING)
        text = run("edi", "validate", "-", data=data, code=0)
        assert text == "standard input: valid, 1 document\nInvoice: valid by the standard\n"
        text = run("edi", "validate", "-", "--partner", "grocer", data=data, code=1)
        assert "Invoice: refused, held against the standard alone\n" in text
        assert "error guideline_missing at line 1, byte 0: grocer describes no Invoice" in text
        bad = data.replace(b"<cbc:IssueDate>2026", b"<cbc:IssueDate>yesterday")
        assert "error date_invalid at line 5, /Invoice/IssueDate" in run("edi", "validate", "-", data=bad, code=1)

    def test_elements_that_are_not_shown_are_named_shortly(self) -> None:
        data = ubl.write(*UBL_DOCUMENTS["Order"], UBL_BUYING)
        notes = b"".join(b"<cbc:Note>%d</cbc:Note>" % number for number in range(9))
        told = run(
            "edi", "explain", "-", data=data.replace(b"<cbc:DocumentCurrencyCode", notes + b"<cbc:DocumentCurrencyCode")
        )
        (line,) = [line for line in told.splitlines() if "not shown: " in line]
        assert line.startswith("  not shown: UBLVersionID, ")
        assert line.split(", ").count("Note") == 1
        assert "[" not in line


class TestSeveralFiles:
    def test_a_terminal_is_told_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = io.StringIO()
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setattr(
            "crossdock.cli._edi_inputs.Console", lambda stderr: Console(file=out, force_terminal=True, width=80)
        )
        found = [Input(f"{number}.edi", Path(f"{number}.edi")) for number in range(12)]
        assert list(one_by_one(found)) == found
        assert "12/12" in out.getvalue()
        assert list(one_by_one(found[:3])) == found[:3]

    def test_a_folder_is_summed_up_file_by_file(self, folder: Path) -> None:
        lines = run("edi", "validate", str(folder), code=1).splitlines()
        assert lines[0] == f"{folder}/a.edi: valid, 1 document"
        assert lines[1] == f"{folder}/b.edi: refused; 1 error"
        assert lines[2].startswith("  error number_invalid at segment")
        assert lines[3] == f"{folder}/old/note.txt: refused; 1 error"
        assert lines[-1] == "3 files: 1 valid, 2 refused; 2 documents, 1 refused; 2 errors"

    def test_a_kind_of_fault_is_told_once_with_how_often(self, folder: Path) -> None:
        lines = ("PO1*1*six*EA*1**IN*A", "PO1*2*ten*EA*1**IN*B")
        data = interchange("ST*850*0001", "BEG*00*SA*1**20101201", *lines, "CTT*2", "SE*6*0001")
        folder.joinpath("b.edi").write_bytes(data)
        assert "error number_invalid, 2 times, first at segment 5 (PO1), element 2" in run(
            "edi", "validate", str(folder)
        )

    def test_files_of_a_folder_can_be_chosen_by_their_names(self, folder: Path) -> None:
        assert run("edi", "validate", str(folder), "--match", "a.*", code=0).startswith(f"{folder}/a.edi: valid")
        run("edi", "validate", str(folder), "--match", "*.xml", code=2)

    def test_a_name_that_is_no_text_stops_nothing(self, folder: Path) -> None:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.edi")).write_bytes(ORDER)
        told = json.loads(run("edi", "validate", str(folder), "--json", code=1))
        assert f"{folder}/\ufffd.edi" in [each["file"] for each in told["files"]]
        assert "\ufffd.edi: valid" in run("edi", "validate", str(folder), code=1)

    def test_a_file_that_breaks_off_while_it_is_read_is_told_and_the_others_are_read(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = Path.open

        class Breaking(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                raise OSError(5, "Input/output error")

        def opened(path: Path, mode: str) -> Any:
            return Breaking() if path.name == "a.edi" else real(path, mode)

        monkeypatch.setattr(Path, "open", opened)
        told = json.loads(run("edi", "validate", str(folder), "--json", code=2))
        assert told["files"][0]["unreadable"] == f"{folder}/a.edi cannot be read: Input/output error"
        assert len(told["files"]) == 3
        assert (
            run("edi", "validate", str(folder), code=2)
            .splitlines()[-1]
            .startswith("3 files: 0 valid, 2 refused, 1 can")
        )

    def test_a_file_that_is_not_there_stops_none_of_the_others(self, folder: Path) -> None:
        sound, gone = str(folder / "a.edi"), str(folder / "gone.edi")
        for command in (("explain",), ("validate",), ("convert", "--to", "canonical")):
            found = RUNNER.invoke(app, ["edi", *command, gone, sound])
            assert found.exit_code == 2
            assert "gone.edi cannot be read: No such file or directory" in found.stderr
            assert "2 files: 1 " in found.output
            assert "1 cannot be read" in found.output

    def test_programs_are_told_in_one_shape_what_cannot_be_read(self, folder: Path) -> None:
        (empty := folder / "empty").mkdir()
        gone, sound = folder / "gone.edi", str(folder / "a.edi")
        for name, words in ((gone, "cannot be read: No such file or directory"), (empty, "holds no file")):
            for command in (("explain",), ("validate",), ("convert", "--to", "canonical")):
                told = json.loads(run("edi", *command, str(name), "--json", code=2))
                assert [(each["items"], each["unreadable"]) for each in told["files"]] == [([], f"{name} {words}")]
                assert (told["refused"], told["totals"]["refused_files"]) == (True, 1)
        for name, words in ((gone, "cannot be read"), (empty, "is a folder: two files are compared")):
            told = json.loads(run("edi", "diff", sound, str(name), "--json", code=2))
            assert [words in each["unreadable"] for each in told["files"]] == [False, True]
            assert (told["same"], told["refused"]) == (False, True)

    def test_a_file_that_is_not_there_is_two(self, folder: Path) -> None:
        run("edi", "validate", str(folder), str(folder / "none"), code=2)

    def test_each_is_explained_and_the_end_says_the_sum(self, folder: Path) -> None:
        text = run("edi", "explain", str(folder / "a.edi"), str(folder / "b.edi"), code=1)
        assert text.count("Purchase order 4500001 of") == 1
        assert text.splitlines()[-1] == "2 files: 1 taken, 1 refused; 2 documents, 1 refused; 1 error"

    def test_each_is_converted_into_a_folder_under_its_name(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        folder.joinpath("a.x12").write_bytes(ORDER)
        run("edi", "convert", str(folder), "--match", "a.*", "--to", "canonical", "--output", str(out), code=0)
        assert sorted(path.name for path in out.iterdir()) == ["a.json", "a.x12.json"]
        run("edi", "convert", str(folder), "--to", "canonical", "--output", str(folder), code=2)

    def test_what_cannot_stand_in_a_row_needs_a_folder(self, folder: Path) -> None:
        run("edi", "convert", str(folder), "--match", "a.*", "--to", "ubl", code=0)
        run("edi", "convert", str(folder / "a.edi"), str(folder / "b.edi"), "--to", "ubl", code=2)
        assert len(run("edi", "convert", *[str(folder / "a.edi")] * 2, "--to", "canonical", code=0).splitlines()) == 2


FAULT = {
    "kind", "code", "severity", "detail", "advice", "segment", "segment_id", "position", "element", "component", "line",
    "column", "path", "offset",
}  # fmt: skip
COUNTS = {"documents", "refused_documents", "errors", "warnings"}


def faults_in(told: Any) -> Iterator[dict[str, Any]]:
    """Everything in a report that is a fault, wherever it stands."""
    if isinstance(told, dict):
        if "code" in told and "severity" in told:
            yield told
        for each in told.values():
            yield from faults_in(each)
    elif isinstance(told, list):
        for each in told:
            yield from faults_in(each)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A bad file of each syntax, and a layout."""
    contents = {
        "x12": BAD,
        "edifact": b"UNB+UNOA:1+A+B+101201:0800+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+9+1'UNZ+1+1'",
        "ubl": b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
        "csv": FLAT.replace(b",6,", b",six,"),
        "json": b'{"document": "purchase_order", "body": {}}',
        "other": b"call them",
        "layout": LAYOUT.encode(),
    }
    for name, data in contents.items():
        tmp_path.joinpath(name).write_bytes(data)
    return {name: str(tmp_path / name) for name in contents}


class TestForPrograms:
    @pytest.mark.parametrize(
        ("command", "names"),
        [
            (("explain", "--layout"), ("x12", "edifact", "ubl", "csv", "json")),
            (("explain",), ("other",)),
            (("validate",), ("x12", "edifact", "ubl", "other")),
            (("validate", "--partner", "grocer"), ("x12",)),
            (("convert", "--to", "canonical", "--layout"), ("x12", "edifact", "ubl", "csv", "json")),
            (("diff", "--layout"), ("x12", "csv")),
        ],
    )
    def test_faults_and_files_have_one_form(
        self, command: tuple[str, ...], names: tuple[str, ...], files: dict[str, str]
    ) -> None:
        layout = [files["layout"]] if command[-1] == "--layout" else []
        told = json.loads(run("edi", *command, *layout, *(files[name] for name in names), "--json"))
        assert told["refused"] is True
        assert {"files", "refused_files", *COUNTS} == told["totals"].keys()
        assert [Path(each["file"]).name for each in told["files"]] == list(names)
        for file in told["files"]:
            assert {"file", "items", "unreadable", "refused", *COUNTS} <= file.keys()
            assert file["refused"] is True
            assert all(item["kind"] in ("document", "fault") for item in file["items"])
            found = list(faults_in(file))
            assert found
            assert all(fault.keys() == FAULT and fault["advice"] for fault in found)

    def test_one_file_has_the_form_of_many(self) -> None:
        told = json.loads(run("edi", "validate", "-", "--json", data=ORDER, code=0))
        (file,) = told["files"]
        assert (file["file"], file["documents"], file["refused"], told["refused"]) == (
            "standard input",
            1,
            False,
            False,
        )

    def test_a_fault_in_edi_has_its_segment_and_component(self, files: dict[str, str]) -> None:
        data = b"UNB+UNOA:1+A+B+101201:0800+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:nine:102'UNT+4+1'UNZ+1+1'"
        told = json.loads(run("edi", "explain", "-", "--json", data=data))
        (found,) = [each for each in faults_in(told) if each["code"] == "date_invalid"]
        place = {name: found[name] for name in ("segment", "segment_id", "position", "element", "component", "line")}
        assert place == {"segment": 4, "segment_id": "DTM", "position": 3, "element": 1, "component": 2, "line": 0}

    def test_a_fault_in_a_flat_file_has_its_line_and_column(self, files: dict[str, str]) -> None:
        convert = ("edi", "convert", files["csv"], "--to", "canonical", "--layout", files["layout"])
        (found,) = faults_in(json.loads(run(*convert, "--json", code=1)))
        place = {name: found[name] for name in ("segment", "segment_id", "element", "line", "column")}
        assert place == {"segment": 0, "segment_id": "", "element": 5, "line": 2, "column": "Qty"}
        said = RUNNER.invoke(app, list(convert)).stderr
        assert "error column_invalid at line 2, column 5 (Qty), byte 36: 'six'" in said
        assert "segment" not in said

    def test_a_fault_in_xml_and_in_json_has_its_line(self, files: dict[str, str]) -> None:
        told = json.loads(run("edi", "convert", files["ubl"], files["json"], "--to", "canonical", "--json", code=1))
        for found in faults_in(told):
            assert (found["line"], found["segment"]) == (1, 0)


class TestFlatFilesCompared:
    def diff(self, folder: Path, first: bytes, second: bytes, *layouts: str, code: int) -> list[str]:
        folder.joinpath("first").write_bytes(first)
        folder.joinpath("second").write_bytes(second)
        options = []
        for number, text in enumerate(layouts):
            folder.joinpath(f"{number}.yaml").write_text(text)
            options += ["--layout", str(folder / f"{number}.yaml")]
        names = str(folder / "first"), str(folder / "second")
        return run("edi", "diff", *names, *options, code=code).splitlines()

    def test_a_flat_file_with_a_flat_file_of_the_same_layout(self, tmp_path: Path) -> None:
        assert self.diff(tmp_path, FLAT, FLAT, LAYOUT, code=0) == ["Both say the same."]
        other = FLAT.replace(b",6,EA", b",8,EA")
        assert self.diff(tmp_path, FLAT, other, LAYOUT, code=1) == ["line 10: quantity 6 EA -> 8 EA"]

    def test_each_has_a_layout_of_its_own(self, tmp_path: Path) -> None:
        other = LAYOUT.replace("form: csv", "form: csv\ncsv: {delimiter: ';'}")
        assert self.diff(tmp_path, FLAT, FLAT.replace(b",", b";"), LAYOUT, other, code=0) == ["Both say the same."]

    def test_a_flat_file_with_edi_in_what_its_layout_can_say(self, tmp_path: Path) -> None:
        rows = ("N1*ST*NORTH*92*north", "PO1*10*8*EA*2.55**IN*A*UP*0012345678905", "SE*6*0001")
        data = interchange("ST*850*0001", "BEG*00*SA*4500001**20101201", "CUR*BY*GBP", *rows)
        for first, second in ((FLAT, data), (data, FLAT)):
            told = self.diff(tmp_path, first, second, LAYOUT, code=1)
            assert told[0] in ("line 10: quantity 6 EA -> 8 EA", "line 10: quantity 8 EA -> 6 EA")
            assert told[1].startswith("not compared: ")
            assert set(told[1].removeprefix("not compared: ").split(", ")) >= {
                "buyer",
                "supplier",
                "ship to",
                "lines gtin",
            }
            assert len(told) == 2

    def test_without_a_layout_it_is_said_that_one_is_needed(self, tmp_path: Path) -> None:
        tmp_path.joinpath("a").write_bytes(FLAT)
        result = RUNNER.invoke(app, ["edi", "diff", str(tmp_path / "a"), str(tmp_path / "a")])
        assert result.exit_code == 2
        assert "If it is CSV or of fixed width, name its layout: --layout LAYOUT.yaml" in result.stderr
