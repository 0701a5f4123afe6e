"""The X12 kernel: syntax, positions and envelopes, nothing of business.

for item in x12.read(data):                       # bytes or an iterable of chunks; constant memory
    if isinstance(item, x12.TransactionSet): ...   # item.type, .control_number, .group, .interchange, .segments
    else: item.fault                               # x12.InterchangeFault
x12.write_interchange(x12.InterchangeOut(...), [x12.OutgoingSet("PO", "850", [("BEG", "00", ...), ...])])
x12.acknowledge(items, faults)                     # the 997s owed for what was read; `kind="999"` for 999s
x12.acknowledge_interchanges(items)                # the TA1s
x12.pieces(data), x12.rewrite(data, change)        # byte for byte
"""

from __future__ import annotations

from crossdock.edi.kernel.faults import FAULTS, Fault, FaultKind
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.writing import CannotWrite, Text
from crossdock.edi.x12.acknowledge import acknowledge, acknowledge_interchanges
from crossdock.edi.x12.envelope import (
    Delimiters,
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    Segment,
    TransactionSet,
)
from crossdock.edi.x12.pieces import pieces, rewrite
from crossdock.edi.x12.reader import read
from crossdock.edi.x12.writer import InterchangeOut, OutgoingSegment, OutgoingSet, write_interchange

__all__ = [
    "FAULTS",
    "CannotWrite",
    "Delimiters",
    "Fault",
    "FaultKind",
    "GroupHeader",
    "InterchangeFault",
    "InterchangeHeader",
    "InterchangeOut",
    "Limits",
    "OutgoingSegment",
    "OutgoingSet",
    "Segment",
    "Text",
    "TransactionSet",
    "acknowledge",
    "acknowledge_interchanges",
    "pieces",
    "read",
    "rewrite",
    "write_interchange",
]
