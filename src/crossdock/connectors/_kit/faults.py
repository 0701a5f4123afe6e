"""What a vendor's answer, or its absence, means for a delivery.

| Answer | Outcome |
|---|---|
| 2xx | `Delivered` |
| 401, 403, 407 | `Halt`: nothing else will succeed either |
| 409 that says it is a duplicate | `Delivered` |
| 408, 423, 425, 429, 5xx | `RetryLater`, `after` from Retry-After |
| other 4xx, 3xx | `Rejected(http_<status>)` |
| nothing was sent (refused, no such host, no free connection) | `RetryLater` |
| no reply, or half of one | `RetryLater` if the system is idempotent by key, else `Unknown` |
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re

import httpx2

from crossdock.ports.connector import Resend
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater, Unknown

DETAIL_LENGTH = 300
MAX_AFTER = dt.timedelta(hours=1)
_HALTS = frozenset({401, 403, 407})
_RETRIES = frozenset({408, 423, 425, 429})
_DUPLICATE = re.compile(rb"duplicate|already[ _-]?(exists|processed|received|posted)", re.IGNORECASE)

# Nothing of the request has left us.
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
# The request itself can never be sent: a person has to mend the settings.
_MISCONFIGURED = (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError)

TransportFault = (httpx2.TransportError, httpx2.DecodingError, httpx2.InvalidURL, TimeoutError, OSError)
"""What a request may raise on account of the network or the other side."""


def outcome_of_answer(status: int, content: bytes, retry_after: str, now: dt.datetime) -> Outcome:
    """The outcome of a complete answer."""
    if 200 <= status < 300:
        return Delivered()
    detail = f"HTTP {status}: {excerpt(content)}".rstrip(": ")
    if status in _HALTS:
        return Halt(detail)
    if status in _RETRIES or status >= 500:
        return RetryLater(detail, after=delay(retry_after, now))
    if status == 409 and _DUPLICATE.search(content):
        return Delivered()
    return Rejected(f"http_{status}", detail)


def outcome_of_fault(fault: Exception, resend: Resend) -> Outcome:
    """The outcome of an attempt that got no complete answer."""
    detail = f"{type(fault).__name__}: {fault}".rstrip(": ")[:DETAIL_LENGTH]
    if isinstance(fault, _MISCONFIGURED):
        return Halt(detail)
    if resend == "neither" and not isinstance(fault, _UNSENT):
        return Unknown(detail)
    return RetryLater(detail)


def delay(retry_after: str, now: dt.datetime) -> dt.timedelta | None:
    """How long Retry-After asks us to wait: seconds or an HTTP date; None if it says nothing we understand."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(dt.timedelta(seconds=int(text[:9])), MAX_AFTER)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return min(max(at - now, dt.timedelta(0)), MAX_AFTER)


def excerpt(content: bytes) -> str:
    """The beginning of an answer on one line, for people."""
    text = content[: 4 * DETAIL_LENGTH].decode("utf-8", "replace")
    return " ".join(text.replace("\x00", " ").split())[:DETAIL_LENGTH]
