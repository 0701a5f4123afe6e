"""What a supplier ships straight to a customer is followed from order to money; each wrong turn is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crossdock.testing.checker.product import Problem
from tests.unit.testing.checker_story import (
    UK,
    Story,
    erp_order,
    invoice,
    po_line,
    right_story,
    sent,
    shop_order,
    supplier_took,
    update,
)

REACH, MONEY, STUCK = "accepted_reach_every_system_once", "money_agrees", "nothing_stuck"
ORDER, SHIPMENT = "DSA", "DSA.1"


def drop_shipped(answered: str = "4", announced: str = "4") -> Story:
    """The right story with one order more: four of D, which Brightware ships to the customer."""
    story = right_story()
    shop_order(story, "1006", [{"line": "1", "item": "D", "quantity": "4", "price": "9.00"}], [], "accepted")
    erp_order(story, "1006", "shop", "17850", [("1", "D", "4", "9.00")], [])
    lines = [po_line("1", "D", "4", "4.00")]
    bought = {"entity": UK, "po_number": ORDER, "vendor": "brightware", "sales_channel": "shop", "sales_order": "1006"}
    story.took("erp", "purchase_orders", ORDER, bought | {"lines": lines})
    supplier_took(story, "850", "order.taken", ORDER, 0, lines, "PO/7")
    said = [{"line": "1", "code": "IA", "qty": answered, "price": "4.00"}]
    sent(story, "855", ORDER, {"order": ORDER, "revision": 0, "answers": said}, "7")
    told = [{"line": "1", "answer": "accepted", "qty": answered, "price": "4.00"}]
    confirmation = {"entity": UK, "po_number": ORDER, "revision": 0, "lines": told}
    story.took("erp", "po_confirmations", ORDER, confirmation, by="confirmation-DSA")
    goods = [{"po": ORDER, "po_line": "1", "item": "D", "qty": announced, "price": "4.00", "notice": "BN7"}]
    sent(story, "856", "BN7", {"notice": "BN7", "ship_to": "17850", "lines": goods}, "8")
    story.took("carrier", "trackers", SHIPMENT, {"reference": SHIPMENT, "shipper": UK}, effect="tracker")
    story.did("carrier", "sent.tracking.updated", SHIPMENT, {"data": {"reference": SHIPMENT, "code": "DL"}})
    total, cost = str(int(announced) * 9), str(int(announced) * 4)
    invoice(story, "INV-1006-1", "1006", "17850", [("1", "D", announced, "9.00")], total, [])
    sent(story, "810", "BI7", {"invoice": "BI7", "currency": "GBP", "total": cost, "lines": goods}, "9")
    row = {"line": "1", "po_number": ORDER, "po_line": "1", "item": "D", "qty": announced, "price": "4.00"}
    posted = {"entity": UK, "invoice": "BI7", "vendor": "brightware", "total": cost, "lines": [row]}
    story.took("erp", "vendor_invoices", "BI7", posted)
    update(story, "shop", "1006", 1, "delivered", [("1", "delivered", "4")])
    story.product.orders[UK, "1006"] = "delivered"
    story.product.happened |= {
        "sales_order/albion_uk/shop/1006": ["SalesOrderPlaced", "SalesOrderLinesShipped"],
        f"shipment/albion_uk/brightware/{SHIPMENT}": ["ShipmentDispatched"],
    }
    return story


def test_every_invariant_holds_where_a_supplier_shipped_what_it_was_asked_to() -> None:
    broken = {name: ruling.violations for name, ruling in drop_shipped().rulings().items() if not ruling.held}
    assert not broken


@pytest.mark.parametrize(
    ("bend", "invariant", "words"),
    [
        (lambda s: s.drop("tracker", SHIPMENT), REACH, f"shipment {SHIPMENT} of brightware at its carrier: once"),
        (lambda s: s.drop("customer_invoices", "INV-1006-1"), REACH, "order 1006 of shop for albion_uk line 1: invoi"),
        (lambda s: s.drop("order.taken", ORDER), REACH, "purchase order DSA of albion_uk at brightware: once expected"),
        (lambda s: s.drop("vendor_invoices", "BI7"), REACH, "invoice BI7 of brightware to albion_uk in the ERP: once"),
        (lambda s: s.drop("sent.856", "BN7"), STUCK, "DSA of albion_uk never left brightware"),
        (lambda s: s.again("tracker", SHIPMENT), "no_document_doubled", "carrier tracker DSA.1 had 2 effects"),
    ],
)
def test_what_is_missing_or_doubled_is_named(bend: Callable[[Story], None], invariant: str, words: str) -> None:
    story = drop_shipped()
    bend(story)
    assert words in story.broken(invariant)


def test_such_goods_are_announced_to_no_warehouse() -> None:
    story = drop_shipped()
    advised = {"owner": UK, "advice": "BN7", "vendor": "brightware", "lines": []}
    story.took("wms_north", "inbound_advices", "BN7", advised, effect="inbound_advice")
    assert "was announced to a warehouse, and goes straight to a customer" in story.broken(REACH)


def test_what_a_supplier_confirmed_and_did_not_ship_is_somebodys() -> None:
    story = drop_shipped(answered="3", announced="3")
    update(story, "shop", "1006", 2, "backordered", [("1", "backordered", "4")])
    assert "1 of D missing, and no open exception case owns that" in story.broken("shortage_is_owned")
    case = f"sales_order/{UK}/shop/1006"
    owned = Problem(case, "drop_ship_refused", lines=("1",), owner="buyer", expected_on="2010-12-09")
    story.product.problems += (owned,)
    assert story.rulings()["shortage_is_owned"].held
