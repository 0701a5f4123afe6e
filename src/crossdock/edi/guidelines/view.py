"""One set of either dialect as rows of elements, as guidelines look at it."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.places import Place
from crossdock.edi.kernel.faults import Fault, Severity
from crossdock.edi.x12.envelope import TransactionSet

Row = list[str]


@dataclass(slots=True)
class View:
    """`rows` are the segments split into elements, the tag first; values are asked of the view."""

    item: TransactionSet | Message
    rows: list[Row]
    component: str
    decimal: str = "."

    def value(self, row: Row, element: int, component: int = 0) -> str:
        """An element or component, without surrounding blanks; empty where it is absent."""
        if element >= len(row):
            return ""
        text = row[element]
        if component:
            parts = text.split(self.component) if self.component else [text]
            text = parts[component - 1] if component <= len(parts) else ""
        return self._said(text).strip()

    def raw(self, row: Row, element: int, component: int = 0) -> str:
        """The same with its blanks."""
        text = row[element] if element < len(row) else ""
        if component:
            parts = text.split(self.component) if self.component else [text]
            text = parts[component - 1] if component <= len(parts) else ""
        return self._said(text)

    def _said(self, text: str) -> str:
        return self.item.value(text) if isinstance(self.item, Message) else text

    def components(self, row: Row, element: int) -> int:
        """How many components an element has."""
        text = row[element] if element < len(row) else ""
        return text.count(self.component) + 1 if text and self.component else int(bool(text))

    def at(self, row: Row, place: Place) -> bool:
        """Is this the segment that a place names?"""
        return row[0] == place.tag and all(
            self.value(row, test.element, test.component or (1 if isinstance(self.item, Message) else 0)) == test.value
            for test in place.tests
        )

    def fault(
        self, code: str, position: int, element: int = 0, component: int = 0, detail: str = "",
        severity: Severity | None = None,
    ) -> Fault:  # fmt: skip
        """A fault at a segment (the header being 1)."""
        if isinstance(self.item, Message):
            return self.item.fault(code, position, element, component, detail, severity)
        return self.item.fault(code, position, element, detail, severity, component)


def view(item: TransactionSet | Message) -> View:
    """The rows of a set or message."""
    marks = item.interchange.delimiters
    if isinstance(item, TransactionSet):
        return View(item, item.rows, marks.component)
    rows = [text.split(marks.element) for text in item.texts]
    for row in rows:
        row[0] = row[0].split(marks.component, 1)[0]
    return View(item, rows, marks.component, item.interchange.delimiters.decimal or ".")
