"""Why two systems differ on the stock of one item at one place: the fact behind the difference, if it can be found.

A difference is what they say less what we have, by condition of the goods. Every fact is a change of such conditions:
of what they list, what we lack adds to the difference; of what we booked, what they lack takes away from it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal, NamedTuple

import msgspec

from crossdock.model.reconciliation import DriftCause
from crossdock.model.stock_policy import DriftRule

Changes = Mapping[str, Decimal]
Side = Literal["theirs", "ours"]
# Two facts that say the same may be one if their instants are no further apart than this.
_ABOUT = dt.timedelta(hours=1)
# Of more candidates than this, only single facts, pairs and all of them together are tried.
_PAIRS_OF = 60
# Of no more candidates than this, also three and four together: of many small numbers, some always add up.
_MORE_OF = 12
_NEAREST = 3


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A change of stock as one side knows it. `document` is our case behind it, where that is known.

    `listed_at`: the moment of the statement that listed it first, where one did: what was listed before `agreed` was
    in the numbers that agreed. `under_way`: the other side cannot know it yet, or may not. `again`: how the source can
    be asked for it once more.
    """

    number: str
    at: dt.datetime
    changes: Changes
    what: str = ""
    document: str = ""
    under_way: bool = False
    again: str = ""
    listed_at: dt.datetime | None = None


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact that explains a difference, and who knows it."""

    side: Side
    number: str
    what: str
    at: dt.datetime
    changes: dict[str, Decimal]
    document: str = ""
    again: str = ""


class Finding(msgspec.Struct, frozen=True):
    """The cause in one word and in a sentence, with the facts behind it. `nearest` are only candidates."""

    cause: DriftCause
    detail: str
    evidence: tuple[Evidence, ...] = ()
    nearest: bool = False

    @property
    def again(self) -> tuple[str, ...]:
        """What the source can be asked for once more: facts that we lack."""
        if self.cause != "missing":
            return ()
        return tuple(one.again for one in self.evidence if one.side == "theirs" and one.again)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about a difference.

    `owner`: the other system is the one whose word on this stock counts. `complete`: it lists all its changes since
    `since`; what is older serves for matching alone. `agreed`: when both said the same last. `held`: what it told us
    without authority, so that a person has to decide. `packs`: how many base units a pack of the item may hold.
    """

    difference: Changes
    theirs: Sequence[Fact] = ()
    ours: Sequence[Fact] = ()
    owner: bool = False
    complete: bool = False
    since: dt.datetime | None = None
    agreed: dt.datetime | None = None
    held: Sequence[Fact] = ()
    packs: frozenset[Decimal] = frozenset()


_Key = Callable[[Fact], tuple[object, ...] | None]


class _Piece(NamedTuple):
    cause: DriftCause
    why: str
    facts: tuple[tuple[Side, Fact], ...]
    effect: Changes


def attribute(question: Question) -> Finding:
    """The cause of a difference: the fewest unmatched facts that make up all of it."""
    pieces = list(_pieces(question))
    for chosen in _choices(pieces):
        if total(piece.effect for piece in chosen) == _plain(question.difference):
            return _finding(chosen)
    return _nearest(question)


def total(changes: Iterable[Changes]) -> dict[str, Decimal]:
    """The sum of changes; conditions that come to nothing are left out."""
    summed: dict[str, Decimal] = defaultdict(Decimal)
    for one in changes:
        for condition, quantity in one.items():
            summed[condition] += quantity
    return _plain(summed)


def units(difference: Changes) -> Decimal:
    """How many units are where the other side does not have them: what is too much, or too little, if that is more."""
    more = sum((quantity for quantity in difference.values() if quantity > 0), Decimal(0))
    less = -sum((quantity for quantity in difference.values() if quantity < 0), Decimal(0))
    return max(more, less)


def applies(rule: DriftRule, moved: Decimal, money: Decimal | None) -> bool:
    """May a correction be made without asking? Both limits count; what has no price has no limit in money to keep."""
    if money is None or not rule.apply_units or moved > rule.apply_units:
        return False
    return money <= rule.apply_money


def _plain(changes: Changes) -> dict[str, Decimal]:
    return {condition: quantity for condition, quantity in sorted(changes.items()) if quantity}


def _times(changes: Changes, factor: Decimal) -> dict[str, Decimal]:
    return _plain({condition: quantity * factor for condition, quantity in changes.items()})


# What each fact that only one side has would explain


def _pieces(question: Question) -> Iterator[_Piece]:
    held = list(question.held)
    for fact in held:
        why = f"it told us {fact.what} without authority, and {fact.number} is held for a person"
        yield _Piece("unowned_change", why, (("theirs", fact),), fact.changes)
    if not question.complete:
        yield from _guesses(question)
        return
    listed, booked = _unmatched(question)
    for theirs, ours, ratio in _other_units(listed, booked, question.packs):
        listed.remove(theirs)
        booked.remove(ours)
        why = f"{theirs.number} counts {ratio} times what we booked of it"
        effect = total([theirs.changes, _times(ours.changes, Decimal(-1))])
        yield _Piece("wrong_unit", why, (("theirs", theirs), ("ours", ours)), effect)
    _match(listed, held, _by_instant)  # what it lists and what it told us of it is one fact
    for fact in listed:
        yield _listed(question, fact)
    for fact in booked:
        yield _booked(question, fact)


def _listed(question: Question, fact: Fact) -> _Piece:
    """They have it, we do not."""
    facts: tuple[tuple[Side, Fact], ...] = (("theirs", fact),)
    if fact.under_way:
        return _Piece("late", f"{fact.number} is on its way to us", facts, fact.changes)
    if fact.document:
        return _Piece("doubled", f"it booked {fact.document} more than once, as {fact.number} too", facts, fact.changes)
    if not question.owner:
        return _Piece("unowned_change", f"it changed stock that it does not own: {fact.number}", facts, fact.changes)
    return _Piece("missing", f"{fact.number} never came to us", facts, fact.changes)


def _booked(question: Question, fact: Fact) -> _Piece:
    """We have it, they do not."""
    facts: tuple[tuple[Side, Fact], ...] = (("ours", fact),)
    effect = _times(fact.changes, Decimal(-1))
    if fact.under_way:
        return _Piece("late", f"{_name(fact)} is on its way to it", facts, effect)
    # Who has its own facts may have told one of them twice. Two orders that we tell of may well be for as much.
    if question.owner and (twin := _twin(fact, question.ours)) is not None:
        why = f"{_name(fact)} and {_name(twin)} say the same, and it knows of one"
        return _Piece("doubled", why, (*facts, ("ours", twin)), effect)
    if question.owner:
        return _Piece("unowned_change", f"we booked {_name(fact)}, which it knows nothing of", facts, effect)
    return _Piece("missing", f"{_name(fact)} never came to it", facts, effect)


def _guesses(question: Question) -> Iterator[_Piece]:
    """A system that lists nothing: what of our own facts would explain the difference, the latest first."""
    facts = sorted(question.ours, key=lambda fact: fact.at, reverse=True)
    for fact in facts:
        if fact.under_way:
            why = f"{_name(fact)} is on its way to it"
            yield _Piece("late", why, (("ours", fact),), _times(fact.changes, Decimal(-1)))
    for fact in facts:
        if not fact.under_way:
            yield from _alone(question, fact)


def _alone(question: Question, fact: Fact) -> Iterator[_Piece]:
    piece = _booked(question, fact)
    yield piece if piece.cause != "unowned_change" else piece._replace(cause="missing")
    yield _Piece("doubled", f"it has {_name(fact)} twice", (("ours", fact),), _plain(fact.changes))
    for pack in sorted(question.packs):
        if pack > 1:
            why = f"it took {_name(fact)} in another unit than we did ({pack.normalize():f} to one)"
            yield _Piece("wrong_unit", why, (("ours", fact),), _times(fact.changes, pack - 1))
            for condition, quantity in fact.changes.items():
                if quantity % pack == 0:
                    fewer = {condition: quantity // pack - quantity}
                    yield _Piece("wrong_unit", why, (("ours", fact),), _plain(fewer))


def _twin(fact: Fact, among: Sequence[Fact]) -> Fact | None:
    """Another fact of the same kind of document that says the same."""
    kind = fact.document.partition("/")[0]
    for other in among:
        same = _plain(other.changes) == _plain(fact.changes) and other.number != fact.number
        if same and other.document.partition("/")[0] == kind:
            return other
    return None


def _name(fact: Fact) -> str:
    return fact.document or fact.number


# Matching what both sides know


def _unmatched(question: Question) -> tuple[list[Fact], list[Fact]]:
    """What only they list, and what only we booked; facts from before `since` only take away what they match."""
    listed, booked = list(question.theirs), list(question.ours)
    for key in (_by_document, _by_instant):
        _match(listed, booked, key)
    _match_sums(listed, booked)
    # Last, what says the same at about the same time: before that, it would take a fact from its true counterpart.
    _match(listed, booked, _by_changes, within=_ABOUT)
    recent = [fact for fact in booked if question.since is None or fact.at > question.since]
    return [fact for fact in listed if _is_news(question, fact)], recent


def _is_news(question: Question, fact: Fact) -> bool:
    """Was it not yet in the numbers of theirs that agreed with ours?"""
    if question.agreed is not None and fact.listed_at is not None:
        return fact.listed_at > question.agreed
    return question.since is None or fact.at > question.since


def _by_document(fact: Fact) -> tuple[object, ...] | None:
    return (fact.document, *_plain(fact.changes).items()) if fact.document else None


def _by_instant(fact: Fact) -> tuple[object, ...]:
    return (fact.at, *_plain(fact.changes).items())


def _by_changes(fact: Fact) -> tuple[object, ...] | None:
    # What they did for a document of ours is known by that document alone.
    return None if fact.document and not fact.number.startswith("entry/") else (*_plain(fact.changes).items(),)


def _match(listed: list[Fact], booked: list[Fact], key: _Key, within: dt.timedelta | None = None) -> None:
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


def _match_sums(listed: list[Fact], booked: list[Fact]) -> None:
    """One message may be several entries of ours, and the other way round: of one instant or document, sums match."""
    for group in ("at", "document"):
        for value in {getattr(fact, group) for fact in listed} - {""}:
            theirs = [fact for fact in listed if getattr(fact, group) == value]
            ours = [fact for fact in booked if getattr(fact, group) == value]
            if ours and total(f.changes for f in theirs) == total(f.changes for f in ours):
                listed[:] = [fact for fact in listed if fact not in theirs]
                booked[:] = [fact for fact in booked if fact not in ours]


def _other_units(
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
    one, other = _plain(theirs), _plain(ours)
    if not one or one.keys() != other.keys():
        return None
    ratios = {Fraction(one[condition]) / Fraction(other[condition]) for condition in one}
    ratio = ratios.pop()
    whole = max(ratio, Fraction(1) / ratio) if ratio > 0 else Fraction(0)
    return ratio if not ratios and whole.denominator == 1 and whole >= 2 else None


# Choosing


def _choices(pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, ...]]:
    """What is under way first; then single pieces, all of one cause, pairs, all."""
    late = tuple(piece for piece in pieces if piece.cause == "late")
    yield from ((piece,) for piece in late)
    if len(late) > 1:
        yield late
    yield from ((piece,) for piece in pieces if piece.cause != "late")
    for cause in ("missing", "doubled", "unowned_change", "wrong_unit"):
        if len(same := tuple(piece for piece in pieces if piece.cause == cause)) > 1:
            yield same
    if len(pieces) > 2:
        yield tuple(pieces)
    if len(pieces) <= _PAIRS_OF:
        yield from combinations(pieces, 2)
    if len(pieces) <= _MORE_OF:
        yield from combinations(pieces, 3)
        yield from combinations(pieces, 4)


def _finding(chosen: Sequence[_Piece]) -> Finding:
    """What is not under way names the cause."""
    first = next((piece for piece in chosen if piece.cause != "late"), chosen[0])
    evidence = tuple(_evidence(side, fact) for piece in chosen for side, fact in piece.facts)
    why = "; ".join(dict.fromkeys(piece.why for piece in chosen))
    return Finding(first.cause, why, evidence)


def _evidence(side: Side, fact: Fact) -> Evidence:
    return Evidence(side, fact.number, fact.what, fact.at, _plain(fact.changes), fact.document, fact.again)


def _nearest(question: Question) -> Finding:
    """No fact explains it: name those that come closest."""
    wanted = _plain(question.difference)
    candidates: list[tuple[Decimal, Side, Fact]] = []
    for side, facts in (("theirs", question.theirs), ("ours", question.ours)):
        for fact in facts:
            effect = fact.changes if side == "theirs" else _times(fact.changes, Decimal(-1))
            off = units(total([wanted, _times(effect, Decimal(-1))]))
            candidates.append((off, "theirs" if side == "theirs" else "ours", fact))
    candidates.sort(key=lambda each: (each[0], -each[2].at.timestamp(), each[2].number))
    closest = tuple(_evidence(side, fact) for _, side, fact in candidates[:_NEAREST])
    words = "no fact that one side has and the other lacks comes to this difference"
    return Finding("unknown", words, closest, nearest=True)
