"""A warehouse and an ERP beside the real engine and the real ledger: facts happen, statements come."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.engine.clock import set_clock
from crossdock.engine.context import EngineContext
from crossdock.engine.intake.raw import Arrival
from crossdock.engine.reconciliation import NAME, run_reconciliation
from crossdock.engine.tasks import claim_tasks, ensure_tasks
from crossdock.events.envelope import NewEvent
from crossdock.events.inventory import InventoryAdjusted, InventoryReported
from crossdock.events.reconciliation import StockCounted, StockStated
from crossdock.exchange.agreements import Desk
from crossdock.exchange.inbound import translate
from crossdock.inventory.guard.verify import verify
from crossdock.inventory.reconciliation.drifts import Drift
from crossdock.log import uuid7
from crossdock.model.fulfillment import InventoryAdjustment, InventoryAdjustmentLine, InventoryReport, StockLevel
from crossdock.model.masterdata import Item
from crossdock.model.quantity import Price, Quantity
from crossdock.model.reconciliation import BOOK, StatedChange, StatedFact, StatedLevel, StockStatement
from crossdock.model.stock_policy import DriftRule, StockPolicies
from crossdock.operations.webhook_desk import WebhookCall, WebhookDesk
from crossdock.ports.connector import RawDocument, RawPage, Record, Translation
from crossdock.processes import PROCESSES
from crossdock.project.network import StockReports
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING, StaticReads
from tests.contract.exchange.network import REFERENCES, interchange, keeper
from tests.integration.engine.harness import Peer, context, say, settle

MUG = "85123A"
CONDITIONS = ("unrestricted", "picked", "packed", "quarantined", "damaged")
HOUR = DriftRule(name="hour", window_minutes=60)
SMALL = DriftRule(name="small", window_minutes=60, apply_units=Decimal(10), apply_money=Decimal(100))


def minute(number: int) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=number)


class Warehouse(Peer):
    """Gives pages of what it told before, one line for the harness's translator each."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        self.asked.append((kind, cursor))
        if cursor in self.pages:
            yield RawPage(self.pages[cursor], "text/plain", cursor, more=False, records=1, name=kind)


class World:
    def __init__(self, store: Store, rule: DriftRule = HOUR) -> None:
        self.store = store
        self.wms, self.erp = Warehouse(), Warehouse()
        reads: Any = StaticReads(
            items=[Item(COMPANY, MUG, purchase_price=Price(Decimal("2.50"), "GBP"))],
            systems={("erp", ""): "erp", ("wms", "north"): "wms_north"},
        )
        connectors: Any = {"wms_north": self.wms, "erp": self.erp}
        self.engine: EngineContext = context(
            store,
            stock_policies=StockPolicies(drift=(rule,)),
            owns_stock=lambda system, company, location: system == f"wms_{location}",
            takes_adjustments=lambda system, company: system == "erp",
        )
        self.engine.processes = PROCESSES
        self.engine.connectors = connectors
        self.engine.reads = reads
        self._numbers = 0

    async def happen(self, subject: str, body: msgspec.Struct, at: dt.datetime, source: str = "wms_north") -> None:
        event = NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=at, source=source)
        await say(self.store, event)
        await settle(self.engine)

    async def opened(self, quantity: int, location: str = "north") -> None:
        async with self.store.transaction() as tx:
            await set_clock(tx, MORNING, 1)
        levels = (StockLevel(MUG, Quantity(Decimal(quantity))),)
        report = InventoryReport(COMPANY, location, "OPEN", minute(0), levels, opening=True)
        await self.happen(f"inventory_report/{COMPANY}/{location}/OPEN", InventoryReported(report), minute(0))

    async def adjusted(
        self, number: str, quantity: int, at: int, condition: str = "unrestricted", location: str = "north"
    ) -> None:
        line = InventoryAdjustmentLine("1", MUG, Quantity(Decimal(quantity)), "count", condition)
        body = InventoryAdjusted(InventoryAdjustment(COMPANY, location, number, minute(at), (line,)))
        await self.happen(f"adjustment/{COMPANY}/{location}/{number}", body, minute(at))

    async def tells(self, source: str) -> None:
        """A document comes from a system; what it says is up to the system's translator."""
        now = minute(5)
        arrival = Arrival(source=source, kind="webhook", content=b"x", transport_key=str(uuid7()), received_at=now)
        await WebhookDesk(self.store).receive(WebhookCall(arrival, uuid7()))
        await settle(self.engine)

    async def states(self, at: int, *facts: StatedFact, **levels: int) -> None:
        """The warehouse says what it has, and what it did."""
        await self._state("wms_north", "warehouse", CONDITIONS, at, facts, levels)

    async def erp_states(self, at: int, quantity: int, *facts: StatedFact, lists: bool = True) -> None:
        await self._state("erp", "erp", (BOOK,), at, facts, {BOOK: quantity}, lists=lists)

    async def offers(self, at: int, quantity: int) -> None:
        """A supplier says what it has of its own."""
        await self._state("kiln", "supplier", ("unrestricted",), at, (), {"unrestricted": quantity}, location="kiln")

    async def reports(self, at: int, quantity: int, agreed: StockReports) -> None:
        """The firm that keeps our goods at the quay sends its stock report by EDI."""
        self._numbers += 1
        clock = f"{minute(at):%H%M}"
        segments = [
            ("BIA", "00", "SI", f"R{self._numbers}", f"{minute(at):%Y%m%d}", clock),
            ("LIN", "1", "IN", MUG),
            ("QTY", "33", str(quantity), "EA"),
        ]
        net = keeper(agreed)
        self.engine.owns_stock = lambda system, company, location: net.may_state(
            system, "inventory_adjustment", company, location
        )
        content = interchange("harbour", ("IB", "846", segments), number=self._numbers)
        raw = RawDocument("raw", "harbour", "file", content, "application/edi-x12", "r.x12", minute(at))
        (record,) = translate(raw, Desk(net.partners["harbour"], net), REFERENCES).records
        await self.happen(record.subject, record.body, record.occurred_at, "harbour")
        await self.reconcile()

    async def _state(
        self,
        system: str,
        kind: Any,
        conditions: tuple[str, ...],
        at: int,
        facts: tuple[StatedFact, ...],
        levels: dict[str, int],
        *,
        lists: bool = True,
        location: str = "north",
    ) -> None:
        self._numbers += 1
        statement = StockStatement(
            company_id=COMPANY, system=system, kind=kind, location=location, number=f"S{self._numbers}",
            stated_at=minute(at), conditions=conditions, facts=facts, lists_facts=lists,
            levels=tuple(StatedLevel(MUG, Quantity(Decimal(q)), name) for name, q in levels.items()),
        )  # fmt: skip
        subject = f"stock_statement/{COMPANY}/{system}.{location}/{statement.number}"
        await self.happen(subject, StockStated(statement), minute(at), system)
        await self.reconcile()

    async def counts(self, at: int, quantity: int) -> None:
        self._numbers += 1
        statement = StockStatement(
            company_id=COMPANY, system="wms_north", kind="warehouse", location="north", number=f"C{self._numbers}",
            stated_at=minute(at), levels=(StatedLevel(MUG, Quantity(Decimal(quantity))),), complete=False,
        )  # fmt: skip
        subject = f"stock_statement/{COMPANY}/wms_north.north/{statement.number}"
        await self.happen(subject, StockCounted(statement), minute(at))
        await self.reconcile()

    async def reconcile(self) -> None:
        """One turn of the task, and all that follows from it."""
        async with self.store.transaction() as tx:
            await ensure_tasks(tx, [NAME])
            await tx.execute("update task set next_at = clock_timestamp() where name = $1", NAME)
            (task,) = await claim_tasks(tx, "w", [NAME], 1)
        await run_reconciliation(self.engine, "w", task)
        await settle(self.engine)

    async def drifts(self, *, closed: bool = False) -> list[Drift]:
        query = "select * from drift where ($1 or closed_at is null) order by id"
        async with self.store.transaction() as tx:
            return [Drift(**dict(row)) for row in await tx.fetch(query, closed)]

    async def drift(self) -> Drift:
        (one,) = await self.drifts()
        return one

    async def stock(self, condition: str = "unrestricted") -> Decimal:
        async with self.store.transaction() as tx:
            found = await tx.fetchval(f"select sum({condition}) from stock_position where item = $1", MUG)
        return Decimal(found)

    async def problems(self) -> list[str]:
        query = "select code from exception_case where closed_at is null order by code"
        async with self.store.transaction() as tx:
            return [row["code"] for row in await tx.fetch(query)]

    async def holds(self) -> None:
        async with self.store.transaction() as tx:
            assert (await verify(tx)).discrepancies == ()


def did(number: int, at: int, **changes: int) -> StatedFact:
    """What the warehouse says it did; it can be asked for it once more."""
    changed = tuple(StatedChange(name, Decimal(quantity)) for name, quantity in changes.items())
    return StatedFact(str(number), MUG, minute(at), changed, "stock.adjusted", again=f"messages:{number - 1}")


def posted(number: str, at: int, quantity: int, reference: str = "") -> StatedFact:
    """What the ERP says it booked."""
    return StatedFact(number, MUG, minute(at), (StatedChange(BOOK, Decimal(quantity)),), reference=reference)


def adjusted_by(source: str, quantity: int) -> Translation:
    """An adjustment in a system's own words."""
    line = InventoryAdjustmentLine("1", MUG, Quantity(Decimal(quantity)), "count")
    body = InventoryAdjusted(InventoryAdjustment(COMPANY, "north", "ADJ9", minute(5), (line,)))
    subject = f"adjustment/{COMPANY}/north/ADJ9"
    identity = ("inventory_adjustment", source, "ADJ9", "")
    return Translation((Record(body, COMPANY, minute(5), subject=subject, identity=identity),))
