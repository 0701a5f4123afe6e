"""The 997s owed for what was read."""

from __future__ import annotations

from collections.abc import Iterable

from crossdock.edi.x12.envelope import InterchangeFault, TransactionSet
from crossdock.edi.x12.faults import Fault
from crossdock.model.acknowledgement import FunctionalAcknowledgement


def acknowledge(
    items: Iterable[TransactionSet | InterchangeFault], faults: Iterable[Fault] = ()
) -> list[FunctionalAcknowledgement]:
    """One acknowledgement per functional group read, in order. `faults` are those that maps found in these sets; each
    is told in the set it stands in. Business faults do not make a set syntactically wrong. Groups of
    acknowledgements (`FA`) are never acknowledged."""
    return []
