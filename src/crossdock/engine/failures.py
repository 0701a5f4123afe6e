"""What fails of one piece of work is put off, each time for longer, while the others go on."""

from __future__ import annotations

import datetime as dt

from crossdock.store.text import storable

_SHORTEST = dt.timedelta(seconds=1)
_LONGEST = dt.timedelta(minutes=10)
_IN_A_ROW = 3


class InARow:
    """How often in a row, in this process, the next piece of work failed of what passes by itself. What takes longer
    than the database waits for it would else be repeated for ever, and all behind it would wait."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[str, int]] = {}

    def too_often(self, kind: str, work: str) -> bool:
        """One more of this kind has failed so: is it to be put off now?"""
        last, times = self._failed.get(kind, ("", 0))
        times = times + 1 if last == work else 1
        self._failed[kind] = (work, times % _IN_A_ROW)
        return times == _IN_A_ROW


def pause_after(attempts: int) -> dt.timedelta:
    """How long (technical time) to wait after so many attempts have failed: doubles from one second to ten minutes."""
    doubled: dt.timedelta = _SHORTEST * (1 << min(attempts - 1, 10))
    return min(doubled, _LONGEST)


def in_words(error: Exception) -> str:
    """What went wrong, as it can be stored beside the work."""
    return storable(f"{type(error).__name__}: {error}")
