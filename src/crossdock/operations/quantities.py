"""Quantities as they are told: without zeros at their end and without exponents, wherever they came from."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from crossdock.model.quantity import Money, Price, tidy

Told = TypeVar("Told")


def tidied(told: Told, money: Collection[str] = ("money",)) -> Told:
    """The same answer with every quantity in it as it is told. Money keeps its digits: of these fields, and in `Money`
    and `Price`."""
    found: Any = told
    if isinstance(told, Decimal):
        found = tidy(told)
    elif isinstance(told, tuple):
        found = tuple([tidied(one, money) for one in told])
    elif isinstance(told, list):
        found = [tidied(one, money) for one in told]
    elif isinstance(told, dict):
        found = {name: tidied(one, money) for name, one in told.items()}
    elif isinstance(told, msgspec.Struct) and not isinstance(told, Money | Price):
        values = {name: getattr(told, name) for name in told.__struct_fields__ if name not in money}
        changed = {name: new for name, old in values.items() if (new := tidied(old, money)) is not old}
        found = msgspec.structs.replace(told, **changed)
    return found  # type: ignore[no-any-return]
