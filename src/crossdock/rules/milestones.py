"""Where a shipment stands after its carrier told of progress."""

from __future__ import annotations

from crossdock.model.fulfillment import MilestoneKind

# Later steps include the earlier ones; carriers leave some out and tell others late.
_RANK: dict[str, int] = {
    "dispatched": 0,
    "collected": 1,
    "in_transit": 2,
    "out_for_delivery": 3,
    "returned": 4,
    "delivered": 5,
}


def advance(before: str, milestone: MilestoneKind) -> str:
    """The state after a milestone. Progress never goes back: an older step told late changes nothing, and neither
    does a milestone that is no step (`exception`, `UNKNOWN`)."""
    return milestone if _RANK.get(milestone, -1) > _RANK[before] else before
