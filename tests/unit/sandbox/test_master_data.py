"""What the ERP says of items; the product's connector reads it."""

from __future__ import annotations

import json

from crossdock.connectors.sandbox_erp.mapping import to_canonical
from crossdock.model.packs import Pack
from crossdock.ports.connector import RawDocument
from crossdock.sandbox.erp import Erp
from tests.unit.sandbox.conftest import NOON, MakeWorld


async def test_the_erp_says_what_a_case_holds_of_the_items_that_the_help_converts(make_world: MakeWorld) -> None:
    async with make_world("erp") as world:
        erp = world.systems["erp"]
        assert isinstance(erp, Erp)
        content = json.dumps({"records": erp._changes["items"], "cursor": "0", "more": False}).encode()
    said = to_canonical(
        RawDocument("raw-1", "erp", "poll", content, "application/json", "items", NOON), "erp",
        ("albion_uk", "albion_ie"),
    )  # fmt: skip
    assert said.faults == ()
    packs = {
        (one.body.item, one.body.unit, one.body.contains_numerator) for one in said.master if isinstance(one.body, Pack)
    }
    assert packs == {("84406B", "CA", 24), ("21730", "CA", 36)}
