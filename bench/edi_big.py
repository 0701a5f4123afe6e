"""One interchange of many megabytes, read in chunks as intake does, in a process of its own."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from crossdock.edi import edifact, x12

_BLOCK = 1000
_TRAILERS = {"850": b"GE*%d*1~IEA*1*000000001~", "ORDERS": b"UNZ+%d+1'\r\n"}
_PARTS = {"850": (b"ST*", b"GE*"), "ORDERS": (b"UNH+", b"UNZ+")}


def write(path: Path, kind: str, size: int) -> int:
    """Write an interchange of `size` bytes or a little more; returns its documents."""
    from bench.edi_documents import interchange  # the process that reads has no use for maps and guidelines

    body = interchange(kind, _BLOCK)
    start, end = (body.index(mark) for mark in _PARTS[kind])
    block, count = body[start:end], 0
    with path.open("wb") as file:
        file.write(body[:start])
        while file.tell() < size:
            file.write(block)
            count += _BLOCK
        file.write(_TRAILERS[kind] % count)
    return count


def read(kind: str, path: str) -> None:
    """Hash the bytes, split every document into segments; says CPU seconds, memory and what was read."""
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        with Path(path).open("rb") as file:
            while chunk := file.read(1 << 18):
                digest.update(chunk)
                yield chunk

    start = time.process_time()
    documents = segments = 0
    for item in x12.read(chunks()) if kind == "850" else edifact.read(chunks()):
        if isinstance(item, x12.TransactionSet | edifact.Message):
            documents += 1
            segments += len(item.texts)
    spent = time.process_time() - start
    print(json.dumps({"cpu": spent, "rss_mb": _most_resident(), "documents": documents, "segments": segments}))


def _most_resident() -> float:
    """The most memory this process held, in MB. `getrusage` also counts what the parent held when it started us."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def measure(kind: str, path: Path) -> dict[str, float]:
    """Read it once in a process of its own."""
    command = [sys.executable, "-m", "bench.edi_big", kind, str(path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    read(sys.argv[1], sys.argv[2])
