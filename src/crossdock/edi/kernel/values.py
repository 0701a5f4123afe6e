"""A value and its exact place, in either dialect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """What one element (or component, or repetition of it) says, and where.

    `segment` counts from 1 over the whole input, `element` and `component` from 1 (component 0: the whole element),
    `repeat` from 0. The bytes of the input from `offset` on, `length` of them, are the value as it is written: with
    release characters, and with the line ends of wrapped input. An absent value is empty and stands where it would be.
    """

    text: str
    segment: int
    segment_id: str
    element: int
    component: int
    repeat: int
    offset: int
    length: int

    @property
    def pointer(self) -> str:
        """Where it is, in words: `segment 12 (PO1), element 6, component 2, byte 431`."""
        words = f"segment {self.segment} ({self.segment_id}), element {self.element}"
        words += f", component {self.component}" if self.component else ""
        words += f", repetition {self.repeat + 1}" if self.repeat else ""
        return f"{words}, byte {self.offset}"
