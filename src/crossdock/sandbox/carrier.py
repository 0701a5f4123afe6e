"""A simulated carrier: takes consignments, and tells where each parcel is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.chance import stable
from crossdock.sandbox.clock import instant, iso
from crossdock.sandbox.intake import Intake, Operation, Taken
from crossdock.sandbox.settings import CarrierSettings
from crossdock.sandbox.stage import Stage, System


class Consignment(msgspec.Struct, frozen=True):
    """What a shipper hands over."""

    reference: str
    shipper: str
    site: str
    consignee: str
    country: str
    packs: int
    shipped_at: dt.datetime


class Carrier(System):
    """Collects within hours, delivers within two working days, sometimes meets trouble first."""

    def __init__(self, name: str, stage: Stage, settings: CarrierSettings) -> None:
        super().__init__(name, stage)
        self._settings = settings
        self._webhooks = self.new_webhooks()
        self._booked: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def intake(self) -> Intake:
        """Consignments."""
        intake = self.new_intake()
        intake.take(Operation("POST", "/v2/consignments", "consignments", Consignment, _by_reference, self._book))
        return intake

    def _book(self, body: Consignment, taken: Taken) -> Body:
        self._booked[body.reference] += 1
        twice = self._booked[body.reference]
        digits = stable(self.name, body.shipper, body.reference, twice) % 10**10
        tracking = f"SWL{digits:010d}"
        self.book.effect("consignment", body.reference, body.shipper, taken.raw, taken.idempotency_key)
        self.counts["consignments"] += 1
        self._plan_journey(body, tracking)
        return {"tracking": tracking}

    def _plan_journey(self, body: Consignment, tracking: str) -> None:
        chance, calendar = self.stage.chance, self.stage.calendar
        key = (self.name, body.shipper, body.reference)
        now = self.stage.clock.now()
        collected = now + chance.minutes(20, 90, "PU", *key)
        in_transit = collected + chance.minutes(120, 300, "IT", *key)
        day = calendar.next_working_day(now.date(), chance.between(1, 2, "days", *key))
        steps = [("PU", collected, body.site), ("IT", in_transit, "hub")]
        if chance.happens(self._settings.exceptions, "EX", *key):
            steps.append(("EX", instant(day, dt.time(8)), body.country))
            day = calendar.next_working_day(day)
        out = instant(day, dt.time(7)) + chance.minutes(0, 90, "OD", *key)
        last = "RT" if chance.happens(self._settings.returned, "RT", *key) else "DL"
        steps += [("OD", out, body.country), (last, out + chance.minutes(60, 360, "DL", *key), body.country)]
        for sequence, (code, at, place) in enumerate(steps, 1):
            what = f"{code}/{tracking}"
            self.plan(at, what, partial(self._tell, body, tracking, sequence, code, place))

    def _tell(self, body: Consignment, tracking: str, sequence: int, code: str, place: str, at: dt.datetime) -> None:
        data: Body = {"reference": body.reference, "tracking": tracking, "code": code}
        data |= {"sequence": sequence, "at": iso(at), "place": place}
        self._webhooks.send("tracking.updated", body.reference, body.shipper, iso(at), data, (tracking,))
        self.counts[code] += 1

    def status(self) -> Body:
        """Consignments and milestones."""
        return super().status() | dict(self.counts)


def _by_reference(body: Consignment, parameters: tuple[str, ...]) -> tuple[str, str]:
    return body.reference, body.shipper
