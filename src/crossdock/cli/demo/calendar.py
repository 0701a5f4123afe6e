"""When the demo's days are: its opening, how long it may take, and when systems are away, from the data played."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossdock.model.masterdata import SupplierTerms
from crossdock.project import Network

# Technical time for what no business clock makes faster: processes start, and a slow machine catches up.
_MACHINE_SECONDS = 240
# Kills need this much business time, however short the trading is: goods and documents are still under way then.
_LEAST_DAYS_OF_KILLS = 4
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class TradingDays:
    """What the simulated systems say of the orders that they are going to play."""

    first_order_at: dt.datetime
    last_order_at: dt.datetime
    days: tuple[dt.date, ...]

    @classmethod
    def from_ready(cls, ready: Mapping[str, Any]) -> TradingDays:
        """As the simulated systems say it when they are ready."""
        first, last = (dt.datetime.fromisoformat(ready[name]) for name in ("first_order_at", "last_order_at"))
        return cls(first, last, tuple(dt.date.fromisoformat(day) for day in ready["trading_days"]))

    @property
    def opens_at(self) -> dt.datetime:
        """The full hour before the first order."""
        return self.first_order_at.replace(minute=0, second=0, microsecond=0)

    def patience_seconds(self, network: Network, rate: float) -> float:
        """Technical seconds from opening after which nobody waits any longer for rest.

        What the last order still sets off is bought, sent, received and charged within the longest of the agreed terms.
        """
        days = self.last_order_at - self.opens_at + longest_terms(network)
        return _MACHINE_SECONDS + days.total_seconds() / rate

    def kill_seconds(self, rate: float) -> float:
        """Technical seconds from opening over which kills are spread: trading, and the day after it."""
        days = max(self.last_order_at - self.opens_at + _DAY, _LEAST_DAYS_OF_KILLS * _DAY)
        return days.total_seconds() / rate

    def outages(self, network: Network) -> list[dict[str, str]]:
        """An ERP is away for an hour on the first day, a warehouse after it, and all partners on the second day."""
        second = self.days[1] if len(self.days) > 1 else self.days[0] + _DAY
        morning = dt.datetime.combine(second, dt.time(9), dt.UTC)
        erp, warehouse = (_last_system(network, role) for role in ("erp", "wms"))
        return [
            *_away(erp, self.opens_at + dt.timedelta(hours=2.5), hours=1),
            *_away(warehouse, self.opens_at + dt.timedelta(hours=5), hours=1),
            *_away("sftp" if network.partners else "", morning, hours=2),
        ]


def longest_terms(network: Network) -> dt.timedelta:
    """From an order to a supplier until its invoice is overdue, by the most patient agreement."""
    terms = [
        agreement.terms
        for partner in network.partners.values()
        for agreement in partner.agreements.values()
        if agreement.terms is not None
    ]
    return max(map(_until_charged, terms), default=_LEAST_DAYS_OF_KILLS * _DAY)


def _until_charged(terms: SupplierTerms) -> dt.timedelta:
    hours = terms.acknowledgement_hours + terms.ship_notice_hours + terms.receipt_hours + terms.invoice_hours
    return dt.timedelta(days=terms.lead_days + terms.late_days, hours=hours)


def _last_system(network: Network, role: str) -> str:
    return max((system.name for system in network.systems.values() if system.role == role), default="")


def _away(system: str, since: dt.datetime, *, hours: int) -> list[dict[str, str]]:
    until = since + dt.timedelta(hours=hours)
    return [{"system": system, "from": since.isoformat(), "to": until.isoformat()}] if system else []
