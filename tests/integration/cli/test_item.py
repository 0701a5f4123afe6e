"""What people ask of an item's units on the command line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crossdock.masterdata import CrossReference, upsert
from crossdock.model.masterdata import Customer, Item, KitComponent, Lot
from crossdock.model.packs import Pack
from crossdock.store import Store
from tests.integration.cli.test_commands import asked, run
from tests.integration.operations.test_systems import in_force

UK, IE = "albion_uk", "albion_ie"
SPRING = dt.date(2026, 3, 10)

__all__ = ["run"]


async def know(store: Store, *more: Any) -> None:
    async with store.transaction() as tx:
        await upsert(
            tx,
            [
                Item(UK, "MUG", "Mug"),
                Pack(UK, "MUG", "CA", 12, level="case", source="erp", document="items 4"),
                Pack(UK, "MUG", "CA", 10, level="case", valid_from=SPRING, source="erp", document="items 9"),
                Pack(UK, "MUG", "CA", 6, party="homestead", level="case", source="erp", document="items 5"),
                KitComponent(UK, "SET", "MUG", Decimal(4)),
                Lot(UK, "MUG", "L7", dt.date(2027, 1, 31), source="goods_receipt 9"),
                CrossReference(UK, "homestead", "MUG", "HS-MUG"),
                *more,
            ],
        )


async def test_an_item_is_shown_with_what_its_units_hold_and_who_says_so(run: Any, store: Store) -> None:
    await know(store)
    (sheet,) = await asked(run, "item", "show", "MUG", "--on", "2026-03-09")

    holding = [(pack["party"], pack["contains"], pack["document"]) for pack in sheet["packs"] if pack["holds"]]
    assert holding == [("", "12", "items 4"), ("homestead", "6", "items 5")]
    assert (sheet["component_of"], sheet["lots"][0]["expires_on"]) == (["SET"], "2027-01-31")
    assert sheet["cross_references"][0]["their_item"] == "HS-MUG"
    text = (await run("item", "show", "MUG")).stdout
    for words in ("kept in EA", "case", "erp items 9", "2026-03-10", "component of SET", "L7", "HS-MUG"):
        assert words in text


async def test_a_quantity_is_converted_as_of_a_day_and_for_a_partner(run: Any, store: Store) -> None:
    await know(store)
    for options, pieces in (
        (["--on", "2026-03-09"], "60"),
        (["--on", "2026-03-10"], "50"),
        (["--on", "2026-03-10", "--partner", "homestead"], "30"),
    ):
        found = await asked(run, "item", "convert", "MUG", "5", "CA", *options)
        assert found["result"] == {"amount": pieces}
    told = (await run("item", "convert", "MUG", "60", "EA", "--to", "CA", "--on", "2026-03-09")).stdout
    assert "60 EA of MUG is 5 CA on 2026-03-09" in told
    assert "1 CA = 12 EA, says erp items 4" in told


async def test_what_is_refused_says_why_and_what_to_do(run: Any, store: Store) -> None:
    await know(store, Pack(UK, "MUG", "CA", 11, source="wms_york", document="survey"), Item(IE, "MUG"))
    for arguments, words in (
        (["MUG", "5", "CA", "--company", UK], "two different sizes of one CA hold"),
        (["MUG", "5", "PL", "--company", UK], "nothing says what one PL holds"),
        (["MUG", "0.5", "EA", "--company", UK], "no whole number of EA"),
        (["MUG", "1", "KGM", "--company", UK], "KGM is mass and EA is pieces"),
        (["MUG", "5", "CA"], "several companies have an item MUG: albion_ie, albion_uk"),
        (["MUG", "five", "CA"], "'five' is no quantity"),
        (["MUG", "9" * 16, "CA", "--company", UK], "is too long: it must be a decimal with at most 15 digits"),
        (["NOPE", "5", "CA"], "NOPE"),
    ):
        refused = await run("item", "convert", *arguments, code=1)
        assert words in refused.stderr


async def test_a_quantity_is_converted_for_partners_and_customers_alone(run: Any, store: Store) -> None:
    await know(store, Customer(UK, "17850", "Corner shop"))
    await in_force(store)
    refused = (await run("item", "convert", "MUG", "5", "CA", "--partner", "nobody", code=1)).stderr
    assert "there is no partner or customer 'nobody'\nThe partners are " in refused
    for party, pieces in (("homestead", "30"), ("17850", "50")):
        found = await asked(run, "item", "convert", "MUG", "5", "CA", "--on", "2026-03-10", "--partner", party)
        assert found["result"] == {"amount": pieces}
