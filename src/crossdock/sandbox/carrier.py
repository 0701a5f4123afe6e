"""A simulated carrier: takes consignments, and tells where each parcel is."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.chance import stable
from crossdock.sandbox.clock import instant, iso
from crossdock.sandbox.intake import Intake, Operation, Refused, Taken
from crossdock.sandbox.settings import CarrierSettings
from crossdock.sandbox.stage import Stage, System


class Step(msgspec.Struct, frozen=True):
    """Something that happens to a parcel; they are counted from 1."""

    sequence: int
    code: str
    at: dt.datetime
    place: str


class Consignment(msgspec.Struct, frozen=True):
    """What a shipper hands over."""

    reference: str
    shipper: str
    site: str
    consignee: str
    country: str
    packs: int
    shipped_at: dt.datetime


class Tracker(msgspec.Struct, frozen=True):
    """Somebody wants to be told of a parcel that another one handed over, under a reference of its own."""

    reference: str
    shipper: str
    tracking: str


class Carrier(System):
    """Collects within hours, delivers within two working days, sometimes meets trouble first."""

    def __init__(self, name: str, stage: Stage, settings: CarrierSettings) -> None:
        super().__init__(name, stage)
        self._settings = settings
        self._webhooks = self.new_webhooks()
        self._booked: Counter[str] = Counter()
        self._collected: dict[str, list[Step]] = {}
        self._trackers: dict[str, list[Tracker]] = defaultdict(list)
        stage.couriers[name] = self.collect
        self.counts: Counter[str] = Counter()

    def intake(self) -> Intake:
        """Consignments."""
        intake = self.new_intake()
        intake.take(Operation("POST", "/v2/consignments", "consignments", Consignment, _by_reference, self._book))
        intake.take(Operation("POST", "/v2/trackers", "trackers", Tracker, _by_tracked, self._track))
        return intake

    def collect(self, shipper: str, site: str, country: str) -> str:
        """Take a parcel of somebody who books it himself; its tracking number."""
        self.counts["collected"] += 1
        digits = stable(self.name, shipper, site, self.counts["collected"]) % 10**10
        tracking = f"SWL{digits:010d}"
        self._collected[tracking] = []
        for step in self._journey((self.name, shipper, tracking), shipper, country):
            self.plan(step.at, f"{step.code}/{tracking}", partial(self._note, tracking, step))
        return tracking

    def _note(self, tracking: str, step: Step, at: dt.datetime) -> None:
        self._collected[tracking].append(step)
        for tracker in self._trackers[tracking]:
            self._tell(tracker, tracking, step)

    def _track(self, body: Tracker, taken: Taken) -> Body:
        if body.tracking not in self._collected:
            raise Refused(422, f"no parcel {body.tracking}")
        self.book.effect("tracker", body.reference, body.shipper, taken.raw, taken.idempotency_key)
        self._trackers[body.tracking].append(body)
        for step in self._collected[body.tracking]:
            self._tell(body, body.tracking, step)
        return {"tracking": body.tracking}

    def _book(self, body: Consignment, taken: Taken) -> Body:
        self._booked[body.reference] += 1
        twice = self._booked[body.reference]
        digits = stable(self.name, body.shipper, body.reference, twice) % 10**10
        tracking = f"SWL{digits:010d}"
        self.book.effect("consignment", body.reference, body.shipper, taken.raw, taken.idempotency_key)
        self.counts["consignments"] += 1
        for step in self._journey((self.name, body.shipper, body.reference), body.site, body.country):
            self.plan(step.at, f"{step.code}/{tracking}", partial(self._told, body, tracking, step))
        return {"tracking": tracking}

    def _journey(self, key: tuple[str, str, str], site: str, country: str) -> list[Step]:
        chance, calendar = self.stage.chance, self.stage.calendar
        now = self.stage.clock.now()
        collected = now + chance.minutes(20, 90, "PU", *key)
        in_transit = collected + chance.minutes(120, 300, "IT", *key)
        day = calendar.next_working_day(now.date(), chance.between(1, 2, "days", *key))
        steps = [("PU", collected, site), ("IT", in_transit, "hub")]
        if chance.happens(self._settings.exceptions, "EX", *key):
            steps.append(("EX", instant(day, dt.time(8)), country))
            day = calendar.next_working_day(day)
        out = instant(day, dt.time(7)) + chance.minutes(0, 90, "OD", *key)
        last = "RT" if chance.happens(self._settings.returned, "RT", *key) else "DL"
        steps += [("OD", out, country), (last, out + chance.minutes(60, 360, "DL", *key), country)]
        return [Step(sequence, code, at, place) for sequence, (code, at, place) in enumerate(steps, 1)]

    def _told(self, body: Consignment, tracking: str, step: Step, at: dt.datetime) -> None:
        self._tell(body, tracking, step)

    def _tell(self, to: Consignment | Tracker, tracking: str, step: Step) -> None:
        data: Body = {"reference": to.reference, "tracking": tracking, "code": step.code}
        data |= {"sequence": step.sequence, "at": iso(step.at), "place": step.place}
        self._webhooks.send("tracking.updated", to.reference, to.shipper, iso(step.at), data, (tracking,))
        self.counts[step.code] += 1

    def status(self) -> Body:
        """Consignments and milestones."""
        return super().status() | dict(self.counts)


def _by_tracked(body: Tracker, parameters: tuple[str, ...]) -> tuple[str, str]:
    return body.reference, body.shipper


def _by_reference(body: Consignment, parameters: tuple[str, ...]) -> tuple[str, str]:
    return body.reference, body.shipper
