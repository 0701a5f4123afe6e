"""The worker: holds slots, runs batches, fires deadlines, sends deliveries, polls and publishes.

One batch is in flight at a time. Any number of workers, on any hosts, share the work through rows of the database.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import secrets
import socket
from collections.abc import Awaitable, Callable

import structlog

from crossdock.engine import (
    channel_levels,
    guarding,
    housekeeping,
    lot_expiry,
    policies,
    publications,
    reconciliation,
    repromising,
)
from crossdock.engine.batch import BatchRunner
from crossdock.engine.cases.deadlines import fire_due
from crossdock.engine.context import EngineContext, Keeping, Poll, Publication
from crossdock.engine.deliveries.deliverer import Deliverer
from crossdock.engine.failures import in_words
from crossdock.engine.intake import poll as polls
from crossdock.engine.leasing import Slots
from crossdock.engine.tasks import Task, TaskLost, claim_tasks, ensure_tasks, fail
from crossdock.log import Lease, StaleLease, heads
from crossdock.projections import projector
from crossdock.projections.projector import Projector
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()
IDLE_SECONDS = 0.02
_PATIENCE = 3
"""So often a batch may fail of what passes by itself before the next is half as large."""
_TASK_PAUSE = dt.timedelta(seconds=1)
Wanted = list[tuple[Lease, int]]


class Worker:
    """Runs until `stop` is called; `run` then gives its slots back and returns."""

    def __init__(self, context: EngineContext) -> None:
        self.owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._context = context
        self._store = context.store
        self._cases = Slots(context.store, "cases", self.owner, context.network_version)
        self._views = Slots(context.store, "projections", self.owner, context.network_version)
        self._batches = BatchRunner(context, self.owner)
        self._projector = Projector(context.store, self.owner)
        self._deliverer = Deliverer(context, self.owner)
        self._guard = guarding.Guard(context, self.owner)
        self._stopping = asyncio.Event()
        self._tasks: dict[str, Callable[[Task], Awaitable[int]]] = {
            **{polls.task_name(poll): self._poll(poll) for poll in context.polls},
            **{publications.task_name(p): self._publish(p) for p in context.publications},
            **{policies.task_name(keeping): self._keep(keeping) for keeping in context.keepings},
            **{channel_levels.task_name(p): self._read_back(p) for p in context.publications},
            guarding.CHANGED: self._guard.run_changed,
            guarding.ROUND: self._guard.run_round,
            housekeeping.EXPIRY: lambda task: housekeeping.run_expiry(context, self.owner, task),
            lot_expiry.LOT_EXPIRY: lambda task: lot_expiry.run_lot_expiry(context, self.owner, task),
            repromising.REPROMISE: lambda task: repromising.run_repromise(context, self.owner, task),
            reconciliation.NAME: lambda task: reconciliation.run_reconciliation(context, self.owner, task),
            housekeeping.CHORES: lambda task: housekeeping.run_chores(context, self.owner, task),
        }
        self._running: set[asyncio.Task[None]] = set()
        self._tired: dict[int, tuple[int, int]] = {}
        """Per slot: where its batch fails of what passes by itself, and how often."""

    def stop(self) -> None:
        """Finish the batch at hand and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped."""
        await self._patiently(self._start)
        loops = (
            self._loop(self._balance, 0.3),
            self._loop(self._case_step, IDLE_SECONDS),
            self._loop(self._deadline_step, IDLE_SECONDS * 5),
            self._loop(self._view_step, IDLE_SECONDS * 2),
            self._loop(self._deliver_step, IDLE_SECONDS),
            self._loop(self._reap_step, 1.0),
            self._loop(self._task_step, 0.1),
        )
        await asyncio.gather(*loops)
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        await self._deliverer.close()
        await self._cases.give_back()
        await self._views.give_back()

    async def _start(self) -> int:
        await self._cases.start()
        await self._views.start()
        async with self._store.transaction() as tx:
            await ensure_tasks(tx, list(self._tasks))
        return await self._balance()

    async def _loop(self, step: Callable[[], Awaitable[int]], idle: float) -> None:
        """Repeat a step; rest only when it found nothing to do."""
        while not self._stopping.is_set():
            if not await self._patiently(step):
                await self._rest(idle)

    async def _patiently(self, step: Callable[[], Awaitable[int]]) -> int:
        """A step again and again while the database is away or asks for a repetition.

        A step that fails otherwise is a defect; it is told, and the other steps of this worker go on.
        """
        pause = 0.05
        while not self._stopping.is_set():
            try:
                return await step()
            except TRANSIENT as trouble:
                log.warning("database_trouble", step=step.__name__, error=repr(trouble))
            except Exception:
                log.exception("step_failed", step=step.__name__)
            self._cases.doubtful = self._views.doubtful = True
            await self._rest(pause)
            pause = min(pause * 2, 2)
        return 0

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _balance(self) -> int:
        await self._cases.balance()
        await self._views.balance()
        return 0

    # Cases and deadlines

    async def _case_step(self) -> int:
        """Batches over all slots that have news. Trouble with one does not keep the others waiting."""
        done, trouble = 0, None
        for wanted in await self._news(self._cases, self._context.batch_size):
            try:
                done += await self._batch(wanted)
            except TRANSIENT as error:
                self._tire(wanted)
                trouble = error
            if self._stopping.is_set():
                break
        if trouble is not None:
            raise trouble
        return done

    async def _deadline_step(self) -> int:
        """What came due in the held slots."""
        if not self._cases.held:
            return 0
        async with self._store.batch(self.owner) as tx:
            return await fire_due(tx, list(self._cases.held))

    async def _news(self, slots: Slots, size: int) -> list[Wanted]:
        """What the held slots have behind their checkpoints, cut into batches of about `size` events.

        One query for all slots. A slot stands in one batch at most, so its events stay in order.
        """
        if slots.doubtful:
            await slots.recall()
        held = dict(slots.held)  # which changes while the question is under way
        if not held:
            return []
        async with self._store.connection() as connection:
            at = await heads(connection, sorted(held))
        batches: list[Wanted] = []
        room = 0
        for slot, lease in held.items():
            tired = self._times(lease) // _PATIENCE if slots is self._cases else 0
            waiting = min(at[slot] - lease.position, size)
            if waiting <= 0:
                continue
            waiting = max(waiting >> tired, 1)
            if waiting > room or tired:
                batches.append([])
                room = size
            batches[-1].append((lease, waiting))
            room = 0 if tired else room - waiting
        return batches

    def _tire(self, wanted: Wanted) -> None:
        """Remember where batches fail again and again of what passes by itself: the next ones there are smaller.

        A batch that takes longer than the database waits for it would else be repeated for ever.
        """
        for lease, _ in wanted:
            self._tired[lease.slot] = (lease.position, self._times(lease) + 1)

    def _times(self, lease: Lease) -> int:
        """How often in a row the next batch of a slot has failed of what passes by itself."""
        position, times = self._tired.get(lease.slot, (-1, 0))
        return times if position == lease.position else 0

    async def _batch(self, wanted: Wanted) -> int:
        try:
            return await self._run_or_halve(wanted)
        except StaleLease as stale:
            self._lose(self._cases, stale)
            return 0

    async def _run_or_halve(self, wanted: Wanted) -> int:
        try:
            return await self._batches.run(wanted)
        except (StaleLease, *TRANSIENT):
            raise
        except Exception:
            if await self._cases.recall():
                return 0  # it was read behind where the slot stands by now, and failed of what is done already
            log.exception("batch_failed", slots=[lease.slot for lease, _ in wanted])
            return await self._halve(wanted)

    async def _halve(self, wanted: Wanted) -> int:
        """Ever smaller batches until the culprit stands alone; its case is parked and the slot moves on.

        First slot by slot, then half as many events of that slot. What is left comes with the next look at the heads.
        """
        if len(wanted) > 1:
            return sum([await self._batch([one]) for one in wanted])
        ((lease, size),) = wanted
        if size > 1:
            return await self._batch([(lease, size // 2)])
        try:
            # Once more: what failed by chance, in the company of others, is no culprit.
            return await self._batches.run(wanted)
        except (StaleLease, *TRANSIENT):
            raise
        except Exception:
            log.exception("culprit_found", slot=lease.slot, position=lease.position + 1)
        return await self._batches.run(wanted, park=True)

    def _lose(self, slots: Slots, stale: StaleLease) -> None:
        log.warning("leases_lost", slots=sorted(stale.slots))
        for slot in stale.slots:
            slots.lose(slot)

    # Projections

    async def _view_step(self) -> int:
        done = 0
        for wanted in await self._news(self._views, projector.BATCH):
            try:
                done += await self._projector.run(wanted)
            except StaleLease as stale:
                self._lose(self._views, stale)
            except TRANSIENT:
                raise
            except Exception:
                if not await self._views.recall():
                    raise
        # A look now and then folds many events at once; only a full batch is followed by another at once.
        return done if done >= projector.BATCH else 0

    # Deliveries, polls, publications

    async def _deliver_step(self) -> int:
        return await self._deliverer.step()

    async def _reap_step(self) -> int:
        await self._deliverer.reap()
        return 0

    async def _task_step(self) -> int:
        busy = {task.get_name() for task in self._running}
        async with self._store.transaction() as tx:
            claimed = await claim_tasks(tx, self.owner, [name for name in self._tasks if name not in busy], 8)
        for task in claimed:
            running = asyncio.create_task(self._turn(task), name=task.name)
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        return len(claimed)

    async def _turn(self, task: Task) -> None:
        try:
            await self._tasks[task.name](task)
        except TaskLost:
            log.warning("task_lost", task=task.name)
        except TRANSIENT as trouble:
            # The row still names this worker, so its next turn takes the task up again.
            log.warning("database_trouble", task=task.name, error=repr(trouble))
        except Exception as error:
            log.exception("task_failed", task=task.name)
            await self._tell(task, error)

    async def _tell(self, task: Task, error: Exception) -> None:
        """A defect ended a turn: its row says so, for `doctor` to show."""
        try:
            async with self._store.transaction() as tx:
                await fail(tx, task, self.owner, in_words(error), _TASK_PAUSE)
        except TRANSIENT as trouble:
            log.warning("database_trouble", task=task.name, error=repr(trouble))
            await self._rest(1)

    def _poll(self, poll: Poll) -> Callable[[Task], Awaitable[int]]:
        return lambda task: polls.run_poll(self._context, self.owner, poll, task)

    def _keep(self, keeping: Keeping) -> Callable[[Task], Awaitable[int]]:
        return lambda task: policies.run_policies(self._context, self.owner, keeping, task)

    def _publish(self, publication: Publication) -> Callable[[Task], Awaitable[int]]:
        return lambda task: publications.run_publication(self._context, self.owner, publication, task)

    def _read_back(self, publication: Publication) -> Callable[[Task], Awaitable[int]]:
        return lambda task: channel_levels.run_read_back(self._context, self.owner, publication, task)
