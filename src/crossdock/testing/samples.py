"""Plain stand-ins for what a connector is given: references, control numbers, an instant."""

from __future__ import annotations

import datetime as dt

RECEIVED_AT = dt.datetime(2010, 12, 1, 9, 30, tzinfo=dt.UTC)


class PlainReferences:
    """Cross-references by a table of (party, their item) -> our item; without an entry both sides use our ids."""

    def __init__(self, known: dict[tuple[str, str], str] | None = None) -> None:
        self._known = known or {}

    def our_item(self, company_id: str, party: str, their_item: str) -> str | None:
        """Our item id for a party's id of it."""
        return self._known.get((party, their_item), None if self._known else their_item)

    def their_item(self, company_id: str, party: str, item: str) -> str:
        """A party's id for our item."""
        for (known_party, theirs), ours in self._known.items():
            if (known_party, ours) == (party, item):
                return theirs
        return item


class PlainNumbers:
    """Counters from 1, kept in memory; `taken` names each that was used, as often as it was."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self.taken: list[str] = []

    def take(self, counter: str) -> int:
        """The next number of `counter`."""
        self._last[counter] = self._last.get(counter, 0) + 1
        self.taken.append(counter)
        return self._last[counter]
