"""The business gate: the same business document again is ignored, another one under its identity is a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

import msgspec

from crossdock.engine.intake.raw import SQL
from crossdock.log.codec import encode_body
from crossdock.store import Connection
from crossdock.store.arrays import literals

Verdict = Literal["new", "duplicate", "conflict"]
Identity = tuple[str, str, str, str, str]


class Claim(msgspec.Struct, frozen=True):
    """A business document asks to be let in. Identity: company, document type, issuer, number, revision."""

    identity: Identity
    digest: bytes
    subject: str


def digest_of(body: msgspec.Struct) -> bytes:
    """What is equal exactly when two documents say the same."""
    return blake2b(encode_body(body).encode(), digest_size=16).digest()


async def pass_gate(tx: Connection, claims: Sequence[Claim]) -> list[Verdict]:
    """Judge claims in order; identities are locked in sorted order until the commit."""
    if not claims:
        return []
    first: dict[Identity, Claim] = {}
    for claim in claims:
        first.setdefault(claim.identity, claim)
    ordered = sorted(first)
    rows = [(*identity, first[identity].digest, first[identity].subject) for identity in ordered]
    fresh = {tuple(row) for row in await tx.fetch(SQL.claim_identities, *literals(rows))}
    known = {identity: first[identity].digest for identity in fresh}
    if old := [identity for identity in ordered if identity not in fresh]:
        found = await tx.fetch(SQL.known_identities, *literals(old))
        known.update({tuple(row[:5]): row[5] for row in found})
    verdicts: list[Verdict] = []
    for claim in claims:
        if claim.identity in fresh:
            fresh.discard(claim.identity)
            verdicts.append("new")
        else:
            verdicts.append("duplicate" if known[claim.identity] == claim.digest else "conflict")
    return verdicts
