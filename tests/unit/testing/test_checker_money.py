"""money_agrees: on both sides of the house."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crossdock.testing.checker.money import allowed_totals
from crossdock.testing.checker.product import Problem, Terms, TermsOfProject
from tests.unit.testing.checker_story import UK, Story, right_story

NAME = "money_agrees"
PURCHASE = f"purchase_order/{UK}/4500001"


def body(story: Story, kind: str, key: str = "") -> Any:
    return story.find("effects", kind, key)[0]["body"]


def test_the_right_story_holds() -> None:
    ruling = right_story().rulings()[NAME]
    assert ruling.held, ruling.violations
    assert ruling.checked > 30


def test_an_invoice_at_another_price_than_ordered_is_seen() -> None:
    story = right_story()
    invoice = body(story, "customer_invoices", "INV-1001-2")
    invoice["lines"][0]["price"], invoice["total"] = "1.10", "4.40"
    words = story.broken(NAME)
    assert "invoice INV-1001-2 of albion_uk: price of order 1001 of shop for albion_uk line 2: 1 expected, 1.1" in words
    assert "43.3 owed for what shipped and its charges, 43.7 invoiced" in words


def test_a_total_that_its_lines_do_not_make_is_seen() -> None:
    story = right_story()
    body(story, "customer_invoices", "INV-1002-1")["total"] = "5.21"
    assert "invoice INV-1002-1 of albion_uk: total 5.21, lines and charges make 5.2" in story.broken(NAME)


def test_a_charge_on_every_invoice_is_seen() -> None:
    story = right_story()
    invoice = body(story, "customer_invoices", "INV-1001-2")
    invoice["charges"], invoice["total"] = [{"code": "POST", "amount": "18.00"}], "22.00"
    assert "charge over all invoices: POST 18: 1 expected, 2 found" in story.broken(NAME)


def test_a_charge_on_no_invoice_is_seen() -> None:
    story = right_story()
    invoice = body(story, "customer_invoices", "INV-1001-1")
    invoice["charges"], invoice["total"] = [], "21.30"
    assert "charge over all invoices: POST 18: 1 expected, nothing found" in story.broken(NAME)


def test_goods_invoiced_twice_are_seen() -> None:
    story = right_story()
    twin = story.again("customer_invoices", "INV-1001-2")
    twin["key"] = twin["body"]["invoice"] = "INV-1001-3"
    assert "43.3 owed for what shipped and its charges, 47.3 invoiced" in story.broken(NAME)


def test_an_order_posted_at_another_price_is_seen() -> None:
    story = right_story()
    body(story, "sales_orders", "1002")["lines"][0]["price"] = "2.55"
    assert "order 1002 of marketplace for albion_uk line 1 in the ERP: price: 2.6 expected, 2.55" in story.broken(NAME)


def test_charges_of_the_order_are_posted_with_it() -> None:
    story = right_story()
    body(story, "sales_orders", "1001")["charges"] = []
    assert "in the ERP: charge: POST 18: 1 expected, nothing found" in story.broken(NAME)


def test_an_order_of_nothing_but_charges_is_invoiced_once() -> None:
    story = right_story()
    order = {"company": UK, "number": "1006", "customer": "17850", "lines": []}
    charges = [{"code": "M", "amount": "7.50", "description": ""}]
    story.did("shop", "order.placed", "1006", order | {"charges": charges})
    story.did("shop", "order.accepted", "1006", {"status": 202})
    posted = {"entity": UK, "channel": "shop", "order": "1006", "customer": "17850", "lines": [], "charges": charges}
    story.took("erp", "sales_orders", "1006", posted)
    invoice = {"entity": UK, "invoice": "INV-1006-1", "customer": "17850", "order": "", "total": "7.50", "lines": []}
    story.took("erp", "customer_invoices", "INV-1006-1", invoice | {"charges": charges})
    assert story.rulings()[NAME].held, story.rulings()[NAME].violations
    twin = story.again("customer_invoices", "INV-1006-1")
    twin["key"] = twin["body"]["invoice"] = "INV-1006-2"
    assert "order 1006 of shop for albion_uk: 7.5 owed" in story.broken(NAME)


def test_an_invoice_to_somebody_else_is_seen() -> None:
    story = right_story()
    body(story, "customer_invoices", "INV-1002-1")["customer"] = "17850"
    assert "invoice INV-1002-1 of albion_uk: customer of order 1002 of marketplace" in story.broken(NAME)


def test_a_credit_at_another_price_than_agreed_is_seen() -> None:
    story = right_story()
    note = body(story, "credit_notes")
    note["lines"][0]["price"], note["total"] = "3.00", "3.00"
    assert "credit note CN-C7-1 line 1: price: 2.55 expected, 3 found" in story.broken(NAME)


def test_an_edi_customer_is_charged_what_the_erp_was_told() -> None:
    story = right_story()
    body(story, "taken.810")["total_cents"] = "660"
    assert "invoice INV-1003-1 of albion_uk to homestead: total: 6 expected, 6.6 found" in story.broken(NAME)


@pytest.mark.parametrize(
    ("field", "value", "words"), [("total", "4.90", "total: 4.8 expected, 4.9"), ("qty", "11", "")]
)
def test_a_suppliers_invoice_is_posted_as_it_was_written(field: str, value: str, words: str) -> None:
    story = right_story()
    posted = body(story, "vendor_invoices")
    (posted if field == "total" else posted["lines"][0])[field] = value
    assert f"invoice BI1 of brightware to albion_uk in the ERP: {words}" in story.broken(NAME)


def pay_for(story: Story, quantity: str, price: str, total: str) -> None:
    """The supplier charges, and the ERP pays, so much of line 10."""
    for line in (body(story, "sent.810", "BI1")["lines"][0], body(story, "vendor_invoices")["lines"][0]):
        line["qty"], line["price"] = quantity, price
    body(story, "sent.810", "BI1")["total"] = body(story, "vendor_invoices")["total"] = total


def test_goods_that_did_not_come_are_not_paid() -> None:
    story = right_story()
    pay_for(story, "13", "0.40", "5.20")
    assert "line 10 (B): 13 posted for payment, 12 received well" in story.broken(NAME)


def test_a_price_nobody_agreed_to_is_not_paid() -> None:
    story = right_story()
    pay_for(story, "12", "0.50", "6.00")
    assert "line 10 (B): 0.5 posted for payment, 0.4 agreed, and nobody was asked" in story.broken(NAME)


def test_a_price_inside_the_terms_is_paid_and_one_above_strict_terms_is_not() -> None:
    story = right_story()
    pay_for(story, "12", "0.405", "4.86")
    assert story.rulings()[NAME].held
    evidence = story.evidence()
    zero = {"price_percent": "0", "price_total": "0", "quantity_over_percent": "0", "quantity_under_percent": "0"}
    evidence.terms = TermsOfProject({"partners": {"brightware": {"agreements": {UK: {"terms": zero}}}}})
    assert evidence.terms.of(UK, "brightware") == Terms(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


def test_a_price_the_supplier_told_and_the_erp_took_is_agreed() -> None:
    story = right_story()
    pay_for(story, "12", "0.50", "6.00")
    for entry in story.find("effects", "po_confirmations"):
        entry["body"]["lines"][0]["price"] = "0.50"
    ruling = story.rulings()[NAME]
    assert ruling.held, ruling.violations


def test_goods_beyond_the_terms_need_a_person() -> None:
    story = right_story()
    for entry in (body(story, "sent.receipt.confirmed")["data"], body(story, "goods_receipts")):
        entry["lines"][0]["qty"] = "14"
    words = story.broken(NAME)
    assert "line 10: 14 of B received, between 10.2 and 13.2 agreed, and nobody was asked" in words
    story.product.problems += (Problem(PURCHASE, "receipt_over", key="10", lines=("10",), is_open=False),)
    assert story.rulings()[NAME].held, story.rulings()[NAME].violations


def test_goods_short_of_the_terms_need_a_person_unless_the_rest_may_still_be_announced() -> None:
    story = right_story()
    for entry in (body(story, "sent.receipt.confirmed")["data"], body(story, "goods_receipts")):
        entry["lines"][0]["qty"] = "10"
    words = "line 10: 10 of B received, between 10.2 and 13.2 agreed, and nobody was asked"
    assert words in story.broken(NAME)
    story.product.expected = {(UK, PURCHASE.rpartition("/")[2], "ship_notice")}
    assert words not in "".join(story.rulings()[NAME].violations)
    # Its date was over while the checker read: the expectation is no more, the case was not there yet.
    story.product.expected = set()
    story.product.meanwhile = (Problem(PURCHASE, "ship_notice_overdue", lines=("10",)),)
    assert words not in "".join(story.rulings()[NAME].violations)


def test_goods_that_came_and_were_never_charged_need_a_person() -> None:
    story = right_story()
    story.drop("sent.810", "BI1")
    story.drop("vendor_invoices")
    assert "line 10 (B): 4.8 owed for what was received, 0 posted, 0 charged, and nobody was asked" in story.broken(
        NAME
    )


def test_goods_whose_invoice_may_still_come_need_nobody_yet() -> None:
    story = right_story()
    story.drop("sent.810", "BI1")
    story.drop("vendor_invoices")
    story.product.expected = {(UK, "4500001", "invoice")}
    assert not [words for words in story.rulings()[NAME].violations if "line 10 (B)" in words]


def test_goods_that_were_charged_and_not_posted_need_a_person_whatever_else_may_come() -> None:
    story = right_story()
    story.drop("vendor_invoices")
    story.product.expected = {(UK, "4500001", "invoice")}
    assert "line 10 (B)" in story.broken(NAME)


def test_rounding_line_by_line_or_at_the_end_is_allowed_and_nothing_else() -> None:
    lines = [(Decimal(1), Decimal("0.125")), (Decimal(1), Decimal("0.125"))]
    assert allowed_totals(lines) == {Decimal("0.25"), Decimal("0.26"), Decimal("0.24")}
    assert allowed_totals([], Decimal("-5")) == {Decimal("-5")}


def by_weight(story: Story, weight: str) -> None:
    """The second shipment of order 1001 weighed 7.5 kg and is invoiced, at a price per kilogram, with so much."""
    sent = [entry["body"]["data"] for entry in story.find("effects", "sent.shipment.dispatched")]
    shipped = [order["lines"][0] for data in sent for order in data["orders"] if order["order_ref"] == "1001-north-2"]
    for line in shipped:
        line["weight"], line["weight_unit"] = "7.5", "KGM"
    invoice = body(story, "customer_invoices", "INV-1001-2")
    invoice["lines"][0] |= {"weight": weight, "weight_uom": "KGM"}
    invoice["total"] = weight + "0"


def test_goods_sold_by_weight_are_invoiced_by_what_was_weighed() -> None:
    story = right_story()
    by_weight(story, "7.5")
    ruling = story.rulings()[NAME]
    assert ruling.held, ruling.violations


def test_goods_sold_by_weight_and_invoiced_by_another_weight_are_seen() -> None:
    story = right_story()
    by_weight(story, "8.5")
    assert "owed for what shipped and its charges" in story.broken(NAME)
