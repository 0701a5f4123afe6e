"""Locations as a hierarchy: a place is all that is part of it, and a fact at a bin is a fact at its warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.project import Network, load
from tests.unit.project.projects import ENVIRONMENT, REGISTRY, problems_of, write_project

MAIN = "network.yaml"
NORTH = "  north: {name: North, zone: Europe/London, calendar: office}\n"
PARTS = """\
  n1: {name: Cool zone, parent: north, kind: zone}
  n1b: {name: Bin b, parent: n1, kind: bin}
  n1a: {name: Bin a, parent: n1, kind: bin, zone: Europe/Dublin}
"""


def north_in_parts(folder: Path, parts: str = PARTS) -> Path:
    return write_project(folder, {MAIN: (NORTH, NORTH + parts)})


def network(folder: Path) -> Network:
    return load(north_in_parts(folder), ENVIRONMENT, REGISTRY)


def test_a_place_is_all_that_is_part_of_it(tmp_path: Path) -> None:
    found = network(tmp_path)
    assert found.children("n1") == ("n1a", "n1b")
    assert found.within("north") == ("north", "n1", "n1a", "n1b")
    assert found.within("n1a") == ("n1a",)
    assert found.above("n1a") == ("n1a", "n1", "north")


def test_what_a_place_leaves_out_is_as_the_place_has_it_that_it_is_part_of(tmp_path: Path) -> None:
    found = network(tmp_path).locations
    assert (found["n1b"].zone, found["n1b"].calendar, found["n1b"].kind) == ("Europe/London", "office", "bin")
    assert found["n1a"].zone == "Europe/Dublin"


def test_the_system_of_a_warehouse_runs_its_bins_and_may_speak_of_them(tmp_path: Path) -> None:
    found = network(tmp_path)
    assert found.system("acme", "wms", "n1a") == "wms"
    assert found.may_state("wms", "inventory_report", "acme", "n1a")
    assert not found.may_state("erp", "inventory_report", "acme", "n1a")


def test_who_is_filled_from_a_warehouse_is_filled_from_its_bins(tmp_path: Path) -> None:
    assert network(tmp_path).sales_policy("acme", "shop").locations == ("north", "n1", "n1a", "n1b")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (PARTS.replace("parent: north", "parent: n1a"), "part of itself"),
        (PARTS.replace("parent: north", "parent: n1"), "it is part of itself: n1 > n1"),
        (PARTS.replace("parent: north", "parent: nroth"), "there is no location `nroth`; did you mean `north`?"),
    ],
)
def test_a_hierarchy_that_cannot_be_is_refused_with_its_line(tmp_path: Path, parts: str, words: str) -> None:
    found = [str(problem) for problem in problems_of(north_in_parts(tmp_path, parts))]
    assert any(words in problem for problem in found), found


def test_a_held_fact_names_the_rule_that_holds_it(tmp_path: Path) -> None:
    found = network(tmp_path)
    assert found.held_by("wms", "inventory_report", "acme", "n1a") == ""
    assert found.held_by("erp", "inventory_report", "acme", "n1a") == "ownership: inventory_report.north@0"
    assert found.held_by("erp", "goods_receipt", "acme", "north") == "ownership: goods_receipt@0"
    assert found.held_by("potter", "sales_order", "acme") == "partners: potter.companies.acme.takes@0"
