"""Words from outside that are kept beside the facts: whatever they hold, they can be stored."""

from __future__ import annotations

_MOST = 2000


def storable(text: str, most: int = _MOST) -> str:
    """The text without what PostgreSQL refuses (NUL, half characters), cut to a length that people read."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
