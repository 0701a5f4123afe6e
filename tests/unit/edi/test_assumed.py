"""What an object holds and its document does not say is marked, and what it says is not."""

from __future__ import annotations

import pytest

from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.explain_any import explain_any
from crossdock.edi.flat import layout
from tests.unit.edi.samples import interchange, order, written

SHIPPED = ("W06*F**20101201*SHP9", "N1*ST*X*92*S1", "LX*1", "N9*OQ*SO1")
EACH = "each, where no unit is said"


def read(data: bytes) -> ExplainedSet:
    (found,) = explain(data)
    assert isinstance(found, ExplainedSet)
    assert found.body is not None, found.faults
    return found


def marks(found: ExplainedSet) -> list[tuple[str, str, str]]:
    """What is usual, and from no envelope or other party."""
    return [(each.path, each.value, each.source) for each in found.assumed if not each.source.startswith("the ")]


def edifact(kind: str, *segments: str) -> bytes:
    rows = ("UNB+UNOC:3+SENDER+RECEIVER+101201:0800+1", f"UNH+1+{kind}:D:96A:UN", *segments)
    return ("'".join((*rows, f"UNT+{len(segments) + 2}+1", "UNZ+1+1")) + "'").encode()


def advice(*lines: str) -> bytes:
    return interchange("ST*945*0001", *SHIPPED, *lines, f"SE*{len(lines) + 6}*0001", group="SW")


class TestUnits:
    def test_one_that_no_line_says_is_marked_on_that_line_alone(self) -> None:
        found = read(advice("W12*CC**1****VN*AAA", "W12*CC**2**CA**VN*BBB"))
        assert ("orders[1] lines[1] quantity", "1 EA", EACH) in marks(found)
        assert not any("lines[2] quantity" in path for path, _, _ in marks(found))
        assert f"Orders lines quantity: 1 EA ({EACH})" in found.words

    @pytest.mark.parametrize(("quantity", "marked"), [("QTY+21:8", True), ("QTY+21:8:PCE", False)])
    def test_of_an_order_in_edifact(self, quantity: str, marked: bool) -> None:
        heading = ("BGM+220+PO1+9", "DTM+137:20101201:102", "NAD+BY+B::92", "NAD+SU+S::92")
        found = read(edifact("ORDERS", *heading, "LIN+1++4000862141404:EN", quantity))
        assert marks(found) == ([("lines[1] quantity", "8 EA", EACH)] if marked else [])

    def test_of_a_change_without_one(self) -> None:
        rows = ("BCH*04*SA*PO1**2*20101201", "POC*1*QD*6***2.5**VN*A")
        found = read(interchange("ST*860*0001", *rows, "SE*4*0001", group="PC"))
        assert ("lines[1] quantity", "6 EA", EACH) in marks(found)

    def test_of_a_catalogue(self) -> None:
        rows = ("BCT*PS*C1", "DTM*007*20101201", "LIN*1*VN*A", "CTP**NET*2.5")
        found = read(interchange("ST*832*0001", *rows, "SE*6*0001", group="SC"))
        assert ("lines[1] unit", "EA", EACH) in marks(found)

    def test_of_our_own_order_none_is_assumed(self) -> None:
        assert read(written(("purchase_order", order()))).assumed == ()


class TestOwnersAndConditions:
    def test_whose_goods_are_that_no_document_says(self) -> None:
        found = read(advice("W12*CC**1**EA**VN*AAA"))
        assert marks(found) == [("orders[1] lines[1] owner", "own", "our own, where no owner is said")]
        assert "Orders lines owner: own (our own, where no owner is said)" in found.words

    def test_goods_of_a_receipt_are_good_where_it_says_nothing_else(self) -> None:
        heading = ("BGM+352+R1+9", "DTM+50:20101201:102", "NAD+BY+B::92", "NAD+SU+S::92", "CPS+1")
        line = ("LIN+1++4000862141404:EN", "QTY+48:8:PCE")
        found = read(edifact("RECADV", *heading, *line))
        assert ("lines[1] condition", "good", "good, where no condition is said") in marks(found)


LAYOUT = """
layout: orders
document: purchase_order
form: csv
key: [number]
constants: {currency: GBP}
same: {lines.price.currency: currency}
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
ROWS = b"Order,Date,Line,Item,Qty,Unit,Price\n1,2010-12-01,10,A,6,,2.55\n1,2010-12-01,20,B,2,CA,2.55\n"


class TestFlatFiles:
    def flat(self, text: str) -> ExplainedSet:
        (found,) = explain_any(ROWS, layout(text))
        assert isinstance(found, ExplainedSet)
        return found

    def test_a_unit_that_its_row_does_not_say_is_marked(self) -> None:
        assert marks(self.flat(LAYOUT)) == [("lines[1] quantity", "6 EA", EACH)]

    def test_of_a_layout_without_a_column_all_are(self) -> None:
        told = self.flat(LAYOUT.replace(", path: lines.quantity.unit", ""))
        assert [path for path, _, _ in marks(told)] == ["lines[1] quantity", "lines[2] quantity"]

    def test_what_the_layout_says_is_from_the_layout(self) -> None:
        text = LAYOUT.replace(", path: lines.quantity.unit", "")
        text = text.replace("{currency: GBP}", "{currency: GBP, lines.quantity.unit: EA}")
        assert marks(self.flat(text)) == []


def test_a_unit_that_is_a_number_is_told_as_a_unit() -> None:
    data = advice("W12*CC**1**EA**VN*AAA", "W03*1*46600*01")
    assert "Weight: 46600 pound (unit 01)" in read(data).words
    assert "Weight: 46600 (unit 07)" in read(data.replace(b"46600*01", b"46600*07")).words


def test_marks_are_in_no_object() -> None:
    found = read(advice("W12*CC**1****VN*AAA"))
    assert "\0" not in repr(found.body) + repr(found.lines) + repr(found.words)
