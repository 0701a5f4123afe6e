"""Reconciliation: statements of other systems are compared with our books, a statement at a time, by one worker.

What a statement shows is read in one snapshot. What follows from it is written in another transaction: drifts, what is
fetched again, and corrections, which are events to cases of their own. Killed in between, it is all done again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import structlog

from crossdock.engine.asking_again import Pages, ask_again, store_pages
from crossdock.engine.channel_numbers import SQL as CHANNELS
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.failures import in_words, pause_after
from crossdock.engine.intake.held import held_facts
from crossdock.engine.late_facts import tell_late_facts
from crossdock.engine.tasks import Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.events.reconciliation import StockCorrectionProposed, StockCorrectionWithdrawn
from crossdock.inventory.reconciliation import assertions, differences, drifts, statements
from crossdock.inventory.reconciliation.differences import Difference
from crossdock.inventory.reconciliation.drifts import Drift, Judged, Seen
from crossdock.inventory.reconciliation.statements import SQL, Waiting
from crossdock.log import append
from crossdock.model.quantity import Price
from crossdock.model.reconciliation import BOOK, StatedChange, StockCorrection
from crossdock.model.stock_policy import DriftRule
from crossdock.rules import drift as why
from crossdock.rules.drift_facts import times, total
from crossdock.rules.stock_policy import Subject, fitting
from crossdock.store import Connection, crash
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()
NAME = "reconciliation"
LEDGER = "ledger"
_PAUSE = dt.timedelta(seconds=1)
_BETWEEN_MOMENTS = dt.timedelta(seconds=5)
_MOMENTS_KEPT = dt.timedelta(days=30)
_ASSERTIONS_KEPT = dt.timedelta(days=30)
_STATEMENTS_MOST = 20
_EXPLAINED_MOST = 500
"""Of so many differences of one statement the causes are looked for; the others have their turn with later ones, and
nothing is asked for or proposed because of them before that."""
_MATCHED_BACK = dt.timedelta(days=1)
"""What one side tells in one message the other may have in steps: all of them are needed to see that it is the same."""
_DEFAULT = DriftRule(name="default")
_LOOKED_BACK = dt.timedelta(days=21)
"""Facts of so long before a statement are not read again, however old a drift is: what it was about by then stands in
it. Shorter than `_MOMENTS_KEPT`, which says from where movements need to be read."""


class _Read:
    """What a statement shows, as of one snapshot."""

    def __init__(self, statement: Waiting, places: Sequence[str]) -> None:
        self.statement = statement
        self.places = places
        self.seen: list[Seen] = []
        self.hidden: dict[str, why.Finding] = {}
        self.spoken_of: set[str] | None = None
        self.snapshot = ""
        self.owner = False


async def run_reconciliation(context: EngineContext, owner: str, task: Task) -> int:
    """Tell corrections of facts that came late, then compare what waits; returns how many statements."""
    async with context.store.transaction() as tx:
        await tx.execute(SQL.note_moment, _BETWEEN_MOMENTS)
    await tell_late_facts(context, owner, task)
    done = 0
    while done < _STATEMENTS_MOST and await compare_next(context):
        done += 1
    async with context.store.transaction() as tx:
        await tx.execute(SQL.forget_moments, _MOMENTS_KEPT)
        await tx.execute(SQL.forget_assertions, _ASSERTIONS_KEPT)
        await finish(tx, task, owner, dt.timedelta(0) if done == _STATEMENTS_MOST else _PAUSE)
    return done


async def compare_next(context: EngineContext) -> bool:
    """Compare the oldest statement that can be; False if there is none. One that fails of more than what passes by
    itself, or of that several times in a row, is put off, and those of other systems and places go on."""
    statement = None
    try:
        async with context.store.transaction(readonly=True, snapshot=True) as tx:
            statement = await statements.next_waiting(tx)
            if statement is None:
                return False
            read = _Read(statement, context.places(statement.location))
            only_kept = _outdated(statement) or not await differences.has_opened(tx, statement, read.places)
            read = read if only_kept else await _read(tx, context, read)
        await (_keep(context, statement) if only_kept else _conclude(context, read))
    except Exception as error:
        if statement is None:
            raise
        if isinstance(error, TRANSIENT) and not context.in_a_row.too_often(NAME, str(statement.id)):
            raise
        await _put_off(context, statement, error)
    return True


async def _keep(context: EngineContext, statement: Waiting) -> None:
    """There is nothing to compare it with."""
    async with context.store.transaction() as tx:
        await statements.mark_compared(tx, statement, await business_now(tx), None)
        await tx.execute(SQL.forget_levels, statement.company_id, statement.system, statement.location)


async def _conclude(context: EngineContext, read: _Read) -> None:
    pages = await _fetch_again(context, read)
    crash.point("reconciliation_before_write")
    async with context.store.transaction() as tx:
        await _write(tx, context, read, pages)
        crash.point("reconciliation_before_commit")
    crash.point("reconciliation_after_commit")


async def _put_off(context: EngineContext, statement: Waiting, error: Exception) -> None:
    """Later ones of the same system and place wait with it (`waiting` in reconciliation.sql): a drift follows the
    numbers in the order in which they were stated, and an earlier statement that comes behind a later one is compared
    with nothing any more."""
    attempts = statement.attempts + 1
    log.exception("statement_put_off", statement=statement.subject, attempts=attempts)
    async with context.store.transaction() as tx:
        await statements.put_off(tx, statement, pause_after(attempts), in_words(error))


def _outdated(statement: Waiting) -> bool:
    before = statement.compared_before
    return before is not None and statement.stated_at <= before and not statement.counted


async def _read(tx: Connection, context: EngineContext, read: _Read) -> _Read:
    statement = read.statement
    await context.masterdata.refresh_if_changed(tx)
    read.snapshot = await assertions.seen_now(tx)
    read.owner = context.owns_stock(statement.system, statement.company_id, statement.location)
    read.spoken_of = await differences.spoken_of(tx, statement)
    found = await differences.differences(tx, statement, read.places)
    known = await drifts.alive(tx, statement)
    left = {item: drifts.left_as_it_is(statement, known.get(item), found[item]) for item in found}
    wanted = {item: difference for item, difference in found.items() if left[item] is None}
    explained = drifts.next_to_explain(wanted, known)[:_EXPLAINED_MOST]
    # Who says what it booked may have lost one thing and booked another twice: then it agrees, and has both wrong.
    gone = sorted(known.keys() - found.keys())[:_EXPLAINED_MOST] if statement.lists_facts and not read.owner else []
    questions = await _questions(tx, context, read, known, {item: found.get(item, {}) for item in explained + gone})
    for item, difference in found.items():
        price = price_of(context, statement.company_id, item)
        finding = why.attribute(questions[item]) if item in questions else left[item]
        if finding is None and statement.counted:  # what its owner counted is booked now, whatever the cause
            finding = why.attribute(why.Question(difference=difference))
        read.seen.append(Seen(item, difference, finding, price, drift_rule(context, statement, item)))
    read.hidden = {item: hidden for item in gone if (hidden := why.cancelled(questions[item])) is not None}
    return read


async def _questions(
    tx: Connection, context: EngineContext, read: _Read, known: Mapping[str, Drift], found: Mapping[str, Difference]
) -> dict[str, why.Question]:
    """All that is known about differences, by item. Facts that may have hidden each other are older than the numbers
    that agreed last, by up to a window; what matches them may be older still, by another one. How far back is looked
    for one item does not depend on the others, nor for ever on how old its drift is."""
    if not found:
        return {}
    statement = read.statement
    floor = statement.stated_at - _LOOKED_BACK
    agreed = {item: max(_agreed(statement, known.get(item)) or floor, floor) for item in found}
    windows = {item: dt.timedelta(minutes=drift_rule(context, statement, item).window_minutes) for item in found}
    after = {item: at - 2 * windows[item] - _MATCHED_BACK for item, at in agreed.items()}
    ours = await differences.our_facts(tx, statement, read.places, after)
    theirs = await differences.their_facts(tx, statement, after)
    over = await drifts.over(tx, statement, list(found), min(after.values()))
    about = (statement.company_id, statement.system)
    held = await held_facts(tx, context, about, read.places, list(found), whole=BOOK in statement.conditions)
    questions = {}
    for item, difference in found.items():
        before = drifts.facts_before(known[item], after[item]) if item in known else drifts.NONE_BEFORE
        sides = (*before.theirs, *theirs.get(item, ())), (*before.ours, *ours.get(item, ()))
        questions[item] = why.Question(
            difference=difference,
            theirs=sides[0],
            ours=sides[1],
            held=held.get(item, ()),
            owner=read.owner,
            complete=statement.lists_facts,
            since=agreed[item] - differences.SLACK,
            agreed=agreed[item],
            horizon=agreed[item] - windows[item],
            settled=drifts.settled(over.get(item, ()), *sides),
            remembered=before.names,
            packs=frozenset(context.packs(statement.company_id, item)),
        )
    return questions


def _agreed(statement: Waiting, drift: Drift | None) -> dt.datetime | None:
    """When both said the same of an item last; None: never yet."""
    return statement.compared_before if drift is None else drift.agreed_at


def price_of(context: EngineContext, company_id: str, item: str) -> Price | None:
    """What one unit of an item costs to buy, if somebody said so."""
    known = context.reads.item(company_id, item)
    return known.estimate(known.purchase_price) if known and known.purchase_price else None


def drift_rule(context: EngineContext, statement: Waiting, item: str) -> DriftRule:
    """The drift rule that holds for an item in a statement."""
    subject = Subject(statement.company_id, item, statement.location)
    rules = fitting(context.stock_policies.drift, subject, statement.stated_at.date())
    return next((rule for rule in rules if rule.against in ("", statement.system)), _DEFAULT)


async def _fetch_again(context: EngineContext, read: _Read) -> Pages:
    """What the system listed and we lack, fetched once more, outside of any transaction."""
    async with context.store.transaction(readonly=True) as tx:
        known = await drifts.alive(tx, read.statement)
        closed = await tx.fetchval(CHANNELS.not_asked, read.statement.system)
    wanted: dict[str, None] = {}
    for seen in read.seen:
        if drifts.judge(read.statement, seen, known.get(seen.item)).wants == "request":
            wanted |= dict.fromkeys(seen.finding.again if seen.finding else ())
    return {} if closed else await ask_again(context, read.statement, list(wanted))


async def _write(tx: Connection, context: EngineContext, read: _Read, pages: Pages) -> None:
    """Keys first, then drifts, then the log. What came is told even where another worker was faster with the rest: it
    may not have come to that one."""
    statement, now = read.statement, await business_now(tx)
    events = await store_pages(tx, statement, pages, now)
    if not await statements.mark_compared(tx, statement, now, len(read.seen)):
        await append(tx, events)
        return
    known = await drifts.alive(tx, statement, hold=True)
    judged = [drifts.judge(statement, seen, known.pop(seen.item, None)) for seen in read.seen]
    for item, drift in known.items():
        if read.spoken_of is None or item in read.spoken_of:
            judged.append(drifts.agreed(statement, drift, read.hidden.get(item)))
    events += await _act(tx, context, read, judged, pages)
    await drifts.save(tx, statement, [one.drift for one in judged])
    await tx.execute(SQL.forget_levels, statement.company_id, statement.system, statement.location)
    await append(tx, events)


async def _act(
    tx: Connection, context: EngineContext, read: _Read, judged: Sequence[Judged], pages: Pages
) -> list[NewEvent]:
    events, asserted, gone = [], [], []
    statement = read.statement
    for drift, wants, finding, rule in judged:
        if wants == "request" and finding is not None and not pages.keys() & set(finding.again):
            drift.requested_at = None
        elif wants == "propose" and finding is not None and rule is not None:
            correction = _correction(context, read, drift, finding, rule)
            at = statement.stated_at
            events.append(_event(context, drift.correction, drift.company_id, StockCorrectionProposed(correction), at))
            if correction.target == LEDGER:
                asserted.append(
                    assertions.Assertion(drift.correction, drift.company_id, drift.location, drift.item, at)
                )
            drifts.proposed(drift, at, rule, applied=correction.applies)
        elif wants == "withdraw":
            body = StockCorrectionWithdrawn(f"{statement.system} and we agree as of {statement.stated_at.isoformat()}")
            events.append(_event(context, drift.correction, drift.company_id, body, statement.stated_at))
            gone.append(drift.correction)
    await assertions.assert_all(tx, asserted, read.snapshot, read.places)
    await assertions.forget(tx, gone)
    return events


def _correction(
    context: EngineContext, read: _Read, drift: Drift, finding: why.Finding, rule: DriftRule
) -> StockCorrection:
    """Our books follow the owner of the quantities; everybody else follows our books, if it takes adjustments."""
    statement, difference = read.statement, drift.by_condition()
    target = LEDGER if read.owner else statement.system
    sign = Decimal(1) if read.owner else Decimal(-1)
    # What is on its way to another system will change its number by itself; our own correction is derived again.
    coming = {} if target == LEDGER else times(finding.under_way, Decimal(-1))
    changed = total([difference, coming]) or difference
    allowed = statement.counted or (
        finding.cause != "late"
        and (read.owner or context.takes_adjustments(statement.system, statement.company_id))
        and why.applies(rule, drift.units, drift.money)
    )
    return StockCorrection(
        company_id=drift.company_id,
        drift=str(drift.id),
        number=drift.correction.rpartition("/")[2],
        system=statement.system,
        target=target,
        location=drift.location,
        item=drift.item,
        changes=tuple(StatedChange(name, quantity * sign) for name, quantity in sorted(changed.items())),
        stated_at=statement.stated_at,
        cause=finding.cause,
        detail=f"{_words(difference)}: {finding.detail}",
        documents=tuple(dict.fromkeys(one.document or one.number for one in finding.evidence)),
        money=drift.money,
        currency=drift.currency,
        applies=allowed,
        rule="counted by its owner" if statement.counted else rule.name,
    )


def _words(difference: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{quantity.normalize():+f} {name}" for name, quantity in sorted(difference.items()))


def _event(context: EngineContext, subject: str, company_id: str, body: object, at: dt.datetime) -> NewEvent:
    return NewEvent(
        body=body,  # type: ignore[arg-type]
        subject=subject,
        company_id=company_id,
        occurred_at=at,
        source=NAME,
        network_version=context.network_version,
    )
