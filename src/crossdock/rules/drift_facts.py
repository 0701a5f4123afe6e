"""What two systems know of the stock of one item at one place, fact by fact: the same fact of both sides is matched, so
that those stay over which only one of them has."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

Changes = Mapping[str, Decimal]
"""By condition of the goods."""
# Two facts that say the same may be one if their instants are no further apart than this.
_ABOUT = dt.timedelta(hours=1)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A change of stock as one side knows it. `document` is our case behind it, `reference` the very document that we
    sent the other side about it, where that is known. `correction`: it is what we asked for to end a difference.

    `listed_at`: the moment of the statement that listed it first, where one did: what was listed before `agreed` was
    in the numbers that agreed. `under_way`: the other side cannot know it yet, or may not. `again`: how the source can
    be asked for it once more.
    """

    number: str
    at: dt.datetime
    changes: Changes
    what: str = ""
    document: str = ""
    reference: str = ""
    correction: bool = False
    under_way: bool = False
    again: str = ""
    listed_at: dt.datetime | None = None


_Key = Callable[[Fact], tuple[object, ...] | None]


def total(changes: Iterable[Changes]) -> dict[str, Decimal]:
    """The sum of changes; conditions that come to nothing are left out."""
    summed: dict[str, Decimal] = defaultdict(Decimal)
    for one in changes:
        for condition, quantity in one.items():
            summed[condition] += quantity
    return plain(summed)


def plain(changes: Changes) -> dict[str, Decimal]:
    """Without the conditions that come to nothing, in order."""
    return {condition: quantity for condition, quantity in sorted(changes.items()) if quantity}


def times(changes: Changes, factor: Decimal) -> dict[str, Decimal]:
    """So many times the changes."""
    return plain({condition: quantity * factor for condition, quantity in changes.items()})


# Matching what both sides know


def unmatched(theirs: Sequence[Fact], ours: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    """What only they have, and what only we have."""
    listed, booked = list(theirs), list(ours)
    match(listed, booked, _by_reference)
    _match_sums(listed, booked, "reference")
    # Where both sides name the document that was sent, nothing else says that two facts are the same.
    _loosely(listed, booked, [fact for fact in listed if not fact.reference], list(booked))
    _loosely(listed, booked, list(listed), [fact for fact in booked if not fact.reference])
    return listed, _standing(booked)


def _standing(booked: Sequence[Fact]) -> list[Fact]:
    """Without what a case of ours booked and took back: the other side was never told of it."""
    left: list[Fact] = []
    for fact in booked:
        back = next(
            (one for one in left if one.document == fact.document and not total([one.changes, fact.changes])), None
        )
        if fact.document and back is not None:
            left.remove(back)
        else:
            left.append(fact)
    return left


def _loosely(listed: list[Fact], booked: list[Fact], some_listed: list[Fact], some_booked: list[Fact]) -> None:
    """Match some of what is left; what matches is taken away."""
    theirs, ours = list(some_listed), list(some_booked)
    for key in (_by_document, by_instant):
        match(theirs, ours, key)
    for group in ("at", "document"):
        _match_sums(theirs, ours, group)
    # Last, what says the same at about the same time: before that, it would take a fact from its true counterpart.
    match(theirs, ours, _by_changes, within=_ABOUT)
    for left, some, found in ((listed, some_listed, theirs), (booked, some_booked, ours)):
        gone = {fact.number for fact in some} - {fact.number for fact in found}
        left[:] = [fact for fact in left if fact.number not in gone]


def _by_reference(fact: Fact) -> tuple[object, ...] | None:
    return (fact.reference, *plain(fact.changes).items()) if fact.reference else None


def _by_document(fact: Fact) -> tuple[object, ...] | None:
    return (fact.document, *plain(fact.changes).items()) if fact.document else None


def by_instant(fact: Fact) -> tuple[object, ...]:
    """What it says, and the very moment."""
    return (fact.at, *plain(fact.changes).items())


def _by_changes(fact: Fact) -> tuple[object, ...] | None:
    # What they did for a document of ours is known by that document alone.
    return None if fact.document and not fact.number.startswith("entry/") else (*plain(fact.changes).items(),)


def match(listed: list[Fact], booked: list[Fact], key: _Key, within: dt.timedelta | None = None) -> None:
    """Take away what both lists have by this key: of several, what is closest in time."""
    open_: dict[object, list[Fact]] = defaultdict(list)
    for fact in booked:
        if (known := key(fact)) is not None:
            open_[known].append(fact)
    for fact in list(listed):
        known = key(fact)
        if known is not None and open_[known]:
            closest = min(open_[known], key=lambda other, fact=fact: abs(other.at - fact.at))  # type: ignore[misc]
            if within is not None and abs(closest.at - fact.at) > within:
                continue
            open_[known].remove(closest)
            booked.remove(closest)
            listed.remove(fact)


def _match_sums(listed: list[Fact], booked: list[Fact], group: str) -> None:
    """One message may be several entries of ours, and the other way round: of one instant or document, sums match."""
    for value in {getattr(fact, group) for fact in listed} - {""}:
        theirs = [fact for fact in listed if getattr(fact, group) == value]
        ours = [fact for fact in booked if getattr(fact, group) == value]
        if ours and total(f.changes for f in theirs) == total(f.changes for f in ours):
            listed[:] = [fact for fact in listed if fact not in theirs]
            booked[:] = [fact for fact in booked if fact not in ours]


def in_other_units(
    listed: Sequence[Fact], booked: Sequence[Fact], packs: frozenset[Decimal]
) -> list[tuple[Fact, Fact, Fraction]]:
    """Pairs that are the same fact in different units: one is a whole multiple of the other. Of one document any
    multiple says so; of one instant only that of a pack of the item: two facts may happen at once."""
    found: list[tuple[Fact, Fact, Fraction]] = []
    taken: set[str] = set()
    for theirs in listed:
        for ours in booked:
            if ours.number in taken or (ratio := _ratio(theirs.changes, ours.changes)) is None:
                continue
            packed = max(ratio, Fraction(1) / ratio) in packs
            if (theirs.document and ours.document == theirs.document) or (packed and ours.at == theirs.at):
                taken.add(ours.number)
                found.append((theirs, ours, ratio))
                break
    return found


def _ratio(theirs: Changes, ours: Changes) -> Fraction | None:
    """How many times ours theirs is, where one is a whole multiple of the other in every condition."""
    one, other = plain(theirs), plain(ours)
    if not one or one.keys() != other.keys():
        return None
    ratios = {Fraction(one[condition]) / Fraction(other[condition]) for condition in one}
    ratio = ratios.pop()
    whole = max(ratio, Fraction(1) / ratio) if ratio > 0 else Fraction(0)
    return ratio if not ratios and whole.denominator == 1 and whole >= 2 else None
