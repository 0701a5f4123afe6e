"""Where the goods of an order go is carried from document to document, and is in no object."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossdock.cli.edi import app
from crossdock.edi import documents
from crossdock.edi.explain import ExplainedSet, explain
from tests.unit.edi.samples import interchange

RUNNER = CliRunner()
STREET = "N3*1600 Pennsylvania Avenue North West, Building 7*Door 5"
CITY = "N4*Washington*DC*20500*US"
ADDRESS = "1600 Pennsylvania Avenue North West, Building 7 Door 5 Washington DC 20500 US"


def order(*of_ship_to: str) -> bytes:
    rows = ("BEG*00*DS*PO1**20101201", "N1*BY*Shop*92*S1", "N3*1 Buyer Road", "N4*Springfield*IL*62701")
    lines = ("PO1*1*2*EA*5**VN*A", "CTT*1")
    every = ("ST*850*0001", *rows, *of_ship_to, *lines)
    return interchange(*every, f"SE*{len(every) + 1}*0001")


DROP_SHIP = order("N1*ST*Jane Doe", STREET, CITY)


def converted(tmp_path: Path, data: bytes, to: str, code: int = 0) -> tuple[bytes, str]:
    """What was written, and what was told."""
    path, out = tmp_path / "in", tmp_path / f"out.{to}"
    path.write_bytes(data)
    result = RUNNER.invoke(app, ["convert", str(path), "--to", to, "--output", str(out)])
    assert result.exit_code == code, result.output
    return out.read_bytes(), result.output


def test_an_address_goes_from_x12_to_edifact_and_back(tmp_path: Path) -> None:
    message, told = converted(tmp_path, DROP_SHIP, "edifact")
    street = "1600 Pennsylvania Avenue North:West, Building 7:Door 5"
    assert f"'NAD+DP+++Jane Doe+{street}+Washington+DC+20500+US'".encode() in message
    assert "1600" not in told
    assert "1 Buyer Road" in told  # that of the buyer is still told
    again, told = converted(tmp_path, message, "x12")
    assert b"~N1*ST*Jane Doe~N3*1600 Pennsylvania Avenue North*West, Building 7~N3*Door 5~" + CITY.encode() in again
    assert "ship to address" not in told


def test_x12_keeps_it_as_it_stood(tmp_path: Path) -> None:
    again, told = converted(tmp_path, DROP_SHIP, "x12")
    assert f"~N1*ST*Jane Doe~{STREET}~{CITY}~".encode() in again
    assert "1600" not in told


def test_of_a_message_the_place_of_delivery_counts_before_the_ship_to(tmp_path: Path) -> None:
    message, _ = converted(tmp_path, DROP_SHIP, "edifact")
    both = message.replace(b"NAD+DP", b"NAD+ST+++Depot+2 Other Road+Elsewhere'NAD+DP").replace(b"UNT+13", b"UNT+14")
    again, _ = converted(tmp_path, both, "x12")
    assert CITY.encode() in again
    assert b"N3*2 Other Road" not in again


@pytest.mark.parametrize(
    ("of_ship_to", "written"),
    [
        (("N1*ST*Jane Doe", "N3*" + "Long Street " * 4 + "9", "N3*" + "Second Line " * 4), "Long Street Long Street"),
        (("N1*ST*Jane Doe", "N4*Washington", "N3*Late"), "Late+Washington"),
    ],
)
def test_what_has_no_room_is_told_and_what_has_is_written(
    tmp_path: Path, of_ship_to: tuple[str, ...], written: str
) -> None:
    path = tmp_path / "in"
    path.write_bytes(order(*of_ship_to))
    result = RUNNER.invoke(app, ["convert", str(path), "--to", "edifact"])
    assert written in result.output
    assert ("ship to address" in result.output) == ("Long" in written)
    assert result.exit_code == ("Long" in written)  # it is another now


def test_a_ship_to_that_is_the_buyer_has_its_address_too(tmp_path: Path) -> None:
    message, _ = converted(tmp_path, order("N1*ST*Shop*92*S1", CITY), "edifact")
    assert b"'NAD+DP+S1::92++Shop++Washington+DC+20500+US'" in message


@pytest.mark.parametrize(("to", "told"), [("canonical", False), ("ubl", True)])
def test_other_targets_tell_it_as_before(tmp_path: Path, to: str, told: bool) -> None:
    path = tmp_path / "in"
    path.write_bytes(DROP_SHIP)
    result = RUNNER.invoke(app, ["convert", str(path), "--to", to, "--currency", "USD", "--output", str(tmp_path)])
    assert ("N3 1600 Pennsylvania" in result.output) == told, result.output


def message(nad: str) -> bytes:
    rows = (
        "BGM+220+PO1+9",
        "DTM+137:20101201:102",
        "NAD+BY+S1::92",
        nad,
        "LIN+1++4000862141404:EN",
        "QTY+21:1:PCE",
        "PRI+AAA:1",
    )
    every = ("UNH+1+ORDERS:D:01B:UN", *rows, "UNS+S", f"UNT+{len(rows) + 3}+1")
    return "".join(f"{each}'" for each in ("UNB+UNOC:3+S+R+101201:0800+1", *every, "UNZ+1+1")).encode()


@pytest.mark.parametrize(
    ("nad", "address", "beside"),
    [
        ("NAD+DP+++Doe+1 Road+Albany+NY:162:9+12207+US", "1 Road Albany NY 12207 US", "162 9"),
        ("NAD+DP+++Doe++Albany+:::NY+12207", "Albany NY 12207", ""),
        ("NAD+DP+++Doe++Albany+NY:::New York", "Albany NY", "New York"),
        ("NAD+DP+++Doe+1 Road?+2:Door ?'3?':::", "1 Road+2 Door '3'", ""),
    ],
)
def test_what_of_an_address_is_carried_is_not_told_and_the_rest_is(
    tmp_path: Path, nad: str, address: str, beside: str
) -> None:
    (found,) = documents.read(message(nad))
    assert found.context.place.words == address
    _, told = converted(tmp_path, message(nad), "x12")
    kept = [line.split("NAD*DP ")[-1] for line in told.splitlines() if "NAD" in line]
    assert kept == ([beside] if beside else []), told


def test_no_code_that_an_address_holds_shifts_what_stands_behind_it(tmp_path: Path) -> None:
    data = order("N1*ST*Jane Doe", "N4*Washing\x1fton*DC*20\x1f500*US")
    path = tmp_path / "in"
    path.write_bytes(data)
    result = RUNNER.invoke(app, ["convert", str(path), "--to", "edifact"])
    assert "NAD+DP+++Jane Doe++Washing ton+DC++US'" in result.output
    assert "ship to address" in result.output


def test_it_is_in_no_object_and_in_no_address_of_another_document(tmp_path: Path) -> None:
    (found,) = documents.read(DROP_SHIP)
    assert b"Washington" not in documents.canonical(found).split(b'"extensions"')[0]
    assert found.context.place.city == "Washington"
    (bare,) = documents.read(order())
    assert not bare.context.place


def test_explain_tells_it(tmp_path: Path) -> None:
    (found,) = explain(DROP_SHIP)
    assert isinstance(found, ExplainedSet)
    at = found.words.index("Ship to Jane Doe")
    assert found.words[at + 1] == f"Address of the ship-to: {ADDRESS}"
    path = tmp_path / "in"
    path.write_bytes(order("N1*ST*Jane Doe"))
    told = json.loads(RUNNER.invoke(app, ["explain", str(path), "--json"]).output)
    assert "Address" not in json.dumps(told)
