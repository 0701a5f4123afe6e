"""What the vendors of the contract tests answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from crossdock.project.network import Limits, Network, Policies, Settings, System
from crossdock.project.secrets import Secret
from crossdock.testing.vendor_server import Answer, Request, Respond
from crossdock.testing.vendors import HttpVendor

NETWORK = Network("test", {}, {}, {}, {}, {}, {}, (), Policies(), {})
COMPANIES = ("albion_uk", "albion_ie")


def http_vendor(
    connector_type: Any, respond: Respond, *, role: Any, of: str = "", webhooks: bool = False
) -> Callable[[], HttpVendor]:
    """A vendor whose connector is made as the composition root makes it."""

    def connect(url: str, token: Secret, secrets: tuple[Secret, ...], timeout_seconds: float) -> Any:
        settings = Settings(
            url=url,
            token=token,
            webhook_secret=secrets[0] if webhooks else None,
            secrets={"webhook_secret_previous": secrets[1]} if webhooks else {},
        )
        system = System(
            name="vendor",
            connector=connector_type.manifest.code,
            role=role,
            companies=COMPANIES,
            of=of,
            settings=settings,
            limits=Limits(timeout_seconds=timeout_seconds),  # type: ignore[arg-type]
        )
        return connector_type(system, NETWORK)

    return lambda: HttpVendor(connect, respond)


def answering(reply: dict[str, Any], feeds: dict[str, list[dict[str, Any]]], rows: str) -> Respond:
    """A change feed of two rows a page under `?object=`, or the only feed; everything else is answered by `reply`."""

    def respond(request: Request) -> Answer:
        if request.method != "GET":
            return Answer(201, json.dumps(reply).encode())
        feed = feeds.get(request.query.get("object", ""), next(iter(feeds.values()), []))
        start = int(request.query.get("cursor") or 0)
        page = feed[start : start + 2]
        body = {rows: page, "cursor": str(start + len(page)), "more": start + 2 < len(feed)}
        return Answer(200, json.dumps(body).encode())

    return respond
