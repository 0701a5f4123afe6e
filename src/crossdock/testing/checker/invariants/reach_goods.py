"""Goods: receipts, adjustments and returned goods to the ERP, agreed returns to the warehouse, each once and whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from crossdock.testing.checker.books import Body, Entry, number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.kits import by_item
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.warehouse import POSTED_AS


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """What warehouses said against what the ERP was told, and the other way round for returns."""
    books = evidence.books
    received, adjusted = books.effects("sent.receipt.confirmed"), books.effects("sent.stock.adjusted")
    _each_once("receipt", received, books.effects("goods_receipts"), _received, _posted_receipt, ruling)
    _each_once("adjustment", adjusted, books.effects("stock_adjustments"), _adjusted, _posted_adjustment, ruling)
    _returns_advised(evidence, ruling)
    _returns_credited(evidence, ruling)


Facts = tuple[tuple[str, str, str], dict[str, tuple[object, ...]]]
"""What a document is called (company, site, number), and what it says."""


def _each_once(
    what: str,
    told: list[Entry],
    posted: list[Entry],
    told_as: Callable[[Body], Facts],
    posted_as: Callable[[Body], Facts],
    ruling: Ruling,
) -> None:
    found: dict[tuple[str, str, str], list[dict[str, tuple[object, ...]]]] = defaultdict(list)
    for entry in posted:
        key, content = posted_as(entry.body)
        found[key].append(content)
    for entry in told:
        key, content = told_as(entry.body["data"])
        shown = f"{what} {key[2]} of {key[1]} for {key[0]}"
        there = found.pop(key, [])
        ruling.once(f"{shown} in the ERP", there)
        for posted_content in there[:1]:
            ruling.alike(f"{shown} in the ERP, line", content, posted_content)
    for company, site, number_ in found:
        ruling.fail(f"the ERP has {what} {number_} of {site} for {company}, of which no warehouse knows")


def _received(data: Body) -> Facts:
    lines: dict[str, tuple[object, ...]] = {}
    for line in data["lines"]:
        order = (line.get("po", ""), line.get("po_line", ""))
        lines[line["line"]] = (*order, line["sku"], number(line["qty"]), POSTED_AS[line["condition"]])
    return (data["owner"], data["site"], data["receipt"]), lines


def _posted_receipt(body: Body) -> Facts:
    lines: dict[str, tuple[object, ...]] = {}
    for line in body["lines"]:
        order = (line.get("po_number", ""), line.get("po_line", ""))
        lines[line["line"]] = (*order, line["item"], number(line["qty"]), line["condition"])
    return (body["entity"], body["site"], body["receipt"]), lines


def _adjusted(data: Body) -> Facts:
    return (data["owner"], data["site"], data["number"]), {
        line["line"]: (line["sku"], number(line["qty"])) for line in data["lines"]
    }


def _posted_adjustment(body: Body) -> Facts:
    return (body["entity"], body["site"], body["number"]), {
        line["line"]: (line["item"], number(line["qty"])) for line in body["lines"]
    }


def _returns_advised(evidence: Evidence, ruling: Ruling) -> None:
    advised = defaultdict(list)
    for entry in evidence.books.effects("return_advice"):
        advised[entry.entity, entry.key].append(entry)
    for returned in evidence.sales.returns:
        what = f"return {returned.number} of {returned.company}"
        found = advised.pop((returned.company, returned.number), [])
        ruling.once(f"{what} at its warehouse", found)
        for entry in found[:1]:
            ruling.equal(f"{what}: told to", returned.site, evidence.warehouses.sites.get(entry.system))
            agreed = {
                (line_id, item): quantity
                for line_id, (line, _, _) in returned.lines.items()
                for item, quantity in evidence.sales.kits.apart(returned.company, line.item, line.quantity).items()
            }
            told = {(line["line"], line["sku"]): number(line["qty"]) for line in entry.body["lines"]}
            ruling.alike(f"{what}: goods told to the warehouse, line", agreed, told)
    for company, number_ in advised:
        ruling.fail(f"a warehouse was told of return {number_} of {company}, which the ERP never agreed to")


def _returns_credited(evidence: Evidence, ruling: Ruling) -> None:
    """Of each return line, as much is credited as the warehouse counted in: of a kit, whole ones."""
    counted: dict[tuple[str, str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for entry in evidence.books.effects("sent.return.received"):
        data = entry.body["data"]
        for line in data["lines"]:
            counted[data["owner"], data["rma"], line["line"]].append((line["sku"], number(line["qty"])))
    explained = 0
    for returned in evidence.sales.returns:
        notes = evidence.sales.credits_of(returned)
        explained += len(notes)
        credited: dict[str, Decimal] = defaultdict(Decimal)
        for note in notes:
            for line_id, line in zip(note.return_lines, note.lines, strict=True):
                credited[line_id] += line.quantity
        for line_id, (line, _, _) in returned.lines.items():
            what = f"return {returned.number} of {returned.company} line {line_id}: credited"
            goods = by_item(counted[returned.company, returned.number, line_id])
            here = evidence.sales.kits.whole(returned.company, line.item, goods)
            ruling.equal(what, here, credited[line_id])
    if explained < len(evidence.sales.credit_notes):
        ruling.fail(f"{len(evidence.sales.credit_notes) - explained} credit notes in the ERP belong to no return")
