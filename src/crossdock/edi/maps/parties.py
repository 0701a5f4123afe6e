"""Parties that a heading names more than once."""

from __future__ import annotations

from typing import Protocol

from crossdock.edi.kernel.faults import Severity
from crossdock.model.party import PartyRef

_OURS = frozenset(("BY", "CZ", "DP", "IV", "OB", "SE", "SO", "ST", "SU", "VN"))
"""Roles of X12 and of EDIFACT whose party is one of an object."""


class _Reading(Protocol):
    def fault(
        self, code: str, position: int, element: int = 0, *, detail: str = "", severity: Severity | None = None
    ) -> None:
        """Note a fault."""


def keep_first(reading: _Reading, parties: dict[str, PartyRef], role: str, party: PartyRef, position: int) -> None:
    """The first party of a role stands; that another one is named is told."""
    stands = parties.setdefault(role, party)
    if stands is not party and stands != party and role in _OURS:
        reading.fault("segment_repeated", position, 1, detail=f"a second party {role}; the first one is taken")
