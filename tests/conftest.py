"""How tests are shared out when two run at a time (`make test`)."""

from __future__ import annotations

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Their tests run the product as processes, which fill the machine, and wait for them.
_ROOMS_OF_PROCESSES = ("tests/acceptance/", "tests/faults/")

# What commands print into a pipe must not depend on the terminal that the tests are started from.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)


class TwoSides(LoadScopeScheduling):
    """Tests of a file run one after the other on one side, so that they share what is set up for the file; and so do
    all that run the product as processes: beside them is only the other side."""

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(_ROOMS_OF_PROCESSES) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TwoSides:
    """Share the tests out so."""
    return TwoSides(config, log)
