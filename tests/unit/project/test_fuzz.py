from __future__ import annotations

import random
from pathlib import Path

from crossdock.project import examine
from tests.unit.project.projects import ENVIRONMENT, FILES, REGISTRY, write_project

_PIECES = [
    "",
    "[]",
    "{}",
    "~",
    ": ",
    "- ",
    "*a",
    "&a ",
    "!!binary x",
    "'",
    '"',
    "\n",
    "0x1F",
    "<<: {}",
    "{item}",
    "env:",
    "é",
]


def test_no_mutation_of_the_files_makes_the_check_itself_fail(tmp_path: Path) -> None:
    """However a file is mangled, the answer is a list of problems (or none) and never a traceback."""
    chance = random.Random(7)
    for turn in range(150):
        folder = write_project(tmp_path / str(turn))
        file = folder / chance.choice(list(FILES))
        text = file.read_text()
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            end = at + chance.choice([0, 1, 1, 5, 30])
            text = text[:at] + chance.choice(_PIECES) + text[end:]
        file.write_text(text)

        for problem in examine(folder, ENVIRONMENT, REGISTRY)[1]:
            assert problem.line >= 1
            assert (folder / problem.file).exists()
