"""The event log: append, read, leases, numbering. Everything here runs in the caller's transaction."""

from crossdock.log.append import Appended, append
from crossdock.log.ids import uuid7
from crossdock.log.keys import BusinessKey, DocumentLink, write_keys, write_links
from crossdock.log.leases import Advance, Lease, StaleLease, acquire, advance, release, renew
from crossdock.log.numbering import take_numbers
from crossdock.log.read import decode, heads, read, read_slots
from crossdock.log.segments import open_segment
from crossdock.log.slots import SLOTS, slot_of

__all__ = [
    "SLOTS",
    "Advance",
    "Appended",
    "BusinessKey",
    "DocumentLink",
    "Lease",
    "StaleLease",
    "acquire",
    "advance",
    "append",
    "decode",
    "heads",
    "open_segment",
    "read",
    "read_slots",
    "release",
    "renew",
    "slot_of",
    "take_numbers",
    "uuid7",
    "write_keys",
    "write_links",
]
