"""Every metric this product has, in one table. Labels carry names of the network, never of customers or documents."""

from __future__ import annotations

from typing import Literal

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()


class Metric(msgspec.Struct, frozen=True):
    """One row of the table."""

    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str


TABLE: dict[str, Metric] = {
    "crossdock_http_calls": Metric("counter", ("method", "route", "status"), "calls answered by the API"),
    "crossdock_http_seconds": Metric("histogram", ("method", "route"), "time to answer a call, in seconds"),
    "crossdock_orders_accepted": Metric("counter", ("answer",), "order calls by answer: accepted, replayed, refused"),
    "crossdock_webhooks_received": Metric("counter", ("system", "answer"), "webhooks: stored, repeated, refused"),
    "crossdock_log_lag_events": Metric("gauge", ("consumer",), "events a consumer has not handled yet"),
    "crossdock_deliveries": Metric("gauge", ("system", "status"), "outgoing documents that are not delivered"),
    "crossdock_exception_cases_open": Metric("gauge", ("code",), "problems waiting for a person"),
    "crossdock_documents_quarantined": Metric("gauge", ("source",), "documents that could not be taken"),
    "crossdock_expectations_missed": Metric("gauge", ("name",), "documents that should have come and did not"),
    "crossdock_cases_open": Metric("gauge", ("process",), "running cases"),
    "crossdock_workers": Metric(
        "gauge", ("network",), "live workers by the network they were started with: in_force, or other"
    ),
    "crossdock_oldest_transaction_seconds": Metric("gauge", (), "age of the oldest open transaction in the database"),
}

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_COUNTERS = {
    name: Counter(name, metric.meaning, metric.labels, registry=REGISTRY)
    for name, metric in TABLE.items()
    if metric.kind == "counter"
}
_HISTOGRAMS = {
    name: Histogram(name, metric.meaning, metric.labels, buckets=_BUCKETS, registry=REGISTRY)
    for name, metric in TABLE.items()
    if metric.kind == "histogram"
}
_GAUGES = {
    name: Gauge(name, metric.meaning, metric.labels, registry=REGISTRY)
    for name, metric in TABLE.items()
    if metric.kind == "gauge"
}
# Children by their labels: looking them up costs more than counting.
_counters: dict[tuple[str, tuple[str, ...]], Counter] = {}
_http_calls: dict[tuple[str, str, int], Counter] = {}
_http_seconds: dict[tuple[str, str], Histogram] = {}


def count(name: str, *labels: str, by: float = 1) -> None:
    """Add to a counter of the table."""
    counter = _counters.get((name, labels))
    if counter is None:
        parent = _COUNTERS[name]
        counter = _counters[name, labels] = parent.labels(*labels) if labels else parent
    counter.inc(by)


def state(name: str, values: dict[tuple[str, ...], float]) -> None:
    """Replace what a gauge of the table says: labels to value; what is not named is no more."""
    gauge = _GAUGES[name]
    if TABLE[name].labels:
        gauge.clear()
    for labels, value in values.items():
        (gauge.labels(*labels) if labels else gauge).set(value)


def http_call(method: str, route: str, status: int, seconds: float) -> None:
    """Count one call and its time."""
    calls = _http_calls.get((method, route, status))
    if calls is None:
        calls = _COUNTERS["crossdock_http_calls"].labels(method, route, str(status))
        _http_calls[method, route, status] = calls
    took = _http_seconds.get((method, route))
    if took is None:
        took = _http_seconds[method, route] = _HISTOGRAMS["crossdock_http_seconds"].labels(method, route)
    calls.inc()
    took.observe(seconds)


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
