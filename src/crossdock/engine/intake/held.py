"""What documents that are held for a person say of stock: never booked, but it may explain why a system differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.engine.context import EngineContext
from crossdock.engine.intake.authority import SQL, spoken_of
from crossdock.engine.intake.translate import load_documents, translate_one
from crossdock.events.inventory import InventoryAdjusted
from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.model.reconciliation import BOOK
from crossdock.ports.connector import Record
from crossdock.rules.drift_facts import Fact
from crossdock.store import Connection
from crossdock.store.arrays import texts

_DOCUMENTS_MOST = 1_000
_BYTES_MOST = 1_000_000
"""A larger document is a whole report: it is not one change that somebody made."""
_BYTES_IN_ALL = 20_000_000
_CONDITIONS = {"good": "unrestricted"}
"""What a receipt calls goods that can be sold; its other words are the stock's own."""


async def held_facts(
    tx: Connection,
    context: EngineContext,
    about: tuple[str, str],
    locations: Sequence[str],
    items: Sequence[str],
    *,
    whole: bool,
) -> dict[str, list[Fact]]:
    """Adjustments and receipts of a (company, system) that are held, by item; what lies held in two documents (told
    twice, or asked for again) once. `whole`: the system knows one number per item, whatever the condition. Of more than
    can be read at once, the latest."""
    company, system = about
    rows = await tx.fetch(
        SQL.held_of_source, company, texts(locations), texts(items), system, _BYTES_MOST, _DOCUMENTS_MOST, _BYTES_IN_ALL
    )
    told: set[tuple[str, ...]] = set()
    found: dict[str, list[Fact]] = defaultdict(list)
    for document in await load_documents(tx, [row["id"] for row in rows]):
        for record in translate_one(context, document).records:
            said = spoken_of(record.body)
            rule = context.held_by(system, type(record.body).__name__, company, said.of)
            if rule and record.company_id == company and said.of in locations and record.identity not in told:
                told |= {record.identity} if record.identity else set()
                for item, changes in _changes(record, whole=whole).items():
                    if item in items:
                        found[item].append(_fact(f"raw/{document.id}", record, changes))
    return dict(found)


def _fact(number: str, record: Record, changes: Mapping[str, Decimal]) -> Fact:
    return Fact(number=number, at=record.occurred_at, changes=changes, what=type(record.body).__name__)


def _changes(record: Record, *, whole: bool) -> dict[str, dict[str, Decimal]]:
    """By item and condition, in the unit the document counts in: it never passed the gate that converts units."""
    summed: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    lines: Sequence[msgspec.Struct] = ()
    match record.body:
        case InventoryAdjusted(adjustment=adjustment):
            lines = adjustment.lines
        case GoodsReceiptPosted(receipt=receipt):
            lines = receipt.lines
    for line in lines:
        said: str = line.condition  # type: ignore[attr-defined]
        condition = BOOK if whole else _CONDITIONS.get(said, said)
        summed[line.item][condition] += line.quantity.amount  # type: ignore[attr-defined]
    return {item: dict(changes) for item, changes in summed.items()}
