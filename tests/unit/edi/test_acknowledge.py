from __future__ import annotations

from crossdock.edi import maps, x12
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from tests.unit.edi.samples import BUYING, ORDER_SEGMENTS, SELLING, interchange, sets, written


def acknowledged(data: bytes, context: maps.MapContext = SELLING) -> list[FunctionalAcknowledgement]:
    items = list(x12.read(data))
    found = [
        fault
        for item in items
        if isinstance(item, x12.TransactionSet)
        for fault in maps.read_document(item, context).faults
    ]
    return x12.acknowledge(items, found)


SECOND = tuple(segment.replace("0001", "0002") for segment in ORDER_SEGMENTS)


def test_a_sound_group_is_accepted_set_by_set() -> None:
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS, *SECOND))
    assert (answer.group_id, answer.group_control_number, answer.verdict) == ("PO", "7", "accepted")
    assert [(each.set_type, each.control_number, each.verdict) for each in answer.sets] == [
        ("850", "0001", "accepted"),
        ("850", "0002", "accepted"),
    ]


def test_a_wrong_count_rejects_its_set_and_the_group_in_part() -> None:
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS, *SECOND).replace(b"SE*5*0002", b"SE*9*0002"))
    assert answer.verdict == "partially_accepted"
    assert [(each.verdict, each.codes) for each in answer.sets] == [("accepted", ()), ("rejected", ("4",))]


def test_a_bad_element_is_named_by_segment_position_and_number() -> None:
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS).replace(b"PO1*10*6*", b"PO1*10*six*"))
    assert answer.verdict == "rejected"
    assert answer.sets[0].faults == ((3, "PO1", "8"),)
    assert answer.sets[0].elements == ((3, 2, "6"),)
    assert answer.sets[0].codes == ("5",)


def test_a_missing_segment_is_named() -> None:
    (answer,) = acknowledged(interchange("ST*850*0001", "BEG*00*SA*1**20101201", "SE*3*0001"))
    assert answer.sets[0].faults == ((3, "PO1", "3"),)


def test_warnings_accept_with_errors() -> None:
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS[:3], "QQQ*1", "CTT*1", "SE*6*0001"))
    assert answer.verdict == "accepted_with_errors"
    assert answer.sets[0].faults == ((4, "QQQ", "2"),)


def test_what_is_wrong_with_the_business_does_not_reject_the_syntax() -> None:
    context = maps.MapContext("albion_uk", SELLING.us, SELLING.partner, "supplier", our_item=lambda item: None)
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS), context)
    assert answer.verdict == "accepted"


def test_a_group_that_does_not_count_its_sets_is_told_so() -> None:
    (answer,) = acknowledged(interchange(*ORDER_SEGMENTS).replace(b"GE*1*7", b"GE*2*7"))
    assert (answer.verdict, answer.codes) == ("accepted_with_errors", ("5",))


def test_an_unknown_set_type_is_rejected_as_not_supported() -> None:
    (answer,) = acknowledged(interchange("ST*270*0001", "BHT*0022*13", "SE*3*0001"))
    assert (answer.sets[0].verdict, answer.sets[0].codes) == ("rejected", ("1",))


def test_groups_are_answered_one_by_one_and_acknowledgements_never() -> None:
    receipt = ("ST*997*0001", "AK1*PO*7", "AK9*A*1*1*1", "SE*4*0001")
    data = interchange(*ORDER_SEGMENTS) + interchange(*receipt, group="FA") + interchange(*ORDER_SEGMENTS)
    assert [answer.group_id for answer in acknowledged(data)] == ["PO", "PO"]


def test_our_acknowledgement_reads_back_as_what_we_meant() -> None:
    data = interchange(*ORDER_SEGMENTS, *SECOND).replace(b"PO1*10*6*", b"PO1*10*six*", 1)
    (answer,) = acknowledged(data)
    (ts,) = sets(written(("functional_acknowledgement", answer)))
    assert [segment.text for segment in ts.segments[1:-1]] == [
        "AK1*PO*7",
        "AK2*850*0001",
        "AK3*PO1*3**8",
        "AK4*2**6",
        "AK5*R*5",
        "AK2*850*0002",
        "AK5*A",
        "AK9*P*2*2*1",
    ]
    read = maps.read_document(ts, BUYING).body
    assert read.sets == answer.sets  # type: ignore[union-attr]
