"""Who calls: actors with their scopes, and the API keys that prove them."""

from crossdock.identity.actor import SCOPES, Actor, Denied
from crossdock.identity.keys import ApiKey, KeyRing, issue, list_keys, register, revoke, token_digest

__all__ = [
    "SCOPES",
    "Actor",
    "ApiKey",
    "Denied",
    "KeyRing",
    "issue",
    "list_keys",
    "register",
    "revoke",
    "token_digest",
]
