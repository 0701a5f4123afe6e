"""order_kept_per_key: nothing overtakes what belongs to the same object."""

from __future__ import annotations

import copy

from tests.unit.testing.checker_story import Story, right_story

NAME = "order_kept_per_key"


def test_the_right_story_holds() -> None:
    ruling = right_story().rulings()[NAME]
    assert ruling.held, ruling.violations
    assert ruling.checked > 20


def swap(story: Story, book: str, kind: str, key: str, first: int, second: int) -> None:
    entries = story.requests if book == "requests" else story.effects
    found = [place for place, each in enumerate(entries) if each["kind"] == kind and key in ("", each["key"])]
    here, there = found[first], found[second]
    entries[here], entries[there] = entries[there], entries[here]


def test_an_update_that_overtook_another_is_seen() -> None:
    story = right_story()
    swap(story, "requests", "order_updates", "1001", 1, 2)
    words = story.broken(NAME)
    assert "shop order 1001: update 3 came although 2 had not been taken" in words
    assert "shop order 1001: update 2 was taken after 3" in words


def test_an_update_after_a_failed_one_is_seen_even_if_that_is_tried_again() -> None:
    story = right_story()
    second = next(each for each in story.find("requests", "order_updates", "1001") if each["body"]["sequence"] == 2)
    retry = copy.deepcopy(second)
    second["outcome"] = "failed"
    story.requests.append(retry)
    assert "update 3 came although 2 had not been taken" in story.broken(NAME)


def test_a_retry_right_after_its_failure_is_in_order() -> None:
    story = right_story()
    for entry in story.find("requests", "order_updates"):
        place = story.requests.index(entry)
        story.requests.insert(place, {**copy.deepcopy(entry), "outcome": "failed"})
        story.requests.append({**copy.deepcopy(entry), "outcome": "repeated"})
    ruling = story.rulings()[NAME]
    assert ruling.held, ruling.violations


def test_a_missing_update_is_seen() -> None:
    story = right_story()
    story.requests.remove(story.find("requests", "order_updates", "1001")[1])
    assert "update 3 came although 2 had not been taken" in story.broken(NAME)


def test_shipping_orders_of_one_order_come_in_their_order() -> None:
    story = right_story()
    places = [place for place, each in enumerate(story.requests) if each["key"].startswith("1001-north")]
    first, second = places
    story.requests[first], story.requests[second] = story.requests[second], story.requests[first]
    assert "wms_north order 1001: shipping order 2 came although 1 had not been taken" in story.broken(NAME)


def test_a_change_never_comes_before_its_order() -> None:
    story = right_story()
    order, change = story.find("requests", "850")[0], story.find("requests", "860")[0]
    here, there = story.requests.index(order), story.requests.index(change)
    story.requests[here], story.requests[there] = change, order
    words = story.broken(NAME)
    assert "change 1 came before the order" in words
    assert "revision 0 came after 1" in words


def test_the_erp_never_hears_of_an_older_revision_last() -> None:
    story = right_story()
    swap(story, "effects", "po_confirmations", "4500001", 0, 1)
    assert "purchase order 4500001 of albion_uk: confirmation of revision 0 came after 1" in story.broken(NAME)


def test_an_invoice_never_comes_before_its_order() -> None:
    story = right_story()
    posted = story.find("effects", "sales_orders", "1002")[0]
    story.effects.remove(posted)
    story.effects.append(posted)
    assert "the ERP: invoice INV-1002-1 of albion_uk came before its order 1002" in story.broken(NAME)


def test_an_edi_order_is_answered_before_it_is_charged() -> None:
    story = right_story()
    story.find("requests", "855")[0]["idempotency_key"] = "PR/9"
    assert "homestead: invoice INV-1003-1 was sent before the answer to order 1003" in story.broken(NAME)


def test_versions_of_a_stock_level_only_rise() -> None:
    story = right_story()
    swap(story, "requests", "stock_levels", "", 0, 1)
    assert "shop: stock level of A in version 1 came after 2" in story.broken(NAME)


def test_a_stock_level_that_a_channel_ignored_as_too_old_is_seen() -> None:
    story = right_story()
    story.did("shop", "ignored_old", "batch1", {"levels": [{"sku": "A", "quantity": "4", "version": 1}]}, by="k")
    assert "shop ignored stock levels that came after newer ones: A (k)" in story.broken(NAME)


def test_two_companies_count_their_versions_apart() -> None:
    story = right_story()
    body = {"batch": "ie", "levels": [{"sku": "A", "quantity": "1", "version": 1}]}
    story.took("shop", "stock_levels", "ie", body, by="albion_ie:availability:1")
    assert story.rulings()[NAME].held
