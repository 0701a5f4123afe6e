"""The corpus of hostile documents (`corpus/naughty-edi`): each gets the verdict that the standards give it."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest

from crossdock.edi import edifact, maps, x12
from crossdock.edi.kernel.faults import FAULTS, Fault
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.tolerance import LENIENT, MENDABLE, apply
from crossdock.model.party import PartyRef
from tests.unit.edi.naughty_guidelines import checking_identifiers

CORPUS = Path(__file__).resolve().parents[3] / "corpus" / "naughty-edi"
AT_A_CHARACTER = {
    "input_too_large",
    "lines_wrapped",
    "release_dangling",
    "segment_missing",
    "segment_unterminated",
    "terminator_mixed",
}
"""Faults that do not stand at the beginning of their segment."""
# Sets that a customer sends to its supplier; all others go the other way.
TO_SUPPLIER = ("850", "860", "ORDERS", "ORDCHG")


def tool() -> ModuleType:
    loaded = importlib.util.spec_from_file_location("naughty_check", CORPUS / "check.py")
    assert loaded is not None
    assert loaded.loader is not None
    module = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(module)
    return module


CHECK = tool()
VERDICTS: list[dict[str, Any]] = CHECK.verdicts()
MENDED = [verdict for verdict in VERDICTS if verdict["mended"]]

# Mended by who knows the sender; a policy does not cut values, guess what was meant, or mend what is no envelope.
FOR_PEOPLE = {
    "edifact/acknowledgement_request_invalid/letter",
    "edifact/acknowledgement_request_invalid/two",
    "edifact/interchange_count_mismatch/unz-with-sign",
    "edifact/interchange_unclosed/cut-off-in-unz",
    "edifact/set_unclosed/terminator-of-unt-released",
    "x12/isa_element_width/time-with-seconds",
    "x12/isa_width/date-with-its-century",
}
MENDED_BY_POLICY = [
    verdict
    for verdict in MENDED
    if verdict["code"] in MENDABLE and verdict["id"] not in FOR_PEOPLE and "given" not in verdict
]


def read(name: str, verdict: dict[str, Any]) -> list[Fault]:
    """Every fault of a document: of the kernel, the guides and the maps."""
    data, given = (CORPUS / name).read_bytes(), verdict.get("given", {})
    limits, items = Limits(**given.get("limits", {})), given.get("items")

    def context(kind: str) -> maps.MapContext:
        us, them = PartyRef("us"), PartyRef("them")
        known = (lambda item: item) if items is None else (lambda item: item if item in items else None)
        guidelines = checking_identifiers() if given.get("identifiers") else None
        role: Literal["buyer", "supplier"] = "supplier" if kind in TO_SUPPLIER else "buyer"
        return maps.MapContext("us", us, them, role, our_item=known, guidelines=guidelines)

    found: list[Fault] = []
    if verdict["read_as"] == "EDIFACT":
        for message in edifact.read(data, limits):
            one = isinstance(message, edifact.InterchangeFault)
            found += [message.fault] if one else maps.read_message(message, context(message.type)).faults  # type: ignore[union-attr, arg-type]
        return found
    for ts in x12.read(data, limits):
        one = isinstance(ts, x12.InterchangeFault)
        found += [ts.fault] if one else maps.read_document(ts, context(ts.type)).faults  # type: ignore[union-attr, arg-type]
    return found


Place = tuple[str, str, int, int, int, int, int]


def place(fault: Fault) -> Place:
    inside = fault.kind.level not in ("interchange", "group")
    component = fault.component if fault.component > 1 else 0  # the corpus counts the first as all of the element
    at = fault.segment, fault.position if inside else 0, fault.element, component, fault.offset
    return fault.code, fault.severity, *at


def expected(verdict: dict[str, Any]) -> set[Place]:
    names = ("segment", "position", "element", "component", "offset")
    return {(each["code"], each["severity"], *(each[name] for name in names)) for each in verdict["faults"]}


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda verdict: verdict["id"])
def test_every_fault_is_found_at_its_place_and_no_other_that_refuses(verdict: dict[str, Any]) -> None:
    found = {place(fault) for fault in read(verdict["file"], verdict)}
    wanted = expected(verdict)
    assert wanted - found == set()
    assert {each for each in found - wanted if each[1] == "error"} == set()
    if verdict["code"] == "sound":
        assert found == set()


@pytest.mark.parametrize("verdict", MENDED, ids=lambda verdict: verdict["id"])
def test_a_mended_document_reads_without_its_fault(verdict: dict[str, Any]) -> None:
    found = read(verdict["mended"], verdict)
    assert verdict["code"] not in {fault.code for fault in found}
    assert [str(fault) for fault in found if fault.severity == "error"] == []


@pytest.mark.parametrize("verdict", MENDED_BY_POLICY, ids=lambda verdict: verdict["id"])
def test_the_lenient_policy_mends_byte_for_byte_as_the_corpus_does(verdict: dict[str, Any]) -> None:
    data = (CORPUS / verdict["file"]).read_bytes()
    applied = apply(data, LENIENT, edifact.read if verdict["read_as"] == "EDIFACT" else x12.read)
    assert applied.data == (CORPUS / verdict["mended"]).read_bytes()


def test_the_corpus_keeps_its_own_rules() -> None:
    assert list(CHECK.problems()) == []


def test_codes_mean_what_the_product_means_by_them() -> None:
    for code, row in CHECK.codes().items():
        if code == "sound":
            continue
        kind = FAULTS[code]
        assert (row["level"], row["severity"]) == (kind.level, kind.severity), code
        assert (row["ta1"], row["ak"], row["ik"], row["contrl"]) == (kind.ta1, kind.ak, kind.ik, kind.contrl), code


def test_the_index_is_as_its_schema_says() -> None:
    schema = json.loads((CORPUS / "verdict.schema.json").read_text(encoding="utf-8"))
    assert [wrong for verdict in VERDICTS for wrong in disagreements(schema, verdict, verdict["id"])] == []
    broken = VERDICTS[0] | {"code": 7, "more": "than the schema knows"}
    assert len(disagreements(schema, broken, "broken")) == 2


def test_a_tag_stands_where_the_verdict_says() -> None:
    for verdict in VERDICTS:
        data = (CORPUS / verdict["file"]).read_bytes()
        for each in verdict["faults"]:
            if each["element"] == 0 and each["tag"] and each["code"] not in AT_A_CHARACTER:
                assert data[each["offset"] :].startswith(each["tag"].encode()), verdict["id"]


def test_the_tool_finds_the_place_of_a_byte() -> None:
    (line,) = [each for each in VERDICTS if each["id"] == "edifact/number_invalid/triad-separator"]
    (fault,) = line["faults"]
    told = CHECK.place((CORPUS / line["file"]).read_bytes(), fault["offset"])
    assert told == {key: value for key, value in fault.items() if key not in ("code", "severity")}


def test_places_are_counted_like_the_tool_counts_them() -> None:
    strange = AT_A_CHARACTER | {"delimiters_unclear", "isa_width"}  # of whole documents, or of headers nobody can count
    counted = 0
    for verdict in VERDICTS:
        data = (CORPUS / verdict["file"]).read_bytes()
        for each in verdict["faults"]:
            told = CHECK.place(data, each["offset"])
            here = [told[name] for name in ("segment", "element", "component")]
            wanted = [each[name] for name in ("segment", "element", "component")]
            # What is missing stands at the end of what should hold it, behind a smaller number of elements.
            absent = here[0] == wanted[0] and here[1:] < wanted[1:]
            assert here == wanted or absent or strange & {verdict["code"], each["code"]}, verdict["id"]
            counted += here == wanted
    assert counted > len(VERDICTS)


def disagreements(schema: dict[str, Any], value: Any, at: str) -> list[str]:
    """What a value has against the part of JSON Schema that the corpus uses."""
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    wanted = schema.get("type", [])
    allowed = tuple(kinds[each] for each in ([wanted] if isinstance(wanted, str) else wanted))
    if allowed and not isinstance(value, allowed):
        return [f"{at} is no {wanted}"]
    found = []
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        found += [f"{at} lacks {name}" for name in schema.get("required", []) if name not in value]
        found += [f"{at} has {name}" for name in value if name not in fields]
        for name, each in value.items():
            found += disagreements(fields.get(name, {}), each, f"{at}.{name}")
    if isinstance(value, list):
        for index, each in enumerate(value):
            found += disagreements(schema["items"], each, f"{at}[{index}]")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at} is not of {schema['pattern']}")
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{at} is under {schema['minimum']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is none of {schema['enum']}")
    return found
