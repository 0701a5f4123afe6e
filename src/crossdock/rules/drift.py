"""Why two systems differ on the stock of one item at one place: the fact behind the difference, if it can be found.

A difference is what they say less what we have, by condition of the goods. Every fact is a change of such conditions:
of what they list, what we lack adds to the difference; of what we booked, what they lack takes away from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Literal, NamedTuple

import msgspec

from crossdock.model.reconciliation import DriftCause
from crossdock.model.stock_policy import DriftRule
from crossdock.rules.drift_facts import Changes, Fact, by_instant, in_other_units, match, plain, times, total, unmatched

Side = Literal["theirs", "ours"]
# Of more candidates than this, only single facts, pairs and all of them together are tried.
_PAIRS_OF = 60
# Of no more candidates than this, also three and four together: of many small numbers, some always add up.
_MORE_OF = 12
_NEAREST = 3
# Cases of which no warehouse tells: people and callers state them to us.
_STATED_TO_US = "assembly/"


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact that explains a difference, who knows it, and as what; no `cause` where it is only a candidate, or a
    correction of ours that was booked meanwhile."""

    side: Side
    number: str
    what: str
    at: dt.datetime
    changes: dict[str, Decimal]
    document: str = ""
    again: str = ""
    cause: DriftCause | Literal[""] = ""


class Finding(msgspec.Struct, frozen=True):
    """The cause in one word and in a sentence, with the facts behind it. `nearest` are only candidates.

    The cause is `mixed` where facts of several causes make up the difference; each fact has its own. `under_way`: how
    much of the difference will go away by itself.
    """

    cause: DriftCause
    detail: str
    evidence: tuple[Evidence, ...] = ()
    nearest: bool = False
    under_way: Changes = {}

    @property
    def again(self) -> tuple[str, ...]:
        """What the source can be asked for once more: facts that we lack."""
        return tuple(
            one.again for one in self.evidence if one.cause == "missing" and one.side == "theirs" and one.again
        )


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about a difference.

    `owner`: the other system is the one whose word on this stock counts. `complete`: it lists all its changes since
    `since`; what is older serves for matching alone. `agreed`: when both said the same last. `horizon`: how far back
    facts may have hidden each other: something lost behind something on its way. `settled`: the `Side:number` of facts
    that an earlier difference was about, and that were corrected. `remembered`: the same of facts that this difference
    was about before: they count, however old they are. `held`: what it told us without authority, so that a
    person has to decide. `packs`: how many base units a pack of the item may hold.
    """

    difference: Changes
    theirs: Sequence[Fact] = ()
    ours: Sequence[Fact] = ()
    owner: bool = False
    complete: bool = False
    since: dt.datetime | None = None
    agreed: dt.datetime | None = None
    horizon: dt.datetime | None = None
    settled: frozenset[str] = frozenset()
    remembered: frozenset[str] = frozenset()
    held: Sequence[Fact] = ()
    packs: frozenset[Decimal] = frozenset()

    @property
    def by_reference(self) -> bool:
        """Does it name the documents of ours that it booked? Then what is the same fact is known, not judged."""
        if not self.complete:
            return False
        theirs = [fact for fact in self.theirs if f"theirs:{fact.number}" not in self.remembered]
        return any(fact.reference for fact in theirs or self.ours)


class _Piece(NamedTuple):
    cause: DriftCause
    why: str
    facts: tuple[tuple[Side, Fact], ...]
    effect: Changes
    is_news: bool = True
    correction: bool = False


def attribute(question: Question) -> Finding:
    """The cause of a difference. Where the facts of both sides are known by name, it is all that only one of them has;
    else the fewest such facts that make up all of it."""
    pieces = list(_pieces(question))
    wanted = plain(question.difference)
    for chosen in _explanations(question, pieces):
        if total(piece.effect for piece in chosen) == wanted:
            return _finding(chosen)
    return _nearest(question)


def cancelled(question: Question) -> Finding | None:
    """There is no difference, and yet facts that only one side has: too much and too little that come to nothing."""
    pieces = tuple(_pieces(question)) if question.by_reference else ()
    if not pieces or total(piece.effect for piece in pieces) or all(piece.cause == "late" for piece in pieces):
        return None
    return _finding(pieces)


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


# What each fact that only one side has would explain


def _pieces(question: Question) -> Iterator[_Piece]:
    held = list(question.held)
    for fact in held:
        why = f"it told us {fact.what} without authority, and {fact.number} is held for a person"
        yield _Piece("unowned_change", why, (("theirs", fact),), fact.changes)
    if not question.complete:
        yield from _guesses(question)
        return
    listed, booked = unmatched(question.theirs, question.ours)
    for theirs, ours, ratio in in_other_units(listed, booked, question.packs):
        listed.remove(theirs)
        booked.remove(ours)
        why = f"{theirs.number} counts {ratio} times what we booked of it"
        effect = total([theirs.changes, times(ours.changes, Decimal(-1))])
        if (news := _news(question, "theirs", theirs)) is not None:
            yield _Piece("wrong_unit", why, (("theirs", theirs), ("ours", ours)), effect, news)
    match(listed, held, by_instant)  # what it lists and what it told us of it is one fact
    corrected: set[str] = set()
    for fact in sorted(listed, key=lambda fact: fact.at):
        again = fact.correction and fact.reference in corrected
        corrected |= {fact.reference} if fact.correction else set()
        if (news := _news(question, "theirs", fact)) is not None:
            yield _listed(question, fact, again=again)._replace(is_news=news)
    left = {fact.number for fact in booked}
    known = [fact for fact in question.ours if fact.number not in left]
    for fact in booked:
        if (news := _news(question, "ours", fact)) is not None:
            yield _booked(question, fact, known)._replace(is_news=news)


def _news(question: Question, side: Side, fact: Fact) -> bool | None:
    """Does it count since the numbers agreed last? None: it cannot explain anything any more."""
    if f"{side}:{fact.number}" in question.settled:
        return None
    if f"{side}:{fact.number}" in question.remembered:
        return True
    if question.agreed is not None and fact.listed_at is not None:
        is_news = fact.listed_at > question.agreed
    else:
        is_news = question.since is None or fact.at > question.since
    if is_news:
        return True
    return False if question.horizon is not None and (fact.listed_at or fact.at) > question.horizon else None


def _listed(question: Question, fact: Fact, *, again: bool) -> _Piece:
    """They have it, we do not."""
    facts: tuple[tuple[Side, Fact], ...] = (("theirs", fact),)
    if fact.under_way:
        return _Piece("late", f"{fact.number} is on its way to us", facts, fact.changes)
    if fact.correction and not again:
        why = f"it booked our correction {fact.document}"
        return _Piece("doubled", why, facts, fact.changes, correction=True)
    if fact.document:
        return _Piece("doubled", f"it booked {fact.document} more than once, as {fact.number} too", facts, fact.changes)
    if not question.owner:
        return _Piece("unowned_change", f"it changed stock that it does not own: {fact.number}", facts, fact.changes)
    return _Piece("missing", f"{fact.number} never came to us", facts, fact.changes)


def _booked(question: Question, fact: Fact, known: Sequence[Fact]) -> _Piece:
    """We have it, they do not. `known`: what of ours they may have; of a system that lists what it has, only that."""
    facts: tuple[tuple[Side, Fact], ...] = (("ours", fact),)
    effect = times(fact.changes, Decimal(-1))
    if fact.under_way:
        return _Piece("late", f"{_name(fact)} is on its way to it", facts, effect)
    # A person stated it to us, not the owner, who has yet to book it.
    stated = fact.document.startswith(_STATED_TO_US)
    # Who has its own facts may have told one of them twice. Two orders that we tell of may well be for as much.
    if question.owner and not stated and (twin := _twin(fact, known)) is not None:
        why = f"{_name(fact)} and {_name(twin)} say the same, and it knows of one"
        return _Piece("doubled", why, (*facts, ("ours", twin)), effect)
    if question.owner and not stated:
        return _Piece("unowned_change", f"we booked {_name(fact)}, which it knows nothing of", facts, effect)
    return _Piece("missing", f"{_name(fact)} never came to it", facts, effect)


def _guesses(question: Question) -> Iterator[_Piece]:
    """A system that lists nothing: what of our own facts would explain the difference, the latest first. What is older
    than the numbers that agreed last could explain those no better than these."""
    facts = sorted(question.ours, key=lambda fact: fact.at, reverse=True)
    known = [(fact, news) for fact in facts if (news := _news(question, "ours", fact)) is not None]
    for fact, news in known:
        if fact.under_way:
            why = f"{_name(fact)} is on its way to it"
            yield _Piece("late", why, (("ours", fact),), times(fact.changes, Decimal(-1)), news)
    for fact, news in known:
        if not fact.under_way:
            yield from (piece._replace(is_news=news) for piece in _alone(question, fact))


def _alone(question: Question, fact: Fact) -> Iterator[_Piece]:
    piece = _booked(question, fact, question.ours)
    yield piece if piece.cause != "unowned_change" else piece._replace(cause="missing")
    yield _Piece("doubled", f"it has {_name(fact)} twice", (("ours", fact),), plain(fact.changes))
    for pack in sorted(question.packs):
        if pack > 1:
            why = f"it took {_name(fact)} in another unit than we did ({pack.normalize():f} to one)"
            yield _Piece("wrong_unit", why, (("ours", fact),), times(fact.changes, pack - 1))
            for condition, quantity in fact.changes.items():
                if quantity % pack == 0:
                    fewer = {condition: quantity // pack - quantity}
                    yield _Piece("wrong_unit", why, (("ours", fact),), plain(fewer))


def _twin(fact: Fact, among: Sequence[Fact]) -> Fact | None:
    """Another fact of the same kind of document that says the same."""
    kind = fact.document.partition("/")[0]
    for other in among:
        same = plain(other.changes) == plain(fact.changes) and other.number != fact.number
        if same and other.document.partition("/")[0] == kind:
            return other
    return None


def _name(fact: Fact) -> str:
    return fact.document or fact.number


# Choosing


def _explanations(question: Question, pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, ...]]:
    """What is known for sure before what may be, and what is new before what may have been hidden."""
    news = tuple(piece for piece in pieces if piece.is_news)
    if question.by_reference:
        yield from (tuple(pieces), news)
    yield from _choices(news)
    if len(news) < len(pieces):
        yield from _choices(pieces)


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
    """What is not under way names the cause; a correction of ours does only where what it corrected is gone."""
    at_fault = [piece for piece in chosen if piece.cause != "late"] or list(chosen)
    named = [piece for piece in at_fault if not piece.correction]
    if not named:
        named = [piece._replace(why=f"{piece.why}, and what that corrected came after all") for piece in at_fault]
        chosen = named
    causes = sorted({piece.cause for piece in named})
    cause: DriftCause = causes[0] if len(causes) == 1 else "mixed"
    evidence: dict[tuple[Side, str], Evidence] = {}
    for piece in chosen:
        for side, fact in piece.facts:
            told = "" if piece.correction and piece not in named else piece.cause
            evidence.setdefault((side, fact.number), _evidence(side, fact, told))
    whys = (f"{piece.cause}: {piece.why}" if cause == "mixed" and piece in named else piece.why for piece in chosen)
    under_way = total(piece.effect for piece in chosen if piece.cause == "late")
    return Finding(cause, "; ".join(dict.fromkeys(whys)), tuple(evidence.values()), under_way=under_way)


def _evidence(side: Side, fact: Fact, cause: DriftCause | Literal[""] = "") -> Evidence:
    return Evidence(side, fact.number, fact.what, fact.at, plain(fact.changes), fact.document, fact.again, cause)


def _nearest(question: Question) -> Finding:
    """No fact explains it: name those that come closest."""
    wanted = plain(question.difference)
    candidates: list[tuple[Decimal, Side, Fact]] = []
    for side, facts in (("theirs", question.theirs), ("ours", question.ours)):
        for fact in facts:
            effect = fact.changes if side == "theirs" else times(fact.changes, Decimal(-1))
            off = units(total([wanted, times(effect, Decimal(-1))]))
            candidates.append((off, "theirs" if side == "theirs" else "ours", fact))
    candidates.sort(key=lambda each: (each[0], -each[2].at.timestamp(), each[2].number))
    closest = tuple(_evidence(side, fact) for _, side, fact in candidates[:_NEAREST])
    words = "no fact that one side has and the other lacks comes to this difference"
    return Finding("unknown", words, closest, nearest=True)
