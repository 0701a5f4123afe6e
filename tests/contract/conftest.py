"""The shipped suites speak as clearly as the tests here."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("crossdock.testing.connector_suite")
