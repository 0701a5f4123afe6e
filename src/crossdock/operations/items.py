"""Is there such an item? Asked before anything is said of its stock, so that a typing error is not told as zero."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from crossdock.masterdata import Masterdata
from crossdock.model.masterdata import Item
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations.problems import FieldError, Problem, not_found
from crossdock.store import Connection, Store, load_queries

SQL = load_queries(Path(__file__).with_name("items.sql"))
_MOST = 200_000


class KnownItems:
    """Which items there are: those in master data, and those in the books whatever master data say.

    Goods that were counted in are there and may be promised, also if the ERP has not told us what they are: to hide
    them would hide the problem. Items found are remembered, for they do not vanish; so a call for one costs no query,
    nor does one for an item that the master data in memory know.
    """

    def __init__(self, store: Store, masterdata: Masterdata | None = None) -> None:
        self._store = store
        self._masterdata = masterdata or Masterdata()
        self._known: set[tuple[str, str]] = set()

    async def must_know(self, company_id: str, item: str, pointer: str = "") -> None:
        """Raise `Problem` for an item that nobody ever told us of; `pointer` says where in the request it stands."""
        if (company_id, item) in self._known or self._masterdata.item(company_id, item) is not None:
            return
        async with self._store.connection() as connection:
            if not await connection.fetchval(SQL.known, company_id, item):
                raise no_item(item, company_id, pointer)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known.add((company_id, item))

    async def must_know_customer(
        self, company_id: str, customer: str, policies: StockPolicies, pointer: str = ""
    ) -> None:
        """Raise `Problem` for a customer that neither master data nor a rule name; the store is asked only then."""
        if self._masterdata.customer(company_id, customer) is not None or _in_a_rule(customer, policies):
            return
        async with self._store.connection() as connection:
            if not await connection.fetchval(SQL.customer, customer, [company_id]):
                raise _no_customer(customer, pointer)

    def known_to_masterdata(self, company_id: str, item: str) -> Item | None:
        """An item as the master data in memory know it."""
        return self._masterdata.item(company_id, item)

    def unit(self, company_id: str, item: str) -> str:
        """The base unit of an item that the master data in memory know; else empty."""
        found = self._masterdata.item(company_id, item)
        return found.unit if found is not None else ""


async def must_be_an_item(tx: Connection, item: str, companies: Sequence[str] | None) -> list[str]:
    """Whose an item is, of these companies (None: of all). Raises `Problem` for one that nobody ever told us of."""
    owners = [row["company_id"] for row in await tx.fetch(SQL.owners, item, companies)]
    if not owners:
        raise no_item(item, companies[0] if companies is not None and len(companies) == 1 else "")
    return owners


async def must_be_a_customer(
    tx: Connection, customer: str, companies: Sequence[str] | None, policies: StockPolicies
) -> None:
    """Raise `Problem` for a customer that neither the master data of these companies (None: of all) nor a rule name."""
    if not _in_a_rule(customer, policies) and not await tx.fetchval(SQL.customer, customer, companies):
        raise _no_customer(customer)


def _in_a_rule(customer: str, policies: StockPolicies) -> bool:
    rules = (rule for table in msgspec.structs.astuple(policies) for rule in table)
    return any(customer in rule.scope.customers for rule in rules)


def _no_customer(customer: str, pointer: str = "") -> Problem:
    faults = [FieldError(pointer, "names no customer")] if pointer else ()
    return not_found(f"customer {customer!r}", "A customer is known once the ERP has told of it.", faults)


async def without_master_data(tx: Connection, item: str, companies: list[str]) -> tuple[str, ...]:
    """Those of the companies whose master data do not know the item."""
    known = {row["company_id"] for row in await tx.fetch(SQL.in_master_data, item, companies)}
    return tuple(company for company in companies if company not in known)


def no_item(item: str, company_id: str = "", pointer: str = "") -> Problem:
    """There is no such item, neither in master data nor in the books, for this actor."""
    where = f" in {company_id}" if company_id else " in any company"
    return not_found(
        f"item {item!r}{where}, neither in master data nor in the stock books",
        "Check the spelling: it is our own item id, such as 85123A. A new item is known once the ERP was asked for its "
        "items. `crossdock stock list` names those in stock.",
        [FieldError(pointer, "names no item")] if pointer else (),
    )
