"""The body of a webhook as the sandbox's systems write it."""

from __future__ import annotations

import msgspec

from crossdock.connectors._kit.reading import Instant


class Webhook(msgspec.Struct):
    """`event` says what happened, `occurred_at` when (business time), `data` the rest."""

    event: str
    occurred_at: Instant
    data: msgspec.Raw
    sequence: int = 0
