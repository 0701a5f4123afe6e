"""A small network for tests of the HTTP interface."""

from __future__ import annotations

from crossdock.project.network import Calendar, Channel, Company, Location, Network, Policies


def small_network() -> Network:
    companies = {name: Company(name, name, "GBP", "Europe/London", "weekdays") for name in ("albion_uk", "albion_ie")}
    locations = {name: Location(name, name, ("albion_uk",), "Europe/London", "weekdays") for name in ("north", "south")}
    channels = {
        "shop": Channel("shop", "Shop", "asked", ("albion_uk", "albion_ie"), customer="CASH"),
        "marketplace": Channel("marketplace", "Marketplace", "told", ("albion_uk",)),
    }
    return Network(
        name="test",
        companies=companies,
        calendars={"weekdays": Calendar("weekdays")},
        locations=locations,
        systems={},
        partners={},
        channels=channels,
        ownership=(),
        policies=Policies(),
        consumers={},
        version=3,
    )
