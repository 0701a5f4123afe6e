"""What belongs to one business object reached each system in the order in which it was said, without overtaking.

Judged at the systems, which wrote down when something came: an attempt that failed may be followed by its retry, never
by its successor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from crossdock.testing.checker.books import Books, Entry
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.sales import Sales


@dataclass(frozen=True, slots=True)
class Came:
    """A document with its place in the order of its object."""

    entry: Entry
    place: int


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Updates, shipping orders, purchase orders, confirmations, invoices, stock levels."""
    books = evidence.books
    _updates(books, ruling)
    _shipping_orders(books, ruling)
    _purchase_orders(books, ruling)
    _confirmations(books, ruling)
    _order_before_invoice(evidence.sales, books, ruling)
    _answer_before_invoice(books, ruling)
    _stock_levels(books, ruling)


def _updates(books: Books, ruling: Ruling) -> None:
    """A channel hears 1, 2, 3 of each order."""
    by_order: dict[tuple[str, str], list[Came]] = defaultdict(list)
    for entry in books.requests("order_updates"):
        if "sequence" in entry.body:
            by_order[entry.system, entry.key].append(Came(entry, int(entry.body["sequence"])))
    for (channel, order), came in by_order.items():
        _without_overtaking(f"{channel} order {order}: update", came, ruling, gapless=True)


def _shipping_orders(books: Books, ruling: Ruling) -> None:
    """A warehouse gets the shipping orders of one sales order in the order of their numbers, which end in `-n`."""
    by_order: dict[tuple[str, str, str], list[Came]] = defaultdict(list)
    for entry in books.requests("shipping_orders"):
        tail = entry.key.rpartition("-")[2]
        if tail.isdigit() and "sales_order" in entry.body:
            by_order[entry.system, entry.entity, entry.body["sales_order"]].append(Came(entry, int(tail)))
    for (warehouse, _, order), came in by_order.items():
        _without_overtaking(f"{warehouse} order {order}: shipping order", came, ruling)


def _without_overtaking(what: str, came: list[Came], ruling: Ruling, *, gapless: bool = False) -> None:
    """No attempt of a later document before the earlier one had its effect; no effect after a later one's."""
    done: set[int] = set()
    wanted = {each.place for each in came}
    for each in came:
        earlier = range(1, each.place) if gapless else (place for place in wanted if place < each.place)
        missing = [place for place in earlier if place not in done]
        words = f"{what} {each.place} came although {missing[0] if missing else ''} had not been taken"
        ruling.holds(not missing, words)
        if each.entry.outcome == "accepted":
            late = [place for place in done if place > each.place]
            ruling.holds(not late, f"{what} {each.place} was taken after {max(late, default=0)}")
            done.add(each.place)


def _purchase_orders(books: Books, ruling: Ruling) -> None:
    """A supplier gets the order before its changes, and revisions never fall."""
    seen: dict[tuple[str, str, str], int] = {}
    for entry in books.requests("850", "860"):
        if "order" not in entry.body or entry.outcome == "duplicate":
            continue
        key = (entry.system, entry.entity, entry.body["order"])
        revision = int(entry.body.get("revision") or 0)
        what = f"{entry.system} purchase order {key[2]} of {entry.entity}"
        if entry.kind == "860":
            ruling.holds(key in seen, f"{what}: change {revision} came before the order")
        before = seen.get(key, 0)
        ruling.holds(revision >= before, f"{what}: revision {revision} came after {before}")
        seen[key] = max(revision, before)


def _confirmations(books: Books, ruling: Ruling) -> None:
    """The ERP never hears of an older revision after a newer one."""
    seen: dict[tuple[str, str], int] = {}
    for entry in books.effects("po_confirmations"):
        key = (entry.entity, entry.key)
        revision, before = int(entry.body.get("revision") or 0), seen.get(key, 0)
        what = f"the ERP: purchase order {entry.key} of {entry.entity}"
        ruling.holds(revision >= before, f"{what}: confirmation of revision {revision} came after {before}")
        seen[key] = max(revision, before)


def _order_before_invoice(sales: Sales, books: Books, ruling: Ruling) -> None:
    """The ERP has a sales order before any invoice of it: the two kinds share one book, whose lines are counted."""
    posted = {(entry.body["entity"], entry.body["order"]): entry for entry in reversed(books.effects("sales_orders"))}
    for entry in books.effects("customer_invoices"):
        orders = {(entry.body["entity"], line["order"]) for line in entry.body["lines"] if line.get("order")}
        for key in sorted(orders):
            first = posted.get(key)
            before = first is not None and first.system == entry.system and first.n < entry.n
            ruling.holds(before, f"the ERP: invoice {entry.key} of {key[0]} came before its order {key[1]}")


def _answer_before_invoice(books: Books, ruling: Ruling) -> None:
    """An EDI customer's order is answered before it is charged. Files that wait together in a mailbox are read by
    name, so what counts is the control number under which they were sent."""
    answered: dict[tuple[str, str, str], int] = {}
    for entry in _accepted(books, "855"):
        answered.setdefault((entry.system, entry.entity, entry.key), _control_number(entry))
    for entry in _accepted(books, "810"):
        for order in sorted({line["order"] for line in entry.body.get("lines", ()) if line.get("order")}):
            first = answered.get((entry.system, entry.entity, order))
            before = first is not None and first < _control_number(entry)
            ruling.holds(before, f"{entry.system}: invoice {entry.key} was sent before the answer to order {order}")


def _accepted(books: Books, kind: str) -> Iterable[Entry]:
    return (entry for entry in books.requests(kind) if entry.outcome == "accepted")


def _control_number(entry: Entry) -> int:
    tail = entry.idempotency_key.rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0


def _stock_levels(books: Books, ruling: Ruling) -> None:
    """Versions of an article's stock level only rise at a channel."""
    last: dict[tuple[str, str, str], int] = {}
    for entry in books.requests("stock_levels"):
        if entry.outcome != "accepted":
            continue
        for level in entry.body.get("levels", ()):
            key = (entry.system, _owner(entry, level.get("entity", "")), level["sku"])
            version, before = int(level["version"]), last.get(key)
            words = f"{entry.system}: stock level of {level['sku']} in version {version} came after {before}"
            ruling.holds(before is None or version > before, words)
            last[key] = version

    for entry in books.effects("ignored_old"):
        skus = ", ".join(level["sku"] for level in entry.body["levels"][:3])
        ruling.fail(f"{entry.system} ignored stock levels that came after newer ones: {skus} ({entry.idempotency_key})")


def _owner(entry: Entry, named: str) -> str:
    """Whose stock it is. Where the vendor's form does not say, our key does: it begins with the company."""
    return named or entry.entity or entry.idempotency_key.partition(":")[0]
