"""Webhook signatures after Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence

from crossdock.project.secrets import Secret

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


class InvalidSecret(ValueError):
    """A webhook secret is not `whsec_` and base64."""


class StandardWebhooks:
    """Checks signatures against one or several secrets, so that a secret can be changed without a gap."""

    def __init__(self, secrets: Sequence[Secret], clock: Callable[[], float] = time.time) -> None:
        self._keys = tuple(_key(secret) for secret in secrets)
        self._clock = clock

    def authentic(self, headers: Callable[[str], str], content: bytes) -> bool:
        """Is the content signed with one of our secrets, less than five minutes ago?

        All secrets and all signatures are compared, each in constant time, whether or not one has matched.
        """
        identifier, timestamp = headers("webhook-id") or "", headers("webhook-timestamp") or ""
        if not identifier or not _TIMESTAMP.fullmatch(timestamp):
            return False
        if abs(self._clock() - int(timestamp)) > TOLERANCE_SECONDS:
            return False
        offered = [text[3:].encode() for text in (headers("webhook-signature") or "").split(" ") if text[:3] == "v1,"]
        matches = 0
        for key in self._keys:
            expected = signature(key, identifier, timestamp, content)
            for candidate in offered:
                matches += hmac.compare_digest(expected, candidate)
        return matches > 0


def signature(key: bytes, identifier: str, timestamp: str, content: bytes) -> bytes:
    """The base64 signature of one message."""
    signed = b".".join((identifier.encode(), timestamp.encode(), content))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _key(secret: Secret) -> bytes:
    """The bytes of a secret; it is written `whsec_<base64>`."""
    text = secret.reveal().removeprefix(PREFIX)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        # The cause would carry the secret's own characters into a traceback.
        raise InvalidSecret(f"{secret!r} is not a webhook secret: {PREFIX}<base64> is expected") from None
    if not key:
        raise InvalidSecret(f"{secret!r} is empty")
    return key
