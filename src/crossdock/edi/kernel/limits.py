"""What one input may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a reader reports a fault and skips, it never grows."""

    input_bytes: int = 1 << 30
    set_bytes: int = 4 << 20
    set_segments: int = 100_000
    segment_bytes: int = 1 << 16
    """Of segments outside sets; those inside are bounded by their set."""
    faults: int = 1_000
    remembered_sets: int = 20_000
    """Control numbers of a group (and of an input's interchanges) that are compared to find repeated ones."""
    segment_elements: int = 10_000
    """Elements of one segment. Segments are the only thing an input can make deep: nothing else nests without end."""
    seconds: int = 0
    """How long reading may take by the clock that is given to it; 0 for no limit."""


DEFAULT_LIMITS = Limits()
