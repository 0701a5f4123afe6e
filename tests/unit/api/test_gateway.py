"""What every call passes, without a database."""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import UUID

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute

from crossdock.api.app import UnguardedRoute, create, must_be_guarded
from crossdock.api.gateway import openapi
from crossdock.api.gateway.call import identify
from crossdock.api.gateway.limits import Limit, Limiter
from crossdock.api.gateway.problem_details import details, from_exception
from crossdock.api.services import Services
from crossdock.identity import SCOPES, Denied
from crossdock.operations.problems import PROBLEMS, Problem
from crossdock.store import Store
from crossdock.store.group_commit import Overloaded
from tests.unit.api.networks import small_network


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create(Services.on(cast("Store", None), small_network(), {}))


def routes(app: Litestar) -> list[tuple[str, Any]]:
    return [
        (route.path, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.http_methods != {"OPTIONS"}
    ]


def test_every_route_names_a_scope_or_says_that_it_is_public(app: Litestar) -> None:
    public = {path for path, handler in routes(app) if handler.opt.get("public")}
    assert {path for path in public if not path.startswith("/schema")} == {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/problems/{code:str}",
        "/system/v1/{system:str}/webhooks",
    }
    assert {handler.opt["scope"] for _, handler in routes(app) if "scope" in handler.opt} == set(SCOPES)


def test_a_route_without_a_policy_does_not_start() -> None:
    @get("/open")
    async def open_route() -> str:
        return ""

    with pytest.raises(UnguardedRoute, match="/open"):
        must_be_guarded(Litestar([open_route], openapi_config=None))


def test_the_description_is_openapi_31_and_names_bodies_keys_scopes_and_problems(app: Litestar) -> None:
    document = json.loads(json.dumps(openapi.complete(app, app.openapi_schema.to_schema())))
    assert document["openapi"].startswith("3.1")
    place = document["paths"]["/process/v1/orders"]["post"]
    assert place["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PlaceOrder"}
    assert [p["name"] for p in place["parameters"]] == ["Idempotency-Key"]
    assert "orders:write" in place["description"]
    assert place["responses"]["default"]["content"]["application/problem+json"]
    known = set(document["components"]["schemas"])
    assert {name.rpartition("/")[2] for name in _references(document)} <= known


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(_references, node.values()))
    if isinstance(node, list):
        return set().union(*map(_references, node))
    return set()


def test_ids_of_a_caller_are_taken_over_if_they_are_well_formed() -> None:
    correlation = "0192e4c8-86e7-76ee-b9c2-9874cb66aca0"
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    call = identify([(b"x-correlation-id", correlation.encode()), (b"traceparent", trace)])
    assert call.correlation_id == UUID(correlation)
    assert call.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    strange = identify([(b"x-correlation-id", b"\xff; drop table"), (b"traceparent", b"00-zz")])
    assert strange.correlation_id.version == 7
    assert strange.trace_id == ""


def test_a_consumer_that_used_its_calls_waits_and_others_do_not() -> None:
    limiter = Limiter(Limit(requests=3, seconds=30))
    assert [limiter.take("shop") for _ in range(4)] == [2, 1, 0, -10]
    assert limiter.take("desk") == 2


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (Denied("no"), "forbidden", 403),
        (Overloaded(), "unavailable", 503),
        (ConnectionResetError(), "unavailable", 503),
        (TimeoutError(), "unavailable", 503),
        (Problem("conflict", "x"), "conflict", 409),
        (ZeroDivisionError("secret"), "internal", 500),
    ],
)
def test_every_failure_is_a_problem_that_tells_nothing_of_our_insides(error: Exception, code: str, status: int) -> None:
    told = details(from_exception(error), identify([]))
    assert (told.code, told.status, told.type) == (code, status, f"/problems/{code}")
    assert "secret" not in told.detail


def test_every_kind_of_problem_says_what_to_do() -> None:
    for kind in PROBLEMS.values():
        assert 400 <= kind.status < 600
        assert kind.title
        assert kind.advice
