"""Which of the 64 slots a key belongs to. Never to be changed: positions are per slot."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

SLOTS = 64


@lru_cache(maxsize=65536)
def slot_of(company_id: str, partition_key: str) -> int:
    """The first byte of `blake2b(company_id || 0 || partition_key)` modulo 64 (UTF-8, full-length digest)."""
    return blake2b(company_id.encode() + b"\0" + partition_key.encode()).digest()[0] % SLOTS
