"""What one XML document may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """Beyond these a document is refused by name before it is read: nothing of it grows."""

    input_bytes: int = 32 << 20
    """A UBL invoice of 10,000 lines has about 20 MB."""
    depth: int = 64
    """UBL's own deepest path has about 20 steps."""
    elements: int = 1_000_000
    faults: int = 100


DEFAULT_XML_LIMITS = XmlLimits()
