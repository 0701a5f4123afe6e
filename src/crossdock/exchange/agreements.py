"""Agreements in use: which one an interchange falls under, and what maps need to know of it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from crossdock.edi import maps, x12
from crossdock.model.party import PartyRef
from crossdock.ports.connector import References
from crossdock.project.network import Agreement, Channel, Network, Partner


class Desk:
    """Everything agreed with one partner. Immutable: a new version of the network makes a new desk."""

    def __init__(self, partner: Partner, network: Network) -> None:
        self.partner = partner
        self.zone = ZoneInfo(partner.zone)
        self.channel = _channel(partner, network)
        self._companies = network.companies
        self._by_identity = {
            (each.their.qualifier, each.their.id, each.our.qualifier, each.our.id): each
            for each in partner.agreements.values()
        }

    def of_company(self, company_id: str) -> Agreement | None:
        """The agreement between this partner and one of our companies."""
        return self.partner.agreements.get(company_id)

    def of_interchange(self, header: x12.InterchangeHeader) -> Agreement | None:
        """The agreement an interchange falls under: sender and receiver must both be as agreed."""
        return self._by_identity.get(
            (header.sender_qualifier, header.sender, header.receiver_qualifier, header.receiver)
        )

    def context(self, agreement: Agreement, references: References) -> maps.MapContext:
        """What a map must know of this agreement."""
        company, partner = agreement.company, self.partner.id
        return maps.MapContext(
            company_id=company,
            us=PartyRef(company, their_id=agreement.our_account, name=self._companies[company].name),
            partner=PartyRef(partner, name=self.partner.name, country=self.partner.country),
            role="supplier" if self.partner.kind == "customer" else "buyer",
            our_item=lambda theirs: references.our_item(company, partner, theirs),
            their_item=lambda item: references.their_item(company, partner, item),
            options=maps.MapOptions(
                buyer_item_qualifier=agreement.item_qualifiers.buyer,
                supplier_item_qualifier=agreement.item_qualifiers.supplier,
                gtin_qualifier=agreement.item_qualifiers.gtin,
                currency=agreement.currency,
                version=agreement.version,
                zone=self.zone,
            ),
        )

    def start_of(self, day: dt.date) -> dt.datetime:
        """A date of the partner's as an instant: where it lives, the day begins then."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)

    def instant_of(self, day: dt.date, learned_at: dt.datetime) -> dt.datetime | None:
        """An instant of a date of the partner's, not before we must have learned of it: as late in the day as can be.
        None for a day that had not come when we learned of it."""
        if learned_at < self.start_of(day):
            return None
        return min(learned_at, self.start_of(day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1))


def _channel(partner: Partner, network: Network) -> Channel | None:
    """The channel by which a customer partner orders; None for suppliers."""
    return next((channel for channel in network.channels.values() if channel.partner == partner.id), None)
