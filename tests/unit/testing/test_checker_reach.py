"""accepted_reach_every_system_once: the right story holds, each wrong one is named."""

from __future__ import annotations

import pytest

from crossdock.testing.checker.product import Problem
from tests.unit.testing.checker_story import UK, Story, right_story

NAME = "accepted_reach_every_system_once"


def test_the_right_story_holds() -> None:
    ruling = right_story().rulings()[NAME]
    assert ruling.held, ruling.violations
    assert ruling.checked > 50


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("sales_orders", "1001", "order 1001 of shop for albion_uk in the ERP: once expected, never found"),
        ("sales_orders", "1002", "order 1002 of marketplace for albion_uk in the ERP: once expected, never found"),
        ("shipping_order", "1001-north-2", "line 2: no warehouse was asked to ship 4 of B"),
        ("customer_invoices", "INV-1001-2", "order 1001 of shop for albion_uk line 2: invoiced: 10 expected, 6 found"),
        ("consignment", "north.SHN2", "shipment SHN2 of wms_north at its carrier: once expected, never found"),
        ("order_update", "1002", "marketplace was told nothing of order 1002"),
        ("taken.855", "1003", "answer (855): once expected, never found"),
        ("taken.856", "north.SHN4", "ship notice (856) of SHN4: once expected, never found"),
        ("taken.810", "INV-1003-1", "line 1: invoiced (810): 3 expected, 0 found"),
        ("order.taken", "4500001", "purchase order 4500001 of albion_uk at brightware: once expected, never found"),
        ("inbound_advice", "BN1", "ship notice BN1 of brightware to albion_uk at its warehouse: once expected, never"),
        ("goods_receipts", "RCN1", "receipt RCN1 of north for albion_uk in the ERP: once expected, never found"),
        (
            "stock_adjustments",
            "ADJN1",
            "adjustment ADJN1 of north for albion_uk in the ERP: once expected, never found",
        ),
        ("return_advice", "C7", "return C7 of albion_uk at its warehouse: once expected, never found"),
        ("credit_notes", "CN-C7-1", "return C7 of albion_uk line 1: credited: 1 expected, 0 found"),
        ("vendor_invoices", "BI1", "invoice BI1 of brightware to albion_uk in the ERP: once expected, never found"),
    ],
)
def test_a_document_that_never_arrived_is_missed(kind: str, key: str, words: str) -> None:
    story = right_story()
    story.drop(kind, key)
    assert words in story.broken(NAME)


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("sales_orders", "1001", "in the ERP: once expected, 2 times found"),
        ("shipping_order", "1001-north-2", "warehouses were asked to ship 4 more than the 10 ordered"),
        ("consignment", "north.SHN1", "at its carrier: once expected, 2 times found"),
        ("goods_receipts", "RCN1", "in the ERP: once expected, 2 times found"),
        ("inbound_advice", "BN1", "at its warehouse: once expected, 2 times found"),
        ("vendor_invoices", "BI1", "in the ERP: once expected, 2 times found"),
        ("credit_notes", "CN-C7-1", "credited: 1 expected, 2 found"),
    ],
)
def test_a_document_that_arrived_twice_is_seen(kind: str, key: str, words: str) -> None:
    story = right_story()
    story.again(kind, key)
    assert words in story.broken(NAME)


def test_the_erp_has_the_lines_as_ordered() -> None:
    story = right_story()
    story.find("effects", "sales_orders", "1001")[0]["body"]["lines"][1]["qty"] = "9"
    assert "line 2 in the ERP: 10 of B expected, 9 of B found" in story.broken(NAME)


def test_an_order_in_the_erp_that_nobody_placed_is_seen() -> None:
    story = right_story()
    story.again("sales_orders", "1001")["body"]["order"] = "9999"
    assert "the ERP has order 9999 for albion_uk, which nobody placed" in story.broken(NAME)


def test_a_held_order_went_nowhere() -> None:
    story = right_story()
    line = {"order_line": "1", "sku": "A", "qty": "1"}
    body = {"owner": UK, "order_ref": "1004-north-1", "channel": "shop", "sales_order": "1004", "lines": [line]}
    story.did("wms_north", "shipping_order", "1004-north-1", body)
    assert "order 1004 of shop for albion_uk waits for a person, and yet reached a warehouse" in story.broken(NAME)


def test_an_order_that_waits_for_nobody_is_missed() -> None:
    story = right_story()
    story.product.problems = tuple(each for each in story.product.problems if each.code != "credit_hold")
    assert "order 1004 of shop for albion_uk in the ERP: once expected, never found" in story.broken(NAME)


def test_a_refused_order_went_nowhere() -> None:
    story = right_story()
    story.again("sales_orders", "1001")["body"]["order"] = "1005"
    assert "order 1005 of shop for albion_uk was not accepted, and yet reached the ERP" in story.broken(NAME)


def test_the_api_knows_every_accepted_order_and_where_it_stands() -> None:
    story = right_story()
    del story.product.orders[UK, "1003"]
    story.product.orders[UK, "1001"] = "promised"
    words = story.broken(NAME)
    assert "the API does not know order 1003 of homestead" in words
    assert "the API calls order 1001 of shop for albion_uk 'promised': shipped or delivered or returned" in words


def test_the_channel_hears_the_end_of_the_story() -> None:
    story = right_story()
    story.drop("return.created")
    story.effects.remove(story.find("effects", "order_update", "1001")[-1])
    assert "shop was told last that order 1001 of shop for albion_uk is shipped: delivered" in story.broken(NAME)


def test_what_nobody_calls_backordered_must_be_released() -> None:
    story = right_story()
    for entry in story.find("effects", "order_update", "1002"):
        entry["body"]["lines"][0]["state"] = "released"
    assert right_story().rulings()[NAME].held
    story.product.problems = tuple(each for each in story.product.problems if each.code != "told_shortage")
    assert "no warehouse was asked to ship 3 of A, and nobody calls it backordered" in story.broken(NAME)


def test_lines_the_customer_will_never_get_need_not_be_released() -> None:
    story = right_story()
    for book in ("effects", "requests"):
        for entry in story.find(book, "order_update", "1002"):
            entry["body"]["lines"][0] |= {"state": "shipped", "quantity": "2"}
    story.product.problems = tuple(each for each in story.product.problems if each.code != "told_shortage")
    story.product.orders[UK, "1002"] = "delivered"
    story.find("effects", "order_update", "1002")[-1]["body"]["status"] = "delivered"
    ruling = story.rulings()[NAME]
    assert ruling.held, ruling.violations


def test_a_receipt_keeps_its_conditions_on_the_way_to_the_erp() -> None:
    story = right_story()
    story.find("effects", "goods_receipts")[0]["body"]["lines"][2]["condition"] = "good"
    assert "4500001 20 A 1 damaged expected, 4500001 20 A 1 good found" in story.broken(NAME)


def the_change_is_lost(story: Story) -> None:
    """The supplier never hears of it, and so does not answer it."""
    story.drop("order.changed", requests="860")
    story.drop("sent.855", "4500001.1")


def test_a_change_may_stay_away_from_the_supplier_only_if_a_person_was_asked() -> None:
    story = right_story()
    story.product.problems = ()
    the_change_is_lost(story)
    assert "line 20: the ERP has 8 of A at 1.02, brightware was told 6 of A at 1.02" in story.broken(NAME)
    asked = Problem(f"purchase_order/{UK}/4500001", "change_after_shipment", key="20", is_open=False)
    story.product.problems = (*right_story().product.problems[:2], asked)
    story.product.problems += (right_story().product.problems[2],)
    ruling = story.rulings()[NAME]
    assert ruling.held, ruling.violations


def test_a_late_answer_explains_nothing_once_it_came() -> None:
    story = right_story()
    late = Problem(f"purchase_order/{UK}/4500001", "acknowledgement_overdue", is_open=False)
    story.product.problems = (*story.product.problems[:2], late)
    the_change_is_lost(story)
    assert "line 20: the ERP has 8 of A" in story.broken(NAME)


def test_every_answer_of_a_supplier_is_told_to_the_erp() -> None:
    story = right_story()
    story.product.problems = story.product.problems[:2]
    for entry in story.find("effects", "po_confirmations"):
        entry["body"]["lines"] = entry["body"]["lines"][:1]
    assert "line 20: brightware answered 8, the ERP was not told, and nobody was asked" in story.broken(NAME)


def test_the_erp_hears_the_last_answer_not_only_the_first() -> None:
    story = right_story()
    story.product.problems = story.product.problems[:2]
    story.effects.remove(story.find("effects", "po_confirmations")[-1])
    assert "line 20: brightware answered 8, the ERP was told 6, and nobody was asked" in story.broken(NAME)


def test_an_invoice_on_somebodys_desk_need_not_be_posted() -> None:
    story = right_story()
    assert story.rulings()[NAME].held  # BI2 is disputed
    story.product.problems = story.product.problems[:2]
    assert "invoice BI2 of brightware to albion_uk in the ERP: once expected, never found" in story.broken(NAME)


def test_every_interchange_is_acknowledged() -> None:
    story = right_story()
    story.requests = [each for each in story.requests if each["key"] != "SH/3"]
    assert "brightware sent.856 BN1 (ALBIONUK-000000003-856.edi) was not acknowledged" in story.broken(NAME)
