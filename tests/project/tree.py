"""What the project's own tests look at: its files, its exception codes, its commands."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from crossdock.processes import PROCESSES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "crossdock"
DOCS = ROOT / "docs"

# Codes that the engine opens itself, whatever the process.
ENGINE_CODES = frozenset(
    {
        "channel_mismatch",
        "conservation_violated",
        "document_conflict",
        "document_quarantined",
        "handler_failed",
        "illegal_move",
        "no_receiver",
        "renderer_failed",
        "undeliverable",
        "unsupported_document",
        "waiting_for_document",
    }
)
# Calls that open an exception case, or note what becomes one, in any room.
_OPENERS = re.compile(r"OpenExceptionCase|ExceptionChange|_exception|_?ask|hold|note|_?own|_?stand|_of_line|_report")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


def tracked() -> list[Path]:
    """The files that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def sources() -> list[Path]:
    """The package's modules."""
    return sorted(SOURCE.rglob("*.py"))


def process_codes() -> dict[str, dict[str, str]]:
    """Every process's exception codes and what each means."""
    return {name: _newest(name).CODES for name in PROCESSES}


def _newest(process: str) -> object:
    """The module of a process that its package's lifecycle comes from."""
    lifecycle = PROCESSES[process]
    for folder in (process, f"{process}_"):
        if (SOURCE / "processes" / folder).is_dir():
            return importlib.import_module(f"crossdock.processes.{folder}.v{lifecycle.version}")
    raise LookupError(f"no folder holds the process {process}")


def exception_codes() -> set[str]:
    """Every code that an exception case may have."""
    return set(ENGINE_CODES).union(*process_codes().values())


def codes_written(path: Path) -> Iterator[str]:
    """Codes that stand as plain text in calls that open exception cases."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not _OPENERS.fullmatch(_name(node.func)):
            continue
        for value in (*node.args[:3], *(keyword.value for keyword in node.keywords if keyword.arg == "code")):
            texts = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and _CODE.fullmatch(text.value):
                    yield text.value


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
