"""Versions of the network: every event says under which one it was recorded."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import msgspec

from crossdock.model.stock_policy import StockPolicies
from crossdock.project.canonical import canonical
from crossdock.project.network import Network
from crossdock.store import Connection, load_queries

_SQL = load_queries(Path(__file__).with_suffix(".sql"))


class _Policies(msgspec.Struct):
    stock: StockPolicies = StockPolicies()


class _Content(msgspec.Struct):
    policies: _Policies


_STOCK = msgspec.json.Decoder(_Content)


async def apply(tx: Connection, network: Network) -> Network:
    """Put a network in force and return it with its version: a new number, or the old one of the same content."""
    content = canonical(network)
    digest = hashlib.sha256(content.encode()).digest()
    await tx.execute(_SQL.lock)
    version = await tx.fetchval(_SQL.find, digest)
    if version is None:
        version = await tx.fetchval(_SQL.add, network.name, digest, content)
    if version != await tx.fetchval(_SQL.in_force):
        await tx.execute(_SQL.put_in_force, version)
    return msgspec.structs.replace(network, version=version)


async def version_in_force(tx: Connection) -> int:
    """The version that was applied last; 0 where none ever was."""
    return await tx.fetchval(_SQL.in_force) or 0


class PoliciesInForce(msgspec.Struct, frozen=True):
    """What a version of the network says about stock."""

    version: int
    stock: StockPolicies


async def policies_at(tx: Connection, moment: dt.datetime) -> PoliciesInForce | None:
    """The stock policies that were in force at a moment (technical time); None before any version ever was."""
    row = await tx.fetchrow(_SQL.in_force_at, moment)
    if row is None:
        return None
    return PoliciesInForce(row["version"], _STOCK.decode(row["content"]).policies.stock)


async def content_of(tx: Connection, version: int) -> str | None:
    """The canonical JSON of a version, or None if there is no such version."""
    content: str | None = await tx.fetchval(_SQL.content, version)
    return content
