"""What the registry of connectors holds: enough to check a network's settings and to connect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import msgspec
from msgspec.structs import fields

from crossdock.connectors._kit.manifest import Kind, Manifest, read_manifest
from crossdock.connectors._kit.settings import HttpSettings, settings_of
from crossdock.ports.connector import Connector
from crossdock.project.network import Network, Role, System
from crossdock.project.registry import ConnectorSpec
from crossdock.project.secrets import Secret

_ROLES: dict[Kind, Role] = {
    "erp": "erp",
    "wms": "wms",
    "carrier": "carrier",
    "shop": "channel",
    "marketplace": "channel",
}
_STANDARD = frozenset({"url", "token", "webhook_secret"})
"""Settings that have a place of their own in a network file; all others are options."""


class ConnectorType(msgspec.Struct, frozen=True):
    """A kind of connector. Calling it with a system of a network connects to that system."""

    package: str
    settings: type[HttpSettings]
    make: Callable[[System, Network], Connector]

    @property
    def manifest(self) -> Manifest:
        """Its `connector.yaml`."""
        return read_manifest(self.package)

    @property
    def spec(self) -> ConnectorSpec:
        """What a network project is checked against, made from the manifest and the settings."""
        manifest = self.manifest
        declared = fields(self.settings)
        own = [field for field in declared if field.name not in _STANDARD]
        return ConnectorSpec(
            code=manifest.code,
            role=_ROLES[manifest.kind],
            sends=frozenset(manifest.capabilities.send),
            polls=frozenset(manifest.capabilities.fetch),
            resend=manifest.resend,
            requires=frozenset(field.name for field in declared if field.required),
            options=frozenset(field.name for field in own if not _is_secret(field.type)),
            secrets=frozenset(field.name for field in own if _is_secret(field.type)),
        )

    def check_settings(self, system: System) -> None:
        """Raises `InvalidSettings` where the network says something this connector does not take."""
        settings_of(system, self.settings)

    def __call__(self, system: System, network: Network) -> Connector:
        """A connection to `system`; nothing is opened before it is used."""
        return self.make(system, network)


def _is_secret(declared: Any) -> bool:
    """Does a (possibly annotated, possibly optional) type hold a `Secret`?"""
    return declared is Secret or any(_is_secret(part) for part in get_args(declared))
