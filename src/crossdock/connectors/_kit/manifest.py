"""`connector.yaml`: what a connector is and can do. The contract suite holds it to the code."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Literal

import msgspec
import yaml

from crossdock.ports.connector import Resend

Kind = Literal["erp", "wms", "tms", "carrier", "shop", "marketplace", "edi", "crm", "finance"]
Tier = Literal["bronze", "silver", "gold"]


class Capabilities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Verb by verb: object kinds fetched, events received, documents sent; what can be read back, and which documents
    are taken only while the receiver still has what we believe it has."""

    fetch: tuple[str, ...] = ()
    receive: tuple[str, ...] = ()
    send: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    compare_and_set: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `connector.yaml`."""

    code: str
    name: str
    kind: Kind
    tier: Tier
    owner: str
    docs: str
    resend: Resend
    capabilities: Capabilities


@functools.cache
def read_manifest(package: str) -> Manifest:
    """The manifest beside the code of a connector's package."""
    text = importlib.resources.files(package).joinpath("connector.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Manifest)
