"""EDI: documents a second from bytes to validated canonical object, against pyx12's segment reader in the same run, and
one interchange of 64 MB in a process of its own."""

from __future__ import annotations

import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import msgspec

from crossdock.edi import maps, x12
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderLine,
)
from crossdock.model.quantity import Price, Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine

ROUNDS = 7
DOCUMENTS = 250
LINES = 20
BIG_BYTES = 64 << 20
_DAY = dt.date(2010, 12, 1)
_US, _SUPPLIER = PartyRef("albion_uk"), PartyRef("brightware")
CONTEXT = maps.MapContext("albion_uk", _US, _SUPPLIER, "buyer", options=maps.MapOptions(currency="GBP"))


def _items() -> list[tuple[str, str, Decimal, Decimal]]:
    """Line id, item, quantity, price of each line; prices and quantities as a wholesaler's vary."""
    return [
        (str(10 * n), f"{85000 + 37 * n}A", Decimal(6 + n * 7 % 96), Decimal(101 + n * 83 % 997).scaleb(-2))
        for n in range(1, LINES + 1)
    ]


def _orders(n: int) -> PurchaseOrder:
    lines = tuple(
        PurchaseOrderLine(
            line,
            item,
            Quantity(quantity),
            Price(price + n % 50, "GBP"),
            supplier_item=f"B-{item}",
            description="WHITE HANGING HEART T-LIGHT HOLDER",
        )
        for line, item, quantity, price in _items()
    )
    return PurchaseOrder("albion_uk", f"45{n:05d}", _US, _SUPPLIER, PartyRef("north"), _DAY, "GBP", lines, due_on=_DAY)


def _answers(n: int) -> PurchaseOrderAcknowledgement:
    answers = tuple(
        LineAnswer(line, "accepted", Quantity(quantity), Price(price + n % 50, "GBP"), _DAY, item, f"B-{item}")
        for line, item, quantity, price in _items()
    )
    return PurchaseOrderAcknowledgement(
        "albion_uk", f"45{n:05d}", _SUPPLIER, _DAY, answers, number=f"S{n}", currency="GBP"
    )


def _notices(n: int) -> ShipNotice:
    lines = tuple(
        ShipNoticeLine(f"45{n:05d}", line, item, Quantity(quantity), supplier_item=f"B-{item}")
        for line, item, quantity, _price in _items()
    )
    at = dt.datetime(2010, 12, 2, 14, 30, tzinfo=dt.UTC)
    return ShipNotice("albion_uk", f"SN{n:05d}", _SUPPLIER, PartyRef("north"), at, lines, _DAY, "swift", f"TRK{n:09d}")


def _invoices(n: int) -> Invoice:
    lines = tuple(
        InvoiceLine(line, f"45{n:05d}", line, item, Quantity(quantity), Price(price, "GBP"), supplier_item=f"B-{item}")
        for line, item, quantity, price in _items()
    )
    total = sum((line.price.amount * line.quantity.amount for line in lines), Decimal(0))
    return Invoice("albion_uk", f"INV{n:05d}", _SUPPLIER, _US, _DAY, "GBP", lines, total)


MAKERS: dict[str, tuple[str, Callable[[int], msgspec.Struct]]] = {
    "850": ("purchase_order", _orders),
    "855": ("purchase_order_acknowledgement", _answers),
    "856": ("ship_notice", _notices),
    "810": ("invoice", _invoices),
}


def interchange(kind: str, count: int) -> bytes:
    """One interchange with `count` documents of a kind."""
    document, make = MAKERS[kind]
    header = x12.InterchangeOut("ALBIONUK", "BRIGHTWARE", 1, 1, dt.datetime(2010, 12, 1, 8, 0))
    return x12.write_interchange(header, [maps.write_document(document, make(n), CONTEXT) for n in range(count)])


def read_all(data: bytes) -> int:
    """Bytes to canonical objects, every one of them validated and faultless."""
    count = 0
    for item in x12.read(data):
        assert isinstance(item, x12.TransactionSet), item
        mapped = maps.read_document(item, CONTEXT)
        assert mapped.body is not None, mapped.faults
        assert not mapped.faults, mapped.faults
        count += 1
    return count


def read_segments_pyx12(data: bytes) -> int:
    """pyx12's segment reader over the same bytes: segments and envelope checks, no objects."""
    from pyx12.x12file import X12Reader  # the big interchange is read in a process that has no use for it

    return sum(segment.get_seg_id() == "ST" for segment in X12Reader(StringIO(data.decode())))


def _per_second(work: Callable[[bytes], int], data: bytes) -> float:
    start = time.process_time()
    count = work(data)
    return count / (time.process_time() - start)


def _documents() -> dict[str, dict[str, float]]:
    """Per kind, medians over rounds that alternate between us and pyx12."""
    table = {}
    for kind in MAKERS:
        data = interchange(kind, DOCUMENTS)
        few = interchange(kind, DOCUMENTS // 10)
        ours, theirs = [], []
        read_all(few)
        for _ in range(ROUNDS):
            ours.append(_per_second(read_all, data))
            theirs.append(_per_second(read_segments_pyx12, few))
        table[kind] = {
            "documents_per_second": statistics.median(ours),
            "pyx12_per_second": statistics.median(theirs),
            "bytes": len(data) / DOCUMENTS,
            "segments": data.count(b"~") / DOCUMENTS,
        }
    return table


def _big_file(path: Path) -> int:
    """Write an interchange of 64 MB; returns its sets."""
    body = interchange("850", 1000)
    start, end = body.index(b"ST*"), body.index(b"GE*")
    block, count = body[start:end], 0
    with path.open("wb") as file:
        file.write(body[:start])
        while file.tell() < BIG_BYTES:
            file.write(block)
            count += 1000
        file.write(b"GE*%d*1~IEA*1*000000001~" % count)
    return count


def read_big(path: str) -> None:
    """In a process of its own: read in chunks as intake does, hash the bytes, split every set into segments."""
    import hashlib

    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        with Path(path).open("rb") as file:
            while chunk := file.read(1 << 18):
                digest.update(chunk)
                yield chunk

    start = time.process_time()
    sets = segments = 0
    for item in x12.read(chunks()):
        if isinstance(item, x12.TransactionSet):
            sets += 1
            segments += len(item.texts)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = time.process_time() - start
    print(json.dumps({"cpu": spent, "rss_mb": usage.ru_maxrss / 1024, "sets": sets, "segments": segments}))


def _big() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.edi"
        expected = _big_file(path)
        runs = []
        for _ in range(3):
            command = [sys.executable, "-m", "bench.edi", "--read", str(path)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
            runs.append(json.loads(done.stdout))
        size = path.stat().st_size
    assert all(run["sets"] == expected for run in runs), runs
    return {
        "cpu": statistics.median(run["cpu"] for run in runs),
        "rss_mb": statistics.median(run["rss_mb"] for run in runs),
        "segments": runs[0]["segments"],
        "mb": size / (1 << 20),
    }


def main(out_dir: Path | str = "bench/results") -> dict[str, float]:
    """Run, print a table, write `edi.json`."""
    table = _documents()
    big = _big()
    print(f"X12, {LINES} lines a document, bytes -> validated canonical object, one core, medians of {ROUNDS} rounds")
    print(f"{'set':>5} {'bytes':>7} {'segments':>9} {'documents/s':>12} {'pyx12/s':>9} {'ratio':>7}")
    for kind, row in table.items():
        ratio = row["documents_per_second"] / row["pyx12_per_second"]
        print(
            f"{kind:>5} {row['bytes']:>7.0f} {row['segments']:>9.0f} {row['documents_per_second']:>12,.0f}"
            f" {row['pyx12_per_second']:>9,.0f} {ratio:>6.1f}x"
        )
    # Over all kinds: as many documents of each, so the time per document is what is averaged.
    ours = statistics.harmonic_mean([row["documents_per_second"] for row in table.values()])
    theirs = statistics.harmonic_mean([row["pyx12_per_second"] for row in table.values()])
    print(f"  all {'':>17} {ours:>12,.0f} {theirs:>9,.0f} {ours / theirs:>6.1f}x")
    print(
        f"one interchange of {big['mb']:.0f} MB ({big['segments']:,.0f} segments): {big['cpu']:.2f} s CPU,"
        f" {big['rss_mb']:.0f} MB resident"
    )
    result = {
        "x12_documents_per_second": round(ours),
        "vs_pyx12": round(ours / theirs, 2),
        "interchange_64mb_cpu_seconds": round(big["cpu"], 3),
        "interchange_64mb_rss_mb": round(big["rss_mb"], 1),
        **{f"x12_{kind}_documents_per_second": round(row["documents_per_second"]) for kind, row in table.items()},
    }
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edi.json").write_text(json.dumps(result, indent=2) + "\n")
    return result


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read_big(sys.argv[2])
    else:
        main()
