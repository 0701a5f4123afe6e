"""What the books tell of supply: ordered, answered, announced, sent, received, charged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from crossdock.testing.checker.books import Body, Books, Entry, number
from crossdock.testing.checker.drop_ships import DropShips
from crossdock.testing.checker.warehouse import POSTED_AS

ZERO = Decimal(0)
OrderKey = tuple[str, str]
"""Company and purchase order number."""
LineKey = tuple[str, str, str]
"""Company, purchase order number, line."""


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A purchase order line in one revision."""

    item: str
    quantity: Decimal
    price: Decimal
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """A purchase order as the ERP has it in one revision."""

    number: int
    lines: dict[str, OrderedLine]


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """A purchase order of the ERP, or one that it was told of."""

    company: str
    number: str
    supplier: str
    revisions: tuple[Revision, ...]

    @property
    def key(self) -> OrderKey:
        """Company and number."""
        return self.company, self.number

    @property
    def last(self) -> dict[str, OrderedLine]:
        """The lines as they stand in the end."""
        return self.revisions[-1].lines

    @property
    def case(self) -> str:
        """The id of its case in the product."""
        return f"purchase_order/{self.company}/{self.number}"

    @property
    def shown(self) -> str:
        """How a violation names it."""
        return f"purchase order {self.number} of {self.company}"


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """A line of a supplier's invoice."""

    order: OrderKey
    line: str
    item: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A supplier's invoice, as sent or as posted."""

    company: str
    supplier: str
    number: str
    total: Decimal
    lines: tuple[ChargedLine, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Company, supplier, number."""
        return self.company, self.supplier, self.number

    @property
    def case(self) -> str:
        """The id of its case in the product."""
        return f"supplier_invoice/{self.company}/{self.supplier}/{self.number}"

    @property
    def shown(self) -> str:
        """How a violation names it."""
        return f"invoice {self.number} of {self.supplier} to {self.company}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a supplier knows of one line: the last it was told."""

    item: str
    quantity: Decimal
    price: Decimal
    cancelled: bool


class Purchasing:
    """The buying side of the books."""

    def __init__(self, books: Books) -> None:
        self.drop_ships = DropShips(books)
        self.orders = _orders(books) | _dropped(self.drop_ships)
        self.taken = _grouped(books.effects("order.taken"))
        self.changed = _grouped(books.effects("order.changed"))
        self.answers = books.effects("sent.855")
        self.notices = books.effects("sent.856")
        self.sent_goods = books.effects("goods.sent")
        self.charges = [_charge_sent(entry) for entry in books.effects("sent.810")]
        self.posted_charges = [_charge_posted(entry.body) for entry in books.effects("vendor_invoices")]
        self._answers_by_order = _grouped(self.answers)
        self._confirmations_by_order: dict[OrderKey, list[Entry]] = defaultdict(list)
        for entry in books.effects("po_confirmations"):
            self._confirmations_by_order[entry.body["entity"], entry.body["po_number"]].append(entry)
        self.receipts = books.effects("sent.receipt.confirmed")
        self.counted = _counted(self.receipts)
        for key, quantity in self.drop_ships.announced.items():
            self.counted[key]["good"] += quantity
        self.weighed = _weighed(self.receipts)

    def told(self, order: PurchaseOrder) -> dict[str, Told]:
        """What the supplier knows in the end: the order with every change it was told."""
        known: dict[str, Told] = {}
        for entry in (*self.taken.get(order.key, ()), *self.changed.get(order.key, ())):
            for line in entry.body["lines"]:
                before = known.get(line["line"])
                cancelled = line.get("change") == "DI"
                quantity, price = number(line["qty"]), number(line["price"])
                known[line["line"]] = Told(
                    item=line["item"] or (before.item if before else ""),
                    quantity=quantity or (before.quantity if before else ZERO),
                    price=price or (before.price if before else ZERO),
                    cancelled=cancelled,
                )
        return known

    def answered(self, order: PurchaseOrder) -> dict[str, list[Body]]:
        """The supplier's answers of the highest revision that speaks of each line."""
        found: dict[str, tuple[int, list[Body]]] = {}
        for entry in self._answers_by_order.get(order.key, ()):
            revision = int(entry.body.get("revision") or 0)
            fresh: dict[str, list[Body]] = defaultdict(list)
            for answer in entry.body["answers"]:
                fresh[answer["line"]].append(answer)
            for line, answers in fresh.items():
                if line not in found or revision >= found[line][0]:
                    found[line] = (revision, answers)
        return {line: answers for line, (_, answers) in found.items()}

    def confirmed(self, order: PurchaseOrder) -> dict[str, list[Body]]:
        """What the ERP was told of the supplier's answers, by line; the last confirmation that speaks of it."""
        found: dict[str, list[Body]] = {}
        for entry in self._confirmations_by_order.get(order.key, ()):
            fresh: dict[str, list[Body]] = defaultdict(list)
            for line in entry.body["lines"]:
                fresh[line["line"]].append(line)
            found |= fresh
        return found


def _grouped(entries: list[Entry]) -> dict[OrderKey, list[Entry]]:
    found: dict[OrderKey, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.entity, entry.body["order"]].append(entry)
    return found


def _orders(books: Books) -> dict[OrderKey, PurchaseOrder]:
    revisions: dict[OrderKey, list[Revision]] = defaultdict(list)
    suppliers: dict[OrderKey, str] = {}
    for entry in books.effects("purchase_order.create", "purchase_order.change"):
        body = entry.body
        key = (body["entity"], body["po_number"])
        suppliers[key] = body["vendor"]
        lines = {
            one["line"]: OrderedLine(
                one["item"], number(one["qty"]), number(one["unit_cost"]), one.get("status") == "CANCELLED"
            )
            for one in body["lines"]
        }
        revisions[key].append(Revision(int(body["revision"]), lines))
    return {
        key: PurchaseOrder(*key, suppliers[key], tuple(sorted(found, key=lambda one: one.number)))
        for key, found in revisions.items()
    }


def _dropped(drop_ships: DropShips) -> dict[OrderKey, PurchaseOrder]:
    """Orders for goods that go straight to customers: the ERP was told of them, and never changes them."""
    found = {}
    for key, order in drop_ships.orders.items():
        lines = {
            one["line"]: OrderedLine(one["item"], number(one["qty"]), number(one["unit_cost"]))
            for one in order.entry.body["lines"]
        }
        found[key] = PurchaseOrder(*key, order.supplier, (Revision(0, lines),))
    return found


def _charge_sent(entry: Entry) -> Charge:
    body = entry.body
    lines = tuple(
        ChargedLine((entry.entity, one["po"]), one["po_line"], one["item"], number(one["qty"]), number(one["price"]))
        for one in body["lines"]
    )
    return Charge(entry.entity, entry.system, body["invoice"], number(body["total"]), lines)


def _charge_posted(body: Body) -> Charge:
    company = body["entity"]
    lines = tuple(
        ChargedLine((company, one["po_number"]), one["po_line"], one["item"], number(one["qty"]), number(one["price"]))
        for one in body["lines"]
    )
    return Charge(company, body["vendor"], body["invoice"], number(body["total"]), lines)


def _counted(receipts: list[Entry]) -> dict[LineKey, dict[str, Decimal]]:
    """What warehouses counted of each order line, by condition in the ERP's words."""
    found: dict[LineKey, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in receipts:
        data = entry.body["data"]
        for line in data["lines"]:
            key = (data["owner"], line.get("po", ""), line.get("po_line", ""))
            found[key][POSTED_AS[line["condition"]]] += number(line["qty"])
    return found


def _weighed(receipts: list[Entry]) -> dict[LineKey, Decimal]:
    """What the good ones of each order line weigh, of goods that are paid for by weight."""
    found: dict[LineKey, Decimal] = defaultdict(Decimal)
    for entry in receipts:
        data = entry.body["data"]
        for line in data["lines"]:
            if line.get("weight") and POSTED_AS[line["condition"]] == "good":
                found[data["owner"], line.get("po", ""), line.get("po_line", "")] += number(line["weight"])
    return dict(found)
