"""How a call becomes a sales order of ours."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.order_requests import PlaceOrder, sales_order
from crossdock.identity import Actor, Denied
from crossdock.model.sales_order import SalesOrder
from crossdock.operations.problems import Problem
from tests.unit.api.networks import small_network

SHOP = Actor("shop", frozenset({"orders:write"}), frozenset({"albion_uk"}), channel="shop")
read = decoder(PlaceOrder)


def body(**changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = {
        "company": "albion_uk",
        "number": "536365",
        "customer": "17850",
        "country": "United Kingdom",
        "ordered_at": "2010-12-01T08:26:00Z",
        "currency": "GBP",
        "lines": [{"line": "1", "item": "85123A", "quantity": "6", "price": 2.55, "description": "HEART"}],
        "charges": [{"code": "POST", "amount": "18.00"}],
    }
    return {name: value for name, value in {**order, **changes}.items() if value is not None}


def take(document: dict[str, Any], actor: Actor = SHOP) -> SalesOrder:
    return sales_order(read(msgspec.json.encode(document)), actor, small_network())


def pointers(document: dict[str, Any], actor: Actor = SHOP) -> list[str]:
    with pytest.raises(Problem) as caught:
        take(document, actor)
    return [error.pointer for error in caught.value.errors]


def test_an_order_is_taken_over_as_it_was_sent() -> None:
    order = take(body())
    assert order.channel == "shop"
    assert order.promise == "asked"
    assert order.ordered_at == dt.datetime(2010, 12, 1, 8, 26, tzinfo=dt.UTC)
    assert (order.lines[0].quantity.amount, order.lines[0].price.amount) == (Decimal(6), Decimal("2.55"))
    assert order.charges[0].amount == Decimal("18.00")


def test_a_channel_that_has_promised_already_is_told_not_asked() -> None:
    marketplace = Actor("marketplace", frozenset({"orders:write"}), channel="marketplace")
    assert take(body(), marketplace).promise == "told"


def test_an_order_without_customer_goes_to_the_customer_of_its_channel() -> None:
    assert take(body(customer=None)).customer.id == "CASH"


def test_a_channel_may_be_named_where_the_key_has_none() -> None:
    anyone = Actor("desk", frozenset({"orders:write"}))
    assert take(body(channel="marketplace"), anyone).channel == "marketplace"
    assert pointers(body(), anyone) == ["/channel"]


def test_every_fault_of_an_order_is_told_at_once() -> None:
    lines = [
        {"line": "1", "item": "85123A", "quantity": "0", "price": "-1"},
        {"line": "1", "item": "85\t123A", "quantity": "1e9", "price": "2"},
    ]
    assert pointers(body(lines=lines)) == [
        "/lines/0/quantity",
        "/lines/0/price",
        "/lines/1/quantity",
        "/lines/1",
        "/lines/1/line",
    ]


def test_an_order_of_nothing_at_all_is_refused() -> None:
    assert pointers(body(lines=[], charges=[])) == ["/lines"]


def test_an_order_may_be_of_charges_alone() -> None:
    assert take(body(lines=[], charges=[{"code": "BANK CHARGES", "amount": "15.00"}])).lines == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "a/b"},
        {"number": ""},
        {"number": "x" * 81},
        {"currency": "gbp"},
        {"ordered_at": "2010-12-01T08:26:00"},
        {"ordered_at": "yesterday"},
        {"lines": [{"line": "1", "item": "a", "quantity": "1", "price": "1"}] * 5001},
        {"admin": True},
    ],
)
def test_an_order_that_breaks_a_rule_of_its_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        take(body(**changes))
    assert caught.value.code == "invalid_body"


def test_nobody_orders_for_a_company_or_channel_that_is_not_theirs() -> None:
    with pytest.raises(Denied):
        take(body(company="albion_ie"))
    with pytest.raises(Denied):
        take(body(channel="marketplace"))


def test_a_company_that_does_not_sell_through_the_channel_is_refused() -> None:
    anyone = Actor("desk", frozenset({"orders:write"}), channel="marketplace")
    assert pointers(body(company="albion_ie"), anyone) == ["/company"]
    assert pointers(body(company="nobody"), anyone)[0] == "/company"
