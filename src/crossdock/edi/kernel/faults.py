"""Every fault the kernel, the guides and the maps can find, by name. The table at the end is the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Level = Literal["interchange", "group", "set", "segment", "element", "business"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What a fault code means. A set is a transaction set of X12 or a message of EDIFACT. `ak` is the 997 code: of AK9
    for groups, AK5 for sets, AK3 for segments, AK4 for elements; `contrl` the code of CONTRL (data element 0085 of ISO
    9735-10); empty where no acknowledgement can say it."""

    code: str
    level: Level
    severity: Severity
    ak: str
    contrl: str
    words: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: `segment` counts from 1 over the whole input, `offset` is the byte the
    segment (or element) begins at, `position` counts from 1 at ST as the 997 wants it (0 outside a set)."""

    code: str
    severity: Severity
    detail: str
    segment: int
    offset: int
    position: int = 0
    segment_id: str = ""
    element: int = 0

    @property
    def kind(self) -> FaultKind:
        """The documented kind of this fault."""
        return FAULTS[self.code]

    @property
    def pointer(self) -> str:
        """Where it is, in words: `segment 12 (PO1), element 2, byte 431`."""
        named = f"segment {self.segment}" + (f" ({self.segment_id})" if self.segment_id else "")
        return named + (f", element {self.element}" if self.element else "") + f", byte {self.offset}"

    def __str__(self) -> str:
        return f"{self.code} at {self.pointer}: {self.detail}"


def fault(
    code: str,
    *,
    segment: int,
    offset: int,
    detail: str = "",
    position: int = 0,
    segment_id: str = "",
    element: int = 0,
    severity: Severity | None = None,
) -> Fault:
    """A fault of a documented kind; words and severity are the kind's unless told otherwise."""
    kind = FAULTS[code]
    return Fault(code, severity or kind.severity, detail or kind.words, segment, offset, position, segment_id, element)


# code, level, severity, 997 code, CONTRL code, words
_TABLE: tuple[tuple[str, Level, Severity, str, str, str], ...] = (
    ("empty_input", "interchange", "error", "", "", "the input holds nothing"),
    ("not_x12", "interchange", "error", "", "", "the input does not begin with an X12 interchange header (ISA)"),
    (
        "other_syntax",
        "interchange",
        "error",
        "",
        "",
        "the input is of another syntax",
    ),
    ("not_edifact", "interchange", "error", "", "", "the input does not begin with an EDIFACT interchange (UNA, UNB)"),
    ("tradacoms", "interchange", "error", "", "", "the input is TRADACOMS, which is not read"),
    ("interchange_malformed", "interchange", "error", "", "13", "the interchange header (UNB) has no end"),
    ("interchange_missing", "interchange", "error", "", "13", "messages stand outside any interchange"),
    ("interchange_empty", "interchange", "error", "", "32", "the interchange holds nothing"),
    ("interchange_element_missing", "interchange", "warning", "", "13", "the interchange header lacks an element"),
    ("syntax_unknown", "interchange", "warning", "", "2", "the syntax identifier or version is not one of ISO 9735"),
    ("isa_malformed", "interchange", "error", "", "", "the interchange header has no sixteen elements"),
    ("isa_width", "interchange", "warning", "", "", "the interchange header is not 106 characters wide"),
    ("delimiters_unclear", "interchange", "error", "", "22", "separators or terminator cannot be told from the header"),
    ("interchange_unclosed", "interchange", "warning", "", "13", "the interchange has no trailer (IEA, UNZ)"),
    (
        "interchange_control_mismatch",
        "interchange",
        "warning",
        "",
        "28",
        "the trailer does not repeat the control number of the interchange header",
    ),
    (
        "interchange_count_mismatch",
        "interchange",
        "warning",
        "",
        "29",
        "the trailer does not count the groups (or, without groups, the messages) of the interchange",
    ),
    ("data_outside_interchange", "interchange", "warning", "", "33", "there is data that belongs to no interchange"),
    ("segment_outside_set", "interchange", "warning", "", "33", "a segment stands outside any transaction set"),
    ("trailer_without_header", "interchange", "warning", "", "33", "a trailer closes what was never opened"),
    ("too_many_faults", "interchange", "error", "", "18", "more is wrong than is worth listing; the rest was not read"),
    ("input_too_large", "interchange", "error", "", "18", "the input is longer than the limit"),
    ("group_missing", "group", "warning", "", "30", "a transaction set stands outside any functional group"),
    ("group_malformed", "group", "error", "", "13", "the group header has no eight elements"),
    ("group_unclosed", "group", "warning", "3", "13", "the functional group has no trailer (GE, UNE)"),
    (
        "group_control_mismatch",
        "group",
        "warning",
        "4",
        "28",
        "the trailer does not repeat the control number of the group header",
    ),
    ("group_count_mismatch", "group", "warning", "5", "29", "the trailer does not count the sets of the group"),
    ("group_type_mismatch", "set", "warning", "", "31", "GS01 is not the functional id of this set type"),
    ("set_malformed", "set", "error", "6", "13", "the set header lacks type, version or control number"),
    ("set_unclosed", "set", "error", "2", "13", "the set has no trailer (SE, UNT)"),
    (
        "set_control_mismatch",
        "set",
        "error",
        "3",
        "28",
        "the trailer does not repeat the control number of the set header",
    ),
    ("set_count_mismatch", "set", "error", "4", "29", "the trailer does not count the segments of the set"),
    ("set_control_repeated", "set", "warning", "", "26", "the set control number occurs twice in its group"),
    ("set_too_large", "set", "error", "5", "18", "the transaction set is longer than the limit"),
    ("too_many_segments", "set", "error", "5", "18", "the transaction set has more segments than the limit"),
    ("set_unknown", "set", "error", "1", "14", "no guide knows this transaction set"),
    ("segment_id_invalid", "segment", "warning", "1", "15", "the segment id is not one of X12"),
    ("segment_unexpected", "segment", "warning", "2", "15", "the segment is not in the guide of this set"),
    ("segment_missing", "segment", "error", "3", "13", "a mandatory segment is missing"),
    ("segment_repeated", "segment", "warning", "5", "35", "the segment occurs more often than the guide allows"),
    ("segment_out_of_order", "segment", "warning", "7", "15", "the segment stands where the guide does not expect it"),
    ("segment_too_long", "segment", "error", "8", "18", "the segment is longer than the limit"),
    ("segment_empty", "segment", "warning", "8", "13", "the segment has no elements"),
    ("element_missing", "element", "error", "1", "13", "a mandatory element is missing"),
    ("element_condition", "element", "error", "2", "13", "an element is missing that another one needs"),
    ("element_surplus", "element", "warning", "3", "16", "the segment has more elements than its definition"),
    ("element_too_short", "element", "warning", "4", "40", "the element is shorter than its definition"),
    ("element_too_long", "element", "warning", "5", "39", "the element is longer than its definition"),
    ("element_character", "element", "warning", "6", "21", "the element holds characters its type does not allow"),
    ("number_invalid", "element", "error", "6", "37", "the element is not a number"),
    ("code_unknown", "element", "error", "7", "12", "the code is not in the list of the guide"),
    ("date_invalid", "element", "error", "8", "12", "the element is not a date"),
    ("time_invalid", "element", "warning", "9", "12", "the element is not a time"),
    ("item_unknown", "business", "error", "", "", "the item is not in the cross-reference"),
    ("item_missing", "business", "error", "", "", "the line names no item"),
    ("order_reference_missing", "business", "error", "", "", "the document does not say which order it is about"),
    ("line_reference_missing", "business", "warning", "", "", "the line does not say which order line it is about"),
    ("price_missing", "business", "warning", "", "", "the line has no price; it is read as zero"),
    ("total_missing", "business", "warning", "", "", "the invoice states no total; it is read as the sum of its lines"),
    ("charge_without_amount", "business", "warning", "", "", "a charge or allowance has no amount and is left out"),
    ("lines_missing", "business", "error", "", "", "the document has no lines"),
    ("line_repeated", "business", "warning", "", "", "two lines have the same id"),
    ("count_mismatch", "business", "warning", "", "", "CTT01 does not count the lines"),
    ("total_mismatch", "business", "warning", "", "", "lines and charges do not add up to the stated total"),
    ("hierarchy_broken", "business", "error", "", "", "a hierarchical level names a parent that is not there"),
    (
        "purpose_unsupported",
        "business",
        "error",
        "",
        "",
        "the purpose of the document is not one we take",
    ),
    ("not_readable", "business", "error", "", "", "the set cannot be read as a business object"),
)

FAULTS: dict[str, FaultKind] = {row[0]: FaultKind(*row) for row in _TABLE}
