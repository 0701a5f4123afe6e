"""What an object holds that its document does not say: taken from the envelope, or from another party of it, or what is
usual where nothing is said.

The maps fill such fields because an object needs them. They are found by reading the document again, with another
envelope around it, and with marks on what is usual and its times in another zone: what reads otherwise then was never
in the document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from crossdock.edi import edifact, maps, x12
from crossdock.edi.facts import facts, words
from crossdock.edi.maps.declared import Marked, mark_of, marked
from crossdock.edi.maps.moments import as_said, in_utc
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH
from crossdock.model.stock import OWN

_OTHER_US, _OTHER_PARTNER = PartyRef("another receiver"), PartyRef("another sender")
_NAMED = {EACH: "each", OWN: "our own"}
ELSEWHERE = dt.timezone(dt.timedelta(hours=7, minutes=23))
"""A zone that nobody is in."""
_TIME, _NUMBER = "0302", "987650321"


class Assumed(msgspec.Struct, frozen=True):
    """A field that the document does not fill: its path in words (`ship to`), what it holds, and whence that is: `the
    envelope`, `the buyer`, or `each, where no unit is said`."""

    path: str
    value: str
    source: str

    @property
    def note(self) -> str:
        """The source as it stands behind the value."""
        return f"from {self.source}" if self.source.startswith("the ") else self.source


Item = x12.TransactionSet | edifact.Message


def assumed(item: Item, context: maps.MapContext, body: msgspec.Struct, again: Marked | None) -> list[Assumed]:
    """The fields of `body`, which was read from `item` by `context`, that the document does not say; `again` is the
    same with marks."""
    other = msgspec.structs.replace(context, us=_OTHER_US, partner=_OTHER_PARTNER)
    if isinstance(item, edifact.Message):
        otherwise = maps.read_message(_message_otherwise(item), other).body
    else:
        otherwise = maps.read_document(_sent_otherwise(item), other).body
    then = dict(facts(otherwise)) if otherwise is not None else {}
    found = [Assumed(path, value, "the envelope") for path, value in facts(body) if then.get(path, value) != value]
    named = {each.path for each in found}
    usual_here = unsaid(body, again.body, context.options.zone) if again is not None else ()
    return found + [each for each in (*copied(body), *usual_here) if each.path not in named]


def elsewhere(item: Item, context: maps.MapContext) -> Marked | None:
    """A set or message with marks, and its times in another zone; None where nothing describes it."""
    options = msgspec.structs.replace(context.options, zone=ELSEWHERE)
    return marked(maps.as_taken(item, context), msgspec.structs.replace(context, options=options))


def unsaid(body: msgspec.Struct, again: msgspec.Struct | None, zone: dt.tzinfo | None = None) -> Iterator[Assumed]:
    """Units, owners and other words that are usual where nothing is said, and the zone of times: what the same has
    otherwise in `again`, which was read with marks and elsewhere."""
    then = dict(facts(again)) if again is not None else {}
    for path, value in facts(body) if then else ():
        other = then.get(path, value)
        mark = mark_of(other)
        if mark is not None and mark.value == value:
            yield Assumed(path, value, usual(mark.name, mark.text))
        elif other != value and other == _moved(value, zone):
            yield Assumed(path, value, usual("zone", str(zone or dt.UTC)))


def _moved(value: str, zone: dt.tzinfo | None) -> str:
    """A moment in words as it is where what was said is said elsewhere; empty for what is no moment."""
    try:
        moment = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        said = as_said(moment, zone).replace(tzinfo=dt.UTC)
        return words(in_utc(said, ELSEWHERE))
    except (ValueError, OverflowError):
        return ""


def usual(name: str, text: str) -> str:
    """`good, where no condition is said`."""
    return f"{_NAMED.get(text, text.replace('_', ' '))}, where no {name.replace('_', ' ')} is said"


def _sent_otherwise(ts: x12.TransactionSet) -> x12.TransactionSet:
    """The same set as if another interchange of another day had brought it."""
    header = replace(ts.interchange, date=_another(ts.interchange.date), time=_TIME, control_number=_NUMBER)
    group = replace(ts.group, date=_another(ts.group.date), time=_TIME, control_number=_NUMBER)
    return replace(ts, interchange=header, group=group, control_number=_NUMBER)


def _message_otherwise(message: edifact.Message) -> edifact.Message:
    header = message.interchange
    header = replace(header, date=_another(header.date), time=_TIME, control_number=_NUMBER)
    return replace(message, interchange=header, control_number=_NUMBER)


def _another(day: str) -> str:
    return {6: "710304", 8: "19710304"}.get(len(day), day)


def copied(body: msgspec.Struct) -> list[Assumed]:
    """A place of delivery that the map took from the buyer, whom it is the very object of."""
    buyer, place = getattr(body, "buyer", None), getattr(body, "ship_to", None)
    if not isinstance(buyer, PartyRef) or not isinstance(place, PartyRef) or place is not buyer:
        return []
    said = buyer.their_id or buyer.id or buyer.name
    return [Assumed("ship to", said, "the buyer")] if said else []
