"""Checks the corpus, makes its table of contents, and says where a byte stands. Python 3.11, nothing else.

    python check.py                          every rule of the corpus; exit code 1 and one line for each that is broken
    python check.py contents                 writes CONTENTS.md anew from verdicts.jsonl and codes.json
    python check.py place FILE OFFSET        segment, tag, element, component of a byte, as verdicts.jsonl wants them
    python check.py place - OFFSET < FILE    the same of what stands on standard input
    python check.py hash FILE                the sha256 of a document

`place` takes an X12 or EDIFACT file with the delimiters that its ISA or UNA states (else those of ISO 9735, level A);
of anything stranger the place is for you to say.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Record = dict[str, Any]
MOST_PER_CODE, FEWEST_CODES, FEWEST_DOCUMENTS = 10, 60, 500
_BLANK = b" \t\r\n\x00\x1a"


def verdicts(folder: Path = HERE) -> list[Record]:
    """The index: one record per document."""
    return [json.loads(line) for line in (folder / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]


def codes(folder: Path = HERE) -> dict[str, Record]:
    """What each fault code means, and how standard acknowledgements say it."""
    rows = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
    return {row["code"]: row for row in rows}


def problems(folder: Path = HERE) -> Iterator[str]:
    """Every rule of the README that the corpus breaks."""
    records, known = verdicts(folder), codes(folder)
    yield from _counted(records)
    yield from _files(folder, records)
    for record in records:
        name = record["id"]
        for code in {record["code"], *(found["code"] for found in record["faults"])} - set(known):
            yield f"{name}: codes.json does not have {code}"
        if record["code"] != "sound" and record["code"] not in {found["code"] for found in record["faults"]}:
            yield f"{name}: none of its faults has its code"
        data = (folder / record["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != record["sha256"]:
            yield f"{name}: the document is not the one that the index speaks of"
        for found in record["faults"]:
            if not 0 <= found["offset"] <= len(data):
                yield f"{name}: byte {found['offset']} is outside the document"
    if (folder / "CONTENTS.md").read_text(encoding="utf-8") != contents(folder):
        yield "CONTENTS.md is not what `check.py contents` makes"


def _counted(records: list[Record]) -> Iterator[str]:
    per_code = Counter(record["code"] for record in records)
    yield from (f"{code}: {count} documents" for code, count in per_code.items() if count > MOST_PER_CODE)
    if len(per_code) < FEWEST_CODES:
        yield f"only {len(per_code)} codes"
    if len(records) < FEWEST_DOCUMENTS:
        yield f"only {len(records)} documents"
    for field in ("id", "file", "why", "sha256"):
        twice = [value for value, count in Counter(record[field] for record in records).items() if count > 1]
        yield from (f"{field} occurs twice: {value}" for value in twice)
    if [record["id"] for record in records] != sorted(record["id"] for record in records):
        yield "verdicts.jsonl is not in the order of its ids"


def _files(folder: Path, records: list[Record]) -> Iterator[str]:
    named = {record["file"] for record in records} | {record["mended"] for record in records if record["mended"]}
    there = {path.relative_to(folder).as_posix() for path in (folder / "documents").rglob("*") if path.is_file()}
    yield from (f"{name} is in no verdict" for name in sorted(there - named))
    yield from (f"{name} is not there" for name in sorted(named - there))
    shapes = defaultdict(list)
    for record in records:
        if record["file"] in there:
            shapes[record["code"], shape((folder / record["file"]).read_bytes())].append(record["id"])
    yield from (f"differ in nothing but their values: {', '.join(ids)}" for ids in shapes.values() if len(ids) > 1)


def shape(data: bytes) -> bytes:
    """A document with every digit 9 and every letter A: what a generator with another seed would leave the same."""
    return re.sub(rb"[A-Za-z]", b"A", re.sub(rb"[0-9]", b"9", data))


def contents(folder: Path = HERE) -> str:
    """The table of contents by code."""
    records, known = verdicts(folder), codes(folder)
    of_code = defaultdict(list)
    for record in records:
        of_code[record["code"]].append(record)
    kinds = Counter(record["id"].split("/")[0] for record in records)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    mended = sum(1 for record in records if record["mended"])
    parts = [
        "# Contents by code",
        "",
        "<!-- Made by `python check.py contents`; change verdicts.jsonl, not this page. -->",
        "",
        f"{len(records)} documents ({summary}), {len(of_code)} codes, {mended} with a mended form.",
    ]
    for code in sorted(of_code):
        parts += ["", f"## {code}", "", f"{known[code]['words'].capitalize()}.", ""]
        parts += [f"- [{each['id']}]({each['file']}): {each['why']}" for each in of_code[code]]
    return "\n".join(parts) + "\n"


def place(data: bytes, offset: int) -> Record:
    """Where a byte stands: the segment counted over the whole input (UNA is none), its tag, its position counted from
    ST or UNH (0 outside), the element, and the component where it is not the first."""
    marks = _marks(data)
    found: list[tuple[int, int]] = []
    for start, end in _segments(data, marks):
        found.append((start, end))
        if end >= offset:
            break
    start, end = found[-1] if found else (0, len(data))
    position = 0
    for back, (begin, _) in enumerate(reversed(found), 1):
        if data[begin : begin + 3] in (b"ST" + marks["element"], b"UNH"):
            position = back
            break
    element, component, at = 0, 1, start
    while at < min(offset, end):
        mark = data[at : at + 1]
        if marks["release"] and mark == marks["release"]:
            at += 1
        elif mark == marks["element"]:
            element, component = element + 1, 1
        elif mark == marks["component"] and element:
            component += 1
        at += 1
    tag = re.match(rb"[A-Za-z0-9]{0,3}", data[start:end])
    return {
        "segment": max(1, len(found)),
        "tag": tag.group().decode() if tag else "",
        "position": position,
        "element": element,
        "component": component if component > 1 else 0,
        "offset": offset,
    }


def _marks(data: bytes) -> dict[str, bytes]:
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    names = ("component", "element", "decimal", "release", "repetition", "terminator")
    if text.startswith(b"ISA"):
        return {"element": text[3:4], "component": text[104:105], "terminator": text[105:106], "release": b""}
    stated = text[3:9] if text.startswith(b"UNA") else b":+.? '"
    marks = {name: stated[index : index + 1] for index, name in enumerate(names)}
    return marks | {"release": marks["release"].strip()}


def _segments(data: bytes, marks: dict[str, bytes]) -> Iterator[tuple[int, int]]:
    start = at = data.find(b"UNA") + 9 if data.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK).startswith(b"UNA") else 0
    while at <= len(data):
        mark = data[at : at + 1]
        if mark and mark == marks["release"]:
            at = min(at + 2, len(data))
            continue
        if not mark or mark == marks["terminator"]:
            piece = data[start:at].removeprefix(b"\xef\xbb\xbf")
            if piece.strip(_BLANK):
                yield at - len(piece.lstrip(_BLANK)), at
            start = at + 1
        at += 1


def main(arguments: list[str]) -> int:
    """The command line."""
    match arguments:
        case []:
            broken = list(problems())
            print("\n".join(broken) or f"{len(verdicts())} documents keep every rule")
            return 1 if broken else 0
        case ["contents"]:
            (HERE / "CONTENTS.md").write_text(contents(), encoding="utf-8")
        case ["place", name, offset] if offset.isdecimal():
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            print(json.dumps(place(data, int(offset))))
        case ["hash", name]:
            print(hashlib.sha256(Path(name).read_bytes()).hexdigest())
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
