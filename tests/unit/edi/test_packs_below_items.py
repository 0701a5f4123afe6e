"""Packs below their item, as the standard carton structure of an 856 has them (BSN05 0002): they hold what it ships."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from crossdock.edi import maps
from crossdock.edi.explain import context_of
from crossdock.model.ship_notice import ShipNotice
from tests.unit.edi.test_accounts import _counts, _silent, _unlike, changed, described, reading
from tests.unit.edi.test_unusual_documents import of_set, one_set

HEAD = ("BSN*00*S1*20260904*1745*0002", "DTM*011*20260904*0801", "HL*1**S", "HL*2*1*O", "PRF*PO-777")
ITEM = ("HL*3*2*I", "LIN*1*IN*A1", "SN1**20*EA")


def lines(*rows: str) -> list[tuple[str, str, str, str, str]]:
    body = of_set("856", "SH", *HEAD, *rows).body
    assert isinstance(body, ShipNotice)
    return [
        (each.item, f"{each.quantity.amount} {each.quantity.unit}", each.pack, each.pallet, each.order_line)
        for each in body.lines
    ]


def codes(*rows: str) -> list[tuple[str, int, int]]:
    return [(each.code, each.position, each.element) for each in of_set("856", "SH", *HEAD, *rows).faults]


def kept(*rows: str) -> list[tuple[str, int, str]]:
    ts = one_set("856", "SH", *HEAD, *rows)
    found = maps.account(ts, context_of(ts)).kept
    return [(each.segment, each.element, each.value) for each in found if each.position > len(HEAD) + 1]


def test_packs_that_say_how_much_they_hold_are_lines_of_the_item() -> None:
    packs = ("HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "HL*5*3*P", "MAN*GM*P2", "SN1**8*EA")
    assert lines(*ITEM, *packs) == [("A1", "12 EA", "P1", "", "1"), ("A1", "8 EA", "P2", "", "1")]
    assert codes(*ITEM, *packs) == []
    assert kept(*ITEM, *packs) == [("HL", 3, "I"), ("HL", 3, "P"), ("HL", 3, "P")]


def test_packs_that_say_nothing_of_it_leave_the_line_whole_and_are_kept_beside_it() -> None:
    packs = ("HL*4*3*P", "MAN*GM*P1", "PO4*12", "HL*5*3*P", "MAN*GM*P2", "PO4*8")
    assert lines(*ITEM, *packs) == [("A1", "20 EA", "", "", "1")]
    found = [each for each in kept(*ITEM, *packs) if each[0] != "HL"]
    assert found == [
        ("MAN", 1, "GM"), ("MAN", 2, "P1"), ("PO4", 1, "12"), ("MAN", 1, "GM"), ("MAN", 2, "P2"), ("PO4", 1, "8"),
    ]  # fmt: skip


def test_the_only_pack_below_an_item_is_where_it_is() -> None:
    assert lines(*ITEM, "HL*4*3*P", "MAN*GM*P1") == [("A1", "20 EA", "P1", "", "1")]
    assert [each for each in kept(*ITEM, "HL*4*3*P", "MAN*GM*P1") if each[0] != "HL"] == []


def test_packs_on_a_pallet_below_an_item_stand_on_it() -> None:
    packs = ("HL*4*3*T", "MAN*GM*T1", "HL*5*4*P", "MAN*GM*P1", "SN1**15*EA", "HL*6*4*P", "MAN*GM*P2", "SN1**5*EA")
    assert lines(*ITEM, *packs) == [("A1", "15 EA", "P1", "T1", "1"), ("A1", "5 EA", "P2", "T1", "1")]


@pytest.mark.parametrize("said", ["SN1**7*EA", "SN1**8*CA"])
def test_packs_that_hold_something_else_than_the_item_ships_are_told(said: str) -> None:
    packs = ("HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "HL*5*3*P", "MAN*GM*P2", said)
    assert lines(*ITEM, *packs) == [("A1", "20 EA", "", "", "1")]
    assert codes(*ITEM, *packs) == [("count_mismatch", 9, 2)]
    assert ("SN1", 2, "12") in kept(*ITEM, *packs)
    assert ("MAN", 2, "P2") in kept(*ITEM, *packs)


def test_of_serial_numbers_nobody_knows_in_which_pack_they_are() -> None:
    packs = ("REF*SE*S1", "HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "HL*5*3*P", "MAN*GM*P2", "SN1**8*EA")
    assert lines(*ITEM, *packs) == [("A1", "20 EA", "", "", "1")]


def test_what_is_kept_stands_beside_the_line_of_its_item() -> None:
    rows = (
        *ITEM, "HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "PO4*1", "HL*5*3*P", "MAN*GM*P2", "SN1**8*EA",
        "HL*6*2*I", "LIN*2*IN*A2", "SN1**4*EA", "PO4*2", "HL*7*6*P", "MAN*GM*P3", "PO4*3", "HL*8*6*P", "MAN*GM*P4",
    )  # fmt: skip
    ts = one_set("856", "SH", *HEAD, *rows)
    found = maps.account(ts, context_of(ts)).kept
    assert [(each.value, each.place) for each in found if (each.segment, each.element) in (("PO4", 1), ("MAN", 2))] == [
        ("1", "lines[1]"), ("2", "lines[3]"), ("P3", "lines[3]"), ("3", "lines[3]"), ("P4", "lines[3]"),
    ]  # fmt: skip


def test_every_item_has_the_packs_below_it() -> None:
    rows = (
        *ITEM, "HL*4*3*P", "MAN*GM*P1", "SN1**20*EA",
        "HL*5*2*I", "LIN*2*IN*A2", "SN1**4*EA",
        "HL*6*2*I", "LIN*3*IN*A3", "SN1**6*EA", "REF*LT*L1", "HL*7*6*P", "MAN*GM*P2",
        "HL*8*2*P", "MAN*GM*P3", "HL*9*8*I", "LIN*4*IN*A4", "SN1**1*EA",
    )  # fmt: skip
    assert [each[:3] for each in lines(*rows)] == [
        ("A1", "20 EA", "P1"), ("A2", "4 EA", ""), ("A3", "6 EA", "P2"), ("A4", "1 EA", "P3"),
    ]  # fmt: skip


def test_an_item_below_a_pack_below_an_item_is_one_of_its_own() -> None:
    rows = (*ITEM, "HL*4*3*P", "MAN*GM*P1", "HL*5*4*I", "LIN*2*IN*A2", "SN1**4*EA")
    assert [each[:3] for each in lines(*rows)] == [("A1", "20 EA", "P1"), ("A2", "4 EA", "P1")]


BELOW = [
    ("HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "REF*LT*L1", "HL*5*3*P", "MAN*GM*P2", "SN1**8*EA", "DTM*036*20270101"),
    ("HL*4*3*P", "MAN*GM*P1", "REF*LT*L1"),
    ("HL*4*3*P", "MAN*GM*P1", "SN1**12*EA"),
    ("HL*4*3*P", "MAN*GM*P1", "SN1**20*EA"),
    ("HL*4*3*P", "MAN*GM*P1", "SN1**12*EA", "HL*5*3*P", "MAN*GM*P2", "SN1**7*EA"),
    ("HL*4*3*P", "MAN*GM*P1", "HL*5*3*P", "SN1**8*EA"),
    ("HL*4*3*T", "MAN*GM*T1", "HL*5*4*P", "MAN*GM*P1", "HL*6*4*P", "MAN*GM*P2"),
    ("HL*4*3*T", "MAN*GM*T1", "HL*5*4*P", "MAN*GM*P1", "SN1**15*EA", "HL*6*4*P", "MAN*GM*P2", "SN1**5*EA"),
    ("HL*4*3*P", "HL*5*4*P", "HL*4*2*P", "MAN*GM*P1"),
]


@pytest.mark.parametrize("rows", BELOW)
def test_the_description_says_the_same(rows: Sequence[Any]) -> None:
    ts = one_set("856", "SH", *HEAD, *ITEM, *rows)
    assert described(ts, context_of(ts)) == of_set("856", "SH", *HEAD, *ITEM, *rows).body


@pytest.mark.parametrize("rows", BELOW[:-1])
def test_what_is_taken_of_them_counts_and_nothing_is_lost(rows: Sequence[Any]) -> None:
    ts = one_set("856", "SH", *HEAD, *ITEM, *rows)
    before, account = reading(ts), maps.account(ts, context_of(ts))
    assert [place for place in sorted(account.taken) if not _counts(ts, place, before)] == []
    assert [place for place in sorted(account.taken) if _silent(ts, place, before)] == []
    for each in account.kept:
        other = changed(ts, (each.position, each.element, each.component), _unlike(each.value))
        assert reading(other)[0] in (before[0], None)
