"""Keys that stay the same over all attempts, in a form that a header can carry."""

from __future__ import annotations

import hashlib
import re

MAX_LENGTH = 200
_SAFE = re.compile(r"[A-Za-z0-9_.:/+=@-]+", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{32}", re.ASCII)


def header_key(key: str) -> str:
    """The key itself where a header can carry it, else its digest: equal keys stay equal, others stay different."""
    if len(key) <= MAX_LENGTH and _SAFE.fullmatch(key):
        return key
    return "sha256:" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def traceparent(trace_id: str, key: str, attempt: int) -> str:
    """The W3C trace header of one attempt; empty if there is no trace."""
    if not _TRACE.fullmatch(trace_id) or trace_id == "0" * 32:
        return ""
    span = hashlib.blake2b(f"{key}\0{attempt}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"00-{trace_id}-{span}-01"
