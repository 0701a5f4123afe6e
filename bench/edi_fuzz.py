"""Breaks EDI documents in every way that files get broken, and reads what comes out of it.

    python -m bench.edi_fuzz --mutants 1000000 --seed 1 FOLDER...

Each mutant goes through the readers (whole and in chunks of any size), the guides, the maps, the acknowledgements and
the words; one in four is also walked as pieces, which must be itself, and mended, which must come to an end; one in
ten is converted, by the pack of some partner, in some zone, with some tolerance. A finding is an exception, an
undocumented fault, a place outside the input, or a document that takes too long; its bytes are written out, and the run
goes on. At the end: mutants, findings, rate, and how far memory grew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from crossdock.edi import documents, edifact, x12
from crossdock.edi.convert import TARGETS, Options, convert
from crossdock.edi.edifact.pieces import pieces as edifact_pieces
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.guidelines.packs import Guidelines, folders
from crossdock.edi.guidelines.packs import load as load_pack
from crossdock.edi.kernel.faults import FAULTS, Fault
from crossdock.edi.kernel.syntax import encoded_as
from crossdock.edi.kernel.tolerance import POLICIES
from crossdock.edi.maps.context import MapOptions
from crossdock.edi.maps.moments import zone_named
from crossdock.edi.mending import mend
from crossdock.edi.x12.pieces import pieces as x12_pieces

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
_AT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
SECONDS_A_DOCUMENT = 5.0
_MARKS = b"*~>:+'?^|\n\r\x1c\x1d\x1f\x00\xff\xe2 U0"


def _at(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def flip_bits(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Bits as a bad line flips them."""
    broken = bytearray(data)
    for _ in range(chance.randint(1, 4) if broken else 0):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def drop_bytes(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Some bytes are gone."""
    at = _at(chance, data)
    return data[:at] + data[at + chance.choice((1, 1, 2, 5, 40, 200)) :]


def insert_bytes(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Bytes too many, often separators."""
    at = _at(chance, data)
    extra = bytes(chance.choice(_MARKS) for _ in range(chance.choice((1, 1, 2, 9))))
    return data[:at] + extra + data[at:]


def change_mark(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """One character stands for another throughout, or from some place on."""
    old, new, at = bytes([chance.choice(_MARKS)]), bytes([chance.choice(_MARKS)]), chance.choice((0, _at(chance, data)))
    return data[:at] + data[at:].replace(old, new)


def cut_off(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """The transfer broke off, or began late."""
    at = _at(chance, data)
    return data[:at] if chance.random() < 0.7 else data[at:]


def splice(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Half of one file, half of another."""
    other = chance.choice(others)
    return data[: _at(chance, data)] + other[_at(chance, other) :]


def join(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Two files in one, with what editors put between."""
    return data + chance.choice((b"", b"\r\n", b"\xef\xbb\xbf", b"\x1a", b"junk")) + chance.choice(others)


def wrap_lines(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Records of a fixed length."""
    width, end = chance.choice((80, 80, 72, 128, 40, 1)), chance.choice((b"\n", b"\r\n"))
    return end.join(data[at : at + width] for at in range(0, len(data), width))


def shuffle_segments(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Segments dropped, doubled, or changed about."""
    mark = b"~" if data.count(b"~") > data.count(b"'") else b"'"
    parts = data.split(mark)
    for _ in range(chance.randint(1, 3)):
        at, to = chance.randrange(len(parts)), chance.randrange(len(parts))
        what = chance.randrange(3)
        if what == 0 and len(parts) > 1:
            parts.pop(at)
        elif what == 1:
            parts.insert(to, parts[at])
        else:
            parts[at], parts[to] = parts[to], parts[at]
    return mark.join(parts)


def change_element(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A value is another one: empty, endless, no number, of another script."""
    mark = b"*" if data.count(b"*") > data.count(b"+") else b"+"
    parts = data.split(mark)
    nonsense = (b"", b"-", b"NaN", b"1E9", b"9" * 60, b"A" * 300, "١٢٣".encode(), b"20251340", b"\x01", b"0", b"-0.0")
    for _ in range(chance.randint(1, 3)):
        parts[chance.randrange(len(parts))] = chance.choice(nonsense)
    return mark.join(parts)


def recode(chance: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Another encoding, or another case."""
    text = data.decode("latin-1")
    return chance.choice((text.encode("utf-16"), text.encode("utf-16-le"), data.lower(), data.swapcase(), data * 2))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, drop_bytes, insert_bytes, change_mark, cut_off, splice, join, wrap_lines, shuffle_segments,
    change_element, change_element, recode,
)  # fmt: skip


def mutate(chance: random.Random, sources: Sequence[bytes]) -> bytes:
    """One broken document."""
    data = chance.choice(sources)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(MUTATIONS)(chance, data, sources)
    return data


def chunked(chance: random.Random, data: bytes) -> Iterator[bytes]:
    """The bytes as a slow line brings them."""
    at, most = 0, chance.choice((1, 7, 64, 1000, 100_000))
    while at < len(data):
        size = chance.randint(1, most)
        yield data[at : at + size]
        at += size


def judge(chance: random.Random, data: bytes) -> None:
    """Read it in every way; raises where an answer is not one."""
    told: list[Fault] = []
    if b"UNH" in data or b"UNB" in data or chance.random() < 0.05:
        for message in edifact.read(chunked(chance, data)):
            told += [message.fault] if isinstance(message, edifact.InterchangeFault) else message.faults
    items = list(x12.read(chunked(chance, data)))
    for item in items:
        told += [item.fault] if isinstance(item, x12.InterchangeFault) else item.faults
    x12.acknowledge(items, told)
    # Places in UTF-16 or UTF-32 are those of its text in UTF-8, which may be longer.
    longest = len(data) * (2 if encoded_as(data) else 1)
    for explained in explain(data):
        assert isinstance(explained, ExplainedSet) or explained.code in FAULTS, explained
        for each in explained.faults if isinstance(explained, ExplainedSet) else (explained,):
            assert 0 <= each.offset <= longest, each
            assert each.code in FAULTS
    if chance.random() < 0.25:
        _rewrite(chance, data)
    if chance.random() < 0.1:
        _convert(chance, data)
    for fault in told:
        assert fault.code in FAULTS
        assert fault.segment >= 1
        assert 0 <= fault.offset <= len(data), (fault, len(data))


def _rewrite(chance: random.Random, data: bytes) -> None:
    for walk in (x12_pieces, edifact_pieces):
        assert b"".join(piece.raw for piece in walk(chunked(chance, data))) == data
    policy = chance.choice(list(POLICIES.values()))
    mended = mend(data, policy).data
    again = mend(mended, policy)
    assert again.data == mended, "mending goes on"
    assert not any(note.action == "mend" for note in again.notes), "mending goes on"


def _convert(chance: random.Random, data: bytes) -> None:
    """What it says as other documents, read and written as some partner has it."""
    partner = chance.choice((None, *_packs()))
    agreed = MapOptions(currency=chance.choice(("", "USD")), zone=chance.choice((None, zone_named("America/Chicago"))))
    tolerance = chance.choice((None, *POLICIES.values()))
    found = list(documents.read(data, options=agreed, tolerance=tolerance, guidelines=partner))
    options = Options(_AT, sender="A", receiver="B", guidelines=chance.choice((None, partner)))
    made = convert(found, chance.choice([each for each in TARGETS if each != "csv"]), options)
    assert len(made.reports) == len(found)


@cache
def _packs() -> tuple[Guidelines, ...]:
    return tuple(load_pack(folder).guidelines for folder in folders().values())


def resident_mb() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(folders: Sequence[Path], most_bytes: int) -> list[bytes]:
    """The documents to break, small ones only: they hold every way of being wrong and are read faster."""
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [data for path in paths if 0 < len(data := path.read_bytes()) <= most_bytes]


def run(sources: Sequence[bytes], mutants: int, seed: int, out: Path | None = None) -> dict[str, object]:
    """So many mutants; what was found, and what it cost."""
    findings: Counter[str] = Counter()
    slowest, early = 0.0, 0.0
    start = time.monotonic()
    for number in range(mutants):
        chance = random.Random(f"{seed}/{number}")
        data = mutate(chance, sources)
        began = time.process_time()
        try:
            judge(chance, data)
        except Exception as problem:  # noqa: BLE001 - finding them is what this is for
            place = traceback.extract_tb(problem.__traceback__)[-1]
            _keep(
                findings, f"{type(problem).__name__} at {Path(place.filename).name}:{place.lineno}", number, data, out
            )
        spent = time.process_time() - began
        slowest = max(slowest, spent)
        if spent > SECONDS_A_DOCUMENT:
            _keep(findings, "too slow", number, data, out)
        if number == mutants // 10:
            early = resident_mb()
        if number and number % 10_000 == 0:
            print(f"{number} {number / (time.monotonic() - start):.0f}/s {dict(findings)}", file=sys.stderr, flush=True)
    seconds = time.monotonic() - start
    return {
        "mutants": mutants,
        "seed": seed,
        "sources": len(sources),
        "findings": dict(findings),
        "slowest_seconds": round(slowest, 3),
        "growth_mb_after_the_first_tenth": round(resident_mb() - early, 1),
        "per_second": round(mutants / seconds),
    }


def _keep(findings: Counter[str], name: str, number: int, data: bytes, out: Path | None) -> None:
    findings[name] += 1
    if out is not None and findings[name] <= 3:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{number}.edi").write_bytes(data)
        (out / f"{number}.txt").write_text(f"{name}\n{traceback.format_exc()}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most-bytes", type=int, default=2_500)
    parser.add_argument("--out", type=Path, help="folder for the bytes of findings")
    said = parser.parse_args()
    sources = load(said.folders, said.most_bytes)
    print(json.dumps(run(sources, said.mutants, said.seed, said.out), indent=2))


if __name__ == "__main__":
    main()
