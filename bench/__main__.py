"""`python -m bench [NAME...]`: run benchmarks and write `bench/results/*.json`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAMES = ("edi", "log", "reserve", "http", "availability", "recompute", "flow")


def main() -> None:
    """Each in turn, alone on the machine."""
    for name in sys.argv[1:] or NAMES:
        import_module(f"bench.{name}").main(Path("bench/results"))
        print()


if __name__ == "__main__":
    main()
