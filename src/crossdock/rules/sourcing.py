"""From where is an order filled, and by when must a backorder have an answer?"""

from __future__ import annotations

import datetime as dt

from crossdock.model.masterdata import SalesPolicy


def locations(preferred: str, policy: SalesPolicy) -> tuple[str, ...]:
    """The locations to ask, in order: the item's own first, then the others of the policy."""
    if not preferred:
        return policy.locations
    if policy.locations and policy.locations[0] == preferred:
        return policy.locations
    return (preferred, *(other for other in policy.locations if other != preferred))


def answer_due_on(on: dt.date, policy: SalesPolicy) -> dt.date:
    """The date by which a buyer says when a backorder without supply will come: when it was due at the customer."""
    return on + dt.timedelta(days=-(-policy.delivery_hours // 24))
