"""Makes the books what stock policies say: reads pages, writes differences, some hundreds at a time.

What differs is decided anew whenever something moved meanwhile. So a run that was ended anywhere goes on or begins
again without harm, and two at once end with the same books. Locks are held for some milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import asyncpg
import msgspec
import structlog

from crossdock.engine.clock import business_now
from crossdock.engine.failures import in_words
from crossdock.events.envelope import NewEvent
from crossdock.inventory.keeping import pages as kept_pages
from crossdock.inventory.keeping.keeper import Change, Keeper, Standing
from crossdock.inventory.keeping.pages import Page
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import RebalanceRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.log import append, uuid7
from crossdock.store import Store
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()

PAGE = 500
"""Positions read and decided at a time: what another lane has locked waits for it."""
ROUND = 8
"""Pages between two reports of progress."""
CHUNK = 250
"""Positions written in one transaction."""
REQUESTS = 100
"""Requests asked of the ledger in one transaction."""
LANES = 2
"""Transactions at a time: one is written while another is prepared."""
_PATIENCE = 50
_FAILED_MOST = 20
_REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)

Thing = TypeVar("Thing")


class Progress(msgspec.Struct):
    """How far a recomputation is. `target` is what it makes true: network version, business day, who is silent."""

    target: str = ""
    after: str = ""
    """The last item that is done."""
    total: int = 0
    looked_at: int = 0
    """Of how many positions, and how many were compared with the rules."""
    changed: int = 0
    """Positions of which more or less is kept back than before."""
    rebalanced: int = 0
    """Items whose pools were made right."""
    failed: dict[str, str] = {}
    """Items that could not be made right, and why; the others were."""


Tell = Callable[[Progress], Awaitable[None]]


class Recomputation:
    """Makes the positions of a company what a keeper says. `locations` are the company's."""

    def __init__(self, store: Store, keeper: Keeper, locations: Sequence[str], actor: str = "policies") -> None:
        self.progress = Progress(keeper.target)
        self._store = store
        self._keeper = keeper
        self._locations = locations
        self._actor = actor
        # Two runs for the same target may both write: what the second finds to do is another thing than the first did.
        self._stem = f"policies/{keeper.target}/{uuid7()}"
        self._written = 0
        self._lanes = asyncio.Semaphore(LANES)

    async def run(self, tell: Tell, progress: Progress | None = None) -> None:
        """All positions, from where an earlier run was ended (`progress`). `tell` is called after each page."""
        if progress is not None:
            self.progress = progress
        async with self._store.transaction(readonly=True) as tx:
            self.progress.total = await tx.fetchval(kept_pages.SQL.count, self._keeper.company_id)
        pages = await self._read(self.progress.after)
        while pages[-1].last:
            behind = asyncio.create_task(self._read(pages[-1].last))
            try:
                await self._take(pages, tell)
            finally:
                await asyncio.wait([behind])
            pages = behind.result()
        await self._take(pages, tell)
        await self._named_items()

    async def run_new(self, since: int, before: int) -> None:
        """Positions that first moved in these transactions."""
        after = ""
        while True:
            async with self._store.transaction(readonly=True) as tx:
                rows = await tx.fetch(kept_pages.SQL.new_items, self._keeper.company_id, since, before, after, CHUNK)
            if not rows:
                return
            after = rows[-1]["item"]
            await self.run_items([row["item"] for row in rows])

    async def run_items(self, items: Sequence[str]) -> None:
        """All positions of some items."""
        await self._apply(await self._read_items(items))

    async def _take(self, pages: Sequence[Page], tell: Tell) -> None:
        done = await asyncio.gather(*(self._apply(page) for page in pages), return_exceptions=True)
        for failure in done:
            if failure is not None:
                raise failure
        self.progress.looked_at += sum(page.rows for page in pages)
        self.progress.after = pages[-1].last or self.progress.after
        await tell(self.progress)

    async def _read(self, after: str) -> list[Page]:
        """The pages of the next round; the last of them says whether there is another."""
        pages = []
        async with self._store.transaction(readonly=True) as tx:
            for _ in range(ROUND):
                pages.append(await kept_pages.read_page(tx, self._keeper.company_id, after, PAGE))
                after = pages[-1].last
                if not after:
                    break
        return pages

    async def _read_items(self, items: Sequence[str]) -> Page:
        async with self._store.transaction(readonly=True) as tx:
            return await kept_pages.read_items(tx, self._keeper.company_id, items)

    async def _named_items(self) -> None:
        """Of items that rules name something is kept back before they were ever there, if the master data know them."""
        for items in parts(self._keeper.exact_items(), PAGE):
            async with self._store.transaction(readonly=True) as tx:
                page = await kept_pages.read_missing(tx, self._keeper.company_id, items, self._locations)
            await self._apply(page)

    async def _apply(self, page: Page) -> None:
        async with self._lanes:
            decided = page.decide(self._keeper)
            for changes in parts(decided.changes, CHUNK):
                await self._each(changes, lambda change: change.item, self._write)
            for changes in parts(decided.serving, REQUESTS):
                await self._each(changes, lambda change: change.item, self._serve)
            for items in parts(decided.unbalanced, REQUESTS):
                await self._each(items, str, self._rebalance)

    async def _each(
        self,
        things: Sequence[Thing],
        item_of: Callable[[Thing], str],
        work: Callable[[Sequence[Thing]], Awaitable[None]],
    ) -> None:
        """Do it for all of them. What fails for another reason than one that passes is halved until the culprit stands
        alone: it is noted, and the others are done. More than a few fail of something else than themselves."""
        try:
            await work(things)
        except TRANSIENT:
            raise
        except Exception as error:
            if len(things) > 1:
                half = len(things) // 2
                await self._each(things[:half], item_of, work)
                await self._each(things[half:], item_of, work)
                return
            item = item_of(things[0])
            if len(self.progress.failed) >= _FAILED_MOST:
                raise
            log.exception("policies_put_off", company_id=self._keeper.company_id, item=item)
            self.progress.failed[item] = in_words(error)

    async def _write(self, changes: Sequence[Change]) -> None:
        """Write changes for which nobody waits; if something is not as it was read, read and decide again."""
        for attempt in range(_PATIENCE):
            if not changes:
                return
            try:
                async with self._store.transaction() as tx:
                    at = await business_now(tx)
                    await kept_pages.write_changes(tx, self._keeper, changes, self._key(), at, self._actor)
                self.progress.changed += len(changes)
                return
            except _REPEATABLE:
                await asyncio.sleep(0.005 * attempt)
            page = await self._read_items(sorted({change.item for change in changes}))
            # Of items that rules name, what is changed may be a position that is not there yet.
            missing = {(change.item, change.location): Standing() for change in changes}
            page.standings = dict(sorted((missing | page.standings).items()))
            decided = page.decide(self._keeper)
            await self._serve(decided.serving)
            changes = decided.changes
        raise TimeoutError(f"positions of {changes[0].item} and others change too fast to apply stock policies")

    async def _serve(self, changes: Sequence[Change]) -> None:
        """Changes that free stock for which somebody waits: the ledger knows whom to serve."""
        stem = self._key()
        await self._ask([one for change in changes for one in change.requests(self._keeper.company_id, stem)])
        self.progress.changed += len(changes)

    async def _rebalance(self, items: Sequence[str]) -> None:
        stem = self._key()
        await self._ask([RebalanceRequest(self._keeper.company_id, f"{stem}/{item}", item) for item in items])
        self.progress.rebalanced += len(items)

    def _key(self) -> str:
        self._written += 1
        return f"{self._stem}/{self._written}"

    async def _ask(self, asked: Sequence[Request]) -> None:
        """Ask the ledger, and tell cases what they got, in one transaction. Run again whole, with the same keys."""
        keeper = self._keeper
        for attempt in range(_PATIENCE):
            try:
                async with self._store.transaction() as tx:
                    now = await business_now(tx)
                    batch = LedgerBatch(asked, now, self._actor, keeper.policies, keeper.version)
                    await batch.claim(tx)
                    outcomes = await batch.post(tx)
                    told = [
                        NewEvent(
                            body=o.body, subject=o.subject, company_id=o.company_id, occurred_at=now, source="ledger"
                        )
                        for o in outcomes
                    ]
                    await append(tx, told)
                return
            except _REPEATABLE:
                await asyncio.sleep(0.005 * attempt)
        raise TimeoutError("stock changes too fast to apply stock policies")


def parts(things: Sequence[Thing], most: int) -> Iterator[Sequence[Thing]]:
    """Some of them at a time, in order."""
    return (things[first : first + most] for first in range(0, len(things), most))
