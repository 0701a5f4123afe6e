"""What `crossdock edi` reads beside EDI: the layouts of flat files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crossdock.cli._partners import refuse
from crossdock.edi import flat

READ_HERE = (
    "Read here are X12, EDIFACT, UBL, canonical JSON, and flat files. "
    "If it is CSV or of fixed width, name its layout: --layout LAYOUT.yaml"
)


def layouts(paths: Sequence[Path] | None) -> list[flat.Plan]:
    """The layouts in files; ends with words and code 2 where one cannot be used."""
    return [_layout(path) for path in paths or ()]


def _layout(path: Path) -> flat.Plan:
    try:
        return flat.layout(path.read_bytes(), "toml" if path.suffix == ".toml" else "yaml")
    except OSError as problem:
        refuse(f"{path} cannot be read: {problem.strerror}")
    except flat.LayoutError as problem:
        refuse("\n".join(f"{path}: {each}" for each in problem.problems))
