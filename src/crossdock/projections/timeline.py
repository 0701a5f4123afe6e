"""`timeline`: what happened to a case, one line each, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("projections.sql"))


COLUMNS = ("subject", "slot", "position", "segment", "company_id", "at", "recorded_at", "type", "source", "summary",
           "event_id")  # fmt: skip


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Add one entry per event."""
    entries = [
        (r["subject"], r["slot"], r["position"], r["segment"], r["company_id"], r["occurred_at"], r["recorded_at"],
         r["type"], r["source"], summarise(r["type"], r["body"]), r["id"])
        for r in rows
    ]  # fmt: skip
    await tx.copy_records_to_table("timeline", records=entries, columns=COLUMNS)


def summarise(type_name: str, text: str) -> str:
    """An event in a few words, from its body as stored."""
    body: dict[str, Any] = msgspec.json.decode(text)
    match type_name:
        case "CaseMoved":
            return _moved(body)
        case "DocumentReceived":
            return f"{body['source']} sent {body.get('name') or body['kind']}"
        case "ExceptionCaseOpened" | "ExceptionCaseClosed":
            return f"{body['code']}: {body.get('detail') or body.get('resolution', '')}"
        case "DocumentDelivered" | "DocumentUndeliverable":
            why = f": {body['code']} {body['detail']}" if "code" in body else ""
            return f"{body['document']} {body['number']} to {body['system']}{why}"
        case "DeadlinePassed" | "ExpectationMissed":
            return f"{body['name']} was due {body['due_at']}"
        case _:
            return _first_numbers(body)


def _moved(body: dict[str, Any]) -> str:
    header = (
        f"{body['from_state'] or 'new'} -> {body['to_state']}"
        if body["from_state"] != body["to_state"]
        else body["to_state"]
    )
    steps: dict[str, int] = {}
    for _, before, after in body.get("lines", ()):
        step = f"{before or 'new'} -> {after}"
        steps[step] = steps.get(step, 0) + 1
    lines = ", ".join(f"{count} {'line' if count == 1 else 'lines'} {step}" for step, count in steps.items())
    effects = "; ".join(body.get("effects", ())[:4])
    return " | ".join(part for part in (header, lines, effects) if part)


def _first_numbers(body: dict[str, Any]) -> str:
    """The document number a body carries, and how many lines."""
    document = next((value for value in body.values() if isinstance(value, dict)), body)
    numbers = ("number", "order_number", "shipping_order", "shipment")
    number = next((document[key] for key in numbers if key in document), "")
    lines = document.get("lines") or document.get("answers") or document.get("promised") or ()
    count = f"{len(lines)} {'line' if len(lines) == 1 else 'lines'}" if lines else ""
    return " ".join(part for part in (str(number), count) if part)
