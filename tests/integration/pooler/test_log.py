"""The event log through a transaction pooler."""

from __future__ import annotations

from crossdock.testing.event_log_suite import EventLogSuite


class TestLogThroughAPooler(EventLogSuite):
    """Everything an event log must show."""
