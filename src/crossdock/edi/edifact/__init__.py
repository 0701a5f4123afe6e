"""The EDIFACT kernel (ISO 9735, syntax versions 1 to 4): syntax, positions and envelopes, nothing of business.

for item in edifact.read(data):                  # bytes or an iterable of chunks; constant memory
    if isinstance(item, edifact.Message): ...     # item.type, .version, .control_number, .interchange, .segments
    else: item.fault                              # edifact.InterchangeFault
"""

from __future__ import annotations

from crossdock.edi.edifact.characters import ServiceCharacters
from crossdock.edi.edifact.envelope import GroupHeader, InterchangeFault, InterchangeHeader, Message, Segment
from crossdock.edi.edifact.reader import read

__all__ = [
    "GroupHeader",
    "InterchangeFault",
    "InterchangeHeader",
    "Message",
    "Segment",
    "ServiceCharacters",
    "read",
]
