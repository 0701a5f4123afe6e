"""The gauges of `telemetry.metrics.TABLE`, measured in the store when somebody asks."""

from __future__ import annotations

from pathlib import Path

from crossdock.store import Store, load_queries
from crossdock.telemetry import metrics

SQL = load_queries(Path(__file__).with_name("gauges.sql"))
_GAUGES = {
    "crossdock_log_lag_events": SQL.lag,
    "crossdock_deliveries": SQL.deliveries,
    "crossdock_exception_cases_open": SQL.exceptions,
    "crossdock_documents_quarantined": SQL.quarantined,
    "crossdock_expectations_missed": SQL.expectations,
    "crossdock_cases_open": SQL.cases,
    "crossdock_workers": SQL.workers,
    "crossdock_oldest_transaction_seconds": SQL.oldest_transaction,
}


async def measure(store: Store) -> None:
    """Set every gauge; each query gives its labels first and its value last."""
    async with store.transaction(readonly=True) as tx:
        for name, query in _GAUGES.items():
            rows = await tx.fetch(query)
            metrics.state(name, {tuple(str(label) for label in row[:-1]): float(row[-1]) for row in rows})
