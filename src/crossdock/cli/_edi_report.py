"""What `crossdock edi` prints for programs: one JSON object of one shape, whichever command. The page
`docs/howto/edi-documents.md` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import typer

from crossdock.cli._console import encoder
from crossdock.cli._edi_inputs import Unreadable
from crossdock.edi.tally import Judged, Tally
from crossdock.edi.told import ExplainedFault


class JsonReport:
    """One object; the items of its files are written as they are read, so that a large file needs no memory."""

    def __init__(self) -> None:
        self._every = Tally()
        self._files = self._refused = 0
        self.unreadable = 0
        """How many files could not be read, or not to their end."""

    def add(
        self,
        file: str,
        items: Iterable[Judged | ExplainedFault],
        unreadable: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> Tally:
        """One file: its documents and faults, and what else the command says of it."""
        typer.echo(("," if self._files else '{"files":[') + f'{{"file":{_json(file)},"items":[', nl=False)
        tally = Tally()
        try:
            for number, item in enumerate(items):
                tally.add(item)
                typer.echo(("," if number else "") + "\n" + _json(item), nl=False)
        except Unreadable as problem:  # what was printed of it stays whole
            unreadable = str(problem)
            typer.echo(unreadable, err=True)
        refused = tally.refused or bool(unreadable)
        after = {
            **(more or {}), **msgspec.to_builtins(tally.totals), "unreadable": unreadable, "refused": refused,
        }  # fmt: skip
        typer.echo("]," + _json(after)[1:])
        self._every.join(tally)
        self._files += 1
        self._refused += refused
        self.unreadable += bool(unreadable)
        return tally

    def close(self, more: Mapping[str, Any] | None = None) -> None:
        """The sum of all files, and what else the command says of them together."""
        counts = {"files": self._files, "refused_files": self._refused, **msgspec.to_builtins(self._every.totals)}
        after = {**(more or {}), "totals": counts, "refused": bool(self._refused)}
        typer.echo("]," + _json(after)[1:])


def _json(value: Any) -> str:
    return encoder.encode(value).decode()
