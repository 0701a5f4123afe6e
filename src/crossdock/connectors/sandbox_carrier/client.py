"""Reading what the carrier answers to a booking."""

from __future__ import annotations

import msgspec

CONSIGNMENTS = "/v2/consignments"


class _Booked(msgspec.Struct):
    tracking: str


def tracking_number(content: bytes) -> str:
    """The carrier's tracking number: without it a booking is of no use, so it must be there."""
    tracking = msgspec.json.decode(content, type=_Booked).tracking
    if not tracking:
        raise ValueError("the carrier gave no tracking number")
    return tracking
