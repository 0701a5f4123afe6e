"""stock_equals_wms, no_unbacked_promise, projections_rebuild."""

from __future__ import annotations

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import judge_all
from crossdock.testing.checker.product import TermsOfProject
from crossdock.testing.checker.warehouse import Asked, Warehouses
from tests.unit.testing.checker_story import UK, levels, right_story


def test_the_right_story_holds() -> None:
    rulings = right_story().rulings()
    for name, least in (("stock_equals_wms", 15), ("no_unbacked_promise", 9), ("projections_rebuild", 13)):
        assert rulings[name].held, rulings[name].violations
        assert rulings[name].checked >= least


def test_a_wrong_number_in_our_book_is_seen_by_item_location_and_condition() -> None:
    story = right_story()
    story.product.stock[0]["unrestricted"] = "15"
    story.product.stock[0]["damaged"] = "0"
    words = story.broken("stock_equals_wms")
    assert "A of albion_uk in north, unrestricted: by what the warehouse did, and in our book: 14 expected, 15" in words
    assert "A of albion_uk in north, damaged: by what the warehouse did, and in our book: 1 expected, 0 found" in words


def test_stock_in_our_book_that_no_warehouse_has_is_seen() -> None:
    story = right_story()
    story.product.stock.append({"company": UK, "item": "A", "location": "south", **levels("1")})
    assert "A of albion_uk in south, unrestricted" in story.broken("stock_equals_wms")


def test_a_receipt_that_was_booked_twice_is_seen() -> None:
    story = right_story()
    story.product.stock[1]["unrestricted"] = "20"
    assert "B of albion_uk in north, unrestricted" in story.broken("stock_equals_wms")


def test_goods_on_their_way_through_the_warehouse_are_in_their_condition() -> None:
    story = right_story()
    story.drop("sent.shipment.dispatched", "SHN4")
    story.product.stock[0]["packed"] = "3"
    assert story.rulings()["stock_equals_wms"].held


def test_without_opening_stock_nothing_is_judged() -> None:
    story = right_story()
    story.drop("stock.opening")
    assert "no warehouse says what it opened with" in story.broken("stock_equals_wms")


def test_a_warehouse_that_is_asked_must_agree_with_its_own_book() -> None:
    story = right_story()
    books = story.books()
    row = {"owner": UK, "picked": "0", "packed": "0", "quarantined": "0"}
    rows = [
        {**row, "sku": "A", "on_hand": "14", "damaged": "1"},
        {**row, "sku": "B", "on_hand": "8", "damaged": "0"},
        {**row, "sku": "C", "on_hand": "0", "damaged": "0"},
    ]
    for on_hand, held in (("14", True), ("13", False)):
        rows[0]["on_hand"] = on_hand
        asked = {"wms_north": Asked({"levels": []}, {"site": "north", "levels": rows})}
        evidence = Evidence(books, story.product, Warehouses(books, asked), TermsOfProject())
        ruling = next(each for each in judge_all(evidence) if each.name == "stock_equals_wms")
        assert ruling.held is held


def test_opening_stock_may_come_from_the_warehouse_itself() -> None:
    story = right_story()
    opening = story.find("effects", "stock.opening")[0]["body"]
    story.drop("stock.opening")
    books = story.books()
    now = {"site": "north", "levels": []}
    warehouses = Warehouses(books, {"wms_north": Asked(opening, now)})
    assert warehouses.opening("wms_north")[UK, "A", "north"] == 20


def test_a_discrepancy_the_ledger_found_itself_is_repeated() -> None:
    story = right_story()
    wrong = {"law": "asked_grants_are_backed", "where": "position 3", "expected": "free >= 0", "found": "-2"}
    story.product.stock_verification["discrepancies"].append(wrong)
    words = story.broken("no_unbacked_promise")
    assert "ledger, asked_grants_are_backed, position 3: free >= 0 expected, -2 found" in words


def test_a_proof_that_looked_at_nothing_proves_nothing() -> None:
    story = right_story()
    story.product.stock_verification = {"compared": {}, "discrepancies": []}
    assert "the ledger's proof looked at no grant" in story.broken("no_unbacked_promise")


def test_a_warehouse_asked_for_more_than_ever_came_is_seen() -> None:
    story = right_story()
    twin = story.again("shipping_order", "1001-north-1")
    twin["key"] = twin["body"]["order_ref"] = "1001-north-3"
    words = story.broken("no_unbacked_promise")
    assert "wms_north was asked by 1001-north-3 to ship C of albion_uk: 2 in all, where 1 had come" in words


def test_goods_promised_before_they_came_are_seen() -> None:
    story = right_story()
    early = story.find("effects", "shipping_order", "1001-north-2")[0]
    story.effects.remove(early)
    story.effects.insert(story.effects.index(story.find("effects", "sent.receipt.confirmed")[0]), early)
    words = story.broken("no_unbacked_promise")
    assert "was asked by 1001-north-2 to ship B of albion_uk: 10 in all, where 6 had come" in words


def test_goods_sent_straight_out_of_a_receipt_that_did_not_bring_them_are_seen() -> None:
    story = right_story()
    story.find("effects", "shipping_order", "1001-north-2")[0]["body"]["cross_dock"] = "RCN2"
    words = story.broken("no_unbacked_promise")
    assert "asked by 1001-north-2 to ship B of albion_uk straight from receipt RCN2: 4 more than came with it" in words


def test_a_granted_order_that_a_warehouse_cannot_fill_is_seen() -> None:
    story = right_story()
    story.drop("sent.shipment.dispatched", "SHN3")
    words = story.broken("no_unbacked_promise")
    assert "wms_north still waits for goods to ship 1001-north-2, which shop had asked for" in words


def test_a_read_table_that_differs_after_rebuilding_is_seen() -> None:
    story = right_story()
    story.product.projections[0]["only_standing"] = 1
    assert "timeline: 0 rows only after rebuilding, 1 only before, of 7" in story.broken("projections_rebuild")


def test_tables_without_rows_prove_nothing() -> None:
    story = right_story()
    story.product.projections[0]["rows"] = 0
    assert "timeline: 0 rows only after rebuilding, 0 only before, of 0" in story.broken("projections_rebuild")
    story.product.projections = []
    assert story.broken("projections_rebuild") == "the product compared no read table"


def test_a_timeline_that_lost_or_doubled_what_the_books_tell_is_seen() -> None:
    story = right_story()
    story.product.happened["sales_order/albion_uk/shop/1001"].remove("SalesOrderLinesShipped")
    story.product.happened["goods_receipt/albion_uk/north/RCN1"] *= 2
    assert story.broken("projections_rebuild").splitlines() == [
        "timeline of goods_receipt/albion_uk/north/RCN1: GoodsReceiptPosted: 1 expected, 2 found",
        "timeline of sales_order/albion_uk/shop/1001: SalesOrderLinesShipped: 2 expected, 1 found",
    ]


def test_what_the_product_says_it_compared_itself_is_not_counted() -> None:
    facts = {name: ruling.checked for name, ruling in right_story().rulings().items()}
    story = right_story()
    story.product.stock_verification["compared"]["asked_grants_are_backed"] = 4000
    story.product.projections[0]["rows"] = 7000
    assert {name: ruling.checked for name, ruling in story.rulings().items()} == facts
