"""Typed settings of a connector, made from what the network project says of a system."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from crossdock.project.network import System
from crossdock.project.secrets import Secret

S = TypeVar("S", bound="HttpSettings")


class InvalidSettings(ValueError):
    """What the network says of a system is not what its connector needs."""


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every HTTP connector needs. Examples stand in `Meta`; docs and forms are made from them."""

    url: Annotated[str, msgspec.Meta(description="Address of the system", examples=["https://erp.example.com"])]
    token: Annotated[Secret, msgspec.Meta(description="Bearer token", examples=["env:ERP_TOKEN"])]


class WebhookSettings(HttpSettings, frozen=True, kw_only=True):
    """For systems that call us."""

    webhook_secret: Annotated[
        Secret, msgspec.Meta(description="Signs what it sends: whsec_<base64>", examples=["env:WMS_SECRET"])
    ]
    webhook_secret_previous: Annotated[
        Secret | None, msgspec.Meta(description="Still valid while the secret is being changed", examples=["env:OLD"])
    ] = None

    @property
    def webhook_secrets(self) -> tuple[Secret, ...]:
        """All secrets that are valid now."""
        return tuple(secret for secret in (self.webhook_secret, self.webhook_secret_previous) if secret)


def settings_of(system: System, form: type[S]) -> S:
    """The settings of `system` in its connector's form; `InvalidSettings` names what is missing, unknown or wrong."""
    given = system.settings
    values: dict[str, Any] = {"url": given.url, **given.options, **given.secrets}
    if given.token is not None:
        values["token"] = given.token
    if given.webhook_secret is not None and "webhook_secret" in form.__struct_fields__:
        values["webhook_secret"] = given.webhook_secret
    if unknown := sorted(set(values) - set(form.__struct_fields__)):
        raise InvalidSettings(f"system {system.name}: no such setting: {', '.join(unknown)}")
    if not given.url.startswith(("http://", "https://")):
        raise InvalidSettings(f"system {system.name}: url is not an http or https address")
    try:
        return msgspec.convert(values, form, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"system {system.name}: {error}") from error
