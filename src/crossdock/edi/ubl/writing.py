"""What all maps of UBL share when they write: values in the forms of XML Schema, parties, items, BIS 3."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from crossdock.edi.charges import reason
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import ENDPOINTS, GTIN, NOT_TAXED, SCHEMES
from crossdock.edi.ubl.options import Endpoint, UblOptions, identified
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.tax import TaxRate
from crossdock.model.units import known


class Writing:
    """One document being written."""

    def __init__(self, context: MapContext, options: UblOptions, currency: str = "") -> None:
        self.context = context
        self.options = options
        self.currency = currency

    @property
    def peppol(self) -> bool:
        """Is it for the Peppol network, whose rules go beyond the schema's?"""
        return bool(self.options.profile)

    def heading(self, kind: str, number: str, issued_on: dt.date) -> Iterator[Maybe]:
        """What every document begins with. BIS 3 has no use for UBLVersionID, and its rules warn of it."""
        customization, process = identified(kind, self.options)
        if not number:
            raise CannotWrite(f"{kind} needs a number")
        if not self.peppol:
            yield leaf("UBLVersionID", "2.1")
        yield leaf("CustomizationID", customization)
        yield leaf("ProfileID", process)
        yield leaf("ID", number)
        yield leaf("IssueDate", issued_on.isoformat())

    def endpoint(self, side: str, party: PartyRef) -> Maybe:
        """The electronic address of `buyer` or `supplier`: that of the agreement, else the GLN of the party."""
        if not self.peppol:
            return None
        found = self.options.buyer_endpoint if side == "buyer" else self.options.supplier_endpoint
        if found is None and party.qualifier in ENDPOINTS:
            found = Endpoint(party.their_id, SCHEMES[party.qualifier])
        if found is None:
            raise CannotWrite(f"Peppol needs the EndpointID of the {side}: set {side}_endpoint, or give it a GLN")
        return leaf("EndpointID", found.id, schemeID=found.scheme)

    def party(self, party: PartyRef, side: str = "", name: str = "Party") -> Maybe:
        """`cac:Party` (or one of another name): the id the other side knows with its list, else ours without one.
        `side` is set for those that exchange the document."""
        own = not party.their_id
        scheme = "" if own else SCHEMES.get(party.qualifier, party.qualifier)
        named = leaf("RegistrationName", party.name)
        if self.peppol and side and named is None:
            raise CannotWrite(f"Peppol needs the name of the {side}")
        tax = self.options.buyer_tax_id if side == "buyer" else self.options.supplier_tax_id if side else ""
        return aggregate(
            name,
            self.endpoint(side, party) if side else None,
            aggregate("PartyIdentification", leaf("ID", party.id if own else party.their_id, schemeID=scheme)),
            aggregate("PartyName", leaf("Name", party.name)),
            aggregate("PostalAddress", aggregate("Country", leaf("IdentificationCode", party.country))),
            aggregate("PartyTaxScheme", leaf("CompanyID", tax), tax_scheme()) if tax else None,
            aggregate("PartyLegalEntity", named),
            always=name != "Party",
        )

    def role(self, name: str, party: PartyRef, side: str = "") -> Maybe:
        """What stands around a party: `BuyerCustomerParty`, `SellerSupplierParty`, ..."""
        return aggregate(name, self.party(party, side), always=True)

    def location(self, party: PartyRef) -> Maybe:
        """`cac:DeliveryLocation` of a place that goods go to."""
        scheme = SCHEMES.get(party.qualifier, party.qualifier) if party.their_id else ""
        return aggregate(
            "DeliveryLocation",
            leaf("ID", party.their_id or party.id, schemeID=scheme),
            leaf("Name", party.name),
            aggregate("Address", aggregate("Country", leaf("IdentificationCode", party.country))),
        )

    def amount(self, name: str, amount: Decimal) -> Maybe:
        """An amount in the document's currency."""
        if not self.currency:
            raise CannotWrite(f"{name} needs a currency; the document has none")
        if self.peppol and name != "PriceAmount" and amount != round(amount, 2):
            raise CannotWrite(f"{name} {amount:f} has more than the two decimals of Peppol")
        return leaf(name, number(amount), currencyID=self.currency)

    def price(self, price: Price | None, unit: str) -> Maybe:
        """`cac:Price`, per what it is for where that is not one of the line's unit."""
        if price is None:
            return None
        if price.currency != self.currency:
            raise CannotWrite(f"a price in {price.currency} in a document in {self.currency or 'no currency'}")
        base = None
        if price.per != Quantity(Decimal(1), unit) or self.peppol:
            base = quantity("BaseQuantity", price.per)
        return aggregate("Price", self.amount("PriceAmount", price.amount), base)

    def item(
        self, item: str, supplier_item: str = "", buyer_item: str = "", gtin: str = "", name: str = "",
        instances: tuple[Maybe, ...] = (), line: str = "",
    ) -> Maybe:  # fmt: skip
        """`cac:Item` with the ids of both sides: ours, and the partner's, asked of the cross-reference where it is not
        given. BIS 3 wants a name, and no element that is empty: where there is none the item's id is one, and for an
        item that only the order knows its `line`."""
        buyer = self.context.role == "buyer"
        theirs = supplier_item if buyer else buyer_item
        item = self.context.own_number(item, theirs, gtin)
        theirs = theirs or (self.context.their_item(item) or "" if item else "")
        buyers, sellers = (item, theirs) if buyer else (theirs, item)
        said = name or ((item or theirs or gtin or f"as ordered in line {line}") if self.peppol else "")
        return aggregate(
            "Item",
            leaf("Name", said),
            aggregate("BuyersItemIdentification", leaf("ID", buyers)),
            aggregate("SellersItemIdentification", leaf("ID", sellers)),
            aggregate("StandardItemIdentification", leaf("ID", gtin, schemeID=GTIN)),
            instances,
            always=True,
        )

    def charge(self, charge: Charge) -> Maybe:
        """`cac:AllowanceCharge`."""
        if self.peppol and not (charge.code or charge.description):
            raise CannotWrite("Peppol needs a code or words for each charge")
        return aggregate(
            "AllowanceCharge",
            leaf("ChargeIndicator", "false" if charge.amount < 0 else "true"),
            leaf("AllowanceChargeReasonCode", reason(charge.code, allowance=charge.amount < 0)),
            leaf("AllowanceChargeReason", text(charge.description)),
            self.amount("Amount", abs(charge.amount)),
            # Peppol has tax on a charge of the document; one of a line is taxed as its line.
            [] if self.peppol and charge.line else [tax_category(each) for each in self.rates(charge.taxes)],
        )

    def rates(self, told: tuple[TaxRate, ...]) -> tuple[TaxRate, ...]:
        """What something is taxed at: as it says, else, in billing of Peppol, as the agreement says."""
        if told or self.options.profile != "billing":
            return told
        category, percent = self.options.tax_category, self.options.tax_percent
        if not category or (percent is None and category != NOT_TAXED):
            raise CannotWrite("Peppol billing needs tax_category and tax_percent in the options of the agreement")
        return (TaxRate(category, percent),)


def tax_category(rate: TaxRate, name: str = "TaxCategory", *children: Maybe) -> Maybe:
    """A category of tax and its rate."""
    percent = None if rate.percent is None else leaf("Percent", number(rate.percent))
    return aggregate(name, leaf("ID", rate.category), percent, *children, tax_scheme(rate.kind))


def tax_scheme(kind: str = "VAT") -> Maybe:
    """Which tax it is; Peppol knows value added tax alone."""
    return aggregate("TaxScheme", leaf("ID", kind))


def number(value: Decimal) -> str:
    """An xsd:decimal."""
    if not value.is_finite():
        raise CannotWrite(f"{value} is not a number")
    return f"{value:f}"


def quantity(name: str, value: Quantity | None) -> Maybe:
    """A quantity with the code of its unit."""
    return None if value is None else leaf(name, number(value.amount), unitCode=unit_code(value.unit))


def unit_code(unit: str) -> str:
    """The code of UN/ECE Recommendation 20; one of nobody's table stands as it is."""
    found = known(unit)
    return found.rec20[0] if found and found.rec20 else unit


def day(name: str, value: dt.date | None) -> Maybe:
    """An xsd:date."""
    return leaf(name, value.isoformat()) if value else None


def moment(date: str, time: str, value: dt.datetime) -> tuple[Maybe, Maybe]:
    """An instant as date and time, in UTC."""
    value = value.astimezone(dt.UTC)
    clock = value.time().isoformat("microseconds" if value.microsecond else "seconds")
    return leaf(date, value.date().isoformat()), leaf(time, clock + "Z")


def text(value: str) -> str:
    """Free text on one line."""
    return " ".join(value.split())


def period(name: str, ends: dt.date | None) -> Maybe:
    """A period of which the end is known."""
    return aggregate(name, day("EndDate", ends))
