"""What the European standard for invoices (EN 16931-1) and Peppol BIS Billing 3.0 ask of sums and taxes of an invoice:
the rules that concern what our object says. A document is held to them if it says that it keeps to the standard.

Sources: CEN/TC 434, validation artefacts for EN 16931 in UBL 2.1 (github.com/ConnectingEurope/eInvoicing-EN16931);
OpenPeppol, Peppol BIS Billing 3.0, rules PEPPOL-EN16931-R*. A rule is named by its identifier there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from lxml import etree

from crossdock.edi.ubl.codes import NOT_TAXED
from crossdock.edi.ubl.reading import decimal_of
from crossdock.edi.ubl.schema import CAC, CBC
from crossdock.model.quantity import ZERO, NoDecimal, round_money

Node = etree._Element
SPECIFICATION = "urn:cen.eu:en16931:2017"
TOTALS = (
    "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount",
    "PrepaidAmount", "PayableRoundingAmount", "PayableAmount",
)  # fmt: skip
_SUMS, _TAXES, _CATEGORY = "total_mismatch", "tax_mismatch", "tax_category_invalid"
_NUMBER, _AGREE = "number_invalid", "document_inconsistent"
_DECIMALS = ("09", "12", "14", "10", "11", "16", "17", "18")
"""The rules for the decimals of `TOTALS`."""
_TRUE = ("true", "1")
READ, WRITTEN = Decimal(1), Decimal("0.01")
"""By how much a tax may differ from its rate: the published rules leave less than one whole unit of the currency, and
what we write is exact."""


_PERCENT = Decimal("0.01")


def worth(taxable: Decimal, percent: Decimal, currency: str = "") -> Decimal:
    """The tax at a rate, to the minor unit."""
    return round_money(taxable * percent * _PERCENT, currency)


class Breach(NamedTuple):
    """A rule that is broken: the code of its fault, in words, and where."""

    rule: str
    code: str
    words: str
    node: Node


class _Family(NamedTuple):
    """The rules of one tax category: what they begin with, which rates they take, and whether they want a reason why
    there is no tax. Categories that are taxed have a tax for each of their rates, others one for all."""

    rules: str
    rate: Literal["positive", "any", "zero", "none"]
    reason: bool

    @property
    def taxed(self) -> bool:
        return self.rate in ("positive", "any")


_FAMILIES = {
    "S": _Family("BR-S", "positive", False),
    "L": _Family("BR-AF", "any", False),
    "M": _Family("BR-AG", "any", False),
    "Z": _Family("BR-Z", "zero", False),
    "E": _Family("BR-E", "zero", True),
    "AE": _Family("BR-AE", "zero", True),
    "K": _Family("BR-IC", "zero", True),
    "G": _Family("BR-G", "zero", True),
    NOT_TAXED: _Family("BR-O", "none", True),
}


class _Part(NamedTuple):
    """A line, charge (`+`) or allowance (`-`) of the document, what it comes to, and what it is taxed at. `rule` is the
    number of the rule in a family that its rate is held to."""

    node: Node
    name: str
    amount: Decimal
    category: str
    percent: Decimal | None
    rule: str


def claimed(root: Node) -> bool:
    """Does the document say that it keeps to the standard?"""
    return _text(root, "cbc:CustomizationID").partition("#")[0] == SPECIFICATION


def breaches(root: Node, slack: Decimal = READ) -> Iterator[Breach]:
    """The rules that an invoice or credit note breaks."""
    lines, charges = _lines(root), _charges(root)
    yield from _sums(root, lines, charges)
    parts = [*lines, *charges]
    for part in parts:
        yield from _part(part)
    for part in lines:
        yield from _line(part.node)
    for part in charges:
        yield from _reason(part.node, part.rule == "07", "BR-33", "BR-38")
    yield from _decimals(root, lines, charges)
    yield from _breakdown(root, parts, slack)


def _lines(root: Node) -> list[_Part]:
    found = []
    for node in (each for name in ("InvoiceLine", "CreditNoteLine") for each in _all(root, f"cac:{name}")):
        said = _category(node, "cac:Item/cac:ClassifiedTaxCategory")
        found.append(_Part(node, "line", _number(node, "cbc:LineExtensionAmount") or ZERO, *said, "05"))
    return found


def _charges(root: Node) -> list[_Part]:
    found = []
    for node in _all(root, "cac:AllowanceCharge"):
        amount, said = _number(node, "cbc:Amount") or ZERO, _category(node, "cac:TaxCategory")
        if _text(node, "cbc:ChargeIndicator") in _TRUE:
            found.append(_Part(node, "charge", amount, *said, "07"))
        else:
            found.append(_Part(node, "allowance", -amount, *said, "06"))
    return found


def _category(node: Node, steps: str) -> tuple[str, Decimal | None]:
    return _text(node, f"{steps}/cbc:ID"), _number(node, f"{steps}/cbc:Percent")


def _sums(root: Node, lines: list[_Part], charges: list[_Part]) -> Iterator[Breach]:
    """Each total is the sum of what it is the total of."""
    total = _one(root, "cac:LegalMonetaryTotal")
    if total is None:
        return
    said = {name: _number(total, f"cbc:{name}") for name in TOTALS}
    stated = {name: value or ZERO for name, value in said.items()}
    tax = _tax_total(root)
    taxes = _number(tax, "cbc:TaxAmount") or ZERO
    net = stated["LineExtensionAmount"] - stated["AllowanceTotalAmount"] + stated["ChargeTotalAmount"]
    asked = stated["TaxInclusiveAmount"] - stated["PrepaidAmount"] + stated["PayableRoundingAmount"]
    wanted = (
        ("BR-CO-10", "LineExtensionAmount", "the lines", _sum(lines)),
        ("BR-CO-11", "AllowanceTotalAmount", "the allowances", -_sum(each for each in charges if each.rule == "06")),
        ("BR-CO-12", "ChargeTotalAmount", "the charges", _sum(each for each in charges if each.rule == "07")),
        ("BR-CO-13", "TaxExclusiveAmount", "lines, allowances and charges", net),
        ("BR-CO-15", "TaxInclusiveAmount", "the amount without tax and the tax", stated["TaxExclusiveAmount"] + taxes),
        ("BR-CO-16", "PayableAmount", "the amount with tax, less what was paid, and rounding", asked),
    )
    for rule, name, of_what, value in wanted:
        if stated[name] != value:
            words = f"{name} is {stated[name]:f}; {of_what} make {value:f}"
            node = _one(total, f"cbc:{name}")
            yield Breach(rule, _SUMS, words, total if node is None else node)
    by_rate = [_number(each, "cbc:TaxAmount") or ZERO for each in _all(tax, "cac:TaxSubtotal")]
    if tax is not None and by_rate and taxes != sum(by_rate, ZERO):
        words = f"the taxes of all rates make {sum(by_rate, ZERO):f}; the invoice has {taxes:f}"
        yield Breach("BR-CO-14", _TAXES, words, tax)


def _part(part: _Part) -> Iterator[Breach]:
    """A line, charge or allowance says what it is taxed at, and at a rate that its category can have."""
    family = _FAMILIES.get(part.category)
    if not part.category:
        rule = {"05": "BR-CO-04", "06": "BR-32", "07": "BR-37"}[part.rule]
        yield Breach(rule, _CATEGORY, f"the {part.name} has no tax category", part.node)
    elif family is not None and (wrong := _rate(family, part.percent)):
        words = f"the {part.name} is of category {part.category}, {wrong}"
        yield Breach(f"{family.rules}-{part.rule}", _CATEGORY, words, part.node)


def _line(line: Node) -> Iterator[Breach]:
    """The price of a line, and why it has charges and allowances."""
    price = _number(line, "cac:Price/cbc:PriceAmount")
    if price is not None and price < 0:
        yield Breach("BR-27", _NUMBER, f"the price is {price:f}; goods that come back have a negative quantity", line)
    base = _one(line, "cac:Price/cbc:BaseQuantity")
    paid = next((each for name in ("Invoiced", "Credited") for each in _all(line, f"cbc:{name}Quantity")), None)
    units = [] if base is None or paid is None else [base.get("unitCode"), paid.get("unitCode")]
    if len(set(units)) > 1 and units[0]:
        words = f"the price is per {units[0]}, the quantity in {units[1] or 'no unit'}"
        yield Breach("PEPPOL-EN16931-R130", _AGREE, words, line)
    for each in _all(line, "cac:AllowanceCharge"):
        yield from _reason(each, _text(each, "cbc:ChargeIndicator") in _TRUE, "BR-42", "BR-44")


def _reason(node: Node, charge: bool, of_allowance: str, of_charge: str) -> Iterator[Breach]:
    if not (_text(node, "cbc:AllowanceChargeReason") or _text(node, "cbc:AllowanceChargeReasonCode")):
        words = f"the {'charge' if charge else 'allowance'} says neither in words nor by a code what it is for"
        yield Breach(of_charge if charge else of_allowance, _AGREE, words, node)


def _decimals(root: Node, lines: list[_Part], charges: list[_Part]) -> Iterator[Breach]:
    """No amount but a price has more than two decimals."""
    total, tax = _one(root, "cac:LegalMonetaryTotal"), _tax_total(root)
    amounts = [(rule, _one(total, f"cbc:{name}")) for name, rule in zip(TOTALS, _DECIMALS, strict=True)]
    amounts.append(("13", _one(tax, "cbc:TaxAmount")))
    for subtotal in _all(tax, "cac:TaxSubtotal"):
        amounts += [("19", _one(subtotal, "cbc:TaxableAmount")), ("20", _one(subtotal, "cbc:TaxAmount"))]
    amounts += [("05" if each.rule == "07" else "01", _one(each.node, "cbc:Amount")) for each in charges]
    for line in lines:
        amounts.append(("23", _one(line.node, "cbc:LineExtensionAmount")))
        for each in _all(line.node, "cac:AllowanceCharge"):
            of_charge = _text(each, "cbc:ChargeIndicator") in _TRUE
            amounts.append(("27" if of_charge else "24", _one(each, "cbc:Amount")))
    for rule, node in amounts:
        text = "" if node is None else (node.text or "").strip()
        if node is not None and len(text.partition(".")[2]) > 2:
            yield Breach(f"BR-DEC-{rule}", _NUMBER, f"{text} has more than two decimals", node)


def _rate(family: _Family, percent: Decimal | None) -> str:
    """What is wrong with a rate; empty if nothing is."""
    if family.rate == "none":
        return "" if percent is None else f"which has no rate, and not {percent:f} %"
    if percent is None:
        return "and has no rate"
    if family.rate == "zero":
        return "" if percent == 0 else f"of which the rate is 0 %, not {percent:f} %"
    low = percent <= 0 if family.rate == "positive" else percent < 0
    return f"of which the rate cannot be {percent:f} %" if low else ""


def _breakdown(root: Node, parts: list[_Part], slack: Decimal) -> Iterator[Breach]:
    """There is a tax for each category and rate, of what is taxed so, and it is what its rate makes of that."""
    tax = _tax_total(root)
    subtotals = _all(tax, "cac:TaxSubtotal")
    if not subtotals:
        yield Breach("BR-CO-18", _TAXES, "no TaxSubtotal says how the tax came about", root if tax is None else tax)
        return
    told: set[tuple[str, Decimal | None]] = set()
    for node in subtotals:
        category, percent = _category(node, "cac:TaxCategory")
        if not category:
            yield Breach("BR-47", _CATEGORY, "the TaxSubtotal has no tax category", node)
            continue
        key = _key(category, percent)
        if key in told:
            yield Breach(_rule(category, "01"), _TAXES, f"{_named(key)} has more than one TaxSubtotal", node)
        told.add(key)
        if percent is None and category != NOT_TAXED:
            yield Breach("BR-48", _CATEGORY, f"the tax of category {category} has no rate", node)
        taxed = _sum(each for each in parts if _key(each.category, each.percent) == key)
        yield from _subtotal(node, key, percent, taxed, slack)
    for category, percent in sorted({_key(each.category, each.percent) for each in parts} - told, key=str):
        if category:
            words = f"{_named((category, percent))} has no TaxSubtotal"
            yield Breach(_rule(category, "01"), _TAXES, words, root if tax is None else tax)


def _subtotal(
    node: Node, key: tuple[str, Decimal | None], percent: Decimal | None, taxed: Decimal, slack: Decimal
) -> Iterator[Breach]:
    """What is taxed, the tax, and why there is none."""
    family = _FAMILIES.get(key[0])
    taxable, tax = _number(node, "cbc:TaxableAmount") or ZERO, _number(node, "cbc:TaxAmount") or ZERO
    if abs(taxable - taxed) >= slack:
        words = f"{_named(key)} is on {taxed:f}; its TaxSubtotal says {taxable:f}"
        yield Breach(_rule(key[0], "08"), _TAXES, words, node)
    rate = percent or ZERO
    due = worth(taxable, rate)
    if abs(tax - due) >= (slack if rate else WRITTEN):
        words = f"{rate:f} % of {taxable:f} is {due:f} of tax; the invoice has {tax:f}"
        yield Breach(_rule(key[0], "09"), _TAXES, words, node)
    category = _one(node, "cac:TaxCategory")
    why = _text(category, "cbc:TaxExemptionReason") or _text(category, "cbc:TaxExemptionReasonCode")
    if family is not None and family.reason != bool(why):
        words = f"category {key[0]} needs a reason for no tax" if family.reason else f"{key[0]} is taxed, but has {why}"
        yield Breach(_rule(key[0], "10"), _CATEGORY, words, node)


def _key(category: str, percent: Decimal | None) -> tuple[str, Decimal | None]:
    """What has one tax of its own."""
    family = _FAMILIES.get(category)
    return (category, percent) if family is None or family.taxed else (category, None)


def _named(key: tuple[str, Decimal | None]) -> str:
    return f"tax of category {key[0]}" + ("" if key[1] is None else f" at {key[1]:f} %")


def _rule(category: str, number: str) -> str:
    """A rule of a category; of one that has no rules of its own, that for all."""
    family = _FAMILIES.get(category)
    return f"{family.rules}-{number}" if family else "BR-CO-17"


def _tax_total(root: Node) -> Node | None:
    """The tax in the document's currency: another may be said in that of the tax authority."""
    found, currency = _all(root, "cac:TaxTotal"), _text(root, "cbc:DocumentCurrencyCode")
    amounts = ((each, _one(each, "cbc:TaxAmount")) for each in found)
    own = (each for each, amount in amounts if amount is not None and amount.get("currencyID") == currency)
    return next(own, found[0] if found else None)


def _sum(parts: list[_Part] | Iterator[_Part]) -> Decimal:
    return sum((each.amount for each in parts), ZERO)


_SPACES = {"cac": CAC, "cbc": CBC}


def _one(node: Node | None, steps: str) -> Node | None:
    return None if node is None else node.find(steps, _SPACES)


def _all(node: Node | None, steps: str) -> list[Node]:
    return [] if node is None else node.findall(steps, _SPACES)


def _text(node: Node | None, steps: str) -> str:
    found = _one(node, steps)
    return "" if found is None else (found.text or "").strip()


def _number(node: Node | None, steps: str) -> Decimal | None:
    """The number an element states; what is none is told where it is read."""
    text = _text(node, steps)
    try:
        return decimal_of(text) if text else None
    except NoDecimal:
        return None
