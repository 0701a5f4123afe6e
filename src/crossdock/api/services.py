"""What the HTTP interface needs from the composition root."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from crossdock.api.gateway.call import AnyRequest
from crossdock.api.gateway.limits import Limit
from crossdock.identity import KeyRing
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.requests import Component
from crossdock.inventory.desk.rules import StockRules
from crossdock.masterdata import Masterdata
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations.context import BusinessTime, Context
from crossdock.operations.items import KnownItems
from crossdock.operations.order_desk import OrderDesk
from crossdock.operations.reservations import Means, publish_outcomes
from crossdock.operations.units import BaseUnits
from crossdock.operations.webhook_desk import WebhookDesk
from crossdock.ports.connector import Connector
from crossdock.project.network import Network
from crossdock.rules.bill import kit_of
from crossdock.store import Store


@dataclass
class Services:
    """One per API process. `network` and `connectors` may be replaced while it runs (`crossdock project apply`)."""

    store: Store
    network: Network
    connectors: Mapping[str, Connector]
    """By system name; only their `authentic` and `transport_key` are used here."""
    clock: BusinessTime
    orders: OrderDesk
    webhooks: WebhookDesk
    reservations: ReservationDesk
    keys: KeyRing
    items: KnownItems
    masterdata: Masterdata
    units: BaseUnits
    limit: Limit = field(default_factory=Limit)
    _placed: tuple[Network, StockPolicies] | None = None

    @classmethod
    def on(
        cls,
        store: Store,
        network: Network,
        connectors: Mapping[str, Connector],
        masterdata: Masterdata | None = None,
    ) -> Services:
        """Services on one store, with desks of their own. Master data that are not given are read when it starts."""
        masterdata = masterdata or Masterdata()
        made = cls(
            store=store,
            network=network,
            connectors=connectors,
            clock=BusinessTime(store),
            orders=OrderDesk(store),
            webhooks=WebhookDesk(store),
            reservations=ReservationDesk(store, publish_outcomes),
            keys=KeyRing(store),
            items=KnownItems(store, masterdata),
            masterdata=masterdata,
            units=BaseUnits(store, masterdata),
        )
        made.reservations.rules = StockRules(made._stock_policies, made.clock.now)
        return made

    def _stock_policies(self) -> tuple[StockPolicies, int]:
        if self._placed is None or self._placed[0] is not self.network:
            self._placed = self.network, self.network.stock_policies()
        return self._placed[1], self.network.version

    @property
    def means(self) -> Means:
        """What reserving takes beside the store."""
        return Means(self.reservations, self.network, self.items, self._components)

    def _components(self, company_id: str, item: str, on: dt.date) -> tuple[Component, ...]:
        made_of = kit_of(item, lambda each: self.masterdata.components(company_id, each, on))
        return tuple(Component(part, per) for part, per in made_of.items())

    async def refresh(self) -> None:
        """Follow the clock and the master data; call it at start and every few seconds."""
        await self.clock.refresh()
        async with self.store.transaction() as tx:
            await self.masterdata.refresh_if_changed(tx)

    @property
    def context(self) -> Context:
        """What operations are given."""
        return Context(self.store, self.clock.now)


def services_of(request: AnyRequest) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.scope["litestar_app"].state["services"]
    return services
