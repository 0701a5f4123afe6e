"""The HTTP application. Nothing here decides: routes call operations, the gateway guards them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from crossdock.api.gateway import openapi, problem_details
from crossdock.api.gateway.limits import Limiter
from crossdock.api.gateway.middleware import Gateway
from crossdock.api.gateway.strict_json import MOST_BYTES
from crossdock.api.process import (
    assemblies,
    channels,
    consumptions,
    drifts,
    operations,
    orders,
    purchase_orders,
    reservations,
    stock,
    transfers,
)
from crossdock.api.services import Services
from crossdock.api.system import health, webhooks
from crossdock.identity import SCOPES

_CLOCK_SECONDS = 2.0
_log = structlog.get_logger("crossdock.api")


class UnguardedRoute(Exception):
    """A route names neither a scope nor says that it is public. It must not start."""


def create(services: Services) -> Litestar:
    """The application on these services. Raises `UnguardedRoute`."""

    handlers = [
        *orders.HANDLERS,
        *purchase_orders.HANDLERS,
        *stock.HANDLERS,
        *reservations.HANDLERS,
        *operations.HANDLERS,
        *drifts.HANDLERS,
        *channels.HANDLERS,
        *transfers.HANDLERS,
        *assemblies.HANDLERS,
        *consumptions.HANDLERS,
    ]
    process = Router("/process/v1", route_handlers=handlers)
    system = Router("/system/v1", route_handlers=[webhooks.take_webhook])
    app = Litestar(
        route_handlers=[process, system, health.live, health.ready, health.prometheus, problem_details.explain_problem],
        state=State({"services": services}, deep_copy=False),
        middleware=[DefineMiddleware(Gateway, ring=services.keys, limiter=Limiter(services.limit))],
        exception_handlers={HTTPException: problem_details.handle, Exception: problem_details.handle},
        openapi_config=openapi.configuration(),
        lifespan=[_background(services)],
        request_max_body_size=MOST_BYTES,
        debug=False,
        logging_config=None,
    )
    must_be_guarded(app)
    return app


def must_be_guarded(app: Litestar) -> None:
    """Raise `UnguardedRoute` unless every route says who may call it; note what it may be asked."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if handler.http_methods == {"OPTIONS"} or route.path.startswith("/schema"):
                # Made by the framework: which methods there are, and the description.
                handler.opt["public"] = True
            elif not handler.opt.get("public") and handler.opt.get("scope") not in SCOPES:
                raise UnguardedRoute(f"{sorted(handler.http_methods)} {route.path}")
            handler.opt["query"] = _query_of(handler)


def _query_of(handler: HTTPRouteHandler) -> frozenset[str]:
    """The names of a route's query parameters; others are refused."""
    declared = ((name, field.kwarg_definition) for name, field in handler.parsed_fn_signature.parameters.items())
    return frozenset(kwarg.name or name for name, kwarg in declared if isinstance(kwarg, QueryParameter))


@asynccontextmanager
async def _background(services: Services) -> AsyncIterator[None]:
    await services.refresh()
    following = asyncio.create_task(_follow_the_clock(services))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow_the_clock(services: Services) -> None:
    while True:
        await asyncio.sleep(_CLOCK_SECONDS)
        try:
            await services.refresh()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look may succeed
            # Nothing is lost: what is known of the clock stays right unless somebody sets it anew.
            _log.warning("clock_not_refreshed", exc_info=error)
