"""The tree holds the product and nothing else: no reminders, no paths of somebody's machine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.project.tree import ROOT, tracked

# Put together here, so that this file does not hold what it looks for.
REMINDERS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME")) + r")\b")
_FOLDERS = ("/ho" + r"me/\w", "/ro" + r"ot/\w", "/wo" + r"rk/\w", "/Use" + r"rs/\w", "/tm" + r"p/(?:venv|demo|bp)\b")
MACHINE_PATHS = re.compile("|".join(_FOLDERS))
# Files that are not ours, or that hold other people's data.
FOREIGN = re.compile(r"examples/wholesaler/data/.*\.csv|requirements.*\.txt|LICENSE")
ROOT_FILES = {
    ".gitignore",
    ".importlinter",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
    "requirements-bench.txt",
    "requirements-dev.txt",
    "requirements.txt",
}


def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if FOREIGN.fullmatch(name):
            continue
        try:
            found[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    assert lines_with(REMINDERS) == []


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    assert lines_with(MACHINE_PATHS) == []


def test_the_root_stays_clean() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent == ROOT}
    assert top - ROOT_FILES == set()


def test_no_file_is_large() -> None:
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in tracked() if path.stat().st_size > 1_000_000}
    assert large == {}


def test_sql_stands_beside_the_code_that_uses_it() -> None:
    lonely = [path for path in tracked() if path.suffix == ".sql" and "migrations" not in path.parts]
    assert [str(path) for path in lonely if not list(Path(path.parent).glob("*.py"))] == []
