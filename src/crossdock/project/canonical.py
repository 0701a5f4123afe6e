"""A network as JSON that is the same for the same content, on every machine and without any secret."""

from __future__ import annotations

import msgspec

from crossdock.project.network import Network
from crossdock.project.secrets import reference_of


def canonical(network: Network) -> str:
    """JSON with sorted keys. What came from the environment stands there as `env:NAME`; the version does not."""
    content = plain(network)
    assert isinstance(content, dict)
    del content["version"]
    return msgspec.json.encode(content, order="sorted").decode()


def plain(value: object) -> object:
    """A struct as plain dicts and lists, safe to print: references instead of what came from the environment."""
    if (reference := reference_of(value)) is not None:
        return reference
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value
