"""Log lines and metrics, each named once: `metrics.TABLE` and `logs.FIELDS` are the documented contract."""
