from __future__ import annotations

from io import StringIO

import pytest

from crossdock.edi import x12
from tests.unit.edi.samples import order, sets, written

pyx12 = pytest.importorskip("pyx12.x12file", reason="pyx12 is only there for tests")


@pytest.mark.parametrize("marks", [x12.Delimiters(), x12.Delimiters(element="|", component=":", suffix="\r\n")])
def test_an_independent_reader_sees_the_same_segments_and_finds_nothing_wrong(marks: x12.Delimiters) -> None:
    data = written(("purchase_order", order(lines=30)), ("purchase_order", order("4500002")), delimiters=marks)
    reader = pyx12.X12Reader(StringIO(data.decode()))
    theirs = [(segment.get_seg_id(), segment.get_value(f"{segment.get_seg_id()}01")) for segment in reader]
    ours = [(segment.id, segment[1]) for ts in sets(data) for segment in ts.segments]
    assert [each for each in theirs if each[0] not in ("ISA", "GS", "GE", "IEA")] == ours
    assert reader.pop_errors() == []
