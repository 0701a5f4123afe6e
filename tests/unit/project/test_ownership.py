"""The matrix of who may state what."""

from __future__ import annotations

from pathlib import Path

from crossdock.project import load
from crossdock.project.ownership import MayState, matrix

EXAMPLE = Path(__file__).parents[3] / "examples" / "wholesaler"


def test_every_fact_has_one_owner_at_every_place() -> None:
    rows = matrix(load(EXAMPLE, None))
    receipts = [row for row in rows if (row.fact, row.company) == ("goods_receipt", "albion_uk")]
    assert receipts == [
        MayState("goods_receipt", "albion_uk", "north", ("wms_north",), "ownership: goods_receipt.north"),
        MayState("goods_receipt", "albion_uk", "south", ("wms_south",), "ownership: goods_receipt.south"),
    ]
    assert [row for row in rows if len(row.who) != 1] == []


def test_what_partners_may_state_follows_from_their_agreements() -> None:
    rows = {(row.fact, row.company, row.who): row.rule for row in matrix(load(EXAMPLE, None))}
    assert rows["ship_notice", "albion_uk", ("brightware",)] == "partners: brightware.companies.albion_uk.takes"
    assert not [key for key in rows if key[0] == "goods_receipt" and key[2] == ("brightware",)]
