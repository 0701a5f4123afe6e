"""The EDIFACT kernel (ISO 9735, syntax versions 1 to 4): syntax, positions and envelopes, nothing of business.

for item in edifact.read(data):                  # bytes or an iterable of chunks; constant memory
    if isinstance(item, edifact.Message): ...     # item.type, .version, .control_number, .interchange, .segments
    else: item.fault                              # edifact.InterchangeFault
edifact.write_interchange(edifact.InterchangeOut(...), [edifact.OutgoingMessage("ORDERS", "D:96A:UN", [...])])
"""

from __future__ import annotations

from crossdock.edi.edifact.acknowledge import acknowledge
from crossdock.edi.edifact.characters import ServiceCharacters
from crossdock.edi.edifact.envelope import GroupHeader, InterchangeFault, InterchangeHeader, Message, Segment
from crossdock.edi.edifact.pieces import pieces, rewrite
from crossdock.edi.edifact.reader import read
from crossdock.edi.edifact.writer import InterchangeOut, OutgoingMessage, OutgoingSegment, Repeated, write_interchange

__all__ = [
    "GroupHeader",
    "InterchangeFault",
    "InterchangeHeader",
    "InterchangeOut",
    "Message",
    "OutgoingMessage",
    "OutgoingSegment",
    "Repeated",
    "Segment",
    "ServiceCharacters",
    "acknowledge",
    "pieces",
    "read",
    "rewrite",
    "write_interchange",
]
