"""What is owed for an input: TA1 for each interchange, 997 or 999 for each group, CONTRL for EDIFACT."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crossdock.edi import edifact, x12
from crossdock.edi.kernel.faults import FAULTS
from crossdock.model.acknowledgement import ReportedSegment
from tests.unit.edi.samples import ORDER_SEGMENTS, interchange
from tests.unit.edi.test_robust_reading import GOOD, ISA, MESSAGE


def test_a_sound_interchange_is_accepted() -> None:
    (answer,) = x12.acknowledge_interchanges(x12.read(GOOD))
    assert (answer.control_number, answer.date, answer.time) == ("000000001", "101201", "0826")
    assert (answer.verdict, answer.code, answer.requested) == ("accepted", "000", False)
    asked = GOOD.replace(b"*0*P*", b"*1*P*")
    assert x12.acknowledge_interchanges(x12.read(asked))[0].requested


@pytest.mark.parametrize(
    ("broken", "verdict", "code"),
    [
        (lambda data: data.replace(b"IEA*1*000000001", b"IEA*1*000000002"), "accepted_with_errors", "001"),
        (lambda data: data.replace(b"IEA*1*", b"IEA*2*"), "accepted_with_errors", "021"),
        (lambda data: data.replace(b"IEA*1*000000001~", b""), "accepted_with_errors", "023"),
        (lambda data: data.replace(b"*101201*", b"*101301*"), "accepted_with_errors", "014"),
        (lambda data: data.replace(b"*ZZ*SENDER", b"*Q9*SENDER"), "accepted_with_errors", "005"),
        (lambda data: data.replace(b"*P*>", b"*X*>"), "accepted_with_errors", "020"),
        (lambda data: data.replace(b"ST*", b"XX*").replace(b"SE*", b"XX*"), "accepted_with_errors", "024"),
        (lambda data: ISA + b"IEA*0*000000001~", "rejected", "024"),
        (lambda data: data.replace(b"7*X*004010", b"7"), "rejected", "024"),
    ],
)
def test_the_gravest_fault_of_an_interchange_is_told(broken, verdict: str, code: str) -> None:  # type: ignore[no-untyped-def]
    (answer,) = x12.acknowledge_interchanges(x12.read(broken(GOOD)))
    assert (answer.verdict, answer.code) == (verdict, code)


def test_each_interchange_of_an_input_is_answered_and_one_without_header_is_not() -> None:
    data = GOOD + b"rubbish" + GOOD.replace(b"000000001", b"000000002") + b"ISA*broken"
    answers = x12.acknowledge_interchanges(x12.read(data))
    assert [answer.control_number for answer in answers] == ["000000001", "000000002"]
    assert x12.acknowledge_interchanges(x12.read(b"hello")) == []


def test_a_999_has_codes_that_a_997_has_not() -> None:
    data = interchange(*ORDER_SEGMENTS, *ORDER_SEGMENTS)
    items = list(x12.read(data))
    (old,), (new,) = x12.acknowledge(items), x12.acknowledge(items, kind="999")
    assert [each.codes for each in old.sets] == [(), ()]
    assert [(each.verdict, each.codes) for each in new.sets] == [("accepted", ()), ("accepted_with_errors", ("23",))]
    group = GOOD[GOOD.index(b"GS*") : GOOD.index(b"IEA")]
    twice = list(x12.read(GOOD.replace(group, group * 2).replace(b"IEA*1", b"IEA*2")))
    assert [each.codes for each in x12.acknowledge(twice)] == [(), ()]
    assert [each.codes for each in x12.acknowledge(twice, kind="999")] == [(), ("19",)]


def test_a_999_says_segments_and_elements_in_its_own_codes() -> None:
    (ts,) = [item for item in x12.read(GOOD) if isinstance(item, x12.TransactionSet)]
    faults = [ts.fault("guideline_segment_unused", 2), ts.fault("code_unknown", 3, 2)]
    (answer,) = x12.acknowledge([ts], faults, "999")
    assert answer.sets[0].faults == ((2, "BEG", "I4"), (3, "PO1", "8"))
    assert answer.sets[0].elements == ((3, 2, "7"),)
    assert (answer.verdict, answer.sets[0].verdict, answer.sets[0].codes) == ("rejected", "rejected", ("5",))


# CONTRL


def test_a_sound_interchange_of_messages_is_acknowledged() -> None:
    (answer,) = edifact.acknowledge(edifact.read(MESSAGE))
    assert (answer.reference, answer.sender, answer.receiver) == ("REF1", "5412345000013", "5498765000010")
    assert (answer.rejected, answer.code, answer.groups) == (False, "", ())
    assert [(each.type, each.version, each.reference, each.rejected) for each in answer.messages] == [
        ("ORDERS", "D:96A:UN", "1", False)
    ]


def test_a_message_in_error_is_rejected_with_what_is_wrong_where() -> None:
    data = MESSAGE.replace(b"UNT+34+1'", b"UNT+33+2'")
    items = list(edifact.read(data))
    (message,) = [item for item in items if isinstance(item, edifact.Message)]
    faults = [
        message.fault("segment_missing", 34),
        message.fault("number_invalid", 4, 1),
        message.fault("time_invalid", 3),
    ]
    (answer,) = edifact.acknowledge(items, faults)
    (told,) = answer.messages
    assert not answer.rejected
    assert (told.rejected, told.code, told.segment) == (True, FAULTS["set_count_mismatch"].contrl, "UNT")
    assert told.segments == (ReportedSegment(4, "", ((1, "37"),)), ReportedSegment(34, "13"))


def test_warnings_reject_nothing() -> None:
    items = list(edifact.read(MESSAGE.replace(b"UNZ+1+REF1", b"UNZ+2+REF2")))
    (answer,) = edifact.acknowledge(items)
    assert (answer.rejected, answer.code, answer.messages[0].rejected) == (False, "", False)


def test_an_interchange_that_holds_nothing_is_rejected() -> None:
    data = MESSAGE[: MESSAGE.index(b"UNH")] + b"UNZ+0+REF1'"
    (answer,) = edifact.acknowledge(edifact.read(data))
    assert (answer.rejected, answer.code, answer.segment) == (True, "32", "UNB")


def test_messages_of_a_group_are_told_in_it() -> None:
    data = MESSAGE.replace(b"UNH+1", b"UNG+ORDERS+A+B+101201:0830+7+UN+D:96A'UNH+1").replace(b"UNZ", b"UNE+1+7'UNZ")
    (answer,) = edifact.acknowledge(edifact.read(data))
    assert answer.messages == ()
    (group,) = answer.groups
    assert (group.reference, group.sender, group.receiver, group.rejected) == ("7", "A", "B", False)
    assert [each.reference for each in group.messages] == ["1"]


def test_reports_are_not_reported_on_and_bare_messages_have_nobody_to_tell() -> None:
    report_itself = MESSAGE.replace(b"ORDERS:D:96A:UN", b"CONTRL:D:3:UN")
    assert edifact.acknowledge(edifact.read(report_itself)) == []
    assert edifact.acknowledge(edifact.read(MESSAGE[MESSAGE.index(b"UNH") :])) == []


def test_a_partner_that_is_forgiven_gets_no_rejection() -> None:
    items = list(edifact.read(MESSAGE.replace(b"UNT+34+1'", b"UNT+33+1'")))
    forgiven = [
        replace(item, faults=tuple(replace(each, severity="warning") for each in item.faults))
        if isinstance(item, edifact.Message)
        else item
        for item in items
    ]
    assert edifact.acknowledge(items)[0].messages[0].rejected
    assert not edifact.acknowledge(forgiven)[0].messages[0].rejected
