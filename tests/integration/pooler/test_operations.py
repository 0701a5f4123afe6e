"""The tests of operations that write, through a transaction pooler."""

from __future__ import annotations

from tests.integration.operations.test_dead_letters import *  # noqa: F403
from tests.integration.operations.test_quarantine import *  # noqa: F403
