"""EDI: documents a second from bytes to validated canonical object and back, and an interchange of 64 MB in a process
of its own. Other people's readers take turns with ours on the same bytes (`bench.edi_peers`)."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import edi_big
from bench.edi_documents import CONTEXT, EDIFACT, GUIDED, LINES, X12, interchange, write_edifact, write_x12
from bench.edi_peers import Peer
from crossdock.edi import edifact, maps, x12

ROUNDS = 7
DOCUMENTS = 250
OF_PEERS = DOCUMENTS // 10
"""Documents that a peer reads in a round."""
SMALL_BYTES, BIG_BYTES = 16 << 20, 64 << 20
PEERS = {"bots": X12, "pyx12": X12, "pydifact": EDIFACT}
Row = dict[str, float]


def read_x12(data: bytes, context: maps.MapContext = GUIDED) -> int:
    """Bytes to canonical objects, every one of them held against the partner's guideline and faultless."""
    count = 0
    for item in x12.read(data):
        assert isinstance(item, x12.TransactionSet), item
        mapped = maps.read_document(item, context)
        assert mapped.body is not None, mapped.faults
        assert not mapped.faults, mapped.faults
        count += 1
    return count


def read_edifact(data: bytes) -> int:
    """Bytes to canonical objects, every one of them faultless."""
    count = 0
    for item in edifact.read(data):
        assert isinstance(item, edifact.Message), item
        mapped = maps.read_message(item, CONTEXT)
        assert mapped.body is not None, mapped.faults
        assert not mapped.faults, mapped.faults
        count += 1
    return count


def _per_second(work: Callable[..., object], *given: object) -> float:
    start = time.process_time()
    work(*given)
    return DOCUMENTS / (time.process_time() - start)


def _reading(folder: Path, peers: dict[str, Peer]) -> dict[str, Row]:
    """Per kind of document, medians over rounds in which we and the peers take turns."""
    table = {}
    for kind in (*X12, *EDIFACT):
        data, few = interchange(kind, DOCUMENTS), folder / kind
        few.write_bytes(interchange(kind, OF_PEERS))
        read = read_x12 if kind in X12 else read_edifact
        beside = {name: peer for name, peer in peers.items() if kind in PEERS[name]}
        own = ("ours", "unguided") if kind in X12 else ("ours",)
        rounds: dict[str, list[float]] = {name: [] for name in (*own, *beside)}
        for turn in range(ROUNDS + 1):
            found = {"ours": _per_second(read, data)}
            if kind in X12:
                found["unguided"] = _per_second(read, data, CONTEXT)
            found |= {name: peer.per_second(few, OF_PEERS) for name, peer in beside.items()}
            for name, value in found.items() if turn else ():  # the first turn only makes warm
                rounds[name].append(value)
        mark = b"~" if kind in X12 else b"'"
        table[kind] = {name: statistics.median(values) for name, values in rounds.items()} | {
            "bytes": len(data) / DOCUMENTS,
            "segments": (data.count(mark) - data.count(mark + b"IEA")) / DOCUMENTS,
        }
    return table


def _writing() -> dict[str, float]:
    """Per kind, documents a second from object to the bytes of an interchange."""
    table = {}
    for kinds, write in ((X12, write_x12), (EDIFACT, write_edifact)):
        for kind, (document, make) in kinds.items():
            bodies = [make(n) for n in range(DOCUMENTS)]
            turns = [_per_second(write, document, bodies) for _ in range(ROUNDS + 1)]
            table[kind] = statistics.median(turns[1:])
    return table


def _big(folder: Path) -> dict[str, Row]:
    """An interchange of 64 MB, and what a quarter of it takes in memory: the same."""
    table = {}
    for kind in ("850", "ORDERS"):
        path = folder / f"{kind}.edi"
        edi_big.write(path, kind, SMALL_BYTES)
        small = edi_big.measure(kind, path)
        documents = edi_big.write(path, kind, BIG_BYTES)
        runs = [edi_big.measure(kind, path) for _ in range(3)]
        assert all(run["documents"] == documents for run in runs), runs
        table[kind] = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        table[kind] |= {"small_rss_mb": small["rss_mb"], "mb": path.stat().st_size / (1 << 20)}
        path.unlink()
    return table


def _mean(values: list[float]) -> float:
    """Over kinds: as many documents of each, so the time per document is what is averaged."""
    return statistics.harmonic_mean(values)


def _against(table: dict[str, Row], name: str) -> float:
    """How many times a peer's documents a second ours are, over the kinds that it reads."""
    rows = [row for row in table.values() if name in row]
    return _mean([row["ours"] for row in rows]) / _mean([row[name] for row in rows])


def _tell(reading: dict[str, Row], writing: dict[str, float], big: dict[str, Row], missing: list[str]) -> None:
    print(
        f"{LINES} lines a document, one core, medians of {ROUNDS} rounds; documents a second; X12 with a guideline on"
    )
    print(f"{'kind':>7} {'bytes':>6} {'segments':>9} {'read':>8} {'written':>8} {'without':>8}   peers, same bytes")
    for kind, row in reading.items():
        beside = ", ".join(
            f"{name} {row[name]:,.0f} (ours {row['ours'] / row[name]:.1f}x)" for name in PEERS if name in row
        )
        sizes = f"{kind:>7} {row['bytes']:>6.0f} {row['segments']:>9.0f}"
        print(
            f"{sizes} {row['ours']:>8,.0f} {writing[kind]:>8,.0f} {row.get('unguided', row['ours']):>8,.0f}   {beside}"
        )
    for name in missing:
        print(f"{name} is not installed: not compared (requirements-bench.txt has it)")
    for kind, row in big.items():
        print(
            f"one interchange of {row['mb']:.0f} MB, {kind} ({row['segments']:,.0f} segments): {row['cpu']:.2f} s CPU,"
            f" {row['rss_mb']:.0f} MB resident ({row['small_rss_mb']:.0f} MB for a quarter of it)"
        )


def main(out_dir: Path | str = "bench/results") -> dict[str, float]:
    """Run, print a table, write `edi.json`."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        started = {name: stack.enter_context(Peer(name)) for name in PEERS}
        missing = [name for name, peer in started.items() if peer.missing]
        reading = _reading(folder, {name: peer for name, peer in started.items() if not peer.missing})
        writing = _writing()
        big = _big(folder)
    _tell(reading, writing, big, missing)
    result = {
        "x12_documents_per_second": round(_mean([reading[kind]["ours"] for kind in X12])),
        "edifact_documents_per_second": round(_mean([reading[kind]["ours"] for kind in EDIFACT])),
        **{f"vs_{name}": round(_against(reading, name), 2) for name in PEERS if name not in missing},
        "write_documents_per_second": round(_mean([writing[kind] for kind in X12])),
        "edifact_write_documents_per_second": round(_mean([writing[kind] for kind in EDIFACT])),
        "interchange_64mb_cpu_seconds": round(big["850"]["cpu"], 3),
        "interchange_64mb_rss_mb": round(big["850"]["rss_mb"], 1),
        "edifact_64mb_cpu_seconds": round(big["ORDERS"]["cpu"], 3),
        "edifact_64mb_rss_mb": round(big["ORDERS"]["rss_mb"], 1),
        "x12_without_guideline_documents_per_second": round(_mean([reading[kind]["unguided"] for kind in X12])),
        **{f"x12_{kind}_documents_per_second": round(reading[kind]["ours"]) for kind in X12},
        **{f"edifact_{kind.lower()}_documents_per_second": round(reading[kind]["ours"]) for kind in EDIFACT},
    }
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    (out / "edi.json").write_text(json.dumps(result, indent=2) + "\n")
    return result


if __name__ == "__main__":
    main()
