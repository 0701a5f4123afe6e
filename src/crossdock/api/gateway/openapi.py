"""The API's description, OpenAPI 3.1, at `/schema`.

Litestar describes routes, parameters and answers. Bodies are read by our own strict decoder, and identity, limits and
problems are the gateway's, so these are added here from what each route says in its `opt`: `body`, `scope`, `public`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.enums import OpenAPIMediaType
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
            self._rendered = msgspec.json.encode(_complete(request.app, openapi_schema), order="deterministic")
        return self._rendered


def _complete(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    handlers = [
        (route.path_format, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "scope" in handler.opt or "public" in handler.opt
    ]
    bodies = {handler.opt["body"] for _, handler in handlers if "body" in handler.opt}
    _, components = msgspec.json.schema_components([ProblemDetails, *bodies], ref_template=_REFERENCE)
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas |= components
    schema["components"]["securitySchemes"] = {"api_key": {"type": "http", "scheme": "bearer"}}
    for path, handler in handlers:
        for method in handler.http_methods:
            operation = schema.get("paths", {}).get(path, {}).get(method.lower())
            if operation is not None:
                _describe(operation, method, handler.opt)
    return schema


def _describe(operation: dict[str, Any], method: str, opt: dict[str, Any]) -> None:
    problem = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="ProblemDetails")}}}
    operation.setdefault("responses", {}).pop("400", None)
    operation["responses"]["default"] = {"description": "A problem, RFC 9457", "content": problem}
    if "scope" in opt:
        operation["security"] = [{"api_key": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{opt['scope']}`.".strip()
    if method == "POST" and "scope" in opt:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    if "body" in opt:
        reference = {"$ref": _REFERENCE.format(name=opt["body"].__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
