"""The demo starts the checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.cli.demo.report import checker_command
from crossdock.cli.demo.world import World
from crossdock.testing.checker.__main__ import arguments


def test_a_key_that_begins_with_a_dash_reaches_the_checker_as_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(Path("project"), Path("run"), Path("data"), 12, 2880, 7)
    world.env["CROSSDOCK_OPERATOR_KEY"] = "-Vk3"
    monkeypatch.setattr(World, "warehouses", lambda self: [("wms_north", "http://127.0.0.1:1")])
    command = checker_command(world, Path("verdict.json"), None)
    given = arguments(command[command.index("crossdock.testing.checker") + 1 :])
    assert given.key == "-Vk3"
    assert given.wms == ["wms_north=http://127.0.0.1:1"]
