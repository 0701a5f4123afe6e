"""What is wrong with a receipt, and dates from lead times."""

from decimal import Decimal

from crossdock.model.masterdata import SupplierTerms
from crossdock.rules.receiving import Counted, findings

TERMS = SupplierTerms(quantity_under_percent=Decimal(10), quantity_over_percent=Decimal(5))


def found(good: int, bad: int = 0, *, complete: bool = True) -> list[tuple[str, Decimal]]:
    return list(findings(TERMS, Decimal(100), Counted(Decimal(good), Decimal(bad), complete)))


def test_small_differences_lie_inside_the_terms() -> None:
    assert found(90) == found(100) == found(105) == []


def test_more_than_the_terms_allow_is_over() -> None:
    assert found(106) == [("over", Decimal(6))]


def test_too_little_is_short_only_when_nothing_more_is_to_come() -> None:
    assert found(89) == [("short", Decimal(11))]
    assert found(89, complete=False) == []


def test_damaged_goods_matter_until_they_are_replaced() -> None:
    assert found(95, 5) == [("damaged", Decimal(5))]
    assert found(100, 5) == []
