"""What is wrong with a network project: always all of it, each with the file, the line and what to do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing wrong. `what` is the finding, `remedy` what to do about it."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


class ProjectInvalid(Exception):
    """The network project cannot be loaded; `problems` holds everything wrong with it, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
