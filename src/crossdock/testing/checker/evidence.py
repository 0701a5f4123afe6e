"""Everything the invariants judge from, read once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from crossdock.testing.checker.books import Books
from crossdock.testing.checker.product import Problem, Product, TermsOfProject
from crossdock.testing.checker.purchasing import PurchaseOrder, Purchasing
from crossdock.testing.checker.sales import Sales
from crossdock.testing.checker.sales_documents import Order
from crossdock.testing.checker.warehouse import Warehouses

HOLDS = frozenset({"credit_hold", "unknown_customer", "price_outside_tolerance"})
"""Problems for which an order waits before anybody else hears of it."""
SHORTAGES = frozenset({"told_shortage", "backorder_without_supply", "drop_ship_refused"})
"""Problems by which a person owns what an order still misses."""


class Evidence:
    """The books from all sides, the product, and the agreed terms."""

    def __init__(self, books: Books, product: Product, warehouses: Warehouses, terms: TermsOfProject) -> None:
        self.books = books
        self.product = product
        self.warehouses = warehouses
        self.terms = terms

    @cached_property
    def sales(self) -> Sales:
        """The selling side."""
        return Sales(self.books)

    @cached_property
    def purchasing(self) -> Purchasing:
        """The buying side."""
        return Purchasing(self.books)

    def held(self, order: Order) -> bool:
        """Does the order wait for a person, before anybody else has heard of it?"""
        if self.sales.posted.get(order.key):
            return False
        return any(problem.is_open and problem.code in HOLDS for problem in self.product.problems_of(order.case))

    def shortages(self, order: Order, line_id: str) -> list[Problem]:
        """The problems, open or closed, by which somebody owns a shortage of this line."""
        problems = self.product.problems_of(order.case)
        return [problem for problem in problems if problem.code in SHORTAGES and problem.names(line_id)]

    def excused(self, order: PurchaseOrder, line_id: str) -> bool:
        """Was a person ever asked about this line, by its order or by an invoice that charges it?

        That a document came late explains nothing once it came, and a syntax receipt explains no goods at all.
        """
        asked = (
            problem
            for problem in self.product.problems_of(order.case)
            if problem.names(line_id)
            and not problem.code.startswith("functional_acknowledgement")
            and (problem.is_open or not problem.code.endswith("_overdue"))
        )
        return any(asked) or any(self.product.problems_of(case) for case in self._charging[(*order.key, line_id)])

    def owned(self, order: PurchaseOrder, line_id: str, document: str) -> bool:
        """Was a person asked about this line, or may the document that it lacks still come?

        Business days pass while we read: the document's date may be over since the exception cases were read, so these
        are read anew before the answer is no.
        """
        if self.excused(order, line_id) or self.product.still_expects(*order.key, document):
            return True
        self.product.forget_problems()
        return self.excused(order, line_id)

    @cached_property
    def _charging(self) -> dict[tuple[str, str, str], set[str]]:
        """Purchase order line -> cases of the invoices that charge it."""
        found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for charge in self.purchasing.charges:
            for line in charge.lines:
                found[(*line.order, line.line)].add(charge.case)
        return found
