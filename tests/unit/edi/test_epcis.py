"""Events of EPCIS 2.0: valid by GS1's schema, the same each time, and refused in words where a key is missing."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fastjsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import epcis
from crossdock.edi.epcis.identifiers import Identifiers, gtin14
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryAdjustmentLine,
    InventoryReport,
    ShippedOrder,
    ShippingLine,
    StockLevel,
    WarehouseShippingAdvice,
)
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from tests.unit.edi.ubl_samples import GTIN, NOON, NOTICE, RECEIPT, SSCC, pieces

_FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "gs1" / "gs1+EPCIS"
_GLNS = {"north": "5060000000122", "brightware": "7300010000001", "homestead": "4000001000005"}
_GTINS = {"85123A": GTIN, "71053": "5012345678900"}
OPTIONS = epcis.EpcisOptions(gln_of=_GLNS.get, gtin_of=_GTINS.get)
URNS = msgspec.structs.replace(
    OPTIONS, identifiers="urn", company_prefixes=("0614141", "4006381", "5012345", "506000000", "73000100", "4000001")
)
ADVICE = WarehouseShippingAdvice(
    "albion_uk", "north", "SH-1", NOON, PartyRef("homestead"),
    (ShippedOrder("WO-1", "shop", "S-77", (ShippingLine("S-77", "1", "85123A", pieces("3"), "L/7"),)),),
    packs=(SSCC,),
)  # fmt: skip
REPORT = InventoryReport(
    "albion_uk", "north", "IR-1", NOON,
    (
        StockLevel("85123A", pieces("120"), "unrestricted"),
        StockLevel("85123A", pieces("4"), "damaged"),
        StockLevel("71053", pieces("0.25", "KGM"), "unrestricted"),
        StockLevel("71053", pieces("0", "KGM"), "expired"),
    ),
)  # fmt: skip
COUNT = InventoryAdjustment(
    "albion_uk", "north", "CC-9", NOON,
    (
        InventoryAdjustmentLine("1", "85123A", pieces("-5"), "AS", lot="L-77"),
        InventoryAdjustmentLine("2", "85123A", pieces("3"), "DM", "damaged", lot="L-77"),
        InventoryAdjustmentLine("3", "71053", pieces("0.25", "KGM")),
        InventoryAdjustmentLine("4", "71053", pieces("-2")),
        InventoryAdjustmentLine("5", "71053", pieces("2"), condition="quarantined"),
    ),
)  # fmt: skip
OBJECTS: dict[str, msgspec.Struct] = {
    "ship_notice": NOTICE,
    "goods_receipt": RECEIPT,
    "warehouse_shipping_advice": ADVICE,
    "inventory_report": REPORT,
    "inventory_adjustment": COUNT,
}


def _schema() -> dict[str, Any]:
    """GS1's schema of an EPCIS document, out of its OpenAPI file."""
    whole = json.loads((_FOLDER / "openapi.json").read_text(encoding="utf-8"))
    return {"$ref": "#/components/schemas/epcisDocument", "components": whole["components"]}


@pytest.fixture(scope="module")
def valid() -> Any:
    if not _FOLDER.is_dir():
        pytest.skip("GS1's schema is not at hand")
    return fastjsonschema.compile(_schema(), use_formats=True)


def _events(document: str, options: epcis.EpcisOptions = OPTIONS, body: msgspec.Struct | None = None) -> list[Any]:
    data = epcis.write(document, body or OBJECTS[document], options)
    found = json.loads(data, parse_float=Decimal)["epcisBody"]["eventList"]
    assert isinstance(found, list)
    return found


def test_the_schema_takes_gs1s_own_examples_and_refuses_broken_ones(valid: Any) -> None:
    example = json.loads((_FOLDER / "Example_9.6.1-ObjectEvent.jsonld").read_text(encoding="utf-8"))
    valid(example)
    example["epcisBody"]["eventList"][0]["action"] = "LOOK"
    with pytest.raises(fastjsonschema.JsonSchemaException):
        valid(example)


@pytest.mark.parametrize("options", [OPTIONS, URNS], ids=["digital link", "urn"])
@pytest.mark.parametrize("document", OBJECTS)
def test_what_is_written_is_valid_by_gs1s_schema(valid: Any, document: str, options: epcis.EpcisOptions) -> None:
    valid(json.loads(epcis.write(document, OBJECTS[document], options)))


def test_a_ship_notice_packs_its_goods_and_ships_the_packs_and_what_is_in_none() -> None:
    packing, shipping = _events("ship_notice")
    assert (packing["type"], packing["action"], packing["bizStep"]) == ("AggregationEvent", "ADD", "packing")
    assert packing["parentID"] == f"https://id.gs1.org/00/{SSCC}"
    assert packing["childEPCs"] == [f"https://id.gs1.org/01/{GTIN}/21/S{n}" for n in (1, 2)]
    assert packing["childQuantityList"] == [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L-77", "quantity": 6}]
    assert (shipping["bizStep"], shipping["disposition"]) == ("shipping", "in_transit")
    assert shipping["epcList"] == [f"https://id.gs1.org/00/{SSCC}"]
    assert shipping["quantityList"] == [
        {"epcClass": "https://id.gs1.org/01/05012345678900", "quantity": Decimal("2.5"), "uom": "KGM"}
    ]
    assert shipping["bizTransactionList"] == [
        {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:5060000000016:4500001"},
        {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:5060000000016:4500002"},
        {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:7300010000001:DA-1"},
    ]
    assert shipping["destinationList"] == [{"type": "location", "destination": "https://id.gs1.org/414/5060000000122"}]


def test_urns_part_keys_behind_their_company_prefix() -> None:
    packing, shipping = _events("ship_notice", URNS)
    assert packing["parentID"] == "urn:epc:id:sscc:0614141.1234567890"
    assert packing["childEPCs"][0] == "urn:epc:id:sgtin:4006381.033393.S1"
    assert packing["childQuantityList"][0]["epcClass"] == "urn:epc:class:lgtin:4006381.033393.L-77"
    assert shipping["quantityList"][0]["epcClass"] == "urn:epc:idpat:sgtin:5012345.067890.*"
    assert shipping["sourceList"] == [{"type": "owning_party", "source": "urn:epc:id:pgln:73000100.0000"}]
    assert shipping["destinationList"][0]["destination"] == "urn:epc:id:sgln:506000000.012.0"
    (advice,) = _events("warehouse_shipping_advice", URNS, msgspec.structs.replace(ADVICE, packs=()))
    assert advice["quantityList"][0]["epcClass"] == "urn:epc:class:lgtin:4006381.033393.L%2F7"


def test_a_receipt_says_condition_by_condition_what_came_where() -> None:
    packs, *rest = _events("goods_receipt")
    assert packs["epcList"] == [f"https://id.gs1.org/00/{SSCC}"]
    assert [(each["disposition"], each["readPoint"]["id"][-13:]) for each in rest] == [
        ("damaged", "5060000000122"), ("in_progress", "5060000000122"), ("non_sellable_other", "5060000000122"),
    ]  # fmt: skip
    assert [each["type"] for each in packs["bizTransactionList"]] == ["po", "po", "desadv", "recadv"]


def test_a_report_counts_by_condition_and_says_nothing_of_nothing() -> None:
    damaged, sellable = _events("inventory_report")
    assert (damaged["bizStep"], damaged["disposition"]) == ("stock_taking", "damaged")
    assert [each["quantity"] for each in sellable["quantityList"]] == [120, Decimal("0.25")]
    with pytest.raises(epcis.CannotWrite, match="nothing is seen"):
        epcis.write("inventory_report", msgspec.structs.replace(REPORT, levels=()), OPTIONS)


def test_a_count_says_what_was_found_in_which_condition_and_what_was_missed() -> None:
    damaged, quarantined, sellable, missed = _events("inventory_adjustment")
    assert {(each["type"], each["action"], each["bizStep"]) for each in (damaged, quarantined, sellable, missed)} == {
        ("ObjectEvent", "OBSERVE", "cycle_counting")
    }
    lot, pot = f"https://id.gs1.org/01/{GTIN}/10/L-77", "https://id.gs1.org/01/05012345678900"
    assert [(each["disposition"], each["quantityList"]) for each in (damaged, quarantined, sellable, missed)] == [
        ("damaged", [{"epcClass": lot, "quantity": 3}]),
        ("non_sellable_other", [{"epcClass": pot, "quantity": 2}]),
        ("sellable_accessible", [{"epcClass": pot, "quantity": Decimal("0.25"), "uom": "KGM"}]),
        ("unknown", [{"epcClass": lot, "quantity": 2}]),
    ]
    assert missed["bizLocation"] == {"id": "https://id.gs1.org/414/5060000000122"}
    assert missed["bizTransactionList"] == [{"bizTransaction": "urn:epcglobal:cbv:bt:5060000000122:CC-9"}]
    with pytest.raises(epcis.CannotWrite, match="nothing is seen"):
        epcis.write("inventory_adjustment", msgspec.structs.replace(COUNT, lines=()), OPTIONS)
    lost = msgspec.structs.replace(COUNT.lines[1], condition="lost")
    with pytest.raises(epcis.CannotWrite, match="no disposition for goods that are lost"):
        epcis.write("inventory_adjustment", msgspec.structs.replace(COUNT, lines=(lost,)), OPTIONS)


def test_the_time_has_the_offset_of_the_zone() -> None:
    options = msgspec.structs.replace(OPTIONS, zone=ZoneInfo("Europe/Stockholm"))
    event = _events("ship_notice", options)[0]
    assert (event["eventTime"], event["eventTimeZoneOffset"]) == ("2026-11-21T13:30:15.250+01:00", "+01:00")


def test_the_same_object_is_the_same_events_and_another_is_not() -> None:
    assert epcis.write("ship_notice", NOTICE, OPTIONS) == epcis.write("ship_notice", NOTICE, OPTIONS)
    ids = [each["eventID"] for each in _events("ship_notice")]
    assert len(set(ids)) == len(ids)
    later = msgspec.structs.replace(NOTICE, shipped_at=NOON + dt.timedelta(seconds=1))
    assert not set(ids) & {each["eventID"] for each in _events("ship_notice", body=later)}


@pytest.mark.parametrize(
    ("document", "body", "options", "says"),
    [
        ("goods_receipt", RECEIPT, epcis.EpcisOptions(gln_of=_GLNS.get), "item 85123A has no GTIN; give it one"),
        ("goods_receipt", RECEIPT, epcis.EpcisOptions(gtin_of=_GTINS.get), "the place 'north' has no GLN"),
        ("ship_notice", NOTICE, msgspec.structs.replace(URNS, company_prefixes=("99",)), "no company prefix of"),
        ("warehouse_shipping_advice", msgspec.structs.replace(ADVICE, packs=("P1",)), OPTIONS, "'P1' is no SSCC"),
        ("ship_notice", RECEIPT, OPTIONS, "no EPCIS event of ours says a ship_notice"),
    ],
)  # fmt: skip
def test_what_has_no_key_is_refused_in_words(
    document: str, body: msgspec.Struct, options: epcis.EpcisOptions, says: str
) -> None:
    with pytest.raises(epcis.CannotWrite, match=says):
        epcis.write(document, body, options)


def test_goods_in_packs_or_with_too_many_serial_numbers_are_refused() -> None:
    for line, says in (
        (ShippingLine("S", "1", "85123A", Quantity(Decimal(2), "CA")), "EPCIS has pieces and measures"),
        (ShippingLine("S", "1", "85123A", pieces("2"), "x" * 21), "1 to 20 characters"),
    ):
        orders = (ShippedOrder("W", "c", "S", (line,)),)
        with pytest.raises(epcis.CannotWrite, match=says):
            epcis.write("warehouse_shipping_advice", msgspec.structs.replace(ADVICE, orders=orders, packs=()), OPTIONS)
    many = msgspec.structs.replace(NOTICE.lines[0], quantity=pieces("1"))
    with pytest.raises(epcis.CannotWrite, match="have 2 serial numbers"):
        epcis.write("ship_notice", msgspec.structs.replace(NOTICE, lines=(many,)), OPTIONS)


def test_an_authority_of_ones_own_names_what_has_no_key(valid: Any) -> None:
    options = epcis.EpcisOptions(authority="https://id.albion.example/")
    for document, body in OBJECTS.items():
        valid(json.loads(epcis.write(document, body, options)))
    (advice,) = _events("warehouse_shipping_advice", options, msgspec.structs.replace(ADVICE, packs=()))
    assert advice["quantityList"][0]["epcClass"] == "https://id.albion.example/item/85123A/L%2F7"
    assert advice["readPoint"]["id"] == "https://id.albion.example/place/north"
    assert advice["bizTransactionList"][0]["bizTransaction"] == "https://id.albion.example/po/homestead/S-77"


@pytest.mark.parametrize(("text", "wanted"), [("96385074", "00000096385074"), ("036000291452", "00036000291452")])
def test_short_gtins_are_filled_up(text: str, wanted: str) -> None:
    assert gtin14(text) == wanted


@pytest.mark.parametrize("text", ["", "123", "4006381333932", "４006381333931"])
def test_what_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(epcis.CannotWrite):
        gtin14(text)


@settings(max_examples=100)
@given(st.text("!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20))
def test_any_lot_that_gs1_allows_is_a_path_step_or_a_part_of_a_urn(lot: str) -> None:
    link = Identifiers(OPTIONS).goods(GTIN, lot)
    assert link.count("/") == 6
    assert "?" not in link
    urn = Identifiers(URNS).goods(GTIN, lot)
    assert not set(urn.removeprefix("urn:epc:class:lgtin:")) & set('"&/<>?')
