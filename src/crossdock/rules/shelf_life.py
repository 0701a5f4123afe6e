"""How long goods must keep for a customer. Which lots do is for the ledger to see (`inventory/ledger/lots`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from crossdock.model.stock_policy import ShelfLifeRule
from crossdock.rules.stock_policy import Subject, first


def keeps_until(rules: Iterable[ShelfLifeRule], subject: Subject, on: dt.date) -> dt.date | None:
    """The day until which goods must keep that are promised on `on`; None where no rule says so."""
    rule = first(rules, subject, on)
    return on + dt.timedelta(days=rule.days) if rule else None
