"""How tests are shared out when two run at a time (`make test`)."""

from __future__ import annotations

from pathlib import Path

import pytest

# Whose tests start the product as processes, and need the machine for themselves as far as that goes.
_ROOMS_OF_PROCESSES = ("acceptance", "faults")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file run one after the other on one side, so that they share what is set up for the file; and so do
    all that run the product as processes: beside them is only the other side."""
    here = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(here).parts[0]
        group = "processes" if room in _ROOMS_OF_PROCESSES else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
