"""What the HTTP interface needs from the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossdock.api.gateway.call import AnyRequest
from crossdock.api.gateway.limits import Limit
from crossdock.identity import KeyRing
from crossdock.inventory.reservations import ReservationDesk
from crossdock.operations.context import BusinessTime, Context
from crossdock.operations.items import KnownItems
from crossdock.operations.order_desk import OrderDesk
from crossdock.operations.stock import publish_outcomes
from crossdock.operations.webhook_desk import WebhookDesk
from crossdock.ports.connector import Connector
from crossdock.project.network import Network
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
    limit: Limit = field(default_factory=Limit)

    @classmethod
    def on(cls, store: Store, network: Network, connectors: Mapping[str, Connector]) -> Services:
        """Services on one store, with desks of their own."""
        return cls(
            store=store,
            network=network,
            connectors=connectors,
            clock=BusinessTime(store),
            orders=OrderDesk(store),
            webhooks=WebhookDesk(store),
            reservations=ReservationDesk(store, publish_outcomes),
            keys=KeyRing(store),
            items=KnownItems(store),
        )

    @property
    def context(self) -> Context:
        """What operations are given."""
        return Context(self.store, self.clock.now)


def services_of(request: AnyRequest) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.scope["litestar_app"].state["services"]
    return services
