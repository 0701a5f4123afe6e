"""What fails of one piece of work is put off, each time for longer, while the others go on."""

from __future__ import annotations

import datetime as dt

from crossdock.store.text import storable

_SHORTEST = dt.timedelta(seconds=1)
_LONGEST = dt.timedelta(minutes=10)


def pause_after(attempts: int) -> dt.timedelta:
    """How long (technical time) to wait after so many attempts have failed: doubles from one second to ten minutes."""
    doubled: dt.timedelta = _SHORTEST * (1 << min(attempts - 1, 10))
    return min(doubled, _LONGEST)


def in_words(error: Exception) -> str:
    """What went wrong, as it can be stored beside the work."""
    return storable(f"{type(error).__name__}: {error}")
