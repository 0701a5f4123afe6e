"""Processes and rules decide from what they are given: no clock, no chance, no waiting, no binary fractions."""

from __future__ import annotations

import ast

from tests.project.tree import ROOT, SOURCE

FORBIDDEN_CALLS = {
    "now",
    "utcnow",
    "today",
    "time",
    "time_ns",
    "monotonic",
    "sleep",
    "uuid1",
    "uuid4",
    "urandom",
    "getenv",
}
FORBIDDEN_MODULES = {"asyncio", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
ROOMS = ("processes", "rules", "model")


def trees() -> dict[str, ast.Module]:
    paths = [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imported(tree: ast.Module) -> set[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_pure_rooms_import_nothing_that_reaches_outside() -> None:
    found = {name: imported(tree) & FORBIDDEN_MODULES for name, tree in trees().items()}
    assert {name: modules for name, modules in found.items() if modules} == {}


def test_pure_rooms_call_no_clock() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in FORBIDDEN_CALLS
        and not (node.func.attr == "time" and isinstance(node.func.value, ast.Name) and node.func.value.id == "dt")
    ]
    assert found == []


def test_below_the_operations_nobody_asks_the_host_what_time_it_is() -> None:
    """Hosts disagree, and business time may run a thousand times faster than their difference."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for room in ("engine", "inventory", "projections", "masterdata", "log")
        for path in sorted((SOURCE / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "datetime.now(" in line or "time.time(" in line
    ]
    assert found == []


def test_quantities_and_money_are_never_binary_fractions() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert found == []


def test_handlers_do_not_wait() -> None:
    found = [
        name for name, tree in trees().items() if any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree))
    ]
    assert found == []
