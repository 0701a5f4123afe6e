"""The HTTP application on a fresh database, called without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.identity import SCOPES, register
from crossdock.store import Store
from tests.unit.api.networks import small_network

SHOP = "shop-token-shop-token-shop-token-shop-token"
DESK = "desk-token-desk-token-desk-token-desk-token"
CHANNEL_SCOPES = ["orders:write", "orders:read", "stock:read", "stock:reserve", "timeline:read"]


class Peer:
    """A system whose webhooks are signed with the word `good`."""

    def authentic(self, headers: Callable[[str], str], content: bytes) -> bool:
        return headers("Webhook-Signature") == "good"

    def transport_key(self, headers: Callable[[str], str], content: bytes) -> str:
        return headers("webhook-id")


@pytest.fixture
async def services(store: Store) -> Services:
    async with store.transaction() as tx:
        await register(tx, SHOP, "shop", CHANNEL_SCOPES, companies=["albion_uk"], channel="shop")
        await register(tx, DESK, "desk", sorted(SCOPES))
    made = Services.on(store, small_network(), {"erp": Peer()})  # type: ignore[dict-item]
    await made.clock.refresh()
    return made


@pytest.fixture
def app(services: Services) -> Litestar:
    return create(services)


@pytest.fixture
async def http(app: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {SHOP}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://crossdock", headers=headers) as client:
        yield client


@pytest.fixture
async def desk(http: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {DESK}"}
    transport = http._transport
    async with httpx2.AsyncClient(transport=transport, base_url="http://crossdock", headers=headers) as client:
        yield client


def order(number: str = "536365", **changes: Any) -> dict[str, Any]:
    return {
        "company": "albion_uk",
        "number": number,
        "customer": "17850",
        "country": "United Kingdom",
        "ordered_at": "2010-12-01T08:26:00Z",
        "currency": "GBP",
        "lines": [{"line": "1", "item": "HEART", "quantity": "6", "price": "2.00"}],
        **changes,
    }


async def place(http: httpx2.AsyncClient, body: dict[str, Any], key: str = "") -> httpx2.Response:
    headers = {"Idempotency-Key": key or f"shop-{body['number']}"}
    return await http.post("/process/v1/orders", json=body, headers=headers)
