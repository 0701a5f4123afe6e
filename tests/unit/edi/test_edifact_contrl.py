"""EDIFACT syntax reports say what became of an interchange, its groups, messages, segments and elements."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.edi.edifact.acknowledge import acknowledge
from crossdock.model.acknowledgement import ReportedGroup, ReportedMessage, ReportedSegment, SyntaxReport
from crossdock.model.party import PartyRef

CONTEXT = maps.MapContext("us", PartyRef("us"), PartyRef("kiln"), "buyer")
HEAD = b"UNB+UNOC:3+KILN:14+US:14+101201:0830+R2'UNH+1+CONTRL:D:3:UN'"
REFUSED = b"UCI+R1+US:14+KILN:14+8'UCM+17+ORDERS:D:96A:UN:EAN008+4+29+UNT'UCS+8'UCD+12+4:1'UCD+13+2'UCS+11+13'"


def message(data: bytes) -> edifact.Message:
    (one,) = [each for each in edifact.read(data) if isinstance(each, edifact.Message)]
    return one


def report(segments: bytes) -> maps.MappedDocument:
    count = segments.count(b"'") + 2
    return maps.read_message(message(HEAD + segments + b"UNT+%d+1'UNZ+1+R2'" % count), CONTEXT)


def test_a_report_says_which_message_was_refused_and_where_it_is_wrong() -> None:
    mapped = report(REFUSED)
    assert mapped.faults == ()
    assert (mapped.document, mapped.body) == (
        "syntax_report",
        SyntaxReport(
            "R1", "US", "KILN", company_id="us",
            messages=(
                ReportedMessage(
                    "ORDERS", "D:96A:UN:EAN008", "17", rejected=True, code="29", segment="UNT",
                    segments=(ReportedSegment(8, "", ((3, "12"), (1, "13"))), ReportedSegment(11, "13")),
                ),
            ),
        ),
    )  # fmt: skip


def test_a_refused_interchange_and_groups_with_their_messages() -> None:
    refused = report(b"UCI+R1+US+KILN+4+23+UNB+2:1'").body
    assert refused == SyntaxReport("R1", "US", "KILN", True, "23", "UNB", 1, company_id="us")
    grouped = report(b"UCI+R1+US+KILN+7'UCF+G1+A+B+7'UCM+1+ORDERS:D:96A:UN+7'UCF+G2+A+B+4+28+UNE'").body
    assert isinstance(grouped, SyntaxReport)
    assert grouped.messages == ()
    assert grouped.groups == (
        ReportedGroup("G1", "A", "B", messages=(ReportedMessage("ORDERS", "D:96A:UN", "1"),)),
        ReportedGroup("G2", "A", "B", True, "28", "UNE"),
    )


@pytest.mark.parametrize(
    ("segments", "code", "element"),
    [
        (b"UCI++US+KILN+7'", "element_missing", 1),
        (b"UCI+R1+US+KILN'", "element_missing", 4),
        (b"UCI+R1+US+KILN+99'", "code_unknown", 4),
        (b"UCI+R1+US+KILN+7'UCM+1+ORDERS:D:96A:UN+4'UCS+x+13'", "number_invalid", 1),
        (b"UCM+1+ORDERS:D:96A:UN+4'", "segment_missing", 0),
    ],
)
def test_nonsense_is_a_fault_at_its_element(segments: bytes, code: str, element: int) -> None:
    mapped = report(segments)
    assert mapped.body is None
    assert (mapped.faults[0].code, mapped.faults[0].element) == (code, element)


def test_every_element_of_a_report_is_accounted_for() -> None:
    data = HEAD + REFUSED + b"UNT+8+1'UNZ+1+R2'"
    account = maps.account(message(data), CONTEXT)
    assert [(each.segment, each.element, each.value) for each in account.kept] == [
        ("UCI", 2, "14"), ("UCI", 3, "14"), ("UCD", 2, "1"),
    ]  # fmt: skip


def test_what_we_answer_to_a_broken_interchange_is_read_back_as_it_was_meant() -> None:
    broken = b"UNB+UNOC:3+SHOP+US+101201:0830+R9'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+9+1'UNZ+1+R9'"
    (meant,) = acknowledge(edifact.read(broken))
    assert meant.messages[0].rejected
    assert sent_and_read(meant) == msgspec.structs.replace(meant, company_id="us")


names = st.text("ABCXYZ0123456789", min_size=1, max_size=14)
codes = st.sampled_from(["", "12", "13", "29"])
segments = st.builds(
    ReportedSegment,
    st.integers(1, 999),
    codes,
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["12", "13"])), max_size=2).map(tuple),
)
messages = st.builds(
    ReportedMessage,
    st.just("ORDERS"),
    st.sampled_from(["D:96A:UN", "D:01B:UN:EAN010"]),
    names,
    st.booleans(),
    codes,
    st.sampled_from(["", "UNT"]),
    st.lists(segments, max_size=2).map(tuple),
)
groups = st.builds(
    ReportedGroup, names, names, names, st.booleans(), codes, st.just(""), st.lists(messages, max_size=2).map(tuple)
)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        SyntaxReport,
        names,
        names,
        names,
        st.booleans(),
        codes,
        st.sampled_from(["", "UNB"]),
        st.integers(0, 12),
        st.lists(groups, max_size=2).map(tuple),
        st.lists(messages, max_size=2).map(tuple),
        company_id=st.just("us"),
    )
)
def test_a_report_that_is_written_is_read_back_as_it_was(one: SyntaxReport) -> None:
    assert sent_and_read(one) == one


def sent_and_read(one: SyntaxReport) -> object:
    at = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
    sent = maps.write_message("syntax_report", one, CONTEXT)
    mapped = maps.read_message(
        message(edifact.write_interchange(edifact.InterchangeOut("a", "b", "1", at), [sent])), CONTEXT
    )
    assert mapped.faults == ()
    return mapped.body
