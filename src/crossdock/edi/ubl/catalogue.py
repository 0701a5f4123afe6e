"""Catalogue <-> `PriceCatalogue`.

ID number, IssueDate, ValidityPeriod; SellerSupplierParty (or ProviderParty) the seller, ContractorCustomerParty (or
ReceiverParty) the buyer. The currency is that of the first price. Per CatalogueLine: ID, ActionCode, OrderableUnit,
ContentUnitQuantity pack, MinimumOrderQuantity, Item with ids, GTIN, Name and BrandName, RequiredItemLocationQuantity
one for each price: MinimumQuantity from which on, Price with PriceTypeCode its kind and ValidityPeriod.
"""

from __future__ import annotations

import datetime as dt

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.order import described, repeated
from crossdock.edi.ubl.reading import Node, Reading
from crossdock.edi.ubl.writing import Writing, day, quantity, text, unit_code
from crossdock.model.catalogue import CatalogueAction, CatalogueLine, CataloguePrice, PriceCatalogue
from crossdock.model.quantity import EACH
from crossdock.model.units import ours

# Peppol's list of catalogue line actions, and data element 1229.
_ACTIONS: dict[str, CatalogueAction] = {
    "": "add", "Add": "add", "Update": "change", "Delete": "delete", "Unchanged": "unchanged",
    "1": "add", "2": "delete", "3": "change", "4": "unchanged",
}  # fmt: skip
_CODES: dict[CatalogueAction, str] = {"add": "Add", "change": "Update", "delete": "Delete", "unchanged": "Unchanged"}
# Data element 5387 (price specification).
_KINDS = {"AAA": "net", "CAT": "list", "SRP": "retail"}
_KIND_CODES = {kind: code for code, kind in _KINDS.items()}


def read(reading: Reading) -> PriceCatalogue:
    """The catalogue; with faults where it lacks something."""
    root, context = reading.root, reading.context
    number = reading.heading()
    currency = reading.document_currency()
    seller, buyer = (
        next((each for name in names if (each := reading.one(root, name)) is not None), None)
        for names in (
            ("cac:SellerSupplierParty", "cac:ProviderParty"),
            ("cac:ContractorCustomerParty", "cac:ReceiverParty"),
        )
    )
    lines = [_line(reading, line) for line in reading.all(root, "cac:CatalogueLine")]
    if not lines:
        reading.fault("lines_missing")
    repeated(reading, [line.line for line in lines])
    valid_from, valid_to = _validity(reading, root)
    return PriceCatalogue(
        company_id=context.company_id,
        number=number,
        seller=reading.party(seller, context.supplier) or context.supplier,
        issued_on=reading.issued(),
        currency=currency,
        lines=tuple(lines),
        buyer=reading.party(buyer, context.buyer),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _validity(reading: Reading, node: Node | None) -> tuple[dt.date | None, dt.date | None]:
    start, end = (f"cac:ValidityPeriod/cbc:{name}" for name in ("StartDate", "EndDate"))
    return reading.date(node, start), reading.date(node, end)


def _line(reading: Reading, line: Node) -> CatalogueLine:
    action = reading.one(line, "cbc:ActionCode")
    code = reading.take(action)
    if code not in _ACTIONS:
        reading.fault("code_unknown", action, f"{code[:20]!r} is no action of a catalogue line we know")
    item = reading.one(line, "cac:Item")
    # What a seller offers need not be an item of ours: that is what catalogues are sent for.
    ids = reading.items(item, line, unknown=False)
    unit = reading.text(line, "cbc:OrderableUnit")
    as_buyer = reading.context.role == "buyer"
    return CatalogueLine(
        line=reading.needed(line, "cbc:ID"),
        item=ids.item,
        supplier_item=ids.theirs if as_buyer else "",
        buyer_item="" if as_buyer else ids.theirs,
        gtin=ids.gtin,
        description=described(reading, item, ids),
        action=_ACTIONS.get(code, "add"),
        unit=ours(unit, "rec20") if unit else EACH,
        pack=reading.quantity(reading.one(line, "cbc:ContentUnitQuantity")),
        minimum=reading.quantity(reading.one(line, "cbc:MinimumOrderQuantity")),
        prices=tuple(_prices(reading, line, ours(unit, "rec20") if unit else EACH)),
        brand=" ".join(reading.text(item, "cbc:BrandName").split()),
    )


def _prices(reading: Reading, line: Node, unit: str) -> list[CataloguePrice]:
    found = []
    for node in reading.all(line, "cac:RequiredItemLocationQuantity"):
        priced = reading.one(node, "cac:Price")
        price = reading.price(priced, unit)
        if price is None:
            continue
        kind = reading.text(priced, "cbc:PriceTypeCode")
        from_quantity = reading.quantity(reading.one(node, "cbc:MinimumQuantity"))
        found.append(CataloguePrice(price, _KINDS.get(kind, kind or "net"), from_quantity, *_validity(reading, priced)))
    return found


def write(catalogue: PriceCatalogue, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the catalogue."""
    writing.currency = catalogue.currency
    if not catalogue.lines:
        raise CannotWrite("a catalogue needs a line")
    buyer = catalogue.buyer or writing.context.buyer
    return [
        *writing.heading("Catalogue", catalogue.number, catalogue.issued_on),
        _period(catalogue.valid_from, catalogue.valid_to),
        writing.party(catalogue.seller, "supplier", "ProviderParty"),
        writing.party(buyer, "buyer", "ReceiverParty"),
        writing.role("SellerSupplierParty", catalogue.seller),
        writing.role("ContractorCustomerParty", catalogue.buyer) if catalogue.buyer is not None else None,
        [_catalogue_line(line, writing) for line in catalogue.lines],
    ]


def _period(start: dt.date | None, end: dt.date | None) -> Maybe:
    return aggregate("ValidityPeriod", day("StartDate", start), day("EndDate", end))


def _catalogue_line(line: CatalogueLine, writing: Writing) -> Maybe:
    if writing.peppol and line.action == "unchanged":
        raise CannotWrite("a catalogue of Peppol has no line that is unchanged")
    return aggregate(
        "CatalogueLine",
        leaf("ID", line.line),
        leaf("ActionCode", _CODES[line.action]),
        leaf("OrderableUnit", unit_code(line.unit)),
        quantity("ContentUnitQuantity", line.pack),
        quantity("MinimumOrderQuantity", line.minimum),
        [_priced(price, line.unit, writing) for price in line.prices],
        writing.item(
            line.item, line.supplier_item, line.buyer_item, line.gtin, text(line.description),
            (leaf("BrandName", text(line.brand)),), line.line,
        ),
    )  # fmt: skip


def _priced(price: CataloguePrice, unit: str, writing: Writing) -> Maybe:
    built = writing.price(price.price, unit)
    assert built is not None  # there is a price
    more = (leaf("PriceTypeCode", _KIND_CODES.get(price.kind, price.kind)), _period(price.valid_from, price.valid_to))
    return aggregate(
        "RequiredItemLocationQuantity",
        quantity("MinimumQuantity", price.from_quantity),
        aggregate("Price", built.children, more),
    )
