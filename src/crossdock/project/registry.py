"""What the house offers to a network project: connectors and API scopes. Given by the caller, who knows the rooms."""

from __future__ import annotations

import msgspec

from crossdock.ports.connector import Resend
from crossdock.project.network import Role


class ConnectorSpec(msgspec.Struct, frozen=True):
    """What a connector can do, as its `connector.yaml` says."""

    code: str
    role: Role
    sends: frozenset[str] = frozenset()
    """Documents it can deliver."""
    polls: frozenset[str] = frozenset()
    """Kinds it can fetch."""
    resend: Resend = "neither"
    requires: frozenset[str] = frozenset({"url"})
    """Settings that must be there: `url`, `token`, `webhook_secret`, or the name of an option or secret."""
    options: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()


class Registry(msgspec.Struct, frozen=True):
    """Everything a network project may name that is not in its files. Without scopes, scopes are not checked."""

    connectors: dict[str, ConnectorSpec]
    scopes: frozenset[str] = frozenset()
