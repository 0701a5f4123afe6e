"""The commands around partner packs: what they print, for people and for programs, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crossdock.cli.main import app
from crossdock.edi.guidelines import packs
from tests.unit.edi.samples import interchange

RUNNER = CliRunner()
SOUND = (
    "ST*850*0001",
    "BEG*00*SA*4500001**20101201",
    "N1*ST*NORTH*92*north",
    "PO1*10*6*EA*2.55**IN*85123A*VN*B-1",
    "CTT*1",
    "SE*6*0001",
)


def run(*arguments: str, data: bytes = b"") -> tuple[int, str]:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments], input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def project(tmp_path: Path) -> str:
    assert run("partner", "new", "northgate", "--document", "850", "--project", str(tmp_path))[0] == 0
    return str(tmp_path)


def validated(project: str, *rows: str, as_json: bool = True) -> tuple[int, Any]:
    options = ("--json",) if as_json else ()
    code, text = run(
        "edi", "validate", "-", "--partner", "northgate", "--project", project, *options, data=interchange(*rows)
    )
    return code, json.loads(text) if as_json else text


def test_a_document_that_keeps_to_the_guideline_is_valid(project: str) -> None:
    code, found = validated(project, *SOUND)
    assert code == 0
    (item,) = found["files"][0]["items"]
    assert not item["refused"]
    assert item["guideline"] == "northgate 850 004010"
    assert item["faults"] == []
    head = "standard input: valid, 1 document\n"
    assert validated(project, *SOUND, as_json=False) == (
        0,
        head + "850 0001, segment 3: valid by northgate 850 004010\n",
    )


def test_one_that_does_not_is_refused_in_the_partners_words(project: str) -> None:
    rows = [row.replace("*6*EA", "*0*EA") for row in SOUND]
    code, found = validated(project, *rows)
    assert code == 1
    (fault,) = found["files"][0]["items"][0]["faults"]
    assert (fault["code"], fault["segment"], fault["element"]) == ("guideline_amount", 6, 2)
    assert fault["detail"] == "Every line orders something (PO1.02 > 0)"
    code, text = validated(project, *rows, as_json=False)
    assert code == 1
    assert "850 0001, segment 3: refused by northgate 850 004010" in text
    assert "Every line orders something" in text


def test_what_the_tolerance_accepts_does_not_refuse(project: str) -> None:
    rows = (*SOUND[:-1], "SE*7*0001")
    assert validated(project, *rows)[0] == 1
    main = Path(project, "partners", "northgate", "partner.yaml")
    main.write_text(main.read_text() + "tolerance: {set_count_mismatch: accept}\n")
    packs.load.cache_clear()
    code, found = validated(project, *rows)
    assert code == 0
    assert [each["code"] for each in found["files"][0]["items"][0]["faults"]] == ["set_count_mismatch"]


def test_what_the_tolerance_mends_passes_in_every_command(project: str) -> None:
    main = Path(project, "partners", "northgate", "partner.yaml")
    main.write_text(main.read_text() + "tolerance: {set_count_mismatch: mend}\n")
    packs.load.cache_clear()
    file = interchange(*SOUND[:-1], "SE*7*0001")
    for command in (("validate",), ("explain",), ("convert", "--to", "canonical")):
        assert run("edi", *command, "-", "--json", data=file)[0] == 1
        code, text = run("edi", *command, "-", "--partner", "northgate", "--project", project, "--json", data=file)
        (found,) = json.loads(text)["files"]
        told = [(each["severity"], each["detail"]) for each in found["items"] if each["kind"] == "fault"]
        assert (code, found["refused"]) == (0, False)
        assert told == [("warning", "SE01 says 7, 6 segments were read; mended: '7' became '6'")]


def test_the_tolerance_that_is_named_comes_before_that_of_the_partner(project: str) -> None:
    file = interchange(*SOUND[:-1], "SE*7*0001")
    named = ("edi", "validate", "-", "--partner", "northgate", "--project", project, "--tolerance")
    assert [run(*named, each, data=file)[0] for each in ("strict", "default", "lenient")] == [1, 1, 0]
    assert run("edi", "explain", "-", "--tolerance", "lenient", data=file)[0] == 0
    assert run("edi", "convert", "-", "--to", "canonical", "--tolerance", "loose", data=file)[0] == 2


def test_a_tolerance_that_cannot_be_is_told_with_its_file(project: str) -> None:
    main = Path(project, "partners", "northgate", "partner.yaml")
    main.write_text(main.read_text() + "tolerance: {segment_missing: mend}\n")
    packs.load.cache_clear()
    result = RUNNER.invoke(app, ["edi", "explain", "-", "--partner", "northgate", "--project", project], input=b"ISA")
    assert (result.exit_code, "segment_missing cannot be mended" in result.output) == (2, True)


def test_a_strict_tolerance_refuses_what_is_only_unusual(project: str) -> None:
    file = b"\xef\xbb\xbf" + interchange(*SOUND)
    for command in (("validate",), ("explain",), ("convert", "--to", "canonical")):
        assert run("edi", *command, "-", data=file)[0] == 0
        assert run("edi", *command, "-", "--tolerance", "default", data=file)[0] == 0
        assert run("edi", *command, "-", "--tolerance", "strict", data=file)[0] == 1


def test_a_document_that_the_partner_does_not_describe_is_not_valid(project: str) -> None:
    file = interchange(*SOUND)
    code, text = run("edi", "validate", "-", "--partner", "carrier_parcel", "--project", project, data=file)
    assert code == 1
    assert text.startswith("standard input: refused; 1 error\n")
    assert "850 0001, segment 3: refused, held against the base guide alone\n" in text
    assert "carrier_parcel describes no 850, only 214\n" in text
    _, text = run("edi", "validate", "-", "--partner", "carrier_parcel", "--json", data=file)
    (fault,) = json.loads(text)["files"][0]["items"][0]["faults"]
    assert (fault["code"], fault["segment_id"]) == ("guideline_missing", "ST")
    assert "guideline_missing" not in validated(project, *SOUND, as_json=False)[1]
    code, text = run(
        "edi", "validate", "-", "--partner", "northgate", "--project", project, "--direction", "out", data=file
    )
    assert (code, "northgate describes no 850 that goes `out`, only the other way" in text) == (1, True)


def test_an_acknowledgement_that_the_partner_does_not_describe_is_a_warning(project: str) -> None:
    file = interchange("ST*997*0001", "AK1*PO*1", "AK9*A*1*1*1", "SE*4*0001")
    code, text = run("edi", "validate", "-", "--partner", "carrier_parcel", "--project", project, data=file)
    assert (code, "warning guideline_missing" in text) == (0, True)


def test_without_a_partner_the_base_guide_holds() -> None:
    code, text = run("edi", "validate", "-", data=interchange(*SOUND))
    assert (code, text) == (0, "standard input: valid, 1 document\n850 0001, segment 3: valid by the base guide\n")


def test_wrong_use_ends_with_two_and_says_why(project: str, tmp_path: Path) -> None:
    for arguments, words in (
        (("edi", "validate", str(tmp_path / "none.x12")), "cannot be read"),
        (("edi", "validate", "-", "--partner", "southgate"), "there is no partner pack 'southgate'"),
        (("edi", "validate", "-", "--direction", "up"), "--direction is in or out"),
        (("partner", "new", "North Gate", "--document", "850"), "cannot be the name of a partner"),
        (("partner", "new", "x", "--document", "940"), "there is no template for 940"),
        (("partner", "new", "x", "--document", "850", "--kind", "friend"), "--kind is one of"),
        (("partner", "new", "northgate", "--document", "850", "--project", project), "is there already"),
        (("partner", "infer", str(tmp_path / "none.x12")), "cannot be read"),
        (("partner", "show", "southgate"), "there is no partner pack"),
        (("edi", "generate", "856", "--partner", "northgate", "--project", project), "it describes 850"),
        (
            ("edi", "generate", "850", "--partner", "northgate", "--project", project, "--scenario", "x"),
            "there is no scenario 'x'",
        ),
    ):
        code, text = run(*arguments)
        assert code == 2, arguments
        assert words in text, text


def test_what_generate_makes_is_found_out_by_validate(project: str) -> None:
    for scenario, expected in (
        ("valid", []),
        ("wrong_count", ["set_count_mismatch"]),
        ("too_long", ["element_too_long"]),
    ):
        arguments = ("edi", "generate", "850", "--partner", "northgate", "--project", project, "--scenario", scenario)
        code, text = run(*arguments, "--seed", "3")
        assert code == 0
        assert run(*arguments, "--seed", "3") == (0, text)
        told = json.loads(run(*arguments, "--seed", "3", "--json")[1])
        assert told["content"] == text
        assert told["expected"] == expected
        _, found = run(
            "edi", "validate", "-", "--partner", "northgate", "--project", project, "--json", data=text.encode()
        )
        codes = {fault["code"] for item in json.loads(found)["files"][0]["items"] for fault in item["faults"]}
        assert set(expected) <= codes


def test_lint_and_test_tell_what_is_wrong_and_end_with_one(project: str) -> None:
    name = str(Path(project, "partners", "northgate"))
    code, text = run("partner", "lint", name)
    assert code == 0
    assert "nothing wrong with 1 pack\n" in text
    assert "the source is that of the template" in text
    told = json.loads(run("partner", "lint", name, "--json")[1])
    assert told["ok"]
    assert [(Path(each["file"]).name, each["severity"]) for each in told["problems"]] == [
        ("850.yaml", "warning"),
        ("partner.yaml", "warning"),
    ]
    code, text = run("partner", "test", name, "--json")
    assert code == 0
    assert {each["trial"]["scenario"] for each in json.loads(text)["trials"]} >= {"valid", "wrong_count"}
    assert run("partner", "test", name)[0] == 0
    guideline = Path(name, "850.yaml")
    guideline.write_text(guideline.read_text().replace("use: M\n", "use: Q\n", 1))
    code, text = run("partner", "lint", name)
    assert code == 1
    assert f"{guideline}:" in text
    assert json.loads(run("partner", "lint", name, "--json")[1])["problems"][0]["line"] == 10


def test_a_sample_that_is_not_as_said_fails_the_pack(project: str) -> None:
    folder = Path(project, "partners", "northgate")
    (folder / "samples" / "one.x12").write_bytes(interchange(*SOUND).replace(b"*6*EA", b"*0*EA"))
    main = folder / "partner.yaml"
    main.write_text(main.read_text() + "samples:\n  one.x12: {source: s, licence: MIT}\n")
    code, text = run("partner", "test", str(folder), "--json")
    assert code == 1
    (failed,) = [each["trial"] for each in json.loads(text)["trials"] if not each["passed"]]
    assert (failed["scenario"], failed["expected"], failed["found"]) == ("one.x12", [], ["guideline_amount"])


def test_a_new_document_can_be_made_from_samples(project: str, tmp_path: Path) -> None:
    sample = tmp_path / "one.x12"
    sample.write_bytes(interchange(*SOUND))
    code, _ = run("partner", "new", "southgate", "--document", "850", "--sample", str(sample), "--project", project)
    assert code == 0
    assert run("edi", "validate", str(sample), "--partner", "southgate", "--project", project)[0] == 0
    code, text = run("partner", "infer", str(sample), "--partner", "southgate", "--json")
    assert code == 0
    assert json.loads(text)["documents"] == 1
    assert run("partner", "infer", str(sample))[1].startswith("# Proposed from 1 documents")


def test_samples_of_a_new_pack_are_kept_and_tried(project: str, tmp_path: Path) -> None:
    sample = tmp_path / "one.x12"
    sample.write_bytes(interchange(*SOUND))
    run("partner", "new", "southgate", "--document", "850", "--sample", str(sample), "--project", project)
    folder = Path(project, "partners", "southgate")
    assert (folder / "samples" / "one.x12").read_bytes() == sample.read_bytes()
    assert "source: yours" in (folder / "partner.yaml").read_text()
    assert run("partner", "lint", str(folder))[0] == 0
    code, text = run("partner", "test", str(folder), "--json")
    assert code == 0
    assert "one.x12" in {each["trial"]["scenario"] for each in json.loads(text)["trials"]}
    assert "has no samples" not in text
    assert "northgate has no samples" in run("partner", "test", "northgate", "--project", project, "--json")[1]
    code, text = run("partner", "new", "northgate", "--document", "855", "--project", project)
    assert "is there already" not in text


def test_a_sample_that_holds_nothing_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.x12", tmp_path / "bad.x12"
    good.write_bytes(interchange(*SOUND))
    bad.write_bytes(b"hello")
    code, text = run("partner", "infer", str(good), str(bad))
    assert code == 0
    assert f"{bad} holds no document that can be read" in text
    assert f"{good} holds" not in text


def test_a_broken_pack_is_marked_and_the_others_are_listed(project: str) -> None:
    Path(project, "partners", "northgate", "850.yaml").write_text("partner: [")
    code, text = run("partner", "list", "--project", project, "--json")
    assert code == 0
    rows = {each["name"]: each for each in json.loads(text)["packs"]}
    assert rows["northgate"]["broken"]
    assert rows["grocer"]["broken"] == ""
    assert run("partner", "list", "--project", project)[0] == 0


def test_packs_are_listed_and_shown(project: str) -> None:
    code, text = run("partner", "list", "--project", project, "--json")
    assert code == 0
    assert "northgate" in {each["name"] for each in json.loads(text)["packs"]}
    code, text = run("partner", "show", "northgate", "--project", project)
    assert code == 0
    assert "PO1" in text
    assert "Every line orders something" in text
    assert "up to" in text or "any number" in text
    assert "&nbsp;" not in text
    code, text = run("partner", "show", "northgate", "--project", project, "--json")
    assert json.loads(text)["guidelines"][0]["document"] == "850"


def test_a_pack_is_shown_with_all_that_holds_for_its_documents() -> None:
    code, text = run("partner", "show", "supplier_industrial")
    assert code == 0
    said = " ".join(text.split())
    for words in (
        "interchange identity (x12): ZZ/999999999",
        "set_count_mismatch in envelopes: is accepted",
        "What the partner writes in its own way",
        "assume CUR.02, value USD",
        "a known unit",
        "810-widget.edi: blueseerERP blueseer, sample data ACME_810i.txt (MIT); wrong with it: set_count_mismatch,",
    ):
        assert words in said


@pytest.mark.parametrize("width", ["80", "120"])
def test_no_line_of_packs_is_wider_than_the_terminal(width: str, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    commands = ("list",), ("lint", "northgate"), ("test", "northgate"), ("show", "wholesaler"), ("show", "northgate")
    for command in commands:
        for line in run("partner", *command, "--project", project)[1].splitlines():
            assert len(line) <= int(width) or " " not in line.strip(), line


def test_a_trial_that_fails_tells_its_faults_with_their_places(project: str) -> None:
    folder = Path(project, "partners", "northgate")
    folder.joinpath("samples", "bad.x12").write_bytes(interchange(*SOUND).replace(b"*6*EA", b"*six*EA"))
    main = folder.joinpath("partner.yaml")
    main.write_text(main.read_text() + "samples:\n  bad.x12: {source: ours, licence: ours}\n")
    code, text = run("partner", "test", str(folder))
    assert code == 1
    assert "FAILED" in text
    assert "error number_invalid at segment 6 (PO1), element 2, byte" in text
    trials = json.loads(run("partner", "test", str(folder), "--json")[1])["trials"]
    (failed,) = [each["trial"] for each in trials if not each["passed"]]
    assert {"code", "severity", "segment", "component", "advice"} <= failed["faults"][0].keys()


def test_what_the_how_to_begins_with_passes_its_own_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[3]
    page = root.joinpath("docs", "howto", "describe-a-partner.md").read_text("utf-8")
    lines = [line.split() for line in page.splitlines() if line.startswith("crossdock partner new ")]
    assert {line[3] for line in lines} == {"northgate", "lakeside"}
    monkeypatch.chdir(root)
    for line in lines:
        assert run(*line[1:], "--project", str(tmp_path))[0] == 0
        for command in ("lint", "test"):
            code, text = run("partner", command, line[3], "--project", str(tmp_path))
            assert code == 0, text


def test_lines_of_a_warehouse_order_stand_below_their_number(tmp_path: Path) -> None:
    sample = packs.find("warehouse_3pl").joinpath("samples", "940-three-lines.edi")
    _, text = run("partner", "infer", str(sample), "--json")
    found = json.loads(text)["guideline"]
    lines = [line.split("#")[0].rstrip() for line in found.splitlines() if "segment: " in line]
    at = lines.index("  - segment: LX")
    assert lines[at + 1] == "      - segment: W01"


@pytest.mark.parametrize(
    ("kind", "document", "way"),
    [
        ("customer", "850", "in"),
        ("customer", "810", "out"),
        ("marketplace", "856", "out"),
        ("supplier", "850", "out"),
        ("supplier", "855", "in"),
        ("supplier", "INVOIC", "in"),
        ("warehouse", "846", "in"),
        ("customer", "846", "out"),
    ],
)
def test_who_sends_a_document_follows_from_the_kind_of_partner(
    kind: str, document: str, way: str, tmp_path: Path
) -> None:
    where = ("--project", str(tmp_path))
    code, text = run("partner", "new", "lakeside", "--document", document, "--kind", kind, *where)
    assert code == 0
    assert ("we send it" if way == "out" else "the partner sends it") in text
    (found,) = json.loads(run("partner", "show", "lakeside", *where, "--json")[1])["guidelines"]
    assert found["directions"] == [way]
    assert run("partner", "test", "lakeside", *where)[0] == 0


def test_samples_of_what_we_send_are_tried_as_sent(tmp_path: Path) -> None:
    sample = packs.find("warehouse_3pl").joinpath("samples", "940-one-line.edi")
    where = ("--document", "940", "--sample", str(sample), "--project", str(tmp_path))
    assert run("partner", "new", "lakeside", "--kind", "warehouse", *where)[0] == 0
    folder = tmp_path.joinpath("partners", "lakeside")
    assert "direction: out" in folder.joinpath("partner.yaml").read_text()
    assert run("partner", "test", str(folder))[0] == 0
    assert "directions: [out]" in run("partner", "infer", str(sample), "--kind", "warehouse")[1]


def test_a_pack_keeps_its_kind(project: str) -> None:
    where = ("--document", "810", "--project", project)
    code, text = run("partner", "new", "northgate", "--kind", "supplier", *where)
    assert code == 2
    assert "says that it is a customer, not a supplier" in " ".join(text.split())
    assert not Path(project, "partners", "northgate", "810.yaml").exists()
    assert run("partner", "new", "northgate", *where)[0] == 0
    assert "directions: [out]" in Path(project, "partners", "northgate", "810.yaml").read_text()
