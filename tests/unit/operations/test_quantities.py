from __future__ import annotations

from decimal import Decimal

import msgspec

from crossdock.model.quantity import Price
from crossdock.operations.quantities import tidied


class Line(msgspec.Struct, frozen=True):
    item: str
    quantity: Decimal
    price: Price
    money: Decimal | None = None


class Answer(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    by_condition: dict[str, Decimal]
    rest: Decimal | None = None


def test_quantities_lose_their_zeros_and_exponents_and_money_keeps_its_digits() -> None:
    line = Line("5.000", Decimal("5.000000"), Price(Decimal("2.50"), "GBP"), Decimal("12.50"))
    told = msgspec.json.encode(tidied(Answer((line,), {"unrestricted": Decimal("1E+1")})))
    assert msgspec.json.decode(told) == {
        "lines": [
            {
                "item": "5.000", "quantity": "5", "money": "12.50",
                "price": {"amount": "2.50", "currency": "GBP"},
            }
        ],
        "by_condition": {"unrestricted": "10"},
        "rest": None,
    }  # fmt: skip
