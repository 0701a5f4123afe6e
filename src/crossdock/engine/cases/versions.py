"""A release goes on only with cases whose process it carries in the version they began with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crossdock.engine.cases.exceptions import SQL
from crossdock.processes._kit import Lifecycle
from crossdock.store import Connection


class OpenVersion(msgspec.Struct, frozen=True):
    """Open cases of one version of a process, and one of them."""

    process: str
    version: str
    count: int
    example: str


class VersionsNotCarried(Exception):
    """Cases are open that this release cannot go on with; it must not start."""

    def __init__(self, found: Sequence[OpenVersion], processes: Mapping[str, Lifecycle[Any]]) -> None:
        self.found = tuple(found)
        lines = [
            f"{each.count:,} open {'case' if each.count == 1 else 'cases'} of {each.process} version {each.version}, "
            f"such as {each.example}; this release carries {_carried(each.process, processes)}"
            for each in self.found
        ]
        super().__init__("\n".join(lines))

    advice = (
        "Run the release that these cases began with until they are finished (`crossdock case list` shows them), or "
        "install one that carries these versions. Nothing was changed."
    )


def _carried(process: str, processes: Mapping[str, Lifecycle[Any]]) -> str:
    carried = processes.get(process)
    return f"version {carried.version}" if carried else "no such process"


async def open_versions_not_carried(tx: Connection, processes: Mapping[str, Lifecycle[Any]]) -> list[OpenVersion]:
    """Versions with open cases that are not among these processes."""
    carried = {(name, process.version) for name, process in processes.items()}
    found = [OpenVersion(*row) for row in await tx.fetch(SQL.open_versions)]
    return [each for each in found if (each.process, each.version) not in carried]


async def must_carry_open_cases(tx: Connection, processes: Mapping[str, Lifecycle[Any]]) -> None:
    """Raises `VersionsNotCarried`."""
    if found := await open_versions_not_carried(tx, processes):
        raise VersionsNotCarried(found, processes)
