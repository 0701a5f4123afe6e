"""What processes, maps and connectors may look up: the network and the master data of the moment, together."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.masterdata.snapshot import Masterdata
from crossdock.model.masterdata import Customer, Item, SalesPolicy, SupplierTerms
from crossdock.model.packs import Conversion
from crossdock.model.stock_policy import StockPolicies
from crossdock.project import calendars
from crossdock.project.network import Network


class NetworkReads:
    """Answers the processes' `Reads` and the connectors' `References` from memory."""

    def __init__(self, network: Network, masterdata: Masterdata) -> None:
        self.network = network
        self.masterdata = masterdata
        self._stock_policies = network.stock_policies()

    def item(self, company_id: str, item: str) -> Item | None:
        """The item, or None if we do not know it."""
        return self.masterdata.item(company_id, item)

    def customer(self, company_id: str, customer: str) -> Customer | None:
        """The customer, or None if we do not know it."""
        return self.masterdata.customer(company_id, customer)

    def components(self, company_id: str, item: str, on: dt.date) -> tuple[tuple[str, Decimal], ...]:
        """What one item consists of on a day; empty if it is no kit. Raises `KitRefused` for one that holds itself."""
        return self.masterdata.components(company_id, item, on)

    def in_kits(self, company_id: str, item: str) -> bool:
        """Is it, or was it ever, a component of a kit?"""
        return self.masterdata.in_kits(company_id, item)

    def in_packs(self, company_id: str, item: str) -> bool:
        """Did anybody ever state a pack of it? Then it may have been ordered in packs."""
        return self.masterdata.in_packs(company_id, item)

    def conversion(self, company_id: str, item: str, unit: str, on: dt.date, party: str = "") -> Conversion:
        """What one unit of an item is in its base unit on a day. Raises `ConversionRefused`."""
        return self.masterdata.conversion(company_id, item, unit, on, party)

    def supplier_terms(self, company_id: str, supplier: str) -> SupplierTerms | None:
        """The agreed terms, or None for a firm we have no agreement with."""
        return self.network.supplier_terms(company_id, supplier)

    def sales_policy(self, company_id: str, channel: str) -> SalesPolicy:
        """How orders of this channel are judged and filled."""
        return self.network.sales_policy(company_id, channel)

    def stock_policies(self) -> StockPolicies:
        """How stock may be promised, and from where orders are filled."""
        return self._stock_policies

    def system(self, company_id: str, role: str, of: str = "") -> str:
        """The system in a role; empty if there is none."""
        return self.network.system(company_id, role, of)

    def sends(self, receiver: str, document: str, company_id: str) -> bool:
        """Is this kind of document of this company sent to this system or partner?"""
        return self.network.sends(receiver, document, company_id)

    def consignee(self, location: str) -> str:
        """The customer at whose place a location is; empty for places of our own."""
        return self.network.consignee(location)

    def partner_of(self, channel: str) -> str:
        """The trading partner behind an EDI channel; empty for channels that are systems."""
        return self.network.partner_of(channel)

    def within(self, of: str, at: dt.datetime, hours: int) -> dt.timedelta:
        """So many hours there from an instant on, days that are not worked left out."""
        time = dt.timedelta(hours=hours)
        place = self.network.place(of)
        return calendars.within(self.network.calendars[place.calendar], place.zone, at, time) if place else time

    def working_day(self, of: str, day: dt.date, days: int) -> dt.date:
        """The day there that is so many working days after another."""
        place = self.network.place(of)
        calendar = self.network.calendars[place.calendar] if place else calendars.WEEKDAYS
        return calendars.add_working_days(calendar, day, days)

    def close_of(self, of: str, day: dt.date) -> dt.datetime:
        """Until when something due there on a day is on time."""
        place = self.network.place(of)
        if place is None:
            return calendars.due(day, calendars.WEEKDAYS, "UTC")
        return calendars.due(day, self.network.calendars[place.calendar], place.zone)

    def date_at(self, of: str, at: dt.datetime) -> dt.date:
        """The date that an instant has there; in UTC where we know no place."""
        place = self.network.place(of)
        return calendars.local_date(at, place.zone if place else "UTC")

    def their_item(self, company_id: str, party: str, item: str) -> str:
        """A party's id for our item: a cross-reference, else the partner's rule, else our own id."""
        found = self.masterdata.their_item(company_id, party, item)
        if found is None and (partner := self.network.partners.get(party)) is not None:
            found = partner.items.theirs(item)
        return item if found is None else found

    def our_item(self, company_id: str, party: str, their_item: str) -> str | None:
        """Our id for a party's item: a cross-reference, else the partner's rule; None where neither fits.

        Where nothing is agreed with a party, it uses our ids. Whether we know the item is another question (`item`).
        """
        found = self.masterdata.our_item(company_id, party, their_item)
        if found is not None:
            return found
        partner = self.network.partners.get(party)
        if partner is None or not (partner.items.rule or partner.items.pairs):
            return their_item
        return partner.items.ours(their_item)
