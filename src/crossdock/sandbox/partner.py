"""What all trading partners do: take interchanges once, acknowledge them, write their own."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial

from crossdock.edi import x12
from crossdock.sandbox.books import Body
from crossdock.sandbox.mailbox import Mailbox
from crossdock.sandbox.settings import EdiStyle
from crossdock.sandbox.stage import Stage, System

_FUNCTIONAL_IDS = {"850": "PO", "855": "PR", "856": "SH", "810": "IN", "997": "FA"}


class Letter:
    """One document on its way out."""

    def __init__(self, kind: str, key: str, entity: str, segments: Sequence[x12.OutgoingSegment], body: Body) -> None:
        self.kind = kind
        self.key = key
        self.entity = entity
        self.set = x12.OutgoingSet(_FUNCTIONAL_IDS[kind], kind, segments)
        self.body = body


class Partner(System):
    """A trading partner with a mailbox. Repeated interchanges get the same 997 again and have no second effect."""

    def __init__(
        self,
        name: str,
        stage: Stage,
        mailbox: Mailbox,
        edi_id: str,
        style: EdiStyle,
        acknowledges_minutes: tuple[int, int],
        sends_twice: float,
    ) -> None:
        super().__init__(name, stage)
        self.mailbox = mailbox
        self.edi_id = edi_id
        self._delimiters = x12.Delimiters(style.element, style.component, style.terminator, "", style.suffix)
        self._acknowledges_minutes = acknowledges_minutes
        self._sends_twice = sends_twice
        self._control: Counter[str] = Counter()
        self._taken: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        self.counts: Counter[str] = Counter()
        self._at_the_post_office = asyncio.Lock()

    # what comes in

    def open_mail(self, name: str, data: bytes) -> None:
        """Take one file. What cannot be read is noted; a partner's EDI desk would telephone."""
        at = self.stage.clock.now()
        sets: dict[tuple[str, str], list[x12.TransactionSet]] = {}
        for item in x12.read(data):
            if isinstance(item, x12.InterchangeFault):
                self.counts["unreadable"] += 1
                self.book.request("x12.fault", name, "", "", "refused", {"file": name, "fault": item.fault.code})
            else:
                place = (item.interchange.sender, item.interchange.control_number)
                sets.setdefault(place, []).append(item)
        for place, members in sets.items():
            if place in self._taken:
                self._take_again(place, members, at)
            else:
                self._taken[place] = []
                self._take(place, members, at)

    def _take(self, place: tuple[str, str], sets: list[x12.TransactionSet], at: dt.datetime) -> None:
        entity = self.stage.settings.entity_by_edi_id(place[0]) or ""
        groups: dict[str, list[x12.TransactionSet]] = {}
        for each in sets:
            reference = f"{each.group.functional_id}/{each.group.control_number}"
            if each.type == "997":
                key, body = acknowledged(each)
                self.book.request("997", key, entity, reference, "accepted", body)
                self.counts["997"] += 1
                continue
            groups.setdefault(each.group.control_number, []).append(each)
            key, outcome, body = self.take_set(each, entity, at)
            self.book.request(each.type, key, entity, reference, outcome, body)
            self.counts[each.type] += 1
        for number, members in groups.items():
            wait = self.stage.chance.minutes(*self._acknowledges_minutes, self.name, "997", *place, number)
            what = f"997/{place[0]}/{place[1]}/{number}"
            self.plan(at + wait, what, partial(self._acknowledge, place, entity, members))

    def _take_again(self, place: tuple[str, str], sets: list[x12.TransactionSet], at: dt.datetime) -> None:
        for each in sets:
            reference = f"{each.group.functional_id}/{each.group.control_number}"
            body: Body = {"interchange": place[1], "set": each.control_number}
            self.book.request(each.type, place[1], "", reference, "duplicate", body)
        self.counts["duplicate_interchanges"] += 1
        wait = dt.timedelta(minutes=self._acknowledges_minutes[1] + 5)
        self.plan(at + wait, f"997-again/{place[0]}/{place[1]}", partial(self._acknowledge_again, place))

    def take_set(self, item: x12.TransactionSet, entity: str, at: dt.datetime) -> tuple[str, str, Body]:
        """Act on one document. Returns its business key, the outcome for the books, and what was read."""
        return "", "ignored", {"type": item.type}

    def _acknowledge(
        self, place: tuple[str, str], entity: str, sets: list[x12.TransactionSet], at: dt.datetime
    ) -> None:
        group = sets[0].group
        good = [each for each in sets if not each.refused]
        segments: list[x12.OutgoingSegment] = [("AK1", group.functional_id, group.control_number)]
        for each in sets:
            segments += [("AK2", each.type, each.control_number), ("AK5", "R" if each.refused else "A")]
        verdict = "A" if len(good) == len(sets) else "P" if good else "R"
        segments.append(("AK9", verdict, str(len(sets)), str(len(sets)), str(len(good))))
        key = f"{group.functional_id}/{group.control_number}"
        body: Body = {"group": key, "verdict": verdict, "sets": [each.control_number for each in sets]}
        self._taken[place].append(self.send(Letter("997", key, entity, segments, body), at))

    def _acknowledge_again(self, place: tuple[str, str], at: dt.datetime) -> None:
        for name, data in self._taken[place]:
            self._lay_out(name.replace(".edi", f"-again{int(at.timestamp())}.edi"), data)

    # what goes out

    def send(self, letter: Letter, at: dt.datetime, kind: str = "sent") -> tuple[str, bytes]:
        """Write a document in an interchange of its own. Returns the file's name and bytes."""
        company = self.stage.settings.companies[letter.entity]
        self._control[letter.entity] += 1
        number = self._control[letter.entity]
        header = x12.InterchangeOut(self.edi_id, company.edi_id, number, number, at, delimiters=self._delimiters)
        data = x12.write_interchange(header, [letter.set])
        name = f"{company.edi_id}-{number:09d}-{letter.kind}.edi"
        self.book.effect(f"{kind}.{letter.kind}", letter.key, letter.entity, letter.body | {"file": name})
        self._lay_out(name, data)
        self.counts[f"{kind}.{letter.kind}"] += 1
        if kind == "sent" and letter.kind != "997":
            self._maybe_twice(letter, name, data, at)
        return name, data

    def _maybe_twice(self, letter: Letter, name: str, data: bytes, at: dt.datetime) -> None:
        """Some partners send documents twice: the same envelope again, or the same document in a new one."""
        key = (self.name, letter.kind, letter.entity, letter.key)
        if not self.stage.chance.happens(self._sends_twice, "twice", *key):
            return
        when = at + self.stage.chance.minutes(15, 45, "twice-at", *key)
        self.stage.situations.lines["documents_sent_twice"] += 1

        def again(at: dt.datetime) -> None:
            if self.stage.chance.happens(0.5, "same-envelope", *key):
                self.book.effect(f"sent_again.{letter.kind}", letter.key, letter.entity, letter.body | {"file": name})
                self._lay_out(name.replace(".edi", "-again.edi"), data)
            else:
                self.send(letter, at, "sent_again")

        self.plan(when, f"twice/{letter.kind}/{letter.entity}/{letter.key}", again)

    def _lay_out(self, name: str, data: bytes) -> None:
        self.stage.caller.spawn(self._lay_out_once_booked(name, data))

    async def _lay_out_once_booked(self, name: str, data: bytes) -> None:
        """Nothing leaves the house before the books say so; files appear in the order they were written."""
        async with self._at_the_post_office:
            await self.stage.journal.durable()
            self.mailbox.put(name, data)

    def status(self) -> Body:
        """Documents by kind."""
        return super().status() | {"documents": dict(sorted(self.counts.items()))}


def acknowledged(item: x12.TransactionSet) -> tuple[str, Body]:
    """What a 997 says: the group it answers, and the verdict."""
    key, verdict, sets = "", "", []
    for segment in item.segments:
        if segment.id == "AK1":
            key = f"{segment[1]}/{segment[2]}"
        elif segment.id == "AK2":
            sets.append({"type": segment[1], "number": segment[2]})
        elif segment.id == "AK5" and sets:
            sets[-1]["verdict"] = segment[1]
        elif segment.id == "AK9":
            verdict = segment[1]
    return key, {"group": key, "verdict": verdict, "sets": sets}


def named_items(segment: x12.Segment, start: int) -> dict[str, str]:
    """Pairs of qualifier and item id from an element on."""
    return {segment[at]: segment[at + 1] for at in range(start, len(segment), 2) if segment[at]}
