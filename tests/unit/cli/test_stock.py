"""What `stock show` says of an item, without explaining it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal as D

from msgspec.structs import replace
from rich.console import Console

from crossdock.cli._stock_explained import goods_of_others, print_difference, print_explained
from crossdock.cli.stock import _balances, _caller, _print
from crossdock.inventory.availability import AvailableToPromise
from crossdock.inventory.availability.terms import (
    Difference,
    KeepsAt,
    Kit,
    MovementTerms,
    PhysicalTerms,
    PositionTerms,
    ShelfLife,
)
from crossdock.operations.availability import Asked
from crossdock.operations.promises import Promise
from crossdock.operations.stock import Balance, ItemStock

AT = dt.datetime(2010, 12, 6, 14, 3, tzinfo=dt.UTC)
EMPTY = PositionTerms(location="north")


def answer(now: int, *, kit: Kit | None = None, shelf_life: ShelfLife | None = None) -> AvailableToPromise:
    return AvailableToPromise(
        company_id="albion_uk", item="SET", now=D(now), by_date=(), positions=(EMPTY,), kit=kit, shelf_life=shelf_life
    )


def said(terms: AvailableToPromise, *, elsewhere: tuple[str, ...] = (), **asked: object) -> str:
    out = Console(file=io.StringIO(), width=200, highlight=False)
    question = Asked(company_id="albion_uk", item="SET", **asked)  # type: ignore[arg-type]
    _print(out, ItemStock("SET", AT, (), (terms,), (), elsewhere=elsewhere), question)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_what_lies_elsewhere_is_not_said_to_be_nowhere() -> None:
    text = said(answer(0), elsewhere=("south",), locations=("north",))
    assert "SET: nothing of it is or was at north; look at south" in text


def test_a_past_number_is_told_with_its_moment() -> None:
    assert "albion_uk: 3 could be promised at 2010-12-06 14:03:00" in said(answer(3), as_of=AT)
    assert "albion_uk: 3 may be promised now" in said(answer(3))


def test_kits_made_of_components_and_goods_that_do_not_keep_are_told_in_a_line_each() -> None:
    assert "3 of them as kits made of components; --explain says of which" in said(answer(3, kit=Kit(D(3), (), ())))
    life = ShelfLife("grocers@7", 30, dt.date(2011, 1, 5), (KeepsAt("north", D(5), D(13)),))
    text = said(answer(5, shelf_life=life))
    assert "13 may not be promised: goods must keep until 2011-01-05 (rule grocers@7)" in text


def test_movements_of_a_kits_components_are_told_with_their_item() -> None:
    moved = [
        MovementTerms(
            item=item, location="north", number=4, kind="move", on_hand=D(-2), reserved=D(0), free_after=D(6), key="k",
            occurred_at=AT, recorded_at=AT,
        )
        for item in ("SET", "CUP")
    ]  # fmt: skip
    found = Difference(
        before_at=AT, after_at=AT, quantity_before=D(4), quantity_after=D(3), change=D(-1), changes=(), positions=(),
        movements=tuple(moved),
    )  # fmt: skip
    out = Console(file=io.StringIO(), width=200, highlight=False)
    print_difference(out, "SET", found)
    assert isinstance(out.file, io.StringIO)
    assert [line.split("  ")[0] for line in out.file.getvalue().splitlines()[-2:]] == ["north", "CUP, north"]


def lying(location: str, owner: str, promisable: bool, lot: str = "", **states: int) -> PhysicalTerms:
    names = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")
    quantities = {name: D(states.get(name, 0)) for name in names}
    return PhysicalTerms(location=location, owner=owner, lot=lot, promisable=promisable, **quantities)


def consigned() -> AvailableToPromise:
    rows = (
        lying("north", "own", True, unrestricted=5),
        lying("north", "consignment_in:kilncraft", True, "L1", unrestricted=12),
        lying("north", "consignment_in:kilncraft", True, "L2", unrestricted=3, damaged=1),
        lying("north", "vendor_managed:lumenhaus", True),
        lying("harbour", "consignment_out:17850", False, unrestricted=6),
        lying("north", "customer_owned:17850", False, quarantined=2),
    )
    return replace(answer(20), physical=rows)


def test_goods_on_consignment_are_explained_as_what_they_are_and_whether_they_may_be_promised() -> None:
    out = Console(file=io.StringIO(), width=200, highlight=False)
    print_explained(out, consigned(), ())
    assert isinstance(out.file, io.StringIO)
    text = out.file.getvalue()
    like_ours = "promised like ours as far as they are unrestricted, and counted above"
    assert f"north: 15 unrestricted, 1 damaged kilncraft's on consignment with us: {like_ours}" in text
    nobody = "promised to nobody, and counted nowhere above"
    assert f"harbour: 6 unrestricted ours on consignment with customer 17850: {nobody}" in text
    assert f"north: 2 quarantined customer 17850's own: {nobody}" in text
    assert "lumenhaus" not in text


def test_without_an_explanation_only_goods_that_are_in_no_number_are_told_of() -> None:
    assert len(list(goods_of_others(consigned()))) == 3
    text = said(consigned())
    assert "kilncraft" not in text
    assert "harbour: 6 unrestricted ours on consignment with customer 17850" in text


def balance(**numbers: int) -> Balance:
    names = [name for name in Balance.__struct_fields__ if name not in ("company", "item", "location")]
    quantities = {name: D(numbers.get(name, 0)) for name in names}
    return Balance(company="homestead", item="85123A", location="south", **quantities)  # type: ignore[arg-type]


def test_every_row_of_the_balances_adds_up_and_fits_in_a_terminal() -> None:
    row = balance(unrestricted=30, not_promised=3, on_hand=27, kept_back=3, free=24, picked=6, packed=2, damaged=1)
    out = Console(file=io.StringIO(), width=80, highlight=False)
    out.print(_balances([row]))
    assert isinstance(out.file, io.StringIO)
    head, first = (line.split() for line in out.file.getvalue().splitlines())
    assert " ".join(head) == "company item location on hand kept back reserved free other"
    assert first == ["homestead", "85123A", "south", "27", "3", "0", "24", "12"]


def test_a_callers_reservation_is_told_with_its_id_and_deadline() -> None:
    promise = Promise(
        id="5b1f-1", company_id="albion_uk", subject="", reference="basket 7", kind="asked", line="1", location="north",
        quantity=D(2), remaining=D(2), state="reserved", waiting=False, source="shop", expires_at=AT, due_on=None,
    )  # fmt: skip
    assert _caller(promise) == "shop basket 7, reservation 5b1f-1, until 2010-12-06 14:03:00"
    assert _caller(replace(promise, expires_at=None)).endswith("5b1f-1, without a deadline")
