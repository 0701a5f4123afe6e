"""What `sandbox.yaml` says: who is simulated, and with which personality."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import msgspec

from crossdock.sandbox.clock import Calendar


class Company(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A legal entity of the distributor. The one without `countries` serves all countries nobody else serves."""

    edi_id: str
    currency: str = "GBP"
    countries: tuple[str, ...] = ()


class ErpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The purchasing department's habits."""

    policy_at: tuple[dt.time, ...] = (dt.time(7), dt.time(11), dt.time(15))
    """When the reorder-point policy runs on working days."""
    lead_days: int = 2
    grace_days: int = 1
    """Working days after which goods that nobody confirmed anew no longer count as on order."""
    quiet_days: int = 30
    """Days after the last order when the policy stops for good."""
    changes: float = 0.2
    """Share of purchase orders that are changed after they were sent."""


class MiscountSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of received lines that are not as sent."""

    short: float = 0.0
    over: float = 0.0
    damaged: float = 0.0
    quarantined: float = 0.0


class WmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One warehouse."""

    site: str
    letter: str
    """Stands in its numbers: `SHN000012`."""
    waves_at: tuple[dt.time, ...] = tuple(dt.time(hour) for hour in (8, 10, 12, 14, 16, 18))
    docks_at: tuple[dt.time, ...] = (dt.time(10), dt.time(15))
    allocates_minutes: tuple[int, int] = (15, 60)
    picks_minutes: tuple[int, int] = (20, 50)
    packs_minutes: tuple[int, int] = (15, 35)
    scrapped: float = 0.15
    miscounts: MiscountSettings = MiscountSettings()
    never_consolidated: tuple[str, ...] = ("CASH",)
    """Customer codes that stand for many people."""


class CarrierSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How parcels travel."""

    exceptions: float = 0.06
    returned: float = 0.0


class ChannelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A web shop or marketplace: which customers buy there follows from the channel rule of the dataset."""


class EdiStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a partner writes X12."""

    element: str = "*"
    component: str = ">"
    terminator: str = "~"
    suffix: str = ""


class SupplierSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One supplier's personality: shares are of order lines unless said otherwise."""

    edi_id: str
    item_prefix: str
    style: EdiStyle = EdiStyle()
    acknowledges_minutes: tuple[int, int] = (5, 40)
    answers_minutes: tuple[int, int] = (60, 180)
    closes_book_at: dt.time = dt.time(13)
    """Orders taken before leave with the first departure of the next working day, later ones with the second."""
    departs_at: tuple[dt.time, dt.time] = (dt.time(12), dt.time(17))
    arrives_at: dt.time = dt.time(8, 30)
    lead_days: int = 1
    transit_days: int = 1
    backorders: float = 0.0
    """Part now, part later, told in several answers for one line."""
    backorder_days: int = 1
    late: float = 0.0
    late_days: int = 1
    rejects: float = 0.0
    reduces: float = 0.0
    """Confirms less than ordered."""
    short_ships: float = 0.0
    """Confirms all, announces and ships less."""
    lies: float = 0.0
    """Announces all, ships less."""
    over_ships: float = 0.0
    price_changes: float = 0.0
    """Says so in its answer."""
    silent_price_changes: float = 0.0
    """Says so only in the invoice."""
    sends_twice: float = 0.0
    """Share of documents sent a second time."""
    invoices: Literal["per_shipment", "daily"] = "per_shipment"


class RetailerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An EDI retail customer of the distributor."""

    edi_id: str
    customer: str
    """Its customer code at the distributor."""
    item_prefix: str = "HS"
    style: EdiStyle = EdiStyle()
    acknowledges_minutes: tuple[int, int] = (5, 30)
    sends_twice: float = 0.0


class StockSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much lies in the warehouses before the first order."""

    enough: float = 0.7
    """Share of items with more than the chosen orders will ask for."""
    enough_percent: tuple[int, int] = (105, 150)
    short_percent: tuple[int, int] = (30, 60)
    slow_mover: int = 3
    """Items of which no more is asked for."""
    split: float = 0.15
    """Share of items of which a part lies in another warehouse than the preferred one."""
    point_percent: int = 10
    target_percent: int = 50
    assembled_percent: int = 30
    """How much of what will be asked for of a kit lies there as kits; the rest is made of components."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    companies: dict[str, Company]
    erp: dict[str, ErpSettings]
    warehouses: dict[str, WmsSettings]
    carriers: dict[str, CarrierSettings]
    shops: dict[str, ChannelSettings]
    marketplaces: dict[str, ChannelSettings]
    suppliers: dict[str, SupplierSettings]
    retailers: dict[str, RetailerSettings]
    stock: StockSettings = StockSettings()
    kits: dict[str, dict[str, int]] = {}
    """Items that are sold as kits: so many of each component in one. Kit and components belong to one warehouse."""
    packs: dict[str, dict[str, int]] = {}
    """What the ERP says of the packs of items: by unit, how many one holds."""
    low_limit: str = "50.00"
    """Credit of the one customer who has too little of it."""
    calendar: Calendar = Calendar()

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of everything that can be run."""
        groups = (self.erp, self.warehouses, self.carriers, self.shops, self.marketplaces)
        return (*(name for group in groups for name in group), *self.suppliers, *self.retailers)

    @property
    def partners(self) -> tuple[str, ...]:
        """Those who trade by X12 over SFTP."""
        return (*self.suppliers, *self.retailers)

    def entity_of(self, country: str) -> str:
        """The company that serves a country."""
        for name, company in self.companies.items():
            if country in company.countries:
                return name
        return next(name for name, company in self.companies.items() if not company.countries)

    def entity_by_edi_id(self, edi_id: str) -> str | None:
        """The company behind an interchange id."""
        return next((name for name, company in self.companies.items() if company.edi_id == edi_id), None)


def load_settings(path: Path) -> Settings:
    """Read `sandbox.yaml`; unknown or misspelt settings are refused by name."""
    try:
        settings = msgspec.yaml.decode(path.read_bytes(), type=Settings)
    except msgspec.MsgspecError as fault:
        raise ValueError(f"{path}: {fault}") from fault
    if not any(not company.countries for company in settings.companies.values()):
        raise ValueError(f"{path}: one company must name no countries and serve all the others")
    return settings
