from crossdock.testing.event_log_suite import EventLogSuite


class TestEventLogOnPostgreSQL(EventLogSuite):
    """The shipped suite on the embedded server."""
