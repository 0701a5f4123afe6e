"""Which numbers a channel is told first where not all fit into one publication."""

from __future__ import annotations

from crossdock.engine.publications import choose

ITEMS = [f"I{number:02}" for number in range(20)]


def test_all_that_changed_is_told_where_it_fits() -> None:
    assert choose(ITEMS[:4], {"I01"}, "I02", 4) == (ITEMS[:4], "")


def test_every_item_is_told_within_one_round_however_often_all_of_them_change() -> None:
    told, after = set[str](), ""
    for _ in range(-(-len(ITEMS) // 3)):
        chosen, after = choose(ITEMS, set(ITEMS[:10]), after, 6)
        assert len(chosen) == 6
        told.update(chosen)
    assert told == set(ITEMS)


def test_numbers_that_have_fallen_go_before_numbers_that_have_risen() -> None:
    chosen, after = choose(ITEMS, {"I15", "I19"}, "", 4)
    assert (chosen, after) == (["I00", "I01", "I15", "I19"], "I01")


def test_the_round_goes_on_behind_the_last_item_even_if_that_did_not_change_again() -> None:
    chosen, after = choose(["A", "C", "E", "G"], set(), "D", 2)
    assert (chosen, after) == (["E", "G"], "E")
    chosen, after = choose(["A", "C", "E"], set(), "Z", 1)
    assert (chosen, after) == (["A"], "A")
