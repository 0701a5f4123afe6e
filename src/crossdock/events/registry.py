"""The registry of event types: name, schema version and class."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

Body = TypeVar("Body", bound=type[msgspec.Struct])

REGISTRY: dict[str, type[msgspec.Struct]] = {}
VERSIONS: dict[str, int] = {}
# Each upcast turns the JSON object of one version into that of the next: (type, from version) -> function.
UPCASTS: dict[tuple[str, int], Callable[[dict[str, object]], dict[str, object]]] = {}


def event(version: int = 1) -> Callable[[Body], Body]:
    """Register a body class under its class name; raise `version` when its shape changes and add an upcast."""

    def register(body: Body) -> Body:
        name = body.__name__
        if name in REGISTRY:
            raise TypeError(f"event type {name} is defined twice")
        REGISTRY[name] = body
        VERSIONS[name] = version
        return body

    return register


def event_type(body: msgspec.Struct) -> str:
    """The type name of an event body; a class that was never registered is a programming error."""
    name = type(body).__name__
    if REGISTRY.get(name) is not type(body):
        raise TypeError(f"{name} is not a registered event type")
    return name
