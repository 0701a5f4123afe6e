"""no_document_doubled: retries are allowed, doubles are not."""

from __future__ import annotations

import copy

import pytest

from crossdock.testing.checker.invariants.no_document_doubled import retries
from tests.unit.testing.checker_story import right_story

NAME = "no_document_doubled"


def test_the_right_story_holds() -> None:
    ruling = right_story().rulings()[NAME]
    assert ruling.held, ruling.violations
    assert ruling.checked > 50


def test_retries_with_the_same_key_are_allowed_and_counted() -> None:
    story = right_story()
    for outcome in ("failed", "repeated"):
        twin = copy.deepcopy(story.find("requests", "goods_receipts")[0])
        story.requests.append(twin | {"outcome": outcome})
    assert story.rulings()[NAME].held
    assert retries(story.books()) == {"failed": 1, "repeated": 1}


@pytest.mark.parametrize(
    "kind",
    [
        "sales_orders", "po_confirmations", "goods_receipts", "vendor_invoices", "customer_invoices", "credit_notes",
        "stock_adjustments", "inbound_advices", "shipping_orders", "return_advices", "consignments", "order_updates",
        "stock_levels",
    ],
)  # fmt: skip
def test_the_same_document_under_another_key_is_a_double(kind: str) -> None:
    story = right_story()
    twin = copy.deepcopy(story.find("requests", kind)[0])
    story.requests.append(twin | {"idempotency_key": "another", "outcome": "refused"})
    assert "was sent under 2 different keys: " in story.broken(NAME)


@pytest.mark.parametrize("kind", ["customer_invoices", "order_update", "consignment", "taken.810", "order.taken"])
def test_two_effects_of_one_document_are_a_double(kind: str) -> None:
    story = right_story()
    story.again(kind)
    assert "had 2 effects" in story.broken(NAME)


def test_one_key_for_two_contents_is_seen() -> None:
    story = right_story()
    twin = copy.deepcopy(story.find("requests", "sales_orders", "1001")[0])
    story.requests.append(twin | {"outcome": "conflict"})
    assert "erp sales_orders 1001: key sales_orders:1001 was used for two different contents" in story.broken(NAME)


def test_a_purchase_order_in_a_second_interchange_is_a_double() -> None:
    story = right_story()
    story.did("brightware", "order.doubled", "4500001", {"order": "4500001"})
    assert "brightware got purchase order 4500001 of albion_uk again in another interchange" in story.broken(NAME)


def test_a_control_number_used_again_is_seen() -> None:
    story = right_story()
    story.asked("brightware", "860", "4500001.2", {"order": "4500001", "revision": 2}, by="PO/1")
    assert "brightware got group PO/1 of albion_uk again, with 860 4500001.2" in story.broken(NAME)


def test_two_documents_in_one_group_are_no_double() -> None:
    story = right_story()
    first = story.find("requests", "850")[0]
    second = {**copy.deepcopy(first), "key": "4500002", "body": {"order": "4500002", "revision": 0, "lines": []}}
    story.requests.insert(story.requests.index(first) + 1, second)
    assert story.rulings()[NAME].held


def test_an_interchange_that_came_again_is_a_retry() -> None:
    story = right_story()
    story.asked("brightware", "850", "000000001", {"interchange": "1", "set": "1"}, by="PO/1", outcome="duplicate")
    assert story.rulings()[NAME].held
    assert retries(story.books()) == {"duplicate": 1}
