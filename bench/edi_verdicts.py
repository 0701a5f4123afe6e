"""What we say of public EDI files beside pyx12 and pydifact: `python -m bench.edi_verdicts FOLDER` writes
`docs/edi-verdicts.md`.

Compared is what all three judge: the envelope of each document (headers, trailers, counts, control numbers). Where a
peer refuses a file whole, what it stumbles over is taken out of its way, so that the rest is compared too. Each
difference gets a cause by rule; one without a cause ends the run.
"""

from __future__ import annotations

import re
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from crossdock.edi import edifact, x12
from crossdock.edi.kernel.syntax import EDIFACT, syntax_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "edi-verdicts.md"
_MARK = "\ufeff"
# pyx12's codes for what we name so.
_PYX12 = {
    ("isa", "001"): "interchange_control_mismatch", ("isa", "021"): "interchange_count_mismatch",
    ("isa", "023"): "interchange_unclosed", ("isa", "024"): "group_unclosed",
    ("isa", "025"): "interchange_control_repeated", ("gs", "3"): "group_unclosed",
    ("gs", "4"): "group_control_mismatch", ("gs", "5"): "group_count_mismatch", ("gs", "6"): "group_control_repeated",
    ("st", "2"): "set_unclosed", ("st", "3"): "set_control_mismatch", ("st", "4"): "set_count_mismatch",
    ("st", "23"): "set_control_repeated", ("seg", "1"): "segment_id_invalid", ("seg", "8"): "segment_empty",
    ("seg", "SEG1"): "trailing_separators",
}  # fmt: skip
_UNCLOSED = "UNH segment was not closed"


@dataclass(slots=True)
class Verdict:
    """What one reader says of one file."""

    documents: int = 0
    segments: int = 0
    found: set[str] = field(default_factory=set)
    refusal: str = ""
    """Why it read nothing, or no further."""

    def __str__(self) -> str:
        if self.refusal:
            return f"refused: {self.refusal}"
        read = f"{self.documents} / {self.segments}"
        return f"{read}: {', '.join(f'`{code}`' for code in sorted(self.found))}" if self.found else read


@dataclass(frozen=True, slots=True)
class Cause:
    """Why we differ: `applies` says whether a difference is of this cause, from what it is and who says it."""

    key: str
    who: str
    """Who says what the other does not: `ours`, `theirs`, or `refusal` (theirs)."""
    of: str
    """Which codes, or which words of a refusal."""
    words: str
    help: Callable[[str], str] | None = None
    """Takes out of a text what the peer stumbles over."""

    def applies(self, who: str, what: str) -> bool:
        """Is it this one?"""
        return who == self.who and re.search(self.of, what) is not None


def _known_version(text: str) -> str:
    mark = re.escape(text[3:4])
    return re.sub(rf"(ISA(?:{mark}[^{mark}]*){{11}}{mark})[0-9]{{5}}", r"\g<1>00401", text)


def _without_indents(text: str) -> str:
    return re.sub(r"(?m)^[ \t]+", "", text)


_HELP: dict[str, Callable[[str], str]] = {
    "without_mark": lambda text: text.removeprefix(_MARK),
    "known_version": _known_version,
    "without_indents": _without_indents,
}


def _causes() -> tuple[Cause, ...]:
    found = tomllib.loads(Path(__file__).with_name("edi_causes.toml").read_text(encoding="utf-8"))
    return tuple(
        Cause(key, row["who"], row["of"], " ".join(row["words"].split()), _HELP.get(row.get("help", "")))
        for key, row in found.items()
    )


CAUSES = _causes()


def ours(data: bytes) -> Verdict:
    """Our verdict of the envelope."""
    found = Verdict()
    syntax = syntax_of(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
    for item in (edifact if syntax == EDIFACT else x12).read(data):
        if isinstance(item, x12.TransactionSet | edifact.Message):
            found.documents += 1
            found.segments += item.count
            found.found.update(each.code for each in item.faults)
        elif item.fault.code in ("tradacoms", "other_syntax"):
            found.refusal = item.fault.code
        else:
            found.found.add(item.fault.code)
    return found


def pyx12(text: str) -> Verdict:
    """That of pyx12's reader of segments."""
    from pyx12.errors import X12Error
    from pyx12.x12file import X12Reader

    found, errors, inside = Verdict(), [], False
    try:
        reader = X12Reader(StringIO(text))
        for segment in reader:
            tag = segment.get_seg_id()
            inside = inside or tag == "ST"
            found.documents += tag == "ST"
            found.segments += inside
            inside = inside and tag != "SE"
            errors += reader.pop_errors()
        reader.cleanup()
        errors += reader.pop_errors()
    except (X12Error, IndexError) as problem:
        return Verdict(refusal=_line(problem))
    found.found = {
        "segment_indented" if "leading space" in each[2] else _PYX12.get((each[0], each[1]), f"{each[0]} {each[1]}")
        for each in errors
    }
    return found


def pydifact(text: str) -> Verdict:
    """That of pydifact: one interchange with its messages."""
    from pydifact.exceptions import EDISyntaxError
    from pydifact.segmentcollection import Interchange

    found = Verdict()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for message in Interchange.from_str(text).get_messages():
                found.documents += 1
                found.segments += len(message.segments) + 2
    except EDISyntaxError as problem:
        words = _line(problem)
        if _UNCLOSED in words and found.documents < text.count("UNT+"):
            return Verdict(refusal=words)
        if _UNCLOSED in words and "UNT+" not in text:
            return Verdict(refusal="", found={"set_unclosed"})
        return Verdict(refusal=f"{words} [groups]" if _UNCLOSED in words and "UNG+" in text else words)
    return found


def _line(problem: Exception) -> str:
    return " ".join(str(problem).replace("EDIFACT Syntax Error: ", "").split())[:90].replace("|", "\\|")


@dataclass(frozen=True, slots=True)
class Row:
    """One file: both verdicts, the peer's when helped, and the causes of what differs."""

    name: str
    peer: str
    ours: Verdict
    theirs: Verdict
    helped: Verdict | None
    causes: tuple[str, ...]


def compare(name: str, data: bytes) -> Row:
    """Both verdicts of a file, and the cause of each difference."""
    mine = ours(data)
    edifact_file = syntax_of(data.lstrip(b"\xef\xbb\xbf \t\r\n")) == EDIFACT
    peer, read = ("pydifact", pydifact) if edifact_file else ("pyx12", pyx12)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = last = read(text)
    causes: list[str] = []
    while last.refusal:
        cause = _cause(name, "refusal", last.refusal)
        causes.append(cause.key)
        if cause.help is None or cause.help(text) == text:
            break
        text = cause.help(text)
        last = read(text)
    missed = mine.found - (set() if last.refusal else last.found)
    causes += [_cause(name, "ours", code).key for code in sorted(missed) if not last.refusal or _told(causes, code)]
    causes += [_cause(name, "theirs", code).key for code in sorted(last.found - mine.found)]
    # pydifact hands out no message that is not closed.
    if not (last.refusal or "set_unclosed" in last.found) and (mine.documents, mine.segments) != (
        last.documents,
        last.segments,
    ):
        causes.append(_cause(name, "read", f"{mine} beside {last}").key)
    return Row(name, peer, mine, first, last if last is not first else None, tuple(dict.fromkeys(causes)))


def _told(causes: list[str], code: str) -> bool:
    """Of a file that the peer never reads, only what we say of its reason is set beside it."""
    return any(cause.key.removesuffix("-told") in causes for cause in CAUSES if cause.applies("ours", code))


def _cause(name: str, who: str, what: str) -> Cause:
    found = next((cause for cause in CAUSES if cause.applies(who, what)), None)
    if found is None:
        raise LookupError(f"{name}: no cause is known for {who}: {what}")
    return found


def rows(folder: Path) -> list[Row]:
    """All files of a folder, in order."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".csv", ".md"))
    return [compare(str(path.relative_to(folder)).replace("+", "/", 1), path.read_bytes()) for path in files]


def page(table: list[Row]) -> str:
    """The page as it stands in the documentation."""
    return "\n".join(_page(table)) + "\n"


def _page(table: list[Row]) -> Iterator[str]:
    peers = Counter(row.peer for row in table)
    agreed = Counter(row.peer for row in table if not row.causes)
    causes = Counter(cause for row in table for cause in row.causes)
    yield "# Verdicts of our EDI readers beside those of others"
    yield ""
    yield "Written by `python -m bench.edi_verdicts FOLDER`; a test holds it to the code where the files are at hand."
    yield ""
    yield (
        f"{len(table)} public files, named by repository and file. Compared is what the readers judge of envelopes: "
        f"headers, trailers, counts and control numbers. pyx12 4.0 reads {peers['pyx12']} of them (X12, and TRADACOMS, "
        f"which it refuses), pydifact 0.2 {peers['pydifact']} (EDIFACT). "
        f"Nothing differs in {agreed['pyx12']} and {agreed['pydifact']}. Every difference has a cause:"
    )
    yield ""
    yield "| cause | files | what it is |"
    yield "| --- | --- | --- |"
    for cause in CAUSES:
        if causes[cause.key]:
            yield f"| `{cause.key}` | {causes[cause.key]} | {cause.words} |"
    yield ""
    yield (
        "Wherever a peer reads a file, helped over what it refuses or not, it finds as many documents and segments as "
        "we do. Ours and theirs: documents / segments: what is found."
    )
    for peer in ("pyx12", "pydifact"):
        yield from (
            "",
            f"## {peer}",
            "",
            f"| file | ours | {peer} | helped | causes |",
            "| --- | --- | --- | --- | --- |",
        )
        for row in table:
            if row.peer == peer:
                helped = str(row.helped) if row.helped else ""
                because = ", ".join(f"`{cause}`" for cause in row.causes)
                yield f"| {row.name} | {row.ours} | {_shown(str(row.theirs))} | {_shown(helped)} | {because} |"


def _shown(text: str) -> str:
    return text.replace(_MARK, "<U+FEFF>").replace("\t", "<tab>")


if __name__ == "__main__":
    PAGE.write_text(page(rows(Path(sys.argv[1]))), encoding="utf-8")
