"""What the simulated ERP believes to be on hand, from its own books: the opening balance and what was posted to it.

It is told of goods by three postings: receipts, corrections, and what else came or left. Each is booked once, unless a
fault strikes: answered and never booked, or booked twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import iso
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.faults import Faults
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import text
from crossdock.sandbox.plan import Plan
from crossdock.sandbox.wms_messages import number_of

Place = tuple[str, str, str]
"""Entity, site and item."""


class Posting(msgspec.Struct, frozen=True):
    """A posting about goods at a site; `reference` is the key the caller sent it under."""

    kind: str
    number: str
    entity: str
    site: str
    reference: str


class OnHand:
    """Levels, and every posting that changed them, numbered from 1."""

    def __init__(self, system: str, plan: Plan, faults: Faults, now: Callable[[], dt.datetime]) -> None:
        self._system = system
        self._faults = faults
        self._now = now
        self._levels: dict[Place, Decimal] = defaultdict(Decimal)
        self._changes: list[Body] = []
        self._sites: set[str] = set()
        for (entity, item), point in plan.stock.items():
            for site, quantity in point.opening.items():
                self._sites.add(site)
                if quantity:
                    self._levels[entity, site, item] = quantity

    def book(self, posting: Posting, lines: Iterable[tuple[str, Decimal]]) -> str:
        """Book a posting, (item, signed quantity) each; the name of the fault that struck, if one did."""
        if self._faults.strikes("drop_posting", self._system, posting.reference, 1):
            return "drop_posting"
        booked = list(lines)
        self._enter(posting, booked)
        if self._faults.strikes("double_posting", self._system, posting.reference, 1):
            self._enter(msgspec.structs.replace(posting, number=f"{posting.number}-2"), booked)
            return "double_posting"
        return ""

    def _enter(self, posting: Posting, lines: Iterable[tuple[str, Decimal]]) -> None:
        self._sites.add(posting.site)
        sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for item, quantity in lines:
            sums[item] += quantity
        for item, quantity in sums.items():
            self._levels[posting.entity, posting.site, item] += quantity
            change: Body = {"n": len(self._changes) + 1, "kind": posting.kind, "posting": posting.number}
            change |= {"entity": posting.entity, "site": posting.site, "item": item, "qty": text(quantity)}
            self._changes.append(change | {"at": iso(self._now()), "reference": posting.reference})

    def page(self, request: Request, parameters: tuple[str, ...]) -> Body:
        """All that is on hand now, and the changes behind a number."""
        now = iso(self._now())
        levels = [
            {"entity": entity, "site": site, "item": item, "qty": text(quantity)}
            for (entity, site, item), quantity in sorted(self._levels.items())
            if quantity
        ]
        stated: Body = {"at": now, "report": f"OH-{now}", "postings": len(self._changes), "levels": levels}
        return stated | {"sites": sorted(self._sites), "changes": self._changes[number_of(request, "after") :]}
