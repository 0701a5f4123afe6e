"""A distributor's network as data: companies, locations, systems, partners, channels and what was agreed with them.

`crossdock.project.load` makes it from files; nothing here reads files or does I/O. What a case keeps as it was when
the case began is marked PINNED, what takes effect at once is marked LIVE.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from crossdock.model.masterdata import SalesPolicy, SupplierTerms
from crossdock.model.places import placed
from crossdock.model.sales_order import PromiseKind
from crossdock.model.stock_policy import StockPolicies
from crossdock.ports.connector import Resend
from crossdock.project import facts
from crossdock.project.secrets import Secret

PINNED = msgspec.Meta(extra={"lifetime": "pinned"})
LIVE = msgspec.Meta(extra={"lifetime": "live"})

# Kinds of text. The loader knows how to check each and says in the file and line what is wrong with it.
CompanyId = Annotated[str, msgspec.Meta(extra={"kind": "company"})]
CalendarId = Annotated[str, msgspec.Meta(extra={"kind": "calendar"})]
LocationId = Annotated[str, msgspec.Meta(extra={"kind": "location"})]
SystemName = Annotated[str, msgspec.Meta(extra={"kind": "system"})]
PartnerId = Annotated[str, msgspec.Meta(extra={"kind": "partner"})]
ChannelId = Annotated[str, msgspec.Meta(extra={"kind": "channel"})]
DocumentName = Annotated[str, msgspec.Meta(extra={"kind": "document"})]
ZoneName = Annotated[str, msgspec.Meta(extra={"kind": "zone"})]
CountryCode = Annotated[str, msgspec.Meta(extra={"kind": "country"})]
CurrencyCode = Annotated[str, msgspec.Meta(extra={"kind": "currency"})]
Weekday = Annotated[int, msgspec.Meta(extra={"kind": "weekday"})]
Separator = Annotated[str, msgspec.Meta(extra={"kind": "separator"})]
ItemRule = Annotated[str, msgspec.Meta(extra={"kind": "item_rule"})]
# May be written `env:NAME`.
Endpoint = Annotated[str, msgspec.Meta(extra={"env": True})]
EndpointPort = Annotated[int, msgspec.Meta(extra={"env": True, "kind": "port"})]

Role = Literal["erp", "wms", "carrier", "channel"]
PartnerKind = Literal["supplier", "customer", "warehouse"]
"""A `warehouse` is a firm that keeps our goods in a warehouse of its own (a 3PL)."""
LocationKind = Literal["site", "warehouse", "store", "third_party", "zone", "bin", "customer"]
"""A `customer` location is a place at a customer's, where goods of ours lie on consignment until it uses them."""


class Calendar(msgspec.Struct, frozen=True):
    """The working days of a place: a weekly pattern, the public holidays of a country, and exceptions of its own."""

    id: str
    country: CountryCode = ""
    """ISO 3166-1 alpha-2 code whose public holidays are kept; empty for none."""
    subdivision: str = ""
    """ISO 3166-2 part of the country: `ENG`, `SCT`."""
    working_days: tuple[Weekday, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    closed_on: tuple[dt.date, ...] = ()
    open_on: tuple[dt.date, ...] = ()
    """Worked although the pattern or a public holiday says otherwise."""
    closes_at: dt.time = dt.time(17)
    """Until then what is due on a day is on time."""


class Company(msgspec.Struct, frozen=True):
    """A legal entity. Its id is in every business key."""

    id: str
    name: str
    currency: CurrencyCode
    zone: ZoneName
    calendar: CalendarId
    country: CountryCode = ""


class Location(msgspec.Struct, frozen=True):
    """A place that holds stock. `companies` are those whose stock may lie there.

    `parent` is the place it is part of: a site holds warehouses, these hold zones, these bins. What the file does not
    say of a place is as its parent has it.
    """

    id: str
    name: str
    companies: tuple[CompanyId, ...]
    zone: ZoneName
    calendar: CalendarId
    kind: LocationKind = "warehouse"
    country: CountryCode = ""
    gln: str = ""
    parent: LocationId = ""
    customer: str = ""
    """The customer at whose place it is, by the id it has in the master data: only of the kind `customer`."""


class Settings(msgspec.Struct, frozen=True):
    """How to reach a system. `options` and `secrets` are what its connector takes beyond the usual three."""

    url: Endpoint = ""
    token: Secret | None = None
    webhook_secret: Secret | None = None
    options: dict[str, Endpoint] = {}
    secrets: dict[str, Secret] = {}


class Poll(msgspec.Struct, frozen=True):
    """Something to be fetched again and again. The interval is in business time."""

    kind: str
    every_minutes: int


class Limits(msgspec.Struct, frozen=True):
    """What one system or partner is asked at most, over all workers together."""

    concurrency: int = 4
    """Deliveries under way at the same time."""
    rate_per_second: Decimal = Decimal(0)
    """Attempts to deliver in a second, retries included; 0 is no limit. Below one is fine: 0.1 is six in a minute."""
    timeout_seconds: int = 30
    attempts: int = 0
    """A delivery that failed so often is a dead letter; 0: it is tried until it arrives or is refused."""
    breaker_failures: int = 5
    """Failures in a row after which nothing is tried for `breaker_seconds`."""
    breaker_seconds: int = 30


class System(msgspec.Struct, frozen=True):
    """An external system and what it is to us. `of` is the warehouse of a WMS, the channel of a shop."""

    name: str
    connector: str
    role: Role
    companies: tuple[CompanyId, ...]
    of: str = ""
    settings: Annotated[Settings, LIVE] = Settings()
    sends: tuple[DocumentName, ...] = ()
    """Documents we send to it: what it *takes*."""
    polls: Annotated[tuple[Poll, ...], LIVE] = ()
    limits: Annotated[Limits, LIVE] = Limits()
    resend: Resend = "neither"
    """May a delivery be tried again when no reply came? `neither` makes it a person's decision."""
    paused: Annotated[bool, LIVE] = False


class X12Identity(msgspec.Struct, frozen=True):
    """Who somebody is in an interchange: ISA qualifier and id, and the application code of the group (GS02, GS03)."""

    qualifier: str
    id: str
    application: str = ""
    """The same as `id` unless the file says otherwise."""


class Delimiters(msgspec.Struct, frozen=True):
    """How what we write is cut. What a partner writes announces its own."""

    element: Separator = "*"
    component: Separator = ">"
    segment: Separator = "~"
    line_break: Literal["", "\n", "\r\n"] = ""
    """Written after each segment: empty, `\\n` or `\\r\\n`. With a `segment` of `\\n` it is empty."""


class ControlNumbers(msgspec.Struct, frozen=True):
    """Our counters and how far a partner's may be trusted to tell a repeated interchange from a new one."""

    first: int = 1
    """The number we begin with: above the last one of the system that we take over from."""
    theirs_repeat: Literal["never", "after_days", "always"] = "never"
    """`never`: the same number is the same interchange; with other content it waits for a person. `after_days`: so only
    within `repeat_days`. `always`: the partner does not count at all, so equal bytes alone are a repetition. What is
    repeated has no effect and gets the stored acknowledgement."""
    repeat_days: int = 0


class ItemQualifiers(msgspec.Struct, frozen=True):
    """Under which codes (X12 element 235) item ids stand in this partner's documents."""

    buyer: str = "IN"
    supplier: str = "VN"
    gtin: str = "UK"
    """Of fourteen digits; with this one, shorter GTINs have the code of their length (EO, UP, EN)."""


class StockReports(msgspec.Struct, frozen=True):
    """How the stock reports (846) of a firm that keeps our goods are read."""

    location: LocationId
    """Ours of which it speaks."""
    counts: bool = False
    """They hold: our books follow at once. Else they are only compared with our books."""
    complete: bool = False
    """What a report does not name is nothing there."""
    uncertainty_minutes: int = 0
    """How far the moment that a report names may be wrong."""


class Agreement(msgspec.Struct, frozen=True):
    """What one company and one partner agreed: identities, syntax, documents both ways, terms."""

    company: CompanyId
    partner: PartnerId
    our: X12Identity
    their: X12Identity
    customer: str = ""
    """Our customer number for a customer partner; empty: the number stands in each order."""
    our_account: str = ""
    """The partner's number for this company; where it knows us under one."""
    version: str = "004010"
    usage: Literal["P", "T"] = "P"
    """ISA15: production or test."""
    delimiters: Annotated[Delimiters, LIVE] = Delimiters()
    control_numbers: Annotated[ControlNumbers, LIVE] = ControlNumbers()
    sends: tuple[DocumentName, ...] = ()
    """Documents we send."""
    takes: tuple[DocumentName, ...] = ()
    """Documents we take."""
    currency: CurrencyCode = ""
    """The company's unless the file says otherwise."""
    terms: Annotated[SupplierTerms | None, PINNED] = None
    """What we accept without asking; suppliers have them, customers do not."""
    functional_ack_hours: Annotated[int, PINNED] = 24
    """A 997 for what we sent is expected within so many business hours; 0: none is expected. The same number as in
    `terms`: where both are written, the agreement's own wins."""
    item_qualifiers: Annotated[ItemQualifiers, LIVE] = ItemQualifiers()
    stock: Annotated[StockReports | None, LIVE] = None
    """Firms that keep our goods have it."""

    def states(self) -> dict[str, str]:
        """The facts it lets the partner state, each with the location it is narrowed to, or none."""
        found = {facts.STATED_BY_DOCUMENT[name]: "" for name in self.takes}
        if self.stock is not None and "inventory_report" in self.takes:
            found |= {"stock_statement": self.stock.location}
            found |= {"inventory_adjustment": self.stock.location} if self.stock.counts else {}
        return found


class Sftp(msgspec.Struct, frozen=True):
    """A partner's SFTP server (or its home on ours). We write into `inbox` and fetch from `outbox`."""

    host: Endpoint
    user: Endpoint
    port: EndpointPort = 22
    password: Secret | None = None
    private_key: Secret | None = None
    host_key: Endpoint = ""
    """The server's public key as one line of `known_hosts` without the host; empty accepts any, for tests only."""
    inbox: str = "inbox"
    outbox: str = "outbox"
    done: str = "done"
    """Folder inside `outbox` to which a file is renamed once it is safe with us."""
    poll_minutes: int = 15
    """In business time."""


class ItemIds(msgspec.Struct, frozen=True):
    """A party's ids of our items: explicit pairs first, then a rule such as `B-{item}`; without a rule our own id."""

    rule: ItemRule = ""
    pairs: dict[str, str] = {}
    """Ours to theirs."""

    def theirs(self, item: str) -> str | None:
        """The party's id of our item, or None where neither pairs nor rule say."""
        if (pair := self.pairs.get(item)) is not None:
            return pair
        return self.rule.replace("{item}", item) if self.rule else None

    def ours(self, their_item: str) -> str | None:
        """Our id of the party's item, or None. A pair in the other direction wins over the rule here too."""
        for ours, theirs in self.pairs.items():
            if theirs == their_item:
                return ours
        before, found, after = self.rule.partition("{item}")
        if not found or not (their_item.startswith(before) and their_item.endswith(after)):
            return None
        item = their_item[len(before) : len(their_item) - len(after)]
        return item if item and item not in self.pairs else None


class Partner(msgspec.Struct, frozen=True):
    """A trading partner: one firm, one transport, one agreement with each of our companies that deals with it."""

    id: str
    name: str
    kind: PartnerKind
    zone: ZoneName
    calendar: CalendarId
    transport: Annotated[Sftp, LIVE]
    agreements: dict[str, Agreement]
    """By company."""
    items: Annotated[ItemIds, LIVE] = ItemIds()
    limits: Annotated[Limits, LIVE] = Limits(concurrency=1)
    country: CountryCode = ""
    paused: Annotated[bool, LIVE] = False


class Channel(msgspec.Struct, frozen=True):
    """A way by which customers order: a system of ours (`system`) or an EDI customer (`partner`).

    `asked`: the order asks us for stock and may be refused. `told`: somebody has promised it already.
    """

    id: str
    name: str
    promise: PromiseKind
    companies: tuple[CompanyId, ...]
    system: SystemName = ""
    partner: PartnerId = ""
    customer: str = ""
    """Our customer number for orders that name no customer of their own, such as a cash customer."""
    policies: Annotated[dict[str, SalesPolicy], PINNED] = {}
    """By company."""


class Ownership(msgspec.Struct, frozen=True):
    """The system that may state a fact: nobody else's word on it moves anything.

    `of` narrows the fact to a warehouse or channel. What partners may state follows from their agreements.
    """

    fact: str
    system: str
    companies: tuple[CompanyId, ...]
    of: str = ""


class Policies(msgspec.Struct, frozen=True):
    """Named terms that agreements and channels refer to, and how stock may be promised."""

    supplier_terms: dict[str, SupplierTerms] = {}
    sales: dict[str, SalesPolicy] = {}
    stock: Annotated[StockPolicies, LIVE] = StockPolicies()


class Consumer(msgspec.Struct, frozen=True):
    """A program that calls our API. `channel` or `partner` narrows what it sees and may place."""

    id: str
    name: str
    scopes: tuple[str, ...]
    key: Secret
    companies: tuple[CompanyId, ...]
    channel: ChannelId = ""
    partner: PartnerId = ""


class Network(msgspec.Struct, frozen=True):
    """The whole network, each kind by id. `version` is 0 until `apply` gave it one."""

    name: str
    companies: dict[str, Company]
    calendars: dict[str, Calendar]
    locations: dict[str, Location]
    systems: dict[str, System]
    partners: dict[str, Partner]
    channels: dict[str, Channel]
    ownership: tuple[Ownership, ...]
    policies: Policies
    consumers: dict[str, Consumer]
    version: int = 0

    def agreement(self, company_id: str, partner: str) -> Agreement | None:
        """What a company and a partner agreed, or None."""
        found = self.partners.get(partner)
        return found.agreements.get(company_id) if found else None

    def supplier_terms(self, company_id: str, supplier: str) -> SupplierTerms | None:
        """The terms agreed with a supplier, or None for a firm we have no agreement with."""
        agreement = self.agreement(company_id, supplier)
        return agreement.terms if agreement else None

    def sales_policy(self, company_id: str, channel: str) -> SalesPolicy:
        """How orders of a channel are judged; of a channel we do not know, nothing is filled."""
        found = self.channels.get(channel)
        return found.policies.get(company_id, SalesPolicy()) if found else SalesPolicy()

    def stock_policies(self) -> StockPolicies:
        """The stock policies with what their locations consist of: what a rule says of a warehouse it says of its bins.
        `policies.stock` has them as they are written."""
        return placed(self.policies.stock, {place.id: place.parent for place in self.locations.values()})

    def place(self, of: str) -> Partner | Location | Company | None:
        """Who has a calendar and a zone under this name: a partner, a location, a company."""
        return self.partners.get(of) or self.locations.get(of) or self.companies.get(of)

    def children(self, location: str) -> tuple[str, ...]:
        """The places that are directly part of a location, by id."""
        return tuple(sorted(place.id for place in self.locations.values() if place.parent == location))

    def within(self, location: str) -> tuple[str, ...]:
        """A location and all that is part of it, the larger before the smaller: its stock is the stock of all these."""
        found = [location]
        for place in found:
            found += [child for child in self.children(place) if child not in found]
        return tuple(found)

    def above(self, location: str) -> tuple[str, ...]:
        """A location and all it is part of, the nearest first: a fact at a bin is a fact at its warehouse."""
        found = [location]
        while (place := self.locations.get(found[-1])) and place.parent and place.parent not in found:
            found.append(place.parent)
        return tuple(found)

    def system(self, company_id: str, role: str, of: str = "") -> str:
        """The name of the system in a role for a company; empty if there is none. The system of a location is the
        nearest above it."""
        fitting = [one for one in self.systems.values() if one.role == role and company_id in one.companies]
        if not of:
            return fitting[0].name if fitting else ""
        return next((one.name for place in self.above(of) for one in fitting if one.of == place), "")

    def sends(self, receiver: str, document: str, company_id: str) -> bool:
        """Is this kind of document sent to this system, or by this company's agreement to this partner?"""
        if (system := self.systems.get(receiver)) is not None:
            return document in system.sends
        agreement = self.agreement(company_id, receiver)
        return agreement is not None and document in agreement.sends

    def consignee(self, location: str) -> str:
        """The customer at whose place a location is; empty for places of our own."""
        found = self.locations.get(location)
        return found.customer if found else ""

    def partner_of(self, channel: str) -> str:
        """The trading partner behind an EDI channel; empty for channels that are systems."""
        found = self.channels.get(channel)
        return found.partner if found else ""

    def may_state(self, source: str, fact: str, company_id: str, of: str = "") -> bool:
        """May this system or partner state this fact (see `facts.py`) about this company, warehouse or channel?"""
        if (partner := self.partners.get(source)) is not None:
            agreement = partner.agreements.get(company_id)
            stated = agreement.states() if agreement is not None else {}
            return fact in stated and (not of or not stated[fact] or stated[fact] in self.above(of))
        return any(rule.system == source for rule in self.owners_of(fact, company_id, of))

    def owners_of(self, fact: str, company_id: str, of: str = "") -> list[Ownership]:
        """The entries of the ownership that say who states a fact about a company, warehouse or channel. What a
        warehouse's system may state of the warehouse it may state of all that is part of it."""
        places = ("", *self.above(of)) if of else ()
        return [
            rule
            for rule in self.ownership
            if rule.fact == fact and company_id in rule.companies and (not of or rule.of in places)
        ]

    def held_by(self, source: str, fact: str, company_id: str, of: str = "") -> str:
        """The rule by which a source may not state a fact; empty if it may. The rule is named as the file names it,
        with the version of the network: `ownership: goods_receipt.north@7`."""
        if self.may_state(source, fact, company_id, of):
            return ""
        if source in self.partners:
            return f"partners: {source}.companies.{company_id}.takes@{self.version}"
        rules = self.owners_of(fact, company_id, of)
        entry = f"{fact}.{rules[0].of}" if rules and rules[0].of else fact
        return f"ownership: {entry}@{self.version}"
