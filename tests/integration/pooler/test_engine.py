"""The engine's tests through a transaction pooler."""

from __future__ import annotations

from tests.integration.engine.test_cases import *  # noqa: F403
from tests.integration.engine.test_deliveries import *  # noqa: F403
from tests.integration.engine.test_intake import *  # noqa: F403
from tests.integration.engine.test_time import *  # noqa: F403
