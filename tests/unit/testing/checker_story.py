"""A small right story in hand-written books: every kind of document once or twice, told by the systems themselves.

Four orders: 1001 of the shop, with a backorder that was filled; 1002 of the marketplace, of which three are still
short; 1003 of an EDI customer; 1004 of the shop, held for credit. A fifth was refused. One purchase order with a
change, received over two conditions; one return, one adjustment.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from crossdock.testing.checker.books import Books, Entry
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants import judge_all
from crossdock.testing.checker.product import Problem, Product, TermsOfProject
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.warehouse import Warehouses

Body = dict[str, Any]
UK = "albion_uk"


class FakeProduct(Product):
    """Answers from what a test says."""

    def __init__(self) -> None:
        super().__init__("true", "http://nowhere", "key")
        self.problems = (
            Problem("sales_order/albion_uk/shop/1004", "credit_hold", owner="customer_service"),
            Problem(
                "sales_order/albion_uk/marketplace/1002",
                "told_shortage",
                lines=("1",),
                owner="buyer",
                expected_on="2010-12-09",
            ),
            Problem(
                "supplier_invoice/albion_uk/brightware/BI2", "invoice_mismatch", lines=("1",), owner="accounts_payable"
            ),
        )
        self.dead_letters = []
        self.expected: set[tuple[str, str, str]] = set()
        self.meanwhile: tuple[Problem, ...] = ()
        """Exception cases that are opened after the first reading."""
        self.stock = [
            {"company": UK, "item": "A", "location": "north", **levels("14", quarantined="0", damaged="1")},
            {"company": UK, "item": "B", "location": "north", **levels("8")},
            {"company": UK, "item": "C", "location": "north", **levels("0")},
        ]
        self.stock_verification = {"compared": {"asked_grants_are_backed": 4}, "discrepancies": []}
        self.doctor = {"work_left": {"events": 0, "deliveries": 0, "deadlines": 0, "documents": 0}}
        self.projections = [{"table": "timeline", "rows": 7, "only_standing": 0, "only_rebuilt": 0}]
        self.happened = {
            "sales_order/albion_uk/shop/1001": ["SalesOrderPlaced", *["SalesOrderLinesShipped"] * 2],
            "sales_order/albion_uk/marketplace/1002": ["SalesOrderPlaced", "SalesOrderLinesShipped"],
            "sales_order/albion_uk/homestead/1003": ["SalesOrderPlaced", "SalesOrderLinesShipped"],
            "sales_order/albion_uk/shop/1004": ["SalesOrderPlaced"],
            **{f"shipment/albion_uk/north/SHN{n}": ["ShipmentDispatched"] for n in range(1, 5)},
            "goods_receipt/albion_uk/north/RCN1": ["GoodsReceiptPosted"],
        }
        self.orders = {
            (UK, "1001"): "delivered",
            (UK, "1002"): "backordered",
            (UK, "1003"): "delivered",
            (UK, "1004"): "held",
        }

    def forget_problems(self) -> None:
        self.problems += self.meanwhile
        self.meanwhile = ()

    def still_expects(self, company: str, purchase_order: str, name: str) -> bool:
        return (company, purchase_order, name) in self.expected

    def events_of(self, case: str) -> list[str]:
        return self.happened.get(case, [])

    def problems_of(self, case: str) -> list[Problem]:
        """Not remembered: tests change the problems."""
        return [problem for problem in self.problems if problem.case == case]


def levels(unrestricted: str, *, quarantined: str = "0", damaged: str = "0") -> Body:
    return {
        "unrestricted": unrestricted,
        "picked": "0",
        "packed": "0",
        "quarantined": quarantined,
        "damaged": damaged,
    }


class Story:
    """Books that a test may bend. Requests and effects keep their order; numbers are given at the end."""

    def __init__(self) -> None:
        self.requests: list[Body] = []
        self.effects: list[Body] = []
        self.product = FakeProduct()
        self.now = UK

    def did(self, system: str, kind: str, key: str, body: Body, *, by: str = "") -> None:
        """An effect."""
        self.effects.append(_entry(system, kind, key, body) | {"idempotency_key": by})

    def asked(self, system: str, kind: str, key: str, body: Body, *, by: str, outcome: str = "accepted") -> None:
        """A request."""
        self.requests.append(_entry(system, kind, key, body) | {"idempotency_key": by, "outcome": outcome})

    def took(self, system: str, kind: str, key: str, body: Body, *, effect: str = "", by: str = "") -> None:
        """A request with its effect."""
        key_used = by or f"{kind}:{key}"
        self.asked(system, kind, key, body, by=key_used)
        self.did(system, effect or kind, key, body, by=key_used)

    def find(self, book: str, kind: str, key: str = "") -> list[Body]:
        """Entries of a kind, to be bent in place."""
        entries = self.requests if book == "requests" else self.effects
        return [entry for entry in entries if entry["kind"] == kind and key in ("", entry["key"])]

    def drop(self, kind: str, key: str = "", *, requests: str = "") -> None:
        """Nothing of a kind ever happened, nor was it asked for."""
        kinds = {kind, requests}
        self.effects = [each for each in self.effects if not (each["kind"] in kinds and key in ("", each["key"]))]
        self.requests = [each for each in self.requests if not (each["kind"] in kinds and key in ("", each["key"]))]

    def again(self, kind: str, key: str = "") -> Body:
        """The first effect of a kind happens once more; returns the copy, to be bent."""
        twin = copy.deepcopy(self.find("effects", kind, key)[0])
        self.effects.append(twin)
        return twin

    def books(self) -> Books:
        """As the checker reads them."""
        return Books(_numbered(self.requests), _numbered(self.effects))

    def evidence(self) -> Evidence:
        """As the invariants judge it."""
        books = self.books()
        return Evidence(books, self.product, Warehouses(books), TermsOfProject())

    def rulings(self) -> dict[str, Ruling]:
        """The verdicts by name."""
        return {ruling.name: ruling for ruling in judge_all(self.evidence())}

    def broken(self, name: str) -> str:
        """What breaks an invariant, in words; fails if it holds."""
        ruling = self.rulings()[name]
        assert not ruling.held, f"{name} holds, {ruling.checked} facts"
        return "\n".join(ruling.violations)


def _entry(system: str, kind: str, key: str, body: Body) -> Body:
    """Channels are not told whose order or stock it is."""
    company = "" if kind in ("order_updates", "order_update", "stock_levels") else UK
    return {"system": system, "kind": kind, "key": key, "entity": company, "body": body}


def _numbered(entries: list[Body]) -> list[Entry]:
    counts: dict[str, int] = {}
    numbered = []
    for entry in entries:
        counts[entry["system"]] = counts.get(entry["system"], 0) + 1
        numbered.append(Entry(n=counts[entry["system"]], **copy.deepcopy(entry)))
    return numbered


Bend = Callable[[Story], None]


def right_story() -> Story:
    """Everything as it should be."""
    story = Story()
    opening = [{"owner": UK, "sku": "A", "qty": "20"}, {"owner": UK, "sku": "B", "qty": "6"}]
    story.did(
        "wms_north",
        "stock.opening",
        "north",
        {"site": "north", "levels": [*opening, {**opening[0], "sku": "C", "qty": "1"}]},
    )
    _orders(story)
    _first_shipments(story)
    _supply(story)
    _backorder(story)
    _edi_order(story)
    _return(story)
    _levels_published(story)
    return story


def _orders(story: Story) -> None:
    lines = [
        {"line": "1", "item": "A", "quantity": "6", "price": "2.55"},
        {"line": "2", "item": "B", "quantity": "10", "price": "1.00"},
        {"line": "3", "item": "C", "quantity": "1", "price": "0", "sample": True},
    ]
    charges = [{"code": "POST", "amount": "18.00", "description": "Postage"}]
    shop_order(story, "1001", lines, charges, "accepted")
    shop_order(story, "1004", [lines[0]], [], "accepted")
    shop_order(story, "1005", [lines[0]], [], "refused")
    items = [{"line": "1", "sku": "A", "qty": "5", "price": "2.60", "title": ""}]
    feed = {"id": "1002", "entity": UK, "buyer": "CASH", "items": items, "fees": []}
    story.did("marketplace", "order.placed", "1002", feed)
    erp_order(story, "1001", "shop", "17850", [("1", "A", "6", "2.55"), ("2", "B", "10", "1.00"), ("3", "C", "1", "0")],
              [{"code": "POST", "amount": "18.00"}])  # fmt: skip
    erp_order(story, "1002", "marketplace", "CASH", [("1", "A", "5", "2.60")], [])
    told = [("1", "released", "6"), ("2", "backordered", "10"), ("3", "released", "1")]
    update(story, "shop", "1001", 1, "backordered", told)
    update(story, "marketplace", "1002", 1, "backordered", [("1", "backordered", "5")])


def shop_order(story: Story, number: str, lines: list[Body], charges: list[Body], answer: str) -> None:
    body = {"company": UK, "number": number, "customer": "17850", "lines": lines, "charges": charges}
    story.did("shop", "order.placed", number, body, by=f"shop-{number}")
    story.did("shop", f"order.{answer}", number, {"status": 202}, by=f"shop-{number}")


def erp_order(
    story: Story, number: str, channel: str, customer: str, lines: list[tuple[str, ...]], charges: list[Body]
) -> None:
    rows = [dict(zip(("line", "item", "qty", "price"), line, strict=True)) for line in lines]
    body = {"entity": UK, "channel": channel, "order": number, "customer": customer, "lines": rows, "charges": charges}
    story.took("erp", "sales_orders", number, body)


def update(story: Story, channel: str, order: str, sequence: int, status: str, lines: list[tuple[str, ...]]) -> None:
    rows = [dict(zip(("line", "state", "quantity"), line, strict=True)) for line in lines]
    body = {"sequence": sequence, "status": status, "lines": rows}
    story.took(channel, "order_updates", order, body, effect="order_update", by=f"update-{order}-{sequence}")


def ship(
    story: Story,
    reference: str,
    channel: str,
    order: str,
    customer: str,
    lines: list[tuple[str, ...]],
    receipt: str = "",
) -> None:
    """A shipping order, as far as packed; straight from a receipt, if that is said."""
    rows = [dict(zip(("order_line", "sku", "qty"), line, strict=True)) for line in lines]
    body = {"owner": UK, "order_ref": reference, "channel": channel, "sales_order": order, "customer": customer}
    straight: Body = {"cross_dock": receipt} if receipt else {}
    story.took("wms_north", "shipping_orders", reference, body | straight | {"lines": rows}, effect="shipping_order")
    for step in ("cross_docked",) if receipt else ("picked", "packed"):
        data = {"owner": UK, "site": "north", "order_ref": reference, "lines": rows}
        story.did("wms_north", f"sent.order.{step}", reference, {"data": data})


def dispatch(story: Story, shipment: str, carried: list[tuple[str, str, str, list[tuple[str, ...]]]]) -> None:
    """A shipment, its consignment, and its delivery; `carried` is (reference, channel, order, lines) each."""
    orders = [
        {
            "order_ref": reference,
            "channel": channel,
            "sales_order": order,
            "lines": [dict(zip(("order_line", "sku", "qty"), line, strict=True)) for line in lines],
        }
        for reference, channel, order, lines in carried
    ]
    data = {"owner": UK, "site": "north", "shipment": shipment, "orders": orders}
    story.did("wms_north", "sent.shipment.dispatched", shipment, {"data": data})
    reference = f"north.{shipment}"
    consignment = {"reference": reference, "shipper": UK, "site": "north"}
    story.took("carrier", "consignments", reference, consignment, effect="consignment")
    for code in ("PU", "DL"):
        story.did("carrier", "sent.tracking.updated", reference, {"data": {"reference": reference, "code": code}})


def invoice(
    story: Story, number: str, order: str, customer: str, lines: list[tuple[str, ...]], total: str, charges: list[Body]
) -> None:
    """An invoice in the ERP; lines are (order line, item, quantity, price)."""
    rows = [
        {"line": str(n), "order": order, "order_line": line, "item": item, "qty": quantity, "price": price}
        for n, (line, item, quantity, price) in enumerate(lines, 1)
    ]
    body = {"entity": UK, "invoice": number, "customer": customer, "order": order, "total": total, "lines": rows}
    story.took("erp", "customer_invoices", number, body | {"charges": charges})


def _first_shipments(story: Story) -> None:
    first = [("1", "A", "6"), ("2", "B", "6"), ("3", "C", "1")]
    ship(story, "1001-north-1", "shop", "1001", "17850", first)
    ship(story, "1002-north-1", "marketplace", "1002", "CASH", [("1", "A", "2")])
    dispatch(story, "SHN1", [("1001-north-1", "shop", "1001", first)])
    dispatch(story, "SHN2", [("1002-north-1", "marketplace", "1002", [("1", "A", "2")])])
    charges = [{"code": "POST", "amount": "18.00"}]
    lines = [("1", "A", "6", "2.55"), ("2", "B", "6", "1.00"), ("3", "C", "1", "0")]
    invoice(story, "INV-1001-1", "1001", "17850", lines, "39.30", charges)
    invoice(story, "INV-1002-1", "1002", "CASH", [("1", "A", "2", "2.60")], "5.20", [])
    update(story, "shop", "1001", 2, "partially_shipped", [("1", "shipped", "6"), ("2", "backordered", "10")])
    update(story, "marketplace", "1002", 2, "partially_shipped", [("1", "backordered", "5")])


def _supply(story: Story) -> None:
    """Ordered: 12 of B and 6, then 8, of A. All of B comes; of A one is damaged, so its invoice is disputed."""
    lines = [po_line("10", "B", "12", "0.40"), po_line("20", "A", "6", "1.02")]
    order = {"entity": UK, "po_number": "4500001", "revision": 0, "vendor": "brightware", "site": "north"}
    story.did("erp", "purchase_order.create", "4500001", order | {"lines": lines})
    supplier_took(story, "850", "order.taken", "4500001", 0, lines, "PO/1")
    answer(story, 0, [("10", "IA", "12", "0.40"), ("20", "IA", "6", "1.02")], "1")
    changed = [lines[0], po_line("20", "A", "8", "1.02")]
    story.did("erp", "purchase_order.change", "4500001", order | {"revision": 1, "lines": changed})
    supplier_took(story, "860", "order.changed", "4500001.1", 1, [changed[1]], "PC/2")
    answer(story, 1, [("10", "IA", "12", "0.40"), ("20", "IA", "8", "1.02")], "2")
    goods = [
        {"po": "4500001", "po_line": "10", "item": "B", "qty": "12", "price": "0.40", "notice": "BN1"},
        {"po": "4500001", "po_line": "20", "item": "A", "qty": "8", "price": "1.02", "notice": "BN1"},
    ]
    story.did("brightware", "goods.sent", "BN1", {"notice": "BN1", "ship_to": "north", "parcels": []})
    sent(story, "856", "BN1", {"notice": "BN1", "ship_to": "north", "lines": goods}, "3")
    advised = [
        {"po": each["po"], "po_line": each["po_line"], "sku": each["item"], "qty": each["qty"]} for each in goods
    ]
    advice = {"owner": UK, "advice": "BN1", "vendor": "brightware", "lines": advised}
    story.took("wms_north", "inbound_advices", "BN1", advice, effect="inbound_advice")
    receipt(story, "RCN1", [("10", "B", "12", "OK"), ("20", "A", "7", "OK"), ("20", "A", "1", "DMG")])
    supplier_invoice(story, "BI1", [("10", "B", "12", "0.40")], "4.80", "4")
    supplier_invoice(story, "BI2", [("20", "A", "8", "1.02")], "8.16", "5")
    rows = [{"line": "1", "po_number": "4500001", "po_line": "10", "item": "B", "qty": "12", "price": "0.40"}]
    posted = {"entity": UK, "invoice": "BI1", "vendor": "brightware", "total": "4.80", "lines": rows}
    story.took("erp", "vendor_invoices", "BI1", posted)


def po_line(line: str, item: str, quantity: str, cost: str, status: str = "OPEN") -> Body:
    return {"line": line, "item": item, "qty": quantity, "unit_cost": cost, "status": status}


def supplier_took(story: Story, kind: str, effect: str, key: str, revision: int, lines: list[Body], group: str) -> None:
    told = [
        {"line": one["line"], "item": one["item"], "qty": one["qty"], "price": one["unit_cost"],
         "change": "QI" if revision else ""}
        for one in lines
    ]  # fmt: skip
    body = {"order": key.split(".")[0], "revision": revision, "lines": told}
    story.asked("brightware", kind, key, body, by=group)
    story.did("brightware", effect, key, body)


def answer(story: Story, revision: int, lines: list[tuple[str, ...]], control: str) -> None:
    """An 855 and its confirmation in the ERP."""
    answers = [dict(zip(("line", "code", "qty", "price"), line, strict=True)) for line in lines]
    key = f"4500001.{revision}" if revision else "4500001"
    sent(story, "855", key, {"order": "4500001", "revision": revision, "answers": answers}, control)
    rows = [{"line": line, "answer": "accepted", "qty": quantity, "price": price} for line, _, quantity, price in lines]
    body = {"entity": UK, "po_number": "4500001", "revision": revision, "lines": rows}
    story.took("erp", "po_confirmations", "4500001", body, by=f"confirmation-{revision}")


def sent(story: Story, kind: str, key: str, body: Body, control: str, *, partner: str = "brightware") -> None:
    """A document of a partner, and our 997 for it."""
    name = f"ALBIONUK-{int(control):09d}-{kind}.edi"
    story.did(partner, f"sent.{kind}", key, body | {"file": name})
    group = {"850": "PO", "855": "PR", "856": "SH", "810": "IN"}[kind]
    story.asked(partner, "997", f"{group}/{control}", {"group": f"{group}/{control}"}, by=f"FA/{control}")


def receipt(story: Story, number: str, lines: list[tuple[str, ...]]) -> None:
    """A receipt and its posting; lines are (order line, item, quantity, condition)."""
    told = [
        {"line": str(n), "advice": "BN1", "po": "4500001", "po_line": line, "sku": sku, "qty": quantity,
         "condition": condition}
        for n, (line, sku, quantity, condition) in enumerate(lines, 1)
    ]  # fmt: skip
    data = {"owner": UK, "site": "north", "receipt": number, "vendor": "brightware", "advices_closed": ["BN1"]}
    story.did("wms_north", "sent.receipt.confirmed", number, {"data": data | {"lines": told}})
    words = {"OK": "good", "DMG": "damaged", "QUA": "quarantined"}
    rows = [
        {"line": str(n), "po_number": "4500001", "po_line": line, "item": sku, "qty": quantity,
         "condition": words[condition]}
        for n, (line, sku, quantity, condition) in enumerate(lines, 1)
    ]  # fmt: skip
    story.took("erp", "goods_receipts", number, {"entity": UK, "site": "north", "receipt": number, "lines": rows})


def supplier_invoice(story: Story, number: str, lines: list[tuple[str, ...]], total: str, control: str) -> None:
    rows = [
        {"po": "4500001", "po_line": line, "item": item, "qty": quantity, "price": price, "notice": "BN1"}
        for line, item, quantity, price in lines
    ]
    sent(story, "810", number, {"invoice": number, "currency": "GBP", "total": total, "lines": rows}, control)


def _backorder(story: Story) -> None:
    """The goods that came go straight to 1001, which still waited for them."""
    ship(story, "1001-north-2", "shop", "1001", "17850", [("2", "B", "4")], receipt="RCN1")
    dispatch(story, "SHN3", [("1001-north-2", "shop", "1001", [("2", "B", "4")])])
    invoice(story, "INV-1001-2", "1001", "17850", [("2", "B", "4", "1.00")], "4.00", [])
    update(story, "shop", "1001", 3, "shipped", [("1", "shipped", "6"), ("2", "shipped", "10"), ("3", "shipped", "1")])
    delivered = [("1", "delivered", "6"), ("2", "delivered", "10"), ("3", "delivered", "1")]
    update(story, "shop", "1001", 4, "delivered", delivered)


def _edi_order(story: Story) -> None:
    lines = [{"line": "1", "item": "A", "qty": "3", "price": "2.00"}]
    story.did("homestead", "order.placed", "1003", {"order": "1003", "customer": "18000", "lines": lines})
    sent(story, "850", "1003", {"order": "1003", "lines": lines}, "1", partner="homestead")
    erp_order(story, "1003", "homestead", "18000", [("1", "A", "3", "2.00")], [])
    told = {"order": "1003", "answers": [{"line": "1", "code": "IA", "qty": "3", "date": ""}]}
    retailer_took(story, "855", "1003", told, "PR/1")
    ship(story, "1003-north-1", "homestead", "1003", "18000", [("1", "A", "3")])
    dispatch(story, "SHN4", [("1003-north-1", "homestead", "1003", [("1", "A", "3")])])
    notice = {"notice": "north.SHN4", "lines": [{"order": "1003", "line": "1", "item": "HSA", "qty": "3"}]}
    retailer_took(story, "856", "north.SHN4", notice, "SH/2")
    invoice(story, "INV-1003-1", "1003", "18000", [("1", "A", "3", "2.00")], "6.00", [])
    row = {"line": "1", "order": "1003", "order_line": "1", "item": "HSA", "qty": "3", "price": "2.00"}
    retailer_took(story, "810", "INV-1003-1", {"invoice": "INV-1003-1", "total_cents": "600", "lines": [row]}, "IN/3")


def retailer_took(story: Story, kind: str, key: str, body: Body, group: str) -> None:
    story.asked("homestead", kind, key, body, by=group)
    story.did("homestead", f"taken.{kind}", key, body)


def _return(story: Story) -> None:
    """One of A comes back and is sold again; a count finds three of A missing."""
    line = {"line": "1", "item": "A", "qty": "1", "price": "2.55", "order": "1001", "order_line": "1"}
    record = {"entity": UK, "rma": "C7", "site": "north", "customer": "17850", "lines": [line]}
    story.did("erp", "return.created", "C7", record)
    advice = {"owner": UK, "rma": "C7", "customer": "17850", "lines": [{"line": "1", "sku": "A", "qty": "1"}]}
    story.took("wms_north", "return_advices", "C7", advice, effect="return_advice")
    for step, verdict in (("received", {}), ("inspected", {"verdict": "RESTOCK"})):
        rows = [{"line": "1", "sku": "A", "qty": "1", **verdict}]
        data = {"owner": UK, "site": "north", "rma": "C7", "lines": rows}
        story.did("wms_north", f"sent.return.{step}", "C7", {"data": data})
    row = {"line": "1", "order": "1001", "order_line": "1", "item": "A", "qty": "1", "price": "2.55"}
    note = {"entity": UK, "invoice": "CN-C7-1", "customer": "17850", "order": "1001", "total": "2.55", "lines": [row]}
    story.took("erp", "credit_notes", "CN-C7-1", note | {"charges": []})
    data = {"owner": UK, "site": "north", "number": "ADJN1", "lines": [{"line": "1", "sku": "A", "qty": "-3"}]}
    story.did("wms_north", "sent.stock.adjusted", "ADJN1", {"data": data})
    body = {"entity": UK, "site": "north", "number": "ADJN1", "lines": [{"line": "1", "item": "A", "qty": "-3"}]}
    story.took("erp", "stock_adjustments", "ADJN1", body)


def _levels_published(story: Story) -> None:
    for version in (1, 2):
        body = {"batch": f"batch{version}", "levels": [{"sku": "A", "quantity": "4", "version": version}]}
        key = f"albion_uk:availability:{version}"
        story.asked("shop", "stock_levels", f"batch{version}", body, by=key)
        story.did("shop", "stock_levels", f"batch{version}", {"levels": body["levels"]}, by=key)
