"""What all maps of UBL share when they read: paths, values with their faults, parties, items. Whatever is asked of the
document is noted as taken; the rest is accounted for in the end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from crossdock.edi.kernel.faults import FAULTS, Fault, Severity, fault
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.moments import in_utc
from crossdock.edi.ubl.account import line_of, path
from crossdock.edi.ubl.codes import qualifier_of
from crossdock.edi.ubl.limits import XmlLimits
from crossdock.edi.ubl.schema import CAC, CBC
from crossdock.edi.ubl.source import Source
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, ZERO, NoDecimal, Price, Quantity, stated
from crossdock.model.tax import TaxRate
from crossdock.model.units import ours

Node = etree._Element
_SPACES = {"cac": CAC, "cbc": CBC}
_DATE = re.compile(r"(-?[0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})?")
# Digits that xsd:decimal may leave out before or behind its point, and its plus sign.
_LEFT_OUT = re.compile(r"^(-?)\.(?=[0-9])")
# What stands around a party, with the ids that both sides gave it.
_AROUND = (
    "BuyerCustomerParty", "DeliveryCustomerParty", "DespatchSupplierParty",
    "AccountingCustomerParty", "AccountingSupplierParty", "SellerSupplierParty", "ContractorCustomerParty",
)  # fmt: skip
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def decimal_of(text: str) -> Decimal:
    """The number that an xsd:decimal states. Raises `NoDecimal`, also for more digits than anybody writes."""
    return stated(_LEFT_OUT.sub(r"\g<1>0.", text.removeprefix("+").removesuffix(".")))


class Ids(NamedTuple):
    """The names of an item: ours, the partner's, the GTIN."""

    item: str = ""
    theirs: str = ""
    gtin: str = ""


@lru_cache(maxsize=512)
def _path(steps: str) -> str:
    named = (step.split(":") for step in steps.split("/"))
    return "/".join(f"{{{_SPACES[prefix]}}}{name}" for prefix, name in named)


class Reading:
    """One document being read. Paths are written `cac:Delivery/cbc:ID`; prefixes are ours, never the document's."""

    def __init__(self, source: Source, context: MapContext, limits: XmlLimits) -> None:
        self.root = source.root
        self.context = context
        self.faults: list[Fault] = []
        self.taken: set[tuple[Node, str]] = set()
        self.currency = context.options.currency
        self._source = source
        self._most = limits.faults

    def fault(self, code: str, node: Node | None = None, detail: str = "", severity: Severity | None = None) -> None:
        """Note a fault at an element (the root where none is named). Beyond the limit only the first that refuses is
        noted."""
        refusing = (severity or FAULTS[code].severity) == "error"
        if len(self.faults) >= self._most and not (refusing and self.faults[-1].severity != "error"):
            return
        at = self.root if node is None else node
        line = line_of(at)
        found = fault(
            code,
            segment=line,
            offset=self._source.offset_of(line),
            detail=detail,
            segment_id=etree.QName(at).localname,
            severity=severity,
            path=path(at),
        )
        if found not in self.faults:  # what is read for several reasons is wrong once
            self.faults.append(found)

    def one(self, node: Node | None, steps: str) -> Node | None:
        """The first element at a path."""
        return None if node is None else node.find(_path(steps))

    def all(self, node: Node | None, steps: str) -> list[Node]:
        """All elements at a path."""
        return [] if node is None else node.findall(_path(steps))

    def take(self, node: Node | None, attribute: str = "") -> str:
        """What an element (or an attribute of it) says; noted as taken."""
        if node is None:
            return ""
        if attribute:
            value = node.get(attribute)
            if value is None:
                return ""
            self.taken.add((node, attribute))
            return str(value).strip()
        self.taken.add((node, ""))
        return (node.text or "").strip()

    def text(self, node: Node | None, *paths: str) -> str:
        """What the first of some paths says that says anything."""
        for steps in paths:
            found = self.one(node, steps)
            if found is not None and (found.text or "").strip():
                return self.take(found)
        return ""

    def needed(self, node: Node, steps: str) -> str:
        """What must be there: an absent one is a fault."""
        found = self.text(node, steps)
        if not found:
            self.fault("element_missing", node, f"{_local(node)} has no {_last(steps)}")
        return found

    def number(self, node: Node) -> Decimal:
        """An xsd:decimal. Nonsense is a fault."""
        text = self.take(node)
        try:
            return decimal_of(text)
        except NoDecimal as refusal:
            self.fault("number_invalid", node, f"{text[:40]!r} {refusal}")
            return ZERO

    def quantity(self, node: Node | None) -> Quantity | None:
        """A quantity with its unit (UN/ECE Recommendation 20); without one, pieces."""
        if node is None:
            return None
        code = self.take(node, "unitCode")
        return Quantity(self.number(node), ours(code, "rec20") if code else EACH)

    def amount(self, node: Node | None) -> Decimal | None:
        """An amount in the document's currency; in another it is a fault."""
        if node is None:
            return None
        currency = self.take(node, "currencyID")
        if currency and self.currency and currency != self.currency:
            self.fault("currency_mismatch", node, f"the amount is in {currency}, the document in {self.currency}")
        return self.number(node)

    def price(self, node: Node | None, unit: str) -> Price | None:
        """A `cac:Price` in its own currency, per its base quantity, else per one of the line's unit."""
        said = self.one(node, "cbc:PriceAmount")
        if said is None:
            return None
        base = self.one(node, "cbc:BaseQuantity")
        per = Quantity(Decimal(1), unit)
        if base is not None:
            code = self.take(base, "unitCode")
            per = Quantity(self.number(base), ours(code, "rec20") if code else unit)
            if per.amount <= 0:
                self.fault("number_invalid", base, f"a price per {per.amount:f}")
                per = Quantity(Decimal(1), per.unit)
        return Price(self.number(said), self.take(said, "currencyID") or self.currency, per)

    def date(self, node: Node | None, *paths: str) -> dt.date | None:
        """An xsd:date; a zone behind it says nothing about the day. Nonsense is a fault."""
        found = next((each for each in (self.one(node, steps) for steps in paths) if each is not None), None)
        if found is None:
            return None
        text = self.take(found)
        match = _DATE.fullmatch(text)
        try:
            return dt.date.fromisoformat(match[1] if match else "")
        except ValueError:
            self.fault("date_invalid", found, f"{text[:40]!r} is no date such as 2026-11-21")
            return None

    def moment(self, node: Node | None, date: str, time: str) -> dt.datetime | None:
        """A date and the time beside it, in UTC; a time without a zone is of the one agreed on, no time is midnight."""
        day = self.date(node, date)
        if day is None:
            return None
        clock = self.one(node, time)
        at = dt.time()
        if clock is not None:
            text = self.take(clock)
            found = _time(text)
            if found is None:
                self.fault("time_invalid", clock, f"{text[:40]!r} is no time such as 10:30:00Z")
            else:
                at = found
        said = dt.datetime.combine(day, at.replace(tzinfo=dt.UTC))
        try:
            if at.tzinfo is None:
                return in_utc(said, self.context.options.zone)
            return dt.datetime.combine(day, at).astimezone(dt.UTC)
        except (OverflowError, ValueError):
            return said

    def heading(self) -> str:
        """The number that every document begins with."""
        self.no_copy()
        return self.needed(self.root, "cbc:ID")

    def no_copy(self) -> None:
        """A document that says it is a copy is none to act on."""
        copy = self.one(self.root, "cbc:CopyIndicator")
        if copy is not None and (said := self.take(copy)) not in ("false", "0"):
            self.fault("purpose_unsupported", copy, f"the document says that it is a copy ({said[:20]!r})")

    def issued(self) -> dt.date:
        """The date of the document, which must be there."""
        found = self.date(self.root, "cbc:IssueDate")
        if found is None:
            self.fault("element_missing", None, f"{_local(self.root)} has no IssueDate")
        return found or EPOCH.date()

    def document_currency(self) -> str:
        """The currency of the document: what it says, else that of the agreement, else that of its first amount."""
        said = self.text(self.root, "cbc:DocumentCurrencyCode")
        if not said and not self.currency:
            first = next((each for each in self.root.iter() if each.get("currencyID")), None)
            said = self.take(first, "currencyID")
        self.currency = said or self.currency
        return self.currency

    def party(self, node: Node | None, known: PartyRef | None = None) -> PartyRef | None:
        """A `cac:Party`, or what stands around one (`BuyerCustomerParty`). `known` is who the agreement says it is: one
        with an empty id is nobody."""
        if node is None:
            return None
        party = self._party_of(node)
        name = self.text(party, "cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName")
        country = self.text(
            party,
            "cac:PostalAddress/cac:Country/cbc:IdentificationCode",
            "cac:PartyLegalEntity/cac:RegistrationAddress/cac:Country/cbc:IdentificationCode",
        )
        known = known if known is not None and known.id else None
        given, qualifier = self._identity(node, party, known)
        if known is None:
            return PartyRef(given, given if qualifier else "", qualifier, name, country)
        name, country = name or known.name, country or known.country
        if given == known.id and not qualifier:
            return PartyRef(known.id, "", "", name, country, known.contact_ref)
        if not given or (given, qualifier) == _theirs(known):
            return PartyRef(known.id, known.their_id, known.qualifier, name, country, known.contact_ref)
        return PartyRef(known.id, given, qualifier, name, country)

    def party_id(self, node: Node | None, known: PartyRef | None = None) -> str:
        """The id of a party where the object has a place for nothing else of it: ours for the one of the agreement."""
        if node is None:
            return ""
        known = known if known is not None and known.id else None
        given, qualifier = self._identity(node, self._party_of(node), known, listed=known is not None)
        if known is not None and (not given or (given, qualifier) == _theirs(known)):
            return known.id
        return given

    def _party_of(self, node: Node) -> Node | None:
        return self.one(node, "cac:Party") if _local(node) in _AROUND else node

    def _identity(
        self, around: Node, party: Node | None, known: PartyRef | None, *, listed: bool = True
    ) -> tuple[str, str]:
        """The id of a party that is taken, and our code of its list (where that is asked): the one that the agreement
        knows, else the first."""
        found = list(self._identities(around, party))
        wanted = [] if known is None else [_theirs(known), (known.id, "")]
        chosen = next((each for each in found if each[1:] in wanted), found[0] if found else None)
        if chosen is None:
            return "", ""
        self.take(chosen[0])
        if listed:
            self.take(chosen[0], "schemeID")
        return chosen[1], chosen[2]

    def _identities(self, around: Node, party: Node | None) -> Iterator[tuple[Node, str, str]]:
        for steps in ("cac:PartyIdentification/cbc:ID", "cbc:EndpointID", "cac:PartyLegalEntity/cbc:CompanyID"):
            for node in self.all(party, steps):
                if text := (node.text or "").strip():
                    scheme = (node.get("schemeID") or "").strip()
                    yield node, text, qualifier_of(scheme, text)
        for steps, code in (("cbc:CustomerAssignedAccountID", ""), ("cbc:SupplierAssignedAccountID", "91")):
            for node in self.all(around, steps):
                if text := (node.text or "").strip():
                    yield node, text, code

    def place(self, node: Node | None) -> PartyRef | None:
        """Where goods go (`cac:Delivery`): the place's own id, else the party that takes them in."""
        location = self.one(node, "cac:DeliveryLocation")
        for steps in ("cbc:ID", "cac:Address/cbc:ID"):
            found = self.one(location, steps)
            if found is not None and (text := self.take(found)):
                scheme = self.take(found, "schemeID")
                qualifier = qualifier_of(scheme, text)
                name = self.text(location, "cbc:Name")
                country = self.text(location, "cac:Address/cac:Country/cbc:IdentificationCode")
                return PartyRef(text, text if qualifier else "", qualifier, name, country)
        party = self.party(self.one(node, "cac:DeliveryParty"))
        return party if party is not None and (party.id or party.name) else None

    def items(
        self,
        node: Node | None,
        at: Node,
        *,
        theirs: bool = True,
        gtin: bool = True,
        must: bool = True,
        unknown: bool = True,
    ) -> Ids:
        """The names of a `cac:Item`. `theirs` and `gtin` say whether the object has a place for the partner's id and
        the GTIN; without one they are only asked where they are what finds our item. `unknown`: one that is no item of
        ours is a fault."""
        buyer = self.context.role == "buyer"
        sides = ("cac:BuyersItemIdentification/cbc:ID", "cac:SellersItemIdentification/cbc:ID")
        of_ours, of_theirs = sides if buyer else (sides[1], sides[0])
        standard = "cac:StandardItemIdentification/cbc:ID"
        own = self.text(node, of_ours)
        partners = self.text(node, of_theirs) if theirs or not own else ""
        standards = self.text(node, standard) if gtin or not (own or partners) else ""
        if own:
            return Ids(own, partners, standards)
        if not standards:
            standards = self._peek(node, standard)
        for value in (partners, standards):
            found = self.context.our_item(value) if value else None
            if found is not None:
                self.text(node, standard if value == standards else of_theirs)
                return Ids(found, partners, standards)
        if (partners or standards) and unknown:
            severity: Severity = "warning" if buyer else "error"
            self.fault("item_unknown", at, f"no item of ours is known for {(partners or standards)!r}", severity)
        elif must and not (partners or standards):
            self.fault("item_missing", at)
        return Ids("", partners, standards)

    def _peek(self, node: Node | None, steps: str) -> str:
        found = self.one(node, steps)
        return "" if found is None else (found.text or "").strip()

    def rates(self, node: Node | None, name: str) -> tuple[TaxRate, ...]:
        """The tax categories of an element, with their rates: VAT, where they do not say which tax."""
        return tuple(self.rate(each) for each in self.all(node, f"cac:{name}"))

    def rate(self, category: Node | None, above: Node | None = None) -> TaxRate:
        """A tax category; before UBL 2.1 the percentage stands in what is `above` it."""
        inside = self.one(category, "cbc:Percent")
        percent = self.one(above, "cbc:Percent") if inside is None else inside
        said = None if percent is None else self.number(percent)
        return TaxRate(self.text(category, "cbc:ID"), said, self.text(category, "cac:TaxScheme/cbc:ID") or "VAT")

    def charges(self, node: Node, line: str = "") -> list[Charge]:
        """`cac:AllowanceCharge`: charges are positive, allowances negative."""
        found = []
        for each in self.all(node, "cac:AllowanceCharge"):
            amount = self.amount(self.one(each, "cbc:Amount"))
            if amount is None:
                self.fault("charge_without_amount", each)
                continue
            indicator = self.needed(each, "cbc:ChargeIndicator")
            if indicator not in ("true", "1", "false", "0"):
                self.fault("code_unknown", each, f"ChargeIndicator is {indicator[:20]!r}, neither true nor false")
            code = self.text(each, "cbc:AllowanceChargeReasonCode")
            words = self.text(each, "cbc:AllowanceChargeReason")
            signed = amount if indicator in ("true", "1") else -amount
            found.append(Charge(code, signed, words, line, self.rates(each, "TaxCategory")))
        return found


def _theirs(known: PartyRef) -> tuple[str, str]:
    return known.their_id, known.qualifier


def _local(node: Node) -> str:
    return etree.QName(node).localname


def _last(steps: str) -> str:
    return steps.rsplit(":", 1)[-1]


def _time(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    clock, fraction, zone = match.groups()
    micro = f".{fraction[:6]:0<6}" if fraction else ""
    try:
        return dt.time.fromisoformat(clock + micro + (zone or "").replace("Z", "+00:00"))
    except ValueError:
        return None
