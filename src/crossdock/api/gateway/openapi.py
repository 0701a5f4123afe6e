"""The API's description, OpenAPI 3.1, at `/schema`.

Litestar describes routes, parameters and answers. Bodies are read by our own strict decoder, and identity, limits and
problems are the gateway's, so these are added here from what each route says in its `opt`: `body`, `answer`, `scope`,
`public`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.routes import HTTPRoute

from crossdock import __version__
from crossdock.api.gateway.problem_details import MEDIA_TYPE, ProblemDetails

_REFERENCE = "#/components/schemas/{name}"
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same in every retry of one call: the answer is then the first one, for 30 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def configuration() -> OpenAPIConfig:
    """What Litestar is told."""
    return OpenAPIConfig(
        title="Crossdock",
        version=__version__,
        description="Orders, purchase orders, stock and fulfillment of one distributor, across all its systems.",
        path="/schema",
        render_plugins=[_Description(path=["/", "/openapi.json"])],
    )


class _Description(OpenAPIRenderPlugin):
    """Serves the description as JSON."""

    def __init__(self, *, path: list[str]) -> None:
        super().__init__(path=path, media_type=OpenAPIMediaType.OPENAPI_JSON)
        self._rendered = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The whole document; it does not change while the process runs."""
        if not self._rendered:
            self._rendered = msgspec.json.encode(complete(request.app, openapi_schema), order="deterministic")
        return self._rendered


def complete(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    """Litestar's description with what only we know."""
    handlers = [
        (route.path_format, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "scope" in handler.opt or "public" in handler.opt
    ]
    types = {handler.opt[kind] for _, handler in handlers for kind in ("body", "answer") if kind in handler.opt}
    ordered = sorted(types, key=repr)
    shown, components = msgspec.json.schema_components([ProblemDetails, *ordered], ref_template=_REFERENCE)
    references = dict(zip([ProblemDetails, *ordered], shown, strict=True))
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas |= components
    schema["components"]["securitySchemes"] = {"api_key": {"type": "http", "scheme": "bearer"}}
    for path, handler in handlers:
        for method in handler.http_methods:
            operation = schema.get("paths", {}).get(path, {}).get(method.lower())
            if operation is not None:
                _describe(operation, method, handler, references)
    return schema


def _describe(
    operation: dict[str, Any], method: str, handler: HTTPRouteHandler, references: dict[Any, dict[str, Any]]
) -> None:
    opt = handler.opt
    problem = {MEDIA_TYPE: {"schema": references[ProblemDetails]}}
    operation.setdefault("responses", {}).pop("400", None)
    operation["responses"]["default"] = {"description": "A problem, RFC 9457", "content": problem}
    if "scope" in opt:
        operation["security"] = [{"api_key": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{opt['scope']}`.".strip()
    if method == "POST" and "scope" in opt:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    if "answer" in opt:
        answer = {"description": "Done", "content": {"application/json": {"schema": references[opt["answer"]]}}}
        operation["responses"][str(handler.status_code)] = answer
    if "body" in opt:
        schema = references[opt["body"]]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
