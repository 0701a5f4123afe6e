"""How many documents of a file, or of many, are refused, and how much is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import msgspec

from crossdock.edi.told import ExplainedFault


class Judged(Protocol):
    """One document, as any command tells of it."""

    @property
    def refused(self) -> bool:
        """Is it not taken?"""
        ...

    @property
    def faults(self) -> tuple[ExplainedFault, ...]:
        """What is wrong with it."""
        ...


class Totals(msgspec.Struct, frozen=True):
    """What a tally says to programs."""

    documents: int
    refused_documents: int
    errors: int
    warnings: int


class Tally:
    """Counts documents and faults as they come."""

    def __init__(self) -> None:
        self.documents = self.refused_documents = 0
        self.faults: Counter[tuple[str, str]] = Counter()
        """Severity and code -> how many."""
        self.first: dict[tuple[str, str], ExplainedFault] = {}
        """Severity and code -> where it is first."""

    def add(self, item: Judged | ExplainedFault) -> None:
        """A document, or a fault of the file itself."""
        if isinstance(item, ExplainedFault):
            self._note((item,))
            return
        self.documents += 1
        self.refused_documents += item.refused
        self._note(item.faults)

    def join(self, other: Tally) -> None:
        """What another file has."""
        self.documents += other.documents
        self.refused_documents += other.refused_documents
        self.faults += other.faults
        self.first = {**other.first, **self.first}

    def _note(self, faults: Iterable[ExplainedFault]) -> None:
        for each in faults:
            key = (each.severity, each.code)
            self.faults[key] += 1
            self.first.setdefault(key, each)

    def count(self, severity: str) -> int:
        """How many faults are of a severity."""
        return sum(times for (of, _), times in self.faults.items() if of == severity)

    @property
    def refused(self) -> bool:
        """Is anything not taken?"""
        return bool(self.refused_documents) or self.count("error") > 0

    @property
    def totals(self) -> Totals:
        """The counts."""
        return Totals(self.documents, self.refused_documents, self.count("error"), self.count("warning"))

    def verdict(self, taken: str = "taken") -> str:
        """`taken, 1 document`; `refused, 1 of 2 documents; 3 errors, 1 warning`."""
        wrong = self.wrong
        if not self.refused:
            return f"{taken}, {counted(self.documents, 'document')}" + (f"; {wrong}" if wrong else "")
        if self.documents < 2 or not self.refused_documents:
            return f"refused; {wrong}" if wrong else "refused"
        return f"refused, {self.refused_documents} of {counted(self.documents, 'document')}" + f"; {wrong}" * bool(
            wrong
        )

    @property
    def wrong(self) -> str:
        """`3 errors, 1 warning`."""
        numbers = ((self.count(each), each) for each in ("error", "warning"))
        return ", ".join(counted(number, name) for number, name in numbers if number)


def counted(number: int, name: str) -> str:
    """`1 document`, `2 documents`."""
    return f"{number} {name}" + ("s" if number != 1 else "")
