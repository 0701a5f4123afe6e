"""Supply: orders and changes to the supplier, its answers to the ERP, its notices to the warehouse, its invoices."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import Books, Entry, number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.purchasing import PurchaseOrder
from crossdock.testing.checker.ruling import Ruling, shown

# A partner's file is named by its interchange, whose number its only group shares: `ALBIONUK-000000012-855.edi`.
_CONTROL_NUMBER = re.compile(r"-(\d{9})-")
_FUNCTIONAL_IDS = {"850": "PO", "855": "PR", "856": "SH", "810": "IN"}


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Everything that goes to suppliers and comes from them."""
    for order in evidence.purchasing.orders.values():
        _ordered(evidence, order, ruling)
        _answers_told(evidence, order, ruling)
    for key in evidence.purchasing.taken:
        known = key in evidence.purchasing.orders
        ruling.holds(known, f"a supplier got purchase order {key[1]} of {key[0]}, which the ERP never placed")
    _announced(evidence, ruling)
    _charged(evidence, ruling)
    _acknowledged(evidence.books, ruling)


def _ordered(evidence: Evidence, order: PurchaseOrder, ruling: Ruling) -> None:
    """The supplier got the order once and knows, in the end, each line as the ERP has it; else a person was asked."""
    problems = evidence.product.problems_of(order.case)
    taken = evidence.purchasing.taken.get(order.key, [])
    if not taken and any(each.is_open and each.code == "purchase_order_invalid" for each in problems):
        ruling.holds(True, "")
        return
    ruling.once(f"{order.shown} at {order.supplier}", taken)
    for entry in taken:
        ruling.equal(f"{order.shown} was taken by", order.supplier, entry.system)
    if not taken:
        return
    told, answers = evidence.purchasing.told(order), evidence.purchasing.answered(order)
    for line_id, line in order.last.items():
        known = told.pop(line_id, None)
        what = f"{order.shown} line {line_id}"
        if line.cancelled:
            same = known is None or known.cancelled
        else:
            same = known is not None and not known.cancelled and (known.item, known.price) == (line.item, line.price)
            # A change to what the supplier answered anyway is no news for it.
            given = [number(each["qty"]) for each in answers.get(line_id, ()) if each["code"] != "IR"]
            answered = sum(given, Decimal(0))
            same = same and known is not None and line.quantity in (known.quantity, answered)
        ruling.holds(
            same or evidence.excused(order, line_id) or any(each.code == "change_not_sent" for each in problems),
            f"{what}: the ERP has {_words(line)}, {order.supplier} was told {_words(known)}, and nobody was asked",
        )
    for line_id in told:
        ruling.fail(f"{order.shown}: {order.supplier} was told of a line {line_id} that the ERP never had")


def _words(line: object) -> str:
    if line is None:
        return "nothing"
    cancelled = " (cancelled)" if getattr(line, "cancelled", False) else ""
    quantity, price = shown(getattr(line, "quantity", "")), shown(getattr(line, "price", ""))
    return f"{quantity} of {getattr(line, 'item', '')} at {price}{cancelled}"


def _answers_told(evidence: Evidence, order: PurchaseOrder, ruling: Ruling) -> None:
    """Of each line, the ERP heard last what the supplier answered last, or a person was asked about it."""
    confirmed = evidence.purchasing.confirmed(order)
    for line_id, answers in evidence.purchasing.answered(order).items():
        line = order.last.get(line_id)
        if line is None or line.cancelled:
            continue
        said = sum((number(each["qty"]) for each in answers if each["code"] != "IR"), Decimal(0))
        told = [number(each["qty"]) for each in confirmed.get(line_id, ()) if each["answer"] != "rejected"]
        heard = f"was told {shown(sum(told, Decimal(0)))}" if line_id in confirmed else "was not told"
        same = line_id in confirmed and sum(told, Decimal(0)) == said
        words = f"{order.supplier} answered {shown(said)}, the ERP {heard}, and nobody was asked"
        ruling.holds(same or evidence.excused(order, line_id), f"{order.shown} line {line_id}: {words}")


def _announced(evidence: Evidence, ruling: Ruling) -> None:
    """Each ship notice at its warehouse, once, with all its goods."""
    advised = defaultdict(list)
    for entry in evidence.books.effects("inbound_advice"):
        advised[entry.body["owner"], entry.body["vendor"], entry.body["advice"]].append(entry)
    for notice in evidence.purchasing.notices:
        key = (notice.entity, notice.system, notice.key)
        what = f"ship notice {notice.key} of {notice.system} to {notice.entity}"
        found = advised.pop(key, [])
        if evidence.purchasing.drop_ships.has(notice):
            ruling.holds(not found, f"{what} was announced to a warehouse, and goes straight to a customer")
            continue
        ruling.once(f"{what} at its warehouse", found)
        for entry in found[:1]:
            ruling.alike(f"{what}: goods told to the warehouse", _announced_goods(notice), _advised_goods(entry))
            site = evidence.warehouses.sites.get(entry.system)
            ruling.equal(f"{what}: announced at", notice.body["ship_to"], site)
    for company, supplier, number_ in advised:
        ruling.fail(f"a warehouse was told of ship notice {number_} of {supplier} to {company}, which nobody sent")


def _announced_goods(notice: Entry) -> dict[tuple[str, str, str], Decimal]:
    goods: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in notice.body["lines"]:
        goods[line["po"], line["po_line"], line["item"]] += number(line["qty"])
    return dict(goods)


def _advised_goods(entry: Entry) -> dict[tuple[str, str, str], Decimal]:
    goods: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in entry.body["lines"]:
        goods[line["po"], line["po_line"], line["sku"]] += number(line["qty"])
    return dict(goods)


def _charged(evidence: Evidence, ruling: Ruling) -> None:
    """Each supplier invoice is posted once, or somebody has it on the desk."""
    posted = defaultdict(list)
    for charge in evidence.purchasing.posted_charges:
        posted[charge.key].append(charge)
    for charge in evidence.purchasing.charges:
        found = posted.pop(charge.key, [])
        if not found and any(problem.is_open for problem in evidence.product.problems_of(charge.case)):
            ruling.holds(True, "")
        else:
            ruling.once(f"{charge.shown} in the ERP", found)
    for company, supplier, number_ in posted:
        ruling.fail(f"the ERP has invoice {number_} of {supplier} to {company}, which nobody sent")


def _acknowledged(books: Books, ruling: Ruling) -> None:
    """Every interchange a partner sent was acknowledged by a 997, which names its group."""
    acknowledged = {(entry.system, entry.entity, entry.key) for entry in books.requests("997")}
    for kind, functional_id in _FUNCTIONAL_IDS.items():
        for entry in books.effects(f"sent.{kind}"):
            control = _CONTROL_NUMBER.search(entry.body.get("file", ""))
            group = f"{functional_id}/{int(control[1]) if control else ''}"
            words = f"{entry.shown} ({entry.body.get('file', '')}) was not acknowledged by a 997"
            ruling.holds((entry.system, entry.entity, group) in acknowledged, words)
