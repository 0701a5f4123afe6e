"""The ledger's tests through a transaction pooler."""

from __future__ import annotations

from tests.integration.inventory.test_availability import *  # noqa: F403
from tests.integration.inventory.test_concurrency import *  # noqa: F403
from tests.integration.inventory.test_promises import *  # noqa: F403
from tests.integration.inventory.test_reservation_desk import *  # noqa: F403
